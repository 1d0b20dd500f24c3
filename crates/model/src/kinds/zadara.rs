//! Zadara zCompute: an access key for an endpoint that speaks AWS.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, CONTINENTS};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Zadara,
    tab: Tab::Cloud,
    label: "Zadara",
    summary: "An access key and the API's URL",
    mark: "ZA",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::url("zadaraUrl", "Zadara API URL")
            .required()
            .placeholder("https://compute.example.zadara.com")
            .group("Cloud settings"),
        Field::text("zadaraAccessKeyId", "Zadara Key ID").required().updatable().group("Cloud settings"),
        Field::secret("zadaraSecretAccessKey", "Secret Access Key").required().updatable().group("Cloud settings"),
        Field::lookup("zadaraRegion", "Region", REGIONS).required().group("Cloud settings"),
        Field::int("azCount", "Zadara Zone Count", 1, 3)
            .default("1")
            .help("How many zones to spread over, 1 to 3.")
            .group("Cloud settings"),
        Field::lookup("zadaraVolumeType", "Zadara Volume Type", VOLUME_TYPES).required().group("Cloud settings"),
        Field::choice("zadaraContinent", "Continent", CONTINENTS).group("Cloud settings"),
    ],
    columns: &[
        Column::new("zadaraUrl", "Zadara API URL"),
        Column::new("zadaraRegion", "Region"),
        Column::new("azCount", "Zones").numeric(),
        Column::new("zadaraVolumeType", "Zadara Volume Type"),
        Column::new("zadaraContinent", "Continent"),
    ],
    rules: &[bare_host, known_region, known_volume_type],
    tidy: &[],
    value_facts: |values: &Values| Facts { identity: rules::fact(values, "zadaraAccessKeyId"), ..Facts::default() },
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud(
        "/api/v1/zadara/list",
        Call::post("/api/v1/zadara/create"),
        Some(Call::post("/api/v1/zadara/update")),
    ),
    sample: &[
        ("name", "zadara-prod"),
        ("zadaraUrl", "https://compute.example.zadara.com"),
        ("zadaraAccessKeyId", "5c1b6a0e9f2d4c7b8a3e0d1f"),
        ("zadaraSecretAccessKey", "sample-Oox2-zadara-secret-4bYq"),
        ("zadaraRegion", "symphony"),
        ("azCount", "1"),
        ("zadaraVolumeType", "gp2"),
        ("zadaraContinent", "us"),
    ],
};

/// Every zCompute cloud calls its one region so.
const REGIONS: &[&str] = &["symphony"];

/// The volume types that Taikun's own provider lists.
const VOLUME_TYPES: &[&str] = &["io1", "io2", "gp2", "gp3", "sc1", "st1", "standard", "sbp1", "sbg1"];

fn bare_host(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("zadaraUrl").and_then(rules::path_of).is_some_and(|path| path != "/") {
        findings.warn("zadaraUrl", Code::Suspicious, "Zadara API URL usually has no path; this one has.");
    }
}

fn known_region(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("zadaraRegion").is_some_and(|region| !REGIONS.contains(&region)) {
        findings.warn("zadaraRegion", Code::Suspicious, "The region of a Zadara cloud is usually symphony.");
    }
}

fn known_volume_type(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("zadaraVolumeType").is_some_and(|volume| !VOLUME_TYPES.contains(&volume)) {
        findings.warn(
            "zadaraVolumeType",
            Code::Suspicious,
            "This volume type is not among those known here; check its spelling.",
        );
    }
}
