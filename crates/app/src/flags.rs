//! Lock and default: the two flags beside the state.

use credenza_model::{Action, CredentialId};
use credenza_store::Credential;

use crate::edit::shown;
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
        here.require(row.kind.kind(), Action::Lock)?;
        if row.locked == locked {
            return Ok(self.view(&here, row));
        }
        self.flag(&here, row, if locked { "lock" } else { "unlock" }, |row| row.locked = locked)
    }

    /// Makes a credential the default of its organization and kind; the one that was it no longer is.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where the kind has no default or the credential is a draft, [`AppError::Forbidden`],
    /// [`AppError::NotFound`].
    pub fn set_default(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        here.require(row.kind.kind(), Action::Default)?;
        if row.state == credenza_store::State::Draft {
            return Err(AppError::Unavailable(format!(
                "{} is a draft. Complete it before it becomes the default.",
                shown(&row)
            )));
        }
        if row.default {
            return Ok(self.view(&here, row));
        }
        self.flag(&here, row, "default", |row| row.default = true)
    }

    fn flag(
        &self,
        here: &Here,
        row: Credential,
        action: &str,
        change: impl FnOnce(&mut Credential),
    ) -> Result<CredentialView, AppError> {
        let id = row.id;
        let was_default = row.default;
        let seen = row.version;
        let mut row = row;
        change(&mut row);
        row.version += 1;
        self.store.write(|writer| {
            if row.default && !was_default {
                writer.clear_default(row.organization, row.kind)?;
            }
            writer.update_credential(&row, seen)?;
            self.record(writer, &row, action, "")
        })?;
        Ok(self.view(here, self.row(id)?))
    }
}
