//! Trouble on demand: what can go wrong between a client and the server, and on which request.

mod apply;
mod garbage;
mod random;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub(crate) use apply::{Dropped, Skew, serve};
use random::Random;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The request is carried out late, and so its answer comes late; it is carried out even when nobody waits any more.
    Latency(Duration),
    /// The request is carried out at once, and its answer comes late.
    LatencyAfter(Duration),
    /// The connection is closed, and nothing was done.
    DropBefore,
    /// The request is carried out, and the connection is closed without an answer.
    DropAfter,
    /// The request is carried out, and the connection breaks in the middle of the answer.
    ResetInBody,
    /// This status, and nothing was done.
    Status(u16),
    /// This status, and the request was carried out all the same.
    StatusAfter(u16),
    /// 429 with the header `Retry-After`; nothing was done.
    RetryAfter(Duration),
    /// A list without rows, whose counts are as they were.
    EmptyPage,
    /// A list with half of its rows, whose counts are as they were.
    TruncatedPage,
    /// After the first page of a list, its first row is gone for good.
    VanishBetweenPages,
    /// The server's clock is so many seconds off, in the header `Date` and in whatever it writes down.
    ClockSkew(i64),
    /// The answer comes with so many bytes a second.
    Trickle(u32),
    /// JSON whose values have other types.
    WrongTypes,
    /// JSON of about so many bytes.
    HugeBody(u64),
    /// JSON that is nested so deep.
    DeepJson(usize),
    /// Names with control characters in them.
    ControlCharactersInNames,
    /// Names with HTML in them.
    HtmlInNames,
    /// 200 without a body, once the request has been carried out.
    NoBody,
    /// A page of HTML with this status, as a gateway shows it; nothing was done.
    HtmlPage(u16),
    /// A redirect to another address; nothing was done.
    RedirectTo(String),
}

/// On which requests something goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Only with this HTTP method.
    pub method: Option<String>,
    /// Only where the path contains this.
    pub path_contains: Option<String>,
    /// From the nth such request on, counted from 1; from the first without it.
    pub nth: Option<usize>,
    /// So many times.
    pub times: usize,
}

impl Default for When {
    fn default() -> Self {
        Self::once()
    }
}

impl When {
    /// On the next request.
    pub fn once() -> Self {
        Self { method: None, path_contains: None, nth: None, times: 1 }
    }

    /// On every request.
    pub fn always() -> Self {
        Self { times: usize::MAX, ..Self::once() }
    }

    /// Only with this HTTP method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only where the path contains this.
    pub fn path(mut self, part: &str) -> Self {
        self.path_contains = Some(part.into());
        self
    }

    /// From the nth such request on, counted from 1.
    pub fn nth(mut self, nth: usize) -> Self {
        self.nth = Some(nth);
        self
    }

    /// So many times.
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path_contains.as_deref().is_none_or(|part| path.contains(part))
    }
}

/// What is to go wrong. Several faults may fall on one request, in the order in which they were pushed.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    random: Option<Random>,
}

#[derive(Debug)]
struct Rule {
    when: When,
    fault: Fault,
    seen: usize,
    left: usize,
}

impl Faults {
    /// Lets something go wrong.
    pub fn push(&self, when: When, fault: Fault) {
        let left = when.times;
        self.state().rules.push(Rule { when, fault, seen: 0, left });
    }

    /// Lets a share of all requests (0 to 1) go wrong: dropped, 5xx, 429 or 401, before or after their effect. The same
    /// seed gives the same sequence. Sign-in and refresh are spared, for a lost refresh token ends a session for good.
    pub fn random(&self, seed: u64, rate: f64) {
        self.state().random = Some(Random::new(seed, rate));
    }

    /// Nothing goes wrong any more.
    pub fn clear(&self) {
        *self.state() = State::default();
    }

    /// What goes wrong with this request.
    fn of(&self, method: &str, path: &str) -> Vec<Fault> {
        let mut state = self.state();
        let mut faults = Vec::new();
        for rule in state.rules.iter_mut().filter(|rule| rule.left > 0 && rule.when.fits(method, path)) {
            rule.seen += 1;
            if rule.seen >= rule.when.nth.unwrap_or(1) {
                rule.left = rule.left.saturating_sub(usize::from(rule.left != usize::MAX));
                faults.push(rule.fault.clone());
            }
        }
        if !path.contains("auth/") {
            faults.extend(state.random.as_mut().and_then(Random::next));
        }
        faults
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
