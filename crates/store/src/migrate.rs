//! The migrations: each one file of SQL, each one transaction, applied in order and never edited once released.
//!
//! The number of those applied is SQLite's `user_version`. A file that has more than this program knows is left alone.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_init.sql"),
    include_str!("migrations/002_account.sql"),
    include_str!("migrations/003_check.sql"),
];

/// The newest schema that this program knows.
#[expect(clippy::cast_possible_truncation, reason = "there will be no four billion migrations")]
pub(crate) const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Brings the file to the newest schema.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    apply(connection, MIGRATIONS)
}

/// The schema that the file has. A newer one than this program knows is an error, for nothing in the file may be relied
/// on then.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    let found = user_version(connection)?;
    if found > KNOWN { Err(StoreError::Newer { found, known: KNOWN }) } else { Ok(found) }
}

fn apply(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    while (user_version(connection)? as usize) < migrations.len() {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again under the lock: another process may have taken this step meanwhile.
        let done = user_version(&step)?;
        let Some(sql) = migrations.get(done as usize) else {
            break;
        };
        step.execute_batch(sql)?;
        if step.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(StoreError::Damaged);
        }
        step.pragma_update(None, "user_version", done + 1)?;
        step.commit()?;
    }
    Ok(())
}

fn user_version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let good = "CREATE TABLE one (id INTEGER PRIMARY KEY, two INTEGER REFERENCES one (id))";
        let tables = |connection: &Connection| -> u32 {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap()
        };
        apply(&mut connection, &[good]).unwrap();
        for bad in ["CREATE TABLE two (id); CREATE TABLE one (id)", "INSERT INTO one VALUES (1, 7)"] {
            connection.pragma_update(None, "foreign_keys", false).unwrap();
            apply(&mut connection, &[good, bad]).unwrap_err();
            assert_eq!(user_version(&connection).unwrap(), 1);
            assert_eq!(tables(&connection), 1);
        }
        apply(&mut connection, &[good, "CREATE TABLE two (id)", "CREATE TABLE three (id)"]).unwrap();
        assert_eq!(user_version(&connection).unwrap(), 3);
        assert_eq!(tables(&connection), 3);
    }
}
