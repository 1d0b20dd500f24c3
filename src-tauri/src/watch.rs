//! Tells the page when somebody else changed the data: the command line, or another window.
//!
//! The system reports every write to the file, the window's own among them; SQLite's `data_version` says whether another
//! connection committed. Nothing is polled.

use std::sync::mpsc;

use credenza_app::App;
use notify::{RecursiveMode, Watcher};
use tauri::{AppHandle, Emitter};

/// The event's name.
const CHANGED: &str = "changed";

/// Watches until the program ends. When the system cannot watch, the page shows changes when it next asks.
pub(crate) fn watch(handle: &AppHandle, app: &App) {
    let (sender, events) = mpsc::channel();
    let Ok(mut watcher) = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let writes = event.is_ok_and(|event| event.kind.is_modify() || event.kind.is_create());
        if writes {
            let _ = sender.send(());
        }
    }) else {
        return;
    };
    let mut seen = app.store().data_version().ok();
    if watcher.watch(app.dir(), RecursiveMode::NonRecursive).is_err() {
        return;
    }
    while events.recv().is_ok() {
        // One commit makes several writes; those that are here already are answered together.
        while events.try_recv().is_ok() {}
        let now = app.store().data_version().ok();
        if now != seen {
            seen = now;
            let _ = handle.emit(CHANGED, ());
        }
    }
}
