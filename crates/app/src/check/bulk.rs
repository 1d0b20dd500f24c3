//! Checking a selection or all: several at a time, each host politely, the same identity one after the other, and stoppable.
//!
//! The keychain and the database are read and written on the caller's thread, which may block; only the questions to
//! providers run on the runtime.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use credenza_check::{Checker, Report};
use credenza_model::{Action, CredentialId, SecretMap, SecretState, Verdict};
use credenza_store::{Check, Credential, State};
use credenza_vault::VaultError;
use tokio::task::{Id, JoinSet};

use super::queue::{Queues, Waiting};
use super::view::{CheckProgress, CheckReport, CheckedView, untried};
use crate::{App, AppError, Cancel, Here, ListQuery};

/// How many providers are asked at a time. Each host is asked by fewer.
const AT_ONCE: usize = 8;
/// How many results are written at once, and how long the first of them waits for that.
const WRITTEN_AT_ONCE: usize = 32;
const WRITTEN_AFTER: Duration = Duration::from_millis(500);

impl App {
    /// Checks these credentials and keeps what was found with each.
    ///
    /// # Errors
    /// Before anything is asked: [`AppError::NotFound`], [`AppError::Forbidden`]. [`AppError::Keychain`] when the keychain
    /// cannot be used; what was found until then is kept. What a provider says is no error but the answer.
    pub fn check(
        &self,
        ids: &[CredentialId],
        progress: &dyn Fn(&CheckProgress),
        cancel: &Cancel,
    ) -> Result<CheckReport, AppError> {
        let here = self.here()?;
        let mut seen = HashSet::new();
        let mut waiting = Vec::new();
        for id in ids.iter().filter(|id| seen.insert(**id)) {
            let row = self.find(&here, *id)?;
            here.require_in(row.organization, row.kind.kind(), Action::Check)?;
            waiting.push(Waiting::of(waiting.len(), &row));
        }
        self.check_each(&here, waiting, progress, cancel)
    }

    /// As [`App::check`], for all that a list shows and the role may check. Left out and counted are drafts, and those whose
    /// secrets only the account has.
    ///
    /// # Errors
    /// As [`App::list`], and as [`App::check`].
    pub fn check_all(
        &self,
        query: &ListQuery,
        progress: &dyn Fn(&CheckProgress),
        cancel: &Cancel,
    ) -> Result<CheckReport, AppError> {
        let here = self.here()?;
        let (mut waiting, mut drafts, mut elsewhere) = (Vec::new(), 0, 0);
        self.each_listed(query, |row| {
            let kind = row.kind.kind();
            if here.require_in(row.organization, kind, Action::Check).is_err() {
                return;
            }
            let away = |field: &credenza_model::Field| row.secrets.get(field.id) == Some(&SecretState::Account);
            if row.state == State::Draft {
                drafts += 1;
            } else if kind.secrets().any(away) {
                elsewhere += 1;
            } else {
                waiting.push(Waiting::of(waiting.len(), row));
            }
        })?;
        let report = self.check_each(&here, waiting, progress, cancel)?;
        Ok(CheckReport { drafts, elsewhere, ..report })
    }

    fn check_each(
        &self,
        here: &Here,
        waiting: Vec<Waiting>,
        progress: &dyn Fn(&CheckProgress),
        cancel: &Cancel,
    ) -> Result<CheckReport, AppError> {
        let found = (0..waiting.len()).map(|_| None).collect();
        let checker = self.checker()?;
        let mut run = Run {
            app: self,
            here,
            progress,
            queues: Queues::new(waiting, self.check_limits.per_host),
            found,
            done: 0,
            works: 0,
            gone: 0,
            unkept: 0,
            unwritten: Vec::new(),
            since: Instant::now(),
        };
        run.tell(None);
        let mut tasks = JoinSet::new();
        let ended = run.go(&checker, cancel, &mut tasks);
        run.write();
        // What was cut off ends its sessions, for which it needs a moment when the program ends next.
        self.runtime()?.block_on(async {
            tasks.shutdown().await;
            checker.farewell().await;
        });
        let cancelled = ended?;
        let (total, works, unkept, gone) = (run.total(), number(run.works), run.unkept, number(run.gone));
        let items: Vec<CheckedView> = run.found.into_iter().flatten().collect();
        Ok(CheckReport { total, works, drafts: 0, elsewhere: 0, gone, unkept, cancelled, items })
    }
}

/// A check of several under way.
struct Run<'a> {
    app: &'a App,
    here: &'a Here,
    progress: &'a dyn Fn(&CheckProgress),
    queues: Queues,
    found: Vec<Option<CheckedView>>,
    done: usize,
    works: usize,
    /// How many were deleted meanwhile, so that there is nothing to say of them.
    gone: usize,
    /// How many results the database did not take.
    unkept: u32,
    /// Results that are not in the database yet: each transaction waits for the disk.
    unwritten: Vec<(Credential, Check)>,
    since: Instant,
}

/// One that is being asked about.
struct Asking {
    task: Id,
    waiting: Waiting,
    row: Credential,
    secrets: Arc<SecretMap>,
}

