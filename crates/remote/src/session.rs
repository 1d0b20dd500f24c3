//! The session: what each request is signed with, and how it is renewed, once for all who need it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use credenza_model::discreet::clean;
use credenza_model::{Secret, SecretMap};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use reqwest::header::HeaderValue;
use reqwest::{Method, Response, StatusCode};
use zeroize::Zeroizing;

use crate::RemoteError;
use crate::account::SessionKeeper;
use crate::clock::renew_at;
use crate::content::{Content, Node};
use crate::link::{Ask, Link, Pace, Reply};
use crate::refusal;
use crate::sign_in::Grant;
use crate::trouble::Trouble;

/// What signs the requests of one account.
pub(crate) struct Session {
    keeper: Arc<dyn SessionKeeper>,
    pass: Pass,
}

enum Pass {
    /// A robot's key, which is never renewed.
    Key { access_key: Secret, secret_key: Secret, header: HeaderValue },
    /// A person's tokens. The lock is held for moments only, never while something is awaited.
    Tokens(Mutex<Current>),
}

/// The tokens as they are now.
struct Current {
    tokens: Arc<Tokens>,
    header: HeaderValue,
    /// The second, by the server's clock, from which they are to be renewed.
    due: Option<i64>,
    /// How often they were renewed: it tells whether a refused request was signed with these or with the ones before.
    number: u64,
    /// The renewal under way. It stays here when whoever began it goes away, and the next one in need takes it further:
    /// the server may have changed the tokens already, and these must not get lost.
    renewal: Option<Renewal>,
}

type Renewal = Shared<BoxFuture<'static, Result<Arc<Tokens>, RemoteError>>>;

/// What the server gave.
pub(crate) struct Tokens {
    pub token: Secret,
    pub refresh: Option<Secret>,
    /// Until when they can be renewed, as the server writes it. It is shown and never computed with.
    pub until: Option<String>,
}

impl Session {
    /// Of a person.
    pub(crate) fn of_tokens(
        tokens: Tokens,
        received: Option<i64>,
        keeper: Arc<dyn SessionKeeper>,
    ) -> Result<Self, RemoteError> {
        let header = bearer(&tokens.token)?;
        let due = renew_at(tokens.token.expose(), received);
        let current = Current { tokens: Arc::new(tokens), header, due, number: 0, renewal: None };
        Ok(Self { keeper, pass: Pass::Tokens(Mutex::new(current)) })
    }

    /// Of a robot.
    pub(crate) fn of_key(
        access_key: Secret,
        secret_key: Secret,
        keeper: Arc<dyn SessionKeeper>,
    ) -> Result<Self, RemoteError> {
        let pair = Zeroizing::new(format!("{}:{}", access_key.expose(), secret_key.expose()));
        let header = signed("Basic", &Zeroizing::new(STANDARD.encode(pair.as_bytes())))?;
        Ok(Self { keeper, pass: Pass::Key { access_key, secret_key, header } })
    }

    /// Of what was kept.
    pub(crate) fn of_kept(mut kept: SecretMap, keeper: Arc<dyn SessionKeeper>) -> Result<Self, RemoteError> {
        if let (Some(access_key), Some(secret_key)) = (kept.remove("accessKey"), kept.remove("secretKey")) {
            return Self::of_key(access_key, secret_key, keeper);
        }
        let Some(token) = kept.remove("token") else {
            return Err(RemoteError::SignedOut("There is no session of this account here. Sign in again.".into()));
        };
        let until = kept.expose("refreshUntil").map(str::to_owned);
        Self::of_tokens(Tokens { token, refresh: kept.remove("refreshToken"), until }, None, keeper)
    }

    /// What is to be kept, in the form that [`Session::of_kept`] reads.
    pub(crate) fn kept(&self) -> SecretMap {
        match &self.pass {
            Pass::Key { access_key, secret_key, .. } => {
                let mut kept = SecretMap::default();
                kept.insert("accessKey", copy(access_key));
                kept.insert("secretKey", copy(secret_key));
                kept
            }
            Pass::Tokens(current) => lock(current).tokens.kept(),
        }
    }

    /// Whether it is a robot's.
    pub(crate) fn is_key(&self) -> bool {
        matches!(self.pass, Pass::Key { .. })
    }

    /// Calls with all that is secret in the session, for sentences to hide.
    pub(crate) fn hiding<T>(&self, call: impl FnOnce(&[&str]) -> T) -> T {
        match &self.pass {
            Pass::Key { secret_key, .. } => call(&[secret_key.expose()]),
            Pass::Tokens(current) => {
                let tokens = lock(current).tokens.clone();
                let refresh = tokens.refresh.as_ref().map(Secret::expose).unwrap_or_default();
                call(&[tokens.token.expose(), refresh])
            }
        }
    }

    /// Sends a request, signed; once more after a renewal when the server says that the session is over.
    pub(crate) async fn ask(&self, link: &Arc<Link>, ask: &Ask<'_>) -> Result<Reply, Trouble> {
        let (number, header) = self.ready(link).await?;
        let reply = link.ask(ask, Some(&header)).await?;
        if reply.status != StatusCode::UNAUTHORIZED || self.is_key() {
            return Ok(reply);
        }
        // The server refused it before anything happened, so that sending it again is safe even when it writes.
        let header = self.renewed(link, number).await?;
        link.ask(ask, Some(&header)).await
    }

