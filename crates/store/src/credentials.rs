//! Credentials: all there is to know of them but their secrets.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use credenza_model::{
    CredentialId, Facts, KindId, OrganizationId, Problem, SecretRef, SecretState, Values, WorkspaceId,
};
use rusqlite::{OptionalExtension, Row as SqlRow, ToSql, named_params, params};

use crate::search::fold;
use crate::{Reader, Row, State, StoreError, Writer, column};

/// A credential as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    /// Its id, the same through every edit.
    pub id: CredentialId,
    /// The workspace it is in.
    pub workspace: WorkspaceId,
    /// Whose it is; an organization of that workspace.
    pub organization: OrganizationId,
    /// What kind.
    pub kind: KindId,
    /// Its name; a draft may have none.
    pub name: String,
    /// Where it stands between this machine and the account.
    pub state: State,
    /// Whether it is locked.
    pub locked: bool,
    /// Whether it is the default of its kind in its organization.
    pub default: bool,
    /// Which writing of the row this is.
    pub version: u32,
    /// The plain values.
    pub values: Values,
    /// What is known of each secret; never the secret.
    pub secrets: BTreeMap<String, SecretState>,
    /// Everything public that was derived from values and secrets.
    pub facts: Facts,
    /// The part of the facts that came from secrets: it is kept when only values change.
    pub secret_facts: Facts,
    /// What keeps it from being complete.
    pub problems: Vec<Problem>,
    /// Where its secrets are in the keychain; its `credential` is this one.
    pub secret: Option<SecretRef>,
    /// The account's number of it.
    pub remote_id: Option<i32>,
    /// What uses it, by name.
    pub used_by: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub modified_at: DateTime<Utc>,
    /// Since when it is deleted: a tombstone, kept until undo has lapsed.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Reader<'_> {
    /// One credential, be it a tombstone.
    pub fn credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?;
        Ok(select.query_row([id.to_string()], read_row).optional()?.map(|row| row.credential))
    }

    /// Every credential of a workspace, tombstones included, in no order that means anything.
    pub fn credentials(&self, workspace: WorkspaceId) -> Result<Vec<Credential>, StoreError> {
        let select = format!("{SELECT} WHERE c.workspace = (SELECT seq FROM workspaces WHERE id = ?1)");
        let mut select = self.connection.prepare_cached(&select)?;
        let rows = select.query_map([workspace.to_string()], |row| Ok(read_row(row)?.credential))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a name is in use for a kind in an organization, drafts included. No name is free for everybody.
    pub fn name_taken(
        &self,
        organization: OrganizationId,
        kind: KindId,
        name: &str,
        except: Option<CredentialId>,
    ) -> Result<bool, StoreError> {
        if name.is_empty() {
            return Ok(false);
        }
        // The folded name is there for the index.
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM credentials
                 WHERE organization = (SELECT seq FROM organizations WHERE id = ?1)
                   AND name_key = ?2 AND kind = ?3 AND deleted_at IS NULL AND name = ?4 AND id IS NOT ?5
             )",
        )?;
        let except = except.map(|id| id.to_string());
        Ok(select.query_row(params![organization.to_string(), fold(name), kind.as_str(), name, except], |row| {
            row.get(0)
        })?)
    }

    /// The tombstones that were deleted before this time, the oldest first.
    pub fn lapsed(&self, before: DateTime<Utc>) -> Result<Vec<CredentialId>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id FROM credentials WHERE deleted_at IS NOT NULL AND deleted_at < ?1 ORDER BY deleted_at, id",
        )?;
        let rows = select.query_map([column::time(before)], |row| column::parsed(row, "id"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every reference to secrets that a row holds, tombstones included.
    pub fn secret_refs(&self) -> Result<Vec<SecretRef>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, generation, parts FROM credentials WHERE generation IS NOT NULL ORDER BY generation",
        )?;
        let rows = select.query_map([], |row| {
            Ok(SecretRef {
                credential: column::parsed(row, "id")?,
                generation: column::parsed(row, "generation")?,
                parts: row.get("parts")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Adds a credential to an organization of its workspace.
    pub fn insert_credential(&self, credential: &Credential) -> Result<(), StoreError> {
        let home = self.home(credential)?;
        let mut insert = self.connection.prepare_cached(INSERT)?;
        write(credential, &home, |values| insert.execute(values))?;
        self.index(self.connection.last_insert_rowid(), credential, &home.organization_name)
    }

    /// Puts a credential in the place of its row, if that still has the version which the change was made to. The new
    /// version is the credential's own.
    pub fn update_credential(&self, credential: &Credential, seen_version: u32) -> Result<(), StoreError> {
        let mut find = self.connection.prepare_cached("SELECT seq, version FROM credentials WHERE id = ?1")?;
        let (seq, found): (i64, u32) =
            find.query_row([credential.id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if found != seen_version {
            return Err(StoreError::Stale { found });
        }
        let home = self.home(credential)?;
        let mut update = self.connection.prepare_cached(UPDATE)?;
        write(credential, &home, |values| update.execute(values))?;
        self.index(seq, credential, &home.organization_name)
    }

    /// Leaves an organization without a default of a kind. No version changes: the flag is not what people edit.
    pub fn clear_default(&self, organization: OrganizationId, kind: KindId) -> Result<(), StoreError> {
        let mut clear = self.connection.prepare_cached(
            "UPDATE credentials SET is_default = 0
             WHERE organization = (SELECT seq FROM organizations WHERE id = ?1)
               AND kind = ?2 AND is_default = 1 AND deleted_at IS NULL",
        )?;
        clear.execute(params![organization.to_string(), kind.as_str()])?;
        Ok(())
    }

    /// Removes the row itself, and what finds it. What the keychain holds of it is the caller's to journal.
    pub fn remove_credential(&self, id: CredentialId) -> Result<(), StoreError> {
        // The index entries go by cascade and trigger.
        match self.connection.execute("DELETE FROM credentials WHERE id = ?1", [id.to_string()])? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Puts every credential of an organization into the search index again: its name is part of what finds them.
    pub(crate) fn reindex_organization(&self, id: OrganizationId) -> Result<(), StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE o.id = ?1"))?;
        let mut rows = select.query([id.to_string()])?;
        while let Some(row) = rows.next()? {
            let Row { credential, organization_name } = read_row(row)?;
            self.index(row.get("seq")?, &credential, &organization_name)?;
        }
        Ok(())
    }

    fn home(&self, credential: &Credential) -> Result<Home, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT o.workspace, o.seq, o.name FROM organizations o JOIN workspaces w ON w.seq = o.workspace
             WHERE o.id = ?1 AND w.id = ?2",
        )?;
        let ids = [credential.organization.to_string(), credential.workspace.to_string()];
        Ok(select.query_row(ids, |row| {
            Ok(Home { workspace: row.get(0)?, organization: row.get(1)?, organization_name: row.get(2)? })
        })?)
    }
}

/// Where a credential is, in numbers.
struct Home {
    workspace: i64,
    organization: i64,
    organization_name: String,
}

/// Everything that [`read_row`] wants.
pub(crate) const SELECT: &str = "
    SELECT c.seq, c.id, w.id AS workspace, o.id AS organization, o.name AS organization_name, c.kind, c.name, c.state,
           c.locked, c.is_default, c.version, c.remote_id, c.generation, c.parts, c.created_at, c.modified_at,
           c.deleted_at, c.field_values, c.secrets, c.facts, c.secret_facts, c.problems, c.used_by
    FROM credentials c JOIN organizations o ON o.seq = c.organization JOIN workspaces w ON w.seq = c.workspace";

const INSERT: &str = "
    INSERT INTO credentials (
        id, workspace, organization, tab, kind, name, state, locked, is_default, version, remote_id, generation, parts,
        created_at, modified_at, deleted_at, name_key, identity_key, project_key, expiry,
        field_values, secrets, facts, secret_facts, problems, used_by
    ) VALUES (
        :id, :workspace, :organization, :tab, :kind, :name, :state, :locked, :is_default, :version, :remote_id, :generation, :parts,
        :created_at, :modified_at, :deleted_at, :name_key, :identity_key, :project_key, :expiry,
        :field_values, :secrets, :facts, :secret_facts, :problems, :used_by
    )";

const UPDATE: &str = "
    UPDATE credentials SET
        workspace = :workspace, organization = :organization, tab = :tab, kind = :kind, name = :name, state = :state, locked = :locked, is_default = :is_default,
        version = :version, remote_id = :remote_id, generation = :generation, parts = :parts,
        created_at = :created_at, modified_at = :modified_at, deleted_at = :deleted_at,
        name_key = :name_key, identity_key = :identity_key, project_key = :project_key, expiry = :expiry,
        field_values = :field_values, secrets = :secrets, facts = :facts, secret_facts = :secret_facts,
        problems = :problems, used_by = :used_by
    WHERE id = :id";

/// Binds a credential to one of the two statements above.
fn write(
    credential: &Credential,
    home: &Home,
    execute: impl FnOnce(&[(&str, &dyn ToSql)]) -> rusqlite::Result<usize>,
) -> Result<(), StoreError> {
    let facts = &credential.facts;
    let key = |fact: &Option<String>| fact.as_deref().map(fold).unwrap_or_default();
    execute(named_params! {
        ":id": credential.id.to_string(),
        ":workspace": home.workspace,
        ":organization": home.organization,
        ":tab": credential.kind.kind().tab.as_str(),
        ":kind": credential.kind.as_str(),
        ":name": credential.name,
        ":state": credential.state.as_str(),
        ":locked": credential.locked,
        ":is_default": credential.default,
        ":version": credential.version,
        ":remote_id": credential.remote_id,
        ":generation": credential.secret.map(|secret| secret.generation.to_string()),
        ":parts": credential.secret.map(|secret| secret.parts),
        ":created_at": column::time(credential.created_at),
        ":modified_at": column::time(credential.modified_at),
        ":deleted_at": credential.deleted_at.map(column::time),
        ":name_key": fold(&credential.name),
        ":identity_key": key(&facts.identity),
        ":project_key": key(&facts.project),
        ":expiry": facts.expiry.map(column::time).unwrap_or_default(),
        ":field_values": column::json(&credential.values),
        ":secrets": column::json(&credential.secrets),
        ":facts": column::json(facts),
        ":secret_facts": column::json(&credential.secret_facts),
        ":problems": column::json(&credential.problems),
        ":used_by": column::json(&credential.used_by),
    })?;
    Ok(())
}

/// Reads a row of [`SELECT`].
pub(crate) fn read_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let id = column::parsed(row, "id")?;
    let secret = match (row.get::<_, Option<String>>("generation")?, row.get("parts")?) {
        (Some(generation), Some(parts)) => {
            let generation = generation.parse().map_err(|_| column::unreadable())?;
            Some(SecretRef { credential: id, generation, parts })
        }
        _ => None,
    };
    let credential = Credential {
        id,
        workspace: column::parsed(row, "workspace")?,
        organization: column::parsed(row, "organization")?,
        kind: column::parsed(row, "kind")?,
        name: row.get("name")?,
        state: column::parsed(row, "state")?,
        locked: row.get("locked")?,
        default: row.get("is_default")?,
        version: row.get("version")?,
        values: column::read_json(row, "field_values")?,
        secrets: column::read_json(row, "secrets")?,
        facts: column::read_json(row, "facts")?,
        secret_facts: column::read_json(row, "secret_facts")?,
        problems: column::read_json(row, "problems")?,
        secret,
        remote_id: row.get("remote_id")?,
        used_by: column::read_json(row, "used_by")?,
        created_at: column::read_time(row, "created_at")?,
        modified_at: column::read_time(row, "modified_at")?,
        deleted_at: column::read_time_if_any(row, "deleted_at")?,
    };
    Ok(Row { credential, organization_name: row.get("organization_name")? })
}
