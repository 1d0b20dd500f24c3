//! Making a credential in the account, once, whatever is cut off.

use chrono::TimeDelta;
use credenza_model::{Generation, SecretMap, Value, Values};
use credenza_remote::{Outcome, RemoteError};
use credenza_store::{Agreed, Base, Credential, OutboxEntry, Stage, State};
use credenza_vault::VaultError;

use super::conflict::Conflict;
use super::desk::Sent;
use super::merge::compatible;
use super::push::{Pushed, Turn};
use super::queue::secrets_wanting;
use super::reconcile;
use super::run::{Line, What};
use super::theirs::Theirs;
use super::view::ConflictReason;
use crate::edit::shown;
use crate::{App, AppError};

/// For how long the account may not show what it was given: its other clients wait as long.
pub(crate) const LAG: TimeDelta = TimeDelta::minutes(2);

impl App {
    /// Makes it in the account, once.
    pub(crate) fn create(&self, turn: &Turn<'_>) -> Result<Pushed, AppError> {
        let Turn { link, entry, row, .. } = turn;
        if row.remote_id.is_some() {
            self.store.write(|writer| writer.settle(entry.number))?;
            return Ok(Pushed::Done(None));
        }
        // Whatever was sent may have been done, wherever the entry has got to since.
        let under_way = Sent::of(entry);
        let name = under_way.as_ref().map_or(row.name.as_str(), |sent| sent.name.as_str());
        let there = link.ask(link.remote.named(row.kind, turn.organization, name, under_way.is_some()))?;
        if let Some(taken) = self.taken(turn, under_way.as_ref(), there)? {
            return Ok(taken);
        }
        if row.deleted_at.is_some() || row.state == State::Draft {
            // It was deleted or became a draft again before it came into being there.
            self.store.write(|writer| writer.settle(entry.number))?;
            return Ok(Pushed::Done(None));
        }
        if let Some(field) = secrets_wanting(row).first() {
            return self.park(
                entry,
                row,
                format!("{} is not here, and making {} needs it. Enter it with Edit.", field.label, shown(row)),
            );
        }
        let secrets = match self.secrets_to_send(turn)? {
            Ok(secrets) => secrets,
            Err(pushed) => return Ok(pushed),
        };
        let sent = Sent { given: generation(row), name: row.name.clone(), values: sent_values(row), ..Sent::default() };
        let entry = self.under_way(entry, row, &sent)?;
        let made = match link.send(link.remote.create(row.kind, turn.organization, &row.values, &secrets)) {
            Err(AppError::Remote(error)) if settles_by_reading(&error) => {
                let turn = Turn { entry: &entry, ..*turn };
                // A name that is taken says that this one was not made, unless an earlier attempt was cut off.
                let refused = matches!(error, RemoteError::Rejected { .. });
                if refused && under_way.is_none() {
                    self.take_back(&entry)?;
                }
                let there = link.ask(link.remote.named(row.kind, turn.organization, &row.name, true))?;
                let sent = (!refused || under_way.is_some()).then_some(&sent);
                return match self.taken(&turn, sent, there)? {
                    Some(taken) => Ok(taken),
                    None => self.failed(&turn, &error),
                };
            }
            Err(AppError::Remote(error)) if under_way.is_none() => {
                // It was not done, and no earlier attempt may have been.
                self.take_back(&entry)?;
                return Err(error.into());
            }
            other => other?,
        };
        let there = match made {
            Some(id) => link.ask(link.remote.find(row.kind, id))?,
            None => link.ask(link.remote.named(row.kind, turn.organization, &row.name, true))?.into_iter().next(),
        };
        let (theirs, lag) = match (there, made) {
            (Some(there), _) => (Theirs::from(there), false),
            // It is there, and not to be read yet: what was sent is what there is to know.
            (None, Some(id)) => (as_sent(id, row, turn.organization), true),
            (None, None) => return Ok(Pushed::Waits(None)),
        };
        self.reached(crate::Step::Sent);
        self.made(&entry, row, &theirs, lag)
    }

    /// Says that nothing of an entry is under way: what was sent was refused.
    fn take_back(&self, entry: &OutboxEntry) -> Result<(), AppError> {
        let entry = OutboxEntry { stage: Stage::Waiting, step: None, ..entry.clone() };
        Ok(self.store.write(|writer| writer.update_outbox(&entry))?)
    }

    /// The secrets of a credential, or what their lack means: what is lost is said at the credential, and a keychain that
    /// is shut holds up only what needs it.
    pub(crate) fn secrets_to_send(&self, turn: &Turn<'_>) -> Result<Result<SecretMap, Pushed>, AppError> {
        match self.secrets_of(turn.row) {
            Ok(secrets) => Ok(Ok(secrets)),
            Err(AppError::Keychain(VaultError::Missing | VaultError::Unreadable)) => self
                .park(
                    turn.entry,
                    turn.row,
                    format!("The keychain no longer has the secret of {}. Enter it again with Edit.", shown(turn.row)),
                )
                .map(Err),
            Err(AppError::Keychain(error)) => Ok(Err(Pushed::NeedsKeychain(error))),
            Err(error) => Err(error),
        }
    }

