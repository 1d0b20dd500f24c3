//! Who is signed in, in both generations of the API.

use credenza_model::Role;

use crate::json::Json;
use crate::link::Ask;
use crate::refusal::nonsense;
use crate::{Account, Generation, RemoteError, Who, WhoOrganization, WhoRole};

impl Account {
    /// Who is signed in.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn who(&self) -> Result<Who, RemoteError> {
        let told = match self.read_json(&Ask::get("/api/v1/users/userinfo")).await {
            Ok(json) => self.person(&json).await,
            Err(error) => Err(error),
        };
        match told {
            // Whether a robot is told of itself there is said nowhere; it has a place of its own.
            Err(error) if self.session.is_key() && !error.passes() => {
                match self.read_json(&Ask::get("/api/v1/robot/details")).await {
                    Ok(json) => self.robot(&json).await,
                    Err(RemoteError::NotFound(_)) => Err(error),
                    Err(other) => Err(other),
                }
            }
            told => told,
        }
    }

    async fn person(&self, json: &Json) -> Result<Who, RemoteError> {
        let odd = || nonsense(&self.link.host, "does not say who is signed in");
        let data = json.get("data").unwrap_or(json);
        let id = data.text("id").ok_or_else(odd)?;
        let name = ["displayName", "username", "email"].iter().find_map(|name| data.text(name)).ok_or_else(odd)?;
        let legacy = data.told("organizations").is_none() && data.told("account").is_none();
        let account = data.get(if legacy { "partner" } else { "account" });
        let number = account.and_then(|account| account.id("accountId").or_else(|| account.id("id")));
        let role = data.text("role").unwrap_or_default();
        let global = matches!(role, "Admin" | "AccountAdmin" | "AccountOwner" | "Partner");
        let own = if legacy { legacy_organization(data, role) } else { organizations_of(data) };
        let organizations = if global { self.all_organizations(own, Role::Partner).await? } else { own };
        Ok(Who {
            id: shown(id),
            name: shown(name),
            email: data.text("email").map(shown),
            account: number.map(|number| (number, account.and_then(|a| a.text("name")).map(shown).unwrap_or_default())),
            generation: if legacy { Generation::Legacy } else { Generation::Accounts },
            role: if global { WhoRole::Partner } else { WhoRole::PerOrganization },
            organizations,
            maintenance: json.get("isMaintenanceModeEnabled").and_then(Json::as_bool).unwrap_or_default(),
        })
    }

    /// A robot's rights are scopes, which are not listed anywhere; the server refuses what it may not do.
    async fn robot(&self, json: &Json) -> Result<Who, RemoteError> {
        let data = json.get("data").unwrap_or(json);
        let id = data.text("userId").ok_or_else(|| nonsense(&self.link.host, "does not say who is signed in"))?;
        let own = data.id("organizationId").map(|id| WhoOrganization {
            id,
            name: data.text("organizationName").map(shown).unwrap_or_default(),
            role: Role::Manager,
        });
        let organizations = match own {
            Some(own) => vec![own],
            None => self.all_organizations(Vec::new(), Role::Manager).await?,
        };
        Ok(Who {
            id: shown(id),
            name: shown(data.text("name").unwrap_or(id)),
            email: None,
            account: data.id("accountId").map(|id| (id, data.text("accountName").map(shown).unwrap_or_default())),
            generation: Generation::Accounts,
            role: WhoRole::PerOrganization,
            organizations,
            maintenance: false,
        })
    }

    /// Every organization that is listed. Who may not list them has those that were told with the person.
    async fn all_organizations(
        &self,
        own: Vec<WhoOrganization>,
        role: Role,
    ) -> Result<Vec<WhoOrganization>, RemoteError> {
        let json = match self.read_json(&Ask::get("/api/v1/organizations/list")).await {
            Ok(json) => json,
            Err(RemoteError::Forbidden(_) | RemoteError::NotFound(_)) => {
                return Ok(own.into_iter().map(|organization| WhoOrganization { role, ..organization }).collect());
            }
            Err(error) => return Err(error),
        };
        let items = json.as_list().or_else(|| json.get("data")?.as_list());
        let items = items.ok_or_else(|| nonsense(&self.link.host, "does not list its organizations"))?;
        let read = |item: &Json| {
            Some(WhoOrganization { id: item.id("id")?, name: item.text("name").map(shown).unwrap_or_default(), role })
        };
        Ok(distinct(items.iter().filter_map(read).collect()))
    }
}

/// The one organization of a person of the older generation.
fn legacy_organization(data: &Json, role: &str) -> Vec<WhoOrganization> {
    let role = if role == "Manager" { Role::Manager } else { Role::Member };
    let name = data.text("organizationName").map(shown).unwrap_or_default();
    data.id("organizationId").map(|id| WhoOrganization { id, name, role }).into_iter().collect()
}

/// The organizations of a person, each with its own role. The key is the number.
fn organizations_of(data: &Json) -> Vec<WhoOrganization> {
    let Some(Json::Object(map)) = data.get("organizations") else { return Vec::new() };
    let read = |(key, value): (&String, &Json)| {
        let role = match value.text("role")? {
            "None" => return None,
            "Manager" => Role::Manager,
            // What a later server calls a role must not give rights that nobody meant.
            _ => Role::Member,
        };
        let id = key.parse().ok().filter(|id: &i32| *id > 0)?;
        Some(WhoOrganization { id, name: value.text("organizationName").map(shown).unwrap_or_default(), role })
    };
    distinct(map.iter().filter_map(read).collect())
}

/// Each number once, in their order.
fn distinct(mut organizations: Vec<WhoOrganization>) -> Vec<WhoOrganization> {
    organizations.sort_by_key(|organization| organization.id);
    organizations.dedup_by_key(|organization| organization.id);
    organizations
}

/// A name as it can be shown and stored.
fn shown(text: &str) -> String {
    text.chars().take(300).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
