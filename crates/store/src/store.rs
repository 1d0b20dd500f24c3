//! The store itself: one connection to one file, and the two ways in.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use crate::memory::Shared;
use crate::open::{self, Opened};
use crate::{Reader, StoreError, Writer};

/// The data of one directory. It can be shared between threads; one call is served at a time, and a function given to
/// [`read`](Store::read) or [`write`](Store::write) must not call the store again, for it would wait for itself.
pub struct Store {
    file: Mutex<File>,
    path: PathBuf,
    data_id: Uuid,
    read_only: bool,
}

/// What one call at a time uses.
struct File {
    connection: Connection,
    memory: Shared,
}

impl Store {
    /// Opens the data of a directory, made where it is missing. What cannot be written is opened for reading.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        let Opened { connection, path, data_id, read_only } = open::open(dir)?;
        let file = File { connection, memory: Shared::default() };
        Ok(Store { file: Mutex::new(file), path, data_id, read_only })
    }

    /// Runs a function on one consistent moment of the data.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&Reader<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut file = self.lock();
        let File { connection, memory } = &mut *file;
        // A transaction that only reads has nothing to keep: it ends when it is dropped.
        let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(StoreError::from)?;
        memory.get_mut().hold_for(data_version(&moment)?);
        f(&Reader::new(&moment, memory))
    }

    /// Runs a function in one transaction, which is kept when the function returns `Ok`, and durably so.
    pub fn write<T, E: From<StoreError>>(&self, f: impl FnOnce(&Writer<'_>) -> Result<T, E>) -> Result<T, E> {
        if self.read_only {
            return Err(StoreError::ReadOnly.into());
        }
        let mut file = self.lock();
        // `data_version` counts what others write.
        file.memory = Shared::default();
        let transaction =
            file.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let answer = f(&Writer::new(&transaction))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(answer)
    }

    /// The random id of the data, made once and kept in it: the names of the keychain's items begin with it.
    pub fn data_id(&self) -> Uuid {
        self.data_id
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the data can only be read here.
    pub fn read_only(&self) -> bool {
        self.read_only
    }

    /// A number that changes when another process, or another `Store`, has written. This one's own writing does not
    /// change it.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        data_version(&self.lock().connection)
    }

    /// A panic in somebody's function has rolled its transaction back; the connection is as good as before.
    fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asked in a transaction, it begins the moment that the transaction sees.
fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_store_is_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<super::Store>();
    }
}
