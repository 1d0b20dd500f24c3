//! What a cloud can list for the form: projects and regions by Keystone, the others by the services that its catalog
//! names.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::keystone::{Keystone, Session};
use super::wire::{Named, Place, Regions};
use crate::checker::{Suggestion, is_loopback};
use crate::probe::{Discovered, Probe, below, host_of};
use crate::{Report, Verdict};

pub(in crate::probes) const DISCOVERED: &[&str] = &[
    "openStackProject",
    "openStackRegion",
    "openStackPublicNetwork",
    "openStackAvailabilityZone",
    "openStackVolumeType",
    "openStackInternalSubnetId",
    "manilaStorageType",
];

pub(in crate::probes) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let keystone = Keystone::of(probe)?;
    if matches!(field, "openStackProject" | "openStackRegion") {
        let session = keystone.sign_in().await?;
        let found = if field == "openStackProject" { projects(&session).await } else { regions(probe, &session).await };
        session.end().await;
        return found;
    }
    let region = probe.text("openStackRegion")?;
    let visit = keystone.within(probe.text("openStackProject")?).await?;
    let found = Cloud { probe, session: visit.session(), region }.list(field).await;
    visit.end().await;
    found
}

async fn projects(session: &Session<'_>) -> Discovered {
    if let Some(own) = &session.token.project {
        return Ok(vec![Suggestion::plain(&own.name)]);
    }
    Ok(session.projects().await?.into_iter().map(|project| Suggestion::plain(project.name)).collect())
}

/// The regions of the catalog, or those of the whole cloud as long as no project is chosen.
async fn regions(probe: &Probe<'_>, session: &Session<'_>) -> Discovered {
    let places = session.token.catalog.iter().flat_map(|service| &service.endpoints);
    let mut names: Vec<_> = places.map(|place| place.region().to_owned()).collect();
    if names.is_empty() {
        let url = below(session.base(), &["regions"]);
        let answer = probe.send(session.get(url.clone())).await?;
        let regions = answer.status.is_success().then(|| answer.json::<Regions>()).flatten();
        let regions = regions.ok_or_else(|| probe.unexpected(&answer, &url, "a Keystone"))?;
        names = regions.regions.into_iter().map(|region| region.id).collect();
    }
    names.sort();
    Ok(names.into_iter().map(Suggestion::plain).collect())
}

/// The services of a region, asked for a project.
struct Cloud<'a> {
    probe: &'a Probe<'a>,
    session: &'a Session<'a>,
    region: &'a str,
}

#[derive(Deserialize)]
struct Networks {
    networks: Vec<Named>,
}

#[derive(Deserialize)]
struct Subnets {
    subnets: Vec<Subnet>,
}

#[derive(Deserialize)]
struct Subnet {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    cidr: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Zones {
    availability_zone_info: Vec<Zone>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Zone {
    zone_name: String,
    zone_state: ZoneState,
}

#[derive(Deserialize)]
struct ZoneState {
    available: bool,
}

#[derive(Deserialize)]
struct VolumeTypes {
    volume_types: Vec<Named>,
}

#[derive(Deserialize)]
struct ShareTypes {
    share_types: Vec<Named>,
}

impl Cloud<'_> {
    async fn list(&self, field: &str) -> Discovered {
        match field {
            "openStackPublicNetwork" => {
                let query = "router:external=true&fields=id&fields=name";
                let Networks { networks } = self.ask(self.neutron("networks")?, query).await?;
                Ok(networks.into_iter().map(|one| Suggestion::plain(one.name)).collect())
            }
            "openStackInternalSubnetId" => {
                let query = "fields=id&fields=name&fields=cidr";
                let Subnets { subnets } = self.ask(self.neutron("subnets")?, query).await?;
                let words = |one: &Subnet| format!("{} {}", one.name, one.cidr).trim().to_owned();
                Ok(subnets.into_iter().map(|one| Suggestion::with(one.id.clone(), &words(&one))).collect())
            }
            "openStackAvailabilityZone" => {
                let nova = self.service("compute", &["compute"])?;
                let zones: Zones = self.ask(below(&nova, &["os-availability-zone"]), "").await?;
                let open = zones.availability_zone_info.into_iter().filter(|zone| zone.zone_state.available);
                Ok(open.map(|zone| Suggestion::plain(zone.zone_name)).collect())
            }
            "openStackVolumeType" => {
                let cinder = self.service("volumes", &["volumev3", "block-storage", "volume"])?;
                let VolumeTypes { volume_types } = self.ask(below(&cinder, &["types"]), "").await?;
                Ok(volume_types.into_iter().map(|one| Suggestion::plain(one.name)).collect())
            }
            _ => {
                let manila = self.service("shared file systems", &["sharev2", "shared-file-system", "share"])?;
                let ShareTypes { share_types } = self.ask(below(&manila, &["types"]), "").await?;
                Ok(share_types.into_iter().map(|one| Suggestion::plain(one.name)).collect())
            }
        }
    }

    /// Neutron's place is named with its version or without.
    fn neutron(&self, list: &str) -> Result<Url, Report> {
        let neutron = self.service("networks", &["network"])?;
        let versioned = neutron.path().trim_end_matches('/').ends_with("/v2.0");
        Ok(if versioned { below(&neutron, &[list]) } else { below(&neutron, &["v2.0", list]) })
    }

    /// Where the first of these sorts of service is, as the catalog says.
    fn service(&self, what: &str, sorts: &[&str]) -> Result<Url, Report> {
        let catalog = &self.session.token.catalog;
        // There may be a service of a sort for each region.
        let of = |sort: &&str| {
            let open = |place: &&Place| place.interface == "public" && place.region() == self.region;
            catalog.iter().filter(|service| service.sort == *sort).flat_map(|service| &service.endpoints).find(open)
        };
        let place = sorts.iter().find_map(of).ok_or_else(|| {
            let region = self.region;
            Report::new(Verdict::WrongScope, format!("The cloud names no service for {what} in the region {region}."))
                .at("openStackRegion")
        })?;
        let url = Url::parse(&place.url).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
        url.filter(|url| self.may_know(url)).ok_or_else(|| {
            let host = self.probe.clean(&place.url);
            Report::new(
                Verdict::TlsNotTrusted,
                format!("The cloud names {host} for {what}, which is not reached by https. Nothing was sent there."),
            )
        })
    }

    /// Whether a host that only the catalog names may be shown the token.
    fn may_know(&self, url: &Url) -> bool {
        let own = self.session.base();
        url.scheme() == "https"
            || url.host() == own.host() && own.scheme() == "http"
            || is_loopback(own) && is_loopback(url)
    }

    async fn ask<T: DeserializeOwned>(&self, mut url: Url, query: &str) -> Result<T, Report> {
        url.set_query((!query.is_empty()).then_some(query));
        // That its certificate need not be verified is said of the credential's own host alone.
        let skip = self.probe.skips_tls() && url.host() == self.session.base().host();
        let client = self.probe.checker.client(&url, skip)?;
        let answer = self.probe.send_by(&client, self.session.get(url.clone())).await?;
        let found = answer.status.is_success().then(|| answer.json()).flatten();
        found.ok_or_else(|| match answer.code() {
            403 if !answer.is_html() => {
                let sentence = format!("The credential is right, but may not list these at {}.", host_of(&url));
                Report::new(Verdict::NotEnoughRights, sentence)
            }
            _ => self.probe.unexpected(&answer, &url, "an OpenStack service"),
        })
    }
}
