//! Carrying out, in the database, what a comparison came to.

use credenza_model::{CredentialId, Facts, Kind, OrganizationId};
use credenza_store::{Agreed, Base, Credential, Operation, State, Writer};
use uuid::Uuid;

use super::conflict::{Conflict, in_account, mark};
use super::create::generation;
use super::desk::Table;
use super::reconcile::{Step, is_change};
use super::run::{Line, Run};
use super::theirs::Theirs;
use crate::{App, AppError};

impl App {
    pub(crate) fn apply_one(
        &self,
        writer: &Writer<'_>,
        run: &Run<'_>,
        table: &Table,
        step: &Step,
    ) -> Result<Option<Line>, AppError> {
        let now = (self.now)();
        match step {
            Step::Add { kind, organization, theirs } => {
                let row = self.new_row(run, *organization, kind.kind(), theirs);
                if row.default {
                    writer.clear_default(row.organization, row.kind)?;
                }
                writer.insert_credential(&row)?;
                writer.set_agreed(row.id, &first(&row, theirs))?;
                Ok(Some(Line::added(&row)))
            }
            Step::Set { row, agreed, taken } => {
                let Some(seen) = unchanged(writer, table, row.id)? else { return Ok(None) };
                // A check that was made since the table was read is no change to be applied.
                let mut next = Credential { version: seen.version + 1, check: seen.check.clone(), ..(**row).clone() };
                derive(&mut next);
                if next.default && !seen.default {
                    writer.clear_default(next.organization, next.kind)?;
                }
                let in_flight = writer
                    .waiting(next.id)?
                    .iter()
                    .any(|entry| is_change(entry.operation) && entry.stage == credenza_store::Stage::InFlight);
                if !in_flight {
                    let trouble = next.trouble.clone();
                    let queued = writer.waiting(next.id)?.iter().any(|entry| is_change(entry.operation));
                    let needs = super::desk::need_of(&next, agreed) != super::merge::Need::Nothing;
                    if needs != queued {
                        self.queue_change(writer, &mut next, agreed, now)?;
                    } else if needs {
                        next.trouble = trouble;
                    }
                }
                let visible = seen.values != next.values
                    || seen.locked != next.locked
                    || seen.default != next.default
                    || seen.state != next.state;
                if (Credential { version: seen.version, ..next.clone() }) != seen {
                    writer.update_credential(&next, seen.version)?;
                }
                writer.set_agreed(next.id, agreed)?;
                Ok(visible.then(|| Line::changed(&next, taken)))
            }
            Step::Adopt { id, theirs } => {
                let Some(seen) = unchanged(writer, table, *id)? else { return Ok(None) };
                let next = self.adopt(writer, &seen, theirs)?;
                Ok(Some(Line::adopted(&next)))
            }
            Step::Conflict { id, conflict, theirs } => {
                let Some(seen) = unchanged(writer, table, *id)? else { return Ok(None) };
                self.set_conflict(writer, &seen, conflict, theirs.as_deref())?;
                Ok(Some(Line::conflict(&seen)))
            }
            Step::Free { id } => {
                let Some(seen) = unchanged(writer, table, *id)? else { return Ok(None) };
                // Another one here may have the name by now, and then it is this one that has to give way.
                if !writer.name_taken(seen.organization, seen.kind, &seen.name, Some(*id), false)? {
                    let next = Credential { state: State::Ready, version: seen.version + 1, ..seen.clone() };
                    writer.update_credential(&next, seen.version)?;
                    writer.forget_agreed(*id)?;
                    self.queue_creation(writer, &next, now)?;
                }
                Ok(None)
            }
            Step::Gone { id } => {
                let Some(seen) = unchanged(writer, table, *id)? else { return Ok(None) };
                let next = Credential {
                    deleted_at: Some(now),
                    erase_at: Some(now + super::KEPT_FOR),
                    default: false,
                    locked: false,
                    version: seen.version + 1,
                    ..without_account(seen.clone())
                };
                writer.settle_all(*id)?;
                writer.update_credential(&next, seen.version)?;
                writer.forget_agreed(*id)?;
                self.record(writer, &next, "gone", "the account has deleted it")?;
                Ok(Some(Line::gone(&next)))
            }
            Step::Back { id, theirs } => {
                let Some(seen) = unchanged(writer, table, *id)? else { return Ok(None) };
                let back = Credential { deleted_at: None, erase_at: None, default: false, ..seen.clone() };
                let next = self.adopt(writer, &back, theirs)?;
                Ok(Some(Line::added(&next)))
            }
        }
    }

