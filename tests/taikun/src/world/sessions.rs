//! Who is signed in. Sessions live in memory: a server that starts again knows nobody.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{Person, World};

/// The tokens of a session.
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) refresh: String,
    /// When the refresh token is over, in microseconds.
    pub(crate) refresh_until: i64,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Sessions {
    access: HashMap<String, Ticket>,
    refresh: HashMap<String, Ticket>,
}

#[derive(Clone, Copy)]
struct Ticket {
    person: i64,
    until: i64,
    /// Waiting for the second factor.
    pending: bool,
}

impl Sessions {
    /// Whom an access token belongs to, and whether it waits for a second factor.
    pub(crate) fn holder(&self, token: &str, now: i64) -> Option<(i64, bool)> {
        self.access.get(token).filter(|ticket| ticket.until > now).map(|ticket| (ticket.person, ticket.pending))
    }

    /// Takes a refresh token, which works once.
    pub(crate) fn take_refresh(&mut self, refresh: &str, now: i64) -> Option<i64> {
        self.refresh.remove(refresh).filter(|ticket| ticket.until > now).map(|ticket| ticket.person)
    }
}

impl World {
    /// Makes every access token stale; refresh tokens still work.
    pub fn expire_tokens(&self) {
        self.sessions().access.clear();
    }

    /// Ends every session: a person has to sign in again.
    pub fn revoke_sessions(&self) {
        let mut sessions = self.sessions();
        sessions.access.clear();
        sessions.refresh.clear();
    }

    /// Begins a session, or the first half of one.
    pub(crate) fn begin_session(&self, row: i64, person: &Person, pending: bool, now: i64) -> Session {
        let micros = |life: std::time::Duration| i64::try_from(life.as_micros()).unwrap_or(i64::MAX / 4);
        let until = now + micros(self.options().token_life);
        let refresh_until = now + micros(self.options().refresh_life);
        let role = if person.is_partner() { "Partner" } else { "Manager" };
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!(
            "{}.{}.{}",
            part(json!({ "alg": "HS256", "typ": "JWT" })),
            part(json!({
                "nameid": person.id, "email": person.login, "unique_name": person.login, "role": role,
                "nbf": now / 1_000_000, "exp": until / 1_000_000, "iat": now / 1_000_000,
            })),
            noise(32),
        );
        let refresh = noise(48);
        let mut sessions = self.sessions();
        sessions.access.insert(token.clone(), Ticket { person: row, until, pending });
        if !pending {
            sessions.refresh.insert(refresh.clone(), Ticket { person: row, until: refresh_until, pending });
        }
        Session { token, refresh, refresh_until }
    }
}

/// So many bytes that nobody guesses by chance, in base64. No more is needed of a stand-in.
fn noise(bytes: usize) -> String {
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        noise.extend(RandomState::new().build_hasher().finish().to_le_bytes());
    }
    noise.truncate(bytes);
    URL_SAFE_NO_PAD.encode(noise)
}
