//! Changing, locking, deleting what the account has. Each operation leaves the outbox in the transaction that writes down
//! what came of it.

use credenza_model::{SecretMap, Value, printable};
use credenza_remote::RemoteError;
use credenza_store::{Agreed, Base, Credential, Operation, OutboxEntry, Stage, State, Trouble};

use super::conflict::Conflict;
use super::create::{LAG, sent_values};
use super::desk::{Sent, need_of};
use super::merge::Need;
use super::push::{Looked, Pushed, Turn};
use super::queue::secrets_wanting;
use super::reconcile;
use super::run::{Line, What};
use super::theirs::Theirs;
use super::view::ConflictReason;
use crate::edit::shown;
use crate::{App, AppError};

impl App {
    /// Changes it in the account.
    pub(crate) fn update(&self, turn: &Turn<'_>) -> Result<Pushed, AppError> {
        let Turn { link, entry, row, .. } = turn;
        let Some(id) = row.remote_id else {
            // The account does not have it any more, and what is to be done about that is queued by itself.
            self.store.write(|writer| writer.settle(entry.number))?;
            return Ok(Pushed::Done(None));
        };
        let (row, agreed, theirs) = match self.look(turn, id)? {
            Looked::Same(same) => *same,
            Looked::Otherwise(pushed) => return Ok(pushed),
        };
        let need = need_of(&row, &agreed);
        let Need::Update { fields, list } = need else {
            self.requeue(&row, &agreed)?;
            return Ok(if need == Need::Nothing { Pushed::Done(None) } else { Pushed::Waits(None) });
        };
        if theirs.locked {
            let who = theirs.modified_by.as_deref().map_or_else(String::new, |who| format!(" ({})", printable(who)));
            return self.park(
                entry,
                &row,
                format!("{} is locked in the account{who}. Unlock it, then try again.", shown(&row)),
            );
        }
        if fields && let Some(field) = secrets_wanting(&row).first() {
            return self.park(
                entry,
                &row,
                format!(
                    "Changing {} sends {} again, which only the account has. Enter it with Edit.",
                    shown(&row),
                    field.label
                ),
            );
        }
        let turn = &Turn { row: &row, agreed: &agreed, ..*turn };
        let secrets = match if fields { self.secrets_to_send(turn)? } else { Ok(SecretMap::default()) } {
            Ok(secrets) => secrets,
            Err(pushed) => return Ok(pushed),
        };
        let entry = self.under_way(
            entry,
            &row,
            &Sent { name: row.name.clone(), values: sent_values(&row), ..Sent::default() },
        )?;
        if list && let Some(own) = row.kind.kind().own_list() {
            link.send(link.remote.update_list(row.kind, id, row.values.list(own.id)))?;
        }
        if fields {
            link.send(link.remote.update(row.kind, id, &row.values, &secrets))?;
        }
        self.reached(crate::Step::Sent);
        let after = link.ask(link.remote.find(row.kind, id))?.map(Theirs::from);
        let after = after.filter(|after| after.modified_at != theirs.modified_at || after.values != theirs.values);
        self.changed(&entry, &row, &agreed, &after.ok_or(theirs), fields)?;
        Ok(Pushed::Done(Some(Line::new(What::Updated, &row, "Change in the account"))))
    }

