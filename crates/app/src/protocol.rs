//! The one protocol by which secrets and rows change together, and the sweep that finishes what was cut off.
//!
//! The keychain and the database cannot share a transaction. What is about to happen is therefore written down first, and
//! at every moment either the old secrets are whole and referred to, or the new ones are:
//!
//! 1. a transaction journals the new generation;
//! 2. the keychain takes it, and it is read back;
//! 3. one transaction writes the row, its reference to the new generation, and journals the old one for erasure;
//! 4. the keychain erases the old one, and the journal forgets it.
//!
//! All of it happens under one exclusive file lock, so that whoever holds the lock knows that no entry of the journal
//! belongs to somebody still at work.

use credenza_model::{CredentialId, Generation, SecretMap, SecretRef};
use credenza_store::{Credential, Phase, Writer};
use credenza_vault::{KeychainState, VaultError};
use uuid::Uuid;

use crate::lock::DirLock;
use crate::{App, AppError};

/// A step of the protocol that has just been completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// (1) The new generation is in the journal.
    Journaled,
    /// (2) The new generation is in the keychain.
    Written,
    /// (3) The row refers to it.
    Committed,
    /// (4) The old generation is gone from the keychain.
    Erased,
    /// (4) The journal has forgotten it.
    Forgotten,
    /// An operation is about to be sent to the account, and that is written down.
    InFlight,
    /// The account has answered, and nothing of it is written down yet.
    Sent,
    /// What the account answered is written down.
    Settled,
}

/// What happens to the secrets of a credential.
pub(crate) enum SecretPlan<'a> {
    /// They stay as they are.
    Keep(Option<SecretRef>),
    /// These take the place of those referred to; an empty map leaves none.
    Replace(Option<SecretRef>, &'a SecretMap),
}

impl App {
    /// Runs the protocol. `commit` writes the row with the reference it is given, in the transaction of step 3.
    pub(crate) fn save<T>(
        &self,
        credential: CredentialId,
        plan: SecretPlan<'_>,
        commit: impl FnOnce(&Writer<'_>, Option<SecretRef>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let _lock = DirLock::take(&self.dir)?;
        let (old, secrets) = match plan {
            SecretPlan::Keep(secret) => return self.commit_row(secret, commit),
            SecretPlan::Replace(old, secrets) => (old, secrets),
        };
        let new = self.write_generation(credential, secrets)?;
        let committed = self.store.write(|writer| {
            let value = commit(writer, new)?;
            if let Some(old) = old {
                writer.journal(old, Phase::Erasing)?;
            }
            if let Some(new) = new {
                writer.forget(new.generation)?;
            }
            Ok(value)
        });
        match committed {
            Ok(value) => {
                self.reached(Step::Committed);
                if let Some(old) = old {
                    self.erase(old);
                }
                Ok(value)
            }
            Err(error) => {
                // A commit that failed late may have reached the disk all the same: what a row refers to is not erased.
                if let Some(new) = new
                    && matches!(self.store.read(|reader| reader.refers_to(new.generation)), Ok(false))
                {
                    self.erase(new);
                }
                Err(error)
            }
        }
    }

    fn commit_row<T>(
        &self,
        secret: Option<SecretRef>,
        commit: impl FnOnce(&Writer<'_>, Option<SecretRef>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let value = self.store.write(|writer| commit(writer, secret))?;
        self.reached(Step::Committed);
        Ok(value)
    }

    /// Steps 1 and 2; nothing for a credential without secrets, so that these need no keychain.
    fn write_generation(&self, credential: CredentialId, secrets: &SecretMap) -> Result<Option<SecretRef>, AppError> {
        if secrets.is_empty() {
            return Ok(None);
        }
        // A keychain that cannot be used is said before anything is written, even to the journal.
        self.usable()?;
        let generation = Generation::new(Uuid::now_v7());
        let new = SecretRef { credential, generation, parts: self.vault.parts(secrets)? };
        self.store.write(|writer| writer.journal(new, Phase::Writing))?;
        self.reached(Step::Journaled);
        if let Err(error) = self.vault.write(&new, secrets) {
            // A call past its bound may still land: the journal keeps the entry, and the sweep erases what it finds.
            if !error.outcome_unknown() {
                self.erase(new);
            }
            return Err(error.into());
        }
        self.reached(Step::Written);
        Ok(Some(new))
    }

    /// Step 4. A failure is no failure of the use case: the entry stays in the journal, and the sweep tries again.
    pub(crate) fn erase(&self, secret: SecretRef) {
        if self.vault.erase(&secret).is_err() {
            return;
        }
        self.reached(Step::Erased);
        if self.store.write(|writer| writer.forget(secret.generation)).is_ok() {
            self.reached(Step::Forgotten);
        }
    }

    /// Finishes what a dead process left in the journal, and ends deletions whose undo has lapsed. It touches only what
    /// the journal and the rows name. While somebody else is at work, or the keychain cannot be used, all of it waits for
    /// the next time.
    ///
    /// # Errors
    /// The database's own.
    pub fn sweep(&self) -> Result<(), AppError> {
        let (journal, lapsed) =
            self.store.read(|reader| Ok::<_, AppError>((reader.journal()?, reader.lapsed((self.now)())?)))?;
        if journal.is_empty() && lapsed.is_empty() {
            return Ok(());
        }
        let Some(_lock) = DirLock::try_take(&self.dir)? else { return Ok(()) };
        for id in lapsed {
            self.end_deletion(id)?;
        }
        // Read again under the lock: what was somebody's work a moment ago may be finished by now.
        for entry in self.store.read(|reader| reader.journal())? {
            let generation = entry.secret.generation;
            // An entry for what a row refers to is itself what is wrong. Nothing that is referred to is erased.
            if !self.store.read(|reader| reader.refers_to(generation))? && self.vault.erase(&entry.secret).is_err() {
                break;
            }
            self.store.write(|writer| writer.forget(generation))?;
        }
        Ok(())
    }

    pub(crate) fn usable(&self) -> Result<(), VaultError> {
        match self.vault.state() {
            KeychainState::Ready => Ok(()),
            KeychainState::Locked => Err(VaultError::Locked),
            KeychainState::Absent => Err(VaultError::Absent),
            KeychainState::Denied => Err(VaultError::Denied),
            KeychainState::TimedOut => Err(VaultError::TimedOut),
            KeychainState::Unreadable => Err(VaultError::Failed),
        }
    }

    /// The secrets of a credential. A reader that finds none reads the row once more, for an edit may have replaced them
    /// between the row and the keychain.
    pub(crate) fn secrets_of(&self, credential: &Credential) -> Result<SecretMap, AppError> {
        let Some(secret) = credential.secret else { return Ok(SecretMap::default()) };
        match self.vault.read(&secret) {
            Err(VaultError::Missing) => {
                let again = self.store.read(|reader| reader.credential(credential.id))?;
                match again.and_then(|row| row.secret).filter(|newer| *newer != secret) {
                    Some(newer) => Ok(self.vault.read(&newer)?),
                    None => Err(VaultError::Missing.into()),
                }
            }
            other => Ok(other?),
        }
    }

    pub(crate) fn reached(&self, step: Step) {
        (self.on_step)(step);
    }
}
