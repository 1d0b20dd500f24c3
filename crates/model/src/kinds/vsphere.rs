//! VMware vSphere: a vCenter user, a place for machines and the networks they are put into.

use std::net::Ipv4Addr;

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, CONTINENTS};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Vsphere,
    tab: Tab::Cloud,
    label: "VMware vSphere",
    summary: "A vCenter user and two networks",
    mark: "VS",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::text("username", "Username")
            .required()
            .updatable()
            .placeholder("administrator@vsphere.local")
            .group("Cloud settings"),
        Field::secret("password", "Password").required().updatable().group("Cloud settings"),
        Field::url("url", "API URL").required().placeholder("https://vcenter.example.com").group("Cloud settings"),
        Field::text("datacenterName", "Datacenter").required().group("Cloud settings"),
        Field::text("datacenterId", "Datacenter ID")
            .placeholder("datacenter-3")
            .help("Looked up by the name before a push when it is not given.")
            .group("Cloud settings"),
        Field::text("resourcePoolName", "Resource Pool").required().group("Cloud settings"),
        Field::text("datastoreName", "Datastore").required().group("Cloud settings"),
        Field::switch("drsEnabled", "DRS")
            .help("Let vSphere choose the hosts, or name them below.")
            .group("Cloud settings"),
        Field::list("hypervisors", "Hypervisors")
            .updatable()
            .placeholder("esxi1.example.com")
            .help("The ESXi hosts, when DRS is off.")
            .group("Cloud settings"),
        Field::text("vmTemplateName", "VM Templates").required().group("Cloud settings"),
        Field::choice("continent", "Region", CONTINENTS).group("Cloud settings"),
        Field::switch("skipTlsFlag", "Skip TLS verification").help(rules::SKIP_TLS_HELP).group("Cloud settings"),
        Field::text("publicNetwork.name", "Network Name").required().placeholder("VM Network").group("Public network"),
        Field::cidr("publicNetwork.ipAddress", "Network Address/Mask").required().group("Public network"),
        Field::ip("publicNetwork.gateway", "Gateway").required().placeholder("10.3.0.1").group("Public network"),
        Field::ip("publicNetwork.beginAllocationRange", "Allocation Range")
            .required()
            .placeholder("10.3.0.10")
            .group("Public network"),
        Field::ip("publicNetwork.endAllocationRange", "Allocation Range end")
            .required()
            .placeholder("10.3.0.200")
            .group("Public network"),
        Field::text("privateNetwork.name", "Network Name").required().placeholder("Internal").group("Private network"),
        Field::cidr("privateNetwork.ipAddress", "Network Address/Mask")
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
        Column::new("username", "Username"),
        Column::new("url", "API URL"),
        Column::new("datacenterName", "Datacenter"),
        Column::new("datacenterId", "Datacenter ID").mono(),
        Column::new("resourcePoolName", "Resource Pool"),
        Column::new("datastoreName", "Datastore"),
        Column::new("drsEnabled", "DRS"),
        Column::new("hypervisors", "Hypervisors"),
        Column::new("vmTemplateName", "VM Templates"),
        Column::new("continent", "Region"),
        Column::new("skipTlsFlag", "Skip TLS verification"),
        Column::new("publicNetwork.name", "Public network name"),
        Column::new("publicNetwork.ipAddress", "Public network").mono(),
        Column::new("publicNetwork.gateway", "Public gateway").mono(),
        Column::new("privateNetwork.name", "Private network name"),
        Column::new("privateNetwork.ipAddress", "Private network").mono(),
        Column::new("privateNetwork.gateway", "Private gateway").mono(),
    ],
    rules: &[drs_or_hypervisors, api_root, user_with_domain, rules::networks, hosts_outside_ranges],
    tidy: &[],
    value_facts: |values: &Values| Facts {
        identity: rules::fact(values, "username"),
        project: rules::fact(values, "datacenterName"),
        ..Facts::default()
    },
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud(
        "/api/v1/vsphere/list",
        Call::post("/api/v1/vsphere/create"),
        Some(Call::post("/api/v1/vsphere/update")),
    ),
    sample: &[
        ("name", "vsphere-prod"),
        ("username", "taikun@vsphere.local"),
        ("password", "sample-Uw8e-vcenter-pass"),
        ("url", "https://vcenter.example.com"),
        ("datacenterName", "Prague"),
        ("resourcePoolName", "taikun"),
        ("datastoreName", "vsan-1"),
        ("hypervisors", "esxi1.example.com,esxi2.example.com"),
        ("vmTemplateName", "ubuntu-24.04"),
        ("continent", "eu"),
        ("publicNetwork.name", "VM Network"),
        ("publicNetwork.ipAddress", "10.3.0.0/24"),
        ("publicNetwork.gateway", "10.3.0.1"),
        ("publicNetwork.beginAllocationRange", "10.3.0.10"),
        ("publicNetwork.endAllocationRange", "10.3.0.200"),
        ("privateNetwork.name", "Internal"),
        ("privateNetwork.ipAddress", "10.4.0.0/24"),
        ("privateNetwork.gateway", "10.4.0.1"),
        ("privateNetwork.beginAllocationRange", "10.4.0.10"),
        ("privateNetwork.endAllocationRange", "10.4.0.200"),
    ],
};

fn drs_or_hypervisors(subject: &Subject<'_>, findings: &mut Findings) {
    match (subject.values.flag("drsEnabled"), subject.values.has("hypervisors")) {
        (true, true) => findings.problem(
            "hypervisors",
            Code::Conflict,
            "Hypervisors and DRS exclude each other: turn DRS off, or clear Hypervisors.",
        ),
        (false, false) => {
            findings.problem("hypervisors", Code::Required, "Hypervisors is required, unless DRS is on.");
        }
        _ => {}
    }
}

/// The address of the client in a browser is not the address of the API.
fn api_root(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("url").is_some_and(rules::has_path_or_query) {
        findings.warn(
            "url",
            Code::Suspicious,
            "API URL is the address of vCenter alone, without /ui or /sdk; this one has a path.",
        );
    }
}

fn user_with_domain(subject: &Subject<'_>, findings: &mut Findings) {
    rules::user_has_domain("username", "Username", subject, findings);
}

/// A host whose own address is given out to a machine drops off the network.
fn hosts_outside_ranges(subject: &Subject<'_>, findings: &mut Findings) {
    let address = |id: &str| subject.values.text(id).and_then(|text| text.parse::<Ipv4Addr>().ok());
    for block in ["publicNetwork", "privateNetwork"] {
        let start = format!("{block}.beginAllocationRange");
        let (Some(first), Some(last)) = (address(&start), address(&format!("{block}.endAllocationRange"))) else {
            continue;
        };
        let hosts = subject.values.list("hypervisors").iter().filter_map(|host| host.parse::<Ipv4Addr>().ok());
        if let Some(host) = hosts.into_iter().find(|host| (first..=last).contains(host)) {
            findings.problem(
                &start,
                Code::Conflict,
                format!("The Allocation Range holds the hypervisor {host}; choose a range without it."),
            );
        }
    }
}
