//! One check under way: what it is made with, and how it asks.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use credenza_model::discreet::clean;
use credenza_model::{FieldType, Kind, SecretMap, TEXT_BYTES, Values, printable};
use reqwest::{Client, Url};
use tokio::sync::Semaphore;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::{Suggestion, is_loopback};
use crate::{Checker, Report, Verdict, trouble};

/// What a probe comes to. An `Err` is an answer as well: it ends the probe where it was found.
pub(crate) type Checked = Result<Report, Report>;

/// What a discovery comes to.
pub(crate) type Discovered = Result<Vec<Suggestion>, Report>;

/// Stands in for a secret in a control request, which tells a server that lets everybody in.
pub(crate) const CONTROL: &str = "credenza-control-request";

/// One check under way.
pub(crate) struct Probe<'a> {
    pub kind: &'static Kind,
    pub values: &'a Values,
    pub secrets: &'a SecretMap,
    pub checker: &'a Checker,
}

impl<'a> Probe<'a> {
    pub(crate) fn new(checker: &'a Checker, kind: &'static Kind, values: &'a Values, secrets: &'a SecretMap) -> Self {
        Self { kind, values, secrets, checker }
    }

    /// The time, by this machine's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.checker.now)()
    }

    /// A plain value that a check cannot do without.
    pub(crate) fn text(&self, field: &'static str) -> Result<&'a str, Report> {
        self.values.text(field).ok_or_else(|| self.missing(field))
    }

    /// A secret that a check cannot do without, as it is: a space at its end may be part of it.
    pub(crate) fn secret(&self, field: &'static str) -> Result<&'a str, Report> {
        self.secrets.expose(field).filter(|secret| !secret.is_empty()).ok_or_else(|| self.missing(field))
    }

    /// An address that a check cannot do without.
    pub(crate) fn url(&self, field: &'static str) -> Result<Url, Report> {
        self.address(field, self.text(field)?)
    }

    /// A text as an address.
    pub(crate) fn address(&self, field: &'static str, text: &str) -> Result<Url, Report> {
        let url = Url::parse(text).ok().filter(|url| {
            let bare = url.username().is_empty() && url.password().is_none();
            url.has_host() && bare && matches!(url.scheme(), "http" | "https")
        });
        url.ok_or_else(|| {
            Report::new(
                Verdict::Incomplete,
                format!("{} is no address that can be asked. Correct it.", self.label(field)),
            )
            .at(field)
        })
    }

    /// The label of a field, as forms show it.
    pub(crate) fn label(&self, field: &str) -> &'static str {
        self.kind.field(field).map_or("A field", |field| field.label)
    }

    /// What lacks.
    pub(crate) fn missing(&self, field: &'static str) -> Report {
        Report::new(
            Verdict::Incomplete,
            format!("{} is needed for this. Fill it in, then try again.", self.label(field)),
        )
        .at(field)
    }

    /// Whether the credential asks for TLS without verification.
    pub(crate) fn skips_tls(&self) -> bool {
        self.values.flag("skipTlsFlag")
    }

    /// Asks, whatever the status of the answer.
    pub(crate) async fn send(&self, ask: Ask) -> Result<Answer, Report> {
        let client = self.checker.client(&ask.url, self.skips_tls())?;
        self.send_by(&client, ask).await
    }

    /// As [`Probe::send`], with a client of one's own.
    pub(crate) async fn send_by(&self, client: &Client, ask: Ask) -> Result<Answer, Report> {
        let Ask { method, url, headers, body, unsendable } = ask;
        if unsendable {
            let sentence = "A key, a token or a name of this credential holds a character that no request can carry. Enter it again.";
            return Err(Report::new(Verdict::Incomplete, sentence));
        }
        let host = host_of(&url);
        let _turn = self.checker.hosts.turn(&url).await;
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(|error| {
            let report = trouble::of(&error, &host);
            if report.verdict == Verdict::TlsNotTrusted {
                self.checker.forget_clients();
            }
            report
        })?;
        let mut answer = Answer::of(&response, self.now());
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => answer.grow(&chunk, self.checker.limits.body_bytes),
                Ok(None) => return Ok(answer),
                // What a refusal says may be cut off: its status says enough.
                Err(_) if !answer.status.is_success() => return Ok(answer),
                Err(error) => return Err(trouble::of(&error, &host)),
            }
            if answer.cut {
                return Ok(answer);
            }
        }
    }

    /// What takes back what was given by an answer.
    pub(crate) fn farewell(&self, ask: Ask) -> Result<Farewell, Report> {
        let client = self.checker.client(&ask.url, self.skips_tls())?;
        Ok(Farewell { client, ask: Some(ask), out: Arc::clone(&self.checker.farewells) })
    }

    /// What an answer means that is none of those that this kind of server gives. `server` is what was expected, with
    /// its article: "a Keystone".
    pub(crate) fn unexpected(&self, answer: &Answer, url: &Url, server: &str) -> Report {
        let host = host_of(url);
        let code = answer.code();
        match code {
            300..=399 => {
                let to = answer.header("location").and_then(|to| url.join(to).ok());
                let sentence = match to.filter(|to| to.has_host()) {
                    Some(to) if host_of(&to) == host && to.scheme() == url.scheme() => format!(
                        "The host {host} answers at another path, {}. Correct the address; nothing was sent there.",
                        self.clean(to.path())
                    ),
                    Some(to) => format!(
                        "The host {host} sends on to {}://{}. If that is right, put it into the address; nothing was sent there.",
                        to.scheme(),
                        self.clean(&host_of(&to))
                    ),
                    None => format!("The host {host} sends on to somewhere else. Check the address."),
                };
                Report::new(Verdict::WrongServer, sentence)
            }
            407 => Report::new(
                Verdict::Refused,
                "The proxy of this machine asks for a sign-in. Check the system's proxy settings.".to_owned(),
            ),
            429 => self.rate_limited(answer, url),
            500..=599 => Report::new(
                Verdict::ProviderFailed,
                format!(
                    "The host {host} failed by itself (status {code}). Nothing is known of the credential; try again later."
                ),
            ),
            _ if answer.cut => Report::new(
                Verdict::WrongServer,
                format!("The host {host} sends more than {server} ever does. Check the address and the port."),
            ),
            _ if answer.is_html() => Report::new(
                Verdict::WrongServer,
                format!(
                    "The host {host} answers with a web page and not as {server}. Check the address and the port; a sign-in page of a proxy looks like this too."
                ),
            ),
            _ => Report::new(
                Verdict::WrongServer,
                format!(
                    "The host {host} answers, but not as {server} does (status {code}). Check the address, the port and the path."
                ),
            ),
        }
    }

    /// The provider has been asked too often.
    pub(crate) fn rate_limited(&self, answer: &Answer, url: &Url) -> Report {
        let when = match answer.retry_after() {
            Some(1) => "in a second".to_owned(),
            Some(seconds) if seconds < 120 => format!("in {seconds} seconds"),
            Some(seconds) => format!("in {} minutes", (seconds + 59) / 60),
            None => "in a few minutes".to_owned(),
        };
        let sentence = format!(
            "The host {} has been asked too often. Nothing is known of the credential; try again {when}.",
            host_of(url)
        );
        Report::new(Verdict::RateLimited, sentence)
    }

    /// The clocks are too far apart for a signed request. `ahead` is by how much this machine's is ahead.
    pub(crate) fn clock_skew(&self, ahead: Option<TimeDelta>) -> Report {
        let by = match ahead {
            Some(ahead) => format!("This machine's clock is {}", apart(ahead)),
            None => "This machine's clock and the provider's are too far apart".to_owned(),
        };
        Report::new(
            Verdict::ClockSkew,
            format!("{by}, and signed requests are refused for that. Set the clock, then try again."),
        )
    }

    /// What a control request proves that was made with a secret which is nobody's. `refused` says whether its answer is the
    /// one that a wrong secret gets: only then has the right one proved anything.
    pub(crate) fn proved(
        &self,
        control: Result<Answer, Report>,
        refused: impl FnOnce(&Answer) -> bool,
        secret: &'static str,
    ) -> Result<(), Report> {
        let answer = control.map_err(|report| Report {
            message: format!(
                "The server took the credential, and then did not answer a second question. {}",
                report.message
            ),
            ..report
        })?;
        if refused(&answer) {
            return Ok(());
        }
        Err(if answer.status.is_success() {
            self.unproven(secret)
        } else if answer.code() == 429 {
            Report::new(
                Verdict::RateLimited,
                "The server took the credential, but was asked too often to tell whether it would refuse another. Try again in a \
                 few minutes.",
            )
        } else {
            Report::new(
                Verdict::Unproven,
                format!(
                    "The server took the credential, but did not refuse another {} in its usual way (status {}). Try again.",
                    self.label(secret),
                    answer.code()
                ),
            )
            .at(secret)
        })
    }

    /// Nothing is proved by a server that takes any secret.
    pub(crate) fn unproven(&self, secret: &'static str) -> Report {
        let label = self.label(secret);
        let sentence = format!(
            "The server answers, but it would answer anybody: another {label} is taken too. Nothing is proved of this one."
        );
        Report::new(Verdict::Unproven, sentence).at(secret)
    }

    /// A report that also tells of a clock that is far off, when the answer shows one.
    pub(crate) fn with_clock(&self, report: Report, answer: &Answer) -> Report {
        match answer.clock_ahead() {
            Some(ahead) => {
                report.warning(format!("This machine's clock is {}. Signed requests will be refused.", apart(ahead)))
            }
            None => report,
        }
    }

    /// A server's own words, short, on one line, and without any secret of this credential.
    pub(crate) fn clean(&self, text: &str) -> String {
        let hidden: Vec<&str> = self.secrets.iter().map(|(_, secret)| secret.expose()).collect();
        clean(text, &hidden)
    }

    /// A report, with what a person should know of how it came about.
    pub(crate) fn caveats(&self, report: Report) -> Report {
        // Where nothing was sent, nothing was at risk.
        if matches!(report.verdict, Verdict::Incomplete | Verdict::HostNotFound | Verdict::Refused) {
            return report;
        }
        let urls = self.kind.fields.iter().filter(|field| field.ty == FieldType::Url).filter_map(|field| {
            let url = Url::parse(self.values.text(field.id)?).ok()?;
            (!is_loopback(&url) || url.scheme() == "https").then_some((field.label, url.scheme() == "https"))
        });
        urls.fold(report, |report, (label, tls)| match tls {
            true if self.skips_tls() => {
                report.danger("The certificate was not verified, as this credential asks for (Skip TLS verification).")
            }
            true => report,
            false => report.danger(format!("{label} is plain http: what is secret can be read on the way.")),
        })
    }
}

