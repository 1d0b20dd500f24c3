//! What can be wrong with the keychain, in a person's words. No error here carries a value, a field or a text of the
//! layers below: theirs hold secret bytes (`keyring_core::Error::BadEncoding`) and print them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why the vault did not do what it was asked. `Display` says what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VaultError {
    /// The keychain is there and closed; `Vault::unlock` asks the person to open it.
    #[error("The keychain is locked. Unlock it and try again.")]
    Locked,
    /// This system offers no keychain. It says nothing about which secrets exist.
    #[error(
        "No keychain was found on this system. Start or install one (GNOME Keyring, KWallet or KeePassXC on Linux) and try again."
    )]
    Absent,
    /// The person or the system refused.
    #[error("Access to the keychain was refused. Allow Credenza to use it and try again.")]
    Denied,
    /// No answer within the bound: what was asked may or may not have been done, or may yet be.
    #[error("The keychain does not answer. Look for a window of the keychain that waits for you, then try again.")]
    TimedOut,
    /// The keychain is open and has no such item.
    #[error("The keychain has no such secret. Enter the secret again to store it.")]
    Missing,
    /// The item is there and is damaged, or written by somebody else or by a newer program.
    #[error(
        "The secret in the keychain cannot be read: it is damaged or was written by another program. Nothing was overwritten. Enter the secret again to replace it."
    )]
    Unreadable,
    /// More than the vault takes for one credential.
    #[error("These secrets are too large for the keychain: together they may have 4 MiB. Shorten them and try again.")]
    TooLarge,
    /// The keychain reported a fault of its own.
    #[error("The keychain reported an error. Try again; if it stays, sign out of the system and in again.")]
    Failed,
}

impl VaultError {
    /// What the error says about the keychain as a whole.
    pub fn state(&self) -> KeychainState {
        match self {
            Self::Locked => KeychainState::Locked,
            Self::Absent => KeychainState::Absent,
            Self::Denied => KeychainState::Denied,
            Self::TimedOut => KeychainState::TimedOut,
            Self::Unreadable | Self::Failed => KeychainState::Unreadable,
            // The keychain answered: nothing is wrong with it.
            Self::Missing | Self::TooLarge => KeychainState::Ready,
        }
    }

    /// Whether the call may still have done, or may yet do, what it was asked. Its generation is never used again.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::TimedOut)
    }
}

/// How the keychain stands, found out without a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum KeychainState {
    /// It can be read and written.
    Ready,
    /// It is closed, or has yet to be set up by the person; `Vault::unlock` asks for that.
    Locked,
    /// This system offers none.
    Absent,
    /// The person or the system refused.
    Denied,
    /// It does not answer.
    TimedOut,
    /// It answers with faults.
    Unreadable,
}

impl KeychainState {
    /// The word for it, the same one as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Locked => "locked",
            Self::Absent => "absent",
            Self::Denied => "denied",
            Self::TimedOut => "timed_out",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for KeychainState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
