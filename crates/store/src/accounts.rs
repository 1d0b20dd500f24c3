//! Accounts: which one a workspace is connected to, who is signed in, and how the last sync ended.

use chrono::{DateTime, Utc};
use credenza_model::{CredentialId, SecretRef, WorkspaceId};
use rusqlite::{OptionalExtension, params};

use crate::{Reader, StoreError, Writer, column};

/// The account of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The API's address.
    pub host: String,
    /// Certificates in PEM, trusted beside the system's.
    pub authorities: Option<String>,
    /// How one signed in: `password`, `key` or `token`.
    pub method: String,
    /// E-mail or access key.
    pub login: String,
    /// The account's name.
    pub account: Option<String>,
    /// The server's id of who is signed in.
    pub person_id: String,
    /// Who is signed in, to show.
    pub person: String,
    /// Where the session's secrets are in the keychain; its `credential` is the workspace's own id.
    pub session: Option<SecretRef>,
    /// Why the session cannot be used any more.
    pub ended: Option<String>,
    /// When the role was last asked for.
    pub asked_at: Option<DateTime<Utc>>,
    /// When the last whole sync ended.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why the last sync did not end well, as JSON.
    pub failure: Option<String>,
    /// The kinds that the server does not know, as JSON.
    pub unsupported: String,
    /// What is gone in such numbers that a person is asked, as JSON.
    pub missing: String,
}

impl Reader<'_> {
    /// The account of a workspace; none for a local one.
    pub fn account(&self, workspace: WorkspaceId) -> Result<Option<Account>, StoreError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT a.* FROM accounts a JOIN workspaces w ON w.seq = a.workspace WHERE w.id = ?1")?;
        Ok(select
            .query_row([workspace.to_string()], |row| {
                let session = match (row.get::<_, Option<String>>("generation")?, row.get("parts")?) {
                    (Some(generation), Some(parts)) => Some(SecretRef {
                        credential: session_owner(workspace),
                        generation: generation.parse().map_err(|_| column::unreadable())?,
                        parts,
                    }),
                    _ => None,
                };
                Ok(Account {
                    workspace,
                    host: row.get("host")?,
                    authorities: row.get("authorities")?,
                    method: row.get("method")?,
                    login: row.get("login")?,
                    account: row.get("account")?,
                    person_id: row.get("person_id")?,
                    person: row.get("person")?,
                    session,
                    ended: row.get("ended")?,
                    asked_at: column::read_time_if_any(row, "asked_at")?,
                    synced_at: column::read_time_if_any(row, "synced_at")?,
                    failure: row.get("failure")?,
                    unsupported: row.get("unsupported")?,
                    missing: row.get("missing")?,
                })
            })
            .optional()?)
    }
}

impl Writer<'_> {
    /// Writes an account down, in place of the workspace's one.
    pub fn set_account(&self, account: &Account) -> Result<(), StoreError> {
        let added = self.connection.execute(
            "INSERT OR REPLACE INTO accounts (
                 workspace, host, authorities, method, login, account, person_id, person, generation, parts, ended,
                 asked_at, synced_at, failure, unsupported, missing
             )
             SELECT seq, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
             FROM workspaces WHERE id = ?1",
            params![
                account.workspace.to_string(),
                account.host,
                account.authorities,
                account.method,
                account.login,
                account.account,
                account.person_id,
                account.person,
                account.session.map(|session| session.generation.to_string()),
                account.session.map(|session| session.parts),
                account.ended,
                account.asked_at.map(column::time),
                account.synced_at.map(column::time),
                account.failure,
                account.unsupported,
                account.missing
            ],
        )?;
        if added == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Makes a workspace local again.
    pub fn remove_account(&self, workspace: WorkspaceId) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM accounts WHERE workspace = (SELECT seq FROM workspaces WHERE id = ?1)",
            [workspace.to_string()],
        )?;
        Ok(())
    }
}

/// Under which id the session of a workspace lies in the keychain: the workspace's own, which no credential has.
pub fn session_owner(workspace: WorkspaceId) -> CredentialId {
    CredentialId::new(workspace.uuid())
}
