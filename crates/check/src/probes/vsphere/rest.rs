//! vCenter's REST: below `/api` since 7.0, below `/rest` before.

use reqwest::{Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{PASSWORD, SERVER, Thing, URL, USER, What, refused, without_rights};
use crate::Report;
use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{Farewell, Probe, at_path};

const SESSION_HEADER: &str = "vmware-api-session-id";

pub(super) struct Rest {
    root: Url,
    /// Whether it is the older one, which wraps every answer and names its filters otherwise.
    old: bool,
    id: Zeroizing<String>,
    farewell: Farewell,
}

#[derive(Deserialize)]
struct Wrapped<T> {
    value: T,
}

/// A refusal, as the newer and the older one write it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    error_type: String,
    r#type: String,
}

/// An entry of any list: it has a name, and its id under the name of its sort.
#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(alias = "datacenter", alias = "resource_pool", alias = "datastore", alias = "host", alias = "network")]
    id: String,
}

#[derive(Deserialize)]
struct Build {
    version: String,
}

impl Rest {
    /// Makes a session; nothing, when there is no REST there.
    pub(super) async fn open(probe: &Probe<'_>, root: &Url) -> Result<Option<Self>, Report> {
        let (user, password) = (probe.text(USER)?, probe.secret(PASSWORD)?);
        for (path, old) in [("/api/session", false), ("/rest/com/vmware/cis/session", true)] {
            let url = at_path(root, path);
            let answer = probe.send(Ask::post(url.clone()).basic(user, password)).await?;
            if answer.status.is_success() {
                let id = if old { answer.json::<Wrapped<_>>().map(|wrapped| wrapped.value) } else { answer.json() };
                let id: Zeroizing<String> = id.ok_or_else(|| probe.unexpected(&answer, &url, SERVER).at(URL))?;
                let farewell = probe.farewell(Ask::delete(url).header(SESSION_HEADER, &id))?;
                return Ok(Some(Self { root: root.clone(), old, id, farewell }));
            }
            match (answer.code(), fault(&answer).as_str()) {
                (401, "unauthenticated") => return Err(refused(probe)),
                (403, "unauthorized") => return Err(without_rights(probe)),
                // Something in front of it may drop the body of a refusal. Whether it is one is seen elsewhere.
                (401, _) if is_vcenter(probe, root).await => return Err(refused(probe)),
                (400 | 404 | 405 | 415, _) => {}
                _ => return Err(probe.unexpected(&answer, &url, SERVER).at(URL)),
            }
        }
        Ok(None)
    }

    /// Things of a sort: all, those inside a datacenter, those of a name. vCenter refuses to list more than it likes to.
    pub(super) async fn list(
        &self,
        probe: &Probe<'_>,
        what: What,
        inside: Option<&str>,
        named: Option<&str>,
    ) -> Result<Vec<Thing>, Report> {
        let path = match what {
            What::Datacenter => "vcenter/datacenter",
            What::Pool => "vcenter/resource-pool",
            What::Datastore => "vcenter/datastore",
            What::Host => "vcenter/host",
            What::Network => "vcenter/network",
            What::Template => return Ok(Vec::new()),
        };
        let mut url = self.url(path);
        let filter = if self.old { "filter." } else { "" };
        if let Some(datacenter) = inside {
            url.query_pairs_mut().append_pair(&format!("{filter}datacenters"), datacenter);
        }
        if let Some(name) = named {
            url.query_pairs_mut().append_pair(&format!("{filter}names"), name);
        }
        let answer = self.ask(probe, Method::GET, url.clone()).await?;
        match self.read::<Vec<Entry>>(&answer) {
            Some(entries) => Ok(entries.into_iter().map(|one| Thing { id: one.id, name: one.name }).collect()),
            None if answer.code() == 403 => Err(without_rights(probe)),
            None => Err(probe.unexpected(&answer, &url, SERVER).at(URL)),
        }
    }

    pub(super) async fn version(&self, probe: &Probe<'_>) -> Option<String> {
        let answer = self.ask(probe, Method::GET, self.url("appliance/system/version")).await.ok()?;
        self.read::<Build>(&answer).map(|build| build.version)
    }

    pub(super) async fn close(self) {
        self.farewell.say().await;
    }

    fn url(&self, path: &str) -> Url {
        at_path(&self.root, &format!("/{}/{path}", if self.old { "rest" } else { "api" }))
    }

    async fn ask(&self, probe: &Probe<'_>, method: Method, url: Url) -> Result<Answer, Report> {
        probe.send(Ask::new(method, url).header(SESSION_HEADER, &self.id)).await
    }

    fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Option<T> {
        if !answer.status.is_success() {
            return None;
        }
        if self.old { answer.json::<Wrapped<T>>().map(|wrapped| wrapped.value) } else { answer.json() }
    }
}

/// The sort of a refusal in small letters: `UNAUTHENTICATED`, or the end of `com.vmware.vapi.std.errors.unauthenticated`.
fn fault(answer: &Answer) -> String {
    let fault = answer.json::<Fault>().unwrap_or_default();
    let word = if fault.error_type.is_empty() { fault.r#type } else { fault.error_type };
    word.rsplit('.').next().unwrap_or_default().to_lowercase()
}

/// Whether this is a vCenter at all, which it tells anybody.
async fn is_vcenter(probe: &Probe<'_>, root: &Url) -> bool {
    let answer = probe.send(Ask::get(at_path(root, "/sdk/vimServiceVersions.xml"))).await;
    answer
        .is_ok_and(|answer| answer.status.is_success() && answer.text().is_some_and(|text| text.contains("urn:vim25")))
}
