//! A program on a temporary directory, an account on the stand-in, and a person who is signed in.

#![allow(dead_code, reason = "each test uses what it needs")]

use credenza_app::{App, AppError, Cancel, CredentialView, SignInInput, SignInMethod, SyncOptions, SyncReport};
use credenza_model::{CredentialId, Input, KindId, Secret};
use credenza_remote::Limits;
use credenza_taikun::{Options, Taikun, User, World};
use credenza_vault::{Memory, Vault};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const EMAIL: &str = "petra@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Lab {
    pub(crate) app: App,
    pub(crate) memory: Memory,
    pub(crate) dir: TempDir,
    pub(crate) taikun: Taikun,
    pub(crate) acme: i32,
    pub(crate) beta: i32,
}

/// Bounds that let a test fail soon, and try again at once.
pub(crate) fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        read: Duration::from_secs(10),
        write: Duration::from_secs(10),
        attempts: 2,
        pause: Duration::from_millis(1),
        ..Limits::default()
    }
}

pub(crate) fn lab() -> Lab {
    lab_with(Options::default(), User::partner)
}

pub(crate) fn lab_with(options: Options, role: impl FnOnce(User) -> User) -> Lab {
    let taikun = Taikun::start(options).unwrap();
    let world = taikun.world();
    let acme = world.add_organization("Acme");
    let beta = world.add_organization("Beta");
    world.add_user(role(User::new(EMAIL, PASSWORD)));
    let dir = tempfile::tempdir().unwrap();
    let memory = Memory::new();
    let app = open(&dir, &memory);
    let lab = Lab { app, memory, dir, taikun, acme, beta };
    lab.sign_in().unwrap();
    lab
}

pub(crate) fn open(dir: &TempDir, memory: &Memory) -> App {
    App::open_with(dir.path(), Vault::memory(memory.clone())).unwrap().with_limits(limits())
}

pub(crate) fn typed(taikun: &Taikun) -> SignInInput {
    SignInInput {
        host: taikun.address(),
        authorities: taikun.authority_pem(),
        method: SignInMethod::Password,
        account: Some("demo".into()),
        login: EMAIL.into(),
        secret: Secret::new(PASSWORD.into()),
        code: None,
        recovery: None,
        workspace: None,
    }
}

/// The kind's own sample under another name.
pub(crate) fn sample(kind: KindId, name: &str) -> Value {
    let mut fields: serde_json::Map<String, Value> =
        kind.kind().sample.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
    fields.insert(kind.kind().name_field.to_owned(), json!(name));
    Value::Object(fields)
}

pub(crate) fn input(json: &Value) -> Input {
    Input::from_json(json.to_string().as_bytes()).unwrap()
}

impl Lab {
    pub(crate) fn world(&self) -> &World {
        self.taikun.world()
    }

    pub(crate) fn sign_in(&self) -> Result<(), AppError> {
        self.app.sign_in(typed(&self.taikun), &Cancel::default()).map(drop)
    }

    pub(crate) fn sync(&self) -> SyncReport {
        self.try_sync(SyncOptions { everything: true, ..SyncOptions::default() }).unwrap()
    }

    pub(crate) fn try_sync(&self, options: SyncOptions) -> Result<SyncReport, AppError> {
        self.app.sync(options, &|_| (), &Cancel::default())
    }

    pub(crate) fn add(&self, kind: KindId, name: &str) -> CredentialId {
        let saved = self.app.add(kind, Some("Acme"), input(&sample(kind, name)), false).unwrap();
        saved.credential.id.parse().unwrap()
    }

    /// Every row as it is stored, tombstones included.
    pub(crate) fn rows(&self) -> Vec<credenza_store::Credential> {
        let store = self.app.store();
        store.read(|reader| reader.credentials(reader.current_workspace()?.unwrap().id)).unwrap()
    }

    pub(crate) fn edit(&self, id: CredentialId, change: &Value) -> Result<CredentialView, AppError> {
        let saved = self.app.edit(id, None, input(change), credenza_app::Completeness::Complete)?;
        Ok(saved.credential)
    }

    pub(crate) fn show(&self, id: CredentialId) -> CredentialView {
        self.app.show(id).unwrap()
    }

    /// The one row of a kind that the account has.
    pub(crate) fn only(&self, kind: KindId) -> Value {
        let rows = self.world().rows(kind);
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.into_iter().next().unwrap()
    }

    /// A row as another person made it.
    pub(crate) fn given(&self, kind: KindId, name: &str) -> i32 {
        self.world().add_row(kind, self.acme, wire(kind, name))
    }

    /// The only credential of a kind here.
    pub(crate) fn here(&self, kind: KindId) -> CredentialView {
        let query = credenza_app::ListQuery { kind: Some(kind), limit: 10, ..Default::default() };
        let page = self.app.list(&query).unwrap();
        assert_eq!(page.items.len(), 1, "{:?}", page.items);
        page.items.into_iter().next().unwrap()
    }
}

/// The sample of a kind in the form of the create call.
pub(crate) fn wire(kind: KindId, name: &str) -> Value {
    let mut body = serde_json::Map::new();
    let kind = kind.kind();
    for (id, text) in kind.sample {
        let field = kind.field(id).unwrap();
        if field.local {
            continue;
        }
        let value = match field.ty {
            credenza_model::FieldType::Int(..) => json!(text.parse::<i32>().unwrap()),
            credenza_model::FieldType::Bool => json!(*text == "true"),
            credenza_model::FieldType::List => json!(text.split(',').collect::<Vec<_>>()),
            _ => json!(text),
        };
        let value = if *id == kind.name_field { json!(name) } else { value };
        match id.split_once('.') {
            None => drop(body.insert((*id).to_owned(), value)),
            Some((block, rest)) => {
                let block = body.entry(block.to_owned()).or_insert_with(|| json!({}));
                if rest == "ipAddress" {
                    let (address, length) = text.split_once('/').unwrap();
                    block["ipAddress"] = json!(address);
                    block["netMask"] = json!(length.parse::<i32>().unwrap());
                } else {
                    block[rest] = value;
                }
            }
        }
    }
    Value::Object(body)
}
