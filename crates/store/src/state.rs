//! Where a credential stands between this machine and the account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The state of a credential. Locked and default are flags beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Incomplete, or saved as a draft; never pushed.
    Draft,
    /// Complete, and only here.
    Ready,
    /// As the account has it.
    Synced,
    /// Changed here since the last sync.
    Changed,
    /// Changed here and in the account.
    Conflict,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] = [State::Draft, State::Ready, State::Synced, State::Changed, State::Conflict];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Ready => "ready",
            State::Synced => "synced",
            State::Changed => "changed",
            State::Conflict => "conflict",
        }
    }
}

impl FromStr for State {
    type Err = StateError;

    fn from_str(word: &str) -> Result<Self, StateError> {
        State::ALL.into_iter().find(|state| state.as_str() == word).ok_or(StateError)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A state is one of draft, ready, synced, changed and conflict.")]
pub struct StateError;