    /// As [`Session::ask`], but for the head of the answer alone.
    pub(crate) async fn open(&self, link: &Arc<Link>, ask: &Ask<'_>) -> Result<Response, Trouble> {
        let (number, header) = self.ready(link).await?;
        let response = link.open(ask, Some(&header)).await?;
        if response.status() != StatusCode::UNAUTHORIZED || self.is_key() {
            return Ok(response);
        }
        let header = self.renewed(link, number).await?;
        link.open(ask, Some(&header)).await
    }

    /// The header to sign with, renewed before it ends.
    async fn ready(&self, link: &Arc<Link>) -> Result<(u64, HeaderValue), Trouble> {
        let current = match &self.pass {
            Pass::Key { header, .. } => return Ok((0, header.clone())),
            Pass::Tokens(current) => current,
        };
        let (number, header, due) = {
            let current = lock(current);
            let due = current.tokens.refresh.is_some() && current.due.is_some_and(|due| due <= link.clock.now());
            (current.number, current.header.clone(), due)
        };
        Ok(if due { (number + 1, self.renewed(link, number).await?) } else { (number, header) })
    }

    /// The header after the renewal of the tokens with this number: the one that is under way, or a new one.
    async fn renewed(&self, link: &Arc<Link>, number: u64) -> Result<HeaderValue, Trouble> {
        let Pass::Tokens(mutex) = &self.pass else { return Err(ended(None).into()) };
        let renewal = {
            let mut current = lock(mutex);
            if current.number != number {
                return Ok(current.header.clone());
            }
            if current.tokens.refresh.is_none() {
                return Err(ended(None).into());
            }
            let begin = || renew(link.clone(), current.tokens.clone()).boxed().shared();
            let renewal = current.renewal.clone().unwrap_or_else(begin);
            current.renewal = Some(renewal.clone());
            renewal
        };
        let tokens = renewal.clone().await;
        let (header, new) = {
            let mut current = lock(mutex);
            if current.renewal.as_ref().is_some_and(|now| now.ptr_eq(&renewal)) {
                current.renewal = None;
                let tokens = tokens?;
                current.header = bearer(&tokens.token)?;
                current.due = renew_at(tokens.token.expose(), Some(link.clock.now()));
                current.tokens = tokens;
                current.number += 1;
                (current.header.clone(), Some(current.tokens.clone()))
            } else {
                // Another one who waited for the same renewal was here first.
                tokens?;
                (current.header.clone(), None)
            }
        };
        if let Some(tokens) = new {
            self.keeper.keep(&tokens.kept());
        }
        Ok(header)
    }
}

impl Tokens {
    fn kept(&self) -> SecretMap {
        let mut kept = SecretMap::default();
        kept.insert("token", copy(&self.token));
        if let Some(refresh) = &self.refresh {
            kept.insert("refreshToken", copy(refresh));
        }
        if let Some(until) = &self.until {
            kept.insert("refreshUntil", Secret::new(until.clone()));
        }
        kept
    }
}

/// Asks for new tokens. It goes without a signature, as a sign-in does.
async fn renew(link: Arc<Link>, old: Arc<Tokens>) -> Result<Arc<Tokens>, RemoteError> {
    let refresh = old.refresh.as_ref().map(Secret::expose).unwrap_or_default();
    let body = Node::Object(vec![("token", Node::Text(old.token.expose())), ("refreshToken", Node::Text(refresh))]);
    // It writes in so far as it ends the old tokens, but nobody looks for its effect: without an answer it is sent again.
    let ask = Ask::new(Method::POST, "/api/v1/auth/refresh", Pace::Read)
        .body(Content::json(&body), vec![old.token.expose(), refresh]);
    let reply = link.ask(&ask, None).await.map_err(|trouble| trouble.error)?;
    match reply.status.as_u16() {
        200..=299 => {}
        400 | 401 | 403 | 404 | 409 | 422 => return Err(ended(old.until.as_deref())),
        _ => return Err(refusal::of(&reply, &link.host, &ask.hidden)),
    }
    let grant = Grant::read(&reply, &link.host)?;
    if grant.token.is_empty() {
        return Err(ended(old.until.as_deref()));
    }
    let keep = || Some(copy(old.refresh.as_ref()?));
    Ok(Arc::new(Tokens {
        refresh: grant.refresh.or_else(keep),
        until: grant.until.or_else(|| old.until.clone()),
        token: grant.token,
    }))
}

/// The session is over.
fn ended(until: Option<&str>) -> RemoteError {
    let until = until.map(|until| clean(until, &[])).filter(|until| !until.is_empty());
    let detail = until.map(|until| format!(" (it could be renewed until {until})")).unwrap_or_default();
    RemoteError::SignedOut(format!("The session has ended{detail}. Sign in again."))
}

/// The header of a person's requests.
pub(crate) fn bearer(token: &Secret) -> Result<HeaderValue, RemoteError> {
    signed("Bearer", token.expose())
}

fn signed(scheme: &str, value: &str) -> Result<HeaderValue, RemoteError> {
    let text = Zeroizing::new(format!("{scheme} {value}"));
    let mut header = HeaderValue::from_str(&text).map_err(|_| {
        RemoteError::SignedOut("The session of this account cannot be used as it is kept here. Sign in again.".into())
    })?;
    header.set_sensitive(true);
    Ok(header)
}

/// Secrets are copied where two owners need one: a session that is kept, and the same that is used.
pub(crate) fn copy(secret: &Secret) -> Secret {
    Secret::new(secret.expose().to_owned())
}

fn lock(current: &Mutex<Current>) -> MutexGuard<'_, Current> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}
