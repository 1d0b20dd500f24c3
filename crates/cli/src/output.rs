//! Answers: one JSON document for programs, tables and sentences for people.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use credenza_app::{CredentialView, OrganizationView, Page, Saved, WorkspaceView};
use credenza_model::{KindView, Problem, Secret, SecretState, Value, printable};
use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Prints answers in the form asked for.
pub(crate) struct Printer {
    json: bool,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// A text as it is.
    pub(crate) fn text(&self, text: &str) {
        out(text.as_bytes());
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        let view = &failure.view;
        if self.json {
            let error = json!({"error": {"code": view.code, "message": view.message, "problems": view.problems}});
            return err(&format!("{error}\n"));
        }
        match view.problems.as_slice() {
            [] => err(&format!("{}\n", view.message)),
            problems => {
                for problem in problems {
                    err(&format!("{}: {}\n", printable(&problem.field), problem.message));
                }
            }
        }
    }

    pub(crate) fn saved(&self, saved: &Saved) {
        if !self.json {
            warnings(&saved.warnings);
            return self.credential(&saved.credential);
        }
        let mut document = json!(saved.credential);
        if let (false, Some(object)) = (saved.warnings.is_empty(), document.as_object_mut()) {
            object.insert("warnings".into(), json!(saved.warnings));
        }
        self.document(&document);
    }

