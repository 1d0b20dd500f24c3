//! Signing in to an account, and out of it.

use std::sync::Arc;

use credenza_model::{Code, Problem, Role, SecretMap, WorkspaceId};
use credenza_remote::{Account as Remote, Host, RemoteError, Second, SignIn, Who};
use credenza_store::{Account, AuditEvent, State, Workspace, Writer, session_owner};
use uuid::Uuid;

use super::link::{Renewed, overtaken};
use super::view::{SignInInput, SignInMethod, WhoView};
use super::who::take_over;
use crate::protocol::SecretPlan;
use crate::{App, AppError, Cancel};

/// The longest that anything typed here may be. Real ones are far shorter.
const LONGEST: usize = 1024;
/// The largest CA file.
const LARGEST_AUTHORITIES: usize = 1024 * 1024;

impl SignInMethod {
    /// Its word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Key => "key",
            Self::Token => "token",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "key" => Self::Key,
            "token" => Self::Token,
            _ => Self::Password,
        }
    }
}

impl App {
    /// Signs in to an account, and connects a workspace to it: the one in use, or a new one when a name for it is given.
    /// Signing in again to the account that a workspace is connected to renews its session; without a CA file it trusts the
    /// one given before, and an empty text takes that back.
    ///
    /// # Errors
    /// [`AppError::Invalid`] at what was typed wrongly, [`AppError::Keychain`], [`AppError::Remote`] with
    /// [`crate::ErrorCode::SecondFactor`] when a code is asked for, [`AppError::Refused`] when the workspace belongs to
    /// another account. Nothing is changed then.
    pub fn sign_in(&self, input: SignInInput, cancel: &Cancel) -> Result<WhoView, AppError> {
        let input = self.with_known_authorities(input)?;
        let (host, account) = read(&input)?;
        // A session that could not be kept is not begun.
        self.usable()?;
        let target = self.target(&input, host.base())?;
        let sign_in = sign_in(&input, account.clone());
        let renewed = Arc::new(Renewed::default());
        let (session, who) = self.runtime()?.block_on(async {
            let asked = async {
                let (remote, session) = Remote::sign_in_within(&self.limits, &host, &sign_in, renewed.clone()).await?;
                let who = remote.who().await?;
                Ok::<_, RemoteError>((session, who))
            };
            tokio::select! {
                answer = asked => Ok(answer.map_err(|error| match error {
                    // A key is proven by its first request only; no session has ended that one could know of.
                    RemoteError::SignedOut(_) if input.method == SignInMethod::Key => {
                        RemoteError::WrongSignIn("The access key or the secret key is wrong, or no longer valid.".into())
                    }
                    other => other,
                })?),
                () = cancel.cancelled() => Err(AppError::Cancelled),
            }
        })?;
        // Asking who one is may have renewed the session already.
        let session = renewed.take().unwrap_or(session);
        drop(sign_in);
        let _alone = crate::lock::DirLock::take_for_sync(&self.dir, cancel)?;
        if let Target::Again { name: workspace, person, .. } = &target
            && *person != who.id
        {
            return Err(AppError::Refused(format!(
                "The workspace {workspace} belongs to another person's account. Sign in there as that person, or give the name of a \
                 new workspace for {}.",
                credenza_model::printable(&who.name)
            )));
        }
        self.connect(&input, &target, &host, account, &who, &session)?;
        self.who_view(false)
    }

    /// Who signs in again trusts the certificates that were given the first time.
    fn with_known_authorities(&self, input: SignInInput) -> Result<SignInInput, AppError> {
        if input.authorities.is_some() || input.workspace.is_some() {
            return Ok(input);
        }
        let Ok(here) = self.here() else { return Ok(input) };
        let authorities = self.store.read(|reader| reader.account(here.workspace.id))?;
        Ok(SignInInput { authorities: authorities.and_then(|account| account.authorities), ..input })
    }

