//! What can come of a request other than an answer.

use std::time::Duration;

/// A request that did not succeed. Every message is a sentence for a person and quotes neither a request nor a secret;
/// what a server says is bounded, on one line and printable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// The account's host did not answer: no name, no route, refused, no trusted certificate, too slow, cut off.
    #[error("{sentence}")]
    Unreachable {
        /// What happened and what to do.
        sentence: String,
        /// Whether the request may have reached the server all the same.
        outcome: Outcome,
    },
    /// The session has ended and cannot be renewed, or the access key is refused: a person signs in again.
    #[error("{0}")]
    SignedOut(String),
    /// E-mail, password, account name, code or key are wrong.
    #[error("{0}")]
    WrongSignIn(String),
    /// The account asks for a second factor: sign in again with a code.
    #[error("This account asks for a second factor. Enter the code of your authenticator, or a recovery code.")]
    SecondFactorNeeded,
    /// The code of the second factor is wrong.
    #[error("{0}")]
    WrongCode(String),
    /// The account insists that a second factor be set up first, which its web page does.
    #[error("{0}")]
    SetUpNeeded(String),
    /// 403: the role there does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// 404.
    #[error("{0}")]
    NotFound(String),
    /// 400, 409, 422, or a 200 that means no: the server refuses what was sent.
    #[error("{sentence}")]
    Rejected {
        /// What the server said.
        sentence: String,
        /// Whether it says that the name exists already.
        duplicate: bool,
        /// Whether it says that the row is locked.
        locked: bool,
    },
    /// 429.
    #[error("{sentence}")]
    TooMany {
        /// What to do.
        sentence: String,
        /// How long it asks to wait.
        after: Option<Duration>,
    },
    /// 5xx.
    #[error("{sentence}")]
    Failed {
        /// What the server said.
        sentence: String,
        /// 502, 504 and the like leave it open whether the request had its effect.
        outcome: Outcome,
    },
    /// An answer that no Taikun gives: no JSON, other types, too large, a redirect elsewhere.
    #[error("{sentence}")]
    Nonsense {
        /// What was wrong with it.
        sentence: String,
        /// Whether the request may have had its effect.
        outcome: Outcome,
    },
}

/// Whether a request that failed had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It never reached the server, or the server refused it.
    None,
    /// It may have.
    Unknown,
}

impl RemoteError {
    /// Whether the request may have had its effect.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unreachable { outcome, .. } | Self::Failed { outcome, .. } | Self::Nonsense { outcome, .. } => {
                *outcome
            }
            _ => Outcome::None,
        }
    }

    /// Whether trying the same again later can help.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TooMany { .. } | Self::Failed { .. })
    }
}
