//! The secret itself: a type that cannot be printed, copied or serialized by accident.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{CredentialId, Generation};

/// One secret value, wiped when dropped.
///
/// It has no `Clone`, `Display` or `Serialize`, so that returning one over IPC or writing one to a log does not compile:
///
/// ```compile_fail
/// fn serialize<T: serde::Serialize>(_: T) {}
/// serialize(credenza_model::Secret::new(String::from("hunter2")));
/// ```
/// ```compile_fail
/// println!("{}", credenza_model::Secret::new(String::from("hunter2")));
/// ```
/// ```compile_fail
/// let _ = credenza_model::Secret::new(String::from("hunter2")).clone();
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the value over; the caller's `String` is moved, not copied.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value. Every call is a place where a secret can leak; keep the result short-lived.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Equality serves the read-back after a write and tests; it is not constant-time and guards nothing.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes() == other.0.as_bytes()
    }
}

/// All secrets of one credential, by field id: what one generation in the keychain holds.
#[derive(Debug, Default, PartialEq)]
pub struct SecretMap(BTreeMap<String, Secret>);

impl SecretMap {
    /// The secret of one field.
    pub fn get(&self, field: &str) -> Option<&Secret> {
        self.0.get(field)
    }

    /// The text of one field's secret.
    pub fn expose(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(Secret::expose)
    }

    /// Puts a secret in, replacing the one there.
    pub fn insert(&mut self, field: impl Into<String>, secret: Secret) {
        self.0.insert(field.into(), secret);
    }

    /// Takes one out.
    pub fn remove(&mut self, field: &str) -> Option<Secret> {
        self.0.remove(field)
    }

    /// Field ids and secrets, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(id, secret)| (id.as_str(), secret))
    }

    /// The ids of the fields that have a secret.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether no field has one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Where the secrets of a credential are in the keychain. Metadata: it says nothing of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecretRef {
    /// Whose secrets.
    pub credential: CredentialId,
    /// Which writing of them; never used a second time.
    pub generation: Generation,
    /// Over how many keychain items the value is spread (the platform's store says how large one may be).
    pub parts: u16,
}

/// What is known of a secret without opening the keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum SecretState {
    /// Here, in the keychain.
    Set,
    /// Nowhere.
    Unset,
    /// In the account only: the API takes secrets and never returns them.
    Account,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_value() {
        let mut map = SecretMap::default();
        map.insert("password", Secret::new("hunter2".into()));
        let shown = format!("{map:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("password"), "the field's id may be shown: {shown}");
    }
}