    /// Which workspace is meant, before anything is sent.
    fn target(&self, input: &SignInInput, host: &str) -> Result<Target, AppError> {
        if let Some(name) = &input.workspace {
            let name = crate::workspaces::valid_name("workspace", name)?;
            let taken = self.store.read(|reader| reader.workspace_named(&name))?;
            return match taken {
                Some(_) => Err(AppError::Invalid(vec![Problem::new(
                    "workspace",
                    Code::Duplicate,
                    format!("There is a workspace named {name} already. Choose another name."),
                )])),
                None => Ok(Target::New),
            };
        }
        let here = match self.here() {
            Err(AppError::NoWorkspaceYet) => return Ok(Target::New),
            here => here?,
        };
        match self.store.read(|reader| reader.account(here.workspace.id))? {
            None => Ok(Target::Local(here.workspace.id)),
            Some(account) if account.host == host => {
                Ok(Target::Again { id: here.workspace.id, name: here.workspace.name, person: account.person_id })
            }
            Some(account) => Err(AppError::Refused(format!(
                "The workspace {} is connected to {}. Sign out of it first, or give the name of a new workspace.",
                here.workspace.name, account.host
            ))),
        }
    }

    fn connect(
        &self,
        input: &SignInInput,
        target: &Target,
        host: &Host,
        account: Option<String>,
        who: &Who,
        session: &SecretMap,
    ) -> Result<(), AppError> {
        let now = (self.now)();
        // Somebody may have gone to another workspace while the account was asked: the one that was meant is connected.
        let here = match target {
            Target::New => None,
            Target::Local(id) | Target::Again { id, .. } => Some(*id),
        };
        let id = here.unwrap_or_else(|| WorkspaceId::new(Uuid::now_v7()));
        let old = self.store.read(|reader| reader.account(id))?.and_then(|account| account.session);
        self.save(session_owner(id), SecretPlan::Replace(old, session), |writer, secret| {
            if here.is_none() {
                let name = match &input.workspace {
                    Some(name) => name.trim().to_owned(),
                    None => free_workspace_name(writer, &who_or_host(who, host))?,
                };
                writer.insert_workspace(&Workspace { id, name, role: Role::Member })?;
                writer.set_current_workspace(Some(id))?;
            }
            take_over(writer, id, who)?;
            let before = writer.account(id)?;
            if let Some(before) = &before {
                overtaken(writer, before, old)?;
            }
            let fresh = before.is_none();
            let was = before.unwrap_or(Account {
                workspace: id,
                host: String::new(),
                authorities: None,
                method: String::new(),
                login: String::new(),
                account: None,
                person_id: String::new(),
                person: String::new(),
                session: None,
                ended: None,
                asked_at: None,
                synced_at: None,
                failure: None,
                unsupported: "[]".into(),
                missing: "[]".into(),
            });
            writer.set_account(&Account {
                host: host.base().to_owned(),
                authorities: input.authorities.clone().filter(|text| !text.trim().is_empty()),
                method: input.method.as_str().to_owned(),
                login: input.login.trim().to_owned(),
                account: who.account.as_ref().map(|(_, name)| name.clone()).or(account),
                person_id: who.id.clone(),
                person: who.name.clone(),
                session: secret,
                ended: None,
                failure: None,
                asked_at: Some(now),
                ..was
            })?;
            if fresh {
                for row in writer.credentials(id)? {
                    if row.state == State::Ready && row.deleted_at.is_none() {
                        self.queue_creation(writer, &row, now)?;
                    }
                }
            }
            Ok(writer.audit(&AuditEvent {
                workspace: id,
                credential: None,
                name: who.name.clone(),
                action: "login".into(),
                detail: host.base().to_owned(),
                at: now,
            })?)
        })
    }
}

/// The workspace that a sign-in is for.
enum Target {
    New,
    Local(WorkspaceId),
    /// The one that is connected to this host already.
    Again {
        id: WorkspaceId,
        name: String,
        person: String,
    },
}

fn who_or_host(who: &Who, host: &Host) -> String {
    let name = match &who.account {
        Some((_, name)) if !name.trim().is_empty() => name.trim(),
        _ => host.base().trim_start_matches("https://").trim_start_matches("http://"),
    };
    let plain: String = credenza_model::printable(name).chars().take(90).collect();
    if plain.is_empty() { "Account".into() } else { plain }
}

fn free_workspace_name(writer: &Writer<'_>, wanted: &str) -> Result<String, AppError> {
    let taken: Vec<String> = writer.workspaces()?.iter().map(|workspace| workspace.name.to_lowercase()).collect();
    let free = |name: &String| !taken.contains(&name.to_lowercase());
    Ok((1..)
        .map(|number| if number == 1 { wanted.to_owned() } else { format!("{wanted} {number}") })
        .find(free)
        .unwrap_or_default())
}

