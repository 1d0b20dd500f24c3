//! Google Cloud: a token for the service account, then what it may do where clusters are made.

mod discover;
mod refusal;
mod token;

use chrono::{DateTime, Datelike, Utc};
use credenza_model::ServiceAccountKey;
use reqwest::Url;
use serde::{Deserialize, Serialize};

pub(super) use self::discover::{DISCOVERED, discover};
use self::token::Session;
use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{Checked, Probe, below};
use crate::{Endpoint, Report, Verdict};

const CONFIG: &str = "config";
const FOLDER: &str = "folderId";
const SERVER: &str = "Google Cloud";

/// What a cluster in an own project begins with: machines, and a network to put them into unless there is one.
const IN_A_PROJECT: &[&str] = &["compute.instances.create", "compute.disks.create", "compute.networks.create"];
const WITH_A_NETWORK: &[&str] = &["compute.instances.create", "compute.disks.create"];

/// What a project for clusters begins with.
const IN_A_FOLDER: &[&str] = &["resourcemanager.projects.create"];

#[derive(Serialize)]
struct Asked<'a> {
    permissions: &'a [&'a str],
}

#[derive(Deserialize)]
struct Granted {
    #[serde(default)]
    permissions: Vec<String>,
}

/// A key as Google keeps it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyRecord {
    valid_before_time: Option<DateTime<Utc>>,
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let key = key(probe)?;
    let own = probe.values.flag("importProject");
    let folder = if own { "" } else { probe.text(FOLDER)? };
    let session = Session::open(probe, &key).await?;

    let projects = probe.place(Endpoint::GoogleProjects, "https://cloudresourcemanager.googleapis.com")?;
    let (url, wanted, field) = if own {
        let url = below(&projects, &["v1", "projects", &format!("{}:testIamPermissions", key.project)]);
        let imported = probe.values.text("vpcMode") == Some("Import");
        (url, if imported { WITH_A_NETWORK } else { IN_A_PROJECT }, CONFIG)
    } else {
        (below(&projects, &["v3", "folders", &format!("{folder}:testIamPermissions")]), IN_A_FOLDER, FOLDER)
    };
    let (email, project) = named(probe);
    let place = if own { format!("the project {project}") } else { format!("the folder {folder}") };
    let answer = session.ask(probe, Ask::post(url.clone()).json(&Asked { permissions: wanted })).await?;
    let Some(granted) = answer.status.is_success().then(|| answer.json::<Granted>()).flatten() else {
        return Err(refusal::of_a_place(probe, &answer, &url, &place, field));
    };
    let lacks: Vec<&str> =
        wanted.iter().copied().filter(|one| !granted.permissions.iter().any(|got| got == one)).collect();
    if !lacks.is_empty() {
        let sentence = format!(
            "The key signs in, but {} lacks {} on {place}. Give it a role that has it.",
            email,
            lacks.join(", ")
        );
        return Err(Report::new(Verdict::NotEnoughRights, sentence).at(field));
    }
    let report = Report::new(Verdict::Works, format!("The key signs in, and may work in {place}."))
        .identity(email)
        .detail("Project", project)
        .detail("Rights", wanted.join(", "))
        .expires(end(probe, &session, &key).await);
    Ok(probe.with_clock(report, &answer))
}

/// The key in the file that was given.
fn key(probe: &Probe<'_>) -> Result<ServiceAccountKey, Report> {
    ServiceAccountKey::read(probe.secret(CONFIG)?)
        .map_err(|sentence| Report::new(Verdict::Incomplete, sentence).at(CONFIG))
}

/// The account and its project as they may be shown: of what is in the file, these two are no secret.
fn named(probe: &Probe<'_>) -> (String, String) {
    let facts = (probe.kind.secret_facts)(probe.secrets);
    (facts.identity.unwrap_or_default(), facts.project.unwrap_or_default())
}

/// When the key itself ends, when it does and the account may know.
async fn end(probe: &Probe<'_>, session: &Session, key: &ServiceAccountKey) -> Option<DateTime<Utc>> {
    let iam = probe.place(Endpoint::GoogleIam, "https://iam.googleapis.com").ok()?;
    let path = ["v1", "projects", "-", "serviceAccounts", &key.email, "keys", &key.key_id];
    let answer = session.ask(probe, Ask::get(below(&iam, &path))).await.ok()?;
    let record = answer.status.is_success().then(|| answer.json::<KeyRecord>()).flatten()?;
    // A key without an end has the last year that can be written.
    record.valid_before_time.filter(|end| end.year() < 9999)
}

impl Session {
    /// Asks Google with the token.
    async fn ask(&self, probe: &Probe<'_>, ask: Ask) -> Result<Answer, Report> {
        probe.send(ask.bearer(&self.token)).await
    }
}

impl Probe<'_> {
    /// Where a service of Google's is.
    fn place(&self, endpoint: Endpoint, default: &str) -> Result<Url, Report> {
        match self.checker.endpoints.get(endpoint) {
            Some(url) => Ok(url.clone()),
            None => self.address(CONFIG, default),
        }
    }
}
