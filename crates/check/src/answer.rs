//! A provider's answer, whatever its status.

use chrono::{DateTime, TimeDelta, Utc};
use hyper::ext::ReasonPhrase;
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// How far two clocks may be apart before it is said: signed requests are refused at five to fifteen minutes.
const TOLERATED: TimeDelta = TimeDelta::minutes(5);

/// An answer. Its body may hold a token, so that it is wiped and never shown whole.
pub(crate) struct Answer {
    pub status: StatusCode,
    /// The words after the status, when they are not the usual ones. Proxmox says there what is wrong.
    pub reason: Option<String>,
    pub headers: HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
    /// Whether the body went on beyond the bound.
    pub cut: bool,
    /// When it came, by this machine's clock.
    pub at: DateTime<Utc>,
}

impl Answer {
    /// Takes the head of a response, its body still to come.
    pub(crate) fn of(response: &Response, at: DateTime<Utc>) -> Self {
        let reason = response.extensions().get::<ReasonPhrase>();
        Self {
            status: response.status(),
            reason: reason.map(|words| String::from_utf8_lossy(words.as_bytes()).into_owned()),
            headers: response.headers().clone(),
            body: Zeroizing::default(),
            cut: false,
            at,
        }
    }

    /// The status as a number.
    pub(crate) fn code(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON of a type; `None` when it is none, or was cut off.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        if self.cut { None } else { serde_json::from_slice(&self.body).ok() }
    }

    /// The body as XML of a type.
    pub(crate) fn xml<T: DeserializeOwned>(&self) -> Option<T> {
        if self.cut { None } else { quick_xml::de::from_str(self.text()?).ok() }
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// Whether it is a web page.
    pub(crate) fn is_html(&self) -> bool {
        let said = self.header(header::CONTENT_TYPE.as_str()).is_some_and(|mime| mime.contains("text/html"));
        said || self
            .body
            .trim_ascii_start()
            .get(..14)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype html"))
    }

    /// How far this machine's clock is ahead of the server's, when that is too far.
    pub(crate) fn clock_ahead(&self) -> Option<TimeDelta> {
        let date = DateTime::parse_from_rfc2822(self.header(header::DATE.as_str())?).ok()?;
        let ahead = self.at - date.with_timezone(&Utc);
        (ahead.abs() > TOLERATED).then_some(ahead)
    }

    /// How many seconds a server wants to be left alone.
    pub(crate) fn retry_after(&self) -> Option<i64> {
        let said = self.header(header::RETRY_AFTER.as_str())?.trim();
        let seconds = said.parse().ok().or_else(|| {
            let date = DateTime::parse_from_rfc2822(said).ok()?;
            Some((date.with_timezone(&Utc) - self.at).num_seconds())
        });
        seconds.filter(|seconds| (1..=86_400).contains(seconds))
    }

    /// Appends to the body, wiping what is left behind when the memory moves. Beyond the bound it is cut off.
    pub(crate) fn grow(&mut self, chunk: &[u8], bound: usize) {
        let body = &mut self.body;
        if body.len() + chunk.len() > bound {
            self.cut = true;
            return;
        }
        if body.capacity() - body.len() < chunk.len() {
            let mut larger = Zeroizing::new(Vec::with_capacity((body.len() + chunk.len()).saturating_mul(2)));
            larger.extend_from_slice(body);
            *body = larger;
        }
        body.extend_from_slice(chunk);
    }
}
