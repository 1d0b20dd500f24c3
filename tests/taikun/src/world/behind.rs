//! What a test does behind the client's back, as if another person did it.

use credenza_model::KindId;
use rusqlite::params;
use serde_json::{Map, Value};

use super::{Author, Stored, World};

impl World {
    /// Makes a row, as another person would; `fields` are those of the create call, and `isLocked`, `isDefault`, `isInfra`.
    pub fn add_row(&self, kind: KindId, organization: i32, fields: Value) -> i32 {
        let account = self.account_of(organization);
        let (given, flags) = split(fields);
        let id = self
            .insert(kind, (account, Some(organization)), &given, &Author::somebody_else(), self.now())
            .expect("a row is written");
        if !flags.is_empty() {
            self.alter(kind, id, |row| apply(row, &flags));
        }
        id
    }

    /// Makes the AI connection that comes with an account and that nobody changes.
    pub fn add_built_in(&self, name: &str) -> i32 {
        let given = serde_json::json!({ "name": name, "url": "https://ai.example.com/v1", "builtIn": true });
        let given = given.as_object().cloned().unwrap_or_default();
        self.insert(KindId::Ai, (1, None), &given, &Author::somebody_else(), self.now()).expect("a row is written")
    }

    /// Changes some fields of a row, secrets among them, as another person would.
    pub fn change_row(&self, kind: KindId, id: i32, fields: Value) {
        let (given, flags) = split(fields);
        let now = self.now();
        self.alter(kind, id, |row| {
            row.given.extend(given);
            apply(row, &flags);
            row.modified_at = now;
            row.modified_by = Author::somebody_else();
        });
    }

    /// Removes a row, whatever hangs on it.
    pub fn remove_row(&self, kind: KindId, id: i32) {
        self.delete(kind, id).expect("a row is removed");
    }

    /// A row with everything in it: the fields of the create call, secrets as they are stored, and the flags.
    pub fn row(&self, kind: KindId, id: i32) -> Option<Value> {
        self.stored(kind, id).expect("a row is read").map(|row| row.whole())
    }

    /// All rows of a kind in every organization, as [`World::row`] tells of them.
    pub fn rows(&self, kind: KindId) -> Vec<Value> {
        self.stored_all(kind).expect("rows are read").iter().map(Stored::whole).collect()
    }

    /// Lets a project use a row.
    pub fn attach_project(&self, kind: KindId, id: i32, name: &str) {
        self.alter(kind, id, |row| {
            let number = row.used_by.iter().map(|(number, _)| *number).max().unwrap_or(100) + 1;
            row.used_by.push((number, name.to_owned()));
        });
    }

    /// The project lets go of the row.
    pub fn detach_project(&self, kind: KindId, id: i32, name: &str) {
        self.alter(kind, id, |row| row.used_by.retain(|(_, other)| other != name));
    }

    /// Lets a rule of billing or showback use a row.
    pub fn attach_rule(&self, kind: KindId, id: i32, name: &str) {
        self.attach_project(kind, id, name);
    }

    /// The rule lets go of the row.
    pub fn detach_rule(&self, kind: KindId, id: i32, name: &str) {
        self.detach_project(kind, id, name);
    }

    /// How many creates of this name took effect through the API, whatever became of the rows.
    pub fn creates(&self, kind: KindId, organization: i32, name: &str) -> usize {
        let count: i64 = self
            .database()
            .query_row(
                "SELECT count(*) FROM creates WHERE kind = ?1 AND organization = ?2 AND name = ?3",
                params![kind.as_str(), organization, name],
                |row| row.get(0),
            )
            .expect("creates are counted");
        usize::try_from(count).unwrap_or_default()
    }

    pub(super) fn account_of(&self, organization: i32) -> i32 {
        self.database()
            .query_row("SELECT account FROM organizations WHERE id = ?1", [organization], |row| row.get(0))
            .expect("the organization exists")
    }

    fn alter(&self, kind: KindId, id: i32, change: impl FnOnce(&mut Stored)) {
        let mut row = self.stored(kind, id).expect("a row is read").expect("the row exists");
        change(&mut row);
        let saved = if row.default { self.save_default(&row) } else { self.save(&row) };
        saved.expect("a row is written");
    }
}

/// The fields of a request, and the flags that no request has.
fn split(fields: Value) -> (Map<String, Value>, Map<String, Value>) {
    let Value::Object(fields) = fields else { return <_>::default() };
    fields.into_iter().partition(|(name, _)| !matches!(name.as_str(), "isLocked" | "isDefault" | "isInfra"))
}

fn apply(row: &mut Stored, flags: &Map<String, Value>) {
    let flag = |name: &str| flags.get(name).and_then(Value::as_bool);
    row.locked = flag("isLocked").unwrap_or(row.locked);
    row.default = flag("isDefault").unwrap_or(row.default);
    row.infra = flag("isInfra").unwrap_or(row.infra);
}
