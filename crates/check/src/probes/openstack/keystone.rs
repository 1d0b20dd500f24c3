//! Signing in at Keystone, choosing a project, and signing out.

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::Url;
use zeroize::Zeroizing;

use super::wire::{
    Application, ApplicationSecret, Auth, ById, Domain, Identity, Issued, Login, Password, Project, Projects, Refusal,
    Scope, Token, UserSecret,
};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{Farewell, Probe, below};
use crate::{Report, Verdict};

const SERVER: &str = "a Keystone";
const URL: &str = "openStackUrl";
const USER: &str = "openStackUser";
const PASSWORD: &str = "openStackPassword";
const PROJECT: &str = "openStackProject";

/// The Identity service that a credential names.
pub(super) struct Keystone<'a> {
    probe: &'a Probe<'a>,
    /// With `/v3` at the end.
    base: Url,
}

/// A token, what it stands for, and who gave it.
pub(super) struct Session<'a> {
    keystone: &'a Keystone<'a>,
    id: Zeroizing<String>,
    farewell: Farewell,
    pub token: Token,
}

/// The sessions that it takes to act for a project. They have to be ended.
pub(super) struct Visit<'a> {
    first: Session<'a>,
    scoped: Option<Session<'a>>,
}

impl<'a> Keystone<'a> {
    pub(super) fn of(probe: &'a Probe<'a>) -> Result<Self, Report> {
        let url = probe.url(URL)?;
        let path = url.path().trim_end_matches('/');
        let path = ["/v3", "/v2.0"].iter().find_map(|version| path.strip_suffix(version)).unwrap_or(path).to_owned();
        let mut root = url;
        root.set_path(&path);
        Ok(Self { probe, base: below(&root, &["v3"]) })
    }

