//! One sync from beginning to end: who, pull, merge, push; and how it ended, written down for the rail.

use chrono::{DateTime, Utc};
use credenza_model::{KindId, WorkspaceId};
use credenza_store::{Account, AuditEvent, Credential};

use super::desk::Table;
use super::theirs::Me;
use super::view::{MissingView, PlanLine, SyncFailure, SyncOptions, SyncProgress, SyncReport, SyncStage, SyncStatus};
use crate::account::link::Link;
use crate::account::sign_out::NO_ACCOUNT;
use crate::lock::DirLock;
use crate::{App, AppError, Cancel, ErrorCode, Here};

/// How many lines of a plan are told.
const LINES: usize = 1000;

/// One sync under way.
pub(crate) struct Run<'a> {
    pub options: SyncOptions,
    pub workspace: WorkspaceId,
    pub progress: &'a (dyn Fn(SyncProgress) + Send + Sync),
    pub report: SyncReport,
    /// The kinds that the server does not know.
    pub unsupported: Vec<KindId>,
    pub missing: Vec<MissingView>,
    here: &'a Here,
}

impl Run<'_> {
    pub(crate) fn tell(&self, stage: SyncStage, done: usize, total: Option<usize>) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (self.progress)(SyncProgress { stage, done: number(done), total: total.map(number) });
    }

    pub(crate) fn line(&mut self, line: Line) {
        let count = match line.what {
            What::Added => &mut self.report.added,
            What::Changed => &mut self.report.changed,
            What::Gone => &mut self.report.gone,
            What::Conflict => &mut self.report.conflicts,
            What::Created => &mut self.report.created,
            What::Updated => &mut self.report.updated,
            What::Deleted => &mut self.report.deleted,
            What::Parked => &mut self.report.parked,
            What::Linked => {
                self.report.changed += 1;
                return self.plan(&line);
            }
        };
        *count += 1;
        self.plan(&line);
    }

    fn plan(&mut self, line: &Line) {
        if self.report.plan.len() < LINES {
            let organization = self.here.name_of(line.row.organization);
            self.report.plan.push(PlanLine {
                id: line.known.then(|| line.row.id.to_string()),
                kind: line.row.kind,
                name: line.row.name.clone(),
                organization,
                what: line.words.clone(),
            });
        }
    }
}

/// What was done, or would be, to one credential.
#[derive(Debug)]
pub(crate) struct Line {
    pub what: What,
    pub row: Box<Credential>,
    pub words: String,
    /// Whether the credential is here already.
    pub known: bool,
}

/// The sorts of things that are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Added,
    Changed,
    Linked,
    Gone,
    Conflict,
    Created,
    Updated,
    Deleted,
    Parked,
}

impl Line {
    pub(crate) fn new(what: What, row: &Credential, words: impl Into<String>) -> Self {
        Self { what, row: Box::new(row.clone()), words: words.into(), known: what != What::Added }
    }

    pub(crate) fn added(row: &Credential) -> Self {
        Self::new(What::Added, row, "Take over from the account")
    }

    pub(crate) fn changed(row: &Credential, taken: &[String]) -> Self {
        let labels: Vec<&str> =
            taken.iter().filter_map(|id| row.kind.kind().field(id)).map(|field| field.label).collect();
        let words = if labels.is_empty() {
            "Take over lock or default from the account".to_owned()
        } else {
            format!("Take over from the account: {}", labels.join(", "))
        };
        Self::new(What::Changed, row, words)
    }

    pub(crate) fn adopted(row: &Credential) -> Self {
        Self::new(What::Linked, row, "Link with the same one in the account")
    }

    pub(crate) fn conflict(row: &Credential) -> Self {
        Self::new(What::Conflict, row, "Ask: it was changed on both sides")
    }

    pub(crate) fn gone(row: &Credential) -> Self {
        Self::new(What::Gone, row, "Remove: the account has deleted it")
    }
}

