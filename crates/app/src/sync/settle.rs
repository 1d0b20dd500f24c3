//! Settling a conflict: for each field what is here or what is there. It needs no network; what follows from it is pushed
//! later.

use credenza_model::{Action, Code, CredentialId, Kind, Problem, SecretState, printable};
use credenza_store::{Agreed, Base, Credential, Operation, Phase, State};

use super::conflict::{Conflict, in_account, theirs};
use super::merge::{alike, merge};
use super::theirs::Theirs;
use super::view::{ConflictReason, Resolution, Side};
use crate::edit::shown;
use crate::view::CredentialView;
use crate::{App, AppError};

impl App {
    /// Settles a conflict: for each field what is here or what is there. What was chosen from here is pushed at the next
    /// sync.
    ///
    /// # Errors
    /// [`AppError::Refused`] when it is in no conflict, [`AppError::Invalid`] at each field that nothing was said of.
    pub fn resolve(&self, id: CredentialId, resolution: &Resolution) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        here.require_in(row.organization, row.kind.kind(), Action::Edit)?;
        let agreed = self.store.read(|reader| reader.agreed(id))?.unwrap_or_default();
        let Some(conflict) = Conflict::read(&agreed).filter(|_| row.state == State::Conflict) else {
            return Err(AppError::NotFound(format!(
                "{} is in no conflict, so there is nothing to settle.",
                shown(&row)
            )));
        };
        let settled = settle(&row, &agreed, &conflict, resolution)?;
        self.refuse_other_row(&row, &settled)?;
        let erased = settled.row.secret.is_none().then_some(row.secret).flatten();
        let kind = row.kind.kind();
        let _lock = crate::lock::DirLock::take(&self.dir)?;
        let now = (self.now)();
        self.store
            .write(|writer| {
                let mut next = Credential { version: row.version + 1, modified_at: now, ..settled.row.clone() };
                next.facts = (kind.value_facts)(&next.values).or(next.secret_facts.clone());
                next.name = next.values.text(kind.name_field).unwrap_or_default().to_owned();
                if next.deleted_at.is_some() {
                    next.deleted_at = Some(now);
                    next.erase_at = Some(now + crate::UNDO_FOR);
                }
                for entry in writer.waiting(id)? {
                    let flag = matches!(entry.operation, Operation::Lock | Operation::Unlock | Operation::Default);
                    if !flag || settled.row.remote_id.is_none() {
                        writer.settle(entry.number)?;
                    }
                }
                if settled.outbox == Outbox::Change {
                    let agreed = settled.agreed.clone().unwrap_or_default();
                    self.queue_change(writer, &mut next, &agreed, now)?;
                }
                writer.update_credential(&next, row.version)?;
                match &settled.agreed {
                    Some(agreed) => writer.set_agreed(id, agreed)?,
                    None => writer.forget_agreed(id)?,
                }
                if let Some(erased) = erased {
                    writer.journal(erased, Phase::Erasing)?;
                }
                match settled.outbox {
                    Outbox::Create => self.queue_creation(writer, &next, now)?,
                    Outbox::Delete => writer.enqueue(id, Operation::Delete, now, None)?,
                    Outbox::Change | Outbox::Nothing => {}
                }
                self.record(writer, &next, "resolve", said(resolution))
            })
            .map_err(|error| self.name_was_taken(error, kind))?;
        if let Some(erased) = erased {
            self.erase(erased);
        }
        let row = self.row(id)?;
        Ok(self.view(&here, row))
    }
}

impl App {
    /// What the other one was may be a credential of its own here by now; then the two cannot become one.
    fn refuse_other_row(&self, row: &Credential, settled: &Settled) -> Result<(), AppError> {
        let Some(number) = settled.row.remote_id.filter(|_| row.remote_id != settled.row.remote_id) else {
            return Ok(());
        };
        match self.store.read(|reader| reader.owner_of(row.workspace, row.kind, number))? {
            Some(other) if other.id != row.id => Err(AppError::Refused(format!(
                "What the account had under this name is {} here by now. Sync again; then there is nothing to settle.",
                shown(&other)
            ))),
            _ => Ok(()),
        }
    }
}

