//! Replacing what the API cannot change: a new one takes the place of the old.
//!
//! Under a new name the two stand beside each other until the new one is seen. Under the same name the old one has to go
//! first: its new values are checked before, and from then on each step is written down before it is taken, so that a
//! replacement that was cut off anywhere goes on from there.

use credenza_model::printable;
use credenza_remote::{Answer, RemoteError};
use credenza_store::{Agreed, Base, Credential, OutboxEntry, Stage, State};

use super::create::{as_sent, generation, sent_values, settles_by_reading};
use super::desk::{ReplaceStage, Sent, need_of};
use super::merge::{Need, compatible};
use super::push::{Looked, Pushed, Turn};
use super::queue::{renamed, secrets_wanting};
use super::reconcile;
use super::run::{Line, What};
use super::theirs::Theirs;
use crate::edit::shown;
use crate::{App, AppError};

impl App {
    /// Goes on with a replacement from where it is.
    pub(crate) fn replace(&self, turn: &Turn<'_>) -> Result<Pushed, AppError> {
        let sent = Sent::of(turn.entry).unwrap_or_default();
        match sent.stage {
            None => self.begin(turn),
            Some(ReplaceStage::Deleting) => self.delete_old(turn, &sent),
            Some(ReplaceStage::Creating) => self.create_new(turn, &sent),
            Some(ReplaceStage::Moved) => self.finish(turn, &sent),
        }
    }

    /// Looks before anything is done: whether it is still needed, free to go, and right.
    fn begin(&self, turn: &Turn<'_>) -> Result<Pushed, AppError> {
        let Some(old) = turn.row.remote_id else { return Ok(Pushed::Waits(None)) };
        let (row, agreed, theirs) = match self.look(turn, old)? {
            Looked::Same(same) => *same,
            Looked::Otherwise(pushed) => return Ok(pushed),
        };
        let turn = &Turn { row: &row, agreed: &agreed, ..*turn };
        if need_of(&row, &agreed) != Need::Replace {
            self.store.write(|writer| {
                writer.settle(turn.entry.number)?;
                let mut next = Credential { version: row.version + 1, ..row.clone() };
                self.queue_change(writer, &mut next, &agreed, (self.now)())?;
                Ok::<_, AppError>(writer.update_credential(&next, row.version)?)
            })?;
            return Ok(Pushed::Done(None));
        }
        if theirs.locked {
            return self.park(
                turn.entry,
                &row,
                format!("{} is locked in the account. Unlock it, then try again.", shown(&row)),
            );
        }
        if !theirs.used_by.is_empty() {
            let users: Vec<String> = theirs.used_by.iter().take(5).map(|user| printable(user)).collect();
            return self.park(
                turn.entry,
                &row,
                format!(
                    "{} is used by {}, so it cannot be replaced. Detach it there, then try again.",
                    shown(&row),
                    users.join(", ")
                ),
            );
        }
        if let Some(field) = secrets_wanting(&row).first() {
            return self.park(
                turn.entry,
                &row,
                format!(
                    "Replacing {} sends {} again, which only the account has. Enter it with Edit.",
                    shown(&row),
                    field.label
                ),
            );
        }
        let sent = Sent {
            name: row.name.clone(),
            values: sent_values(&row),
            given: generation(&row),
            stage: Some(ReplaceStage::Creating),
            new: None,
            gone: false,
            old: Some(old),
            default: theirs.default,
        };
        if renamed(&row, &agreed) {
            let taken = turn.link.ask(turn.link.remote.named(row.kind, turn.organization, &row.name, true))?;
            if !taken.is_empty() {
                return self.park(
                    turn.entry,
                    &row,
                    format!("The account has a credential named {} already. Give this one another name.", shown(&row)),
                );
            }
            let entry = self.under_way(turn.entry, turn.row, &sent)?;
            return self.create_new(&Turn { entry: &entry, ..*turn }, &sent);
        }
        let secrets = match self.secrets_to_send(turn)? {
            Ok(secrets) => secrets,
            Err(pushed) => return Ok(pushed),
        };
        match turn.link.ask(turn.link.remote.check(row.kind, &row.values, &secrets))? {
            Answer::Invalid(why) => {
                return self.park(
                    turn.entry,
                    &row,
                    format!("The new values of {} do not work, so nothing was replaced: {why}", shown(&row)),
                );
            }
            // A kind that the account cannot check is replaced as the person agreed to.
            Answer::Valid | Answer::NoAnswer(_) => {}
        }
        let sent = Sent { stage: Some(ReplaceStage::Deleting), ..sent };
        let entry = self.under_way(turn.entry, turn.row, &sent)?;
        self.delete_old(&Turn { entry: &entry, ..*turn }, &sent)
    }

