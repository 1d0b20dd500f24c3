//! How long, how large and how many: every bound of a check in one place, so that a test can draw it in.

use std::time::Duration;

/// The bounds of a checker. [`Limits::default`] is what the program uses.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// One request with its whole answer. Proxmox alone takes three seconds to refuse.
    pub request: Duration,
    /// A whole check or discovery, which is several requests.
    pub whole: Duration,
    /// The largest answer, in bytes.
    pub body_bytes: usize,
    /// How many requests go to one host at the same time.
    pub per_host: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(12),
            whole: Duration::from_secs(30),
            body_bytes: 1024 * 1024,
            per_host: 2,
        }
    }
}
