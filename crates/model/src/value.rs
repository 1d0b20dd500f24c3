//! Plain values: what is not secret, as it is stored, searched and shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One plain value.
///
/// Numbers are 32 bit: ports, VLANs and counts all fit, and JavaScript holds them exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(untagged)]
pub enum Value {
    /// A switch.
    Bool(bool),
    /// A whole number.
    Int(i32),
    /// One line of text, or a file's content.
    Text(String),
    /// Several lines of text, in the order typed.
    List(Vec<String>),
}

/// The plain values of one credential by field id. Absent means empty; no secret is ever in here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(transparent)]
pub struct Values(pub BTreeMap<String, Value>);

impl Values {
    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// The text of a field, when it has one.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.0.get(field) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number of a field, when it has one.
    pub fn int(&self, field: &str) -> Option<i32> {
        match self.0.get(field) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether a switch is on; one never touched is off.
    pub fn flag(&self, field: &str) -> bool {
        matches!(self.0.get(field), Some(Value::Bool(true)))
    }

    /// The entries of a list; an absent one has none.
    pub fn list(&self, field: &str) -> &[String] {
        match self.0.get(field) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// Whether the field has a value.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Puts a value in, replacing the one there.
    pub fn set(&mut self, field: impl Into<String>, value: Value) {
        self.0.insert(field.into(), value);
    }
}
