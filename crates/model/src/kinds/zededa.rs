//! Zededa: a token, edge nodes and the networks that machines are put into.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, CONTINENTS};
use crate::shapes::jwt;
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Zededa,
    tab: Tab::Cloud,
    label: "Zededa",
    summary: "An API token and edge nodes",
    mark: "ZE",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().shape(rules::cloud_name).group("Cloud settings"),
        Field::url("apiUrl", "API URL").required().placeholder("https://zcontrol.zededa.net").group("Cloud settings"),
        Field::secret("apiToken", "API Token").required().group("Cloud settings"),
        Field::text("project", "Project").help("Needed when the token sees several.").group("Cloud settings"),
        Field::list("edgeNodes", "Edge Node").required().help("The names of the nodes.").group("Cloud settings"),
        Field::choice("continent", "Continent", CONTINENTS).group("Cloud settings"),
        Field::text("publicNetwork.interface", "Interface Name").required().placeholder("eth0").group("Public network"),
        Field::int("publicNetwork.vlanId", "VLAN ID", 1, 4094).required().group("Public network"),
        Field::cidr("publicNetwork.ipAddress", "Network Address and Mask").required().group("Public network"),
        Field::ip("publicNetwork.gateway", "Gateway").required().placeholder("10.3.0.1").group("Public network"),
        Field::ip("publicNetwork.beginAllocationRange", "Allocation Range")
            .required()
            .placeholder("10.3.0.10")
            .group("Public network"),
        Field::ip("publicNetwork.endAllocationRange", "Allocation Range end")
            .required()
            .placeholder("10.3.0.200")
            .group("Public network"),
        Field::text("privateNetwork.interface", "Interface Name")
            .required()
            .placeholder("eth1")
            .group("Private network"),
        Field::int("privateNetwork.vlanId", "VLAN ID", 1, 4094).required().group("Private network"),
        Field::cidr("privateNetwork.ipAddress", "Network Address and Mask")
            .required()
            .placeholder("10.4.0.0/24")
            .group("Private network"),
        Field::ip("privateNetwork.gateway", "Gateway").required().placeholder("10.4.0.1").group("Private network"),
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
        Column::new("apiUrl", "API URL"),
        Column::new("project", "Project"),
        Column::new("edgeNodes", "Edge Node"),
        Column::new("continent", "Continent"),
        Column::new("publicNetwork.interface", "Public interface"),
        Column::new("publicNetwork.vlanId", "Public VLAN").numeric(),
        Column::new("publicNetwork.ipAddress", "Public network").mono(),
        Column::new("publicNetwork.gateway", "Public gateway").mono(),
        Column::new("privateNetwork.interface", "Private interface"),
        Column::new("privateNetwork.vlanId", "Private VLAN").numeric(),
        Column::new("privateNetwork.ipAddress", "Private network").mono(),
        Column::new("privateNetwork.gateway", "Private gateway").mono(),
    ],
    rules: &[token_alone, rules::networks],
    tidy: &[],
    value_facts: |values: &Values| Facts { project: rules::fact(values, "project"), ..Facts::default() },
    secret_facts: |secrets: &SecretMap| secrets.expose("apiToken").map(jwt::facts).unwrap_or_default(),
    wire: Wire::cloud("/api/v1/zededa/list", Call::post("/api/v1/zededa/create"), None),
    sample: &[
        ("name", "zededa-prod"),
        ("apiUrl", "https://zcontrol.zededa.net"),
        ("apiToken", "sample-Xai9-zededa-token-Vu2oQ7"),
        ("project", "factory"),
        ("edgeNodes", "edge-1,edge-2"),
        ("continent", "eu"),
        ("publicNetwork.interface", "eth0"),
        ("publicNetwork.vlanId", "103"),
        ("publicNetwork.ipAddress", "10.3.0.0/24"),
        ("publicNetwork.gateway", "10.3.0.1"),
        ("publicNetwork.beginAllocationRange", "10.3.0.10"),
        ("publicNetwork.endAllocationRange", "10.3.0.200"),
        ("privateNetwork.interface", "eth1"),
        ("privateNetwork.vlanId", "104"),
        ("privateNetwork.ipAddress", "10.4.0.0/24"),
        ("privateNetwork.gateway", "10.4.0.1"),
        ("privateNetwork.beginAllocationRange", "10.4.0.10"),
        ("privateNetwork.endAllocationRange", "10.4.0.200"),
    ],
};

fn token_alone(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(token) = subject.fresh.expose("apiToken").map(str::trim) else { return };
    if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        findings.warn("apiToken", Code::Suspicious, "API Token begins with the word Bearer, which is no part of it.");
    } else if token.contains(char::is_whitespace) {
        findings.warn("apiToken", Code::Suspicious, "API Token holds a space, which tokens do not have.");
    }
}