impl App {
    /// Syncs the workspace with its account: asks who one is, pulls, merges, pushes. It can be cancelled at any moment, and
    /// killed: what was done is kept, and the next sync goes on from there.
    ///
    /// # Errors
    /// [`AppError::SignedOut`] without an account or session, [`AppError::Remote`] when the account cannot be reached,
    /// [`AppError::Keychain`], [`AppError::Busy`] while another one syncs, [`AppError::Cancelled`].
    pub fn sync(
        &self,
        options: SyncOptions,
        progress: &(dyn Fn(SyncProgress) + Send + Sync),
        cancel: &Cancel,
    ) -> Result<SyncReport, AppError> {
        let here = self.here()?;
        self.account_of(&here)?;
        let _alone = DirLock::take_for_sync(&self.dir, cancel)?;
        // Somebody may have signed out or in while this one waited.
        let account = self.account_of(&here)?;
        let workspace = here.workspace.id;
        let result = self.sync_alone(&account, options, progress, cancel);
        let now = (self.now)();
        if options.dry_run {
            return result.map(|done| done.report);
        }
        match result {
            Ok(done) => {
                self.note(workspace, |account| Account {
                    synced_at: Some(now),
                    failure: None,
                    unsupported: serde_json::to_string(&done.unsupported).unwrap_or_else(|_| "[]".into()),
                    missing: serde_json::to_string(&done.missing).unwrap_or_else(|_| "[]".into()),
                    ..account
                })?;
                Ok(done.report)
            }
            Err(AppError::Cancelled) => Err(AppError::Cancelled),
            Err(error) => {
                let failure = failure_of(&error, now);
                self.note(workspace, |account| Account { failure: serde_json::to_string(&failure).ok(), ..account })?;
                Err(error)
            }
        }
    }

    fn sync_alone(
        &self,
        account: &Account,
        options: SyncOptions,
        progress: &(dyn Fn(SyncProgress) + Send + Sync),
        cancel: &Cancel,
    ) -> Result<Done, AppError> {
        progress(SyncProgress { stage: SyncStage::Who, done: 0, total: None });
        let (link, who) = Link::with_who(self, account, cancel)?;
        let remarks = if options.dry_run { Vec::new() } else { self.learn(account.workspace, &who)? };
        // The role may be another one now, and the workspace in use too: it is this one that is synced.
        let here = self.here_in(account.workspace)?;
        let report = SyncReport { dry_run: options.dry_run, remarks, ..SyncReport::default() };
        let mut run = Run {
            options,
            workspace: account.workspace,
            progress,
            report,
            unsupported: Vec::new(),
            missing: Vec::new(),
            here: &here,
        };
        let me = Me {
            id: who.id,
            names: [Some(who.name), who.email, Some(account.login.clone())].into_iter().flatten().collect(),
        };
        let kinds: Vec<KindId> = here.visible().collect();
        let listings = self.listings(&link, &mut run, &kinds)?;
        link.cancelled()?;
        let table = self.store.read(|reader| Table::read(reader, &here, me.clone(), (self.now)()))?;
        let steps = self.plan_pull(&link, &mut run, &table, listings)?;
        if options.dry_run {
            self.foresee(&mut run, &table, &steps);
        } else {
            self.apply(&link, &mut run, &table, steps)?;
            drop(table);
            self.ask_checker(&link, &run)?;
            self.push(&link, &mut run, &here, &me)?;
        }
        let (pending, conflicts) = self.store.read(|reader| {
            Ok::<_, AppError>((reader.outbox_counts(run.workspace)?.0, reader.conflict_count(run.workspace)?))
        })?;
        if !options.dry_run {
            run.report.conflicts = conflicts;
            run.report.pending = pending;
            self.note_sync(&run)?;
        }
        Ok(Done { report: run.report, unsupported: run.unsupported, missing: run.missing })
    }

