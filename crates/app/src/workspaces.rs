//! Workspaces and their organizations.

use credenza_model::{OrganizationId, Role, WorkspaceId, printable};
use credenza_store::{Organization, Phase, Reader, StoreError, Workspace};
use uuid::Uuid;

use crate::lock::DirLock;
use crate::view::{OrganizationView, WorkspaceView};
use crate::{App, AppError, Cancel};

/// The longest name of a workspace or an organization, in characters.
const NAME_LENGTH: usize = 100;

impl App {
    /// Makes a local workspace. The first one becomes the current one.
    ///
    /// # Errors
    /// [`AppError::Usage`] for a name that is empty, too long or taken, or without organizations.
    pub fn create_workspace(
        &self,
        name: &str,
        role: Role,
        organizations: &[String],
    ) -> Result<WorkspaceView, AppError> {
        let name = valid_name("workspace", name)?;
        if role == Role::Member {
            return Err(AppError::usage(
                "A local workspace is a Manager's or a Partner's: Members do not work with credentials.",
            ));
        }
        let mut names: Vec<String> = Vec::new();
        for organization in organizations {
            let organization = valid_name("organization", organization)?;
            if names.iter().any(|seen| seen.to_lowercase() == organization.to_lowercase()) {
                return Err(AppError::usage(format!("The organization {organization} is named twice.")));
            }
            names.push(organization);
        }
        if names.is_empty() {
            return Err(AppError::usage("A workspace has at least one organization. Name it with --organization."));
        }
        let workspace = Workspace { id: WorkspaceId::new(Uuid::now_v7()), name, role };
        self.store.write(|writer| {
            if writer.workspaces()?.iter().any(|other| other.name.to_lowercase() == workspace.name.to_lowercase()) {
                return Err(AppError::usage(format!("There is a workspace named {} already.", workspace.name)));
            }
            writer.insert_workspace(&workspace)?;
            for name in names {
                writer.insert_organization(&Organization {
                    id: OrganizationId::new(Uuid::now_v7()),
                    workspace: workspace.id,
                    name,
                    remote_id: None,
                    role: None,
                })?;
            }
            if writer.current_workspace()?.is_none() {
                writer.set_current_workspace(Some(workspace.id))?;
            }
            Ok(())
        })?;
        self.workspace_view(workspace.id)
    }

    /// Every workspace, by name.
    ///
    /// # Errors
    /// The database's own.
    pub fn workspaces(&self) -> Result<Vec<WorkspaceView>, AppError> {
        self.store.read(|reader| {
            let current = reader.current_workspace()?.map(|workspace| workspace.id);
            reader.workspaces()?.into_iter().map(|workspace| view(reader, workspace, current)).collect()
        })
    }

    /// The workspace in use.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none yet.
    pub fn workspace(&self) -> Result<WorkspaceView, AppError> {
        self.workspace_view(self.here()?.workspace.id)
    }

