//! One thing in the window, and what a person does with it.

use fantoccini::key::Key;
use serde_json::{Value, json};

use super::{PATIENCE, Window};
use crate::wait_for;

/// An element that was found. It may be gone by the time it is used; then the test fails.
pub struct Element<'w> {
    window: &'w Window,
    inner: fantoccini::elements::Element,
    /// What it was found by, for messages.
    query: String,
}

impl<'w> Element<'w> {
    pub(super) fn new(window: &'w Window, inner: fantoccini::elements::Element, query: &Value) -> Self {
        Self { window, inner, query: query.to_string() }
    }

    /// Clicks it, scrolling to it first. While the page still moves under the pointer it is tried again, as a person does.
    pub fn click(&self) {
        let mut last = String::new();
        let clicked = wait_for("clicked", PATIENCE, || match self.window.try_call(self.inner.click()) {
            Ok(()) => Some(()),
            Err(error) => {
                last = error;
                // The driver takes what is half under a fixed bar for visible, and then finds the bar in its way.
                let this = json!(self.inner);
                self.window.eval("arguments[0].scrollIntoView({ block: 'center', inline: 'nearest' })", vec![this]);
                None
            }
        });
        if clicked.is_err() {
            self.window.fail(&format!("{}: {last}", self.doing("click")));
        }
    }

    /// Types into it, after what is there.
    pub fn type_text(&self, text: &str) {
        self.window.call(&self.doing("type"), self.inner.send_keys(text));
    }

    /// Replaces what is in it, key by key as a person does: clearing through the driver tells the page nothing.
    pub fn fill(&self, text: &str) {
        self.click();
        self.window.press("Control+a");
        self.window.press("Delete");
        if !text.is_empty() {
            self.type_text(text);
        }
    }

    /// Chooses the option of a native drop-down by what it says.
    pub fn choose(&self, option: &str) {
        self.window.call(&self.doing("choose"), self.inner.select_by_label(option));
    }

    /// What it says, as rendered.
    pub fn text(&self) -> String {
        self.window.call(&self.doing("text"), self.inner.text())
    }

    /// What is in it, if it is a form control.
    pub fn value(&self) -> String {
        self.window.call(&self.doing("value"), self.inner.prop("value")).unwrap_or_default()
    }

    /// An attribute of it.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.window.call(&self.doing("attribute"), self.inner.attr(name))
    }

    /// Whether it can be used.
    pub fn is_enabled(&self) -> bool {
        self.attribute("aria-disabled").as_deref() != Some("true")
            && self.window.call(&self.doing("enabled"), self.inner.is_enabled())
    }

    /// Whether it has the keyboard.
    pub fn has_focus(&self) -> bool {
        let this = json!(self.inner);
        self.window.eval("return document.activeElement === arguments[0]", vec![this]) == true
    }

    /// The one element inside with this role and accessible name, as soon as it is there.
    pub fn by_role(&self, role: &str, name: &str) -> Element<'w> {
        self.window.one(&json!({ "role": role, "name": name }), Some(self))
    }

    /// The one form control inside with this accessible name, as soon as it is there.
    pub fn by_label(&self, label: &str) -> Element<'w> {
        self.window.one(&json!({ "label": label }), Some(self))
    }

    /// The one innermost element inside that says this, as soon as it is there.
    pub fn by_text(&self, text: &str) -> Element<'w> {
        self.window.one(&json!({ "text": text }), Some(self))
    }

    /// All elements inside with this role that are there now.
    pub fn all_by_role(&self, role: &str) -> Vec<Element<'w>> {
        self.window.all(&json!({ "role": role, "name": null }), Some(self))
    }

    pub(super) fn id(&self) -> String {
        self.inner.element_id().to_string()
    }

    fn doing(&self, what: &str) -> String {
        format!("{what} {}", self.query)
    }
}

/// The keys of a chord, as WebDriver writes them.
pub(super) fn chord(chord: &str) -> Vec<char> {
    // The plus key itself is the only name that a split would take apart.
    let names: Vec<&str> = if chord == "+" { vec!["+"] } else { chord.split('+').collect() };
    names.into_iter().map(key).collect()
}

fn key(name: &str) -> char {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return letter;
    }
    let key = match name {
        "Alt" => Key::Alt,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "ArrowUp" => Key::Up,
        "Backspace" => Key::Backspace,
        "Control" => Key::Control,
        "Delete" => Key::Delete,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "Meta" => Key::Meta,
        "PageDown" => Key::PageDown,
        "PageUp" => Key::PageUp,
        "Shift" => Key::Shift,
        "Space" => return ' ',
        "Tab" => Key::Tab,
        other => panic!("there is no key {other:?}"),
    };
    key.into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_chord_is_its_keys_in_order() {
        assert_eq!(super::chord("Control+k"), ['\u{e009}', 'k']);
        assert_eq!(super::chord("/"), ['/']);
        assert_eq!(super::chord("+"), ['+']);
        assert_eq!(super::chord("Shift+Tab"), ['\u{e008}', '\u{e004}']);
    }
}
