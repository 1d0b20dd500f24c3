//! A line to the account: the blocking use cases' way to ask it something, and to stop asking.
//!
//! There is one line a process, whoever asks, so that a session is renewed once: the server may take a renewal's token
//! only once. Requests run on one runtime of their own, so that the keychain and the database are never called from inside
//! an asynchronous one. A session that was renewed on the way is written to the keychain at once: the old one may be void.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use credenza_model::{Secret, SecretMap, SecretRef, WorkspaceId};
use credenza_remote::{Account as Remote, Host, RemoteError, SessionKeeper, Who};
use credenza_store::{Account, Phase, Writer, session_owner};
use credenza_vault::VaultError;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::lock::DirLock;
use crate::protocol::SecretPlan;
use crate::{App, AppError, Cancel};

/// What is said when nothing better is known.
const ENDED: &str = "The session with the account has ended. Sign in again; what is here stays here.";

/// What is said when the keychain does not have the session that it was given.
const LOST: &str = "The session with the account is no longer in the keychain. Sign in again; what is here stays here.";
/// How often a question is asked anew because another process has renewed the session meanwhile.
const ANEW: usize = 3;
/// How long another process may take to put a session that it has renewed into the keychain.
const RENEWING: Duration = Duration::from_millis(1500);

/// An account that can be asked, by one use case.
pub(crate) struct Link<'a> {
    app: &'a App,
    line: Arc<Line>,
    pub remote: Arc<Remote>,
    pub workspace: WorkspaceId,
    cancel: Cancel,
}

/// What all use cases of a process share: the client with its session, and where that is kept.
pub(crate) struct Line {
    workspace: WorkspaceId,
    remote: Arc<Remote>,
    renewed: Arc<Renewed>,
    /// The session that this line goes on with, as far as it is in the keychain.
    session: Mutex<Option<SecretRef>>,
}

/// Where a renewed session waits until it is in the keychain.
#[derive(Default)]
pub(crate) struct Renewed {
    session: Mutex<Option<SecretMap>>,
    told: Notify,
}

impl Renewed {
    /// The session that was renewed, once.
    pub(crate) fn take(&self) -> Option<SecretMap> {
        lock(&self.session).take()
    }

    /// Puts one back that could not be kept, unless there is a newer one by now.
    fn put_back(&self, session: SecretMap) {
        lock(&self.session).get_or_insert(session);
    }
}

impl SessionKeeper for Renewed {
    fn keep(&self, session: &SecretMap) {
        *lock(&self.session) = Some(copy(session));
        self.told.notify_one();
    }
}

impl App {
    /// The runtime that requests run on, made when the first one is.
    pub(crate) fn runtime(&self) -> Result<&Runtime, AppError> {
        if self.runtime.get().is_none() {
            let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("account").build();
            let _ = self.runtime.set(runtime.map_err(|error| AppError::Store(error.into()))?);
        }
        self.runtime.get().ok_or(AppError::Busy)
    }

    /// The line to an account, with the session that is in the keychain.
    fn shared_line(&self, account: &Account) -> Result<Arc<Line>, AppError> {
        let mut at = account.session.ok_or_else(|| AppError::SignedOut(ENDED.into()))?;
        let mut known = lock(&self.line);
        if let Some(line) = known.as_ref()
            && line.workspace == account.workspace
            && *lock(&line.session) == Some(at)
        {
            return Ok(Arc::clone(line));
        }
        let session = match self.vault.read(&at) {
            // Another process may have renewed it since the account was read, and be erasing the old one at this moment.
            Err(error) => match self.session_of(account.workspace)?.filter(|newer| *newer != at) {
                Some(newer) => {
                    at = newer;
                    self.vault.read(&at)?
                }
                None if error == VaultError::Missing => {
                    // Signing in makes another one; there is nothing else that a person could enter again.
                    let ended = Account { ended: Some(LOST.into()), ..account.clone() };
                    self.store.write(|writer| writer.set_account(&ended))?;
                    return Err(AppError::SignedOut(LOST.into()));
                }
                None => return Err(error.into()),
            },
            Ok(session) => session,
        };
        let host = Host::parse(&account.host, account.authorities.as_deref().map(str::as_bytes))
            .map_err(|error| AppError::SignedOut(error.to_string()))?;
        let renewed = Arc::new(Renewed::default());
        let remote = Remote::resume_within(&self.limits, &host, session, renewed.clone())?;
        let line = Arc::new(Line {
            workspace: account.workspace,
            remote: Arc::new(remote),
            renewed,
            session: Mutex::new(Some(at)),
        });
        *known = Some(Arc::clone(&line));
        Ok(line)
    }
}

impl<'a> Link<'a> {
    /// Opens the line with the session in the keychain. Nothing is sent yet.
    pub(crate) fn open(app: &'a App, account: &Account, cancel: &Cancel) -> Result<Self, AppError> {
        if let Some(ended) = &account.ended {
            return Err(AppError::SignedOut(ended.clone()));
        }
        let line = app.shared_line(account)?;
        let remote = Arc::clone(&line.remote);
        Ok(Self { app, line, remote, workspace: account.workspace, cancel: cancel.clone() })
    }

