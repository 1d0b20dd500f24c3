//! What Keystone is told and tells, as JSON.

use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub(super) struct Login<'a> {
    pub auth: Auth<'a>,
}

#[derive(Serialize)]
pub(super) struct Auth<'a> {
    pub identity: Identity<'a>,
    /// An application credential has its own, and none may be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope<'a>>,
}

#[derive(Serialize, Default)]
pub(super) struct Identity<'a> {
    pub methods: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Password<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_credential: Option<ApplicationSecret<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<ById<'a>>,
}

#[derive(Serialize)]
pub(super) struct Password<'a> {
    pub user: UserSecret<'a>,
}

#[derive(Serialize)]
pub(super) struct UserSecret<'a> {
    pub name: &'a str,
    pub domain: Domain<'a>,
    pub password: &'a str,
}

#[derive(Serialize)]
pub(super) struct ApplicationSecret<'a> {
    pub id: &'a str,
    pub secret: &'a str,
}

#[derive(Serialize)]
pub(super) struct ById<'a> {
    pub id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Domain<'a> {
    Id(&'a str),
    Name(&'a str),
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scope<'a> {
    Project(ById<'a>),
    #[serde(untagged)]
    Nothing(&'static str),
}

#[derive(Deserialize)]
pub(super) struct Issued {
    pub token: Token,
}

/// What a token stands for. The token itself is in a header.
#[derive(Deserialize)]
pub(super) struct Token {
    pub user: User,
    pub project: Option<Named>,
    #[serde(default)]
    pub roles: Vec<Named>,
    #[serde(default)]
    pub catalog: Vec<Service>,
    pub application_credential: Option<Named>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub id: String,
    pub name: String,
    pub domain: Named,
    pub password_expires_at: Option<String>,
}

#[derive(Deserialize, Clone)]
pub(super) struct Named {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
}

/// A sort of service, and where it is.
#[derive(Deserialize)]
pub(super) struct Service {
    #[serde(rename = "type")]
    pub sort: String,
    #[serde(default)]
    pub endpoints: Vec<Place>,
}

#[derive(Deserialize)]
pub(super) struct Place {
    #[serde(default)]
    pub interface: String,
    region_id: Option<String>,
    region: Option<String>,
    pub url: String,
}

impl Place {
    /// The name by which clients choose it.
    pub(super) fn region(&self) -> &str {
        self.region_id.as_deref().or(self.region.as_deref()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct Projects {
    pub projects: Vec<Project>,
}

#[derive(Deserialize)]
pub(super) struct Project {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub domain_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Regions {
    pub regions: Vec<Named>,
}

#[derive(Deserialize)]
pub(super) struct Application {
    pub application_credential: Life,
}

#[derive(Deserialize)]
pub(super) struct Life {
    pub expires_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct About {
    pub version: Named,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub error: Words,
}

#[derive(Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    pub message: String,
}
