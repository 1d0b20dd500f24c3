//! vSphere: a session at vCenter, and whether what the credential names is there.
//!
//! vCenter 6.5 and newer are asked by REST, older ones by SOAP. The session is ended in any case.

mod rest;
mod soap;

use reqwest::Url;

use self::rest::Rest;
use self::soap::Soap;
use crate::checker::Suggestion;
use crate::probe::{Checked, Discovered, Probe, at_path};
use crate::{Report, Verdict};

const URL: &str = "url";
const USER: &str = "username";
const PASSWORD: &str = "password";
const DATACENTER: &str = "datacenterName";
const DATACENTER_ID: &str = "datacenterId";
const HOSTS: &str = "hypervisors";
const TEMPLATE: &str = "vmTemplateName";
const SERVER: &str = "a vCenter";

/// What is named in a datacenter, by field.
const NAMED: &[(&str, What)] = &[
    ("resourcePoolName", What::Pool),
    ("datastoreName", What::Datastore),
    ("publicNetwork.name", What::Network),
    ("privateNetwork.name", What::Network),
];

pub(super) const DISCOVERED: &[&str] = &[
    DATACENTER,
    DATACENTER_ID,
    "resourcePoolName",
    "datastoreName",
    HOSTS,
    TEMPLATE,
    "publicNetwork.name",
    "privateNetwork.name",
];

/// What vCenter keeps a list of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Datacenter,
    Pool,
    Datastore,
    Host,
    Network,
    /// Machines that are templates. Only SOAP lists these.
    Template,
}

impl What {
    const fn words(self) -> &'static str {
        match self {
            Self::Datacenter => "datacenter",
            Self::Pool => "resource pool",
            Self::Datastore => "datastore",
            Self::Host => "host",
            Self::Network => "network",
            Self::Template => "template",
        }
    }
}

/// One thing of a list: vCenter's own id and the name that people give.
struct Thing {
    id: String,
    name: String,
}

/// A session at vCenter.
enum Session {
    Rest(Rest),
    Soap(Soap),
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let datacenter = probe.text(DATACENTER)?;
    let session = Session::open(probe).await?;
    let report = inspect(probe, &session, datacenter).await;
    session.close().await;
    report
}

pub(super) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let what = match field {
        DATACENTER | DATACENTER_ID => What::Datacenter,
        HOSTS => What::Host,
        TEMPLATE => What::Template,
        _ => NAMED.iter().find(|(named, _)| *named == field).map_or(What::Network, |(_, what)| *what),
    };
    let session = match what {
        What::Template => Session::Soap(Soap::open(probe, &root(probe)?).await?),
        _ => Session::open(probe).await?,
    };
    let found = list_for_a_form(probe, &session, what).await;
    session.close().await;
    Ok(match field {
        DATACENTER_ID => found?.into_iter().map(|one| Suggestion::with(one.id, &one.name)).collect(),
        _ => found?.into_iter().map(|one| Suggestion::plain(one.name)).collect(),
    })
}

/// Things of the datacenter, when one that is there has been chosen already; else those of all.
async fn list_for_a_form(probe: &Probe<'_>, session: &Session, what: What) -> Result<Vec<Thing>, Report> {
    let inside = match probe.values.text(DATACENTER).filter(|_| what != What::Datacenter) {
        None => None,
        Some(name) => session.list(probe, What::Datacenter, None, None).await?.into_iter().find(|one| one.name == name),
    };
    session.list(probe, what, inside.as_ref().map(|one| one.id.as_str()), None).await
}