    /// How the workspace stands with its account, without asking it.
    ///
    /// # Errors
    /// The database's own.
    pub fn sync_status(&self) -> Result<SyncStatus, AppError> {
        let here = self.here()?;
        let view = self.account_view(here.workspace.id)?;
        self.store.read(|reader| {
            let account = reader.account(here.workspace.id)?;
            let (all, parked) = reader.outbox_counts(here.workspace.id)?;
            Ok(SyncStatus {
                account: view,
                synced_at: account.as_ref().and_then(|account| account.synced_at).map(|at| crate::view::time(&at)),
                failure: account
                    .as_ref()
                    .and_then(|account| account.failure.as_deref())
                    .and_then(|failure| serde_json::from_str(failure).ok()),
                pending: all - parked,
                parked,
                conflicts: reader.conflict_count(here.workspace.id)?,
                missing: account
                    .as_ref()
                    .and_then(|account| serde_json::from_str(&account.missing).ok())
                    .unwrap_or_default(),
                unsupported: account
                    .as_ref()
                    .and_then(|account| serde_json::from_str(&account.unsupported).ok())
                    .unwrap_or_default(),
            })
        })
    }

    /// Whether the workspace can be synced: it has an account whose session holds, the keychain is open, and the data can be
    /// written. Nothing is asked of the account for this.
    pub fn can_sync(&self) -> bool {
        let account = self.here().and_then(|here| self.account_view(here.workspace.id)).ok().flatten();
        account.is_some_and(|account| account.signed_in) && !self.read_only() && self.usable().is_ok()
    }

    /// Which account this is, and the latest that was queued for it: what another face may have changed.
    pub fn sync_mark(&self) -> Option<(String, u32)> {
        let here = self.here().ok()?;
        let mark = self.store.read(|reader| {
            let account = reader.account(here.workspace.id)?;
            let account = account.map(|account| (account.host, account.person_id, account.ended.is_none()));
            Ok::<_, AppError>((format!("{} {account:?}", here.workspace.id), reader.last_queued()?))
        });
        mark.ok()
    }

    /// The account of the workspace in use.
    pub(crate) fn account_of(&self, here: &Here) -> Result<Account, AppError> {
        let account = self.store.read(|reader| reader.account(here.workspace.id))?;
        account.ok_or_else(|| AppError::SignedOut(NO_ACCOUNT.into()))
    }

    fn note(&self, workspace: WorkspaceId, change: impl FnOnce(Account) -> Account) -> Result<(), AppError> {
        self.store.write(|writer| match writer.account(workspace)? {
            Some(account) => {
                let next = change(account.clone());
                // Nothing is written when nothing changed: every write wakes the other face.
                if next != account {
                    writer.set_account(&next)?;
                }
                Ok(())
            }
            None => Ok(()),
        })
    }

    /// One row in the record for a sync that did something.
    fn note_sync(&self, run: &Run<'_>) -> Result<(), AppError> {
        let report = &run.report;
        let numbers = [
            ("added", report.added),
            ("changed", report.changed),
            ("gone", report.gone),
            ("created", report.created),
            ("updated", report.updated),
            ("deleted", report.deleted),
        ];
        let said: Vec<String> =
            numbers.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word} {count}")).collect();
        if said.is_empty() {
            return Ok(());
        }
        let event = AuditEvent {
            workspace: run.workspace,
            credential: None,
            name: String::new(),
            action: "sync".into(),
            detail: said.join(", "),
            at: (self.now)(),
        };
        Ok(self.store.write(|writer| writer.audit(&event))?)
    }
}

/// What a sync that ended well leaves.
struct Done {
    report: SyncReport,
    unsupported: Vec<KindId>,
    missing: Vec<MissingView>,
}

fn failure_of(error: &AppError, now: DateTime<Utc>) -> SyncFailure {
    SyncFailure { offline: error.code() == ErrorCode::Offline, message: error.to_string(), at: crate::view::time(&now) }
}
