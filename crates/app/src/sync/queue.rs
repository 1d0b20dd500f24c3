//! What is put into the outbox when something changes here, and what a person says to what waits there.

use chrono::{DateTime, TimeDelta, Utc};
use credenza_model::{KindId, SecretState};
use credenza_store::{Agreed, Credential, Operation, OutboxEntry, Stage, State, Trouble, Writer};

use super::conflict::Conflict;
use super::desk::{ReplaceStage, Sent, need_of};
use super::merge::Need;
use super::view::ConflictReason;
use crate::edit::shown;
use crate::{App, AppError};

/// For how long a deletion waits before it is pushed by itself, so that undoing it is nobody else's business.
const SECOND_THOUGHT: TimeDelta = TimeDelta::seconds(20);

impl App {
    /// Queues what the account needs for it to have what is here, in place of what was queued for that before, and sets
    /// the state that follows. To be written by the caller.
    pub(crate) fn queue_change(
        &self,
        writer: &Writer<'_>,
        row: &mut Credential,
        agreed: &Agreed,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        for entry in writer.waiting(row.id)? {
            let same = matches!(entry.operation, Operation::Update | Operation::Replace);
            let begun = Sent::of(&entry).filter(|sent| sent.stage.is_some());
            if same && entry.stage != Stage::InFlight && begun.is_none() {
                writer.settle(entry.number)?;
            }
            // A replacement whose new one was refused begins anew with what is here now. Where the old one is gone already,
            // there is nothing to replace any more: it is made.
            if let Some(sent) = begun.filter(|sent| sent.stage == Some(ReplaceStage::Creating)) {
                if entry.stage != Stage::Parked {
                    continue;
                }
                writer.settle(entry.number)?;
                if sent.gone {
                    row.remote_id = None;
                    row.state = State::Ready;
                    row.trouble = None;
                    row.default |= sent.default;
                    writer.forget_agreed(row.id)?;
                    return self.queue_creation(writer, row, now);
                }
            }
        }
        row.trouble = None;
        match need_of(row, agreed) {
            Need::Nothing => row.state = State::Synced,
            Need::Update { .. } => {
                row.state = State::Changed;
                writer.enqueue(row.id, Operation::Update, now, None)?;
            }
            Need::Replace => {
                row.state = State::Changed;
                row.trouble = Some(Trouble { message: replace_sentence(row, agreed), asks: true });
                writer.enqueue(row.id, Operation::Replace, now, None)?;
                if let Some(entry) = writer.waiting(row.id)?.pop() {
                    writer.update_outbox(&OutboxEntry { stage: Stage::Asks, ..entry })?;
                }
            }
        }
        Ok(())
    }

    /// Queues the making of a credential, and behind it the flags that it has here.
    pub(crate) fn queue_creation(
        &self,
        writer: &Writer<'_>,
        row: &Credential,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let wire = &row.kind.kind().wire;
        let waiting = writer.waiting(row.id)?;
        writer.enqueue(row.id, Operation::Create, now, None)?;
        let flags = [
            (Operation::Default, row.default && wire.default.is_some()),
            (Operation::Lock, row.locked && wire.lock.is_some()),
        ];
        for (operation, wanted) in flags {
            if wanted && !waiting.iter().any(|entry| entry.operation == operation) {
                writer.enqueue(row.id, operation, now, None)?;
            }
        }
        Ok(())
    }

    /// Queues a deletion: what was never in the account has nothing to be deleted there.
    pub(crate) fn queue_deletion(
        &self,
        writer: &Writer<'_>,
        row: &Credential,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let mut may_be_there = row.remote_id.is_some();
        for entry in writer.waiting(row.id)? {
            if entry.operation == Operation::Replace && Sent::of(&entry).is_some_and(|sent| sent.stage.is_some()) {
                return Err(AppError::Refused(format!(
                    "{} is being replaced in the account, which may have two of it at this moment. Sync first, then delete it.",
                    shown(row)
                )));
            }
            if entry.operation == Operation::Create && entry.step.is_some() {
                may_be_there = true;
            } else if !matches!(entry.operation, Operation::Unlock | Operation::Default) || row.remote_id.is_none() {
                // What is locked there has to be unlocked before it can be deleted; and undo brings back both flags.
                writer.settle(entry.number)?;
            }
        }
        if may_be_there {
            writer.enqueue(row.id, Operation::Delete, now, Some(now + SECOND_THOUGHT))?;
        }
        Ok(())
    }

    /// Queues what an edit leads to, and sets the state that follows. To be written by the caller.
    pub(crate) fn queue_edit(
        &self,
        writer: &Writer<'_>,
        before: &Credential,
        after: &mut Credential,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let agreed = writer.agreed(after.id)?.unwrap_or_default();
        if after.state == State::Draft {
            // A draft is never pushed; only what may be under way already has to be looked after.
            for entry in writer.waiting(after.id)? {
                if entry.step.is_none() {
                    writer.settle(entry.number)?;
                }
            }
            return Ok(());
        }
        if after.state == State::Conflict {
            let taken = Conflict::read(&agreed).is_some_and(|conflict| conflict.reason == ConflictReason::NameTaken);
            if !taken || before.name == after.name {
                return Ok(());
            }
            // Another name is the third way out of this one.
            let agreed = Agreed { theirs: None, conflict: None, ..agreed.clone() };
            if after.remote_id.is_some() {
                writer.set_agreed(after.id, &agreed)?;
                return self.queue_change(writer, after, &agreed, now);
            }
            writer.forget_agreed(after.id)?;
            after.state = State::Ready;
        }
        if after.remote_id.is_some() {
            return self.queue_change(writer, after, &agreed, now);
        }
        if after.state != State::Ready || !Self::connected(writer, after)? {
            return Ok(());
        }
        after.trouble = None;
        let waiting = writer.waiting(after.id)?;
        match waiting.into_iter().find(|entry| entry.operation == Operation::Create) {
            // What was refused is tried again as it is now.
            Some(entry) if entry.stage == Stage::Parked => {
                writer.update_outbox(&OutboxEntry { stage: Stage::Waiting, attempts: 0, next_at: None, ..entry })?
            }
            Some(_) => {}
            None => writer.enqueue(after.id, Operation::Create, now, None)?,
        }
        Ok(())
    }

