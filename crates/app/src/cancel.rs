//! A way to stop long work from elsewhere.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Stops the work that it was given to, once [`Cancel::cancel`] is called. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Cancel {
    /// Stops the work, now or when it begins.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether the work is to stop.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the work is to stop, for so long at most, on a thread that may block.
    pub fn wait(&self, most: Option<Duration>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
        runtime.block_on(async {
            match most {
                Some(most) => drop(tokio::time::timeout(most, self.cancelled()).await),
                None => self.cancelled().await,
            }
        });
    }

    /// Waits until the work is to stop.
    pub async fn cancelled(&self) {
        // The sender lives as long as this does, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|cancelled| *cancelled).await;
    }
}