    /// Opens the line and asks who one is, with the session of another process when that has renewed it meanwhile.
    pub(crate) fn with_who(app: &'a App, account: &Account, cancel: &Cancel) -> Result<(Self, Who), AppError> {
        let mut account = account.clone();
        let mut asked = 0;
        loop {
            asked += 1;
            let link = Self::open(app, &account, cancel)?;
            match link.ask(link.remote.who()) {
                Err(AppError::Renewed) if asked < ANEW => {}
                answer => return Ok((link, answer?)),
            }
            let again = app.store.read(|reader| reader.account(account.workspace))?;
            account = again.ok_or_else(|| AppError::SignedOut(ENDED.into()))?;
        }
    }

    /// Asks. Ends early when the work is cancelled.
    pub(crate) fn ask<T>(&self, question: impl Future<Output = Result<T, RemoteError>>) -> Result<T, AppError> {
        self.run(question, &self.cancel)
    }

    /// Sends what must not be cut off in the middle: its effect is in the account, cancelled or not.
    pub(crate) fn send<T>(&self, request: impl Future<Output = Result<T, RemoteError>>) -> Result<T, AppError> {
        self.run(request, &Cancel::default())
    }

    fn run<T>(&self, question: impl Future<Output = Result<T, RemoteError>>, cancel: &Cancel) -> Result<T, AppError> {
        let answer = self.app.runtime()?.block_on(async {
            let mut question = std::pin::pin!(question);
            loop {
                tokio::select! {
                    // An answer that is there is taken, also when somebody cancels at the same moment.
                    biased;
                    answer = &mut question => return answer.map_err(AppError::from),
                    () = self.line.renewed.told.notified() => self.keep(),
                    () = cancel.cancelled() => return Err(AppError::Cancelled),
                }
            }
        });
        self.keep();
        match answer {
            Err(AppError::Remote(RemoteError::SignedOut(sentence))) => Err(self.ended(sentence)?),
            answer => answer,
        }
    }

    /// What it means that the account refuses the session: it has ended, unless somebody else has renewed it meanwhile,
    /// which voids the one that this line has.
    pub(crate) fn ended(&self, sentence: String) -> Result<AppError, AppError> {
        let mine = *lock(&self.line.session);
        let since = Instant::now();
        // The first of two may have its answer, and not have it in the keychain yet.
        while since.elapsed() < RENEWING && self.app.session_of(self.workspace)? == mine {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _lock = DirLock::take(&self.app.dir)?;
        self.app.store.write(|writer| {
            let Some(account) = writer.account(self.workspace)? else {
                return Ok(AppError::SignedOut(sentence));
            };
            if account.session != mine {
                return Ok(AppError::Renewed);
            }
            writer.set_account(&Account { ended: Some(sentence.clone()), ..account })?;
            Ok(AppError::SignedOut(sentence))
        })
    }

    /// Whether the work is to stop.
    pub(crate) fn cancelled(&self) -> Result<(), AppError> {
        if self.cancel.is_cancelled() { Err(AppError::Cancelled) } else { Ok(()) }
    }

    /// Puts a renewed session into the keychain. One that cannot be kept now is still used, and tried again after the next
    /// request: no answer is lost for it.
    fn keep(&self) {
        let Some(session) = self.line.renewed.take() else { return };
        let mine = *lock(&self.line.session);
        match self.app.keep_session(self.workspace, mine, &session) {
            Ok(at) => *lock(&self.line.session) = at,
            // Somebody has signed out or in meanwhile, or another process has renewed it: this one is nobody's any more.
            Err(AppError::Renewed | AppError::SignedOut(_)) => {}
            Err(_) => self.line.renewed.put_back(session),
        }
    }
}

impl App {
    /// The session of a workspace's account, as the keychain names it.
    fn session_of(&self, workspace: WorkspaceId) -> Result<Option<SecretRef>, AppError> {
        Ok(self.store.read(|reader| reader.account(workspace))?.and_then(|account| account.session))
    }

    /// Writes a session over the one that it was renewed from.
    fn keep_session(
        &self,
        workspace: WorkspaceId,
        old: Option<SecretRef>,
        session: &SecretMap,
    ) -> Result<Option<SecretRef>, AppError> {
        self.save(session_owner(workspace), SecretPlan::Replace(old, session), |writer, secret| {
            // Whoever signed out meanwhile wants no session to be left.
            let account = writer.account(workspace)?.ok_or_else(|| AppError::SignedOut(ENDED.into()))?;
            if account.session != old {
                return Err(AppError::Renewed);
            }
            // A session that was renewed has not ended, whatever somebody with an older one has met.
            writer.set_account(&Account { session: secret, ended: None, ..account })?;
            Ok(secret)
        })
    }
}

/// A session that another process wrote since `old` was read is erased too: no row would name it any more.
pub(crate) fn overtaken(writer: &Writer<'_>, account: &Account, old: Option<SecretRef>) -> Result<(), AppError> {
    match account.session.filter(|session| Some(*session) != old) {
        Some(session) => Ok(writer.journal(session, Phase::Erasing)?),
        None => Ok(()),
    }
}

/// A copy of secrets, for the places that need two: the client goes on with a session while the other is kept, and a list of a
/// form goes on to the account with those that its provider has refused.
pub(crate) fn copy(session: &SecretMap) -> SecretMap {
    let mut copy = SecretMap::default();
    for (field, secret) in session.iter() {
        copy.insert(field, Secret::new(secret.expose().to_owned()));
    }
    copy
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
