//! The outbox: what is to be pushed to the account, in order.
//!
//! An entry names the credential and never a generation of its secret: what is pushed is what the row says then.

use chrono::{DateTime, Utc};
use credenza_model::{CredentialId, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::{Reader, StoreError, Writer, column};

/// What is to be done in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Make it.
    Create,
    /// Change it.
    Update,
    /// Lock it.
    Lock,
    /// Unlock it.
    Unlock,
    /// Make it the default.
    Default,
    /// Remove it.
    Delete,
    /// Make a new one in its place, where it cannot be changed.
    Replace,
}

impl Operation {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Default => "default",
            Self::Delete => "delete",
            Self::Replace => "replace",
        }
    }
}

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for its turn.
    Waiting,
    /// It was about to be sent, and what came of it is not written down yet.
    InFlight,
    /// The account refused it; a person mends it or tries again.
    Parked,
    /// A person is asked before it is done.
    Asks,
}

/// One operation that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its number; later ones are higher, and none comes twice.
    pub number: u32,
    /// On what.
    pub credential: CredentialId,
    /// What.
    pub operation: Operation,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Where it is.
    pub stage: Stage,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// Not before.
    pub next_at: Option<DateTime<Utc>>,
    /// What was sent and reached so far, as JSON; never a secret.
    pub step: Option<String>,
}

const SELECT: &str =
    "SELECT x.number, x.credential, x.operation, x.at, x.state, x.attempts, x.next_at, x.step FROM outbox x";

impl Reader<'_> {
    /// Everything that waits in any workspace, the oldest first.
    pub fn outbox(&self) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY x.number"))?;
        let rows = select.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everything that waits in a workspace, the oldest first.
    pub fn outbox_of(&self, workspace: WorkspaceId) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT} WHERE x.workspace = (SELECT seq FROM workspaces WHERE id = ?1) ORDER BY x.number"
        ))?;
        let rows = select.query_map([workspace.to_string()], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What waits for one credential, the oldest first.
    pub fn waiting(&self, credential: CredentialId) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut select =
            self.connection.prepare_cached(&format!("{SELECT} WHERE x.credential = ?1 ORDER BY x.number"))?;
        let rows = select.query_map([credential.to_string()], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What waits for one credential, and every default that waits in its workspace, the oldest first.
    pub fn waiting_beside(
        &self,
        workspace: WorkspaceId,
        credential: CredentialId,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT} WHERE x.credential = ?1
             UNION ALL
             {SELECT} WHERE x.operation = 'default' AND x.credential <> ?1
                 AND x.workspace = (SELECT seq FROM workspaces WHERE id = ?2)
             ORDER BY 1"
        ))?;
        let rows = select.query_map([credential.to_string(), workspace.to_string()], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One entry.
    pub fn outbox_entry(&self, number: u32) -> Result<Option<OutboxEntry>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE x.number = ?1"))?;
        Ok(select.query_row([number], read).optional()?)
    }

    /// The number of the latest entry there ever was.
    pub fn last_queued(&self) -> Result<u32, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")?;
        Ok(select.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// How many operations of a workspace wait, and how many of them for a person.
    pub fn outbox_counts(&self, workspace: WorkspaceId) -> Result<(u32, u32), StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE state IN ('parked', 'asks')) FROM outbox
             WHERE workspace = (SELECT seq FROM workspaces WHERE id = ?1)",
        )?;
        Ok(select.query_row([workspace.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}

impl Writer<'_> {
    /// Adds an operation on a credential that has a row, not to be done before a time, if one is given.
    pub fn enqueue(
        &self,
        credential: CredentialId,
        operation: Operation,
        now: DateTime<Utc>,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let added = self.connection.execute(
            "INSERT INTO outbox (workspace, credential, operation, at, state, attempts, next_at)
             SELECT workspace, id, ?2, ?3, 'waiting', 0, ?4 FROM credentials WHERE id = ?1",
            params![credential.to_string(), operation.as_str(), column::time(now), next_at.map(column::time)],
        )?;
        if added == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Puts an entry in the place of the one of its number. That it is gone meanwhile is no error: then it is settled.
    pub fn update_outbox(&self, entry: &OutboxEntry) -> Result<(), StoreError> {
        let mut update = self.connection.prepare_cached(
            "UPDATE outbox SET operation = ?2, state = ?3, attempts = ?4, next_at = ?5, step = ?6 WHERE number = ?1",
        )?;
        update.execute(params![
            entry.number,
            entry.operation.as_str(),
            column::word(&entry.stage),
            entry.attempts,
            entry.next_at.map(column::time),
            entry.step
        ])?;
        Ok(())
    }

    /// Takes an entry out: it is done, or it is not to be done any more.
    pub fn settle(&self, number: u32) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM outbox WHERE number = ?1")?.execute([number])?;
        Ok(())
    }

    /// Takes out everything that waits for a credential.
    pub fn settle_all(&self, credential: CredentialId) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM outbox WHERE credential = ?1", [credential.to_string()])?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxEntry> {
    Ok(OutboxEntry {
        number: row.get("number")?,
        credential: column::parsed(row, "credential")?,
        operation: column::read_word(row, "operation")?,
        at: column::read_time(row, "at")?,
        stage: column::read_word(row, "state")?,
        attempts: row.get("attempts")?,
        next_at: column::read_time_if_any(row, "next_at")?,
        step: row.get("step")?,
    })
}