impl Run<'_> {
    /// Checks all of them; whether it was stopped before the last.
    fn go(&mut self, checker: &Arc<Checker>, cancel: &Cancel, tasks: &mut JoinSet<Report>) -> Result<bool, AppError> {
        let runtime = self.app.runtime()?;
        let mut asking: Vec<Asking> = Vec::new();
        loop {
            while asking.len() < AT_ONCE && !cancel.is_cancelled() {
                let Some(waiting) = self.queues.next() else { break };
                let Some((row, secrets)) = self.prepare(&waiting)? else {
                    self.queues.answered(&waiting, None);
                    continue;
                };
                // It may have been changed while it waited, and then nothing that is known is known of it.
                let known = self.queues.known(&waiting, &row, &secrets, (self.app.now)());
                if let Some(check) = known.filter(|_| waiting.is_still(&row)) {
                    self.queues.answered(&waiting, None);
                    match check.verdict {
                        Verdict::RateLimited => self.tell_of(waiting.place, &row, check),
                        _ => self.keep(waiting.place, row, check),
                    }
                    continue;
                }
                let (checker, secrets) = (Arc::clone(checker), Arc::new(secrets));
                let (kind, values, sent) = (row.kind, row.values.clone(), Arc::clone(&secrets));
                let question = async move { checker.check(kind, &values, &sent).await };
                let task = tasks.spawn_on(question, runtime.handle()).id();
                asking.push(Asking { task, waiting, row, secrets });
            }
            if asking.is_empty() {
                return Ok(!self.queues.is_empty());
            }
            let Ok(Some(ended)) = self.app.wait(cancel, tasks.join_next_with_id()) else { return Ok(true) };
            let (task, report) = match ended {
                Ok((task, report)) => (task, report),
                // A probe that breaks is a defect of this program, and no reason to say nothing of the others.
                Err(error) => (error.id(), broken()),
            };
            let Some(place) = asking.iter().position(|one| one.task == task) else { continue };
            let Asking { waiting, row, secrets, .. } = asking.swap_remove(place);
            let state = |field: &str| row.secrets.get(field).copied().unwrap_or(SecretState::Unset);
            let check = self.app.found(report, row.kind.kind(), &state);
            let counts = Some((&row, &secrets, &check)).filter(|_| waiting.is_still(&row));
            self.queues.answered(&waiting, counts);
            self.keep(waiting.place, row, check);
        }
    }

    /// Reads a row and its secrets. `None` when that already is the answer.
    fn prepare(&mut self, waiting: &Waiting) -> Result<Option<(Credential, SecretMap)>, AppError> {
        // Once more when somebody changes the secret at this very moment: a row and its secret belong together.
        for _ in 0..2 {
            let row = match self.app.find(self.here, waiting.id) {
                Ok(row) => row,
                Err(AppError::NoCredential | AppError::Forbidden(_)) => {
                    self.gone += 1;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            let Some(at) = row.secret else { return Ok(Some((row, SecretMap::default()))) };
            match self.app.vault.read(&at) {
                Ok(secrets) => return Ok(Some((row, secrets))),
                Err(VaultError::Missing) if self.app.row(row.id).is_ok_and(|now| now.secret != row.secret) => {}
                Err(error @ (VaultError::Locked | VaultError::Absent)) => return Err(error.into()),
                Err(VaultError::Missing | VaultError::Unreadable) => {
                    let message = "The keychain no longer has the secrets of this credential. Enter them again.";
                    self.keep(waiting.place, row, untried(message.into(), (self.app.now)()));
                    return Ok(None);
                }
                Err(error) => {
                    self.tell_of(waiting.place, &row, untried(error.to_string(), (self.app.now)()));
                    return Ok(None);
                }
            }
        }
        self.gone += 1;
        Ok(None)
    }

    /// Keeps what was found of one, and tells it.
    fn keep(&mut self, place: usize, row: Credential, check: Check) {
        if self.unwritten.is_empty() {
            self.since = Instant::now();
        }
        self.unwritten.push((row.clone(), check.clone()));
        if self.unwritten.len() >= WRITTEN_AT_ONCE || self.since.elapsed() >= WRITTEN_AFTER {
            self.write();
        }
        self.tell_of(place, &row, check);
    }

    fn tell_of(&mut self, place: usize, row: &Credential, check: Check) {
        self.done += 1;
        self.works += usize::from(check.verdict.works());
        let check = check.after(row.check.as_ref());
        let now = Credential { check: Some(check.clone()), ..row.clone() };
        let ends = now.expires();
        let view = CheckedView {
            id: row.id.to_string(),
            kind: row.kind,
            name: row.name.clone(),
            organization: self.here.name_of(row.organization),
            ends: ends.map(|(at, _)| at),
            ends_from: ends.map(|(_, source)| source),
            check,
        };
        self.tell(Some(view.clone()));
        self.found[place] = Some(view);
    }

    /// Puts what was found into the database. That it does not take it is no reason to hide it.
    fn write(&mut self) {
        let results = std::mem::take(&mut self.unwritten);
        if self.app.keep_checks(&results).is_err() {
            self.unkept = self.unkept.saturating_add(number(results.len()));
        }
    }

    fn tell(&self, last: Option<CheckedView>) {
        let (done, works) = (number(self.done), number(self.works));
        (self.progress)(&CheckProgress { done, total: self.total(), works, last });
    }

    fn total(&self) -> u32 {
        number(self.found.len() - self.gone)
    }
}

fn broken() -> Report {
    Report::new(
        Verdict::ProviderFailed,
        "Credenza met an error of its own over this provider's answer. Nothing is known of the credential.",
    )
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
