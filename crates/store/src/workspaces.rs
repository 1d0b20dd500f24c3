//! Workspaces: whose desk this is.

use credenza_model::{Role, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};

use crate::search::fold;
use crate::{Reader, StoreError, Writer, column, meta};

/// A workspace as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name, unique.
    pub name: String,
    /// What the person is in it.
    pub role: Role,
}

impl Reader<'_> {
    /// All workspaces, by name.
    pub fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        let mut select =
            self.connection.prepare_cached("SELECT id, name, role FROM workspaces ORDER BY name_key, name")?;
        let rows = select.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One workspace.
    pub fn workspace(&self, id: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT id, name, role FROM workspaces WHERE id = ?1")?;
        Ok(select.query_row([id.to_string()], read).optional()?)
    }

    /// The workspace of this name: exactly so, or else the only one that differs in case alone.
    pub fn workspace_named(&self, name: &str) -> Result<Option<Workspace>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT id, name, role FROM workspaces WHERE name_key = ?1")?;
        let mut found: Vec<Workspace> = select.query_map([fold(name)], read)?.collect::<Result<_, _>>()?;
        if let Some(exact) = found.iter().position(|workspace| workspace.name == name) {
            return Ok(Some(found.swap_remove(exact)));
        }
        // Of two that differ in case neither is meant: a guess could delete the wrong one.
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// The workspace that is open when nobody says which.
    pub fn current_workspace(&self) -> Result<Option<Workspace>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT w.id, w.name, w.role FROM meta m JOIN workspaces w ON w.id = m.value WHERE m.key = ?1",
        )?;
        Ok(select.query_row([meta::CURRENT_WORKSPACE], read).optional()?)
    }
}

impl Writer<'_> {
    /// Adds a workspace; its name must be free.
    pub fn insert_workspace(&self, workspace: &Workspace) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO workspaces (id, name, name_key, role) VALUES (?1, ?2, ?3, ?4)",
            params![workspace.id.to_string(), workspace.name, fold(&workspace.name), column::word(&workspace.role)],
        )?;
        Ok(())
    }

    /// Writes down the role that the account says.
    pub fn set_workspace_role(&self, id: WorkspaceId, role: Role) -> Result<(), StoreError> {
        let changed = self
            .connection
            .execute("UPDATE workspaces SET role = ?2 WHERE id = ?1", params![id.to_string(), column::word(&role)])?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Gives a workspace another name.
    pub fn rename_workspace(&self, id: WorkspaceId, name: &str) -> Result<(), StoreError> {
        let changed = self.connection.execute(
            "UPDATE workspaces SET name = ?2, name_key = ?3 WHERE id = ?1",
            params![id.to_string(), name, fold(name)],
        )?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Removes a workspace with its organizations, credentials, outbox and audit. The journal stays: whoever calls this
    /// has written into it what the keychain still holds.
    pub fn delete_workspace(&self, id: WorkspaceId) -> Result<(), StoreError> {
        let id = id.to_string();
        if self.connection.execute("DELETE FROM workspaces WHERE id = ?1", [&id])? == 0 {
            return Err(StoreError::NotFound);
        }
        self.connection
            .execute("DELETE FROM meta WHERE key = ?1 AND value = ?2", [meta::CURRENT_WORKSPACE, id.as_str()])?;
        Ok(())
    }

    /// Chooses the workspace that is open when nobody says which.
    pub fn set_current_workspace(&self, id: Option<WorkspaceId>) -> Result<(), StoreError> {
        match id {
            None => meta::remove(self.connection, meta::CURRENT_WORKSPACE),
            Some(id) if self.workspace(id)?.is_none() => Err(StoreError::NotFound),
            Some(id) => meta::put(self.connection, meta::CURRENT_WORKSPACE, &id.to_string()),
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    Ok(Workspace { id: column::parsed(row, "id")?, name: row.get("name")?, role: column::read_word(row, "role")? })
}
