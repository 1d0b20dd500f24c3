//! Proxmox VE: an API token. What is wrong with one stands in the status line, after the number.

use std::collections::BTreeMap;

use chrono::DateTime;
use reqwest::Url;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::Suggestion;
use crate::probe::{Checked, Discovered, Probe, below, host_of};
use crate::{Report, Verdict};

pub(super) const DISCOVERED: &[&str] =
    &["storage", "vmTemplateName", "hypervisors", "publicNetwork.bridge", "privateNetwork.bridge"];

const SERVER: &str = "a Proxmox VE";
const ID: &str = "tokenId";
const SECRET: &str = "tokenSecret";

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
struct Node {
    node: String,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Token {
    /// In seconds since 1970; 0 is never.
    expire: Option<Number>,
}

/// Perl writes a number as it was read: as a number, or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Said(i64),
    Written(String),
}

impl Number {
    fn value(&self) -> i64 {
        match self {
            Self::Said(number) => *number,
            Self::Written(text) => text.parse().unwrap_or(0),
        }
    }
}

#[derive(Deserialize)]
struct Storage {
    storage: String,
    #[serde(rename = "type", default)]
    sort: String,
    #[serde(default)]
    content: String,
}

#[derive(Deserialize)]
struct Machine {
    name: Option<String>,
    #[serde(default)]
    node: String,
    template: Option<Number>,
    #[serde(rename = "type", default)]
    sort: String,
}

#[derive(Deserialize)]
struct Bridge {
    iface: String,
    #[serde(default)]
    comments: String,
}

/// The API of a credential, with its token.
struct Proxmox<'a> {
    probe: &'a Probe<'a>,
    id: &'a str,
    base: Url,
    token: Zeroizing<String>,
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let proxmox = Proxmox::of(probe)?;
    // Anybody who is known may ask this, whatever the rights.
    let about: Version = proxmox.read(&["version"], "").await?;
    let rights: BTreeMap<String, IgnoredAny> = proxmox.read(&["access", "permissions"], "").await?;
    if rights.is_empty() {
        return Err(Report::new(
            Verdict::NotEnoughRights,
            "The token is right, but has no permissions. Give it some under Datacenter, Permissions, or switch its \
             privilege separation off.",
        )
        .at(ID));
    }
    let nodes: Vec<Node> = proxmox.read(&["nodes"], "").await?;
    let wanted = probe.values.list("hypervisors");
    let missing: Vec<_> = wanted.iter().filter(|name| !nodes.iter().any(|node| node.node == **name)).collect();
    if let Some(first) = missing.first() {
        let there: Vec<_> = nodes.iter().map(|node| node.node.as_str()).collect();
        return Err(Report::new(
            Verdict::WrongScope,
            format!(
                "The token is right, but there is no node {first}. There are {}. Correct {}.",
                probe.clean(&there.join(", ")),
                probe.label("hypervisors")
            ),
        )
        .at("hypervisors"));
    }
    let down = nodes.iter().filter(|node| node.status == "offline" && wanted.contains(&node.node));
    let down: Vec<_> = down.map(|node| node.node.as_str()).collect();
    let paths: Vec<_> = rights.keys().take(8).map(String::as_str).collect();
    let mut report = Report::new(Verdict::Works, format!("Proxmox knows the token {}.", probe.clean(proxmox.id)))
        .identity(proxmox.id)
        .detail("Version", probe.clean(&about.version))
        .detail("Nodes", nodes.len().to_string())
        .detail("Rights on", probe.clean(&paths.join(", ")))
        .expires(proxmox.expiry().await);
    if !down.is_empty() {
        report = report.warning(format!("Offline: {}.", probe.clean(&down.join(", "))));
    }
    Ok(report)
}

pub(super) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let proxmox = Proxmox::of(probe)?;
    match field {
        "storage" => {
            let storages: Vec<Storage> = proxmox.read(&["storage"], "").await?;
            // Only some keep the disks of machines.
            let fit = |one: &Storage| one.content.is_empty() || one.content.split(',').any(|sort| sort == "images");
            Ok(storages.into_iter().filter(fit).map(|one| Suggestion::with(one.storage, &one.sort)).collect())
        }
        "vmTemplateName" => {
            let machines: Vec<Machine> = proxmox.read(&["cluster", "resources"], "type=vm").await?;
            let templates =
                // Containers are listed with the machines, and have templates too.
                machines.into_iter().filter(|machine| machine.sort == "qemu" && machine.template.as_ref().is_some_and(|one| one.value() == 1));
            let named = templates.filter_map(|machine| Some(Suggestion::with(machine.name?, &machine.node)));
            Ok(named.collect())
        }
        "hypervisors" => {
            let nodes: Vec<Node> = proxmox.read(&["nodes"], "").await?;
            Ok(nodes.into_iter().map(|node| Suggestion::with(node.node, &node.status)).collect())
        }
        _ => {
            // Bridges of one name are on every node, or machines could not move between them.
            let node = match probe.values.list("hypervisors").first() {
                Some(chosen) => (*chosen).to_owned(),
                None => {
                    let nodes: Vec<Node> = proxmox.read(&["nodes"], "").await?;
                    let Some(node) = nodes.into_iter().find(|node| node.status != "offline") else {
                        return Ok(Vec::new());
                    };
                    node.node
                }
            };
            let bridges: Vec<Bridge> = proxmox.read(&["nodes", &node, "network"], "type=any_bridge").await?;
            Ok(bridges.into_iter().map(|one| Suggestion::with(one.iface, one.comments.trim())).collect())
        }
    }
}

