//! What both sides last agreed on, for each credential that the account knows: the base of every comparison.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use credenza_model::{CredentialId, Generation, Values, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::{Reader, StoreError, Writer, column};

/// A credential as both sides had it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The plain values: those that the account tells of, and those that were pushed.
    pub values: Values,
    /// Whether it was locked there.
    pub locked: bool,
    /// When the account says that it was last changed, in its own words: compared, never computed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<String>,
    /// Until when a reading that does not show what was written yet is forgiven: the account may lag behind itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_until: Option<DateTime<Utc>>,
}

/// What syncing knows of a credential.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreed {
    /// What both sides last agreed on; none before the account has it.
    pub base: Option<Base>,
    /// The generation of the secrets that the account was given from here.
    pub pushed: Option<Generation>,
    /// The account's side of a conflict, as JSON.
    pub theirs: Option<String>,
    /// What the conflict is about, as JSON.
    pub conflict: Option<String>,
}

const SELECT: &str = "SELECT c.id, b.base, b.pushed, b.theirs, b.conflict
    FROM bases b JOIN credentials c ON c.seq = b.credential";

impl Reader<'_> {
    /// What is agreed on about a credential.
    pub fn agreed(&self, id: CredentialId) -> Result<Option<Agreed>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?;
        Ok(select.query_row([id.to_string()], |row| Ok(read(row)?.1)).optional()?)
    }

    /// What is agreed on about each credential of a workspace, tombstones included.
    pub fn all_agreed(&self, workspace: WorkspaceId) -> Result<HashMap<CredentialId, Agreed>, StoreError> {
        let mut select = self
            .connection
            .prepare_cached(&format!("{SELECT} WHERE c.workspace = (SELECT seq FROM workspaces WHERE id = ?1)"))?;
        let rows = select.query_map([workspace.to_string()], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Writes down what is agreed on about a credential that has a row.
    pub fn set_agreed(&self, id: CredentialId, agreed: &Agreed) -> Result<(), StoreError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO bases (credential, base, pushed, theirs, conflict)
             SELECT seq, ?2, ?3, ?4, ?5 FROM credentials WHERE id = ?1
             ON CONFLICT (credential) DO UPDATE SET
                 base = excluded.base, pushed = excluded.pushed, theirs = excluded.theirs, conflict = excluded.conflict",
        )?;
        let added = insert.execute(params![
            id.to_string(),
            column::json(&agreed.base),
            agreed.pushed.map(|generation| generation.to_string()),
            agreed.theirs,
            agreed.conflict
        ])?;
        if added == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Forgets what was agreed on: the account does not have it any more.
    pub fn forget_agreed(&self, id: CredentialId) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM bases WHERE credential = (SELECT seq FROM credentials WHERE id = ?1)",
            [id.to_string()],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(CredentialId, Agreed)> {
    let pushed: Option<String> = row.get("pushed")?;
    let agreed = Agreed {
        base: column::read_json(row, "base")?,
        pushed: pushed.map(|id| id.parse()).transpose().map_err(|_| column::unreadable())?,
        theirs: row.get("theirs")?,
        conflict: row.get("conflict")?,
    };
    Ok((column::parsed(row, "id")?, agreed))
}
