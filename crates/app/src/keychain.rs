//! How the keychain is, for people.

use credenza_vault::{KeychainState, VaultError};
use serde::Serialize;

use crate::{App, AppError};

/// The keychain's state, in a word and in a sentence with the next step.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KeychainView {
    /// The word.
    pub state: KeychainState,
    /// The sentence.
    pub message: String,
}

impl App {
    /// How the keychain is. Never raises a prompt.
    pub fn keychain(&self) -> KeychainView {
        let state = self.vault.state();
        let message = match state {
            KeychainState::Ready => "The keychain is unlocked.".to_owned(),
            KeychainState::Locked => VaultError::Locked.to_string(),
            KeychainState::Absent => VaultError::Absent.to_string(),
            KeychainState::Denied => VaultError::Denied.to_string(),
            KeychainState::TimedOut => VaultError::TimedOut.to_string(),
            KeychainState::Unreadable => VaultError::Failed.to_string(),
        };
        KeychainView { state, message }
    }

    /// Asks the system to unlock the keychain, which may raise its prompt, and then finishes what was left undone.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Keychain`] when it stays locked.
    pub fn unlock_keychain(&self) -> Result<KeychainView, AppError> {
        self.vault.unlock()?;
        self.sweep()?;
        Ok(self.keychain())
    }
}
