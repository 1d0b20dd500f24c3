//! What was asked, and what came of it.

use super::{World, whole};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, as it was sent.
    pub query: String,
    /// The status of the answer; `None` when the connection was closed instead.
    pub status: Option<u16>,
    /// The e-mail or access key of who asked, when they were let in.
    pub user: Option<String>,
    /// The faults that were applied, in their own words.
    pub faulted: Option<String>,
    /// The fields of the body that the API does not know and passed over.
    pub unknown: Vec<String>,
}

impl World {
    /// Every request so far, the oldest first.
    pub fn log(&self) -> Vec<Logged> {
        whole(&self.0.log).clone()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        whole(&self.0.log).clear();
    }

    pub(crate) fn note(&self, logged: Logged) {
        whole(&self.0.log).push(logged);
    }
}