    /// Makes a workspace, named by name or id, the current one.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn use_workspace(&self, name: &str) -> Result<WorkspaceView, AppError> {
        self.forget_recent();
        let id = self.store.write(|writer| {
            let workspace = named(writer, name)?;
            writer.set_current_workspace(Some(workspace.id))?;
            Ok::<_, AppError>(workspace.id)
        })?;
        self.workspace_view(id)
    }

    /// Gives a workspace another name.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Usage`] for a name that is empty, too long or taken.
    pub fn rename_workspace(&self, name: &str, new: &str) -> Result<WorkspaceView, AppError> {
        let new = valid_name("workspace", new)?;
        let id = self.store.write(|writer| {
            let workspace = named(writer, name)?;
            let taken = |other: &Workspace| other.id != workspace.id && other.name.to_lowercase() == new.to_lowercase();
            if writer.workspaces()?.iter().any(taken) {
                return Err(AppError::usage(format!("There is a workspace named {new} already.")));
            }
            writer.rename_workspace(workspace.id, &new)?;
            Ok(workspace.id)
        })?;
        self.workspace_view(id)
    }

    /// Deletes a workspace with everything in it, secrets included. This cannot be undone.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Locked`] or [`AppError::Used`] while it holds such credentials.
    pub fn delete_workspace(&self, name: &str) -> Result<WorkspaceView, AppError> {
        // A sync that is under way would write what is deleted here.
        let _alone = DirLock::take_for_sync(&self.dir, &Cancel::default())?;
        let _lock = DirLock::take(&self.dir)?;
        let (gone, secrets) = self.store.write(|writer| {
            let workspace = named(writer, name)?;
            let current = writer.current_workspace()?.map(|workspace| workspace.id);
            let gone = view(writer, workspace.clone(), current)?;
            let mut secrets = Vec::new();
            if let Some(session) = writer.account(workspace.id)?.and_then(|account| account.session) {
                writer.journal(session, Phase::Erasing)?;
                secrets.push(session);
            }
            for row in writer.credentials(workspace.id)? {
                if row.deleted_at.is_none() {
                    crate::edit::refuse_locked(&row, "deleted with its workspace")?;
                    crate::remove::refuse_used(&row)?;
                }
                secrets.extend(row.secret);
            }
            // The session of its account lies in the keychain too.
            secrets.extend(writer.account(workspace.id)?.and_then(|account| account.session));
            for secret in &secrets {
                writer.journal(*secret, Phase::Erasing)?;
            }
            writer.delete_workspace(workspace.id)?;
            if current == Some(workspace.id) {
                let next = writer.workspaces()?.first().map(|workspace| workspace.id);
                writer.set_current_workspace(next)?;
            }
            Ok::<_, AppError>((gone, secrets))
        })?;
        for secret in secrets {
            self.erase(secret);
        }
        Ok(gone)
    }

    /// The organizations of the workspace in use, by name.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no workspace.
    pub fn organizations(&self) -> Result<Vec<OrganizationView>, AppError> {
        Ok(self.here()?.organizations.iter().map(organization_view).collect())
    }

    /// Adds an organization to the workspace in use: a Partner's right.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], [`AppError::Usage`] for a name that is empty, too long or taken.
    pub fn add_organization(&self, name: &str) -> Result<OrganizationView, AppError> {
        let workspace = self.partner("add organizations")?;
        let name = valid_name("organization", name)?;
        let organization =
            Organization { id: OrganizationId::new(Uuid::now_v7()), workspace, name, remote_id: None, role: None };
        self.store
            .write(|writer| writer.insert_organization(&organization))
            .map_err(|error| name_taken(error, &organization.name))?;
        Ok(organization_view(&organization))
    }

    /// Renames an organization, named by name or id: a Partner's right.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], [`AppError::NotFound`], [`AppError::Usage`] for a name that is empty, too long or taken.
    pub fn rename_organization(&self, old: &str, new: &str) -> Result<OrganizationView, AppError> {
        self.partner("rename organizations")?;
        let here = self.here()?;
        let organization = here.organization(Some(old))?;
        if organization.remote_id.is_some() {
            return Err(AppError::Refused(
                "The account names its organizations; rename it there, and the next sync brings the name.".into(),
            ));
        }
        let new = valid_name("organization", new)?;
        self.store
            .write(|writer| writer.rename_organization(organization.id, &new))
            .map_err(|error| name_taken(error, &new))?;
        Ok(organization_view(&Organization { name: new, ..organization.clone() }))
    }

    fn partner(&self, what: &str) -> Result<WorkspaceId, AppError> {
        let here = self.here()?;
        if here.role() < Role::Partner {
            return Err(AppError::Forbidden(format!(
                "Only a Partner can {what}; you are a {} here.",
                here.role().label()
            )));
        }
        Ok(here.workspace.id)
    }

    fn workspace_view(&self, id: WorkspaceId) -> Result<WorkspaceView, AppError> {
        self.store.read(|reader| {
            let workspace = reader.workspace(id)?.ok_or(StoreError::NotFound)?;
            view(reader, workspace, reader.current_workspace()?.map(|workspace| workspace.id))
        })
    }
}

pub(crate) fn named(reader: &Reader<'_>, name: &str) -> Result<Workspace, AppError> {
    if let Some(found) = reader.workspace_named(name)? {
        return Ok(found);
    }
    let by_id = name.parse().ok().map(|id| reader.workspace(id)).transpose()?.flatten();
    by_id.ok_or_else(|| AppError::NoWorkspace(printable(name)))
}

fn view(reader: &Reader<'_>, workspace: Workspace, current: Option<WorkspaceId>) -> Result<WorkspaceView, AppError> {
    Ok(WorkspaceView {
        id: workspace.id.to_string(),
        organizations: reader.organizations(workspace.id)?.iter().map(organization_view).collect(),
        current: current == Some(workspace.id),
        connected: reader.account(workspace.id)?.is_some(),
        name: workspace.name,
        role: workspace.role,
    })
}

fn organization_view(organization: &Organization) -> OrganizationView {
    OrganizationView {
        id: organization.id.to_string(),
        name: organization.name.clone(),
        closed: organization.role == Some(Role::Member),
    }
}

pub(crate) fn valid_name(what: &str, name: &str) -> Result<String, AppError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_LENGTH {
        return Err(AppError::usage(format!(
            "The name of the {what} has 1 to {NAME_LENGTH} characters; this has {length}."
        )));
    }
    if printable(name) != name {
        return Err(AppError::usage(format!(
            "The name of the {what} holds characters that cannot be seen or that turn the direction of writing."
        )));
    }
    Ok(name.to_owned())
}

fn name_taken(error: StoreError, name: &str) -> AppError {
    match error {
        StoreError::Duplicate => {
            AppError::usage(format!("There is an organization named {} already.", printable(name)))
        }
        other => other.into(),
    }
}
