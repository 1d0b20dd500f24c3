//! The exclusive lock of a data directory, held while secrets and rows change together.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use credenza_store::StoreError;

use crate::{AppError, Cancel};

/// Longer than any keychain call may take, an unlock prompt included.
const PATIENCE: Duration = Duration::from_secs(70);

/// Held until dropped; the system frees it when the process dies, however it dies.
pub(crate) struct DirLock {
    _file: File,
}

impl DirLock {
    /// Waits for it, longer than anybody may hold it.
    pub(crate) fn take(dir: &Path) -> Result<Self, AppError> {
        let since = Instant::now();
        loop {
            match Self::try_take(dir)? {
                Some(lock) => return Ok(lock),
                // File locks have no wait with a bound on any of the three systems.
                None if since.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(10)),
                None => return Err(AppError::Busy),
            }
        }
    }

    /// Waits for the lock of those who sync, until it is free, the work is cancelled, or nobody would wait longer.
    pub(crate) fn take_for_sync(dir: &Path, cancel: &Cancel) -> Result<Self, AppError> {
        let since = Instant::now();
        loop {
            if let Some(lock) = Self::try_take_file(dir, "sync.lock")? {
                return Ok(lock);
            }
            if cancel.is_cancelled() {
                return Err(AppError::Cancelled);
            }
            if since.elapsed() > PATIENCE {
                return Err(AppError::Busy);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Takes it if nobody holds it.
    pub(crate) fn try_take(dir: &Path) -> Result<Option<Self>, AppError> {
        Self::try_take_file(dir, "credenza.lock")
    }

    fn try_take_file(dir: &Path, name: &str) -> Result<Option<Self>, AppError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(dir.join(name)).map_err(|error| {
            AppError::Store(match error.kind() {
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly,
                kind => StoreError::Io(kind),
            })
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::Io(error.kind()).into()),
        }
    }
}
