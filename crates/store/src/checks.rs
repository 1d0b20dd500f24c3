//! Checks: what the last one found of a credential, and when a credential ends.

use chrono::{DateTime, TimeDelta, Utc};
use credenza_model::{CredentialId, Verdict};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::row::{expiry_key, rank};
use crate::{Credential, StoreError, Writer, column};

/// What a check found of a credential as it is stored. It holds nothing of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Check {
    /// In a word.
    pub verdict: Verdict,
    /// In a sentence or two: what happened, and what to do next.
    pub message: String,
    /// The field to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// As whom the credential acts, as the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// What else is worth knowing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<CheckDetail>,
    /// What is not as it should be although nothing failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What puts the secret itself at risk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dangers: Vec<String>,
    /// When the credential ends, as the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub expires: Option<DateTime<Utc>>,
    /// When it was made.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub at: DateTime<Utc>,
}

/// One thing worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct CheckDetail {
    /// What it is.
    pub label: String,
    /// It.
    pub value: String,
}

/// Who says when a credential ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum ExpirySource {
    /// A person.
    Hand,
    /// The provider, when it was checked.
    Provider,
    /// The credential itself: its certificate or its token.
    Itself,
}

impl Check {
    /// This check with what an earlier one had heard of the end, unless the provider was heard again.
    #[must_use]
    pub fn after(self, before: Option<&Check>) -> Self {
        let told = before.and_then(|before| before.expires).filter(|_| !self.verdict.works());
        Self { expires: self.expires.or(told), ..self }
    }
}

impl Credential {
    /// When it ends, and who says so: the earliest of what a person, the provider and the credential itself say, for each of
    /// them ends it.
    pub fn expires(&self) -> Option<(DateTime<Utc>, ExpirySource)> {
        let hand = self.expires_by_hand.map(|at| (at, ExpirySource::Hand));
        let provider = self.check.as_ref().and_then(|check| check.expires).map(|at| (at, ExpirySource::Provider));
        let itself = self.facts.expiry.map(|at| (at, ExpirySource::Itself));
        hand.into_iter().chain(provider).chain(itself).min_by_key(|(at, _)| *at)
    }

    /// Whether a check of one is a check of the other: they differ in nothing that is sent to a provider.
    pub fn is_checked_alike(&self, other: &Self) -> bool {
        self.secret == other.secret && self.is_sent_alike(other)
    }

    /// As [`Credential::is_checked_alike`], but for the secrets.
    pub fn is_sent_alike(&self, other: &Self) -> bool {
        let name = self.kind.kind().name_field;
        let sent = |row: &Self| {
            let mut values = row.values.clone();
            values.0.remove(name);
            values
        };
        self.kind == other.kind && sent(self) == sent(other)
    }
}

impl Writer<'_> {
    /// Keeps what a check found, unless the credential has changed since it was read for that, is gone, or was checked later by
    /// somebody else. No version changes: a check is no edit. Answers whether it was kept.
    ///
    /// When the provider told the end once, a check that did not get as far as to hear it again keeps that.
    pub fn set_check(&self, checked: &Credential, check: &Check) -> Result<bool, StoreError> {
        let Some(there) = self.credential(checked.id)? else { return Ok(false) };
        if !there.is_checked_alike(checked) || there.deleted_at.is_some() {
            return Ok(false);
        }
        let before = there.check.as_ref();
        // A time that lies far ahead is that of a clock which was wrong, and not of a later check.
        let later = |before: &Check| before.at > check.at && before.at - check.at < TimeDelta::minutes(10);
        if before.is_some_and(later) {
            return Ok(false);
        }
        let check = check.clone().after(before);
        let there = Credential { check: Some(check.clone()), ..there };
        let mut update = self
            .connection
            .prepare_cached("UPDATE credentials SET check_rank = ?2, report = ?3, expiry = ?4 WHERE id = ?1")?;
        let id: CredentialId = there.id;
        update.execute(params![
            id.to_string(),
            rank(there.check.as_ref()),
            column::json(&check),
            expiry_key(&there),
        ])?;
        let seq = self
            .connection
            .query_row("SELECT seq FROM credentials WHERE id = ?1", [id.to_string()], |row| row.get(0))?;
        self.index(seq, &there, &self.home(&there)?.organization_name)?;
        Ok(true)
    }
}
