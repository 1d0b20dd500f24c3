//! Backup: S3 storage for the backups of clusters.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules;
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Backup,
    tab: Tab::Backup,
    label: "S3 backup",
    summary: "An access key and an S3 endpoint",
    mark: "S3",
    name_field: "s3Name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("s3Name", "S3 Name").required().updatable().shape(name),
        Field::text("s3AccessKeyId", "S3 Access Key ID").required().updatable(),
        Field::secret("s3SecretKey", "S3 Secret Key").required().updatable(),
        Field::url("s3Endpoint", "S3 Endpoint").required().placeholder("https://s3.eu-central-1.amazonaws.com"),
        Field::text("s3Region", "S3 Region").required().shape(region).placeholder("eu-central-1"),
    ],
    columns: &[
        Column::new("accountId", "ID").numeric().unsorted(),
        Column::new("organization", "Organization"),
        Column::new("s3AccessKeyId", "S3 Access Key ID").mono(),
        Column::new("s3Endpoint", "S3 Endpoint"),
        Column::new("s3Name", "S3 Name"),
        Column::new("s3Region", "S3 Region"),
        Column::new("usedBy", "Associated Projects").unsorted(),
        Column::new("createdBy", "Created By").unsorted(),
        Column::new("modifiedAt", "Last Modified"),
        Column::new("modifiedBy", "Last Modified By").unsorted(),
    ],
    rules: &[endpoint_alone, keys_without_blanks],
    tidy: &[],
    value_facts: |values: &Values| Facts { identity: rules::fact(values, "s3AccessKeyId"), ..Facts::default() },
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire {
        list: "/api/v1/s3credentials/list",
        create: Call::post("/api/v1/s3credentials"),
        update: Some(Call::put("/api/v1/s3credentials")),
        delete: "/api/v1/s3credentials",
        lock: Some("/api/v1/s3credentials/lockmanager"),
        default: Some("/api/v1/s3credentials/makedefault"),
    },
    sample: &[
        ("s3Name", "Nightly backups"),
        ("s3AccessKeyId", "GK3515373e4c851ebaad366558"),
        ("s3SecretKey", "sample-7d37d093435a41f2aab8f13c19ba067d9776c90215f5"),
        ("s3Endpoint", "https://s3.example.com"),
        ("s3Region", "eu-central-1"),
    ],
};

/// The bucket is chosen later: here belongs the service alone.
fn endpoint_alone(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("s3Endpoint").is_some_and(rules::has_path_or_query) {
        findings.warn(
            "s3Endpoint",
            Code::Suspicious,
            "S3 Endpoint is the address of the service alone; this one has a path or a query, such as a bucket's.",
        );
    }
}

fn keys_without_blanks(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("s3AccessKeyId").is_some_and(|id| id.contains(char::is_whitespace)) {
        findings.warn("s3AccessKeyId", Code::Suspicious, "S3 Access Key ID holds a space, which keys do not have.");
    }
    // A space at either end is told for every secret already.
    if subject.fresh.expose("s3SecretKey").is_some_and(|key| key.trim().contains(char::is_whitespace)) {
        findings.warn("s3SecretKey", Code::Suspicious, "S3 Secret Key holds a space, which keys do not have.");
    }
}

fn name(name: &str) -> Result<(), String> {
    rules::of_length("S3 Name", name, 3, 30)
}

fn region(region: &str) -> Result<(), String> {
    let formed = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if formed { Ok(()) } else { Err("S3 Region is a code such as eu-central-1, in small letters.".into()) }
}
