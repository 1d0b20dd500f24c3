//! What can go into the fields of Azure.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{LOCATION, MANAGEMENT_SERVER, Page, SUBSCRIPTION, Session, refusal};
use crate::Report;
use crate::checker::{MOST, Suggestion};
use crate::probe::{Discovered, Probe};

pub(super) const GROUP: &str = "existingVirtualNetworkResourceGroupName";
const NETWORK: &str = "existingVirtualNetworkName";
const SUBNETS: &str = "subnets";

pub(in crate::probes) const DISCOVERED: &[&str] = &[SUBSCRIPTION, LOCATION, GROUP, NETWORK, SUBNETS];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Location {
    name: String,
    display_name: String,
    metadata: Place,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Place {
    region_type: String,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    location: String,
}

#[derive(Deserialize)]
struct Network {
    name: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    properties: Inside,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Inside {
    subnets: Vec<Subnet>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Subnet {
    name: String,
    properties: Range,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Range {
    address_prefix: String,
}

pub(in crate::probes) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    if field == SUBSCRIPTION {
        let session = Session::open(probe).await?;
        let found = session.subscriptions(probe).await?;
        return Ok(found.iter().map(|one| Suggestion::with(&one.subscription_id, &one.display_name)).collect());
    }
    let id = probe.text(SUBSCRIPTION)?;
    // What else a list needs is asked for before anybody is signed in.
    let group = if matches!(field, NETWORK | SUBNETS) { probe.text(GROUP)? } else { "" };
    let network = if field == SUBNETS { probe.text(NETWORK)? } else { "" };
    let session = Session::open(probe).await?;
    let networks = ["subscriptions", id, "resourceGroups", group, "providers", "Microsoft.Network", "virtualNetworks"];
    match field {
        LOCATION => {
            let url = session.url(&["subscriptions", id, "locations"], "2022-12-01");
            let found: Vec<Location> = session.list(probe, url).await?;
            // Beside the places there are groups of them, where nothing can be put.
            let places = found.iter().filter(|one| one.metadata.region_type != "Logical");
            Ok(places.map(|one| Suggestion::with(&one.name, &one.display_name)).collect())
        }
        GROUP => {
            let url = session.url(&["subscriptions", id, "resourcegroups"], "2021-04-01");
            let found: Vec<Group> = session.list(probe, url).await?;
            Ok(found.iter().map(|one| Suggestion::with(&one.name, &one.location)).collect())
        }
        NETWORK => {
            let found: Vec<Network> = session.list(probe, session.url(&networks, "2023-09-01")).await?;
            Ok(found.iter().map(|one| Suggestion::with(&one.name, &one.location)).collect())
        }
        _ => {
            let found: Vec<Network> = session.list(probe, session.url(&networks, "2023-09-01")).await?;
            let subnets = found.into_iter().filter(|one| one.name.eq_ignore_ascii_case(network));
            let subnets = subnets.flat_map(|one| one.properties.subnets);
            Ok(subnets.map(|one| Suggestion::with(&one.name, &one.properties.address_prefix)).collect())
        }
    }
}

impl Session {
    /// All pages of a list, from the management itself and from nowhere else.
    pub(super) async fn list<T: DeserializeOwned>(&self, probe: &Probe<'_>, first: Url) -> Result<Vec<T>, Report> {
        let mut found = Vec::new();
        let mut next = Some(first);
        while let Some(url) = next {
            let answer = self.get(probe, url.clone()).await?;
            let Some(page) = answer.status.is_success().then(|| answer.json::<Page<T>>()).flatten() else {
                return Err(refusal::of_management(probe, &answer, &url)
                    .unwrap_or_else(|| probe.unexpected(&answer, &url, MANAGEMENT_SERVER)));
            };
            found.extend(page.value);
            next = page
                .next_link
                .and_then(|link| Url::parse(&link).ok())
                .filter(|link| link.origin() == url.origin() && *link != url && found.len() < MOST);
        }
        Ok(found)
    }
}
