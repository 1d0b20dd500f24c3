//! Credentials: all there is to know of them but their secrets.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use credenza_model::{
    CredentialId, Facts, Generation, KindId, OrganizationId, Problem, SecretRef, SecretState, Values, WorkspaceId,
};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::row::{Home, INSERT, SELECT, UPDATE, read_row, write};
use crate::search::fold;
use crate::{Check, Reader, Row, State, StoreError, Writer, column};

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
    /// Since when it is deleted: a tombstone, its secret kept for a while.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Until when the tombstone is kept.
    pub erase_at: Option<DateTime<Utc>>,
    /// What the account tells of it beside its fields.
    pub account: AccountFacts,
    /// Why the account did not take what was changed here.
    pub trouble: Option<Trouble>,
    /// What a person notes of it. It stays here.
    pub note: String,
    /// When it ends, as a person says. It stays here.
    pub expires_by_hand: Option<DateTime<Utc>>,
    /// The last check of it as it is; an update that changes what a check depends on drops it.
    pub check: Option<Check>,
}

/// What an account tells of a credential that is no field of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase", default)]
pub struct AccountFacts {
    /// Who made it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Who changed it there last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
    /// Whether it comes with Taikun itself, so that nobody changes it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
    /// What a kind's table shows beside that, by column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
}

/// Why the account did not take what was changed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Trouble {
    /// A sentence with the next step.
    pub message: String,
    /// Whether it is a question: the change is made when a person agrees to how.
    pub asks: bool,
}

impl Reader<'_> {
    /// One credential, be it a tombstone.
    pub fn credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?;
        Ok(select.query_row([id.to_string()], read_row).optional()?.map(|row| row.credential))
    }

    /// Every credential of a workspace, tombstones included: for what concerns all of them. A list is made of pages.
    pub fn credentials(&self, workspace: WorkspaceId) -> Result<Vec<Credential>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE w.id = ?1 ORDER BY c.id"))?;
        let rows = select.query_map([workspace.to_string()], |row| Ok(read_row(row)?.credential))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a name is in use for a kind in an organization, by any credential or by any that is no draft. Having no
    /// name is free for everybody.
    pub fn name_taken(
        &self,
        organization: OrganizationId,
        kind: KindId,
        name: &str,
        except: Option<CredentialId>,
        drafts: bool,
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
                   AND (?6 OR state <> 'draft')
             )",
        )?;
        let except = except.map(|id| id.to_string());
        Ok(select
            .query_row(params![organization.to_string(), fold(name), kind.as_str(), name, except, drafts], |row| {
                row.get(0)
            })?)
    }

    /// The tombstones that are not to be kept any longer by this time, the oldest first. One whose deletion is still to be
    /// pushed is kept until it was.
    pub fn lapsed(&self, now: DateTime<Utc>) -> Result<Vec<CredentialId>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id FROM credentials WHERE deleted_at IS NOT NULL AND erase_at <= ?1
               AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.credential = credentials.id)
             ORDER BY erase_at, id",
        )?;
        let rows = select.query_map([column::time(now)], |row| column::parsed(row, "id"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The default of an organization and kind.
    pub fn default_of(&self, organization: OrganizationId, kind: KindId) -> Result<Option<CredentialId>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id FROM credentials
             WHERE organization = (SELECT seq FROM organizations WHERE id = ?1)
               AND kind = ?2 AND is_default = 1 AND deleted_at IS NULL",
        )?;
        Ok(select
            .query_row(params![organization.to_string(), kind.as_str()], |row| column::parsed(row, "id"))
            .optional()?)
    }

    /// Whether a row, be it a tombstone or an account, refers to this generation.
    pub fn refers_to(&self, generation: Generation) -> Result<bool, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM credentials WHERE generation = ?1)
                 OR EXISTS (SELECT 1 FROM accounts WHERE generation = ?1)",
        )?;
        Ok(select.query_row([generation.to_string()], |row| row.get(0))?)
    }

    /// The credential that the account knows by this number.
    pub fn with_remote_id(
        &self,
        workspace: WorkspaceId,
        kind: KindId,
        remote_id: i32,
    ) -> Result<Option<Credential>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT} WHERE w.id = ?1 AND c.kind = ?2 AND c.remote_id = ?3 AND c.deleted_at IS NULL"
        ))?;
        let found = select.query_row(params![workspace.to_string(), kind.as_str(), remote_id], read_row);
        Ok(found.optional()?.map(|row| row.credential))
    }

    /// As [`Reader::with_remote_id`], be it a tombstone.
    pub fn owner_of(
        &self,
        workspace: WorkspaceId,
        kind: KindId,
        remote_id: i32,
    ) -> Result<Option<Credential>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT} WHERE w.id = ?1 AND c.kind = ?2 AND c.remote_id = ?3 ORDER BY c.deleted_at IS NOT NULL LIMIT 1"
        ))?;
        let found = select.query_row(params![workspace.to_string(), kind.as_str(), remote_id], read_row);
        Ok(found.optional()?.map(|row| row.credential))
    }

    /// Those in conflict, by name.
    pub fn conflicts(&self, workspace: WorkspaceId) -> Result<Vec<Credential>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT} WHERE w.id = ?1 AND c.state = 'conflict' AND c.deleted_at IS NULL ORDER BY c.name_key, c.id"
        ))?;
        let rows = select.query_map([workspace.to_string()], |row| Ok(read_row(row)?.credential))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many are in conflict.
    pub fn conflict_count(&self, workspace: WorkspaceId) -> Result<u32, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT count(*) FROM credentials
             WHERE workspace = (SELECT seq FROM workspaces WHERE id = ?1) AND state = 'conflict' AND deleted_at IS NULL",
        )?;
        Ok(select.query_row([workspace.to_string()], |row| row.get(0))?)
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
        let mut find = self.connection.prepare_cached("SELECT seq FROM credentials WHERE id = ?1")?;
        let seq: i64 = find.query_row([credential.id.to_string()], |row| row.get(0))?;
        let there = self.credential(credential.id)?.ok_or(StoreError::NotFound)?;
        if there.version != seen_version {
            return Err(StoreError::Stale { found: there.version });
        }
        // A check that was recorded since the row was read is not the caller's to undo.
        let check = there.check.clone().filter(|_| there.is_checked_alike(credential));
        let credential = &Credential { check, ..credential.clone() };
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

    pub(crate) fn home(&self, credential: &Credential) -> Result<Home, StoreError> {
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
