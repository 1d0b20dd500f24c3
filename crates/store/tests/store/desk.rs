//! A store with a workspace and an organization in it, and credentials to put there.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use credenza_model::{CredentialId, Facts, Generation, KindId, OrganizationId, Role, SecretRef, Value, WorkspaceId};
use credenza_store::{Credential, Organization, Query, Sort, State, Store, StoreError, Workspace};
use tempfile::TempDir;
use uuid::Uuid;

/// A store in a directory of its own.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceId,
    pub(crate) organization: OrganizationId,
    pub(crate) dir: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let workspace = add_workspace(&store, "lab");
        let organization = add_organization(&store, workspace, "Acme");
        Self { store, workspace, organization, dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A complete credential, not stored yet.
    pub(crate) fn credential(&self, kind: KindId, name: &str) -> Credential {
        credential(self.workspace, self.organization, kind, name)
    }

    /// Stores an OpenStack credential of this name, changed a little.
    pub(crate) fn add(&self, name: &str, change: impl FnOnce(&mut Credential)) -> Credential {
        let mut credential = self.credential(KindId::Openstack, name);
        change(&mut credential);
        self.insert(&credential).unwrap();
        credential
    }

    pub(crate) fn insert(&self, credential: &Credential) -> Result<(), StoreError> {
        self.store.write(|writer| writer.insert_credential(credential))
    }

    pub(crate) fn get(&self, id: CredentialId) -> Option<Credential> {
        self.store.read(|reader| reader.credential(id)).unwrap()
    }

    /// Everything in the workspace, by name.
    pub(crate) fn query(&self) -> Query {
        Query {
            workspace: self.workspace,
            tab: None,
            kinds: None,
            organization: None,
            closed: Vec::new(),
            search: None,
            state: None,
            sort: Sort::Name,
            descending: false,
            limit: 1000,
            offset: 0,
        }
    }

    /// The names on a page, which is the whole list.
    pub(crate) fn names(&self, query: &Query) -> Vec<String> {
        let page = self.store.read(|reader| reader.page(query)).unwrap();
        assert_eq!(page.total as usize, page.items.len(), "the page is the whole list");
        page.items.into_iter().map(|row| row.credential.name).collect()
    }

    /// The names that a search finds.
    pub(crate) fn found(&self, search: &str) -> Vec<String> {
        self.names(&Query { search: Some(search.into()), ..self.query() })
    }
}

pub(crate) fn add_workspace(store: &Store, name: &str) -> WorkspaceId {
    let id = WorkspaceId::new(Uuid::now_v7());
    let workspace = Workspace { id, name: name.into(), role: Role::Partner };
    store.write(|writer| writer.insert_workspace(&workspace)).unwrap();
    id
}

pub(crate) fn add_organization(store: &Store, workspace: WorkspaceId, name: &str) -> OrganizationId {
    let id = OrganizationId::new(Uuid::now_v7());
    let organization = Organization { id, workspace, name: name.into(), remote_id: None, role: None };
    store.write(|writer| writer.insert_organization(&organization)).unwrap();
    id
}

pub(crate) fn credential(workspace: WorkspaceId, organization: OrganizationId, kind: KindId, name: &str) -> Credential {
    Credential {
        id: CredentialId::new(Uuid::now_v7()),
        workspace,
        organization,
        kind,
        name: name.into(),
        state: State::Ready,
        locked: false,
        default: false,
        version: 1,
        values: Default::default(),
        secrets: Default::default(),
        facts: Facts::default(),
        secret_facts: Facts::default(),
        problems: Vec::new(),
        secret: None,
        remote_id: None,
        used_by: Vec::new(),
        created_at: at(0),
        modified_at: at(0),
        deleted_at: None,
        erase_at: None,
        account: Default::default(),
        trouble: None,
        note: String::new(),
        expires_by_hand: None,
        check: None,
    }
}

pub(crate) fn secret(credential: CredentialId) -> SecretRef {
    SecretRef { credential, generation: Generation::new(Uuid::now_v7()), parts: 1 }
}

/// A moment, so many seconds after the beginning of the tests' time.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.into())
}
