//! The outbox: what is to be pushed to the account, in order.
//!
//! An entry names the credential and never a generation of its secret: what is pushed is what the row says then.

use chrono::{DateTime, Utc};
use credenza_model::CredentialId;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::{Reader, StoreError, Writer, column};

/// What is to be done in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Make it.
    Create,
    /// Change it.
    Update,
    /// Remove it.
    Delete,
}

/// One operation that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its number; later ones are higher, and none comes twice.
    pub number: u32,
    /// On what.
    pub credential: CredentialId,
    /// What.
    pub operation: Operation,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Reader<'_> {
    /// Everything that waits, the oldest first.
    pub fn outbox(&self) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut select =
            self.connection.prepare_cached("SELECT number, credential, operation, at FROM outbox ORDER BY number")?;
        let rows = select.query_map([], |row| {
            Ok(OutboxEntry {
                number: row.get("number")?,
                credential: column::parsed(row, "credential")?,
                operation: column::read_word(row, "operation")?,
                at: column::read_time(row, "at")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Adds an operation on a credential that has a row.
    pub fn enqueue(
        &self,
        credential: CredentialId,
        operation: Operation,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let added = self.connection.execute(
            "INSERT INTO outbox (workspace, credential, operation, at)
             SELECT workspace, id, ?2, ?3 FROM credentials WHERE id = ?1",
            params![credential.to_string(), column::word(&operation), column::time(now)],
        )?;
        if added == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
