//! Lock and default: the two flags beside the state.

use credenza_model::{Action, CredentialId};
use credenza_store::{Credential, StoreError};

use crate::edit::{refuse_built_in, shown};
use crate::view::CredentialView;
use crate::{App, AppError, Here};

impl App {
    /// Locks or unlocks a credential. Doing it twice is doing it once.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where the kind has no lock, [`AppError::Forbidden`], [`AppError::NotFound`].
    pub fn set_locked(&self, id: CredentialId, locked: bool) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        here.require_in(row.organization, row.kind.kind(), Action::Lock)?;
        refuse_built_in(&row)?;
        self.flag(&here, id, |row| {
            let changes = row.locked != locked;
            row.locked = locked;
            changes.then_some(if locked { "lock" } else { "unlock" })
        })
    }

    /// Makes a credential the default of its organization and kind; the one that was it no longer is.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where the kind has no default or the credential is a draft, [`AppError::Forbidden`],
    /// [`AppError::NotFound`].
    pub fn set_default(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        here.require_in(row.organization, row.kind.kind(), Action::Default)?;
        if row.state == credenza_store::State::Draft {
            return Err(AppError::Refused(format!(
                "{} is a draft. Complete it before it becomes the default.",
                shown(&row)
            )));
        }
        self.flag(&here, id, |row| {
            let changes = !row.default;
            row.default = true;
            changes.then_some("default")
        })
    }

    /// Sets a flag of the row as it is by then: a flag is no edit, and does not mind one. `change` answers with the word
    /// for the record, or with nothing when there is nothing to do.
    fn flag(
        &self,
        here: &Here,
        id: CredentialId,
        change: impl FnOnce(&mut Credential) -> Option<&'static str>,
    ) -> Result<CredentialView, AppError> {
        let row = self.store.write(|writer| {
            let mut row = writer.credential(id)?.filter(|row| row.deleted_at.is_none()).ok_or(StoreError::NotFound)?;
            let (seen, was_default) = (row.version, row.default);
            if let Some(action) = change(&mut row) {
                row.version += 1;
                if row.default && !was_default {
                    writer.clear_default(row.organization, row.kind)?;
                }
                writer.update_credential(&row, seen)?;
                self.queue_flag(writer, &row, action)?;
                self.record(writer, &row, action, "")?;
            }
            Ok::<_, AppError>(row)
        })?;
        Ok(self.view(here, row))
    }
}
