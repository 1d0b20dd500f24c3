//! When a token is due: by the server's clock, for this machine's may be wrong.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use serde::Deserialize;

/// How long before its end a token is renewed, in seconds.
const EARLY: i64 = 60;

/// The server's clock, as the `Date` of its answers tells it. Before the first answer it is this machine's.
#[derive(Default)]
pub(crate) struct ServerClock {
    /// How many seconds it is ahead of this machine.
    ahead: AtomicI64,
}

impl ServerClock {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        local().saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Learns from a `Date`; one that cannot be read teaches nothing.
    pub(crate) fn learn(&self, date: &str) {
        if let Ok(server) = DateTime::parse_from_rfc2822(date) {
            self.ahead.store(server.timestamp().saturating_sub(local()), Ordering::Relaxed);
        }
    }
}

fn local() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// What a token says of its own time. The signature is the server's business.
#[derive(Deserialize)]
struct Claims {
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
}

/// The second from which a token should be renewed. None: it says nothing usable, and is used until it is refused.
///
/// A short-lived token is renewed at half of its life, and one that is over when it comes is left to be refused: else
/// each request would renew it again.
pub(crate) fn renew_at(token: &str, received: Option<i64>) -> Option<i64> {
    let payload = token.split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
    let exp = seconds(claims.exp?)?;
    let begin = claims.iat.or(claims.nbf).and_then(seconds).or(received);
    let Some(begin) = begin else { return Some(exp - EARLY) };
    if received.is_some_and(|now| exp <= now) || exp <= begin {
        return None;
    }
    Some(exp - EARLY.min((exp - begin) / 2))
}

/// A claim as whole seconds, when it is a time at all.
fn seconds(claim: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "the bounds are those of the years 1970 to 9999")]
    (0.0..253_402_300_800.0).contains(&claim).then_some(claim as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn a_token_is_renewed_before_its_end() {
        for (claims, received, due) in [
            (r#"{"exp": 10000, "iat": 1000}"#, Some(1000), Some(9940)),
            (r#"{"exp": 10000}"#, None, Some(9940)),
            (r#"{"exp": 1030}"#, Some(1000), Some(1015)),
            (r#"{"exp": 1030, "nbf": 1000}"#, None, Some(1015)),
            // Over when it comes: either clock is wrong, and only a refusal says which.
            (r#"{"exp": 900}"#, Some(1000), None),
            (r#"{"exp": 900, "iat": 1000}"#, None, None),
            (r#"{"iat": 1000}"#, Some(1000), None),
            (r#"{"exp": -1}"#, Some(1000), None),
            (r#"{"exp": 1e300}"#, Some(1000), None),
            (r#"{"exp": "soon"}"#, Some(1000), None),
            ("no json", Some(1000), None),
        ] {
            assert_eq!(renew_at(&token(claims), received), due, "{claims}");
        }
        for opaque in ["", "opaque", "a.b", "a.!.c"] {
            assert_eq!(renew_at(opaque, Some(1000)), None);
        }
    }

    #[test]
    fn the_server_says_what_time_it_is() {
        let clock = ServerClock::default();
        clock.learn("nonsense");
        assert!((clock.now() - local()).abs() <= 1);
        clock.learn("Tue, 15 Nov 1994 08:12:31 GMT");
        assert!((clock.now() - 784_887_151).abs() <= 1, "{}", clock.now());
    }
}