/// What a settlement comes to.
#[derive(Debug)]
struct Settled {
    row: Credential,
    agreed: Option<Agreed>,
    outbox: Outbox,
}

/// What happens to what waits to be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outbox {
    Nothing,
    Create,
    Delete,
    Change,
}

fn settle(row: &Credential, agreed: &Agreed, conflict: &Conflict, said: &Resolution) -> Result<Settled, AppError> {
    let free = |row: Credential| Credential { trouble: None, ..row };
    let whole = || {
        said.all.or_else(|| said.fields.values().next().copied().filter(|_| said.fields.len() == 1)).ok_or_else(|| {
            AppError::usage("Say which side holds: mine, what is here, or theirs, what is in the account.")
        })
    };
    let there = theirs(agreed);
    match (conflict.reason, there) {
        (ConflictReason::Fields | ConflictReason::Secret, Some(there)) => fields(row, agreed, conflict, &there, said),
        (ConflictReason::DeletedHere, Some(there)) => match whole()? {
            Side::Mine => Ok(Settled {
                // The deletion goes on from where the account is now.
                row: Credential { deleted_at: Some(row.modified_at), state: State::Synced, ..free(row.clone()) },
                agreed: Some(agree(agreed, &there)),
                outbox: Outbox::Delete,
            }),
            Side::Theirs => {
                let merged = merge(row.kind.kind(), &agreed.base.clone().unwrap_or_default(), &row.values, &there);
                Ok(Settled {
                    row: Credential {
                        state: State::Synced,
                        values: if merged.conflicts.is_empty() { merged.values } else { overlay(row, &there) },
                        ..free(row.clone())
                    },
                    agreed: Some(agree(agreed, &there)),
                    outbox: Outbox::Change,
                })
            }
        },
        (ConflictReason::DeletedThere, _) => match whole()? {
            Side::Mine => {
                let kind = row.kind.kind();
                let missing: Vec<Problem> = kind
                    .certain_secrets()
                    .filter(|field| row.secrets.get(field.id) == Some(&SecretState::Account))
                    .map(|field| {
                        Problem::new(
                            field.id,
                            Code::Required,
                            format!(
                                "{} was in the account only, and went with it. Enter it first, with Edit.",
                                field.label
                            ),
                        )
                    })
                    .collect();
                if !missing.is_empty() {
                    return Err(AppError::Invalid(missing));
                }
                Ok(Settled {
                    row: Credential {
                        state: State::Ready,
                        remote_id: None,
                        account: credenza_store::AccountFacts::default(),
                        used_by: Vec::new(),
                        ..free(row.clone())
                    },
                    agreed: None,
                    outbox: Outbox::Create,
                })
            }
            Side::Theirs => Ok(Settled {
                row: Credential { deleted_at: Some(row.modified_at), ..super::apply::without_account(row.clone()) },
                agreed: None,
                outbox: Outbox::Nothing,
            }),
        },
        (ConflictReason::NameTaken, Some(there)) => name_taken(row, agreed, &there, whole()?),
        (_, None) => Err(AppError::Refused(
            "The account's side of this conflict is not known any more. Sync again, then settle it.".into(),
        )),
    }
}

/// The other one of the name becomes this one, with the values of the side that was chosen.
fn name_taken(row: &Credential, agreed: &Agreed, there: &Theirs, side: Side) -> Result<Settled, AppError> {
    let kind = row.kind.kind();
    if row.remote_id.is_some_and(|id| id != there.id) || (row.remote_id.is_some() && side == Side::Mine) {
        return Err(AppError::Refused(format!(
            "The account has another credential named {}. Edit this one and give it another name.",
            printable(&row.name)
        )));
    }
    let free = Credential { trouble: None, remote_id: Some(there.id), account: there.facts(), ..row.clone() };
    let agreed = agree(agreed, there);
    Ok(match side {
        Side::Mine => Settled {
            row: Credential { state: State::Changed, ..free },
            agreed: Some(Agreed { pushed: None, ..agreed }),
            outbox: Outbox::Change,
        },
        Side::Theirs => Settled {
            // The secret here is nobody's proof of the one there; theirs holds, so the one here goes.
            row: Credential {
                state: State::Synced,
                values: overlay(row, there),
                secret: None,
                secrets: in_account(kind),
                secret_facts: credenza_model::Facts::default(),
                ..free
            },
            agreed: Some(Agreed { pushed: None, ..agreed }),
            outbox: Outbox::Nothing,
        },
    })
}

