//! The one error that leaves this crate, and its one way out to people and programs.

use credenza_model::{Code, InputError, Problem};
use credenza_remote::RemoteError;
use credenza_store::StoreError;
use credenza_vault::VaultError;
use serde::Serialize;
use thiserror::Error;

/// Why a use case was refused or failed. Every message is a sentence with the next step, and none quotes a secret.
#[derive(Debug, Error)]
pub enum AppError {
    /// The input has problems, each at its field. Nothing was written.
    #[error("{}", summary(.0))]
    Invalid(Vec<Problem>),
    /// The input could not be read at all.
    #[error("{0}")]
    Unreadable(#[from] InputError),
    /// The request itself is wrong: an unknown word, a missing choice.
    #[error("{0}")]
    Usage(String),
    /// The kind does not have this action.
    #[error("{0}")]
    Unavailable(String),
    /// The role does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing here.
    #[error("{0}")]
    NotFound(String),
    /// The workspace has no credential with the id, or no longer.
    #[error("There is no such credential in this workspace; it may have been deleted.")]
    NoCredential,
    /// The workspace has no organization of the name or id.
    #[error("There is no organization named {0} in this workspace. Choose another.")]
    NoOrganization(String),
    /// There is no workspace of the name or id.
    #[error("There is no workspace named {0}. Choose another.")]
    NoWorkspace(String),
    /// There is no workspace at all.
    #[error("There is no workspace yet. Make one first.")]
    NoWorkspaceYet,
    /// The credential is locked.
    #[error("{0}")]
    Locked(String),
    /// Something uses the credential.
    #[error("{0}")]
    Used(String),
    /// The credential's state does not let it be done.
    #[error("{0}")]
    Refused(String),
    /// A secret is not where its row says, or cannot be made out. The keychain itself is fine.
    #[error("{0}")]
    Lost(String),
    /// It was changed by someone else since it was read.
    #[error("{0}")]
    Stale(String),
    /// The keychain cannot be used.
    #[error("{0}")]
    Keychain(#[from] VaultError),
    /// The database said no.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The account said no, or did not answer.
    #[error("{0}")]
    Remote(#[from] RemoteError),
    /// The provider said no, or did not answer.
    #[error("{0}")]
    Provider(String),
    /// The workspace has no account, or its session has ended.
    #[error("{0}")]
    SignedOut(String),
    /// The session was renewed by another Credenza, which voids the one that was read before.
    #[error("Another Credenza renewed the session with the account at this moment. Try again.")]
    Renewed,
    /// It was stopped by whoever began it.
    #[error("It was stopped. What was done until then is kept.")]
    Cancelled,
    /// Another Credenza is at work on the same data and does not finish.
    #[error("Another Credenza is saving to the same data directory and has not finished. Try again in a minute.")]
    Busy,
}

impl AppError {
    pub(crate) fn not_found(sentence: impl Into<String>) -> Self {
        Self::NotFound(sentence.into())
    }

    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }

    /// What sort of error it is.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(_) | Self::Unreadable(_) => ErrorCode::Invalid,
            Self::Usage(_) => ErrorCode::Usage,
            Self::Unavailable(_) => ErrorCode::Unavailable,
            Self::Forbidden(_) => ErrorCode::Forbidden,
            Self::NotFound(_)
            | Self::NoCredential
            | Self::NoOrganization(_)
            | Self::NoWorkspace(_)
            | Self::NoWorkspaceYet => ErrorCode::NotFound,
            Self::Locked(_) => ErrorCode::Locked,
            Self::Used(_) => ErrorCode::Used,
            Self::Stale(_) => ErrorCode::Stale,
            Self::Refused(_) => ErrorCode::Refused,
            Self::Lost(_) => ErrorCode::Lost,
            Self::Keychain(VaultError::Missing | VaultError::Unreadable) => ErrorCode::Lost,
            Self::Keychain(VaultError::TooLarge) => ErrorCode::Invalid,
            Self::Keychain(_) => ErrorCode::Keychain,
            Self::Busy | Self::Renewed => ErrorCode::Busy,
            Self::Provider(_) => ErrorCode::Provider,
            Self::SignedOut(_) => ErrorCode::SignedOut,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Remote(error) => match error {
                RemoteError::Unreachable { .. } => ErrorCode::Offline,
                RemoteError::SignedOut(_) => ErrorCode::SignedOut,
                RemoteError::WrongSignIn(_) | RemoteError::SetUpNeeded(_) => ErrorCode::SignIn,
                RemoteError::SecondFactorNeeded | RemoteError::WrongCode(_) => ErrorCode::SecondFactor,
                RemoteError::Forbidden(_) => ErrorCode::Forbidden,
                _ => ErrorCode::Remote,
            },
            Self::Store(error) => match error {
                StoreError::ReadOnly => ErrorCode::ReadOnly,
                StoreError::Newer { .. } => ErrorCode::Newer,
                StoreError::Damaged => ErrorCode::Damaged,
                StoreError::Stale { .. } => ErrorCode::Stale,
                StoreError::NotFound => ErrorCode::NotFound,
                StoreError::Duplicate => ErrorCode::Invalid,
                StoreError::Busy => ErrorCode::Busy,
                _ => ErrorCode::Failed,
            },
        }
    }

    /// The error as it crosses to a face.
    pub fn view(&self) -> ErrorView {
        let problems = match self {
            Self::Invalid(problems) => problems.clone(),
            Self::Unreadable(InputError::Repeated(field)) => {
                vec![Problem::new(field.clone(), Code::Invalid, self.to_string())]
            }
            _ => Vec::new(),
        };
        ErrorView {
            code: self.code(),
            field: problems.first().map(|problem| problem.field.clone()),
            message: self.to_string(),
            problems,
        }
    }
}

/// The sorts of errors; a face branches on these and on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The input has problems.
    Invalid,
    /// The request is wrong.
    Usage,
    /// The kind does not have the action.
    Unavailable,
    /// The role does not allow it.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It is locked.
    Locked,
    /// It is used.
    Used,
    /// Its state does not let it be done.
    Refused,
    /// A secret is not where it should be.
    Lost,
    /// It changed meanwhile.
    Stale,
    /// The keychain cannot be used.
    Keychain,
    /// The data directory cannot be written.
    ReadOnly,
    /// The database is a newer program's.
    Newer,
    /// The database is damaged.
    Damaged,
    /// Somebody else is at work and does not finish.
    Busy,
    /// The account's host does not answer.
    Offline,
    /// The account's session has ended, or there is no account.
    SignedOut,
    /// E-mail, password or key are wrong.
    SignIn,
    /// The account asks for a second factor.
    SecondFactor,
    /// The account refused it or failed.
    Remote,
    /// The provider of a credential refused it or failed.
    Provider,
    /// Conflicts wait for a person.
    Conflicts,
    /// It was stopped.
    Cancelled,
    /// Anything else.
    Failed,
}

/// The error as a face shows it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename = "AppError")]
pub struct ErrorView {
    /// What sort.
    pub code: ErrorCode,
    /// The field to look at first.
    pub field: Option<String>,
    /// A remark at each field that has one.
    pub problems: Vec<Problem>,
    /// A sentence: what happened and what to do.
    pub message: String,
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [] => "The input is not valid.".into(),
        [only] => only.message.clone(),
        [first, rest @ ..] => format!("{} ({} more to mend.)", first.message, rest.len()),
    }
}