    /// A credential that the account has and this machine did not.
    pub(crate) fn new_row(
        &self,
        run: &Run<'_>,
        organization: OrganizationId,
        kind: &'static Kind,
        theirs: &Theirs,
    ) -> Credential {
        let now = (self.now)();
        let at = |text: &Option<String>| text.as_deref().and_then(super::theirs::instant);
        let mut values = theirs.told();
        values.set(kind.name_field, credenza_model::Value::Text(theirs.name.clone()));
        let mut row = Credential {
            id: CredentialId::new(Uuid::now_v7()),
            workspace: run.workspace,
            organization,
            kind: kind.id,
            name: theirs.name.clone(),
            state: State::Synced,
            locked: theirs.locked,
            default: theirs.default,
            version: 1,
            values,
            secrets: in_account(kind),
            facts: Facts::default(),
            secret_facts: Facts::default(),
            problems: Vec::new(),
            secret: None,
            remote_id: Some(theirs.id),
            used_by: theirs.used_by.clone(),
            created_at: at(&theirs.created_at).unwrap_or(now),
            modified_at: at(&theirs.modified_at).or_else(|| at(&theirs.created_at)).unwrap_or(now),
            deleted_at: None,
            erase_at: None,
            account: theirs.facts(),
            trouble: None,
            note: String::new(),
            expires_by_hand: None,
            check: None,
        };
        derive(&mut row);
        row
    }

    /// Makes a credential here and a row there one and the same: what was sent, or what is equal.
    pub(crate) fn adopt(
        &self,
        writer: &Writer<'_>,
        seen: &Credential,
        theirs: &Theirs,
    ) -> Result<Credential, AppError> {
        let kind = seen.kind.kind();
        let now = (self.now)();
        // What was sent is the base; where the server chose, its choice is taken.
        let sent = writer
            .waiting(seen.id)?
            .iter()
            .find(|entry| entry.operation == Operation::Create)
            .and_then(super::desk::Sent::of)
            .filter(|sent| sent.name == theirs.name);
        let pushed = sent.as_ref().map_or(generation(seen), |sent| sent.given);
        let base = Base { values: sent.map_or_else(|| seen.values.clone(), |sent| sent.values), ..Base::default() };
        let merged = super::merge::merge(kind, &base, &seen.values, theirs);
        let values = if merged.conflicts.is_empty() { merged.values } else { seen.values.clone() };
        let mut agreed_values = base.values;
        theirs.overlay(&mut agreed_values);
        let agreed = Agreed {
            base: Some(Base {
                values: agreed_values,
                locked: theirs.locked,
                modified_at: theirs.modified_at.clone(),
                lag_until: None,
            }),
            pushed,
            theirs: None,
            conflict: None,
        };
        for entry in writer.waiting(seen.id)? {
            if entry.operation == Operation::Create {
                writer.settle(entry.number)?;
            }
        }
        let pending = |operation: Operation, waiting: &[credenza_store::OutboxEntry]| {
            waiting.iter().any(|entry| entry.operation == operation)
        };
        let waiting = writer.waiting(seen.id)?;
        let flag = pending(Operation::Lock, &waiting) || pending(Operation::Unlock, &waiting);
        let mut next = Credential {
            values,
            state: State::Synced,
            remote_id: Some(theirs.id),
            used_by: theirs.used_by.clone(),
            account: theirs.facts(),
            trouble: None,
            locked: if flag { seen.locked } else { theirs.locked },
            default: if pending(Operation::Default, &waiting) {
                seen.default
            } else {
                theirs.default && seen.deleted_at.is_none()
            },
            version: seen.version + 1,
            ..seen.clone()
        };
        if seen.state == State::Draft {
            // It lacked its secrets, which the account has.
            next.secrets = in_account(kind);
            next.problems.clear();
        }
        next.name = next.values.text(kind.name_field).unwrap_or_default().to_owned();
        derive(&mut next);
        if next.default && !seen.default {
            writer.clear_default(next.organization, next.kind)?;
        }
        if next.deleted_at.is_none() {
            self.queue_change(writer, &mut next, &agreed, now)?;
        }
        writer.update_credential(&next, seen.version)?;
        writer.set_agreed(next.id, &agreed)?;
        Ok(next)
    }

