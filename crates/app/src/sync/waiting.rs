//! What waits to be pushed, and what a person says to it: try again, agree, take back.

use credenza_model::{Action, CredentialId};
use credenza_store::{Agreed, Credential, Operation, OutboxEntry, Phase, Stage, State};

use super::conflict::in_account;
use super::desk::Sent;
use super::merge::changed_here;
use super::queue::replace_steps;
use super::view::PendingView;
use crate::edit::shown;
use crate::view::CredentialView;
use crate::{App, AppError};

impl App {
    /// What waits to be pushed, in its order.
    ///
    /// # Errors
    /// The database's own.
    pub fn pending(&self) -> Result<Vec<PendingView>, AppError> {
        let here = self.here()?;
        self.store.read(|reader| {
            let mut views = Vec::new();
            for entry in reader.outbox_of(here.workspace.id)? {
                let Some(row) = reader.credential(entry.credential)? else { continue };
                if here.require_in(row.organization, row.kind.kind(), Action::See).is_err() {
                    continue;
                }
                let agreed = reader.agreed(row.id)?.unwrap_or_default();
                views.push(PendingView {
                    id: row.id.to_string(),
                    kind: row.kind,
                    organization: here.name_of(row.organization),
                    operation: entry.operation.as_str().into(),
                    state: match entry.stage {
                        _ if row.state == State::Conflict => "conflict",
                        Stage::Waiting => "waiting",
                        Stage::InFlight => "running",
                        Stage::Parked => "parked",
                        Stage::Asks => "asks",
                    }
                    .into(),
                    message: row.trouble.as_ref().map(|trouble| trouble.message.clone()),
                    steps: match entry.operation {
                        Operation::Replace => replace_steps(&row, &agreed),
                        _ => Vec::new(),
                    },
                    name: row.name,
                });
            }
            Ok(views)
        })
    }

    /// Tries again to push what the account refused.
    ///
    /// # Errors
    /// [`AppError::Refused`] when nothing of it waits.
    pub fn retry(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        self.set_going(id, Stage::Parked, "retry", "Nothing of it waits to be tried again.")
    }

    /// Agrees to a replacement: to make a new one in the account in the place of one that cannot be changed.
    ///
    /// # Errors
    /// [`AppError::Refused`] when nothing is asked of it.
    pub fn consent(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        self.set_going(id, Stage::Asks, "consent", "Nothing of it waits for consent.")
    }

    fn set_going(
        &self,
        id: CredentialId,
        from: Stage,
        action: &str,
        otherwise: &str,
    ) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        here.require_in(row.organization, row.kind.kind(), Action::Edit)?;
        let row = self.store.write(|writer| {
            let mut found = false;
            for entry in writer.waiting(id)? {
                if entry.stage == from {
                    found = true;
                    writer.update_outbox(&OutboxEntry {
                        stage: Stage::Waiting,
                        attempts: 0,
                        next_at: None,
                        ..entry
                    })?;
                }
            }
            // One that waits for its role or its kind has said why, and needs no more than time.
            let told = from == Stage::Parked && row.trouble.as_ref().is_some_and(|trouble| !trouble.asks);
            if !found && !told {
                return Err(AppError::Refused(format!("{}: {otherwise}", shown(&row))));
            }
            let row = writer.credential(id)?.ok_or(AppError::NoCredential)?;
            let seen = row.version;
            let row = Credential { trouble: None, version: seen + 1, ..row };
            writer.update_credential(&row, seen)?;
            self.record(writer, &row, action, "")?;
            Ok(row)
        })?;
        Ok(self.view(&here, row))
    }

    /// Takes back what was changed here and is not in the account yet.
    ///
    /// # Errors
    /// [`AppError::Refused`] when there is nothing to go back to, or while it is being sent.
    pub fn discard(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        let kind = row.kind.kind();
        here.require_in(row.organization, kind, Action::Edit)?;
        let _lock = crate::lock::DirLock::take(&self.dir)?;
        let now = (self.now)();
        let mut erased = None;
        let row = self
            .store
            .write(|writer| {
                let row = writer.credential(id)?.ok_or(AppError::NoCredential)?;
                let agreed = writer.agreed(id)?.unwrap_or_default();
                let Some(base) = agreed.base.clone().filter(|_| row.remote_id.is_some()) else {
                    return Err(AppError::Refused(format!(
                        "The account does not have {} yet. Delete it instead.",
                        shown(&row)
                    )));
                };
                for entry in writer.waiting(id)? {
                    if !matches!(entry.operation, Operation::Update | Operation::Replace) {
                        continue;
                    }
                    if entry.stage == Stage::InFlight || Sent::of(&entry).is_some_and(|sent| sent.stage.is_some()) {
                        return Err(AppError::Refused(format!(
                            "The change of {} is being sent. Sync first, then change it back.",
                            shown(&row)
                        )));
                    }
                    writer.settle(entry.number)?;
                }
                let seen = row.version;
                // What is known only here was never on its way, and stays.
                let mut values = row.values.clone();
                for field in changed_here(kind, &base.values, &row.values) {
                    match base.values.get(field.id) {
                        Some(value) => values.set(field.id, value.clone()),
                        None => drop(values.0.remove(field.id)),
                    }
                }
                let mut back = Credential {
                    values,
                    state: State::Synced,
                    trouble: None,
                    version: seen + 1,
                    modified_at: now,
                    ..row
                };
                back.name = back.values.text(kind.name_field).unwrap_or_default().to_owned();
                let mut agreed = Agreed { theirs: None, conflict: None, ..agreed };
                if back.secret.map(|secret| secret.generation) != agreed.pushed {
                    // The one that the account has is not here any more: only it knows it.
                    erased = back.secret.take();
                    back.secrets = in_account(kind);
                    back.secret_facts = credenza_model::Facts::default();
                    agreed.pushed = None;
                }
                back.facts = (kind.value_facts)(&back.values).or(back.secret_facts.clone());
                writer.update_credential(&back, seen)?;
                writer.set_agreed(id, &agreed)?;
                if let Some(erased) = erased {
                    writer.journal(erased, Phase::Erasing)?;
                }
                self.record(writer, &back, "discard", "")?;
                Ok(back)
            })
            .map_err(|error| self.name_was_taken(error, kind))?;
        if let Some(erased) = erased {
            self.erase(erased);
        }
        Ok(self.view(&here, row))
    }
}
