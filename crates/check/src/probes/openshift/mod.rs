//! OpenShift: who the kubeconfig's user is to the cluster, then what the credential says of the cluster.
//!
//! `/version` is open to anybody and proves nothing. A review of one's own access is answered only to those that are known.

mod cluster;

use reqwest::Url;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::cluster::Cluster;
use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::Suggestion;
use crate::probe::{CONTROL, Checked, Discovered, Probe, host_of};
use crate::{Report, Verdict};

const CONFIG: &str = "kubeConfig";
const DOMAIN: &str = "baseDomain";
const CLASS: &str = "storageClass";
const SERVER: &str = "a Kubernetes API";

const CONFIG_API: &[&str] = &["apis", "config.openshift.io", "v1"];
const CLASSES: &[&str] = &["apis", "storage.k8s.io", "v1", "storageclasses"];
const ACCESS_REVIEW: &[&str] = &["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"];
const REVIEW: &[&str] = &["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"];
const USER: &[&str] = &["apis", "user.openshift.io", "v1", "users", "~"];

/// Whom a cluster calls somebody that it does not know.
const NOBODY: &str = "system:anonymous";

pub(super) const DISCOVERED: &[&str] = &[CLASS, DOMAIN];

/// An answer that something cannot be done.
#[derive(Deserialize)]
struct Status {
    kind: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    git_version: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Wish<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wish<'a> {
    resource_attributes: Attributes<'a>,
}

