//! Single values: what the program itself keeps, and the settings that the command line needs too.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Reader, StoreError, Writer};

/// The random id of the data directory.
pub(crate) const DATA_ID: &str = "data_id";
/// The id of the workspace that is open when nobody says which.
pub(crate) const CURRENT_WORKSPACE: &str = "current_workspace";

/// Settings have keys of their own, so that none of them can overwrite the values above.
fn setting_key(key: &str) -> String {
    format!("setting:{key}")
}

impl Reader<'_> {
    /// A setting.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        get(self.connection, &setting_key(key))
    }
}

impl Writer<'_> {
    /// Changes a setting, or removes it.
    pub fn set_setting(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        match value {
            Some(value) => put(self.connection, &setting_key(key), value),
            None => remove(self.connection, &setting_key(key)),
        }
    }
}

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut select = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(select.query_row([key], |row| row.get(0)).optional()?)
}

pub(crate) fn put(connection: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, value],
    )?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, key: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM meta WHERE key = ?1", [key])?;
    Ok(())
}
