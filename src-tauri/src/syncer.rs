//! Keeps the workspace in sync with its account: on start, on change, when the server says that something has changed,
//! every few minutes, and on demand. Nothing happens while there is no account, while its session has ended, or while the
//! keychain is locked.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use credenza_app::{App, AppError, Cancel, ErrorCode, ErrorView, SyncOptions, SyncProgress, SyncReport, SyncStatus};
use serde::Serialize;
use tauri::{AppHandle, Emitter, Manager};

use crate::desktop::Desktop;
use crate::stops::Stops;

/// The event's name.
const SYNC: &str = "sync";
/// How long a change waits for the next one, so that one sync carries both.
const GATHER: Duration = Duration::from_millis(700);
/// And how long at most: changes without end are synced too.
const GATHERING: Duration = Duration::from_secs(5);
/// How long after one event of the server the next is listened for: a busy server is not asked without a pause.
const BREATH: Duration = Duration::from_secs(3);
/// How long it is at least between two syncs that nothing calls for, and up to how much longer by chance: many windows
/// are not to ask at the same moment.
const BETWEEN: (u64, u64) = (180, 120);
/// How soon something that waits for its time is looked at again.
const PENDING: Duration = Duration::from_secs(21);
/// The longest pause after syncs that failed.
const LONGEST: Duration = Duration::from_secs(300);

/// How the sync is, for the rail.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncEvent {
    /// Whether one is under way.
    running: bool,
    /// Where it is.
    progress: Option<SyncProgress>,
    /// How the workspace stands, when that is new.
    status: Option<SyncStatus>,
}

/// What goes on between the window and the account.
#[derive(Default)]
pub(crate) struct Syncer {
    /// What is under way: a sync, or signing in.
    pub running: Stops,
    /// Calls for a sync, once the threads are there.
    wake: Mutex<Option<Sender<()>>>,
    /// Lets go of the server's events, which are another account's after signing in or out.
    listening: Mutex<Cancel>,
}

impl Syncer {
    /// Asks for a sync soon.
    pub(crate) fn nudge(&self) {
        if let Some(wake) = &*lock(&self.wake) {
            let _ = wake.send(());
        }
    }

    /// The account of the workspace is another one, or there is one now, or none.
    pub(crate) fn account_changed(&self) {
        lock(&self.listening).cancel();
        self.nudge();
    }

    /// Syncs, telling the page how far it is.
    pub(crate) async fn run(
        &self,
        handle: &AppHandle,
        desktop: &Desktop,
        options: SyncOptions,
    ) -> Result<SyncReport, ErrorView> {
        let stoppable = self.running.stoppable();
        let (told, cancel) = (handle.clone(), stoppable.cancel.clone());
        desktop.call(move |app| sync(&told, app, options, &cancel)).await
    }

    /// Begins to sync by itself.
    pub(crate) fn start(handle: &AppHandle, app: &Arc<App>) {
        let (sender, receiver) = mpsc::channel();
        *lock(&handle.state::<Desktop>().syncer.wake) = Some(sender);
        let (syncing, synced) = (handle.clone(), app.clone());
        thread::spawn(move || by_itself(&syncing, &synced, &receiver));
        let (listening, listened) = (handle.clone(), app.clone());
        thread::spawn(move || listen(&listening, &listened));
    }
}

fn sync(handle: &AppHandle, app: &App, options: SyncOptions, cancel: &Cancel) -> Result<SyncReport, AppError> {
    let told = handle.clone();
    let tell = move |progress| {
        let _ = told.emit(SYNC, SyncEvent { running: true, progress: Some(progress), status: None });
    };
    let report = app.sync(options, &tell, cancel);
    let _ = handle.emit(SYNC, SyncEvent { running: false, progress: None, status: app.sync_status().ok() });
    report
}

/// Syncs whenever there is a reason to, until the program ends.
fn by_itself(handle: &AppHandle, app: &App, wake: &Receiver<()>) {
    let mut failures = 0;
    let mut pause = Some(Duration::ZERO);
    loop {
        let woken = match pause {
            Some(pause) => wake.recv_timeout(pause),
            None => wake.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match woken {
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) => {
                failures = 0;
                let since = Instant::now();
                while since.elapsed() < GATHERING && wake.recv_timeout(GATHER).is_ok() {}
            }
        }
        pause = if app.can_sync() {
            let desktop = handle.state::<Desktop>();
            let stoppable = desktop.syncer.running.stoppable();
            let result = sync(handle, app, SyncOptions::default(), &stoppable.cancel);
            Some(next(&result, &mut failures))
        } else {
            None
        };
    }
}

/// When to look again.
fn next(result: &Result<SyncReport, AppError>, failures: &mut u32) -> Duration {
    let chance = |most: u64| Duration::from_millis(fastrand::u64(0..=most * 1000));
    match result {
        Ok(report) => {
            *failures = 0;
            if report.pending > report.parked { PENDING } else { Duration::from_secs(BETWEEN.0) + chance(BETWEEN.1) }
        }
        Err(error) if error.code() == ErrorCode::Cancelled => Duration::from_secs(BETWEEN.0) + chance(BETWEEN.1),
        Err(_) => {
            *failures = (*failures + 1).min(8);
            let most = Duration::from_secs(5 * (1 << *failures)).min(LONGEST);
            most / 2 + chance(most.as_secs() / 2)
        }
    }
}

/// Listens to the server's events, where it has any, and asks for a sync on each.
fn listen(handle: &AppHandle, app: &App) {
    let mut failures = 0_u32;
    loop {
        let cancel = Cancel::default();
        *lock(&handle.state::<Desktop>().syncer.listening) = cancel.clone();
        let answer = if app.can_sync() { app.await_nudge(&cancel) } else { Err(AppError::Cancelled) };
        let pause = match answer {
            Ok(()) => {
                failures = 0;
                handle.state::<Desktop>().syncer.nudge();
                cancel.wait(Some(BREATH));
                continue;
            }
            // There is nothing to listen to, or the server has no events: until the account is another one.
            Err(AppError::Cancelled) if cancel.is_cancelled() => continue,
            Err(AppError::Cancelled | AppError::SignedOut(_)) => None,
            Err(error) if error.code() == ErrorCode::Remote => None,
            Err(_) => {
                failures = (failures + 1).min(6);
                Some(Duration::from_secs(5 * (1 << failures)).min(LONGEST))
            }
        };
        cancel.wait(pause);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
