//! What the faces hand in and get out around an account.

use credenza_model::{KindId, Role, Secret};
use serde::{Deserialize, Serialize};

/// How one signs in to an account. It is handed in whole each time: an account that asks for a second factor answers
/// with [`crate::ErrorCode::SecondFactor`], and the same comes again with a code.
#[derive(Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SignInInput {
    /// The API's host, as a person types it.
    pub host: String,
    /// The content of a CA file in PEM, to trust beside the system's.
    #[serde(default)]
    pub authorities: Option<String>,
    /// By which means.
    pub method: SignInMethod,
    /// The account's name, where the server has accounts.
    #[serde(default)]
    pub account: Option<String>,
    /// E-mail, or the access key.
    pub login: String,
    /// Password, or the secret key.
    #[cfg_attr(feature = "specta", specta(type = String))]
    #[serde(deserialize_with = "secret")]
    pub secret: Secret,
    /// A code of the authenticator.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    #[serde(default, deserialize_with = "optional_secret")]
    pub code: Option<Secret>,
    /// A recovery code instead.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    #[serde(default, deserialize_with = "optional_secret")]
    pub recovery: Option<Secret>,
    /// Makes a workspace of this name for it. Without one, the workspace in use is connected.
    #[serde(default)]
    pub workspace: Option<String>,
}

/// The means of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum SignInMethod {
    /// E-mail and password.
    Password,
    /// A robot's access key and secret key.
    Key,
    /// A user's token of the older API: access key and secret key.
    Token,
}

/// The account of a workspace.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// The API's address.
    pub host: String,
    /// The account's name, as the server tells it or as it was typed.
    pub account: Option<String>,
    /// Who is signed in: a name to show.
    pub person: String,
    /// E-mail or access key: what was typed to sign in.
    pub login: String,
    /// By which means.
    pub method: SignInMethod,
    /// Whether a CA file was given.
    pub own_authorities: bool,
    /// Whether the session can be used. When not, `ended` says why.
    pub signed_in: bool,
    /// Why it ended, and what to do.
    pub ended: Option<String>,
    /// When the role was last asked for.
    pub asked_at: Option<String>,
}

/// Who one is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WhoView {
    /// The workspace.
    pub workspace: String,
    /// The account; none for a local workspace.
    pub account: Option<AccountView>,
    /// The strongest role.
    pub role: Role,
    /// The role in each organization.
    pub organizations: Vec<WhoOrganizationView>,
    /// Whether this is what was last known, since the account was not asked or could not be.
    pub cached: bool,
}

/// The role in one organization.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WhoOrganizationView {
    /// Local and stable.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The role in it.
    pub role: Role,
    /// The account's number; none for one that exists only here.
    pub account_id: Option<i32>,
}

/// One value that the provider offers for a field.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SuggestionView {
    /// What goes into the field.
    pub value: String,
    /// The words for it.
    pub label: String,
}

/// The fields of a kind whose values somebody can offer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SuggestedFields {
    /// The kind.
    pub kind: KindId,
    /// The ids of its fields that the account can offer something for.
    pub fields: Vec<String>,
    /// The ids of its fields that the provider itself is asked about, from this machine and without an account.
    pub here: Vec<String>,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

fn optional_secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()).map(Secret::new))
}
