//! Pulling: reads the account's lists and writes here what has changed there.

use std::collections::HashSet;

use credenza_model::KindId;
use credenza_remote::{Listing, RemoteError};

use super::desk::Table;
use super::reconcile::{self, Step};
use super::run::Run;
use super::theirs::Theirs;
use super::view::{MissingView, SyncProgress, SyncStage};
use crate::account::link::Link;
use crate::{App, AppError};

/// How many steps one transaction takes, so that others can write in between and a cancel is heard.
const BATCH: usize = 500;

impl App {
    /// Reads every list that the role may see, all of them side by side.
    pub(crate) fn listings(
        &self,
        link: &Link<'_>,
        run: &mut Run<'_>,
        kinds: &[KindId],
    ) -> Result<Vec<(KindId, Listing)>, AppError> {
        let counted: Vec<std::sync::Mutex<(u32, Option<u32>)>> = kinds.iter().map(|_| Default::default()).collect();
        let tell = run.progress;
        let count = |place: usize, done: u32, total: Option<u32>| {
            if let Some(Ok(mut own)) = counted.get(place).map(std::sync::Mutex::lock) {
                *own = (done, total);
            }
            let all: Vec<(u32, Option<u32>)> =
                counted.iter().filter_map(|own| own.lock().ok().map(|own| *own)).collect();
            let total = all.iter().map(|(_, total)| *total).collect::<Option<Vec<u32>>>().map(|all| all.iter().sum());
            tell(SyncProgress { stage: SyncStage::Pull, done: all.iter().map(|(done, _)| done).sum(), total });
        };
        let count = &count;
        let answers = link.ask(async {
            let lists = kinds.iter().enumerate().map(|(place, kind)| async move {
                let progress = move |done, total| count(place, done, total);
                (*kind, link.remote.list(*kind, &progress).await)
            });
            Ok(futures_util::future::join_all(lists).await)
        })?;
        let mut listings = Vec::new();
        for (kind, answer) in answers {
            match answer {
                Ok(mut listing) => {
                    run.report.remarks.append(&mut listing.remarks);
                    run.report.read += u32::try_from(listing.rows.len()).unwrap_or(u32::MAX);
                    listings.push((kind, listing));
                }
                Err(RemoteError::NotFound(_)) => run.unsupported.push(kind),
                Err(RemoteError::SignedOut(sentence)) => return Err(link.ended(sentence)?),
                Err(error @ RemoteError::Unreachable { .. }) => return Err(error.into()),
                Err(error) => {
                    run.report.remarks.push(format!("{} credentials could not be read: {error}", kind.kind().label))
                }
            }
        }
        Ok(listings)
    }

    /// The steps that the listings lead to. What is missing is asked for by its number before it counts as gone.
    pub(crate) fn plan_pull(
        &self,
        link: &Link<'_>,
        run: &mut Run<'_>,
        table: &Table,
        listings: Vec<(KindId, Listing)>,
    ) -> Result<Vec<Step>, AppError> {
        let mut steps = Vec::new();
        for (kind, listing) in listings {
            let numbers: HashSet<i32> = listing.rows.iter().map(|row| row.id).collect();
            let rows = listing.rows.into_iter().map(Theirs::from).collect();
            let whole = listing.whole;
            let absent = if whole { reconcile::missing(table, kind, &numbers) } else { Vec::new() };
            steps.append(&mut reconcile::present(table, kind, rows, whole, &mut run.report.remarks));
            let had = reconcile::had(table, kind);
            if reconcile::fuse(absent.len(), had, numbers.len()) && !run.options.accept_missing {
                let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
                run.missing.push(MissingView { kind, missing: number(absent.len()), of: number(had) });
                continue;
            }
            for row in absent {
                let Some(number) = row.remote_id else { continue };
                let found = match link.ask(link.remote.find(kind, number)) {
                    Err(AppError::Remote(error)) if !matches!(error, RemoteError::Unreachable { .. }) => {
                        run.report
                            .remarks
                            .push(format!("{} credentials could not be confirmed: {error}", kind.kind().label));
                        break;
                    }
                    found => found?,
                };
                match found {
                    Some(there) => {
                        let agreed = table.agreed.get(&row.id).cloned().unwrap_or_default();
                        steps.extend(reconcile::set(table, row, &agreed, there.into()));
                    }
                    None => steps.push(reconcile::gone(table, row)),
                }
            }
        }
        Ok(steps)
    }

    /// Carries steps out, a batch a transaction. What has changed here since it was planned waits for the next sync.
    pub(crate) fn apply(
        &self,
        link: &Link<'_>,
        run: &mut Run<'_>,
        table: &Table,
        steps: Vec<Step>,
    ) -> Result<(), AppError> {
        let total = steps.len();
        let mut done = 0;
        let mut steps = steps.into_iter().peekable();
        while steps.peek().is_some() {
            link.cancelled()?;
            let batch: Vec<Step> = steps.by_ref().take(BATCH).collect();
            done += batch.len();
            let lines = self.store.write(|writer| {
                batch.iter().map(|step| self.apply_one(writer, run, table, step)).collect::<Result<Vec<_>, AppError>>()
            })?;
            for line in lines.into_iter().flatten() {
                run.line(line);
            }
            run.tell(SyncStage::Merge, done, Some(total));
        }
        Ok(())
    }
}
