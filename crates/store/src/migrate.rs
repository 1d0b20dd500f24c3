//! The migrations: each one file of SQL, each one transaction, applied in order and never edited once released.
//!
//! The number of those applied is SQLite's `user_version`. A file that has more than this program knows is left alone.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

const MIGRATIONS: &[&str] = &[include_str!("migrations/001_init.sql")];

/// The newest schema that this program knows.
#[expect(clippy::cast_possible_truncation, reason = "there will be no four billion migrations")]
pub(crate) const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Brings the file to the newest schema.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    while version(connection)? < KNOWN {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again under the lock: another process may have taken this step meanwhile.
        let done = version(&step)?;
        let Some(sql) = MIGRATIONS.get(done as usize) else { break };
        step.execute_batch(sql)?;
        if step.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(StoreError::Damaged);
        }
        step.pragma_update(None, "user_version", done + 1)?;
        step.commit()?;
    }
    Ok(())
}

/// The schema that the file has. A newer one than this program knows is an error here, for nothing in the file may be
/// relied on then.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > KNOWN { Err(StoreError::Newer { found, known: KNOWN }) } else { Ok(found) }
}
