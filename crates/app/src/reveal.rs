//! Bringing a secret out, for a person who asks.

use credenza_model::{Action, CredentialId, Secret, SecretState};

use crate::edit::shown;
use crate::{App, AppError};

impl App {
    /// One secret of a credential. It is recorded that it was asked for.
    ///
    /// # Errors
    /// [`AppError::Usage`] for a field that is no secret of the kind, [`AppError::NotFound`] when it is not set here,
    /// [`AppError::Forbidden`], [`AppError::Keychain`].
    pub fn reveal(&self, id: CredentialId, field: &str) -> Result<Secret, AppError> {
        self.bring_out(id, field, "reveal")
    }

    /// As [`App::reveal`], recorded as a copy.
    ///
    /// # Errors
    /// As [`App::reveal`].
    pub fn secret_to_copy(&self, id: CredentialId, field: &str) -> Result<Secret, AppError> {
        self.bring_out(id, field, "copy")
    }

    fn bring_out(&self, id: CredentialId, field: &str, action: &str) -> Result<Secret, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        let kind = row.kind.kind();
        here.require_in(row.organization, kind, Action::Reveal)?;
        let known = kind.field(field).ok_or_else(|| {
            let secrets: Vec<&str> = kind.secrets().map(|field| field.id).collect();
            AppError::usage(format!(
                "{} credentials have no such field. Their secrets are {}.",
                kind.label,
                secrets.join(", ")
            ))
        })?;
        if !known.secret {
            return Err(AppError::usage(format!("{} is no secret; `credenza show` shows it.", known.label)));
        }
        match row.secrets.get(field).copied().unwrap_or(SecretState::Unset) {
            SecretState::Set => {}
            SecretState::Unset => {
                return Err(AppError::not_found(format!("{} of {} is not set.", known.label, shown(&row))));
            }
            SecretState::Account => {
                return Err(AppError::not_found(format!(
                    "{} of {} is in the account only, which never gives it back.",
                    known.label,
                    shown(&row)
                )));
            }
        }
        let mut secrets = self.secrets_of(&row)?;
        let secret = secrets.remove(field).ok_or(credenza_vault::VaultError::Missing)?;
        self.store.write(|writer| self.record(writer, &row, action, field))?;
        Ok(secret)
    }
}
