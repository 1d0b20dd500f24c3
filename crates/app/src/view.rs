//! What goes out to the faces.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use credenza_model::{Facts, KindId, Problem, Role, SecretState, Tab, Values};
use credenza_store::{AccountFacts, Check, Credential, ExpirySource, State, Trouble};
use serde::{Serialize, Serializer};

use crate::{App, Here};

/// A credential, without its secrets.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// Local and stable.
    pub id: String,
    /// Its kind.
    pub kind: KindId,
    /// The tab it is found under.
    pub tab: Tab,
    /// Its name; empty in a draft that has none yet.
    pub name: String,
    /// Its organization's name.
    pub organization: String,
    /// Its organization's id.
    pub organization_id: String,
    /// How it stands with the account.
    pub state: State,
    /// Whether it is locked.
    pub locked: bool,
    /// Whether it is the default of its organization and kind.
    pub default: bool,
    /// Counts the changes; an edit names the one it saw.
    pub version: u32,
    /// Plain values by field id; never a secret.
    pub fields: Values,
    /// Where each secret is.
    pub secrets: BTreeMap<String, SecretState>,
    /// What is derived from it and public.
    pub facts: Facts,
    /// Why the account did not take what was changed here.
    pub trouble: Option<Trouble>,
    /// What the account tells of it beside its fields.
    pub account: AccountFacts,
    /// What a draft still lacks.
    pub problems: Vec<Problem>,
    /// What a person notes of it. It stays here.
    pub note: String,
    /// When it ends.
    #[serde(serialize_with = "rfc3339_if_any")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub expires: Option<DateTime<Utc>>,
    /// Who says so.
    pub expires_from: Option<ExpirySource>,
    /// When it ends as a person says, whoever ends it earlier.
    #[serde(serialize_with = "rfc3339_if_any")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub expires_by_hand: Option<DateTime<Utc>>,
    /// The last check of it as it is.
    pub check: Option<Check>,
    /// The account's number for it.
    pub account_id: Option<i32>,
    /// The projects that use it.
    pub used_by: Vec<String>,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(serialize_with = "rfc3339")]
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub modified_at: DateTime<Utc>,
}

/// A credential that was saved, and what is to be said of it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Saved {
    /// As it is now.
    pub credential: CredentialView,
    /// What was tidied or looks like a slip.
    pub warnings: Vec<Problem>,
}

/// A workspace and its organizations.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WorkspaceView {
    /// Local and stable.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is connected to an account.
    pub connected: bool,
    /// The person's role in it.
    pub role: Role,
    /// Its organizations, by name.
    pub organizations: Vec<OrganizationView>,
    /// Whether it is the one in use when none is named.
    pub current: bool,
}

/// An organization.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct OrganizationView {
    /// Local and stable.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether the person has no role in it any more, so that nothing of it is shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

impl App {
    pub(crate) fn view(&self, here: &Here, row: Credential) -> CredentialView {
        let organization = here.name_of(row.organization);
        credential_view(row, organization)
    }
}

pub(crate) fn credential_view(row: Credential, organization: String) -> CredentialView {
    let kind = row.kind.kind();
    let expires = row.expires();
    let state = |field: &str| row.secrets.get(field).copied().unwrap_or(SecretState::Unset);
    CredentialView {
        id: row.id.to_string(),
        kind: row.kind,
        tab: kind.tab,
        name: row.name,
        organization,
        organization_id: row.organization.to_string(),
        state: row.state,
        locked: row.locked,
        default: row.default,
        version: row.version,
        secrets: kind.secrets().map(|field| (field.id.to_owned(), state(field.id))).collect(),
        fields: row.values,
        facts: row.facts,
        problems: row.problems,
        note: row.note,
        expires: expires.map(|(at, _)| at),
        expires_from: expires.map(|(_, source)| source),
        expires_by_hand: row.expires_by_hand,
        check: row.check,
        trouble: row.trouble,
        account: row.account,
        account_id: row.remote_id,
        used_by: row.used_by,
        created_at: row.created_at,
        modified_at: row.modified_at,
    }
}

fn rfc3339<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time(at))
}

pub(crate) fn rfc3339_if_any<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => rfc3339(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// A time as it goes out: RFC 3339 in UTC with milliseconds.
pub(crate) fn time(at: &DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
