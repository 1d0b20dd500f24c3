//! Complete credentials of every kind with secrets that occur nowhere else, and a place to put them.

use std::sync::atomic::{AtomicU32, Ordering};

use credenza_model::{FieldType, Kind, KindId};
use credenza_tests::{Keychain, Run, Session};
use serde_json::{Map, Value, json};

/// A session with a Partner's workspace of two organizations.
pub(crate) fn lab() -> Session {
    let session = Session::start(Keychain::Unlocked);
    workspace(&session);
    session
}

pub(crate) fn workspace(session: &Session) {
    let made = session.credenza(
        &[
            "workspace",
            "create",
            "lab",
            "--role",
            "partner",
            "--organization",
            "Acme",
            "--organization",
            "Beta",
            "--json",
        ],
        "",
    );
    assert_eq!(made.code, 0, "{made:?}");
}

/// A credential as a script hands it in, and the secrets in it by field.
pub(crate) struct Sample {
    pub kind: &'static Kind,
    pub json: Value,
    pub secrets: Vec<(&'static str, String)>,
}

impl Sample {
    /// The kind's own sample, its one-line secrets replaced by fresh ones.
    pub(crate) fn of(id: KindId) -> Self {
        let kind = id.kind();
        let mut object = Map::new();
        let mut secrets = Vec::new();
        for (field, value) in kind.sample {
            let known = kind.field(field).unwrap();
            let value = if known.secret && known.ty != FieldType::File { fresh(id) } else { (*value).to_owned() };
            if known.secret {
                secrets.push((known.id, value.clone()));
            }
            object.insert((*field).to_owned(), json!(value));
        }
        Self { kind, json: Value::Object(object), secrets }
    }

    /// With one field set to something else.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.json[field] = value.into();
        self
    }

    /// Without one field.
    pub(crate) fn without(mut self, field: &str) -> Self {
        self.json.as_object_mut().unwrap().remove(field);
        self
    }

    /// Adds it to Acme.
    pub(crate) fn add(&self, session: &Session) -> Run {
        self.add_with(session, &[])
    }

    pub(crate) fn add_with(&self, session: &Session, more: &[&str]) -> Run {
        let mut arguments = vec!["add", self.kind.id.as_str(), "--organization", "Acme", "--from", "-", "--json"];
        arguments.extend(more);
        session.credenza(&arguments, &self.json.to_string())
    }

    /// Adds it and answers with its id.
    pub(crate) fn added(&self, session: &Session) -> String {
        let run = self.add(session);
        assert_eq!(run.code, 0, "{}: {run:?}", self.kind.label);
        run.json()["id"].as_str().unwrap().to_owned()
    }
}

/// A secret of this test run alone. It has no form that a kind insists on; those that warn about it are kept all the same.
fn fresh(kind: KindId) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("cAnArY-{}-{moment:x}-{count}", kind.as_str())
}

/// What a failed command said, as JSON.
pub(crate) fn error(run: &Run) -> Value {
    assert_eq!(run.stdout, "", "a failure prints nothing on standard output: {run:?}");
    let error: Value = serde_json::from_str(&run.stderr).unwrap_or_else(|_| panic!("no JSON error: {run:?}"));
    assert!(error["error"]["message"].as_str().is_some_and(|message| message.ends_with(['.', ')'])), "{error}");
    error["error"].clone()
}

/// The code of the problem at a field.
pub(crate) fn problem_at(error: &Value, field: &str) -> Option<String> {
    let problems = error["problems"].as_array()?;
    let found = problems.iter().find(|problem| problem["field"] == field)?;
    found["code"].as_str().map(str::to_owned)
}
