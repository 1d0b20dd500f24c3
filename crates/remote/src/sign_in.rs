//! Signing in: three ways, one of them with a second factor.

use std::sync::Arc;

use credenza_model::Secret;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::Deserialize;

use crate::account::SessionKeeper;
use crate::content::{Content, Node};
use crate::link::{Ask, Link, Pace, Reply};
use crate::refusal::{self, nonsense};
use crate::session::{Session, Tokens, bearer, copy};
use crate::{RemoteError, Second, SignIn};

/// The session that a sign-in gives. A robot's key is not proven by this: its first request does that.
pub(crate) async fn sign_in(
    link: &Link,
    sign_in: &SignIn,
    keeper: Arc<dyn SessionKeeper>,
) -> Result<Session, RemoteError> {
    let grant = match sign_in {
        SignIn::Key { access_key, secret_key } => {
            return Session::of_key(Secret::new(access_key.clone()), copy(secret_key), keeper);
        }
        SignIn::Password { account, email, password, second } => {
            let fields = vec![("email", Node::Text(email)), ("password", Node::Text(password.expose()))];
            let wrong = "The e-mail, the password or the account's name is wrong.";
            let grant = log_in(link, account.as_deref(), fields, password, wrong).await?;
            second_factor(link, grant, second.as_ref()).await?
        }
        SignIn::Token { account, access_key, secret_key } => {
            let fields = vec![
                ("mode", Node::Text("token")),
                ("accessKey", Node::Text(access_key)),
                ("secretKey", Node::Text(secret_key.expose())),
            ];
            let grant =
                log_in(link, account.as_deref(), fields, secret_key, "The access key or the secret key is wrong.");
            second_factor(link, grant.await?, None).await?
        }
    };
    let tokens = Tokens { token: grant.token, refresh: grant.refresh, until: grant.until };
    Session::of_tokens(tokens, Some(link.clock.now()), keeper)
}

/// The first question.
async fn log_in(
    link: &Link,
    account: Option<&str>,
    mut fields: Vec<(&str, Node<'_>)>,
    secret: &Secret,
    wrong: &str,
) -> Result<Grant, RemoteError> {
    if let Some(account) = account.filter(|account| !account.is_empty()) {
        fields.insert(0, ("accountName", Node::Text(account)));
    }
    ask(link, "/api/v1/auth/login", fields, secret, None, wrong).await
}

/// What comes after the first token, when anything does.
async fn second_factor(link: &Link, grant: Grant, second: Option<&Second>) -> Result<Grant, RemoteError> {
    if !grant.wants_second {
        return match grant.wants_set_up {
            true => Err(RemoteError::SetUpNeeded(
                "This account insists on a second factor. Set one up on its web page, then sign in here.".into(),
            )),
            false => Ok(grant),
        };
    }
    let (path, field, secret, wrong) = match second {
        None => return Err(RemoteError::SecondFactorNeeded),
        Some(Second::Code(code)) => ("login", "verificationCode", code, "The code is not right, or no longer."),
        Some(Second::Recovery(code)) => {
            ("recovery", "recoveryCode", code, "The recovery code is not right, or was used.")
        }
    };
    // Nothing in the question says who asks but the first token.
    let header = bearer(&grant.token)?;
    let path = format!("/api/v1/two-factor-auth/{path}");
    let answer = ask(link, &path, vec![(field, Node::Text(secret.expose()))], secret, Some(&header), wrong).await;
    answer.map_err(|error| match error {
        RemoteError::WrongSignIn(sentence) => RemoteError::WrongCode(sentence),
        other => other,
    })
}

async fn ask(
    link: &Link,
    path: &str,
    fields: Vec<(&str, Node<'_>)>,
    secret: &Secret,
    header: Option<&HeaderValue>,
    wrong: &str,
) -> Result<Grant, RemoteError> {
    let ask =
        Ask::new(Method::POST, path, Pace::Read).body(Content::json(&Node::Object(fields)), vec![secret.expose()]);
    let reply = link.ask(&ask, header).await.map_err(|trouble| trouble.error)?;
    match reply.status.as_u16() {
        200..=299 => Grant::read(&reply, &link.host),
        400 | 401 | 403 | 422 => Err(RemoteError::WrongSignIn(match refusal::said(&reply.body, &ask.hidden) {
            Some(said) => format!("{wrong} The account says: {said}"),
            None => wrong.to_owned(),
        })),
        _ => Err(refusal::of(&reply, &link.host, &ask.hidden)),
    }
}

/// What the server grants: a session, or the half of one.
pub(crate) struct Grant {
    pub token: Secret,
    pub refresh: Option<Secret>,
    pub until: Option<String>,
    wants_second: bool,
    wants_set_up: bool,
}

/// `GetToken` on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetToken {
    token: Option<String>,
    refresh_token: Option<String>,
    refresh_token_expire_time: Option<String>,
    two_fa_enabled: Option<bool>,
    #[serde(rename = "isForcedToEnabled2Fa")]
    forced: Option<bool>,
}

impl Grant {
    pub(crate) fn read(reply: &Reply, host: &str) -> Result<Self, RemoteError> {
        let odd = || nonsense(host, "answers the sign-in with something else than a session");
        let got: GetToken = serde_json::from_slice(&reply.body).map_err(|_| odd())?;
        // They are taken over as they are, so that each is wiped when this goes.
        let refresh = got.refresh_token.filter(|token| !token.is_empty()).map(Secret::new);
        let token = Secret::new(got.token.unwrap_or_default());
        let wants_set_up = got.forced.unwrap_or_default();
        let usable = |secret: &Secret| secret.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if !usable(&token) || (token.is_empty() && !wants_set_up) || !refresh.as_ref().is_none_or(usable) {
            return Err(odd());
        }
        let until = got.refresh_token_expire_time.filter(|until| until.len() <= 64);
        Ok(Self { token, refresh, until, wants_second: got.two_fa_enabled.unwrap_or_default(), wants_set_up })
    }
}
