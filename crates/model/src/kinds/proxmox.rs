//! Proxmox VE: an API token and the networks that machines are put into.

use zeroize::Zeroizing;

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, CONTINENTS};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, Reading, Secret, SecretMap, Value, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Proxmox,
    tab: Tab::Cloud,
    label: "Proxmox VE",
    summary: "An API token and two networks",
    mark: "PX",
    name_field: "name",
    access: Access::PARTNER_ADDS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::url("url", "Proxmox API Host")
            .required()
            .placeholder("https://pve.example.com:8006/api2/json")
            .group("Cloud settings"),
        Field::text("tokenId", "Proxmox Client ID")
            .required()
            .updatable()
            .shape(token_id)
            .placeholder("taikun@pve!credenza")
            .help("The API token's id. A pasted id=secret is taken apart.")
            .group("Cloud settings"),
        Field::secret("tokenSecret", "Proxmox Client Secret")
            .required()
            .updatable()
            .help("The API token's secret, which Proxmox shows once.")
            .group("Cloud settings"),
        Field::text("storage", "Storage").required().placeholder("local-lvm").group("Cloud settings"),
        Field::text("vmTemplateName", "VM Template Name")
            .required()
            .help("The template's name, not its number.")
            .group("Cloud settings"),
        Field::list("hypervisors", "Hypervisors")
            .required()
            .updatable()
            .placeholder("pve1, pve2")
            .help("The names of the nodes.")
            .group("Cloud settings"),
        Field::choice("continent", "Continent", CONTINENTS).group("Cloud settings"),
        Field::switch("skipTlsFlag", "Skip TLS verification").help(rules::SKIP_TLS_HELP).group("Cloud settings"),
        Field::text("publicNetwork.bridge", "Bridge").required().placeholder("vmbr0").group("Public network"),
        Field::ip("publicNetwork.gateway", "Gateway").required().placeholder("10.3.0.1").group("Public network"),
        Field::cidr("publicNetwork.ipAddress", "Network Address and Mask").required().group("Public network"),
        Field::ip("publicNetwork.beginAllocationRange", "Allocation Range")
            .required()
            .placeholder("10.3.0.10")
            .group("Public network"),
        Field::ip("publicNetwork.endAllocationRange", "Allocation Range end")
            .required()
            .placeholder("10.3.0.200")
            .group("Public network"),
        Field::text("privateNetwork.bridge", "Bridge").required().placeholder("vmbr1").group("Private network"),
        Field::ip("privateNetwork.gateway", "Gateway").required().placeholder("10.4.0.1").group("Private network"),
        Field::cidr("privateNetwork.ipAddress", "Network Address and Mask")
            .required()
            .placeholder("10.4.0.0/24")
            .group("Private network"),
        Field::ip("privateNetwork.beginAllocationRange", "Allocation Range")
            .required()
            .placeholder("10.4.0.10")
            .group("Private network"),
        Field::ip("privateNetwork.endAllocationRange", "Allocation Range end")
            .required()
            .placeholder("10.4.0.200")
            .group("Private network"),
    ],
    columns: &[
        Column::new("url", "Proxmox API Host"),
        Column::new("tokenId", "Proxmox Client ID").mono(),
        Column::new("storage", "Storage"),
        Column::new("vmTemplateName", "VM Template Name"),
        Column::new("hypervisors", "Hypervisors"),
        Column::new("continent", "Continent"),
        Column::new("skipTlsFlag", "Skip TLS verification"),
        Column::new("publicNetwork.bridge", "Public bridge"),
        Column::new("publicNetwork.ipAddress", "Public network").mono(),
        Column::new("publicNetwork.gateway", "Public gateway").mono(),
        Column::new("privateNetwork.bridge", "Private bridge"),
        Column::new("privateNetwork.ipAddress", "Private network").mono(),
        Column::new("privateNetwork.gateway", "Private gateway").mono(),
    ],
    rules: &[api_path, secret_form, rules::networks],
    tidy: &[split_token],
    value_facts: |values: &Values| Facts { identity: rules::fact(values, "tokenId"), ..Facts::default() },
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud(
        "/api/v1/proxmox/list",
        Call::post("/api/v1/proxmox/create"),
        Some(Call::post("/api/v1/proxmox/update")),
    ),
    sample: &[
        ("name", "proxmox-prod"),
        ("url", "https://pve.example.com:8006/api2/json"),
        ("tokenId", "taikun@pve!credenza"),
        ("tokenSecret", "0f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b58"),
        ("storage", "local-lvm"),
        ("vmTemplateName", "ubuntu-24.04"),
        ("hypervisors", "pve1,pve2"),
        ("continent", "eu"),
        ("publicNetwork.bridge", "vmbr0"),
        ("publicNetwork.gateway", "10.3.0.1"),
        ("publicNetwork.ipAddress", "10.3.0.0/17"),
        ("publicNetwork.beginAllocationRange", "10.3.0.10"),
        ("publicNetwork.endAllocationRange", "10.3.0.200"),
        ("privateNetwork.bridge", "vmbr1"),
        ("privateNetwork.gateway", "10.4.0.1"),
        ("privateNetwork.ipAddress", "10.4.0.0/24"),
        ("privateNetwork.beginAllocationRange", "10.4.0.10"),
        ("privateNetwork.endAllocationRange", "10.4.0.200"),
    ],
};

