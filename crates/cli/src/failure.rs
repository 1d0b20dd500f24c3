//! Failures of the command line and their exit codes, as the contract lists them.

use credenza_app::{AppError, ErrorCode, ErrorView};
use credenza_model::Problem;

/// Why a command ends with something other than 0.
#[derive(Debug)]
pub(crate) struct Failure {
    pub view: ErrorView,
    /// What was done all the same, for the JSON document.
    pub report: Option<serde_json::Value>,
    /// Whether the answer that was printed says everything, so that only the exit code is left to tell.
    pub told: bool,
}

impl Failure {
    /// The command itself is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Usage, message)
    }

    /// The input has problems at its fields.
    pub(crate) fn invalid(problems: Vec<Problem>) -> Self {
        Self { view: AppError::Invalid(problems).view(), report: None, told: false }
    }

    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            view: ErrorView { code, field: None, problems: Vec::new(), message: message.into() },
            report: None,
            told: false,
        }
    }

    /// The answer was given, and it is not the good one.
    pub(crate) fn told() -> Self {
        Self { told: true, ..Self::new(ErrorCode::Failed, "") }
    }

    /// 1 failed, 2 bad input, 3 not allowed, 4 no keychain, 5 the account out of reach, 6 conflicts wait.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.view.code {
            ErrorCode::Invalid | ErrorCode::Usage | ErrorCode::Unavailable => 2,
            ErrorCode::Forbidden => 3,
            ErrorCode::Keychain => 4,
            ErrorCode::Offline | ErrorCode::SignedOut => 5,
            ErrorCode::Conflicts => 6,
            ErrorCode::NotFound
            | ErrorCode::Locked
            | ErrorCode::Used
            | ErrorCode::Refused
            | ErrorCode::Lost
            | ErrorCode::Stale
            | ErrorCode::ReadOnly
            | ErrorCode::Newer
            | ErrorCode::Damaged
            | ErrorCode::Busy
            | ErrorCode::SignIn
            | ErrorCode::SecondFactor
            | ErrorCode::Remote
            | ErrorCode::Provider
            | ErrorCode::Cancelled
            | ErrorCode::Failed => 1,
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let hint = match &error {
            AppError::NoCredential => " `credenza list` shows those that there are.",
            AppError::NoOrganization(_) => " `credenza organization list` shows those that there are.",
            AppError::NoWorkspace(_) => " `credenza workspace list` shows those that there are.",
            AppError::NoWorkspaceYet => " `credenza workspace create --help` says how.",
            _ => "",
        };
        let mut view = error.view();
        view.message.push_str(hint);
        Self { view, report: None, told: false }
    }
}
