//! Signing out: the workspace is local again.

use credenza_model::{SecretMap, SecretState};
use credenza_store::{AuditEvent, Credential, Phase, State};

use crate::view::WorkspaceView;
use crate::{App, AppError, Cancel};

impl App {
    /// Signs out: the session goes from the keychain, and the workspace is local again. With `keep` the credentials of
    /// the account stay here as they are known; without, they go. What exists only here stays in either case.
    ///
    /// # Errors
    /// [`AppError::Refused`] for a local workspace.
    pub fn sign_out(&self, keep: bool) -> Result<WorkspaceView, AppError> {
        let here = self.here()?;
        let workspace = here.workspace.id;
        // A sync that is under way would write numbers of the account that is left.
        let _alone = crate::lock::DirLock::take_for_sync(&self.dir, &Cancel::default())?;
        let _lock = crate::lock::DirLock::take(&self.dir)?;
        let now = (self.now)();
        let secrets = self.store.write(|writer| {
            let account = writer.account(workspace)?.ok_or_else(|| AppError::Refused(NO_ACCOUNT.into()))?;
            let mut secrets: Vec<_> = account.session.into_iter().collect();
            for row in writer.credentials(workspace)? {
                writer.settle_all(row.id)?;
                writer.forget_agreed(row.id)?;
                if row.remote_id.is_none() && row.deleted_at.is_none() && row.state != State::Conflict {
                    continue;
                }
                let closed = here.closed_organizations().contains(&row.organization);
                if (keep && !closed) || row.remote_id.is_none() {
                    let seen = row.version;
                    let mut next = local_again(row);
                    // The account may have had two of one name, and here only one can be complete under it.
                    let taken = writer.name_taken(next.organization, next.kind, &next.name, Some(next.id), false)?;
                    if taken && next.state == State::Ready {
                        next.state = State::Draft;
                        next.default = false;
                    }
                    writer.update_credential(&next, seen)?;
                } else {
                    secrets.extend(row.secret);
                    writer.remove_credential(row.id)?;
                }
            }
            for organization in &here.organizations {
                writer.set_organization_account(organization.id, None, None)?;
            }
            for secret in &secrets {
                writer.journal(*secret, Phase::Erasing)?;
            }
            writer.remove_account(workspace)?;
            writer.audit(&AuditEvent {
                workspace,
                credential: None,
                name: account.person,
                action: "logout".into(),
                detail: account.host,
                at: now,
            })?;
            Ok::<_, AppError>(secrets)
        })?;
        for secret in secrets {
            self.erase(secret);
        }
        self.workspace()
    }
}

/// What is said when a local workspace is asked for its account.
pub(crate) const NO_ACCOUNT: &str =
    "This workspace has no account. Sign in first: `credenza login`, or Connect an account in the window.";

/// A credential without the account that it was in.
fn local_again(row: Credential) -> Credential {
    let kind = row.kind.kind();
    let secrets: std::collections::BTreeMap<_, _> =
        row.secrets.into_iter().filter(|(_, state)| *state == SecretState::Set).collect();
    let held = |field: &str| secrets.get(field).copied().unwrap_or(SecretState::Unset);
    let problems = kind.judge(&row.values, &held, &SecretMap::default()).problems;
    let state = if problems.is_empty() && row.state != State::Draft && row.deleted_at.is_none() {
        State::Ready
    } else {
        State::Draft
    };
    Credential {
        state,
        problems,
        secrets,
        remote_id: None,
        used_by: Vec::new(),
        account: credenza_store::AccountFacts::default(),
        trouble: None,
        default: row.default && state != State::Draft,
        version: row.version + 1,
        ..row
    }
}
