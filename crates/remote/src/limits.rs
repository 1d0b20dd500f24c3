//! How long, how large and how many: every bound of the client in one place, so that a test can draw it in.

use std::time::Duration;

/// The bounds of a client. [`Limits::default`] is what the program uses.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// A whole request that reads.
    pub read: Duration,
    /// A whole request that writes, or that has the account ask a provider, which is slow.
    pub write: Duration,
    /// The largest answer, in bytes.
    pub body_bytes: usize,
    /// The longest line of the stream of events, in bytes.
    pub line_bytes: usize,
    /// How many rows a page is asked for; the server may give fewer.
    pub page: usize,
    /// The most rows of a kind.
    pub rows: usize,
    /// How many pages of one listing are asked for at once.
    pub pages_at_once: usize,
    /// How many pages of all listings are asked for at once.
    pub requests_at_once: usize,
    /// How often a request that reads is sent before its failure counts.
    pub attempts: usize,
    /// The longest first pause between two attempts; it doubles from there.
    pub pause: Duration,
    /// The longest pause that a server may ask for in `Retry-After` and get.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(60),
            write: Duration::from_secs(120),
            body_bytes: 16 * 1024 * 1024,
            line_bytes: 64 * 1024,
            page: 200,
            rows: 1_000_000,
            pages_at_once: 4,
            requests_at_once: 6,
            attempts: 4,
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(30),
        }
    }
}