/// What was typed, looked at before anything is sent.
fn read(input: &SignInInput) -> Result<(Host, Option<String>), AppError> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, code: Code, message: &str| problems.push(Problem::new(field, code, message));
    let authorities = input.authorities.as_deref().filter(|text| !text.trim().is_empty());
    if authorities.is_some_and(|text| text.len() > LARGEST_AUTHORITIES) {
        problem(
            "authorities",
            Code::TooLarge,
            "The CA file is larger than 1 MB. Choose the file with the certificates.",
        );
    }
    let (login, secret) = match input.method {
        SignInMethod::Password => ("E-mail", "Password"),
        SignInMethod::Key | SignInMethod::Token => ("Access key", "Secret key"),
    };
    if input.login.trim().is_empty() {
        problem("login", Code::Required, &format!("{login} is required."));
    }
    if input.secret.is_empty() {
        problem("secret", Code::Required, &format!("{secret} is required."));
    }
    let texts = [
        ("host", input.host.len()),
        ("login", input.login.len()),
        ("secret", input.secret.expose().len()),
        ("account", input.account.as_deref().map_or(0, str::len)),
        ("code", input.code.as_ref().map_or(0, |code| code.expose().len())),
        ("recovery", input.recovery.as_ref().map_or(0, |code| code.expose().len())),
    ];
    for (field, length) in texts {
        if length > LONGEST {
            problem(field, Code::TooLarge, "This is longer than any real one. Check what was pasted.");
        }
    }
    if input.login.contains(char::is_control)
        || input.account.as_deref().is_some_and(|name| name.contains(char::is_control))
    {
        problem("login", Code::ControlCharacter, "A line break or another control character is in what was typed.");
    }
    if input.method != SignInMethod::Password && input.login.contains(':') {
        problem(
            "login",
            Code::Invalid,
            "An access key holds no colon. Give what is before it; the secret key is what is after it.",
        );
    }
    let host = match Host::parse(&input.host, authorities.map(str::as_bytes)) {
        Ok(host) => Some(host),
        Err(error) => {
            // When the address alone is fine, it is the file.
            let field = if Host::parse(&input.host, None).is_ok() { "authorities" } else { "host" };
            problem(field, Code::Invalid, &error.to_string());
            None
        }
    };
    let account = input.account.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    match host {
        Some(host) if problems.is_empty() => Ok((host, account)),
        _ => Err(AppError::Invalid(problems)),
    }
}

fn sign_in(input: &SignInInput, account: Option<String>) -> SignIn {
    let copy = |secret: &credenza_model::Secret| credenza_model::Secret::new(secret.expose().trim().to_owned());
    let login = input.login.trim().to_owned();
    let secret = credenza_model::Secret::new(input.secret.expose().trim_end_matches(['\r', '\n']).to_owned());
    match input.method {
        SignInMethod::Password => SignIn::Password {
            account,
            email: login,
            password: secret,
            second: match (&input.code, &input.recovery) {
                (Some(code), _) => Some(Second::Code(copy(code))),
                (None, Some(recovery)) => Some(Second::Recovery(copy(recovery))),
                (None, None) => None,
            },
        },
        SignInMethod::Key => SignIn::Key { access_key: login, secret_key: secret },
        SignInMethod::Token => SignIn::Token { account, access_key: login, secret_key: secret },
    }
}

#[cfg(test)]
mod tests {
    use credenza_model::CredentialId;

    use super::*;

    fn typed(host: &str, login: &str, secret: &str) -> SignInInput {
        SignInInput {
            host: host.into(),
            authorities: None,
            method: SignInMethod::Password,
            account: None,
            login: login.into(),
            secret: credenza_model::Secret::new(secret.into()),
            code: None,
            recovery: None,
            workspace: None,
        }
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        let Err(AppError::Invalid(problems)) = read(&typed("", " ", "")) else { panic!("it is refused") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["login", "secret", "host"]);
    }

    #[test]
    fn ids_of_sessions_are_those_of_workspaces() {
        let workspace = WorkspaceId::new(Uuid::now_v7());
        assert_eq!(session_owner(workspace), CredentialId::new(workspace.uuid()));
    }
}
