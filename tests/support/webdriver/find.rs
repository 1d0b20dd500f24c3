//! Finding things in the window: by role and accessible name, waiting until there is exactly one.

use fantoccini::elements::ElementRef;
use serde_json::{Value, json};

use super::{Element, PATIENCE, Window};
use crate::wait_for;

const FIND: &str = include_str!("find.js");

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Window {
    /// The one element with this role and accessible name, as soon as it is there.
    pub fn by_role(&self, role: &str, name: &str) -> Element<'_> {
        self.one(&json!({ "role": role, "name": name }), None)
    }

    /// The one form control with this accessible name, whatever its kind, as soon as it is there.
    pub fn by_label(&self, label: &str) -> Element<'_> {
        self.one(&json!({ "label": label }), None)
    }

    /// The one innermost element that says this, as soon as it is there.
    pub fn by_text(&self, text: &str) -> Element<'_> {
        self.one(&json!({ "text": text }), None)
    }

    /// The first of perhaps several elements with this role and accessible name, as soon as there is one.
    pub fn first_by_role(&self, role: &str, name: &str) -> Element<'_> {
        let query = json!({ "role": role, "name": name });
        let found = wait_for("found", PATIENCE, || self.all(&query, None).into_iter().next());
        found.unwrap_or_else(|_| self.fail(&format!("there is no {query}")))
    }

    /// All elements with this role that are there now, in the order of the page.
    pub fn all_by_role(&self, role: &str) -> Vec<Element<'_>> {
        self.all(&json!({ "role": role, "name": null }), None)
    }

    /// Whether something with this role and name is there now.
    pub fn has_role(&self, role: &str, name: &str) -> bool {
        !self.all(&json!({ "role": role, "name": name }), None).is_empty()
    }

    /// Whether something says this now.
    pub fn has_text(&self, text: &str) -> bool {
        !self.all(&json!({ "text": text }), None).is_empty()
    }

    /// Waits until nothing has this role and name.
    pub fn wait_gone(&self, role: &str, name: &str) {
        self.wait_until(&format!("no {role} {name:?}"), |window| !window.has_role(role, name));
    }

    /// Waits until something says this; unlike [`Window::by_text`] it may be said in several places.
    pub fn wait_text(&self, text: &str) {
        self.wait_until(&format!("{text:?} is said"), |window| window.has_text(text));
    }

    pub(super) fn one(&self, query: &Value, inside: Option<&Element<'_>>) -> Element<'_> {
        let mut count = 0;
        let found = wait_for("found", PATIENCE, || {
            // A page that is just changing answers with an error; it is asked again.
            let mut all = self.try_all(query, inside).unwrap_or_default();
            count = all.len();
            if count == 1 { all.pop() } else { None }
        });
        found.unwrap_or_else(|_| self.fail(&format!("there are {count} of {query}, not one")))
    }

    pub(super) fn all(&self, query: &Value, inside: Option<&Element<'_>>) -> Vec<Element<'_>> {
        self.try_all(query, inside).unwrap_or_default()
    }

    pub(super) fn try_find(&self, query: &Value, inside: Option<&Element<'_>>) -> Result<Value, String> {
        let root = inside.map_or(Value::Null, |element| json!({ ELEMENT: element.id() }));
        self.try_call(self.client().execute(FIND, vec![root, query.clone()]))
    }

    fn try_all(&self, query: &Value, inside: Option<&Element<'_>>) -> Result<Vec<Element<'_>>, String> {
        let found = self.try_find(query, inside)?;
        let ids = found.as_array().into_iter().flatten().filter_map(|item| item[ELEMENT].as_str());
        Ok(ids
            .map(|id| {
                let id = ElementRef::from(id.to_owned());
                let inner = fantoccini::elements::Element::from_element_id(self.client().clone(), id);
                Element::new(self, inner, query)
            })
            .collect())
    }
}
