//! Tells the page when somebody else changed the data: the command line, or another window.
//!
//! The system reports every write to the file, the window's own among them; SQLite's `data_version` says whether another
//! connection committed. Nothing is polled.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use credenza_app::App;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher};
use tauri::{AppHandle, Emitter, Manager};

use crate::desktop::Desktop;

/// The event's name.
const CHANGED: &str = "changed";

/// When to look after a report. A commit becomes visible in shared memory only after its last write was reported, and on
/// a slow disk a good while after; a process that ends is reported once more when it closes the file.
const LOOKS: [Duration; 3] = [Duration::from_millis(20), Duration::from_millis(200), Duration::from_millis(1000)];

/// The state of the data that was last told of.
struct Seen {
    version: Option<i64>,
    mark: Option<Mark>,
}

/// Which account, and the latest that was queued for it.
type Mark = (String, u32);

/// What somebody else's change calls for.
#[derive(Debug, PartialEq)]
enum Call {
    Nothing,
    Sync,
    /// The account may be another one: a sync, and other events to listen to.
    Account,
}

/// Only what is new to be pushed calls for a sync: two windows must not wake each other for ever. Before the first workspace
/// there is no mark, and what comes after it may have something queued already.
fn call(before: Option<&Mark>, after: Option<&Mark>) -> Call {
    match (before, after) {
        (Some((account, queued)), Some((other, newer))) if account == other => {
            if newer > queued {
                Call::Sync
            } else {
                Call::Nothing
            }
        }
        (None, None) => Call::Nothing,
        _ => Call::Account,
    }
}

/// Watches until the program ends, for what comes after the version that was seen. When the system cannot watch, the page shows changes when it next asks.
pub(crate) fn watch(handle: &AppHandle, app: &App, version: Option<i64>) {
    let mut seen = Seen { version, mark: app.sync_mark() };
    let (sender, reports) = mpsc::channel();
    let Ok(mut watcher) = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| writes(event.kind)) {
            let _ = sender.send(());
        }
    }) else {
        return;
    };
    if watcher.watch(app.dir(), RecursiveMode::NonRecursive).is_err() {
        return;
    }
    while reports.recv().is_ok() {
        if !look(app, &mut seen, &reports, handle) {
            return;
        }
    }
}

fn writes(kind: EventKind) -> bool {
    kind.is_modify() || kind.is_create() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

/// Looks until nothing has been reported for a while. Answers whether there will be more reports.
fn look(app: &App, seen: &mut Seen, reports: &Receiver<()>, handle: &AppHandle) -> bool {
    let mut looks = LOOKS.iter();
    while let Some(wait) = looks.next() {
        match reports.recv_timeout(*wait) {
            // One commit makes several writes; those that are here already are answered together.
            Ok(()) => {
                while reports.try_recv().is_ok() {}
                looks = LOOKS.iter();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        let now = app.data_version();
        if now != seen.version {
            seen.version = now;
            let _ = handle.emit(CHANGED, ());
            let after = app.sync_mark();
            let syncer = &handle.state::<Desktop>().syncer;
            match call(seen.mark.as_ref(), after.as_ref()) {
                Call::Nothing => {}
                Call::Sync => syncer.nudge(),
                Call::Account => syncer.account_changed(),
            }
            seen.mark = after;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Call, call};

    #[test]
    fn a_change_that_somebody_else_queued_calls_for_a_sync_whatever_was_there_before() {
        let mark = |account: &str, queued| Some((account.to_owned(), queued));
        for (before, after, wanted) in [
            (mark("a", 3), mark("a", 4), Call::Sync),
            (mark("a", 4), mark("a", 4), Call::Nothing),
            // What was queued last is taken back.
            (mark("a", 4), mark("a", 3), Call::Nothing),
            (mark("a", 4), mark("b", 4), Call::Account),
            // The window was opened before there was a workspace, and the first look comes after all commits of an add.
            (None, mark("a", 1), Call::Account),
            (mark("a", 1), None, Call::Account),
            (None, None, Call::Nothing),
        ] {
            assert_eq!(call(before.as_ref(), after.as_ref()), wanted, "{before:?} {after:?}");
        }
    }
}
