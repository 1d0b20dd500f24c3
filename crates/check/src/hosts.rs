//! Politeness: how many requests are under way to each host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A turn at a host; given back when it is dropped.
pub(crate) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The hosts that were asked, and how many may ask each at a time.
pub(crate) struct Hosts {
    each: usize,
    known: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Hosts {
    pub(crate) fn new(each: usize) -> Self {
        Self { each: each.max(1), known: Mutex::default() }
    }

    /// Waits for a turn at the host of an address.
    pub(crate) async fn turn(&self, url: &Url) -> Turn {
        let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0));
        let gate = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(host).or_insert_with(|| Arc::new(Semaphore::new(self.each))))
        };
        // It is never closed, so that a turn always comes.
        Turn { _permit: gate.acquire_owned().await.ok() }
    }
}
