//! What can be done with credentials: the use cases, and the only crate that decides.
//!
//! Each use case goes the same way: authorise, validate, write the secrets to the keychain, write the row, enqueue what
//! the account has to learn. The faces (`credenza` and `credenza-desktop`) call these and state no rule of their own.
//!
//! Calls block: on the disk for milliseconds, on the keychain for up to its bound. The window calls them from threads.

#![deny(missing_docs)]

mod account;
mod add;
mod audit;
mod cancel;
mod check;
mod edit;
mod error;
mod flags;
mod judge;
mod keychain;
mod list;
mod lock;
pub mod paths;
pub mod process;
mod protocol;
mod remove;
mod reveal;
mod sync;
mod view;
mod workspaces;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use chrono::{DateTime, Utc};
use credenza_check::Checker;
use credenza_model::{Access, Action, Kind, KindId, OrganizationId, Role, Tab, WorkspaceId};
use credenza_remote::Limits;
use credenza_store::{Organization, Store, Workspace};
use credenza_vault::Vault;
use tokio::runtime::Runtime;

pub use account::{
    AccountView, SignInInput, SignInMethod, SuggestedFields, SuggestionView, WhoOrganizationView, WhoView,
};
pub use cancel::Cancel;
pub use check::{CheckProgress, CheckReport, CheckedView, EndpointView};
pub use credenza_check::Limits as CheckLimits;
pub use credenza_store::{Check, CheckDetail, ExpirySource};
pub use edit::Completeness;
pub use error::{AppError, ErrorCode, ErrorView};
pub use keychain::KeychainView;
pub use list::{KindCount, ListQuery, Page, TabView};
pub use protocol::Step;
pub use remove::UNDO_FOR;
pub use sync::{
    ConflictField, ConflictReason, ConflictView, MissingView, PendingView, PlanLine, Resolution, SecretWord, Side,
    SyncFailure, SyncOptions, SyncProgress, SyncReport, SyncStage, SyncStatus,
};
pub use view::{CredentialView, OrganizationView, Saved, WorkspaceView};

/// The program: one data directory, its keychain items, and the workspace in use.
pub struct App {
    dir: PathBuf,
    store: Store,
    vault: Vault,
    workspace: Option<String>,
    now: fn() -> DateTime<Utc>,
    limits: Limits,
    check_limits: CheckLimits,
    checker: Mutex<Option<(check::Kept, Arc<Checker>)>>,
    recent: Mutex<Option<check::Recent>>,
    runtime: OnceLock<Runtime>,
    line: Mutex<Option<Arc<account::link::Line>>>,
    on_step: Box<dyn Fn(Step) + Send + Sync>,
}

impl App {
    /// Opens a data directory, making it when it is not there. The keychain is not touched.
    ///
    /// # Errors
    /// What is wrong with the directory or its database: [`ErrorCode::ReadOnly`], [`ErrorCode::Newer`],
    /// [`ErrorCode::Damaged`], [`ErrorCode::Failed`].
    pub fn open(dir: &Path) -> Result<Self, AppError> {
        let store = Store::open(dir)?;
        let vault = Vault::keychain(&store.data_id().to_string());
        Ok(Self::with(dir, store, vault))
    }

    /// As [`App::open`], with another vault: tests bring the in-memory one.
    ///
    /// # Errors
    /// As [`App::open`].
    pub fn open_with(dir: &Path, vault: Vault) -> Result<Self, AppError> {
        Ok(Self::with(dir, Store::open(dir)?, vault))
    }

    fn with(dir: &Path, store: Store, vault: Vault) -> Self {
        Self {
            dir: dir.to_owned(),
            store,
            vault,
            workspace: None,
            now: Utc::now,
            limits: Limits::default(),
            check_limits: CheckLimits::default(),
            checker: Mutex::new(None),
            recent: Mutex::new(None),
            runtime: OnceLock::new(),
            line: Mutex::new(None),
            on_step: Box::new(|_| ()),
        }
    }

    /// Works in the workspace of this name instead of the current one, without making it current.
    #[must_use]
    pub fn in_workspace(mut self, name: Option<String>) -> Self {
        self.workspace = name;
        self
    }

    /// Tells the time by another clock.
    #[must_use]
    pub fn with_clock(mut self, now: fn() -> DateTime<Utc>) -> Self {
        self.now = now;
        self
    }

    /// Asks the account within other bounds than the usual ones.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Checks credentials within other bounds than the usual ones.
    #[must_use]
    pub fn with_check_limits(mut self, limits: CheckLimits) -> Self {
        self.check_limits = limits;
        self
    }

