//! An account on a stand-in for its server, in the test's own process, and a command line that signs in to it.

use std::path::PathBuf;

use credenza_model::KindId;
use credenza_taikun::{Options, Taikun, User, World};
use credenza_tests::{Keychain, Run, Session};
use serde_json::{Value, json};

use crate::sample::{Sample, workspace};

pub(crate) const EMAIL: &str = "petra@example.com";
/// It occurs nowhere else, so that it can be looked for.
pub(crate) const PASSWORD: &str = "cAnArY correct horse 7";

pub(crate) struct Desk {
    pub session: Session,
    pub taikun: Taikun,
    pub acme: i32,
    pub beta: i32,
}

/// A Partner of an account with two organizations, who is not signed in; there is no workspace yet.
pub(crate) fn bare(options: Options) -> Desk {
    bare_with(options, |user, _| user.partner())
}

pub(crate) fn bare_with(options: Options, role: impl FnOnce(User, i32) -> User) -> Desk {
    let taikun = Taikun::start(options).unwrap();
    let world = taikun.world();
    let (acme, beta) = (world.add_organization("Acme"), world.add_organization("Beta"));
    world.add_user(role(User::new(EMAIL, PASSWORD), acme));
    Desk { session: Session::start(Keychain::Unlocked), taikun, acme, beta }
}

/// The same, with the workspace `lab` connected to the account.
pub(crate) fn desk() -> Desk {
    desk_with(Options::default())
}

pub(crate) fn desk_with(options: Options) -> Desk {
    let desk = bare(options);
    workspace(&desk.session);
    desk.signed_in();
    desk
}

impl Desk {
    pub(crate) fn world(&self) -> &World {
        self.taikun.world()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.session.credenza(arguments, "")
    }

    /// What is handed to `login --from -` by the person of this desk.
    pub(crate) fn typed(&self) -> Value {
        json!({"host": self.taikun.address(), "account": "demo", "email": EMAIL, "password": PASSWORD})
    }

    pub(crate) fn login(&self, typed: &Value, more: &[&str]) -> Run {
        let mut arguments = vec!["login", "--from", "-", "--json"];
        arguments.extend(more);
        self.session.credenza(&arguments, &typed.to_string())
    }

    /// Signs in, and answers with who one is.
    pub(crate) fn signed_in(&self) -> Value {
        let run = self.login(&self.typed(), &[]);
        assert_eq!(run.code, 0, "{run:?}");
        run.json()
    }

    /// A sync that ends well, and its report.
    pub(crate) fn sync(&self) -> Value {
        let run = self.run(&["sync", "--json"]);
        assert_eq!(run.code, 0, "{run:?}");
        run.json()
    }

    /// Adds a credential of this name here and answers with its id.
    pub(crate) fn add(&self, kind: KindId, name: &str) -> String {
        Sample::of(kind).with(kind.kind().name_field, name).added(&self.session)
    }

    /// A row as another person made it; its number.
    pub(crate) fn given(&self, kind: KindId, name: &str) -> i32 {
        let mut fields = credenza_taikun::sample(kind);
        fields[kind.kind().name_field] = json!(name);
        self.world().add_row(kind, self.acme, fields)
    }

    pub(crate) fn edit(&self, id: &str, change: &Value) {
        let run = self.session.credenza(&["edit", id, "--from", "-", "--json"], &change.to_string());
        assert_eq!(run.code, 0, "{run:?}");
    }

    pub(crate) fn show(&self, id: &str) -> Value {
        self.run(&["show", id, "--json"]).json()
    }

    /// The number of a credential in the account.
    pub(crate) fn number(&self, id: &str) -> i32 {
        self.show(id)["accountId"].as_i64().and_then(|number| i32::try_from(number).ok()).unwrap()
    }

    /// The one row of a kind that the account has.
    pub(crate) fn only(&self, kind: KindId) -> Value {
        let rows = self.world().rows(kind);
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.into_iter().next().unwrap()
    }

    /// Nothing but questions was sent since the log was cleared.
    pub(crate) fn only_asked(&self) {
        let log = self.world().log();
        assert!(!log.is_empty() && log.iter().all(|request| request.method == "GET"), "{log:?}");
    }

    /// A file in the session's own directory.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.session.desktop().dir().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}
