//! Who one is in the account, and what that changes here.

use credenza_model::{OrganizationId, Role, WorkspaceId, printable};
use credenza_remote::Who;
use credenza_store::{Account, Organization, Workspace, Writer};
use uuid::Uuid;

use super::link::Link;
use super::sign_out::NO_ACCOUNT;
use super::view::{AccountView, SignInMethod, WhoOrganizationView, WhoView};
use crate::{App, AppError, Cancel};

impl App {
    /// Who one is here: with `ask` as the account says now, else as it was last known.
    ///
    /// # Errors
    /// [`AppError::SignedOut`] and [`AppError::Remote`] when it was to be asked and did not answer.
    pub fn who(&self, ask: bool) -> Result<WhoView, AppError> {
        let here = self.here()?;
        let account = self.store.read(|reader| reader.account(here.workspace.id))?;
        if let (true, Some(account)) = (ask, &account) {
            let (_, who) = Link::with_who(self, account, &Cancel::default())?;
            self.learn(here.workspace.id, &who)?;
        }
        self.who_view(!ask || account.is_none())
    }

    pub(crate) fn who_view(&self, cached: bool) -> Result<WhoView, AppError> {
        let here = self.here()?;
        let account = self.account_view(here.workspace.id)?;
        Ok(WhoView {
            role: here.workspace.role,
            organizations: here
                .organizations
                .iter()
                .map(|organization| WhoOrganizationView {
                    id: organization.id.to_string(),
                    name: organization.name.clone(),
                    role: organization.role.unwrap_or(here.workspace.role),
                    account_id: organization.remote_id,
                })
                .collect(),
            workspace: here.workspace.name,
            account,
            cached,
        })
    }

    pub(crate) fn account_view(&self, workspace: WorkspaceId) -> Result<Option<AccountView>, AppError> {
        let account = self.store.read(|reader| reader.account(workspace))?;
        Ok(account.map(|account| AccountView {
            signed_in: account.ended.is_none() && account.session.is_some(),
            method: SignInMethod::from_word(&account.method),
            own_authorities: account.authorities.is_some(),
            host: account.host,
            account: account.account,
            person: account.person,
            login: account.login,
            ended: account.ended,
            asked_at: account.asked_at.map(|at| crate::view::time(&at)),
        }))
    }

    /// Takes over what the account says of the person. Answers what a person should know of it.
    pub(crate) fn learn(&self, workspace: WorkspaceId, who: &Who) -> Result<Vec<String>, AppError> {
        let now = (self.now)();
        self.store.write(|writer| {
            // Somebody may have signed out meanwhile.
            let Some(account) = writer.account(workspace)? else { return Err(AppError::SignedOut(NO_ACCOUNT.into())) };
            let remarks = take_over(writer, workspace, who)?;
            let named = who.account.as_ref().map(|(_, name)| name.clone());
            writer.set_account(&Account {
                person_id: who.id.clone(),
                person: who.name.clone(),
                account: named.or(account.account),
                asked_at: Some(now),
                ..account
            })?;
            Ok(remarks)
        })
    }
}

/// Roles and organizations as the account says they are. What is here of an organization that was lost stays, unseen.
pub(crate) fn take_over(writer: &Writer<'_>, workspace: WorkspaceId, who: &Who) -> Result<Vec<String>, AppError> {
    let mut remarks = Vec::new();
    let known = writer.organizations(workspace)?;
    for there in &who.organizations {
        let by_id = known.iter().find(|here| here.remote_id == Some(there.id));
        let alike =
            |here: &&Organization| here.remote_id.is_none() && here.name.to_lowercase() == there.name.to_lowercase();
        match by_id.or_else(|| known.iter().find(alike)) {
            Some(here) => {
                if here.role != Some(there.role) && here.remote_id.is_some() {
                    remarks.push(role_changed(&there.name, there.role));
                }
                writer.set_organization_account(here.id, Some(there.id), Some(there.role))?;
                if here.name != there.name {
                    let name = free_name(writer, workspace, &there.name, Some(here.id), there.id)?;
                    if here.name != name {
                        writer.rename_organization(here.id, &name)?;
                    }
                }
            }
            None => writer.insert_organization(&Organization {
                id: OrganizationId::new(Uuid::now_v7()),
                workspace,
                name: free_name(writer, workspace, &there.name, None, there.id)?,
                remote_id: Some(there.id),
                role: Some(there.role),
            })?,
        }
    }
    for lost in &known {
        let still = who.organizations.iter().any(|there| Some(there.id) == lost.remote_id);
        if lost.remote_id.is_some() && !still && lost.role != Some(Role::Member) {
            writer.set_organization_account(lost.id, lost.remote_id, Some(Role::Member))?;
            remarks.push(format!(
                "You have no role in {} any more, so its credentials are not shown. What is here of it is kept.",
                printable(&lost.name)
            ));
        }
    }
    let role = who.organizations.iter().map(|there| there.role).max().unwrap_or(Role::Member);
    let before: Option<Workspace> = writer.workspace(workspace)?;
    if before.is_some_and(|before| before.role != role) {
        writer.set_workspace_role(workspace, role)?;
    }
    if who.maintenance {
        remarks.push("The account's server is in maintenance; what is changed now may have to wait.".into());
    }
    Ok(remarks)
}

fn role_changed(organization: &str, role: Role) -> String {
    let organization = printable(organization);
    match role {
        Role::Member => format!(
            "You are a Member in {organization} now, so its credentials are not shown. What is here of it is kept."
        ),
        role => format!("You are a {} in {organization} now.", role.label()),
    }
}

/// The name, or one beside it when another organization here has it.
fn free_name(
    writer: &Writer<'_>,
    workspace: WorkspaceId,
    name: &str,
    except: Option<OrganizationId>,
    number: i32,
) -> Result<String, AppError> {
    let taken = writer
        .organizations(workspace)?
        .iter()
        .any(|other| Some(other.id) != except && other.name.to_lowercase() == name.to_lowercase());
    Ok(if taken || name.trim().is_empty() { format!("{name} ({number})") } else { name.to_owned() })
}
