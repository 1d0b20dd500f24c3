//! Secrets on the clipboard: put there from Rust, kept out of clipboard histories, and cleared after a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use credenza_app::{ErrorCode, ErrorView};
use credenza_model::Secret;

/// How long a secret stays.
const STAYS: Duration = Duration::from_secs(30);

/// The system's clipboard, as this program uses it. On Linux the owner of a text has to stay alive to serve it, so that
/// the handle is kept between calls.
#[derive(Clone, Default)]
pub(crate) struct Clipboard(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    handle: Option<arboard::Clipboard>,
    secret: Option<(Secret, Instant)>,
}

impl Clipboard {
    /// Puts a secret there, and takes it away again in 30 seconds if it is still what is there.
    pub(crate) fn put(&self, secret: Secret) -> Result<(), ErrorView> {
        {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let handle = held.open().ok_or_else(unusable)?;
            write(handle, secret.expose()).ok_or_else(unusable)?;
            held.secret = Some((secret, Instant::now()));
        }
        let clipboard = self.clone();
        std::thread::spawn(move || {
            std::thread::sleep(STAYS);
            clipboard.clear(STAYS);
        });
        Ok(())
    }

    /// Takes away what this program put there at least so long ago, unless something else is there by now.
    pub(crate) fn clear(&self, age: Duration) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = held.secret.take_if(|(_, since)| since.elapsed() >= age);
        if let (Some((secret, _)), Some(handle)) = (old, held.open())
            && handle.get_text().is_ok_and(|now| now == secret.expose())
        {
            let _ = handle.clear();
        }
    }
}

impl Held {
    fn open(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.handle.is_none() {
            self.handle = arboard::Clipboard::new().ok();
        }
        self.handle.as_mut()
    }
}

#[cfg(target_os = "linux")]
fn write(handle: &mut arboard::Clipboard, text: &str) -> Option<()> {
    use arboard::SetExtLinux;
    handle.set().exclude_from_history().text(text).ok()
}

#[cfg(target_os = "macos")]
fn write(handle: &mut arboard::Clipboard, text: &str) -> Option<()> {
    use arboard::SetExtApple;
    handle.set().exclude_from_history().text(text).ok()
}

#[cfg(target_os = "windows")]
fn write(handle: &mut arboard::Clipboard, text: &str) -> Option<()> {
    use arboard::SetExtWindows;
    handle.set().exclude_from_history().exclude_from_cloud().text(text).ok()
}

fn unusable() -> ErrorView {
    ErrorView {
        code: ErrorCode::Failed,
        field: None,
        problems: Vec::new(),
        message: "The clipboard cannot be used right now. Reveal the secret and copy it by hand.".into(),
    }
}