    /// Under the same name: the old one goes.
    fn delete_old(&self, turn: &Turn<'_>, sent: &Sent) -> Result<Pushed, AppError> {
        let Some(old) = sent.old else { return Ok(Pushed::Waits(None)) };
        if let Some(there) = turn.link.ask(turn.link.remote.find(turn.row.kind, old))?.map(Theirs::from) {
            let base = turn.agreed.base.clone().unwrap_or_default();
            if reconcile::changed_there(turn.row.kind, &base, &there) {
                // It was cut off before anything was deleted, and somebody has changed it since: it begins anew.
                let entry = OutboxEntry { step: None, stage: Stage::Waiting, ..turn.entry.clone() };
                self.store.write(|writer| writer.update_outbox(&entry))?;
                return self.begin(&Turn { entry: &entry, ..*turn });
            }
            match turn.link.send(turn.link.remote.delete(turn.row.kind, old)) {
                Err(AppError::Remote(error @ (RemoteError::Rejected { .. } | RemoteError::Forbidden(_)))) => {
                    // Nothing has been done: the replacement begins anew when it is tried again.
                    let entry = OutboxEntry { step: None, ..turn.entry.clone() };
                    return self.park(
                        &entry,
                        turn.row,
                        format!("The old {} could not be deleted: {error}", shown(turn.row)),
                    );
                }
                other => other?,
            }
        }
        self.reached(crate::Step::Sent);
        let sent = Sent { stage: Some(ReplaceStage::Creating), gone: true, ..sent.clone() };
        let entry = self.under_way(turn.entry, turn.row, &sent)?;
        self.create_new(&Turn { entry: &entry, ..*turn }, &sent)
    }

    /// The new one is made, unless it is there already from a time that was cut off.
    fn create_new(&self, turn: &Turn<'_>, sent: &Sent) -> Result<Pushed, AppError> {
        let Turn { link, row, .. } = turn;
        let kind = row.kind.kind();
        let there = |rows: Vec<credenza_remote::Row>| {
            rows.into_iter().filter(|there| Some(there.id) != sent.old).map(Theirs::from).next()
        };
        let found = there(link.ask(link.remote.named(row.kind, turn.organization, &sent.name, true))?);
        match found {
            Some(theirs) if compatible(kind, &sent.values, &theirs) => self.moved(turn, sent, &theirs),
            Some(theirs) => {
                let who = theirs.created_by.as_deref().map_or_else(|| "Somebody".to_owned(), printable);
                self.park(
                    turn.entry,
                    row,
                    format!(
                        "{who} made another {} in the account meanwhile. Give this one another name, then try again.",
                        shown(row)
                    ),
                )
            }
            None => self.send_new(turn, sent, &there),
        }
    }

