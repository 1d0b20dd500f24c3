//! Answers as people read them at a terminal.

use comfy_table::{ContentArrangement, Table, presets};
use credenza_app::{Check, CredentialView, EndpointView, ExpirySource, OrganizationView, Page, WorkspaceView};
use credenza_model::{FieldView, KindView, Role, SecretState, Value, printable};
use serde_json::json;

/// The longest cell of a list; what is longer ends in an ellipsis, and `show` has the whole of it.
const CELL: usize = 48;

pub(crate) fn credential(credential: &CredentialView) -> String {
    let kind = credential.kind.kind();
    let mut table = plain();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            table.add_row([name.to_owned(), value]);
        }
    };
    row("Id", credential.id.clone());
    row("Kind", kind.label.to_owned());
    row("Organization", printable(&credential.organization));
    row("State", state(credential));
    for field in kind.fields {
        if field.secret {
            row(field.label, secret_word(credential.secrets.get(field.id).copied()).to_owned());
        } else if let Some(value) = credential.fields.get(field.id) {
            row(&label(field.id, field.label, field.group), value_text(value));
        }
    }
    let facts = &credential.facts;
    let fact = |fact: &Option<String>| fact.as_deref().map(printable).unwrap_or_default();
    row("Identity", fact(&facts.identity));
    row("Project", fact(&facts.project));
    row("Fingerprint", fact(&facts.fingerprint));
    row("Expires", expiry(credential));
    row("Note", printable(&credential.note));
    row("Last check", credential.check.as_ref().map(last_check).unwrap_or_default());
    row("In the account", credential.account_id.map(|number| format!("number {number}")).unwrap_or_default());
    row("Created by", fact(&credential.account.created_by));
    row("Last modified by", fact(&credential.account.modified_by));
    row("Used by", printable(&credential.used_by.join(", ")));
    row("Created", credential.created_at.format("%Y-%m-%d %H:%M UTC").to_string());
    row("Last modified", credential.modified_at.format("%Y-%m-%d %H:%M UTC").to_string());
    let problems = credential.problems.iter().map(|problem| format!("Still to do: {}\n", problem.message));
    let trouble =
        credential.trouble.as_ref().map(|trouble| format!("Not in the account: {}\n", printable(&trouble.message)));
    format!("{table}\n{}{}", problems.collect::<String>(), trouble.unwrap_or_default())
}

pub(crate) fn page(page: &Page) -> String {
    if page.items.is_empty() {
        return "No credentials.\n".into();
    }
    let mut table = plain();
    table.set_header(["ID", "NAME", "KIND", "ORGANIZATION", "IDENTITY", "STATE", "CHECK", "EXPIRES"]);
    for item in &page.items {
        table.add_row([
            item.id.clone(),
            cell(&item.name),
            item.kind.as_str().to_owned(),
            cell(&item.organization),
            item.facts.identity.as_deref().map(cell).unwrap_or_default(),
            state(item),
            item.check.as_ref().map(|check| check.verdict.label().to_owned()).unwrap_or_default(),
            item.expires.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
        ]);
    }
    let count = page.items.len();
    let rest = if (count as u64) < u64::from(page.total) {
        format!("{count} of {} credentials.\n", page.total)
    } else {
        String::new()
    };
    format!("{table}\n{rest}")
}

pub(crate) fn endpoints(endpoints: &[EndpointView]) -> String {
    let mut table = plain();
    table.set_header(["NAME", "ADDRESS"]);
    for endpoint in endpoints {
        table.add_row([endpoint.name.clone(), endpoint.address.as_deref().map_or("(public)".into(), printable)]);
    }
    format!("{table}\n")
}

/// When it ends, and who says so.
fn expiry(credential: &CredentialView) -> String {
    let (Some(at), Some(source)) = (credential.expires, credential.expires_from) else { return String::new() };
    let source = match source {
        ExpirySource::Hand => "as noted",
        ExpirySource::Provider => "as the provider says",
        ExpirySource::Itself => "by its own date",
    };
    format!("{} ({source})", at.format("%Y-%m-%d %H:%M UTC"))
}

