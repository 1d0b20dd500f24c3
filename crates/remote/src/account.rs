//! One signed-in account: every call that the program makes.

use std::sync::Arc;

use backon::{ExponentialBuilder, Retryable};
use credenza_model::{KindId, SecretMap, Values};
use reqwest::Method;

use crate::content::{Content, Node};
use crate::json::Json;
use crate::link::{Ask, Link, Pace, Reply, with_outcome};
use crate::refusal::{self, nonsense};
use crate::session::Session;
use crate::sign_in;
use crate::trouble::{Cause, Trouble};
use crate::{Host, Limits, Outcome, RemoteError, Row, SignIn, bodies};

/// Told whenever the session was renewed, so that it can be kept. Called outside of any lock, from the thread that polls.
pub trait SessionKeeper: Send + Sync {
    /// The session as it is now, in the form that [`Account::resume`] takes. It holds secrets.
    fn keep(&self, session: &SecretMap);
}

/// A signed-in account.
pub struct Account {
    pub(crate) link: Arc<Link>,
    pub(crate) session: Session,
}

/// How far a listing is: rows so far, and how many there will be when that is known.
pub type Progress<'a> = &'a (dyn Fn(u32, Option<u32>) + Send + Sync);

/// All rows of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The rows, each id once.
    pub rows: Vec<Row>,
    /// Whether every page came and the count is what the server said: only then does absence mean anything.
    pub whole: bool,
    /// What was strange: rows that could not be read, counts that did not fit.
    pub remarks: Vec<String>,
}

impl Account {
    /// Signs in. Answers the account and the session to keep.
    ///
    /// # Errors
    /// [`RemoteError::WrongSignIn`], [`RemoteError::SecondFactorNeeded`], [`RemoteError::SetUpNeeded`] and whatever a request can meet.
    pub async fn sign_in(
        host: &Host,
        sign_in: &SignIn,
        keeper: Arc<dyn SessionKeeper>,
    ) -> Result<(Self, SecretMap), RemoteError> {
        Self::sign_in_within(&Limits::default(), host, sign_in, keeper).await
    }

    /// As [`Account::sign_in`], within other bounds.
    ///
    /// # Errors
    /// As [`Account::sign_in`].
    pub async fn sign_in_within(
        limits: &Limits,
        host: &Host,
        sign_in: &SignIn,
        keeper: Arc<dyn SessionKeeper>,
    ) -> Result<(Self, SecretMap), RemoteError> {
        let link = Link::new(host, limits)?;
        let session = sign_in::sign_in(&link, sign_in, keeper).await?;
        let account = Self { link, session };
        if account.session.is_key() {
            // A key is sent with each request and never signed in with: only a request shows whether it is good.
            account.who().await.map_err(|error| match error {
                RemoteError::SignedOut(_) => {
                    RemoteError::WrongSignIn("The access key or the secret key is wrong.".into())
                }
                RemoteError::Forbidden(sentence) => RemoteError::WrongSignIn(sentence),
                other => other,
            })?;
        }
        let kept = account.session.kept();
        Ok((account, kept))
    }

    /// Goes on with a kept session. Nothing is sent.
    ///
    /// # Errors
    /// [`RemoteError::SignedOut`] for a session that cannot be read.
    pub fn resume(host: &Host, session: SecretMap, keeper: Arc<dyn SessionKeeper>) -> Result<Self, RemoteError> {
        Self::resume_within(&Limits::default(), host, session, keeper)
    }

    /// As [`Account::resume`], within other bounds.
    ///
    /// # Errors
    /// As [`Account::resume`].
    pub fn resume_within(
        limits: &Limits,
        host: &Host,
        session: SecretMap,
        keeper: Arc<dyn SessionKeeper>,
    ) -> Result<Self, RemoteError> {
        Ok(Self { link: Link::new(host, limits)?, session: Session::of_kept(session, keeper)? })
    }

