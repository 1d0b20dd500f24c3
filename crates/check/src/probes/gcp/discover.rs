//! What can go into the fields of Google Cloud.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::token::Session;
use super::{CONFIG, FOLDER, key, named, refusal};
use crate::ask::Ask;
use crate::checker::{MOST, Suggestion};
use crate::probe::{Discovered, Probe, below};
use crate::{Endpoint, Report};

const REGION: &str = "region";
const PROJECT: &str = "importedGcpProjectId";
const NETWORK: &str = "importedVpcName";
const SUBNETS: &str = "subnets";

pub(in crate::probes) const DISCOVERED: &[&str] = &[REGION, FOLDER, PROJECT, NETWORK, SUBNETS];

/// A page of a list, under whichever name.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned", rename_all = "camelCase")]
struct Page<T> {
    #[serde(default = "Vec::new", alias = "projects", alias = "folders")]
    items: Vec<T>,
    next_page_token: Option<String>,
}

/// Whatever has a name; the rest is there where it makes sense.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Thing {
    name: String,
    display_name: String,
    project_id: String,
    lifecycle_state: String,
    network: String,
    ip_cidr_range: String,
}

pub(in crate::probes) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let key = key(probe)?;
    let region = if field == SUBNETS { probe.text(REGION)? } else { "" };
    let network = if field == SUBNETS { probe.text(NETWORK)? } else { "" };
    // A network that is shared belongs to another project.
    let project = match field {
        NETWORK | SUBNETS => probe.values.text(PROJECT).unwrap_or(&key.project),
        _ => &key.project,
    };
    let session = Session::open(probe, &key).await?;
    let compute = probe.place(Endpoint::GoogleCompute, "https://compute.googleapis.com")?;
    let projects = probe.place(Endpoint::GoogleProjects, "https://cloudresourcemanager.googleapis.com")?;
    let (_, own) = named(probe);
    let place = format!("the project {}", if project == key.project { &own } else { project });
    let list = async |url: Url, fields: &str| session.list(probe, url, fields, &place).await;
    let found = match field {
        REGION => {
            let url = below(&compute, &["compute", "v1", "projects", project, "regions"]);
            list(url, "items(name)").await?.iter().map(|one| Suggestion::plain(&one.name)).collect()
        }
        FOLDER => {
            let folders = list(below(&projects, &["v3", "folders:search"]), "folders(name,displayName)").await?;
            let numbered = folders.iter().filter_map(|one| Some((one.name.strip_prefix("folders/")?, one)));
            numbered.map(|(number, one)| Suggestion::with(number, &one.display_name)).collect()
        }
        PROJECT => {
            let all = list(below(&projects, &["v1", "projects"]), "projects(projectId,name,lifecycleState)").await?;
            let live = all.iter().filter(|one| one.lifecycle_state == "ACTIVE");
            live.map(|one| Suggestion::with(&one.project_id, &one.name)).collect()
        }
        NETWORK => {
            let url = below(&compute, &["compute", "v1", "projects", project, "global", "networks"]);
            list(url, "items(name)").await?.iter().map(|one| Suggestion::plain(&one.name)).collect()
        }
        _ => {
            let url = below(&compute, &["compute", "v1", "projects", project, "regions", region, "subnetworks"]);
            let all = list(url, "items(name,network,ipCidrRange)").await?;
            let inside = all.iter().filter(|one| one.network.rsplit('/').next() == Some(network));
            inside.map(|one| Suggestion::with(&one.name, &one.ip_cidr_range)).collect()
        }
    };
    Ok(found)
}

impl Session {
    /// All pages of a list, with these fields of its things.
    async fn list(&self, probe: &Probe<'_>, url: Url, fields: &str, place: &str) -> Result<Vec<Thing>, Report> {
        let mut found = Vec::new();
        let mut token = None::<String>;
        loop {
            let mut page = url.clone();
            page.query_pairs_mut().append_pair("fields", &format!("{fields},nextPageToken"));
            if let Some(token) = &token {
                page.query_pairs_mut().append_pair("pageToken", token);
            }
            let answer = self.ask(probe, Ask::get(page.clone())).await?;
            let Some(page) = answer.status.is_success().then(|| answer.json::<Page<Thing>>()).flatten() else {
                return Err(refusal::of_a_place(probe, &answer, &page, place, CONFIG));
            };
            found.extend(page.items);
            let next = page.next_page_token.filter(|next| !next.is_empty() && token.as_ref() != Some(next));
            match next {
                Some(next) if found.len() < MOST => token = Some(next),
                _ => return Ok(found),
            }
        }
    }
}