/// A request that takes back what a probe was given: a session, a token. It is sent when the probe is done with it, or else
/// when the probe is cut off, and waits for no slow answer in either case.
pub(crate) struct Farewell {
    client: Client,
    ask: Option<Ask>,
    out: Arc<Semaphore>,
}

/// How long a farewell takes at most.
pub(crate) const FAREWELL: Duration = Duration::from_secs(2);

impl Farewell {
    /// Sends it and waits for a short while. That it fails changes nothing: what was given ends by itself in time. It is sent
    /// also when whoever says it is cut off meanwhile.
    pub(crate) async fn say(mut self) {
        if let Some(sending) = self.send() {
            let _ = sending.await;
        }
    }

    fn send(&mut self) -> Option<tokio::task::JoinHandle<()>> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let request = self.request()?;
        // Whoever ends the program waits for those that are out.
        let out = Arc::clone(&self.out).try_acquire_owned();
        Some(runtime.spawn(async move {
            let _ = tokio::time::timeout(FAREWELL, request.send()).await;
            drop(out);
        }))
    }

    fn request(&mut self) -> Option<reqwest::RequestBuilder> {
        let Ask { method, url, headers, body, .. } = self.ask.take()?;
        let request = self.client.request(method, url).headers(headers);
        Some(match body {
            Some(body) => request.body(body),
            None => request,
        })
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        drop(self.send());
    }
}

