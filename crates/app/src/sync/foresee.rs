//! What a sync would do, said without doing it.

use std::collections::HashSet;

use credenza_store::{Credential, Operation, Stage, State};

use super::desk::Table;
use super::reconcile::Step;
use super::run::{Line, Run, What};
use crate::App;

impl App {
    /// Counts and names the steps and what waits to be pushed.
    pub(crate) fn foresee(&self, run: &mut Run<'_>, table: &Table, steps: &[Step]) {
        for step in steps {
            let known = |id| table.rows.get(id);
            let line = match step {
                Step::Add { kind, organization, theirs } => {
                    Some(Line::added(&self.new_row(run, *organization, kind.kind(), theirs)))
                }
                Step::Set { row, taken, .. } => (!taken.is_empty()).then(|| Line::changed(row, taken)),
                Step::Adopt { id, .. } => known(id).map(Line::adopted),
                Step::Conflict { id, .. } => known(id).map(Line::conflict),
                Step::Free { id } => known(id).map(|row| Line::new(What::Created, row, "Make in the account")),
                Step::Gone { id } => known(id).map(Line::gone),
                Step::Back { id, .. } => known(id).map(Line::added),
            };
            if let Some(line) = line {
                run.line(line);
            }
        }
        let mut adopted = HashSet::new();
        let mut asked = HashSet::new();
        for step in steps {
            match step {
                Step::Adopt { id, .. } => drop(adopted.insert(*id)),
                Step::Conflict { id, .. } => drop(asked.insert(*id)),
                _ => {}
            }
        }
        let mut waiting: Vec<_> = table.waiting.values().flatten().collect();
        waiting.sort_by_key(|entry| entry.number);
        run.report.pending = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        for entry in waiting {
            let Some(row) = table.rows.get(&entry.credential) else { continue };
            // What is deleted here becomes no default there.
            let idle = row.deleted_at.is_some() && entry.operation == Operation::Default;
            let held = row.state == State::Conflict && row.deleted_at.is_none();
            let settled = adopted.contains(&row.id) && entry.operation == Operation::Create;
            if settled || asked.contains(&row.id) || idle || held {
                continue;
            }
            run.line(line(row, entry.operation, entry.stage));
        }
    }
}

fn line(row: &Credential, operation: Operation, stage: Stage) -> Line {
    if matches!(stage, Stage::Parked | Stage::Asks) {
        let reason = row.trouble.as_ref().map_or_else(String::new, |trouble| format!(": {}", trouble.message));
        return Line::new(What::Parked, row, format!("Wait for you{reason}"));
    }
    let (what, words) = match operation {
        Operation::Create => (What::Created, "Make in the account"),
        Operation::Update => (What::Updated, "Change in the account"),
        Operation::Lock => (What::Updated, "Lock in the account"),
        Operation::Unlock => (What::Updated, "Unlock in the account"),
        Operation::Default => (What::Updated, "Make the default in the account"),
        Operation::Delete => (What::Deleted, "Delete in the account"),
        Operation::Replace => (What::Updated, "Replace in the account"),
    };
    Line::new(what, row, words)
}
