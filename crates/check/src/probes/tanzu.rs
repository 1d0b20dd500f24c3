//! Tanzu: a sign-in at the Supervisor as `kubectl vsphere login` makes it, then the namespaces that it opens.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::Suggestion;
use crate::probe::{Checked, Discovered, Probe, at_path};
use crate::{Report, Verdict};

const URL: &str = "url";
const USER: &str = "username";
const PASSWORD: &str = "password";
const NAMESPACE: &str = "namespace";
const CLASS: &str = "volumeType";
const SERVER: &str = "a Supervisor";

/// Where the Supervisor's Kubernetes is when no port is given.
const KUBERNETES_PORT: u16 = 6443;

pub(super) const DISCOVERED: &[&str] = &[NAMESPACE, CLASS];

/// A sign-in. Its token ends by itself within ten hours; there is no way to end it earlier.
#[derive(Deserialize)]
struct Session {
    session_id: Zeroizing<String>,
}

/// A sign-in to the Supervisor itself, and to none of the clusters on it.
#[derive(Serialize)]
struct Login {}

#[derive(Deserialize)]
struct Workload {
    namespace: String,
}

#[derive(Deserialize)]
struct Classes {
    items: Vec<Class>,
}

#[derive(Deserialize)]
struct Class {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let namespace = probe.text(NAMESPACE)?;
    let session = open(probe).await?;
    let user = probe.text(USER)?;
    let names = namespaces(probe, &session).await?;
    if names.is_empty() {
        let sentence =
            format!("The Supervisor lets {user} in, who may enter no namespace. Give the user a role on {namespace}.");
        return Err(Report::new(Verdict::NotEnoughRights, sentence).at(USER));
    }
    if !names.iter().any(|name| name == namespace) {
        let shown: Vec<String> = names.iter().take(10).map(|name| probe.clean(name)).collect();
        let sentence = format!(
            "The Supervisor lets {user} in, but not into the namespace {namespace}; there are {}. Correct {}, or give the user a \
             role on it.",
            shown.join(", "),
            probe.label(NAMESPACE)
        );
        return Err(Report::new(Verdict::WrongScope, sentence).at(NAMESPACE));
    }
    Ok(Report::new(Verdict::Works, format!("The Supervisor lets {user} into the namespace {namespace}."))
        .identity(user)
        .detail("Namespace", namespace)
        .detail("Namespaces", names.len().to_string()))
}

pub(super) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let session = open(probe).await?;
    let names = match field {
        NAMESPACE => namespaces(probe, &session).await?,
        _ => classes(probe, &session).await?,
    };
    Ok(names.into_iter().map(Suggestion::plain).collect())
}

/// Signs in, once it is seen that a Supervisor is there to which a password may be given.
async fn open(probe: &Probe<'_>) -> Result<Session, Report> {
    let (root, user, password) = (probe.url(URL)?, probe.text(USER)?, probe.secret(PASSWORD)?);
    let url = at_path(&root, "/wcp/loginbanner");
    let banner = probe.send(Ask::get(url.clone())).await?;
    if !banner.status.is_success() || banner.is_html() || banner.cut {
        let mut report = probe.unexpected(&banner, &url, SERVER).at(URL);
        if report.verdict == Verdict::WrongServer && banner.code() == 404 {
            report.message.push_str(" The Supervisor has an address of its own, which is not that of vCenter.");
        }
        return Err(report);
    }
    let url = at_path(&root, "/wcp/login");
    let answer = probe.send(Ask::post(url.clone()).basic(user, password).json(&Login {})).await?;
    if let Some(session) = answer.status.is_success().then(|| answer.json::<Session>()).flatten() {
        return Ok(session);
    }
    Err(match answer.code() {
        401 => Report::new(
            Verdict::WrongIdentityOrSecret,
            format!(
                "The Supervisor refuses {} or {}, and does not say which; a user that is locked is refused alike. Check both.",
                probe.label(USER),
                probe.label(PASSWORD)
            ),
        )
        .at(PASSWORD),
        403 if !answer.is_html() => without_rights(user),
        _ => probe.unexpected(&answer, &url, SERVER).at(URL),
    })
}

async fn namespaces(probe: &Probe<'_>, session: &Session) -> Result<Vec<String>, Report> {
    let url = at_path(&probe.url(URL)?, "/wcp/workloads");
    let answer = probe.send(Ask::get(url.clone()).bearer(&session.session_id)).await?;
    let workloads = read::<Vec<Workload>>(probe, &answer, &url)?;
    Ok(workloads.into_iter().map(|one| one.namespace).collect())
}

/// The storage classes of the Supervisor's Kubernetes, on the same host at its own port.
async fn classes(probe: &Probe<'_>, session: &Session) -> Result<Vec<String>, Report> {
    let mut url = at_path(&probe.url(URL)?, "/apis/storage.k8s.io/v1/storageclasses");
    let port = probe.values.int("port").and_then(|port| u16::try_from(port).ok());
    // Only an address that cannot have a port refuses one, and those were sorted out.
    let _ = url.set_port(Some(port.unwrap_or(KUBERNETES_PORT)));
    let answer = probe.send(Ask::get(url.clone()).bearer(&session.session_id)).await?;
    let classes = read::<Classes>(probe, &answer, &url)?;
    Ok(classes.items.into_iter().map(|one| one.metadata.name).collect())
}

fn read<T: for<'de> Deserialize<'de>>(probe: &Probe<'_>, answer: &Answer, url: &Url) -> Result<T, Report> {
    answer.status.is_success().then(|| answer.json()).flatten().ok_or_else(|| match answer.code() {
        403 if !answer.is_html() => without_rights(probe.values.text(USER).unwrap_or_default()),
        _ => probe.unexpected(answer, url, SERVER).at(URL),
    })
}

fn without_rights(user: &str) -> Report {
    let sentence = format!("The Supervisor knows {user}, who may not do this. Give the user a role on the namespace.");
    Report::new(Verdict::NotEnoughRights, sentence).at(USER)
}