    pub(crate) fn credential(&self, credential: &CredentialView) {
        if self.json {
            return self.document(credential);
        }
        let kind = credential.kind.kind();
        let mut table = plain_table();
        let mut row = |name: &str, value: String| {
            if !value.is_empty() {
                table.add_row([name.to_owned(), value]);
            }
        };
        row("Id", credential.id.clone());
        row("Kind", kind.label.to_owned());
        row("Organization", printable(&credential.organization));
        let mut state = credential.state.as_str().to_owned();
        for (flag, on) in [("locked", credential.locked), ("default", credential.default)] {
            if on {
                state = format!("{state}, {flag}");
            }
        }
        row("State", state);
        for field in kind.fields {
            if field.secret {
                row(field.label, secret_word(credential.secrets.get(field.id).copied()).to_owned());
            } else if let Some(value) = credential.fields.get(field.id) {
                let group = if field.id.contains('.') {
                    format!("{}: {}", field.group, field.label)
                } else {
                    field.label.into()
                };
                row(&group, value_text(value));
            }
        }
        let facts = &credential.facts;
        row("Identity", facts.identity.as_deref().map(printable).unwrap_or_default());
        row("Project", facts.project.as_deref().map(printable).unwrap_or_default());
        row("Fingerprint", facts.fingerprint.as_deref().map(printable).unwrap_or_default());
        row("Expires", facts.expiry.map(|expiry| expiry.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default());
        row("Used by", printable(&credential.used_by.join(", ")));
        row("Created", credential.created_at.format("%Y-%m-%d %H:%M UTC").to_string());
        row("Last modified", credential.modified_at.format("%Y-%m-%d %H:%M UTC").to_string());
        out(format!("{table}\n").as_bytes());
        for problem in &credential.problems {
            out(format!("Still to do: {}\n", problem.message).as_bytes());
        }
    }

    pub(crate) fn listing(&self, listing: &Page) {
        if self.json {
            return self.document(listing);
        }
        if listing.items.is_empty() {
            return self.text("No credentials.\n");
        }
        let mut table = plain_table();
        table.set_header(["ID", "NAME", "KIND", "ORGANIZATION", "IDENTITY", "STATE"]);
        for item in &listing.items {
            let flags = [(item.locked, " locked"), (item.default, " default")];
            let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
            table.add_row([
                item.id.clone(),
                printable(&item.name),
                item.kind.as_str().to_owned(),
                printable(&item.organization),
                item.facts.identity.as_deref().map(printable).unwrap_or_default(),
                format!("{}{flags}", item.state.as_str()),
            ]);
        }
        out(format!("{table}\n").as_bytes());
        if (listing.items.len() as u64) < u64::from(listing.total) {
            self.text(&format!("{} of {} credentials.\n", listing.items.len(), listing.total));
        }
    }

    pub(crate) fn deleted(&self, ids: &[String]) {
        if self.json {
            return self.document(&json!({ "deleted": ids }));
        }
        for id in ids {
            self.text(&format!("Deleted {id}. `credenza undo {id}` brings it back for an hour.\n"));
        }
    }

    pub(crate) fn secret(&self, id: &str, field: &str, secret: &Secret) {
        if self.json {
            return self.document(&json!({"id": id, "field": field, "value": secret.expose()}));
        }
        let mut line = Zeroizing::new(Vec::with_capacity(secret.expose().len() + 1));
        line.extend_from_slice(secret.expose().as_bytes());
        line.push(b'\n');
        out(&line);
    }

    pub(crate) fn workspace(&self, workspace: &WorkspaceView) {
        self.workspaces_or_one(workspace, std::slice::from_ref(workspace));
    }

    pub(crate) fn workspaces(&self, workspaces: &[WorkspaceView]) {
        self.workspaces_or_one(workspaces, workspaces);
    }

    fn workspaces_or_one(&self, document: impl Serialize, workspaces: &[WorkspaceView]) {
        if self.json {
            return self.document(&document);
        }
        let mut table = plain_table();
        table.set_header(["", "NAME", "ROLE", "ORGANIZATIONS"]);
        for workspace in workspaces {
            let organizations: Vec<&str> = workspace.organizations.iter().map(|one| one.name.as_str()).collect();
            table.add_row([
                if workspace.current { "*" } else { "" }.to_owned(),
                printable(&workspace.name),
                workspace.role.label().to_owned(),
                printable(&organizations.join(", ")),
            ]);
        }
        out(format!("{table}\n").as_bytes());
    }

    pub(crate) fn organization(&self, organization: &OrganizationView) {
        self.organizations_or_one(organization, std::slice::from_ref(organization));
    }

    pub(crate) fn organizations(&self, organizations: &[OrganizationView]) {
        self.organizations_or_one(organizations, organizations);
    }

    fn organizations_or_one(&self, document: impl Serialize, organizations: &[OrganizationView]) {
        if self.json {
            return self.document(&document);
        }
        let mut table = plain_table();
        table.set_header(["ID", "NAME"]);
        for organization in organizations {
            table.add_row([organization.id.clone(), printable(&organization.name)]);
        }
        out(format!("{table}\n").as_bytes());
    }

    pub(crate) fn kinds(&self, kinds: &[KindView]) {
        if self.json {
            return self.document(&kinds);
        }
        for kind in kinds {
            let mut table = plain_table();
            for field in &kind.fields {
                let ty = json!(field.ty);
                let mut notes: Vec<&str> = ty.as_str().into_iter().collect();
                notes.extend(field.required.then_some("required"));
                notes.extend(field.secret.then_some("secret"));
                let group = field.id.contains('.').then_some(field.group).flatten();
                let label = group.map_or_else(|| field.label.to_owned(), |group| format!("{group}: {}", field.label));
                table.add_row(["  ".to_owned(), field.id.to_owned(), label, notes.join(", ")]);
            }
            let add = if kind.add_role == credenza_model::Role::Partner { "; only a Partner adds it" } else { "" };
            out(format!("{} - {} ({} tab{add})\n{table}\n\n", kind.id.as_str(), kind.label, kind.tab.label())
                .as_bytes());
        }
    }

    fn document(&self, document: &impl Serialize) {
        let mut bytes = Zeroizing::new(Vec::new());
        if serde_json::to_writer(&mut *bytes, document).is_ok() {
            bytes.push(b'\n');
            out(&bytes);
        }
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn secret_word(state: Option<SecretState>) -> &'static str {
    match state {
        Some(SecretState::Set) => "(set)",
        Some(SecretState::Account) => "(in the account)",
        Some(SecretState::Unset) | None => "",
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => printable(text),
        Value::List(items) => printable(&items.join(", ")),
    }
}

fn warnings(warnings: &[Problem]) {
    for warning in warnings {
        err(&format!("Note: {}\n", warning.message));
    }
}

/// Whoever reads may have closed the pipe, as `head` does; then there is nothing left to do.
fn out(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(bytes);
    let _ = stdout.flush();
}

fn err(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