    /// Writes down that the account has what was sent. What was changed here meanwhile is still to be pushed. `read` is the
    /// row as it is after the change, or, when the account does not show the change yet, as it was before.
    fn changed(
        &self,
        entry: &OutboxEntry,
        sent: &Credential,
        agreed: &Agreed,
        read: &Result<Theirs, Theirs>,
        fields: bool,
    ) -> Result<(), AppError> {
        let (theirs, lag_until) = match read {
            Ok(after) => (after.clone(), None),
            Err(before) => (overlaid(before, sent), Some((self.now)() + LAG)),
        };
        let theirs = &theirs;
        self.store.write(|writer| {
            let row = writer.credential(sent.id)?.ok_or(AppError::NoCredential)?;
            // What both have is what was sent, and where the account tells otherwise what it tells: the server may
            // have put a value into another form.
            let mut values = sent.values.clone();
            theirs.overlay(&mut values);
            let pushed = if fields { sent.secret.map(|secret| secret.generation) } else { agreed.pushed };
            let agreed = Agreed {
                base: Some(Base { values, locked: theirs.locked, modified_at: theirs.modified_at.clone(), lag_until }),
                pushed,
                theirs: None,
                conflict: None,
            };
            let base = Base { values: sent.values.clone(), ..Base::default() };
            let merged = super::merge::merge(row.kind.kind(), &base, &row.values, theirs);
            let mut next = Credential {
                values: if merged.conflicts.is_empty() { merged.values } else { row.values.clone() },
                account: theirs.facts(),
                used_by: theirs.used_by.clone(),
                version: row.version + 1,
                ..row.clone()
            };
            next.name = next.values.text(row.kind.kind().name_field).unwrap_or_default().to_owned();
            super::apply::derive(&mut next);
            writer.settle(entry.number)?;
            self.queue_change(writer, &mut next, &agreed, (self.now)())?;
            writer.update_credential(&next, row.version)?;
            writer.set_agreed(row.id, &agreed)?;
            self.record(writer, &next, "pushed", "update")
        })?;
        self.reached(crate::Step::Settled);
        Ok(())
    }

    /// Locks, unlocks or makes it the default. Each can be repeated, so that nothing is to be read first.
    pub(crate) fn push_flag(&self, turn: &Turn<'_>, locked: Option<bool>) -> Result<Pushed, AppError> {
        let Turn { link, entry, row, .. } = turn;
        if locked.is_none() && row.deleted_at.is_some() {
            // What is about to go becomes no default; the wish is there for undo, and goes with the deletion.
            return Ok(Pushed::Done(None));
        }
        let Some(id) = row.remote_id else { return self.requeue_flag(entry, row) };
        let entry = &self.under_way(entry, row, &Sent::default())?;
        match locked {
            Some(locked) => link.send(link.remote.set_locked(row.kind, id, locked))?,
            None => link.send(link.remote.set_default(row.kind, id))?,
        }
        self.reached(crate::Step::Sent);
        let theirs = link.ask(link.remote.find(row.kind, id))?.map(Theirs::from);
        self.store.write(|writer| {
            if let (Some(agreed), Some(theirs)) = (writer.agreed(row.id)?, &theirs) {
                let base = agreed.base.map(|base| Base {
                    locked: theirs.locked,
                    // Only this has moved it, if nothing else has changed.
                    modified_at: if theirs.changed_by(turn.me) { theirs.modified_at.clone() } else { base.modified_at },
                    ..base
                });
                writer.set_agreed(row.id, &Agreed { base, ..agreed })?;
            }
            writer.settle(entry.number)?;
            self.record(writer, row, "pushed", entry.operation.as_str())
        })?;
        self.reached(crate::Step::Settled);
        let words = match entry.operation {
            Operation::Lock => "Lock in the account",
            Operation::Unlock => "Unlock in the account",
            _ => "Make the default in the account",
        };
        Ok(Pushed::Done(Some(Line::new(What::Updated, row, words))))
    }