    /// Writes down that a person has to settle something. What was deleted here is visible again until then.
    pub(crate) fn set_conflict(
        &self,
        writer: &Writer<'_>,
        seen: &Credential,
        conflict: &Conflict,
        theirs: Option<&Theirs>,
    ) -> Result<(), AppError> {
        let next = Credential {
            state: State::Conflict,
            deleted_at: None,
            erase_at: None,
            default: seen.default && seen.deleted_at.is_none(),
            trouble: None,
            version: seen.version + 1,
            ..seen.clone()
        };
        for entry in writer.waiting(seen.id)? {
            let void = entry.operation == Operation::Delete
                || conflict.reason == super::view::ConflictReason::NameTaken && entry.operation == Operation::Create;
            if void {
                writer.settle(entry.number)?;
            }
        }
        writer.update_credential(&next, seen.version)?;
        let agreed = writer.agreed(seen.id)?.unwrap_or_default();
        writer.set_agreed(seen.id, &mark(&agreed, conflict, theirs))?;
        self.record(writer, &next, "conflict", conflict.fields.join(" "))
    }
}

/// Facts and names follow from the values.
pub(crate) fn derive(row: &mut Credential) {
    let kind = row.kind.kind();
    row.facts = (kind.value_facts)(&row.values).or(row.secret_facts.clone());
}

/// A credential that the account does not have any more. Where only the account had its secret, it is incomplete.
pub(crate) fn without_account(row: Credential) -> Credential {
    let kind = row.kind.kind();
    let mut next = Credential {
        remote_id: None,
        used_by: Vec::new(),
        account: credenza_store::AccountFacts::default(),
        state: State::Ready,
        trouble: None,
        ..row
    };
    if !super::queue::secrets_wanting(&next).is_empty() {
        next.secrets.retain(|_, state| *state == credenza_model::SecretState::Set);
        next.state = State::Draft;
        let held = |field: &str| next.secrets.get(field).copied().unwrap_or(credenza_model::SecretState::Unset);
        next.problems = kind.judge(&next.values, &held, &credenza_model::SecretMap::default()).problems;
    }
    next
}

/// What is agreed on about a row that came from the account.
fn first(row: &Credential, theirs: &Theirs) -> Agreed {
    Agreed {
        base: Some(Base {
            values: row.values.clone(),
            locked: theirs.locked,
            modified_at: theirs.modified_at.clone(),
            lag_until: None,
        }),
        ..Agreed::default()
    }
}

/// The row as it is now, if it still is the one that was planned with.
fn unchanged(writer: &Writer<'_>, table: &Table, id: CredentialId) -> Result<Option<Credential>, AppError> {
    let now = writer.credential(id)?;
    let planned = table.rows.get(&id).map(|row| row.version);
    Ok(now.filter(|now| Some(now.version) == planned))
}
