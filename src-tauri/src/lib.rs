//! `credenza-desktop`, the window: a thin face on `credenza-app`. Commands are one line or two; no rule is stated here.

mod clipboard;
mod commands;
mod desktop;
mod ipc;
#[cfg(test)]
mod names;
mod settings;
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
            window::open(app.handle())?;
            let handle = app.handle().clone();
            // Nothing of this is needed to draw the first picture.
            std::thread::spawn(move || after_start(&handle));
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

/// What waits until the window is on its way: finishing what a killed process left, the daily backup, watching the file.
fn after_start(handle: &tauri::AppHandle) {
    let desktop = handle.state::<Desktop>();
    let Ok(app) = desktop.app() else { return };
    let _ = app.sweep();
    let _ = app.backup_if_due();
    watch::watch(handle, &app);
}
