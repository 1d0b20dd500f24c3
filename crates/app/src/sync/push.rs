//! Pushing: one worker sends what waits in the outbox, in its order for each credential.
//!
//! An entry says that it is under way before anything is sent. When it is not known what came of a request, the account is
//! read before anything is repeated: what is there already is taken over, never made twice. What the account refuses is
//! parked at its credential and holds nothing else up.

use std::collections::HashSet;

use chrono::TimeDelta;
use credenza_model::{CredentialId, KindId, Role, printable};
use credenza_remote::{Outcome, RemoteError};
use credenza_store::{Agreed, Credential, Operation, OutboxEntry, Stage, State, StoreError, Trouble};
use credenza_vault::VaultError;

use super::conflict::Conflict;
use super::desk::{Sent, Table};
use super::reconcile::{self, Step};
use super::run::{Line, Run, What};
use super::theirs::{Me, Theirs};
use super::view::{ConflictReason, SyncStage};
use crate::account::link::Link;
use crate::{App, AppError, Here};

/// How many secrets in conflict one sync lets the account check.
const CHECKS: usize = 10;
/// The longest that an operation which failed waits for its next turn.
const LONGEST_WAIT: i64 = 300;

/// What came of one entry.
#[derive(Debug)]
pub(crate) enum Pushed {
    /// It is done and out of the outbox.
    Done(Option<Line>),
    /// It waits; whatever follows it for the same credential waits too.
    Waits(Option<Line>),
    /// It waits for the keychain.
    NeedsKeychain(VaultError),
}