    /// Makes a row and answers its number, where the server tells.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn create(
        &self,
        kind: KindId,
        organization: i32,
        values: &Values,
        secrets: &SecretMap,
    ) -> Result<Option<i32>, RemoteError> {
        let found;
        let mut values = values;
        if kind == KindId::Vsphere && !values.has("datacenterId") {
            found = self.with_datacenter(values, secrets).await?;
            values = &found;
        }
        let call = &kind.kind().wire.create;
        let content = bodies::create(kind.kind(), organization, values, secrets);
        let ask = Ask::new(bodies::method(call.method), call.path, Pace::Write).body(content, bodies::hidden(secrets));
        let json = self.written(&ask).await?;
        let id = json.as_ref().and_then(|json| match json.get("id")? {
            Json::Text(id) => id.trim().parse().ok(),
            other => i32::try_from(other.as_int()?).ok(),
        });
        Ok(id.filter(|id| *id > 0))
    }

    /// Changes a row by the kind's update call: its updatable fields without the lists below, secrets among them.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn update(&self, kind: KindId, id: i32, values: &Values, secrets: &SecretMap) -> Result<(), RemoteError> {
        let Some(call) = &kind.kind().wire.update else { return Err(no_call(kind, "change")) };
        let content = bodies::update(kind.kind(), id, values, secrets);
        let ask = Ask::new(bodies::method(call.method), call.path, Pace::Write).body(content, bodies::hidden(secrets));
        self.written(&ask).await.map(|_| ())
    }

    /// Changes the one list that has a call of its own: hypervisors (Proxmox, vSphere), edge nodes (Zededa).
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn update_list(&self, kind: KindId, id: i32, items: &[String]) -> Result<(), RemoteError> {
        let (path, field) = match kind {
            KindId::Proxmox => ("/api/v1/proxmox/update/hypervisors", "hypervisors"),
            KindId::Vsphere => ("/api/v1/vsphere/update/hypervisors", "hypervisors"),
            KindId::Zededa => ("/api/v1/zededa/update/edge-nodes", "edgeNodes"),
            _ => return Err(no_call(kind, "change a list of")),
        };
        let items = items.iter().map(|item| Node::Text(item)).collect();
        let body = Node::Object(vec![("id", Node::Int(id.into())), (field, Node::List(items))]);
        self.post(path, &body).await
    }

    /// Locks or unlocks; a row that is so already is fine.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn set_locked(&self, kind: KindId, id: i32, locked: bool) -> Result<(), RemoteError> {
        let Some(path) = kind.kind().wire.lock else { return Err(no_call(kind, "lock")) };
        let (mode, already) = if locked { ("lock", "already lock") } else { ("unlock", "already unlock") };
        let body = Node::Object(vec![("id", Node::Int(id.into())), ("mode", Node::Text(mode))]);
        match self.post(path, &body).await {
            Err(RemoteError::Rejected { sentence, .. }) if sentence.to_lowercase().contains(already) => Ok(()),
            other => other,
        }
    }

    /// Makes a row the default.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn set_default(&self, kind: KindId, id: i32) -> Result<(), RemoteError> {
        let Some(path) = kind.kind().wire.default else { return Err(no_call(kind, "set a default among")) };
        self.post(path, &Node::Object(vec![("id", Node::Int(id.into()))])).await
    }

    /// Deletes a row; one that is gone already is fine.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn delete(&self, kind: KindId, id: i32) -> Result<(), RemoteError> {
        let path = format!("{}/{id}", kind.kind().wire.delete);
        match self.written(&Ask::new(Method::DELETE, path, Pace::Write)).await {
            Ok(_) | Err(RemoteError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn post(&self, path: &str, body: &Node<'_>) -> Result<(), RemoteError> {
        let ask = Ask::new(Method::POST, path, Pace::Write).body(Content::json(body), Vec::new());
        self.written(&ask).await.map(|_| ())
    }

    /// Sends a request that writes, once. A 200 that means no is an error; a body that is empty is none.
    async fn written(&self, ask: &Ask<'_>) -> Result<Option<Json>, RemoteError> {
        let reply = self.once(ask).await.map_err(|trouble| trouble.error)?;
        if reply.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        let Some(json) = Json::parse(&reply.body).filter(|_| !reply.html) else {
            let error = nonsense(&self.link.host, "answers with something else than JSON");
            return Err(with_outcome(error, Outcome::Unknown));
        };
        let flag = |name: &str| json.get(name).and_then(Json::as_bool);
        if flag("isError") == Some(true) || flag("isSuccess") == Some(false) {
            let said = self.session.hiding(|more| refusal::said(&reply.body, &[&ask.hidden[..], more].concat()));
            let sentence = said.map_or_else(
                || "The account refused it without a reason.".into(),
                |said| format!("The account says: {said}"),
            );
            return Err(refusal::rejected(sentence, false));
        }
        Ok(Some(json))
    }

    /// Sends a request once and takes an answer that means yes.
    pub(crate) async fn once(&self, ask: &Ask<'_>) -> Result<Reply, Trouble> {
        let reply = self.session.ask(&self.link, ask).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(self.refused(ask, &reply).into())
    }

    /// What an answer other than yes means.
    pub(crate) fn refused(&self, ask: &Ask<'_>, reply: &Reply) -> RemoteError {
        let error = self.session.hiding(|more| {
            let hidden: Vec<&str> = ask.hidden.iter().chain(more).copied().collect();
            refusal::of(reply, &self.link.host, &hidden)
        });
        match error {
            RemoteError::SignedOut(_) if self.session.is_key() => RemoteError::SignedOut(
                "The access key of this account is refused. Sign in again with a key that is valid.".into(),
            ),
            // A question that changes nothing has no effect to be unsure of.
            error if ask.pace != Pace::Write => with_outcome(error, Outcome::None),
            error => error,
        }
    }

    /// Sends a request that reads, again when it may help, and takes its JSON.
    pub(crate) async fn read_json(&self, ask: &Ask<'_>) -> Result<Json, RemoteError> {
        let reply = self.read(ask).await?;
        Json::parse(&reply.body)
            .filter(|_| !reply.html)
            .ok_or_else(|| nonsense(&self.link.host, "answers with something else than JSON"))
    }

    /// Sends a request that reads, and again after a pause when that may help: half a second or less, then twice that,
    /// each time by chance, so that many programs do not come back at the same moment.
    pub(crate) async fn read(&self, ask: &Ask<'_>) -> Result<Reply, RemoteError> {
        let limits = &self.link.limits;
        let pauses = ExponentialBuilder::default()
            .with_min_delay(limits.pause)
            .with_max_delay(limits.patience)
            .with_max_times(limits.attempts.saturating_sub(1));
        let attempt = || self.once(ask);
        attempt
            .retry(pauses)
            .when(|trouble| trouble.error.passes() && trouble.cause != Cause::Lasting)
            .adjust(|trouble, pause| {
                let by_chance = pause?.mul_f64(fastrand::f64());
                match trouble.error {
                    RemoteError::TooMany { after: Some(after), .. } => {
                        (after <= limits.patience).then(|| after.max(by_chance))
                    }
                    _ => Some(by_chance),
                }
            })
            .await
            .map_err(|trouble| trouble.error)
    }
}

/// A call that the API does not have. Nobody asks for one: the kind says what there is.
fn no_call(kind: KindId, verb: &str) -> RemoteError {
    let sentence = format!("The account has no way to {verb} credentials of {}.", kind.kind().label);
    RemoteError::Rejected { sentence, duplicate: false, locked: false }
}
