//! The processes of the program in one session: the driver starts them, so nobody here is their parent.

use std::path::Path;
use std::process::Command;

/// The process ids of `application` in the session whose directory this is.
pub(super) fn of(application: &Path, session: &Path) -> Vec<String> {
    let application = application.canonicalize().unwrap_or_else(|_| application.to_owned());
    let mark = format!("XDG_RUNTIME_DIR={}", session.join("run").display());
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| {
            let proc = process.path();
            std::fs::read_link(proc.join("exe")).is_ok_and(|exe| exe == application)
                && std::fs::read(proc.join("environ"))
                    .is_ok_and(|env| env.split(|byte| *byte == 0).any(|var| var == mark.as_bytes()))
        })
        .map(|process| process.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Sends them a signal.
pub(super) fn end(application: &Path, session: &Path, signal: &str) {
    let ids = of(application, session);
    if !ids.is_empty() {
        let _ = Command::new("kill").arg(format!("-{signal}")).args(ids).status();
    }
}