impl App {
    /// Sends what waits.
    pub(crate) fn push(&self, link: &Link<'_>, run: &mut Run<'_>, here: &Here, me: &Me) -> Result<(), AppError> {
        let entries = self.store.read(|reader| reader.outbox_of(run.workspace))?;
        let total = entries.len();
        // What waits holds up what comes after it for the same credential; what waits for a person holds up only what
        // would change the same again, so that unlocking is still possible.
        let mut held: HashSet<CredentialId> = HashSet::new();
        let mut asked: HashSet<CredentialId> = HashSet::new();
        let mut shut = None;
        for (done, entry) in entries.into_iter().enumerate() {
            link.cancelled()?;
            run.tell(SyncStage::Push, done, Some(total));
            let change = matches!(entry.operation, Operation::Create | Operation::Update | Operation::Replace);
            if held.contains(&entry.credential) || (change && asked.contains(&entry.credential)) {
                continue;
            }
            // What came before it may have settled it.
            let Some(entry) = self.store.read(|reader| reader.outbox_entry(entry.number))? else { continue };
            let id = entry.credential;
            if !self.is_due(run, &entry) {
                let begun = Sent::of(&entry).is_some_and(|sent| sent.stage.is_some());
                let asks = matches!(entry.stage, Stage::Parked | Stage::Asks);
                let person = asks && !begun && entry.operation != Operation::Create;
                if person {
                    asked.insert(id)
                } else {
                    held.insert(id)
                };
                continue;
            }
            match self.push_one(link, run, here, me, &entry)? {
                Pushed::Done(line) => line.into_iter().for_each(|line| run.line(line)),
                Pushed::Waits(line) => {
                    held.insert(id);
                    line.into_iter().for_each(|line| run.line(line));
                }
                Pushed::NeedsKeychain(error) => {
                    held.insert(id);
                    shut = Some(error);
                }
            }
        }
        run.tell(SyncStage::Push, total, Some(total));
        shut.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Whether it is an entry's turn.
    fn is_due(&self, run: &Run<'_>, entry: &OutboxEntry) -> bool {
        match entry.stage {
            Stage::Asks => false,
            Stage::Parked => run.options.retry_parked,
            Stage::Waiting | Stage::InFlight => {
                // A clock that was wrong when it was written down keeps nothing waiting for long.
                let (now, most) = ((self.now)(), TimeDelta::seconds(LONGEST_WAIT));
                run.options.everything || entry.next_at.is_none_or(|next| next <= now || next > now + most)
            }
        }
    }

    fn push_one(
        &self,
        link: &Link<'_>,
        run: &Run<'_>,
        here: &Here,
        me: &Me,
        entry: &OutboxEntry,
    ) -> Result<Pushed, AppError> {
        let Some(row) = self.store.read(|reader| reader.credential(entry.credential))? else {
            self.store.write(|writer| writer.settle(entry.number))?;
            return Ok(Pushed::Done(None));
        };
        if row.state == State::Conflict && row.deleted_at.is_none() {
            return Ok(Pushed::Waits(None));
        }
        if run.unsupported.contains(&row.kind) {
            return self.wait_because(&row, unknown_kind(row.kind));
        }
        let organization = here.organizations.iter().find(|organization| organization.id == row.organization);
        let number = organization
            .filter(|organization| organization.role.unwrap_or(here.workspace.role) > Role::Member)
            .and_then(|organization| organization.remote_id);
        let Some(number) = number else {
            let name = organization.map(|organization| printable(&organization.name)).unwrap_or_default();
            return self.wait_because(
                &row,
                format!(
                    "The account has no organization {name} in which you have a role. It waits until you have one."
                ),
            );
        };
        let agreed = self.store.read(|reader| reader.agreed(row.id))?.unwrap_or_default();
        let turn = Turn { link, me, entry, row: &row, agreed: &agreed, organization: number };
        let result = match entry.operation {
            Operation::Create => self.create(&turn),
            Operation::Update => self.update(&turn),
            Operation::Lock => self.push_flag(&turn, Some(true)),
            Operation::Unlock => self.push_flag(&turn, Some(false)),
            Operation::Default => self.push_flag(&turn, None),
            Operation::Delete => self.remove(&turn),
            Operation::Replace => self.replace(&turn),
        };
        match result {
            Err(AppError::Remote(error)) => self.failed(&turn, &error),
            // It was changed here at this moment: the next sync sends what came of it.
            Err(AppError::Store(StoreError::Stale { .. })) => Ok(Pushed::Waits(None)),
            other => other,
        }
    }

    /// Reads the row once more before it is changed, and merges what has changed there. The gap between this and the
    /// change cannot be closed, since the API has no precondition; it is made small, and what was written is read after.
    pub(crate) fn look(&self, turn: &Turn<'_>, id: i32) -> Result<Looked, AppError> {
        let Turn { link, me, row, .. } = turn;
        let there = link.ask(link.remote.find(row.kind, id))?.map(Theirs::from);
        if reconcile::lags(Some(turn.agreed), (self.now)()) && there.is_none() {
            // It was made a moment ago, and the account does not show it yet.
            return Ok(Looked::Otherwise(Pushed::Waits(None)));
        }
        let Some(there) = there else {
            let conflict = Conflict::of(ConflictReason::DeletedThere);
            self.store.write(|writer| self.set_conflict(writer, row, &conflict, None))?;
            return Ok(Looked::Otherwise(Pushed::Waits(Some(Line::conflict(row)))));
        };
        let table = self.store.read(|reader| Table::of_one(reader, row, (*me).clone(), (self.now)()))?;
        match reconcile::set(&table, row, turn.agreed, there.clone()) {
            Some(Step::Conflict { conflict, theirs, .. }) => {
                let conflict = self.asked_of_checker(turn, conflict);
                self.store.write(|writer| self.set_conflict(writer, row, &conflict, theirs.as_deref()))?;
                Ok(Looked::Otherwise(Pushed::Waits(Some(Line::conflict(row)))))
            }
            Some(Step::Set { row: next, agreed, .. }) => {
                let next = self.store.write(|writer| {
                    let mut next = Credential { version: row.version + 1, ..*next };
                    super::apply::derive(&mut next);
                    if next.default && !row.default {
                        writer.clear_default(next.organization, next.kind)?;
                    }
                    writer.update_credential(&next, row.version)?;
                    writer.set_agreed(next.id, &agreed)?;
                    Ok::<_, AppError>(next)
                });
                match next {
                    Ok(next) => Ok(Looked::Same(Box::new((next, *agreed, there)))),
                    // It is being changed here at this moment: the next sync sends what comes of it.
                    Err(AppError::Store(credenza_store::StoreError::Stale { .. })) => {
                        Ok(Looked::Otherwise(Pushed::Waits(None)))
                    }
                    Err(error) => Err(error),
                }
            }
            _ => Ok(Looked::Same(Box::new(((*row).clone(), turn.agreed.clone(), there)))),
        }
    }

    /// Before a person is asked whose secret holds, the account is asked whether the one here works.
    fn asked_of_checker(&self, turn: &Turn<'_>, conflict: Conflict) -> Conflict {
        if !conflict.secret {
            return conflict;
        }
        self.with_checker(turn.link, turn.row, conflict)
    }

    /// The same for conflicts that the pull has found, a few at a time: a checker asks the provider, and is slow.
    pub(crate) fn ask_checker(&self, link: &Link<'_>, run: &Run<'_>) -> Result<(), AppError> {
        let mut asked = 0;
        for row in self.store.read(|reader| reader.conflicts(run.workspace))? {
            let agreed = self.store.read(|reader| reader.agreed(row.id))?.unwrap_or_default();
            let Some(conflict) =
                Conflict::read(&agreed).filter(|conflict| conflict.secret && conflict.remark.is_none())
            else {
                continue;
            };
            if asked == CHECKS {
                break;
            }
            asked += 1;
            link.cancelled()?;
            let conflict = self.with_checker(link, &row, conflict);
            if conflict.remark.is_some() {
                self.store.write(|writer| {
                    // It may have been settled meanwhile.
                    let now = writer.agreed(row.id)?.unwrap_or_default();
                    if now.conflict != agreed.conflict {
                        return Ok(());
                    }
                    writer.set_agreed(row.id, &Agreed { conflict: conflict.json(), ..now })
                })?;
            }
        }
        Ok(())
    }

    fn with_checker(&self, link: &Link<'_>, row: &Credential, conflict: Conflict) -> Conflict {
        let Ok(secrets) = self.secrets_of(row) else { return conflict };
        let answer = link.ask(link.remote.check(row.kind, &row.values, &secrets));
        let remark = match answer {
            Ok(credenza_remote::Answer::Valid) => Some("The account's checker accepts yours.".to_owned()),
            Ok(credenza_remote::Answer::Invalid(why)) => Some(format!("The account's checker refuses yours: {why}")),
            _ => None,
        };
        Conflict { remark, ..conflict }
    }

    /// Queues again what a credential needs by now, which is something else than was queued.
    pub(crate) fn requeue(&self, row: &Credential, agreed: &Agreed) -> Result<(), AppError> {
        self.store.write(|writer| {
            for entry in writer.waiting(row.id)? {
                if reconcile::is_change(entry.operation) && Sent::of(&entry).is_none_or(|sent| sent.stage.is_none()) {
                    writer.settle(entry.number)?;
                }
            }
            let mut next = Credential { version: row.version + 1, ..row.clone() };
            self.queue_change(writer, &mut next, agreed, (self.now)())?;
            Ok(writer.update_credential(&next, row.version)?)
        })
    }

    /// Says that an entry is about to be sent.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody has taken it back, or changed the credential, while the account was asked.
    pub(crate) fn under_way(
        &self,
        entry: &OutboxEntry,
        row: &Credential,
        sent: &Sent,
    ) -> Result<OutboxEntry, AppError> {
        let before = entry;
        let entry = OutboxEntry { stage: Stage::InFlight, step: sent.json(), ..entry.clone() };
        self.store.write(|writer| {
            let found = writer.credential(row.id)?.map_or(0, |now| now.version);
            let there = writer.outbox_entry(entry.number)?.is_some_and(|now| now.step == before.step);
            if !there || found != row.version {
                return Err(StoreError::Stale { found });
            }
            writer.update_outbox(&entry)
        })?;
        self.reached(crate::Step::InFlight);
        Ok(entry)
    }

    /// Parks an entry at its credential, with the reason. A replacement that has begun keeps what it has reached.
    pub(crate) fn park(
        &self,
        entry: &OutboxEntry,
        row: &Credential,
        sentence: impl Into<String>,
    ) -> Result<Pushed, AppError> {
        let trouble = Trouble { message: sentence.into(), asks: false };
        let entry = OutboxEntry { stage: Stage::Parked, next_at: None, ..entry.clone() };
        self.store.write(|writer| writer.update_outbox(&entry))?;
        self.set_trouble(row, &trouble)?;
        Ok(Pushed::Waits(Some(Line::new(What::Parked, row, format!("Refused: {}", trouble.message)))))
    }

    /// What a failure means for an entry: refused for good, to be tried again later, or the end of this sync.
    pub(crate) fn failed(&self, turn: &Turn<'_>, error: &RemoteError) -> Result<Pushed, AppError> {
        // What has been written down since the turn began says how far it came.
        let entry = self.store.read(|reader| reader.outbox_entry(turn.entry.number))?;
        let Some(entry) = entry else { return Ok(Pushed::Waits(None)) };
        match error {
            // What is deleted here is in no list, so that nobody could try it again.
            RemoteError::Rejected { .. } | RemoteError::Forbidden(_) | RemoteError::NotFound(_)
                if entry.operation == Operation::Delete =>
            {
                self.later(&entry, None)
            }
            RemoteError::Rejected { .. } | RemoteError::Forbidden(_) | RemoteError::NotFound(_) => {
                self.park(&entry, turn.row, error.to_string())
            }
            RemoteError::TooMany { after, .. } => {
                self.later(&entry, after.and_then(|after| TimeDelta::from_std(after).ok()))
            }
            RemoteError::Failed { .. } | RemoteError::Nonsense { .. } => self.later(&entry, None),
            RemoteError::Unreachable { outcome: Outcome::Unknown, .. } => self.later(&entry, None),
            // Nothing else will get through either; no attempt is counted.
            _ => Err(error.clone().into()),
        }
    }

    /// Says at a credential what it waits for, where nobody can do anything but time.
    fn wait_because(&self, row: &Credential, sentence: String) -> Result<Pushed, AppError> {
        let trouble = Trouble { message: sentence, asks: false };
        self.set_trouble(row, &trouble)?;
        Ok(Pushed::Waits(Some(Line::new(What::Parked, row, format!("Waits: {}", trouble.message)))))
    }

    fn set_trouble(&self, row: &Credential, trouble: &Trouble) -> Result<(), AppError> {
        self.store.write(|writer| {
            if let Some(now) = writer.credential(row.id)?.filter(|now| now.trouble.as_ref() != Some(trouble)) {
                let seen = now.version;
                let next = Credential { trouble: Some(trouble.clone()), version: seen + 1, ..now };
                writer.update_credential(&next, seen)?;
            }
            Ok(())
        })
    }

    /// Lets an entry wait: as long as the server asks, or a random while that grows with each attempt.
    fn later(&self, entry: &OutboxEntry, asked: Option<TimeDelta>) -> Result<Pushed, AppError> {
        let attempts = entry.attempts + 1;
        let most = (1_i64 << attempts.min(9)).min(LONGEST_WAIT);
        let wait = asked.unwrap_or_else(|| TimeDelta::milliseconds(fastrand::i64(500..=most * 1000)));
        let next_at = Some((self.now)() + wait.min(TimeDelta::seconds(LONGEST_WAIT)));
        self.store.write(|writer| writer.update_outbox(&OutboxEntry { attempts, next_at, ..entry.clone() }))?;
        Ok(Pushed::Waits(None))
    }
}

/// One entry's turn.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub link: &'a Link<'a>,
    pub me: &'a Me,
    pub entry: &'a OutboxEntry,
    pub row: &'a Credential,
    pub agreed: &'a Agreed,
    /// The account's number of the organization.
    pub organization: i32,
}

/// What a look at a row before its change came to.
pub(crate) enum Looked {
    /// It is as it was known, or was merged: what is here, what is agreed on, and the row.
    Same(Box<(Credential, Agreed, Theirs)>),
    /// It cannot be changed now.
    Otherwise(Pushed),
}

/// Why credentials of a kind cannot be pushed.
fn unknown_kind(kind: KindId) -> String {
    format!("The account's server does not know {} credentials. It is kept here.", kind.kind().label)
}
