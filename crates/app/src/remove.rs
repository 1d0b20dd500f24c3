//! Deleting, undoing it, and the end of a deletion once undo has lapsed.

use chrono::TimeDelta;
use credenza_model::{Action, CredentialId};
use credenza_store::{Credential, Phase};

use crate::edit::{refuse_built_in, refuse_locked, shown};
use crate::view::CredentialView;
use crate::{App, AppError, Here};

/// For how long a deletion can be undone. Until then the secret stays in the keychain.
pub const UNDO_FOR: TimeDelta = TimeDelta::hours(1);

impl App {
    /// Deletes credentials, all of them or, when one cannot be, none. Answers with their ids.
    ///
    /// # Errors
    /// [`AppError::Locked`], [`AppError::Used`] naming what uses it, [`AppError::Forbidden`], [`AppError::NotFound`].
    pub fn delete(&self, ids: &[CredentialId]) -> Result<Vec<String>, AppError> {
        let here = self.here()?;
        let mut rows: Vec<Credential> = Vec::new();
        for id in ids {
            let row = self.find(&here, *id)?;
            here.require_in(row.organization, row.kind.kind(), Action::Delete)?;
            refuse_locked(&row, "deleted")?;
            refuse_built_in(&row)?;
            refuse_used(&row)?;
            if !rows.iter().any(|seen| seen.id == row.id) {
                rows.push(row);
            }
        }
        let now = (self.now)();
        self.store.write(|writer| {
            for row in &rows {
                let gone = Credential {
                    deleted_at: Some(now),
                    erase_at: Some(now + UNDO_FOR),
                    version: row.version + 1,
                    ..row.clone()
                };
                self.queue_deletion(writer, row, now)?;
                writer.update_credential(&gone, row.version)?;
                self.record(writer, &gone, "delete", "")?;
            }
            Ok::<_, AppError>(())
        })?;
        self.reached(crate::Step::Committed);
        Ok(rows.iter().map(|row| row.id.to_string()).collect())
    }

    /// Brings a deleted credential back, for as long as [`UNDO_FOR`] lasts.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is nothing to undo, [`AppError::Invalid`] when its name is taken by now.
    pub fn undo(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.deleted(&here, id)?;
        let kind = row.kind.kind();
        self.store
            .write(|writer| {
                // A default that comes back gives way to the one that took its place.
                let default = row.default && writer.default_of(row.organization, row.kind)?.is_none();
                let mut back =
                    Credential { deleted_at: None, erase_at: None, default, version: row.version + 1, ..row.clone() };
                self.queue_return(writer, &mut back)?;
                writer.update_credential(&back, row.version)?;
                self.record(writer, &back, "undo", "")
            })
            .map_err(|error| self.name_was_taken(error, kind))?;
        Ok(self.view(&here, self.row(id)?))
    }

    fn deleted(&self, here: &Here, id: CredentialId) -> Result<Credential, AppError> {
        let row = self.store.read(|reader| reader.credential(id))?;
        let row = row.filter(|row| row.workspace == here.workspace.id).ok_or_else(|| {
            AppError::not_found("There is no credential with this id, or its deletion can no longer be undone.")
        })?;
        here.require_in(row.organization, row.kind.kind(), Action::Delete)?;
        match row.erase_at {
            Some(at) if row.deleted_at.is_some() && at > (self.now)() => Ok(row),
            Some(_) if row.deleted_at.is_some() => {
                Err(AppError::not_found("This deletion is more than an hour old and can no longer be undone."))
            }
            _ => Err(AppError::not_found(format!("{} is not deleted, so there is nothing to undo.", shown(&row)))),
        }
    }

    /// Ends a deletion: the row goes, and its secret with it. Called with the directory's lock held.
    pub(crate) fn end_deletion(&self, id: CredentialId) -> Result<(), AppError> {
        let now = (self.now)();
        let secret = self.store.write(|writer| {
            // It may have been undone since it was listed.
            let row = writer.credential(id)?.filter(|row| row.erase_at.is_some_and(|at| at <= now));
            let Some(row) = row.filter(|_| writer.waiting(id).is_ok_and(|waiting| waiting.is_empty())) else {
                return Ok(None);
            };
            if let Some(secret) = row.secret {
                writer.journal(secret, Phase::Erasing)?;
            }
            writer.remove_credential(id)?;
            Ok::<_, AppError>(row.secret)
        })?;
        self.reached(crate::Step::Committed);
        if let Some(secret) = secret {
            self.erase(secret);
        }
        Ok(())
    }
}

pub(crate) fn refuse_used(row: &Credential) -> Result<(), AppError> {
    if row.used_by.is_empty() {
        return Ok(());
    }
    let users: Vec<String> = row.used_by.iter().take(5).map(|user| credenza_model::printable(user)).collect();
    let more = row.used_by.len() - users.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(AppError::Used(format!("{} is used by {}{more}. Detach it there first.", shown(row), users.join(", "))))
}