async fn inspect(probe: &Probe<'_>, session: &Session, datacenter: &str) -> Checked {
    let user = probe.text(USER)?;
    let all = session.list(probe, What::Datacenter, None, None).await?;
    if all.is_empty() {
        let sentence =
            format!("vCenter lets {user} in, who may see nothing there. Give the user a role on the datacenter.");
        return Err(Report::new(Verdict::NotEnoughRights, sentence).at(USER));
    }
    let Some(place) = all.iter().find(|one| one.name == datacenter) else {
        return Err(absent(probe, What::Datacenter, datacenter, &all, DATACENTER));
    };
    if probe.values.text(DATACENTER_ID).is_some_and(|id| id != place.id) {
        let sentence = format!(
            "vCenter lets {user} in, but the datacenter {datacenter} has the ID {}. Correct {}.",
            probe.clean(&place.id),
            probe.label(DATACENTER_ID)
        );
        return Err(Report::new(Verdict::WrongScope, sentence).at(DATACENTER_ID));
    }
    for (field, what) in NAMED {
        let Some(name) = probe.values.text(field) else { continue };
        // A resource pool may be given with the pools that it is in.
        let last = if *what == What::Pool { name.rsplit('/').next().unwrap_or(name) } else { name };
        let found = session.list(probe, *what, Some(&place.id), Some(last)).await?;
        if !found.iter().any(|one| one.name == name || one.name == last) {
            // What there is instead is only told where it can be.
            let listed = session.list(probe, *what, Some(&place.id), None).await.unwrap_or_default();
            return Err(absent(probe, *what, name, &listed, field));
        }
    }
    let wanted = probe.values.list(HOSTS);
    if !wanted.is_empty() {
        let hosts = session.list(probe, What::Host, Some(&place.id), None).await?;
        if let Some(missing) = wanted.iter().find(|name| !hosts.iter().any(|one| one.name.eq_ignore_ascii_case(name))) {
            return Err(absent(probe, What::Host, missing, &hosts, HOSTS));
        }
    }
    let report =
        Report::new(Verdict::Works, format!("vCenter lets {user} in, and the datacenter {datacenter} is there."))
            .identity(user)
            .detail("Datacenter", format!("{datacenter} ({})", probe.clean(&place.id)))
            .detail("Version", probe.clean(&session.version(probe).await));
    Ok(report)
}

/// What the credential names is not there.
fn absent(probe: &Probe<'_>, what: What, name: &str, listed: &[Thing], field: &'static str) -> Report {
    let mut names: Vec<String> = listed.iter().map(|one| probe.clean(&one.name)).collect();
    names.sort();
    names.truncate(10);
    let there = match names.as_slice() {
        [] => "it shows none to this user".to_owned(),
        names => format!("it shows {}", names.join(", ")),
    };
    let sentence = format!(
        "vCenter lets the user in, but shows no {} {name}; {there}. Correct {}.",
        what.words(),
        probe.label(field)
    );
    Report::new(Verdict::WrongScope, sentence).at(field)
}

impl Session {
    async fn open(probe: &Probe<'_>) -> Result<Self, Report> {
        let root = root(probe)?;
        match Rest::open(probe, &root).await? {
            Some(rest) => Ok(Self::Rest(rest)),
            None => Soap::open(probe, &root).await.map(Self::Soap),
        }
    }

    /// Things of a sort: all, those inside a datacenter, or at least those of a name.
    async fn list(
        &self,
        probe: &Probe<'_>,
        what: What,
        inside: Option<&str>,
        named: Option<&str>,
    ) -> Result<Vec<Thing>, Report> {
        match self {
            Self::Rest(rest) => rest.list(probe, what, inside, named).await,
            Self::Soap(soap) => soap.list(probe, what, inside).await,
        }
    }

    /// The version, as far as it is told to this user.
    async fn version(&self, probe: &Probe<'_>) -> String {
        match self {
            Self::Rest(rest) => rest.version(probe).await.unwrap_or_default(),
            Self::Soap(soap) => soap.version.clone(),
        }
    }

    /// Ends it; it would end by itself, only later.
    async fn close(self) {
        match self {
            Self::Rest(rest) => rest.close().await,
            Self::Soap(soap) => soap.close().await,
        }
    }
}

/// The address of vCenter itself: what people copy from a browser has the path of its client.
fn root(probe: &Probe<'_>) -> Result<Url, Report> {
    probe.url(URL).map(|url| at_path(&url, "/"))
}

/// vCenter says no more than that somebody cannot be let in, so that names cannot be guessed.
fn refused(probe: &Probe<'_>) -> Report {
    let sentence = format!(
        "vCenter refuses {} or {}, and does not say which; a user that is locked or whose password has expired is refused alike. \
         Check both.",
        probe.label(USER),
        probe.label(PASSWORD)
    );
    Report::new(Verdict::WrongIdentityOrSecret, sentence).at(PASSWORD)
}

fn without_rights(probe: &Probe<'_>) -> Report {
    let sentence = format!(
        "vCenter knows the user, who may not do this. Give {} a role on the datacenter.",
        probe.values.text(USER).unwrap_or("the user")
    );
    Report::new(Verdict::NotEnoughRights, sentence).at(USER)
}
