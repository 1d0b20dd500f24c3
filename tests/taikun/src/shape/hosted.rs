//! The clouds that one runs: users, networks, hosts.

use credenza_model::KindId;
use serde_json::json;

use super::{Adds, As, Shape, Takes, continent, network_rows, text};

pub(super) static OPENSTACK: Shape = Shape {
    kind: KindId::Openstack,
    cloud: "OPENSTACK",
    list: "/api/v1/openstack/list",
    create: "/api/v1/openstack/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("openStackUser", Takes::Text),
        ("openStackPassword", Takes::Text),
        ("openStackUrl", Takes::Text),
        ("openStackProject", Takes::Text),
        ("openStackPublicNetwork", Takes::Text),
        ("openStackAvailabilityZone", Takes::Text),
        ("openStackDomain", Takes::Text),
        ("openStackRegion", Takes::Text),
        ("openStackContinent", Takes::Text),
        ("openStackVolumeType", Takes::Text),
        ("openStackImportNetwork", Takes::Flag),
        ("openStackInternalSubnetId", Takes::Text),
        ("applicationCredEnabled", Takes::Flag),
        ("manilaEnabled", Takes::Flag),
        ("manilaStorageType", Takes::Text),
        ("isAdmin", Takes::Flag),
        ("skipTlsFlag", Takes::Flag),
        ("lbProvider", Takes::Word(&["amphora", "ovn"])),
    ],
    secrets: &["openStackPassword"],
    update: ("/api/v1/openstack/update", &["name", "openStackUser", "openStackPassword"]),
    shows: &[
        ("user", "openStackUser", As::Text),
        ("url", "openStackUrl", As::Text),
        ("project", "openStackProject", As::Text),
        ("domain", "openStackDomain", As::Text),
        ("region", "openStackRegion", As::Text),
        ("publicNetwork", "openStackPublicNetwork", As::Text),
        ("importNetwork", "openStackImportNetwork", As::Flag),
        ("availabilityZone", "openStackAvailabilityZone", As::Maybe),
        ("volumeType", "openStackVolumeType", As::Maybe),
        ("internalSubnetId", "openStackInternalSubnetId", As::Maybe),
        ("isAdmin", "isAdmin", As::Flag),
        ("applicationCredEnabled", "applicationCredEnabled", As::Flag),
        ("skipTlsFlag", "skipTlsFlag", As::Flag),
        ("manilaEnabled", "manilaEnabled", As::Flag),
        ("manilaStorageType", "manilaStorageType", As::Maybe),
        ("lbProvider", "lbProvider", As::Maybe),
    ],
    extra: |given, row| {
        let project = text(given, "openStackProject").unwrap_or_default();
        row.insert("tenantId".into(), json!(tenant(project)));
        let continent = text(given, "openStackContinent").map(continent).unwrap_or_default();
        row.insert("continentName".into(), json!(continent));
    },
    newer: &["manilaEnabled", "manilaStorageType", "lbProvider"],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static OPENSHIFT: Shape = Shape {
    kind: KindId::Openshift,
    cloud: "OPENSHIFT",
    list: "/api/v1/openshift/list",
    create: "/api/v1/openshift/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("kubeConfig", Takes::Text),
        ("pullSecret", Takes::Text),
        ("storageClass", Takes::Text),
        ("baseDomain", Takes::Text),
    ],
    secrets: &["kubeConfig", "pullSecret"],
    update: ("", &[]),
    shows: &[("baseDomain", "baseDomain", As::Text), ("storageClass", "storageClass", As::Text)],
    extra: |_, row| {
        row.insert("continentName".into(), json!("Europe"));
    },
    newer: &[],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static PROXMOX: Shape = Shape {
    kind: KindId::Proxmox,
    cloud: "PROXMOX",
    list: "/api/v1/proxmox/list",
    create: "/api/v1/proxmox/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("url", Takes::Text),
        ("tokenId", Takes::Text),
        ("tokenSecret", Takes::Text),
        ("storage", Takes::Text),
        ("vmTemplateName", Takes::Text),
        ("hypervisors", Takes::Texts),
        ("continent", Takes::Text),
        ("skipTlsFlag", Takes::Flag),
        ("publicNetwork", Takes::Object(BRIDGED)),
        ("privateNetwork", Takes::Object(BRIDGED)),
    ],
    secrets: &["tokenSecret"],
    update: ("/api/v1/proxmox/update", &["name", "tokenId", "tokenSecret"]),
    shows: &[
        ("hypervisors", "hypervisors", As::Named),
        ("tokenId", "tokenId", As::Maybe),
        ("url", "url", As::Maybe),
        ("storage", "storage", As::Maybe),
        ("vmTemplateName", "vmTemplateName", As::Maybe),
        ("skipTlsFlag", "skipTlsFlag", As::Flag),
    ],
    extra: |given, row| {
        network_rows(given, row, "proxmoxNetworks", ("bridge", "bridge"), false);
        row.insert("continentName".into(), json!(text(given, "continent").map(continent)));
    },
    newer: &[],
    adds: Adds::Partners,
    legacy_only: false,
};