#[derive(Serialize)]
struct Attributes<'a> {
    verb: &'a str,
    group: &'a str,
    resource: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reviewed {
    status: Outcome,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Outcome {
    allowed: bool,
    user_info: Who,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Who {
    username: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<T> {
    metadata: Metadata,
    spec: T,
    status: T,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    name: String,
    annotations: std::collections::BTreeMap<String, String>,
}

/// What is looked at of the cluster's own settings.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Settings {
    base_domain: String,
    desired: Release,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Release {
    version: String,
}

#[derive(Deserialize)]
struct List {
    items: Vec<Object<serde::de::IgnoredAny>>,
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let (domain, class) = (probe.text(DOMAIN)?, probe.text(CLASS)?);
    let cluster = Cluster::open(probe)?;
    let kubernetes = version(probe, &cluster).await?;
    let (identity, administrates) = identify(probe, &cluster).await?;
    let who = identity.clone().unwrap_or_else(|| cluster.show(&cluster.file.user));
    let sentence = match &identity {
        Some(name) => format!("The cluster knows the kubeconfig's user as {name}."),
        None => "The cluster accepts the kubeconfig, and does not tell its user who that is.".to_owned(),
    };
    let mut report = Report::new(Verdict::Works, sentence)
        .identity(who.clone())
        .detail("Cluster", host_of(&cluster.file.server))
        .expires(cluster.end);
    if cluster.file.skips_tls {
        report = report.danger(
            "The cluster's certificate was not verified, as the kubeconfig asks for (insecure-skip-tls-verify).",
        );
    }

    let release: Found<Settings> = cluster.find(probe, &[CONFIG_API, &["clusterversions", "version"]].concat()).await?;
    match release {
        Found::Is(object) => report = report.detail("Version", cluster.show(&object.status.desired.version)),
        Found::Not => return Err(plain(&who)),
        // Rights are looked at before anything else, so that the cluster may not be an OpenShift at all.
        Found::Hidden => match cluster.find::<serde::de::IgnoredAny>(probe, CONFIG_API).await? {
            Found::Not => return Err(plain(&who)),
            _ => report = report.warning(hidden("the cluster's version")),
        },
    }
    report = report.detail("Kubernetes", kubernetes).detail(
        "Rights",
        match administrates {
            Some(true) => "administrates the cluster",
            Some(false) => "limited",
            None => "",
        },
    );
    match cluster.find::<Settings>(probe, &[CONFIG_API, &["dnses", "cluster"]].concat()).await? {
        Found::Is(object) if object.spec.base_domain.is_empty() => {
            report = report.warning(hidden("the cluster's base domain"));
        }
        // A cluster's own domain begins with its name; the installer is given what follows.
        Found::Is(object) if same_domain(after_the_name(&object.spec.base_domain), domain) => {}
        Found::Is(object) if !same_domain(&object.spec.base_domain, domain) => {
            return Err(Report::new(
                Verdict::WrongScope,
                format!(
                    "The kubeconfig works, but the cluster's base domain is {} and not {domain}. Correct {}.",
                    cluster.show(&object.spec.base_domain),
                    probe.label(DOMAIN)
                ),
            )
            .at(DOMAIN));
        }
        Found::Is(_) => {}
        Found::Not | Found::Hidden => report = report.warning(hidden("the cluster's base domain")),
    }
    match classes(probe, &cluster).await? {
        Some(classes) if !classes.iter().any(|one| one.value == class) => {
            let names: Vec<String> = classes.iter().take(10).map(|one| cluster.show(&one.value)).collect();
            let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(Report::new(
                Verdict::WrongScope,
                format!(
                    "The kubeconfig works, but the cluster has no storage class {class}; it has {there}. Correct {}.",
                    probe.label(CLASS)
                ),
            )
            .at(CLASS));
        }
        Some(_) => {}
        None => report = report.warning(hidden("the cluster's storage classes")),
    }
    Ok(report)
}

pub(super) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let cluster = Cluster::open(probe)?;
    let denied = |what: &str| {
        Report::new(Verdict::NotEnoughRights, format!("The kubeconfig's user may not read {what}. Type it in."))
            .at(field)
    };
    if field == CLASS {
        return classes(probe, &cluster).await?.ok_or_else(|| denied("the cluster's storage classes"));
    }
    match cluster.find::<Settings>(probe, &[CONFIG_API, &["dnses", "cluster"]].concat()).await? {
        Found::Is(object) => Ok(vec![Suggestion::plain(object.spec.base_domain)]),
        Found::Not => Err(plain(&cluster.show(&cluster.file.user))),
        Found::Hidden => Err(denied("the cluster's base domain")),
    }
}

/// The version of Kubernetes, which tells whether it is one. A wrong token is refused already here.
async fn version(probe: &Probe<'_>, cluster: &Cluster) -> Result<String, Report> {
    let url = cluster.url(&["version"]);
    let answer = cluster.send(probe, Ask::get(url.clone())).await?;
    match answer.json::<Version>().filter(|_| answer.status.is_success()) {
        Some(version) => Ok(cluster.show(&version.git_version)),
        // Some clusters keep even this from those without rights.
        None if answer.code() == 403 && is_status(&answer) => Ok(String::new()),
        None => Err(cluster.refused(probe, &answer, &url)),
    }
}

/// Who the user is, when the cluster tells, and whether all is allowed to them.
async fn identify(probe: &Probe<'_>, cluster: &Cluster) -> Result<(Option<String>, Option<bool>), Report> {
    let wish = Wish { resource_attributes: Attributes { verb: "*", group: "*", resource: "*" } };
    let review = Review { api_version: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: Some(wish) };
    let url = cluster.url(ACCESS_REVIEW);
    let answer = cluster.send(probe, Ask::post(url.clone()).json(&review)).await?;
    let allowed = match answer.json::<Reviewed>().filter(|_| answer.status.is_success()) {
        Some(reviewed) => Some(reviewed.status.allowed),
        None if answer.code() == 403 && is_status(&answer) && !said(&answer).contains(NOBODY) => None,
        None => return Err(cluster.refused(probe, &answer, &url)),
    };

    let own = Review { api_version: "authentication.k8s.io/v1", kind: "SelfSubjectReview", spec: None };
    let answer = cluster.send(probe, Ask::post(cluster.url(REVIEW)).json(&own)).await?;
    let mut name = answer.json::<Reviewed>().map(|reviewed| reviewed.status.user_info.username);
    if !answer.status.is_success() {
        // Clusters before Kubernetes 1.28 have no such review, but OpenShift has its own way to ask.
        let answer = cluster.send(probe, Ask::get(cluster.url(USER))).await?;
        let user = answer.json::<Object<serde::de::IgnoredAny>>().filter(|_| answer.status.is_success());
        name = user.map(|user| user.metadata.name);
    }
    match name.filter(|name| !name.is_empty()) {
        Some(name) if name == NOBODY => Err(cluster.nobody()),
        Some(name) => Ok((Some(cluster.show(&name)), allowed)),
        None => {
            // A cluster may answer this to strangers, with a wrong token or with none.
            let bare = cluster.send_as_stranger(probe, Ask::post(url.clone()).json(&review)).await?;
            if bare.status.is_success() {
                return Err(probe.unproven(CONFIG));
            }
            let control = cluster.send_as_stranger(probe, Ask::post(url).bearer(CONTROL).json(&review)).await;
            probe.proved(control, |answer| matches!(answer.code(), 401 | 403), CONFIG)?;
            Ok((None, allowed))
        }
    }
}

/// The storage classes, the cluster's own choice marked; nothing when they may not be read.
async fn classes(probe: &Probe<'_>, cluster: &Cluster) -> Result<Option<Vec<Suggestion>>, Report> {
    let url = cluster.url(CLASSES);
    let answer = cluster.send(probe, Ask::get(url.clone())).await?;
    if answer.code() == 403 && is_status(&answer) && !said(&answer).contains(NOBODY) {
        return Ok(None);
    }
    let list = answer.json::<List>().filter(|_| answer.status.is_success());
    let list = list.ok_or_else(|| cluster.refused(probe, &answer, &url))?;
    let default = |one: &Metadata| {
        one.annotations.get("storageclass.kubernetes.io/is-default-class").is_some_and(|mark| mark == "true")
    };
    let offer = |one: Metadata| {
        let words = if default(&one) { "default" } else { "" };
        Suggestion::with(one.name, words)
    };
    Ok(Some(list.items.into_iter().map(|one| offer(one.metadata)).collect()))
}

/// What came of asking for one thing.
enum Found<T> {
    Is(Box<Object<T>>),
    Not,
    Hidden,
}

impl Cluster {
    async fn find<T: DeserializeOwned + Default>(&self, probe: &Probe<'_>, path: &[&str]) -> Result<Found<T>, Report> {
        let url: Url = self.url(path);
        let answer = self.send(probe, Ask::get(url.clone())).await?;
        match answer.code() {
            404 => Ok(Found::Not),
            403 if is_status(&answer) && !said(&answer).contains(NOBODY) => Ok(Found::Hidden),
            _ => match answer.json::<Object<T>>().filter(|_| answer.status.is_success()) {
                Some(object) => Ok(Found::Is(Box::new(object))),
                None => Err(self.refused(probe, &answer, &url)),
            },
        }
    }
}

/// A cluster's domain without the cluster's name.
fn after_the_name(domain: &str) -> &str {
    domain.split_once('.').map_or(domain, |(_, rest)| rest)
}

/// Whether an answer is one that Kubernetes gives.
fn is_status(answer: &Answer) -> bool {
    answer.json::<Status>().is_some_and(|status| status.kind == "Status")
}

fn said(answer: &Answer) -> String {
    answer.json::<Status>().map(|status| status.message).unwrap_or_default()
}

fn plain(who: &str) -> Report {
    let sentence = format!(
        "The kubeconfig works as {who}, but the cluster is a plain Kubernetes and not an OpenShift. Take the kubeconfig of an \
         OpenShift cluster."
    );
    Report::new(Verdict::WrongServer, sentence).at(CONFIG)
}

fn hidden(what: &str) -> String {
    format!("The kubeconfig's user may not read {what}, so that it was not compared.")
}

fn same_domain(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}
