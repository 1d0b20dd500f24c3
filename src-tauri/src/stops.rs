//! Long work that the person at the window can stop.

use std::sync::{Mutex, PoisonError};

use credenza_app::Cancel;

/// What is under way of one sort.
#[derive(Default)]
pub(crate) struct Stops(Mutex<Vec<Cancel>>);

impl Stops {
    /// Stops what is under way.
    pub(crate) fn cancel(&self) {
        self.running().iter().for_each(Cancel::cancel);
    }

    /// Something that can be stopped from now on, until what is answered is dropped.
    pub(crate) fn stoppable(&self) -> Stoppable<'_> {
        let cancel = Cancel::default();
        self.running().push(cancel.clone());
        Stoppable { stops: self, cancel }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Vec<Cancel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Stops::stoppable`].
pub(crate) struct Stoppable<'a> {
    stops: &'a Stops,
    pub cancel: Cancel,
}

impl Drop for Stoppable<'_> {
    fn drop(&mut self) {
        // Cancelling what has ended changes nothing, and marks the one to be let go of.
        self.cancel.cancel();
        self.stops.running().retain(|cancel| !cancel.is_cancelled());
    }
}