/// Proxmox shows a new token as `user@realm!name=secret`, and in its documentation with a header's word before it. The
/// secret must not stay in a field that is stored, searched and shown, so whatever has a `=` is taken out of it first.
fn split_token(reading: &mut Reading) {
    let pasted = match reading.changes.0.get("tokenId") {
        Some(Some(Value::Text(text))) if text.contains('=') => Zeroizing::new(text.clone()),
        _ => return,
    };
    if let Some(Some(Value::Text(text))) = reading.changes.0.remove("tokenId") {
        drop(Zeroizing::new(text));
    }
    let whole = pasted.split_once("PVEAPIToken=").map_or(pasted.as_str(), |(_, rest)| rest);
    let parts = whole.split_once('=').map(|(id, secret)| (id.trim(), secret.trim()));
    match parts.filter(|(id, secret)| token_id(id).is_ok() && !secret.is_empty()) {
        Some(_) if reading.arguments.contains("tokenId") => reading.refuse(
            "tokenId",
            Code::ExposedSecret,
            "Proxmox Client ID holds a secret, and arguments can be read by others. Give what is after the = with --from.",
        ),
        Some(_) if reading.secrets.get("tokenSecret").is_some() => {
            reading.refuse(
                "tokenId",
                Code::ExposedSecret,
                "Proxmox Client ID holds a secret, and Proxmox Client Secret is given too. Keep what is before the =.",
            );
        }
        Some((id, secret)) => {
            reading.changes.0.insert("tokenId".into(), Some(Value::Text(id.to_owned())));
            reading.secrets.insert("tokenSecret", Secret::new(secret.to_owned()));
            reading.cleared.retain(|field| field != "tokenSecret");
            reading.note("tokenId", "Proxmox Client ID: the part after the = was moved to Proxmox Client Secret.");
        }
        None => reading.refuse(
            "tokenId",
            Code::ExposedSecret,
            "Proxmox Client ID has the form user@realm!name, without a =.",
        ),
    }
}

/// The address in a browser is not the address of the API.
fn api_path(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(url) = subject.values.text("url") else { return };
    let usual = rules::path_of(url).is_none_or(|path| matches!(path.trim_end_matches('/'), "" | "/api2/json"));
    if !usual || url.contains(['#', '?']) {
        findings.warn(
            "url",
            Code::Suspicious,
            "Proxmox API Host usually ends in /api2/json or has no path; this one has another.",
        );
    }
}

fn secret_form(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.fresh.expose("tokenSecret").is_some_and(|secret| rules::guid("", secret.trim()).is_err()) {
        findings.warn(
            "tokenSecret",
            Code::Suspicious,
            "The secret of a Proxmox token is a UUID; this has another form.",
        );
    }
}

/// `user@realm!name`
fn token_id(id: &str) -> Result<(), String> {
    let word = |text: &str| {
        let mut characters = text.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && text.len() >= 2
            && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    let formed = || {
        let (account, name) = id.split_once('!')?;
        let (user, realm) = account.rsplit_once('@')?;
        let never = |c: char| c.is_whitespace() || matches!(c, ':' | '/' | '!' | '@' | '=');
        (!user.is_empty() && !user.contains(never) && word(realm) && word(name)).then_some(())
    };
    formed().ok_or_else(|| "Proxmox Client ID has the form user@realm!name, such as taikun@pve!credenza.".into())
}
