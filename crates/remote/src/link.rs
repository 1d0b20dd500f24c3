//! One request and its answer: how long, how large, and nowhere but to the account's host.

use std::sync::Arc;

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode, Url};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::clock::ServerClock;
use crate::content::Content;
use crate::refusal::nonsense;
use crate::trouble::{self, Trouble};
use crate::{Host, Limits, Outcome, RemoteError, tls};

/// The way to one host. Shared by all that is asked of an account.
pub(crate) struct Link {
    client: reqwest::Client,
    base: Url,
    /// Host and port, as sentences name it.
    pub host: String,
    pub limits: Limits,
    pub clock: ServerClock,
    /// How many pages may be asked for at once, over all listings.
    pub pages: Semaphore,
}

/// A question. Its address holds no secret.
pub(crate) struct Ask<'a> {
    pub method: Method,
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub content: Option<Content>,
    pub pace: Pace,
    pub accept: &'static str,
    /// What is secret in it: a server may quote it, and a sentence may not.
    pub hidden: Vec<&'a str>,
}

/// How long a request may take, and whether it can have an effect.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It reads.
    Read,
    /// It has the account ask a provider, which is slow and changes nothing.
    Slow,
    /// It writes.
    Write,
}

/// An answer, whatever its status.
pub(crate) struct Reply {
    pub status: StatusCode,
    /// It may hold a token, so that it is wiped.
    pub body: Zeroizing<Vec<u8>>,
    /// Whether it says that it is a web page.
    pub html: bool,
    pub location: Option<String>,
    pub retry_after: Option<String>,
}

impl<'a> Ask<'a> {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Pace::Read)
    }

    pub(crate) fn new(method: Method, path: impl Into<String>, pace: Pace) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            content: None,
            pace,
            accept: "application/json",
            hidden: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub(crate) fn body(mut self, content: Content, hidden: Vec<&'a str>) -> Self {
        self.content = Some(content);
        self.hidden.extend(hidden);
        self
    }

    /// What it means that no answer came to it once it was sent.
    pub(crate) fn outcome(&self) -> Outcome {
        if self.pace == Pace::Write { Outcome::Unknown } else { Outcome::None }
    }
}

impl Link {
    pub(crate) fn new(host: &Host, limits: &Limits) -> Result<Arc<Self>, RemoteError> {
        let unusable = |_| nonsense(host.name(), "has an address that cannot be read");
        Ok(Arc::new(Self {
            client: tls::client(host, limits)?,
            base: Url::parse(host.base()).map_err(unusable)?,
            host: host.name().to_owned(),
            limits: limits.clone(),
            clock: ServerClock::default(),
            pages: Semaphore::new(limits.requests_at_once.max(1)),
        }))
    }

    /// Sends a request and takes its whole answer, within the time for it.
    pub(crate) async fn ask(&self, ask: &Ask<'_>, authorization: Option<&HeaderValue>) -> Result<Reply, Trouble> {
        let time = if ask.pace == Pace::Read { self.limits.read } else { self.limits.write };
        let whole = async {
            let response = self.send(ask, authorization).await?;
            self.take(ask, response).await
        };
        timeout(time, whole).await.unwrap_or_else(|_| Err(trouble::late(&self.host, ask.outcome())))
    }

    /// Sends a request and takes the head of its answer alone, within the time for one that reads.
    pub(crate) async fn open(&self, ask: &Ask<'_>, authorization: Option<&HeaderValue>) -> Result<Response, Trouble> {
        let head = timeout(self.limits.read, self.send(ask, authorization)).await;
        head.unwrap_or_else(|_| Err(trouble::late(&self.host, ask.outcome())))
    }

    async fn send(&self, ask: &Ask<'_>, authorization: Option<&HeaderValue>) -> Result<Response, Trouble> {
        let mut url = self.base.clone();
        url.set_path(&ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        let mut request = self.client.request(ask.method.clone(), url).header(header::ACCEPT, ask.accept);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization.clone());
        }
        if let Some(content) = &ask.content {
            request = request.header(header::CONTENT_TYPE, &content.mime).body(content.bytes.clone());
        }
        let response = request.send().await.map_err(|error| trouble::of(&error, &self.host, ask.outcome()))?;
        if let Some(date) = text(response.headers(), &header::DATE) {
            self.clock.learn(&date);
        }
        Ok(response)
    }

    /// Takes a body up to its bound. What a refusal says may be cut off: its status says enough.
    pub(crate) async fn take(&self, ask: &Ask<'_>, mut response: Response) -> Result<Reply, Trouble> {
        let status = response.status();
        let headers = response.headers();
        let mut reply = Reply {
            status,
            body: Zeroizing::default(),
            html: text(headers, &header::CONTENT_TYPE).is_some_and(|mime| mime.contains("html")),
            location: text(headers, &header::LOCATION),
            retry_after: text(headers, &header::RETRY_AFTER),
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if reply.body.len() + chunk.len() <= self.limits.body_bytes => {
                    grow(&mut reply.body, &chunk);
                }
                Ok(None) => return Ok(reply),
                _ if !status.is_success() => return Ok(reply),
                Ok(Some(_)) => {
                    let error = nonsense(&self.host, "sends an answer larger than any of Taikun's");
                    return Err(with_outcome(error, ask.outcome()).into());
                }
                Err(error) => return Err(trouble::of(&error, &self.host, ask.outcome())),
            }
        }
    }
}

/// Appends, wiping what is left behind when the memory moves.
fn grow(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let mut larger = Zeroizing::new(Vec::with_capacity((body.len() + chunk.len()).saturating_mul(2)));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

/// The same error, for a request that may have had its effect.
pub(crate) fn with_outcome(error: RemoteError, outcome: Outcome) -> RemoteError {
    match error {
        RemoteError::Nonsense { sentence, .. } => RemoteError::Nonsense { sentence, outcome },
        RemoteError::Unreachable { sentence, .. } => RemoteError::Unreachable { sentence, outcome },
        RemoteError::Failed { sentence, .. } => RemoteError::Failed { sentence, outcome },
        other => other,
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