    /// Calls back after each step of the secret protocol and of a push, so that a test can end the process there.
    #[must_use]
    pub fn on_step(mut self, observer: impl Fn(Step) + Send + Sync + 'static) -> Self {
        self.on_step = Box::new(observer);
        self
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Everything that is not secret, past every right: for tests, which prepare and inspect it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Makes the day's backup of the database beside it, when there is something to keep and none was made yet.
    ///
    /// # Errors
    /// The disk's own; nothing else depends on the backup.
    pub fn backup_if_due(&self) -> Result<(), AppError> {
        let empty = self.store.read(|reader| {
            reader.workspaces()?.iter().try_fold(true, |empty, workspace| {
                Ok::<_, AppError>(empty && reader.counts(workspace.id, None, &[])?.is_empty())
            })
        })?;
        if !empty {
            self.store.backup_if_due((self.now)())?;
        }
        Ok(())
    }

    /// Whether the data directory can only be read, so that nothing can be saved.
    pub fn read_only(&self) -> bool {
        self.store.read_only()
    }

    /// Changes whenever another process has written to the database.
    pub fn data_version(&self) -> Option<i64> {
        self.store.data_version().ok()
    }

    /// Whether credentials of a kind may be added to an organization at all, before anybody types one.
    ///
    /// # Errors
    /// As [`App::add`]'s first two.
    pub fn may_add(&self, kind: KindId, organization: Option<&str>) -> Result<(), AppError> {
        let here = self.here()?;
        here.require(kind.kind(), Action::Add)?;
        let organization = here.organization(organization)?.id;
        here.require_in(organization, kind.kind(), Action::Add)
    }

    /// The workspace of this id and its organizations, whichever is in use.
    fn here_in(&self, id: WorkspaceId) -> Result<Here, AppError> {
        self.store.read(|reader| {
            let workspace = reader.workspace(id)?.ok_or(AppError::Cancelled)?;
            Ok(Here { workspace, organizations: reader.organizations(id)? })
        })
    }

    /// Who is asking: the workspace in use and its organizations.
    fn here(&self) -> Result<Here, AppError> {
        self.store.read(|reader| {
            let workspace = match &self.workspace {
                Some(name) => workspaces::named(reader, name)?,
                None => reader.current_workspace()?.ok_or(AppError::NoWorkspaceYet)?,
            };
            let organizations = reader.organizations(workspace.id)?;
            Ok(Here { workspace, organizations })
        })
    }
}

/// The asker's place: what every use case begins with.
struct Here {
    workspace: Workspace,
    organizations: Vec<Organization>,
}

impl Here {
    fn role(&self) -> Role {
        self.workspace.role
    }

    /// The first line of every use case: whether the action exists, and whether the role may do it.
    fn require(&self, kind: &'static Kind, action: Action) -> Result<(), AppError> {
        self.require_as(self.role(), kind, action)
    }

    fn require_as(&self, role: Role, kind: &'static Kind, action: Action) -> Result<(), AppError> {
        if !kind.allows(role, action) {
            return Err(AppError::Forbidden(refusal(&kind.access, role, action, kind.label)));
        }
        if !kind.offers(action) {
            let what = if action == Action::Default { "no default" } else { "no lock" };
            return Err(AppError::Unavailable(format!("{} credentials have {what}.", kind.label)));
        }
        Ok(())
    }

    /// As [`Here::require`], in one organization: with an account the role is each organization's own.
    fn require_in(&self, organization: OrganizationId, kind: &'static Kind, action: Action) -> Result<(), AppError> {
        let own = self.organizations.iter().find(|known| known.id == organization).and_then(|known| known.role);
        self.require_as(own.unwrap_or(self.role()), kind, action)
    }

    /// The kinds that the role may see.
    fn visible(&self) -> impl Iterator<Item = KindId> {
        let role = self.role();
        KindId::ALL.iter().copied().filter(move |id| id.kind().allows(role, Action::See))
    }

    /// Why a tab is closed to the role, if it is.
    fn closed(&self, tab: Tab) -> Option<String> {
        let mut kinds = tab.kinds().peekable();
        let first = *kinds.peek()?;
        kinds
            .all(|kind| !kind.allows(self.role(), Action::See))
            .then(|| refusal(&first.access, self.role(), Action::See, tab.label()))
    }

    fn organization(&self, name: Option<&str>) -> Result<&Organization, AppError> {
        let Some(name) = name else {
            let open: Vec<&Organization> =
                self.organizations.iter().filter(|organization| organization.role != Some(Role::Member)).collect();
            return match open.as_slice() {
                [only] => Ok(only),
                _ => Err(AppError::usage(format!(
                    "This workspace has several organizations. Say which one: {}.",
                    open.iter()
                        .map(|organization| credenza_model::printable(&organization.name))
                        .collect::<Vec<_>>()
                        .join(", ")
                ))),
            };
        };
        let same = |organization: &&Organization| organization.name == name || organization.id.to_string() == name;
        let alike = |organization: &&Organization| organization.name.to_lowercase() == name.to_lowercase();
        self.organizations
            .iter()
            .find(same)
            .or_else(|| self.organizations.iter().find(alike))
            .ok_or_else(|| AppError::NoOrganization(credenza_model::printable(name)))
    }

    /// The organizations in which the person has no role any more: nothing of them is shown.
    fn closed_organizations(&self) -> Vec<OrganizationId> {
        self.organizations
            .iter()
            .filter(|organization| organization.role == Some(Role::Member))
            .map(|organization| organization.id)
            .collect()
    }

    fn name_of(&self, id: OrganizationId) -> String {
        self.organizations
            .iter()
            .find(|organization| organization.id == id)
            .map(|found| found.name.clone())
            .unwrap_or_default()
    }
}

/// Why a role may not do something, and who may.
fn refusal(access: &Access, role: Role, action: Action, what: &str) -> String {
    let least = access.least(action).label();
    match (role, action) {
        (Role::Member, _) => {
            "Members do not work with credentials. Ask a Manager or a Partner of your organization.".to_owned()
        }
        (_, Action::Filter) => format!("Only a {least} can filter by organization."),
        _ => format!("Only a {least} can {} {what} credentials; you are a {} here.", action.verb(), role.label()),
    }
}
