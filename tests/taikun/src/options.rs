//! What a server is like before it starts.

use std::path::PathBuf;
use std::time::Duration;

use chrono::DateTime;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which generation of the API it speaks.
    pub generation: Generation,
    /// The size of a page that asks for none.
    pub page_limit: u32,
    /// The largest page that it gives, whatever is asked for.
    pub page_limit_most: u32,
    /// Whether it speaks TLS, and with which certificate.
    pub tls: Tls,
    /// The SQLite file to keep its data in; in memory without one.
    pub data: Option<PathBuf>,
    /// What it begins with. A file that has data already is left as it is.
    pub seed: Seed,
    /// How long an access token holds.
    pub token_life: Duration,
    /// How long a refresh token holds.
    pub refresh_life: Duration,
    /// The port on the loopback address; 0 takes a free one.
    pub port: u16,
    /// Whether a name is there once in an organization and kind. Nobody promises it; a client that makes one thing twice is
    /// seen when the server does not mind.
    pub unique_names: bool,
    /// The status for a name that is taken: 400 or 409.
    pub duplicate_status: u16,
    /// The status for a sign-in that is refused: 400 or 401.
    pub refused_status: u16,
    /// Whether there is a stream of events.
    pub events: bool,
    /// How often the stream of events says that it is alive.
    pub heartbeat: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            generation: Generation::Current,
            page_limit: 50,
            page_limit_most: 200,
            tls: Tls::None,
            data: None,
            seed: Seed::Empty,
            token_life: Duration::from_secs(3600),
            refresh_life: Duration::from_secs(7 * 24 * 3600),
            port: 0,
            unique_names: true,
            duplicate_status: 400,
            refused_status: 400,
            events: true,
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// The two generations of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Accounts, a role per organization, pages that say whether more follow.
    Current,
    /// As of April 2026: Partner, Manager and User, one organization a person, Tanzu and Zededa.
    Legacy,
}

impl Generation {
    /// A moment, in microseconds, as this generation writes it.
    pub(crate) fn date(self, moment: i64) -> String {
        let date = DateTime::from_timestamp_micros(moment).unwrap_or_default();
        match self {
            Self::Current => date.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            Self::Legacy => date.format("%Y-%m-%d %H:%M:%S+00:00").to_string(),
        }
    }
}

/// Whether the server speaks TLS, and what its certificate is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Plain http.
    None,
    /// A certificate for `localhost` and `127.0.0.1`, of the authority that the server hands out.
    Good,
    /// As the good one, and long over.
    Expired,
    /// For another host.
    WrongHost,
    /// As the good one, of an authority that nobody is told of.
    Untrusted,
}

/// What a server begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// The account `demo` and nobody in it.
    Empty,
    /// Two organizations, a person of each role, and a few rows of every kind.
    Demo,
}
