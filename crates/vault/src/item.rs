//! The names of keychain items. A name says whose secret it is and nothing of the value.

use credenza_model::{CredentialId, Generation, SecretRef};
use serde::{Deserialize, Serialize};

/// One item of this namespace in the keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SecretItem {
    /// Whose secrets.
    pub credential: CredentialId,
    /// Which writing of them.
    pub generation: Generation,
    /// Which part of the value, from 0.
    pub part: u16,
}

impl SecretItem {
    pub(crate) fn of(at: &SecretRef, part: u16) -> Self {
        Self { credential: at.credential, generation: at.generation, part }
    }

    /// The user name of the item, unique within the service.
    pub(crate) fn user(&self, namespace: &str) -> String {
        format!("{namespace}/{}/{}/{}", self.credential, self.generation, self.part)
    }

    /// What a person reads in the keychain's own program.
    pub(crate) fn label(&self) -> String {
        match self.part {
            0 => format!("Credenza: secrets of credential {}", self.credential),
            part => format!("Credenza: secrets of credential {}, part {}", self.credential, u32::from(part) + 1),
        }
    }

    /// The item of that user name, or none when it is another namespace's or nobody's that this program knows.
    pub(crate) fn parse(namespace: &str, user: &str) -> Option<Self> {
        let mut pieces = user.strip_prefix(namespace)?.strip_prefix('/')?.split('/');
        let item = Self {
            credential: pieces.next()?.parse().ok()?,
            generation: pieces.next()?.parse().ok()?,
            part: pieces.next()?.parse().ok()?,
        };
        // Written the same way again, or it would be erased under a name that is not its own.
        (item.user(namespace) == user).then_some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(part: u16) -> SecretItem {
        SecretItem {
            credential: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
            generation: "01980000-0000-7000-8000-000000000002".parse().unwrap(),
            part,
        }
    }

    #[test]
    fn a_name_leads_back_to_its_item() {
        assert_eq!(SecretItem::parse("ns", &item(65_535).user("ns")), Some(item(65_535)));
    }

    #[test]
    fn other_names_are_nobodys() {
        let user = item(0).user("ns");
        for other in [
            item(0).user("ns2"),
            item(0).user("n"),
            format!("{user}/1"),
            user.replace("/0", "/00"),
            user.replace("/0", "/65536"),
            user.to_uppercase(),
            "ns".into(),
            "ns/".into(),
            String::new(),
        ] {
            if other != user {
                assert_eq!(SecretItem::parse("ns", &other), None, "{other}");
            }
        }
    }
}
