//! Organizations: whose a credential is.

use credenza_model::{OrganizationId, Role, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};

use crate::search::fold;
use crate::{Reader, StoreError, Writer, column};

/// An organization as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Its name, unique in the workspace whatever the case.
    pub name: String,
    /// The account's number of it; none for one that exists only here.
    pub remote_id: Option<i32>,
    /// The person's role in it, where an account says; else it is the workspace's.
    pub role: Option<Role>,
}

const SELECT: &str = "SELECT o.id, w.id AS workspace, o.name, o.remote_id, o.role FROM organizations o JOIN workspaces w ON w.seq = o.workspace";

impl Reader<'_> {
    /// The organizations of a workspace, by name.
    pub fn organizations(&self, workspace: WorkspaceId) -> Result<Vec<Organization>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE w.id = ?1 ORDER BY o.name_key"))?;
        let rows = select.query_map([workspace.to_string()], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One organization.
    pub fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE o.id = ?1"))?;
        Ok(select.query_row([id.to_string()], read).optional()?)
    }
}

impl Writer<'_> {
    /// Adds an organization; its name must be free in the workspace.
    pub fn insert_organization(&self, organization: &Organization) -> Result<(), StoreError> {
        let added = self.connection.execute(
            "INSERT INTO organizations (id, workspace, name, name_key, remote_id, role)
             SELECT ?1, seq, ?3, ?4, ?5, ?6 FROM workspaces WHERE id = ?2",
            params![
                organization.id.to_string(),
                organization.workspace.to_string(),
                organization.name,
                fold(&organization.name),
                organization.remote_id,
                organization.role.map(|role| column::word(&role))
            ],
        )?;
        if added == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Writes down what the account says of an organization: its number, and the person's role in it.
    pub fn set_organization_account(
        &self,
        id: OrganizationId,
        remote_id: Option<i32>,
        role: Option<Role>,
    ) -> Result<(), StoreError> {
        let changed = self.connection.execute(
            "UPDATE organizations SET remote_id = ?2, role = ?3 WHERE id = ?1",
            params![id.to_string(), remote_id, role.map(|role| column::word(&role))],
        )?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Gives an organization another name, under which its credentials are found from then on.
    pub fn rename_organization(&self, id: OrganizationId, name: &str) -> Result<(), StoreError> {
        let changed = self.connection.execute(
            "UPDATE organizations SET name = ?2, name_key = ?3 WHERE id = ?1",
            params![id.to_string(), name, fold(name)],
        )?;
        if changed == 0 {
            return Err(StoreError::NotFound);
        }
        self.reindex_organization(id)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Organization> {
    Ok(Organization {
        id: column::parsed(row, "id")?,
        workspace: column::parsed(row, "workspace")?,
        name: row.get("name")?,
        remote_id: row.get("remote_id")?,
        role: match row.get::<_, Option<String>>("role")? {
            Some(_) => Some(column::read_word(row, "role")?),
            None => None,
        },
    })
}
