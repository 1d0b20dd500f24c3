//! Answers around an account, as people read them at a terminal.

use credenza_app::{ConflictField, ConflictView, PendingView, SyncReport, SyncStatus, WhoView};
use credenza_model::{Value, printable};

use crate::tables::{cell, plain, value_text};

pub(crate) fn who(who: &WhoView) -> String {
    let mut table = plain();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            table.add_row([name.to_owned(), value]);
        }
    };
    row("Workspace", printable(&who.workspace));
    match &who.account {
        Some(account) => {
            row("Person", printable(&account.person));
            row("Signed in as", printable(&account.login));
            row("Account", account.account.as_deref().map(printable).unwrap_or_default());
            row("Host", printable(&account.host));
            row("Session", account.ended.as_deref().map_or_else(|| "in use".into(), printable));
        }
        None => row("Account", "none: `credenza login` connects one".into()),
    }
    row("Role", who.role.label().to_owned());
    for organization in &who.organizations {
        let only_here = if who.account.is_some() && organization.account_id.is_none() { ", only here" } else { "" };
        row("  in", format!("{}: {}{only_here}", printable(&organization.name), organization.role.label()));
    }
    let cached = if who.cached && who.account.is_some() { "As last known; the account was not asked.\n" } else { "" };
    format!("{table}\n{cached}")
}

pub(crate) fn report(report: &SyncReport) -> String {
    let mut text = String::new();
    if report.dry_run {
        text.push_str(if report.plan.is_empty() { "Nothing would be done.\n" } else { "This would be done:\n" });
        let mut table = plain();
        for line in &report.plan {
            table.add_row([
                "  ".to_owned(),
                line.kind.as_str().to_owned(),
                cell(&line.name),
                cell(&line.organization),
                printable(&line.what),
            ]);
        }
        if !report.plan.is_empty() {
            text.push_str(&format!("{table}\n"));
        }
    } else {
        let counts = [
            (report.added, "new from the account"),
            (report.changed, "changed here"),
            (report.gone, "gone here"),
            (report.created, "made in the account"),
            (report.updated, "changed in the account"),
            (report.deleted, "deleted in the account"),
            (report.conflicts, "in conflict"),
            (report.parked, "refused by the account"),
            (report.pending, "still to be pushed"),
        ];
        let said: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
        if said.is_empty() {
            text.push_str("Everything is as it was.\n");
        } else {
            text.push_str(&format!("Synced: {}.\n", said.join(", ")));
        }
    }
    for remark in &report.remarks {
        text.push_str(&format!("Note: {}\n", printable(remark)));
    }
    text
}

pub(crate) fn status(status: &SyncStatus, changes: &[PendingView]) -> String {
    let mut table = plain();
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    match &status.account {
        None => row("Account", "none: this workspace is local".into()),
        Some(account) => {
            row("Account", format!("{} at {}", printable(&account.person), printable(&account.host)));
            if let Some(ended) = &account.ended {
                row("Session", printable(ended));
            }
        }
    }
    row("Last sync", status.synced_at.clone().unwrap_or_else(|| "never".into()));
    if let Some(failure) = &status.failure {
        row("Since then", printable(&failure.message));
    }
    row("To be pushed", status.pending.to_string());
    row("Refused or asking", status.parked.to_string());
    row("Conflicts", status.conflicts.to_string());
    let mut text = format!("{table}\n");
    for missing in &status.missing {
        text.push_str(&format!(
            "{} of {} {} credentials are no longer in the account. Nothing was removed here; `credenza sync --accept-missing` does.\n",
            missing.missing,
            missing.of,
            missing.kind.kind().label
        ));
    }
    for kind in &status.unsupported {
        text.push_str(&format!("The account's server does not know {} credentials.\n", kind.kind().label));
    }
    for change in changes {
        text.push_str(&format!(
            "{} {} {} ({}): {}\n",
            change.operation,
            change.kind.as_str(),
            printable(&change.name),
            change.id,
            change.state
        ));
        if let Some(message) = &change.message {
            text.push_str(&format!("    {}\n", printable(message)));
        }
        for (number, step) in change.steps.iter().enumerate() {
            text.push_str(&format!("    {}. {}\n", number + 1, printable(step)));
        }
        if change.state == "asks" {
            text.push_str(&format!("    `credenza sync --replace {}` does it.\n", change.id));
        }
    }
    text
}

pub(crate) fn conflicts(conflicts: &[ConflictView]) -> String {
    if conflicts.is_empty() {
        return "No conflicts.\n".into();
    }
    let mut text = String::new();
    for conflict in conflicts {
        text.push_str(&format!("{}  {} {}\n", conflict.id, conflict.kind.as_str(), cell(&conflict.name)));
        text.push_str(&format!("  {}\n", printable(&conflict.message)));
        if !conflict.fields.is_empty() {
            let mut table = plain();
            table.set_header(["  ", "FIELD", "BEFORE", "MINE", "THEIRS"]);
            for field in &conflict.fields {
                table.add_row([
                    if field.conflict { " !" } else { "  " }.to_owned(),
                    field.field.clone(),
                    side(field, field.base.as_ref()),
                    side(field, field.mine.as_ref()),
                    side(field, field.theirs.as_ref()),
                ]);
            }
            text.push_str(&format!("{table}\n"));
        }
        text.push_str(&format!("  --mine: {}; --theirs: {}\n\n", conflict.mine, conflict.theirs));
    }
    text
}

fn side(field: &ConflictField, value: Option<&Value>) -> String {
    match field.word {
        Some(credenza_app::SecretWord::Same) => "(same)".into(),
        Some(credenza_app::SecretWord::Different) => "(different)".into(),
        None => value.map(|value| cell(&value_text(value))).unwrap_or_default(),
    }
}