pub(super) static VSPHERE: Shape = Shape {
    kind: KindId::Vsphere,
    cloud: "VSPHERE",
    list: "/api/v1/vsphere/list",
    create: "/api/v1/vsphere/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("username", Takes::Text),
        ("url", Takes::Text),
        ("password", Takes::Text),
        ("datacenterId", Takes::Text),
        ("datacenterName", Takes::Text),
        ("datastoreName", Takes::Text),
        ("resourcePoolName", Takes::Text),
        ("drsEnabled", Takes::Flag),
        ("vmTemplateName", Takes::Text),
        ("continent", Takes::Text),
        ("hypervisors", Takes::Texts),
        ("skipTlsFlag", Takes::Flag),
        ("publicNetwork", Takes::Object(NAMED)),
        ("privateNetwork", Takes::Object(NAMED)),
    ],
    secrets: &["password"],
    update: ("/api/v1/vsphere/update", &["name", "username", "password"]),
    shows: &[
        ("username", "username", As::Text),
        ("url", "url", As::Text),
        ("datacenterId", "datacenterId", As::Text),
        ("datacenterName", "datacenterName", As::Text),
        ("datastore", "datastoreName", As::Text),
        ("resourcePool", "resourcePoolName", As::Text),
        ("drsEnabled", "drsEnabled", As::Flag),
        ("hypervisors", "hypervisors", As::NamedByText),
        ("vmTemplateName", "vmTemplateName", As::Text),
        ("skipTlsFlag", "skipTlsFlag", As::Flag),
    ],
    extra: |given, row| {
        network_rows(given, row, "vsphereNetworks", ("name", "name"), false);
        row.insert("continentName".into(), json!(text(given, "continent").map(continent)));
    },
    newer: &[],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static TANZU: Shape = Shape {
    kind: KindId::Tanzu,
    cloud: "TANZU",
    list: "/api/v1/tanzu/list",
    create: "/api/v1/tanzu/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("username", Takes::Text),
        ("url", Takes::Text),
        ("password", Takes::Text),
        ("volumeType", Takes::Text),
        ("namespace", Takes::Text),
        ("tanzuContinent", Takes::Text),
        ("port", Takes::Number),
    ],
    secrets: &["password"],
    update: ("/api/v1/tanzu/update", &["name", "password"]),
    shows: &[
        ("username", "username", As::Text),
        ("url", "url", As::Text),
        ("volumeType", "volumeType", As::Text),
        ("namespace", "namespace", As::Text),
        ("port", "port", As::MaybeNumber),
    ],
    extra: |given, row| {
        row.insert("continentName".into(), json!(text(given, "tanzuContinent").map(continent)));
    },
    newer: &[],
    adds: Adds::Partners,
    legacy_only: true,
};

pub(super) static ZEDEDA: Shape = Shape {
    kind: KindId::Zededa,
    cloud: "ZEDEDA",
    list: "/api/v1/zededa/list",
    create: "/api/v1/zededa/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("apiToken", Takes::Text),
        ("apiUrl", Takes::Text),
        ("project", Takes::Text),
        ("continent", Takes::Text),
        ("edgeNodes", Takes::Texts),
        ("publicNetwork", Takes::Object(TAGGED)),
        ("privateNetwork", Takes::Object(TAGGED)),
    ],
    // The one secret that the API gives back, so it is not among the hidden ones.
    secrets: &[],
    update: ("", &[]),
    shows: &[
        ("edgeNodes", "edgeNodes", As::Named),
        ("apiToken", "apiToken", As::Text),
        ("apiUrl", "apiUrl", As::Text),
        ("project", "project", As::Text),
    ],
    extra: |given, row| {
        network_rows(given, row, "zededaNetworks", ("bridge", "interface"), true);
        let project = text(given, "project").unwrap_or("default");
        row.insert("projectId".into(), json!(tenant(project)));
        row.insert("continentName".into(), json!(text(given, "continent").map(continent)));
    },
    newer: &[],
    adds: Adds::Managers,
    legacy_only: true,
};

const BRIDGED: &[(&str, Takes)] = &[
    ("bridge", Takes::Text),
    ("gateway", Takes::Text),
    ("ipAddress", Takes::Text),
    ("netMask", Takes::Count),
    ("beginAllocationRange", Takes::Text),
    ("endAllocationRange", Takes::Text),
];

const NAMED: &[(&str, Takes)] = &[
    ("name", Takes::Text),
    ("gateway", Takes::Text),
    ("ipAddress", Takes::Text),
    ("netMask", Takes::Count),
    ("beginAllocationRange", Takes::Text),
    ("endAllocationRange", Takes::Text),
];

const TAGGED: &[(&str, Takes)] = &[
    ("interface", Takes::Text),
    ("vlanId", Takes::Number),
    ("gateway", Takes::Text),
    ("ipAddress", Takes::Text),
    ("netMask", Takes::Count),
    ("beginAllocationRange", Takes::Text),
    ("endAllocationRange", Takes::Text),
];

/// An id such as OpenStack gives its projects, the same for the same name.
fn tenant(project: &str) -> String {
    let sum = project
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{sum:016x}{:016x}", sum.rotate_left(29))
}
