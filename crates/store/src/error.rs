//! What can go wrong with the store, each as a sentence that says what to do.
//!
//! No variant carries text from SQLite: its messages can quote values.

use std::io;

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A failure of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a newer program.
    #[error(
        "The data was written by a newer version of Credenza (its format is {found}, this version knows {known}). \
         Install the newer version; nothing has been changed."
    )]
    Newer {
        /// The format of the file.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// The directory or the file cannot be written.
    #[error("The data directory cannot be written. Make it writable, or choose another one with --data-dir.")]
    ReadOnly,
    /// The file is no database, not this program's, or damaged.
    #[error(
        "The data file is damaged or is not Credenza's. Quit Credenza and put the latest \
         credenza-….backup.db from the data directory in the place of credenza.db."
    )]
    Damaged,
    /// Another program held the file longer than this one waits.
    #[error("Another program is using the data. Wait a moment and try again.")]
    Busy,
    /// The row is not the one that the change was made to.
    #[error("Somebody else changed this credential meanwhile. Look at both versions and save again.")]
    Stale {
        /// The version that the row has.
        found: u32,
    },
    /// There is no such row, or it names one that does not exist.
    #[error("What was asked for does not exist any more. Refresh the list.")]
    NotFound,
    /// Another row has what only one may have.
    #[error("This name or default is already taken. Choose another one.")]
    Duplicate,
    /// The operating system refused.
    #[error("The data directory cannot be used: {}.", why(*.0))]
    Io(io::ErrorKind),
    /// Anything else.
    #[error("The data could not be read or written (SQLite code {code}). Try again; if it stays, restart Credenza.")]
    Sqlite {
        /// SQLite's extended result code.
        code: i32,
    },
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match error {
            E::SqliteFailure(failure, _) => failed(failure),
            E::QueryReturnedNoRows => Self::NotFound,
            // Each of these is a row that this program could not have written.
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
            | E::InvalidColumnType(..) => Self::Damaged,
            _ => Self::Sqlite { code: ffi::SQLITE_MISUSE },
        }
    }
}

fn failed(failure: ffi::Error) -> StoreError {
    match (failure.code, failure.extended_code) {
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Busy,
        (ErrorCode::ReadOnly, _) => StoreError::ReadOnly,
        (ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt, _) => StoreError::Damaged,
        (ErrorCode::DiskFull, _) => StoreError::Io(io::ErrorKind::StorageFull),
        (ErrorCode::PermissionDenied | ErrorCode::CannotOpen, _) => StoreError::Io(io::ErrorKind::PermissionDenied),
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => StoreError::Duplicate,
        (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => StoreError::NotFound,
        (_, code) => StoreError::Sqlite { code },
    }
}

/// What a system's word for a refusal means for a data directory, and what to do about it.
fn why(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "a file is in its place. Name a directory",
        io::ErrorKind::IsADirectory => "a directory is where the database should be. Move it away",
        io::ErrorKind::PermissionDenied => "you may not read or write it. Check who owns it",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "its disk is full. Make room, then try again",
        io::ErrorKind::NotFound => "its place does not exist. Check the path",
        _ => "the system refuses. Check the directory and its disk",
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            kind => Self::Io(kind),
        }
    }
}