impl<'a> Proxmox<'a> {
    fn of(probe: &'a Probe<'a>) -> Result<Self, Report> {
        let url = probe.url("url")?;
        let (id, secret) = (probe.text(ID)?, probe.secret(SECRET)?);
        let base = if url.path().trim_end_matches('/').ends_with("/api2/json") {
            below(&url, &[])
        } else {
            below(&url, &["api2", "json"])
        };
        Ok(Self { probe, id, base, token: Zeroizing::new(format!("PVEAPIToken={id}={secret}")) })
    }

    async fn ask(&self, path: &[&str], query: &str) -> Result<Answer, Report> {
        let mut url = below(&self.base, path);
        url.set_query((!query.is_empty()).then_some(query));
        self.probe.send(Ask::get(url).header("authorization", &self.token)).await
    }

    async fn read<T: DeserializeOwned>(&self, path: &[&str], query: &str) -> Result<T, Report> {
        let answer = self.ask(path, query).await?;
        let found = answer.status.is_success().then(|| answer.json::<Data<T>>()).flatten();
        found.map(|found| found.data).ok_or_else(|| self.refused(&answer))
    }

    /// When the token ends. It takes a right of its own to read that.
    async fn expiry(&self) -> Option<DateTime<chrono::Utc>> {
        let (user, name) = self.id.split_once('!')?;
        let answer = self.ask(&["access", "users", user, "token", name], "").await.ok()?;
        let seconds = answer.json::<Data<Token>>()?.data.expire?.value();
        (seconds > 0).then(|| DateTime::from_timestamp(seconds, 0)).flatten()
    }

    fn refused(&self, answer: &Answer) -> Report {
        let probe = self.probe;
        let reason = answer.reason.as_deref().unwrap_or_default();
        let said = |text: &str| reason.contains(text);
        let (id, secret) = (probe.label(ID), probe.label(SECRET));
        let words = probe.clean(reason);
        match answer.code() {
            // Something before Proxmox has a page of its own for this.
            401 | 403 if answer.is_html() => probe.unexpected(answer, &self.base, SERVER).at("url"),
            401 if said("invalid token value") => Report::new(
                Verdict::WrongSecret,
                format!("Proxmox knows the token, but {secret} is another. Enter it again, or make a new token."),
            )
            .at(SECRET),
            401 if said("no such token") || said("no such user") => {
                Report::new(Verdict::UnknownIdentity, format!("Proxmox knows no such token: {words}. Check {id}."))
                    .at(ID)
            }
            401 if said("expired") => Report::new(
                Verdict::Expired,
                format!("Proxmox refuses the token: {words}. Prolong it, or make a new one."),
            )
            .at(ID),
            401 if said("is disabled") => Report::new(
                Verdict::Disabled,
                format!("Proxmox refuses the token: {words}. Have its user enabled again."),
            )
            .at(ID),
            401 if said("ticket") || said("no tokenid") => Report::new(
                Verdict::WrongServer,
                format!(
                    "Proxmox got no token: {words}. A proxy before it may have taken it away; check {}.",
                    probe.label("url")
                ),
            )
            .at("url"),
            401 if !answer.is_html() => Report::new(
                Verdict::WrongIdentityOrSecret,
                format!("The server refuses {id} or {secret}, and does not say which. Check both."),
            )
            .at(SECRET),
            403 if said("Permission check failed") => Report::new(
                Verdict::NotEnoughRights,
                format!("The token is right, but lacks a right: {words}. Give it the right, or type the value in."),
            )
            .at(ID),
            595..=599 => Report::new(
                Verdict::ProviderFailed,
                format!("The host {} cannot reach a node of its cluster: {words}.", host_of(&self.base)),
            ),
            _ => probe.unexpected(answer, &self.base, SERVER).at("url"),
        }
    }
}