fn last_check(check: &Check) -> String {
    format!("{} ({}). {}", check.verdict.label(), check.at.format("%Y-%m-%d %H:%M UTC"), sentence(&check.message))
}

pub(crate) fn workspaces(workspaces: &[WorkspaceView]) -> String {
    let mut table = plain();
    table.set_header(["", "NAME", "ROLE", "ORGANIZATIONS"]);
    for workspace in workspaces {
        let organizations: Vec<&str> = workspace.organizations.iter().map(|one| one.name.as_str()).collect();
        table.add_row([
            if workspace.current { "*" } else { "" }.to_owned(),
            cell(&workspace.name),
            workspace.role.label().to_owned(),
            printable(&organizations.join(", ")),
        ]);
    }
    format!("{table}\n")
}

pub(crate) fn organizations(organizations: &[OrganizationView]) -> String {
    let mut table = plain();
    table.set_header(["ID", "NAME"]);
    for organization in organizations {
        table.add_row([organization.id.clone(), printable(&organization.name)]);
    }
    format!("{table}\n")
}

pub(crate) fn kinds(kinds: &[KindView]) -> String {
    let one = |kind: &KindView| {
        let mut table = plain();
        for field in &kind.fields {
            table.add_row([
                "  ".into(),
                field.id.into(),
                label(field.id, field.label, field.group.unwrap_or_default()),
                notes(field),
            ]);
        }
        let add = if kind.add_role == Role::Partner { "; only a Partner adds it" } else { "" };
        let columns: Vec<&str> = kind.columns.iter().map(|column| column.id).collect();
        format!(
            "{} - {} ({} tab{add})\n{table}\n   columns: {}\n\n",
            kind.id.as_str(),
            kind.label,
            kind.tab.label(),
            columns.join(" ")
        )
    };
    kinds.iter().map(one).collect()
}

/// What a field takes, in a few words.
fn notes(field: &FieldView) -> String {
    let ty = json!(field.ty);
    let mut notes: Vec<String> = ty.as_str().map(str::to_owned).into_iter().collect();
    if field.required {
        notes.push("required".into());
    }
    if field.secret {
        notes.push("secret".into());
    }
    if let Some(condition) = &field.shown_when {
        notes.push(format!("with {}={}", condition.field, condition.values.join("|")));
    }
    if let (Some(min), Some(max)) = (field.min, field.max) {
        notes.push(format!("{min} to {max}"));
    }
    // The suggestions of a lookup are many, and no bound; those of a choice are all that there is.
    if notes.first().is_some_and(|ty| ty == "choice") {
        notes.push(field.choices.iter().map(|choice| choice.value).collect::<Vec<_>>().join("|"));
    }
    notes.join(", ")
}

pub(crate) fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

pub(crate) fn cell(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= CELL { text } else { text.chars().take(CELL - 1).chain(['…']).collect() }
}

/// What somebody else said, on one line.
pub(crate) fn sentence(text: &str) -> String {
    printable(text)
}

fn state(credential: &CredentialView) -> String {
    let flags = [(credential.locked, ", locked"), (credential.default, ", default")];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    format!("{}{flags}", credential.state.as_str())
}

/// Labels repeat in the two network blocks, so that those are named too.
fn label(id: &str, label: &str, group: &str) -> String {
    if id.contains('.') { format!("{group}: {label}") } else { label.to_owned() }
}

fn secret_word(state: Option<SecretState>) -> &'static str {
    match state {
        Some(SecretState::Set) => "(set)",
        Some(SecretState::Account) => "(in the account)",
        Some(SecretState::Unset) | None => "",
    }
}

pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => printable(text),
        Value::List(items) => printable(&items.join(", ")),
    }
}