/// Host and port, as sentences name them.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The same address with another path.
pub(crate) fn at_path(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The same address with these segments after its own path.
pub(crate) fn below(url: &Url, segments: &[&str]) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// Whether a value can go into a field as it is.
pub(crate) fn usable(value: &str) -> bool {
    !value.trim().is_empty() && value.len() <= TEXT_BYTES && printable(value) == value
}

/// "7 minutes ahead", "2 hours behind".
fn apart(ahead: TimeDelta) -> String {
    let side = if ahead < TimeDelta::zero() { "behind" } else { "ahead" };
    let by = ahead.abs();
    let (count, unit) = match by.num_minutes() {
        minutes @ ..120 => (minutes, "minutes"),
        minutes @ ..2880 => (minutes / 60, "hours"),
        minutes => (minutes / 1440, "days"),
    };
    format!("{count} {unit} {side}")
}

impl Suggestion {
    /// A value that stands for itself.
    pub(crate) fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { label: value.clone(), value }
    }

    /// A value with words beside it.
    pub(crate) fn with(value: impl Into<String>, words: &str) -> Self {
        let value = value.into();
        let words = printable(words);
        let label = if words.is_empty() || words == value { value.clone() } else { format!("{value} ({words})") };
        Self { label: label.chars().take(200).collect(), value }
    }
}