    /// Signs in: a user for nothing in particular, an application credential for its own project.
    pub(super) async fn sign_in(&'a self) -> Result<Session<'a>, Report> {
        let (id, secret) = (self.probe.text(USER)?, self.probe.secret(PASSWORD)?);
        let auth = if self.applies() {
            let identity = Identity {
                methods: vec!["application_credential"],
                application_credential: Some(ApplicationSecret { id, secret }),
                ..Identity::default()
            };
            Auth { identity, scope: None }
        } else {
            let domain = domain(self.probe.text("openStackDomain")?);
            let identity = Identity {
                methods: vec!["password"],
                password: Some(Password { user: UserSecret { name: id, domain, password: secret } }),
                ..Identity::default()
            };
            Auth { identity, scope: Some(Scope::Nothing("unscoped")) }
        };
        let answer = self.ask(auth).await?;
        self.session(&answer).ok_or_else(|| self.refused(&answer))
    }

    /// Signs in for a project, by its name or id.
    pub(super) async fn within(&'a self, project: &str) -> Result<Visit<'a>, Report> {
        let first = self.sign_in().await?;
        let scoped = match first.project(project).await {
            // An application credential is for one project, and has signed in for it already.
            Ok(None) => return Ok(Visit { first, scoped: None }),
            Ok(Some(id)) => first.again(&id).await,
            Err(report) => Err(report),
        };
        match scoped {
            Ok(scoped) => Ok(Visit { first, scoped: Some(scoped) }),
            Err(report) => {
                first.end().await;
                Err(report)
            }
        }
    }

    /// Whether the credential is an application credential.
    fn applies(&self) -> bool {
        self.probe.values.flag("applicationCredEnabled")
    }

    fn tokens(&self) -> Url {
        below(&self.base, &["auth", "tokens"])
    }

    async fn ask(&self, auth: Auth<'_>) -> Result<Answer, Report> {
        self.probe.send(Ask::post(self.tokens()).json(&Login { auth })).await
    }

    fn session(&'a self, answer: &Answer) -> Option<Session<'a>> {
        if !answer.status.is_success() {
            return None;
        }
        let id = Zeroizing::new(answer.header("x-subject-token")?.to_owned());
        // A token that was given is taken back, whatever else the answer holds.
        let goodbye = Ask::delete(self.tokens()).header("x-auth-token", &id).header("x-subject-token", &id);
        let farewell = self.probe.farewell(goodbye).ok()?;
        Some(Session { keystone: self, id, farewell, token: answer.json::<Issued>()?.token })
    }

    /// Why nobody was signed in.
    fn refused(&self, answer: &Answer) -> Report {
        let probe = self.probe;
        let (user, password) = (probe.label(USER), probe.label(PASSWORD));
        let words = answer.json::<Refusal>().map(|refusal| refusal.error.message);
        let said = |text: &str| words.as_ref().is_some_and(|words| words.contains(text));
        match answer.code() {
            401 if answer.header("openstack-auth-receipt").is_some() => Report::new(
                Verdict::NeedsHuman,
                format!(
                    "Keystone takes {password}, and wants a second factor from this user. Use an application \
                     credential."
                ),
            )
            .at(USER),
            401 if said("password is expired") => Report::new(
                Verdict::Expired,
                format!("{password} is right, but has expired. Change it in the cloud, and enter the new one."),
            )
            .at(PASSWORD),
            401 if said("account is locked") || said("is disabled") => Report::new(
                Verdict::Disabled,
                format!("Keystone refuses: {}", probe.clean(words.as_deref().unwrap_or_default())),
            )
            .at(USER),
            401 if self.applies() && words.is_some() => Report::new(
                Verdict::WrongIdentityOrSecret,
                format!(
                    "Keystone knows the application credential, and refuses it: {password} is another, or it has \
                     expired, or its user is switched off. Keystone does not say which."
                ),
            )
            .at(PASSWORD),
            401 if words.is_some() => Report::new(
                Verdict::WrongIdentityOrSecret,
                format!(
                    "Keystone refuses {user}, {password} or {}, and does not say which; a locked account looks the \
                     same. Check all three.",
                    probe.label("openStackDomain")
                ),
            )
            .at(PASSWORD),
            404 if said("Application Credential") => Report::new(
                Verdict::UnknownIdentity,
                format!("There is no such application credential. Check {user}, which holds its id, not its name."),
            )
            .at(USER),
            413 => probe.rate_limited(answer, &self.base),
            _ => probe.unexpected(answer, &self.base, SERVER).at(URL),
        }
    }
}

impl<'a> Session<'a> {
    pub(super) fn base(&self) -> &Url {
        &self.keystone.base
    }

    /// A request to read something, as this session.
    pub(super) fn get(&self, url: Url) -> Ask {
        Ask::get(url).header("x-auth-token", &self.id)
    }

    /// The projects in which the user has a role.
    pub(super) async fn projects(&self) -> Result<Vec<Project>, Report> {
        let url = below(self.base(), &["auth", "projects"]);
        let answer = self.keystone.probe.send(self.get(url.clone())).await?;
        let projects = answer.status.is_success().then(|| answer.json::<Projects>()).flatten();
        let projects = projects.ok_or_else(|| self.keystone.probe.unexpected(&answer, &url, SERVER).at(URL))?;
        Ok(projects.projects)
    }

    /// The id of a project by its name or id, or nothing when the session is for it already.
    async fn project(&self, name: &str) -> Result<Option<String>, Report> {
        let probe = self.keystone.probe;
        if let Some(own) = &self.token.project {
            if own.name == name || own.id == name {
                return Ok(None);
            }
            let own = probe.clean(&own.name);
            return Err(
                self.wrong_project(format!("The application credential is right, but is for the project {own}."))
            );
        }
        let projects = self.projects().await?;
        // A name is unique in its domain alone, and the user's own domain is meant.
        let home = Some(&self.token.user.domain.id);
        let found = projects
            .iter()
            .find(|project| project.name == name && project.domain_id.as_ref() == home)
            .or_else(|| projects.iter().find(|project| project.id == name));
        if let Some(project) = found {
            return Ok(Some(project.id.clone()));
        }
        if projects.iter().any(|project| project.name == name) {
            let label = probe.label("openStackDomain");
            return Err(self.wrong_project(format!(
                "The user is known, but the project {name} is in another domain than {label} says."
            )));
        }
        if projects.is_empty() {
            return Err(Report::new(
                Verdict::NotEnoughRights,
                "The user is known, but has no role in any project. Ask the cloud's administrator for one.",
            )
            .at(PROJECT));
        }
        let names: Vec<_> = projects.iter().take(20).map(|project| project.name.as_str()).collect();
        let names = probe.clean(&names.join(", "));
        Err(self.wrong_project(format!("The user is known, but has no role in a project {name}; there are {names}.")))
    }

    /// The same user, for a project.
    async fn again(&self, project: &str) -> Result<Session<'a>, Report> {
        let probe = self.keystone.probe;
        let identity = Identity { methods: vec!["token"], token: Some(ById { id: &self.id }), ..Identity::default() };
        let auth = Auth { identity, scope: Some(Scope::Project(ById { id: project })) };
        let answer = self.keystone.ask(auth).await?;
        self.keystone.session(&answer).ok_or_else(|| match answer.code() {
            401 | 403 => self.wrong_project("The user is known, but Keystone refuses the project.".to_owned()),
            _ => probe.unexpected(&answer, self.base(), SERVER).at(URL),
        })
    }

    fn wrong_project(&self, sentence: String) -> Report {
        let label = self.keystone.probe.label(PROJECT);
        Report::new(Verdict::WrongScope, format!("{sentence} Correct {label}.")).at(PROJECT)
    }

    /// When the application credential or the password ends.
    pub(super) async fn expiry(&self) -> Option<DateTime<Utc>> {
        let Some(application) = &self.token.application_credential else {
            return self.token.user.password_expires_at.as_deref().and_then(time);
        };
        let url = below(self.base(), &["users", &self.token.user.id, "application_credentials", &application.id]);
        let answer = self.keystone.probe.send(self.get(url)).await.ok()?;
        time(&answer.json::<Application>()?.application_credential.expires_at?)
    }

    /// Takes the token back.
    pub(super) async fn end(self) {
        self.farewell.say().await;
    }
}

impl<'a> Visit<'a> {
    /// The session for the project.
    pub(super) fn session(&self) -> &Session<'a> {
        self.scoped.as_ref().unwrap_or(&self.first)
    }

    pub(super) async fn end(self) {
        if let Some(scoped) = self.scoped {
            scoped.end().await;
        }
        self.first.end().await;
    }
}

/// A domain by its id, where the text looks like one, and by its name otherwise.
fn domain(text: &str) -> Domain<'_> {
    let is_id = text == "default" || text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { Domain::Id(text) } else { Domain::Name(text) }
}

/// Keystone writes its times in UTC, now and then without saying so.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(time.and_utc())
}