    /// What is sent is what the person agreed to, also when it has been edited since; of secrets there is only the latest.
    fn send_new(
        &self,
        turn: &Turn<'_>,
        sent: &Sent,
        there: &dyn Fn(Vec<credenza_remote::Row>) -> Option<Theirs>,
    ) -> Result<Pushed, AppError> {
        let Turn { link, row, .. } = turn;
        let secrets = match self.secrets_to_send(turn)? {
            Ok(secrets) => secrets,
            Err(pushed) => return Ok(pushed),
        };
        let sent = &Sent { given: generation(row), ..sent.clone() };
        let entry = &self.under_way(turn.entry, turn.row, sent)?;
        let turn = &Turn { entry, ..*turn };
        let made = match link.send(link.remote.create(row.kind, turn.organization, &sent.values, &secrets)) {
            Err(AppError::Remote(error)) if settles_by_reading(&error) => {
                let found = there(link.ask(link.remote.named(row.kind, turn.organization, &sent.name, true))?);
                return match found {
                    Some(theirs) if compatible(row.kind.kind(), &sent.values, &theirs) => {
                        self.moved(turn, sent, &theirs)
                    }
                    _ => Err(error.into()),
                };
            }
            other => other?,
        };
        self.reached(crate::Step::Sent);
        let found = match made {
            Some(id) => link.ask(link.remote.find(row.kind, id))?.map(Theirs::from),
            None => there(link.ask(link.remote.named(row.kind, turn.organization, &sent.name, true))?),
        };
        match (found, made) {
            (Some(theirs), _) => self.moved(turn, sent, &theirs),
            (None, Some(id)) => {
                let given = Credential { values: sent.values.clone(), name: sent.name.clone(), ..(*row).clone() };
                self.moved(turn, sent, &as_sent(id, &given, turn.organization))
            }
            (None, None) => Ok(Pushed::Waits(None)),
        }
    }

    /// The credential is the new one from here on.
    fn moved(&self, turn: &Turn<'_>, sent: &Sent, theirs: &Theirs) -> Result<Pushed, AppError> {
        let sent = Sent { stage: Some(ReplaceStage::Moved), new: Some(theirs.id), ..sent.clone() };
        let entry = OutboxEntry { step: sent.json(), ..turn.entry.clone() };
        let (row, agreed) = self.store.write(|writer| {
            let now = writer.credential(turn.row.id)?.ok_or(AppError::NoCredential)?;
            let seen = now.version;
            let mut values = sent.values.clone();
            theirs.overlay(&mut values);
            let agreed = Agreed {
                base: Some(Base {
                    values,
                    locked: theirs.locked,
                    modified_at: theirs.modified_at.clone(),
                    lag_until: None,
                }),
                pushed: sent.given,
                theirs: None,
                conflict: None,
            };
            let base = Base { values: sent.values.clone(), ..Base::default() };
            let merged = super::merge::merge(now.kind.kind(), &base, &now.values, theirs);
            let mut next = Credential {
                values: if merged.conflicts.is_empty() { merged.values } else { now.values.clone() },
                remote_id: Some(theirs.id),
                account: theirs.facts(),
                used_by: theirs.used_by.clone(),
                trouble: None,
                state: State::Synced,
                version: seen + 1,
                ..now
            };
            super::apply::derive(&mut next);
            writer.update_outbox(&entry)?;
            if next.deleted_at.is_none() {
                self.queue_change(writer, &mut next, &agreed, (self.now)())?;
            }
            writer.update_credential(&next, seen)?;
            writer.set_agreed(next.id, &agreed)?;
            self.record(writer, &next, "pushed", "replace")?;
            Ok::<_, AppError>((next, agreed))
        })?;
        self.reached(crate::Step::Settled);
        self.finish(&Turn { entry: &entry, row: &row, agreed: &agreed, ..*turn }, &sent)
    }

    /// The default moves to the new one, and the old one goes if it is left.
    fn finish(&self, turn: &Turn<'_>, sent: &Sent) -> Result<Pushed, AppError> {
        let Turn { link, row, entry, .. } = turn;
        if let Some(new) = sent.new.filter(|_| sent.default && row.kind.kind().wire.default.is_some()) {
            link.send(link.remote.set_default(row.kind, new))?;
        }
        if let Some(old) = sent.old {
            match link.send(link.remote.delete(row.kind, old)) {
                Err(AppError::Remote(error @ (RemoteError::Rejected { .. } | RemoteError::Forbidden(_)))) => {
                    // The old one is a credential of its own again, which the next sync brings.
                    self.store.write(|writer| writer.settle(entry.number))?;
                    let words = format!("The new one is in the account, but the old one could not be deleted: {error}");
                    return Ok(Pushed::Done(Some(Line::new(What::Parked, row, words))));
                }
                other => other?,
            }
        }
        self.store.write(|writer| writer.settle(entry.number))?;
        Ok(Pushed::Done(Some(Line::new(What::Updated, row, "Replace in the account"))))
    }
}