/// What both have when there is nothing to compare with any more: the account's side.
fn agree(agreed: &Agreed, there: &Theirs) -> Agreed {
    let mut values = agreed.base.clone().unwrap_or_default().values;
    there.overlay(&mut values);
    Agreed {
        base: Some(Base { values, locked: there.locked, modified_at: there.modified_at.clone(), lag_until: None }),
        pushed: agreed.pushed,
        theirs: None,
        conflict: None,
    }
}

fn overlay(row: &Credential, there: &Theirs) -> credenza_model::Values {
    let mut values = row.values.clone();
    there.overlay(&mut values);
    values
}

fn fields(
    row: &Credential,
    agreed: &Agreed,
    conflict: &Conflict,
    there: &Theirs,
    said: &Resolution,
) -> Result<Settled, AppError> {
    let kind = row.kind.kind();
    for field in said.fields.keys() {
        let known =
            conflict.fields.contains(field) || (conflict.secret && kind.field(field).is_some_and(|field| field.secret));
        if !known {
            return Err(AppError::usage(format!("{} is not in conflict here.", printable(field))));
        }
    }
    let side = |field: &str| said.fields.get(field).copied().or(said.all);
    let undecided = conflict.fields.iter().filter(|field| side(field).is_none());
    let mut problems: Vec<Problem> = undecided.map(|field| choose(kind, field)).collect();
    let secret = kind.secrets().next().map_or("", |field| field.id);
    let secret_side = kind.secrets().find_map(|field| said.fields.get(field.id).copied()).or(said.all);
    if conflict.secret && secret_side.is_none() {
        problems.push(choose(kind, secret));
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    // What was changed on one side only is taken from there or stays, as without a conflict.
    let base = agreed.base.clone().unwrap_or_default();
    let mut values = row.values.clone();
    for (id, value) in &there.values {
        let here = row.values.get(id);
        let take = if conflict.fields.contains(id) {
            side(id) == Some(Side::Theirs)
        } else {
            alike(base.values.get(id), here)
        };
        if take {
            match value {
                Some(value) => values.set(id.clone(), value.clone()),
                None => drop(values.0.remove(id)),
            }
        }
    }
    let give_up = conflict.secret && secret_side == Some(Side::Theirs);
    let agreed = agree(agreed, there);
    let row = Credential { values, trouble: None, state: State::Changed, account: there.facts(), ..row.clone() };
    let (row, agreed) = if give_up {
        let row = Credential {
            secret: None,
            secrets: in_account(kind),
            secret_facts: credenza_model::Facts::default(),
            ..row
        };
        (row, Agreed { pushed: None, ..agreed })
    } else {
        (row, agreed)
    };
    Ok(Settled { row, agreed: Some(agreed), outbox: Outbox::Change })
}

fn choose(kind: &Kind, field: &str) -> Problem {
    let label = kind.field(field).map_or(field, |field| field.label);
    Problem::new(field, Code::Required, format!("{label} was changed on both sides. Choose mine or theirs."))
}

fn said(resolution: &Resolution) -> String {
    let word = |side: &Side| if *side == Side::Mine { "mine" } else { "theirs" };
    let mut words: Vec<String> = resolution.all.iter().map(|side| word(side).to_owned()).collect();
    words.extend(resolution.fields.iter().map(|(field, side)| format!("{field}={}", word(side))));
    words.join(" ")
}
