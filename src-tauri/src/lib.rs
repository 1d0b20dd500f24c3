//! `credenza-desktop`, the window: a thin face on `credenza-app`. Commands are one line or two; no rule is stated here.

mod clipboard;
mod commands;
mod desktop;
mod ipc;
#[cfg(test)]
mod names;
mod settings;
mod stops;
mod syncer;
mod watch;
mod window;

use std::time::Duration;

use tauri::{Manager, RunEvent};

use crate::desktop::Desktop;

/// Opens the window and stays until it is closed.
///
/// # Panics
/// When the system has no web view to draw with; there is no window then to say it in.
pub fn run() {
    let ipc = ipc::builder();
    let desktop = Desktop::open();
    let result = tauri::Builder::default()
        .plugin(tauri_plugin_store::Builder::default().build())
        .invoke_handler(ipc.invoke_handler())
        .manage(desktop)
        .setup(|app| {
            // Watching begins before the page first looks, so that nothing falls between the two.
            after_start(app.handle());
            window::open(app.handle())?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match result {
        Ok(app) => app.run(|handle, event| {
            if let RunEvent::Exit = event {
                // A secret does not outlive the program on the clipboard.
                handle.state::<Desktop>().clipboard.clear(Duration::ZERO);
            }
        }),
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("Credenza could not open its window: {error}");
            }
            std::process::exit(1);
        }
    }
}

/// What goes on beside the window: watching the file, and what is not needed to draw the first picture.
pub(crate) fn after_start(handle: &tauri::AppHandle) {
    let Ok(app) = handle.state::<Desktop>().app() else { return };
    let (watched, handle) = (app.clone(), handle.clone());
    let seen = watched.data_version();
    syncer::Syncer::start(&handle, &watched);
    std::thread::spawn(move || watch::watch(&handle, &watched, seen));
    std::thread::spawn(move || {
        let _ = app.sweep();
        let _ = app.backup_if_due();
    });
}