    /// Deletes it in the account. When that cannot be, it is here again, with the reason.
    pub(crate) fn remove(&self, turn: &Turn<'_>) -> Result<Pushed, AppError> {
        let Turn { link, entry, row, agreed, .. } = turn;
        let Some(id) = row.remote_id else {
            self.store.write(|writer| writer.settle(entry.number))?;
            return Ok(Pushed::Done(None));
        };
        if row.deleted_at.is_none() {
            // It was brought back before its deletion was sent.
            self.store.write(|writer| writer.settle(entry.number))?;
            return Ok(Pushed::Done(None));
        }
        if let Some(there) = link.ask(link.remote.find(row.kind, id))?.map(Theirs::from) {
            let base = agreed.base.clone().unwrap_or_default();
            if entry.stage != Stage::InFlight && reconcile::changed_there(row.kind, &base, &there) {
                let conflict = Conflict::of(ConflictReason::DeletedHere);
                self.store.write(|writer| self.set_conflict(writer, row, &conflict, Some(&there)))?;
                return Ok(Pushed::Waits(Some(Line::conflict(row))));
            }
            let entry = &self.under_way(entry, row, &Sent::default())?;
            match link.send(link.remote.delete(row.kind, id)) {
                Err(AppError::Remote(RemoteError::Rejected { sentence, .. } | RemoteError::Forbidden(sentence))) => {
                    return self.not_deleted(entry, row, &there, &sentence);
                }
                other => other?,
            }
            self.reached(crate::Step::Sent);
        }
        self.deleted_there(row)?;
        Ok(Pushed::Done(Some(Line::new(What::Deleted, row, "Delete in the account"))))
    }

    fn deleted_there(&self, row: &Credential) -> Result<(), AppError> {
        self.store.write(|writer| {
            let now = writer.credential(row.id)?.ok_or(AppError::NoCredential)?;
            let seen = now.version;
            let next = Credential { version: seen + 1, ..super::apply::without_account(now) };
            writer.update_credential(&next, seen)?;
            writer.forget_agreed(row.id)?;
            writer.settle_all(row.id)?;
            if next.deleted_at.is_none() && next.state == State::Ready {
                // It was brought back at the last moment: it is made there anew.
                self.queue_creation(writer, &next, (self.now)())?;
            }
            self.record(writer, &next, "pushed", "delete")
        })?;
        self.reached(crate::Step::Settled);
        Ok(())
    }

    /// A flag of a credential that the account does not have: it goes behind the creation, or there is none to wait for.
    fn requeue_flag(&self, entry: &OutboxEntry, row: &Credential) -> Result<Pushed, AppError> {
        self.store.write(|writer| {
            let creation = writer.waiting(row.id)?.into_iter().find(|other| other.operation == Operation::Create);
            match creation {
                Some(creation) if creation.number < entry.number => Ok(Pushed::Waits(None)),
                creation => {
                    writer.settle(entry.number)?;
                    if creation.is_some() {
                        writer.enqueue(row.id, entry.operation, entry.at, None)?;
                    }
                    Ok(Pushed::Done(None))
                }
            }
        })
    }

    fn not_deleted(
        &self,
        entry: &OutboxEntry,
        row: &Credential,
        there: &Theirs,
        sentence: &str,
    ) -> Result<Pushed, AppError> {
        let back = self.store.write(|writer| {
            let now = writer.credential(row.id)?.ok_or(AppError::NoCredential)?;
            let seen = now.version;
            let agreed = writer.agreed(row.id)?.unwrap_or_default();
            // What was changed before the deletion is queued again by the next comparison.
            let same = need_of(&now, &agreed) == Need::Nothing;
            let next = Credential {
                deleted_at: None,
                erase_at: None,
                default: there.default && writer.default_of(now.organization, now.kind)?.is_none(),
                locked: there.locked,
                used_by: there.used_by.clone(),
                state: if same { State::Synced } else { State::Changed },
                trouble: Some(Trouble {
                    message: format!("It could not be deleted in the account: {sentence}"),
                    asks: false,
                }),
                version: seen + 1,
                ..now
            };
            writer.update_credential(&next, seen)?;
            writer.settle(entry.number)?;
            Ok::<_, AppError>(next)
        })?;
        Ok(Pushed::Waits(Some(Line::new(What::Parked, &back, "Not deleted: the account refused it"))))
    }
}

/// A row as it must be after a change that it does not show yet.
fn overlaid(before: &Theirs, sent: &Credential) -> Theirs {
    let mut after = before.clone();
    for (id, value) in &mut after.values {
        *value = sent.values.get(id).cloned().filter(|value| *value != Value::Bool(false));
    }
    after.name.clone_from(&sent.name);
    after
}
