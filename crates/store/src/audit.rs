//! The audit: what was done to which credential, and when. It is only ever added to, and never holds a value.

use chrono::{DateTime, Utc};
use credenza_model::{CredentialId, WorkspaceId};
use rusqlite::params;

use crate::page::MAX_LIMIT;
use crate::{Reader, StoreError, Writer, column};

/// One thing done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Where.
    pub workspace: WorkspaceId,
    /// To which credential; it may be gone by now.
    pub credential: Option<CredentialId>,
    /// The name that the credential had.
    pub name: String,
    /// What: one word.
    pub action: String,
    /// Which fields, and the like; never a value.
    pub detail: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Reader<'_> {
    /// The events of a workspace, the latest first.
    pub fn audit(&self, workspace: WorkspaceId, limit: u32, offset: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT credential, name, action, detail, at FROM audit
             WHERE workspace = (SELECT seq FROM workspaces WHERE id = ?1)
             ORDER BY number DESC LIMIT ?2 OFFSET ?3",
        )?;
        let rows = select.query_map(params![workspace.to_string(), limit.min(MAX_LIMIT), offset], |row| {
            let credential: Option<String> = row.get("credential")?;
            Ok(AuditEvent {
                workspace,
                credential: credential.map(|id| id.parse()).transpose().map_err(|_| column::unreadable())?,
                name: row.get("name")?,
                action: row.get("action")?,
                detail: row.get("detail")?,
                at: column::read_time(row, "at")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Adds an event.
    pub fn audit(&self, event: &AuditEvent) -> Result<(), StoreError> {
        let added = self.connection.execute(
            "INSERT INTO audit (workspace, credential, name, action, detail, at)
             SELECT seq, ?2, ?3, ?4, ?5, ?6 FROM workspaces WHERE id = ?1",
            params![
                event.workspace.to_string(),
                event.credential.map(|id| id.to_string()),
                event.name,
                event.action,
                event.detail,
                column::time(event.at)
            ],
        )?;
        if added == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
