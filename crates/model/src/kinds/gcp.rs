//! Google Cloud: a service account's key file.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, IP_MODES, VPC_MODES};
use crate::shapes::gcp_key;
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Gcp,
    tab: Tab::Cloud,
    label: "Google Cloud",
    summary: "A service account's key file",
    mark: "GC",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().shape(rules::cloud_name).group("Cloud settings"),
        Field::secret_file("config", "Config file")
            .required()
            .shape(gcp_key::shape)
            .help("The JSON key file of a service account.")
            .group("Cloud settings"),
        Field::switch("importProject", "Import Project")
            .help("Use the key's own project, without a folder and a billing account.")
            .group("Cloud settings"),
        Field::text("folderId", "Folder ID")
            .required()
            .shown_when("importProject", &["false"])
            .placeholder("123456789012")
            .group("Cloud settings"),
        Field::text("billingAccountId", "Billing Account")
            .required()
            .shown_when("importProject", &["false"])
            .placeholder("01AB23-45CD67-89EF01")
            .group("Cloud settings"),
        Field::lookup("region", "Region", REGIONS).required().shape(region).group("Cloud settings"),
        Field::int("azCount", "Zone Count", 1, 3)
            .default("1")
            .help("How many zones to spread over, 1 to 3.")
            .group("Cloud settings"),
        Field::choice("ipMode", "IP Mode", IP_MODES).group("Network"),
        Field::choice("vpcMode", "VPC", VPC_MODES).group("Network"),
        Field::text("importedGcpProjectId", "VPC project ID")
            .shown_when("vpcMode", &["Import"])
            .help("The project that the VPC belongs to, when it is another one.")
            .group("Network"),
        Field::text("importedVpcName", "VPC name").required().shown_when("vpcMode", &["Import"]).group("Network"),
        Field::list("subnets", "Subnets")
            .required()
            .shown_when("vpcMode", &["Import"])
            .help("The names of the subnetworks.")
            .group("Network"),
        Field::text("importedFilestoreId", "Filestore ID").group("Shared file system"),
        Field::text("importedFilestoreProjectId", "Filestore project ID")
            .help("The project that the Filestore belongs to, when it is another one.")
            .group("Shared file system"),
    ],
    columns: &[
        Column::new("region", "Region"),
        Column::new("azCount", "Zones").numeric(),
        Column::new("folderId", "Folder ID").mono(),
        Column::new("billingAccountId", "Billing Account").mono(),
        Column::new("vpcMode", "VPC"),
        Column::new("ipMode", "IP Mode"),
        Column::new("importedGcpProjectId", "VPC project ID").mono(),
        Column::new("importedVpcName", "VPC name"),
        Column::new("importedFilestoreId", "Filestore ID").mono(),
    ],
    rules: &[known_region, folder_and_billing, key_file, filestore],
    tidy: &[],
    value_facts: |_: &Values| Facts::default(),
    secret_facts: |secrets: &SecretMap| secrets.expose("config").map(gcp_key::facts).unwrap_or_default(),
    wire: Wire::cloud("/api/v1/googlecloud/list", Call::form("/api/v1/googlecloud/create"), None),
    sample: &[
        ("name", "gcp-prod"),
        ("config", include_str!("../../fixtures/gcp-service-account.json")),
        ("folderId", "482915736024"),
        ("billingAccountId", "01C3D5-7E9F1A-2B4C6D"),
        ("region", "europe-west4"),
        ("azCount", "3"),
    ],
};

/// The regions of Google Cloud; a newer one is typed in freely.
#[rustfmt::skip]
const REGIONS: &[&str] = &[
    "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1",
    "asia-south2", "asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2",
    "europe-central2", "europe-north1", "europe-north2", "europe-southwest1", "europe-west1", "europe-west10",
    "europe-west12", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9",
    "me-central1", "me-central2", "me-west1", "northamerica-northeast1", "northamerica-northeast2",
    "northamerica-south1", "southamerica-east1", "southamerica-west1", "us-central1", "us-east1", "us-east4",
    "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
];

fn known_region(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("region").is_some_and(|region| !REGIONS.contains(&region)) {
        findings.warn("region", Code::Suspicious, "This region is not among those known here; check its spelling.");
    }
}

fn folder_and_billing(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.flag("importProject") {
        return;
    }
    if subject.values.text("folderId").is_some_and(|id| !id.bytes().all(|byte| byte.is_ascii_digit())) {
        findings.warn(
            "folderId",
            Code::Suspicious,
            "A Folder ID is a number, without the word folders/ before it; this has another form.",
        );
    }
    let usual = |id: &str| {
        id.split('-').map(str::len).eq([6, 6, 6])
            && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
    };
    if subject.values.text("billingAccountId").is_some_and(|id| !usual(id)) {
        findings.warn(
            "billingAccountId",
            Code::Suspicious,
            "A Billing Account has the form 01AB23-45CD67-89EF01; this has another one.",
        );
    }
}

fn key_file(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(text) = subject.fresh.expose("config").filter(|_| !findings.troubled("config")) else { return };
    for sentence in gcp_key::warnings(text) {
        findings.warn("config", Code::Suspicious, sentence);
    }
}

fn filestore(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.has("importedFilestoreProjectId") && !subject.values.has("importedFilestoreId") {
        findings.warn(
            "importedFilestoreProjectId",
            Code::Suspicious,
            "Filestore project ID says nothing without a Filestore ID.",
        );
    }
}

fn region(region: &str) -> Result<(), String> {
    let formed = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if formed { Ok(()) } else { Err("Region is a code such as europe-west4, without the zone's letter.".into()) }
}
