//! OpenStack: a user with a password, or an application credential.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, CONTINENTS};
use crate::wire::{Call, Wire};
use crate::{Access, Choice, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Openstack,
    tab: Tab::Cloud,
    label: "OpenStack",
    summary: "A user or an application credential",
    mark: "OS",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::switch("applicationCredEnabled", "Application credentials")
            .help("User and Password then hold the application credential's id and secret.")
            .group("Cloud settings"),
        Field::text("openStackUser", "User").required().updatable().group("Cloud settings"),
        Field::secret("openStackPassword", "Password").required().updatable().group("Cloud settings"),
        Field::url("openStackUrl", "URL")
            .required()
            .placeholder("https://keystone.example.com:5000/v3")
            .help("The endpoint of the Identity service (Keystone).")
            .group("Cloud settings"),
        Field::text("openStackDomain", "Domain")
            .required()
            .shown_when("applicationCredEnabled", &["false"])
            .placeholder("Default")
            .group("Cloud settings"),
        Field::text("openStackProject", "Project").required().help("The project's name.").group("Cloud settings"),
        Field::text("openStackRegion", "Region").required().placeholder("RegionOne").group("Cloud settings"),
        Field::text("openStackPublicNetwork", "Public Network")
            .required()
            .help("The name of the external network.")
            .group("Cloud settings"),
        Field::text("openStackAvailabilityZone", "Availability Zone").group("Cloud settings"),
        Field::text("openStackVolumeType", "Volume Types").group("Cloud settings"),
        Field::switch("openStackImportNetwork", "Import Network")
            .help("Use an existing subnet; the DNS servers of an access profile then have no effect.")
            .group("Network"),
        Field::text("openStackInternalSubnetId", "Internal Subnet ID")
            .required()
            .shown_when("openStackImportNetwork", &["true"])
            .placeholder("a1b2c3d4-e5f6-4708-9a0b-1c2d3e4f5061")
            .group("Network"),
        Field::choice("lbProvider", "Load balancer", LB_PROVIDERS).group("Network"),
        Field::choice("openStackContinent", "Continent", CONTINENTS).group("Cloud settings"),
        Field::switch("manilaEnabled", "Shared file system").group("Shared file system"),
        Field::text("manilaStorageType", "Manila storage type")
            .shown_when("manilaEnabled", &["true"])
            .group("Shared file system"),
        Field::switch("isAdmin", "Administrator")
            .help("The user is an administrator of the cloud.")
            .group("Cloud settings"),
        Field::switch("skipTlsFlag", "Skip TLS verification").help(rules::SKIP_TLS_HELP).group("Cloud settings"),
    ],
    columns: &[
        Column::new("openStackUser", "User").mono(),
        Column::new("openStackUrl", "URL"),
        Column::new("openStackProject", "Project"),
        Column::new("openStackDomain", "Domain"),
        Column::new("openStackRegion", "Region"),
        Column::new("openStackPublicNetwork", "Public Network"),
        Column::new("openStackImportNetwork", "Import Network"),
        Column::new("openStackInternalSubnetId", "Internal Subnet ID").mono(),
        Column::new("openStackAvailabilityZone", "Availability Zone"),
        Column::new("openStackVolumeType", "Volume Types"),
        Column::new("openStackContinent", "Continent"),
        Column::new("applicationCredEnabled", "Application credentials"),
        Column::new("isAdmin", "Administrator"),
        Column::new("skipTlsFlag", "Skip TLS verification"),
        Column::new("manilaEnabled", "Shared file system"),
        Column::new("manilaStorageType", "Manila storage type"),
        Column::new("lbProvider", "Load balancer"),
    ],
    rules: &[identity_v3, application_credential],
    tidy: &[],
    value_facts,
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud(
        "/api/v1/openstack/list",
        Call::post("/api/v1/openstack/create"),
        Some(Call::post("/api/v1/openstack/update")),
    ),
    sample: &[
        ("name", "os-prod"),
        ("openStackUser", "taikun"),
        ("openStackPassword", "sample-Ohz4-keystone-pass"),
        ("openStackUrl", "https://keystone.example.com:5000/v3"),
        ("openStackDomain", "Default"),
        ("openStackProject", "prod"),
        ("openStackRegion", "RegionOne"),
        ("openStackPublicNetwork", "public"),
        ("openStackContinent", "eu"),
    ],
};

/// The providers of load balancers that Octavia knows.
const LB_PROVIDERS: &[Choice] = &[Choice { value: "amphora", label: "Amphora" }, Choice { value: "ovn", label: "OVN" }];

fn identity_v3(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(path) = subject.values.text("openStackUrl").and_then(rules::path_of) else { return };
    if !path.trim_end_matches('/').ends_with("/v3") {
        findings.warn(
            "openStackUrl",
            Code::Suspicious,
            "The Identity service is usually reached at a URL that ends in /v3; this one does not.",
        );
    }
}

/// An application credential's id has 32 hexadecimal digits. Its name alone would need a user beside it, for which the
/// API has no place.
fn application_credential(subject: &Subject<'_>, findings: &mut Findings) {
    let usual = |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let odd = subject.values.text("openStackUser").is_some_and(|id| !usual(id));
    if odd && subject.values.flag("applicationCredEnabled") {
        findings.warn(
            "openStackUser",
            Code::Suspicious,
            "An application credential's id has 32 hexadecimal digits; this looks like a name.",
        );
    }
}

fn value_facts(values: &Values) -> Facts {
    let user = rules::fact(values, "openStackUser");
    let application = values.flag("applicationCredEnabled");
    Facts {
        identity: user.map(|user| if application { format!("application credential {user}") } else { user }),
        project: rules::fact(values, "openStackProject"),
        ..Facts::default()
    }
}