    /// Queues what the return of a deleted credential leads to. To be written by the caller.
    pub(crate) fn queue_return(&self, writer: &Writer<'_>, row: &mut Credential) -> Result<(), AppError> {
        if !Self::connected(writer, row)? {
            return Ok(());
        }
        let now = (self.now)();
        let waiting = writer.waiting(row.id)?;
        for entry in &waiting {
            if entry.operation == Operation::Delete && entry.stage != Stage::InFlight {
                writer.settle(entry.number)?;
            }
        }
        if row.remote_id.is_some() {
            if waiting.iter().any(|entry| entry.operation == Operation::Delete && entry.stage == Stage::InFlight) {
                return Err(AppError::Refused(format!(
                    "The deletion of {} is being sent to the account. Sync first, then undo it.",
                    shown(row)
                )));
            }
            let agreed = writer.agreed(row.id)?.unwrap_or_default();
            return self.queue_change(writer, row, &agreed, now);
        }
        if row.state == State::Ready && !waiting.iter().any(|entry| entry.operation == Operation::Create) {
            // The account does not have it any more: it is made there anew.
            self.queue_creation(writer, row, now)?;
        }
        Ok(())
    }

    /// Queues a flag for the account, which has the credential or is about to.
    pub(crate) fn queue_flag(&self, writer: &Writer<'_>, row: &Credential, action: &str) -> Result<(), AppError> {
        let operation = match action {
            "lock" => Operation::Lock,
            "unlock" => Operation::Unlock,
            "default" => Operation::Default,
            _ => return Ok(()),
        };
        let waiting = writer.waiting(row.id)?;
        let coming = waiting.iter().any(|entry| entry.operation == Operation::Create);
        if !Self::connected(writer, row)? || (row.remote_id.is_none() && !coming) {
            return Ok(());
        }
        let undone = match operation {
            Operation::Lock => Some(Operation::Unlock),
            Operation::Unlock => Some(Operation::Lock),
            _ => None,
        };
        // Locked and unlocked again before anything was sent is nothing to send.
        if let Some(last) = waiting.last().filter(|last| Some(last.operation) == undone && last.stage == Stage::Waiting)
        {
            return Ok(writer.settle(last.number)?);
        }
        Ok(writer.enqueue(row.id, operation, (self.now)(), None)?)
    }

    /// Whether the workspace is connected to an account, so that what changes here is queued for it.
    pub(crate) fn connected(writer: &Writer<'_>, row: &Credential) -> Result<bool, AppError> {
        Ok(writer.account(row.workspace)?.is_some())
    }
}

/// Whether a replacement goes under a new name, so that old and new can stand beside each other for a moment.
pub(crate) fn renamed(row: &Credential, agreed: &Agreed) -> bool {
    let before = agreed.base.as_ref().and_then(|base| base.values.text(row.kind.kind().name_field));
    before.is_some_and(|before| before != row.name)
}

/// The plan of a replacement in one sentence.
fn replace_sentence(row: &Credential, agreed: &Agreed) -> String {
    let name = shown(row);
    if renamed(row, agreed) {
        format!(
            "The account cannot change this. {name} can be made anew there, and the old one deleted once the new one is seen."
        )
    } else {
        format!(
            "The account cannot change this. {name} can be deleted there and made anew; for a moment between the two the account has none."
        )
    }
}

/// The plan of a replacement, step by step.
pub(crate) fn replace_steps(row: &Credential, agreed: &Agreed) -> Vec<String> {
    let new = credenza_model::printable(&row.name);
    let kind = row.kind.kind();
    let old = agreed
        .base
        .as_ref()
        .and_then(|base| base.values.text(kind.name_field))
        .map_or(new.clone(), credenza_model::printable);
    if renamed(row, agreed) {
        let mut steps = vec![
            format!("Look whether anything uses {old}; if so, nothing is done."),
            format!("Make {new} in the account."),
            format!("See that {new} is there as it was sent."),
        ];
        if row.default {
            steps.push(format!("Make {new} the default."));
        }
        steps.push(format!("Delete {old} in the account."));
        return steps;
    }
    let checked = match kind.id {
        KindId::Tanzu | KindId::Gcp | KindId::Openshift | KindId::Ai | KindId::Billing | KindId::Showback => true,
        id => id.kind().tab == credenza_model::Tab::Cloud || id == KindId::Backup,
    };
    let mut steps = vec![format!("Look whether anything uses {old}; if so, nothing is done.")];
    if checked {
        steps.push("Let the account check the new values; if they are refused, nothing is done.".to_owned());
    }
    steps.push(format!("Delete {old} in the account. From here until the next step the account has none."));
    steps.push(format!("Make {new} in the account."));
    if row.default {
        steps.push(format!("Make {new} the default again."));
    }
    steps
}

/// The certain secrets that only the account has, so that a push which sends all of them cannot be made.
pub(crate) fn secrets_wanting(row: &Credential) -> Vec<&'static credenza_model::Field> {
    row.kind.kind().certain_secrets().filter(|field| row.secrets.get(field.id) == Some(&SecretState::Account)).collect()
}
