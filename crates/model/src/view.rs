//! A kind as the two faces see it: plain data, made from the `static`, so that neither face holds a list of its own.

use serde::Serialize;

use crate::{Action, Choice, Column, Field, FieldType, Kind, KindId, Role, Tab, Value};

/// One kind, for `credenza kinds` and for the window.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct KindView {
    /// Its stable id.
    pub id: KindId,
    /// The tab it is found under.
    pub tab: Tab,
    /// Its name for people.
    pub label: &'static str,
    /// What one needs to add one.
    pub summary: &'static str,
    /// Two letters for its tile.
    pub mark: &'static str,
    /// The field that holds its name.
    pub name_field: &'static str,
    /// The weakest role that may add one.
    pub add_role: Role,
    /// Whether it can be locked at all.
    pub can_lock: bool,
    /// Whether there is a default of it.
    pub can_default: bool,
    /// Its fields, in order.
    pub fields: Vec<FieldView>,
    /// The columns of its table.
    pub columns: &'static [Column],
    /// What each role may do with it.
    pub rights: RightsView,
}

/// One field, for a form.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// Its stable id.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What it takes.
    #[serde(rename = "type")]
    pub ty: FieldWord,
    /// Whether a complete credential has it, while it is shown.
    pub required: bool,
    /// Whether its value lives in the keychain.
    pub secret: bool,
    /// The heading it stands under.
    pub group: Option<&'static str>,
    /// One sentence of help.
    pub help: Option<&'static str>,
    /// An example in its form.
    pub placeholder: Option<&'static str>,
    /// The values of a choice, the suggestions of a lookup.
    pub choices: Vec<Choice>,
    /// When it is asked for.
    pub shown_when: Option<ConditionView>,
    /// What the form begins with.
    pub default: Option<Value>,
    /// Whether it can be changed once the account has the credential.
    pub updatable: bool,
    /// The least number.
    pub min: Option<i32>,
    /// The greatest number.
    pub max: Option<i32>,
}

/// The types of fields by their words alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename = "FieldType", rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is the field type of its name")]
pub enum FieldWord {
    Text,
    File,
    Url,
    Cidr,
    Ip,
    Int,
    Bool,
    Choice,
    Lookup,
    List,
}

impl FieldType {
    /// The word for it in `credenza kinds` and in the window.
    pub const fn word(self) -> FieldWord {
        match self {
            FieldType::Text => FieldWord::Text,
            FieldType::File => FieldWord::File,
            FieldType::Url => FieldWord::Url,
            FieldType::Cidr => FieldWord::Cidr,
            FieldType::Ip => FieldWord::Ip,
            FieldType::Int(..) => FieldWord::Int,
            FieldType::Bool => FieldWord::Bool,
            FieldType::Choice(_) => FieldWord::Choice,
            FieldType::Lookup(_) => FieldWord::Lookup,
            FieldType::List => FieldWord::List,
        }
    }
}

/// When a field is asked for: while another has one of these values (a switch is `true` or `false`).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConditionView {
    /// The deciding field.
    pub field: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

/// What each role may do with a kind.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RightsView {
    /// A member's rights.
    pub member: Vec<Action>,
    /// A manager's rights.
    pub manager: Vec<Action>,
    /// A partner's rights.
    pub partner: Vec<Action>,
}

impl Kind {
    /// This kind as plain data.
    pub fn view(&self) -> KindView {
        let rights = |role| {
            Action::ALL.into_iter().filter(|action| self.offers(*action) && self.allows(role, *action)).collect()
        };
        KindView {
            id: self.id,
            tab: self.tab,
            label: self.label,
            summary: self.summary,
            mark: self.mark,
            name_field: self.name_field,
            add_role: self.access.least(Action::Add),
            can_lock: self.offers(Action::Lock),
            can_default: self.offers(Action::Default),
            fields: self.fields.iter().map(|field| field_view(self, field)).collect(),
            columns: self.columns,
            rights: RightsView {
                member: rights(Role::Member),
                manager: rights(Role::Manager),
                partner: rights(Role::Partner),
            },
        }
    }
}

fn field_view(kind: &Kind, field: &Field) -> FieldView {
    let some = |text: &'static str| (!text.is_empty()).then_some(text);
    let (min, max) = match field.ty {
        FieldType::Int(min, max) => (Some(min), Some(max)),
        _ => (None, None),
    };
    FieldView {
        id: field.id,
        label: field.label,
        ty: field.ty.word(),
        required: field.required,
        secret: field.secret,
        group: some(field.group),
        help: some(field.help),
        placeholder: some(field.placeholder),
        choices: match field.ty {
            FieldType::Choice(choices) => choices.to_vec(),
            FieldType::Lookup(words) => words.iter().map(|word| Choice { value: word, label: word }).collect(),
            _ => Vec::new(),
        },
        shown_when: field
            .shown_when
            .map(|condition| ConditionView { field: condition.field, values: condition.values }),
        default: field.default.map(|text| match field.ty {
            FieldType::Int(..) => text.parse().map_or_else(|_| Value::Text(text.into()), Value::Int),
            FieldType::Bool => Value::Bool(text == "true"),
            _ => Value::Text(text.into()),
        }),
        updatable: kind.updatable(field),
        min,
        max,
    }
}
