//! A program on a temporary directory, with the in-memory twin for a keychain.

#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

use credenza_app::{App, AppError, Completeness, Saved};
use credenza_model::{CredentialId, Input, KindId, Role, SecretState, WorkspaceId};
use credenza_store::{Account, Agreed, Base, Operation, OutboxEntry, Stage, State, StoreError};
use credenza_vault::{Memory, Vault};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

pub(crate) struct Lab {
    pub(crate) app: App,
    pub(crate) memory: Memory,
    pub(crate) dir: TempDir,
}

/// A workspace with the organizations Acme and Beta.
pub(crate) fn lab(role: Role) -> Lab {
    lab_with(role, Memory::new())
}

pub(crate) fn lab_with(role: Role, memory: Memory) -> Lab {
    let dir = tempfile::tempdir().unwrap();
    let app = App::open_with(dir.path(), Vault::memory(memory.clone())).unwrap();
    app.create_workspace("lab", role, &["Acme".into(), "Beta".into()]).unwrap();
    Lab { app, memory, dir }
}

/// The kind's own sample.
pub(crate) fn sample(kind: KindId) -> Value {
    let fields: Map<String, Value> =
        kind.kind().sample.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
    Value::Object(fields)
}

pub(crate) fn input(json: &Value) -> Input {
    Input::from_json(json.to_string().as_bytes()).unwrap()
}

impl Lab {
    pub(crate) fn add(&self, kind: KindId, name: &str) -> CredentialId {
        let mut json = sample(kind);
        json[kind.kind().name_field] = json!(name);
        let saved = self.app.add(kind, Some("Acme"), input(&json), false).unwrap();
        saved.credential.id.parse().unwrap()
    }

    /// Puts a credential there as an account would have: past the rights of this workspace's role.
    pub(crate) fn given(&self, kind: KindId, name: &str) -> CredentialId {
        let partner = App::open_with(self.dir.path(), Vault::memory(self.memory.clone())).unwrap();
        let id = partner
            .store()
            .read(|reader| Ok::<_, credenza_store::StoreError>(reader.workspace_named("lab")?.unwrap().id));
        let workspace = id.unwrap();
        let organization = partner
            .store()
            .read(|reader| Ok::<_, credenza_store::StoreError>(reader.organizations(workspace)?[0].id))
            .unwrap();
        // A twin that a Partner made elsewhere, moved here row and secret and all.
        let elsewhere = lab_with(Role::Partner, self.memory.clone());
        let made = elsewhere.add(kind, name);
        let row = elsewhere.app.store().read(|reader| reader.credential(made)).unwrap().unwrap();
        let row = credenza_store::Credential { workspace, organization, ..row };
        self.app.store().write(|writer| writer.insert_credential(&row)).unwrap();
        made
    }

    /// Changes a row as only the account can.
    pub(crate) fn alter(&self, id: CredentialId, change: impl FnOnce(&mut credenza_store::Credential)) {
        self.app
            .store()
            .write(|writer| {
                let mut row = writer.credential(id)?.unwrap();
                let seen = row.version;
                change(&mut row);
                row.version += 1;
                writer.update_credential(&row, seen)
            })
            .unwrap();
    }
}

/// What an account adds, without one: rows as a sync would have written them.
impl Lab {
    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.app.workspace().unwrap().id.parse().unwrap()
    }

    /// Connects the workspace to an account that is never asked.
    pub(crate) fn connect(&self) {
        let account = Account {
            workspace: self.workspace(),
            host: "https://api.taikun.example".into(),
            authorities: None,
            method: "password".into(),
            login: "petra@example.com".into(),
            account: None,
            person_id: "1".into(),
            person: "petra".into(),
            session: None,
            ended: None,
            asked_at: None,
            synced_at: None,
            failure: None,
            unsupported: "[]".into(),
            missing: "[]".into(),
        };
        self.app.store().write(|writer| writer.set_account(&account)).unwrap();
    }

    /// Makes a credential one that the account has, as it is here.
    pub(crate) fn synced(&self, id: CredentialId) {
        self.connect();
        self.alter(id, |row| {
            row.state = State::Synced;
            row.remote_id = Some(7);
        });
        self.agree(id);
    }

    /// As [`Lab::synced`], by another person: its secrets are only there.
    pub(crate) fn synced_by_another(&self, id: CredentialId) {
        self.connect();
        self.alter(id, |row| {
            row.state = State::Synced;
            row.remote_id = Some(7);
            row.secret = None;
            row.secrets.values_mut().for_each(|state| *state = SecretState::Account);
        });
        self.agree(id);
    }

    /// Writes down that the account has what is here.
    pub(crate) fn agree(&self, id: CredentialId) {
        self.app
            .store()
            .write(|writer| {
                let row = writer.credential(id)?.unwrap();
                let base = Base { values: row.values, locked: row.locked, modified_at: None, lag_until: None };
                let pushed = row.secret.map(|secret| secret.generation);
                writer.set_agreed(id, &Agreed { base: Some(base), pushed, ..Agreed::default() })?;
                writer.settle_all(id)
            })
            .unwrap();
    }

    /// What waits to be pushed.
    pub(crate) fn outbox(&self) -> Vec<Operation> {
        let entries = self.app.store().read(|reader| reader.outbox()).unwrap();
        entries.into_iter().map(|entry| entry.operation).collect()
    }

    /// Puts everything that waits for a credential into a stage.
    pub(crate) fn stage(&self, id: CredentialId, stage: Stage) {
        self.app
            .store()
            .write(|writer| {
                for entry in writer.waiting(id)? {
                    // What is under way has said what it sends.
                    let sent = json!({ "name": "one", "values": {} }).to_string();
                    let step = if stage == Stage::InFlight { Some(sent) } else { entry.step.clone() };
                    writer.update_outbox(&OutboxEntry { stage, step, ..entry })?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }

    pub(crate) fn edit(&self, id: CredentialId, change: &Value) -> Result<Saved, AppError> {
        self.app.edit(id, None, input(change), Completeness::Complete)
    }
}
