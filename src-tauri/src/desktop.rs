//! The state of the window's process: the program, or why it could not be opened.

use std::sync::{Arc, Mutex, PoisonError};

use credenza_app::{App, AppError, ErrorCode, ErrorView, paths};

use crate::clipboard::Clipboard;
use crate::stops::Stops;
use crate::syncer::Syncer;

/// What the commands share.
pub(crate) struct Desktop {
    app: Mutex<Result<Arc<App>, ErrorView>>,
    pub clipboard: Clipboard,
    pub syncer: Syncer,
    /// The checks of several that are under way.
    pub checks: Stops,
    /// The checks of forms.
    pub probes: Stops,
}

impl Desktop {
    /// Opens the data directory. A failure is kept and shown in the window, for there is nowhere else to say it.
    pub(crate) fn open() -> Self {
        Self {
            app: Mutex::new(open()),
            clipboard: Clipboard::default(),
            syncer: Syncer::default(),
            checks: Stops::default(),
            probes: Stops::default(),
        }
    }

    pub(crate) fn app(&self) -> Result<Arc<App>, ErrorView> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tries to open again what could not be opened: a person may have mended it meanwhile. Answers whether it was.
    pub(crate) fn reopen(&self) -> bool {
        let mut app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
        if app.is_ok() {
            return false;
        }
        *app = open();
        app.is_ok()
    }

    /// As [`Desktop::call`], for what the account is to learn of.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        use_case: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, ErrorView> {
        let done = self.call(use_case).await?;
        self.syncer.nudge();
        Ok(done)
    }

    /// Runs a use case on a thread that may block: the keychain can take as long as a person takes to unlock it.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        use_case: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, ErrorView> {
        let app = self.app()?;
        let done = tauri::async_runtime::spawn_blocking(move || use_case(&app).map_err(|error| error.view())).await;
        done.unwrap_or_else(|_| {
            Err(ErrorView {
                code: ErrorCode::Failed,
                field: None,
                problems: Vec::new(),
                message:
                    "Credenza met an error of its own. Nothing was saved; try again, and restart it if this repeats."
                        .into(),
            })
        })
    }
}

fn open() -> Result<Arc<App>, ErrorView> {
    match paths::data_dir() {
        Some(dir) => App::open(&dir).map(Arc::new).map_err(|error| error.view()),
        None => Err(ErrorView {
            code: ErrorCode::Failed,
            field: None,
            problems: Vec::new(),
            message: format!("There is no home directory to keep data in. Set {} and start again.", paths::VARIABLE),
        }),
    }
}