    /// What is to be done when the account has rows of the name already.
    fn taken(
        &self,
        turn: &Turn<'_>,
        under_way: Option<&Sent>,
        there: Vec<credenza_remote::Row>,
    ) -> Result<Option<Pushed>, AppError> {
        let kind = turn.row.kind.kind();
        let (known, leaving) = self.store.read(|reader| {
            let (mut known, mut leaving) = (Vec::new(), false);
            for row in &there {
                if let Some(owner) = reader.owner_of(turn.row.workspace, row.kind, row.id)? {
                    known.push(row.id);
                    leaving |= owner.deleted_at.is_some();
                }
            }
            Ok::<_, AppError>((known, leaving))
        })?;
        if leaving {
            // The one that has the name is deleted here, and about to be there: this one waits for that.
            return Ok(Some(Pushed::Waits(None)));
        }
        let mut there: Vec<Theirs> = there.into_iter().map(Theirs::from).collect();
        // What belongs to no organization takes no name in one.
        there.retain(|row| !known.contains(&row.id) && row.organization.is_some());
        let values = under_way.map_or(&turn.row.values, |sent| &sent.values);
        match there.as_slice() {
            [] if known.is_empty() || under_way.is_some() => Ok(None),
            [] => self
                .park(
                    turn.entry,
                    turn.row,
                    format!(
                        "The account has a credential named {} already. Give this one another name.",
                        shown(turn.row)
                    ),
                )
                .map(Some),
            [one] if under_way.is_some() && compatible(kind, values, one) => {
                self.made(turn.entry, turn.row, one, false).map(Some)
            }
            [one] if under_way.is_none() && reconcile::is_same(kind, turn.row, one) => {
                self.made(turn.entry, turn.row, one, false).map(Some)
            }
            [one, ..] => {
                let conflict = Conflict::of(ConflictReason::NameTaken);
                self.store.write(|writer| {
                    let now = writer.credential(turn.row.id)?.ok_or(AppError::NoCredential)?;
                    self.set_conflict(writer, &now, &conflict, Some(one))
                })?;
                Ok(Some(Pushed::Waits(Some(Line::conflict(turn.row)))))
            }
        }
    }

    /// Writes down that a credential is in the account.
    fn made(&self, entry: &OutboxEntry, sent: &Credential, theirs: &Theirs, lag: bool) -> Result<Pushed, AppError> {
        let row = self.store.write(|writer| {
            let row = writer.credential(sent.id)?.ok_or(AppError::NoCredential)?;
            // What was changed while it was being sent is still to be pushed: the base is what was sent.
            let adopted = self.adopt(writer, &row, theirs)?;
            if lag && let Some(agreed) = writer.agreed(row.id)? {
                let base = agreed.base.map(|base| Base { lag_until: Some((self.now)() + LAG), ..base });
                writer.set_agreed(row.id, &Agreed { base, ..agreed })?;
            }
            writer.settle(entry.number)?;
            self.record(writer, &adopted, "pushed", "create")?;
            Ok::<_, AppError>(adopted)
        })?;
        self.reached(crate::Step::Settled);
        Ok(Pushed::Done(Some(Line::new(What::Created, &row, "Make in the account"))))
    }
}

/// Which writing of its secrets a credential has.
pub(crate) fn generation(row: &Credential) -> Option<Generation> {
    row.secret.map(|secret| secret.generation)
}

/// The plain values of a credential that are sent.
pub(crate) fn sent_values(row: &Credential) -> Values {
    let kind = row.kind.kind();
    let sent = |id: &str| kind.field(id).is_some_and(|field| !field.local && !field.secret);
    Values(row.values.0.iter().filter(|(id, _)| sent(id)).map(|(id, value)| (id.clone(), value.clone())).collect())
}

/// A row as it must be, when the account has taken it and does not list it yet.
pub(crate) fn as_sent(id: i32, row: &Credential, organization: i32) -> Theirs {
    let kind = row.kind.kind();
    let told = credenza_remote::observed(row.kind);
    let value = |id: &str| row.values.get(id).cloned().filter(|value| *value != Value::Bool(false));
    Theirs {
        id,
        name: row.name.clone(),
        values: kind
            .fields
            .iter()
            .filter(|field| told.contains(&field.id) && row.values.has(field.id))
            .map(|field| (field.id.to_owned(), value(field.id)))
            .collect(),
        organization: Some(organization),
        ..Theirs::default()
    }
}

/// Whether a failed creation may have been one all the same, so that the account is read.
pub(crate) fn settles_by_reading(error: &RemoteError) -> bool {
    // A 500 says nothing of whether the row was written before it.
    error.outcome() == Outcome::Unknown
        || matches!(error, RemoteError::Rejected { duplicate: true, .. } | RemoteError::Failed { .. })
}
