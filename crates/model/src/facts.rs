//! Facts: the little that is public about a credential and derived from it when it is saved.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a kind derives from values and secrets. Facts are stored, shown, sorted and searched; nothing else of a secret
/// ever is, so nothing goes in here that would help to guess one (no hash of a password, no length).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Facts {
    /// As whom the credential acts: a key id, a user, a service account, a token's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The provider's own project, account, tenant or namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// What tells one key from the next: a key id or the SHA-256 of a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// When it ends by its own word (a certificate's or a token's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub expiry: Option<DateTime<Utc>>,
}

impl Facts {
    /// These facts, with the gaps filled from others.
    pub fn or(self, other: Self) -> Self {
        Self {
            identity: self.identity.or(other.identity),
            project: self.project.or(other.project),
            fingerprint: self.fingerprint.or(other.fingerprint),
            expiry: self.expiry.or(other.expiry),
        }
    }
}
