//! The exclusive lock of a data directory, held while secrets and rows change together.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use credenza_store::StoreError;

use crate::AppError;

/// Longer than any keychain call may take, an unlock prompt included.
const PATIENCE: Duration = Duration::from_secs(70);

/// Held until dropped; the system frees it when the process dies, however it dies.
pub(crate) struct DirLock {
    _file: File,
}

impl DirLock {
    pub(crate) fn take(dir: &Path) -> Result<Self, AppError> {
        let path = dir.join("credenza.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|error| {
            AppError::Store(match error.kind() {
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly,
                kind => StoreError::Io(kind),
            })
        })?;
        let since = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if since.elapsed() < PATIENCE => {
                    // File locks have no wait with a bound on any of the three systems.
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Err(AppError::Busy),
                Err(TryLockError::Error(error)) => return Err(StoreError::Io(error.kind()).into()),
            }
        }
    }
}
