//! Amazon Web Services: an access key, or a role to assume.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, IP_MODES, VPC_MODES};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, Reading, SecretMap, Value, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Aws,
    tab: Tab::Cloud,
    label: "Amazon Web Services",
    summary: "Access keys or a role",
    mark: "AW",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::text("awsAccessKeyId", "Access Key ID")
            .updatable()
            .shape(access_key_id)
            .group("Cloud settings")
            .placeholder("AKIA…")
            .help("Or a role below."),
        Field::secret("awsSecretAccessKey", "Secret Access Key").updatable().group("Cloud settings"),
        Field::text("roleArn", "Role ARN")
            .updatable()
            .shape(role_arn)
            .group("Cloud settings")
            .placeholder("arn:aws:iam::123456789012:role/taikun")
            .help("A role to assume instead of using an access key."),
        Field::secret("externalId", "External ID").updatable().shape(external_id).group("Cloud settings"),
        Field::lookup("awsRegion", "Region", REGIONS).required().shape(region).group("Cloud settings"),
        Field::int("azCount", "Availability Zone", 1, 3)
            .default("1")
            .group("Cloud settings")
            .help("How many zones to spread over, 1 to 3."),
        Field::choice("vpcMode", "VPC", VPC_MODES).group("Network"),
        Field::text("importedVpcId", "VPC ID")
            .required()
            .shape(vpc_id)
            .shown_when("vpcMode", &["Import"])
            .placeholder("vpc-0a1b2c3d4e5f60718")
            .group("Network"),
        Field::list("subnets", "Subnets")
            .required()
            .shape(subnet)
            .shown_when("vpcMode", &["Import"])
            .placeholder("subnet-0a1b2c3d:Public")
            .help("Each as id:Public or id:Private; one without a word is private.")
            .group("Network"),
        Field::switch("privateOnly", "Private only").group("Network"),
        Field::choice("ipMode", "IP Mode", IP_MODES).group("Network"),
        Field::switch("sharedFileSystemEnabled", "Shared file system").group("Shared file system"),
        Field::text("efsFileSystemId", "EFS File System ID")
            .shape(efs_id)
            .shown_when("sharedFileSystemEnabled", &["true"])
            .placeholder("fs-0123456789abcdef0")
            .group("Shared file system"),
    ],
    columns: &[
        Column::new("awsRegion", "Region"),
        Column::new("azCount", "Zones").numeric(),
        Column::new("vpcMode", "VPC"),
        Column::new("importedVpcId", "VPC ID").mono(),
        Column::new("ipMode", "IP Mode"),
        Column::new("efsFileSystemId", "EFS").mono(),
    ],
    rules: &[keys_or_role, known_region, temporary_key, secret_key, subnets_of_a_private_network],
    tidy: &[refuse_secret_as_id],
    value_facts,
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud("/api/v1/aws/list", Call::post("/api/v1/aws/create"), Some(Call::post("/api/v1/aws/update"))),
    sample: &[
        ("name", "aws-prod"),
        ("awsAccessKeyId", "AKIAQ3EGQKJ5R7UEXMPL"),
        ("awsSecretAccessKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("awsRegion", "eu-central-1"),
        ("azCount", "2"),
    ],
};

/// The regions that Taikun's own provider lists; a newer one is typed in freely.
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The two halves of a key are pasted from one page, and the wrong way round now and then. A secret key must not stay in
/// a field that is stored, searched and shown, not even in a draft.
fn refuse_secret_as_id(reading: &mut Reading) {
    let secret = matches!(reading.changes.0.get("awsAccessKeyId"), Some(Some(Value::Text(id))) if looks_secret(id));
    if secret {
        reading.changes.0.remove("awsAccessKeyId");
        reading.refuse(
            "awsAccessKeyId",
            Code::ExposedSecret,
            "This looks like a secret key, and Access Key ID is not kept secret. Put it into Secret Access Key.",
        );
    }
}

/// The form of a secret key: 40 letters, digits, slashes and pluses.
fn looks_secret(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'='))
}

fn keys_or_role(subject: &Subject<'_>, findings: &mut Findings) {
    let key = subject.values.has("awsAccessKeyId");
    let secret = subject.has_secret("awsSecretAccessKey");
    if subject.values.has("roleArn") {
        if key != secret {
            let (missing, label) =
                if key { ("awsSecretAccessKey", "Secret Access Key") } else { ("awsAccessKeyId", "Access Key ID") };
            findings.problem(
                missing,
                Code::Required,
                format!("{label} is required beside its other half. With a role alone, clear both."),
            );
        }
        return;
    }
    if !key {
        findings.problem("awsAccessKeyId", Code::Required, "Access Key ID is required, unless a Role ARN is given.");
    }
    if !secret {
        findings.problem(
            "awsSecretAccessKey",
            Code::Required,
            "Secret Access Key is required, unless a Role ARN is given.",
        );
    }
    if subject.has_secret("externalId") {
        findings.problem(
            "externalId",
            Code::NotApplicable,
            "External ID belongs to a role; give a Role ARN or clear it.",
        );
    }
}

fn known_region(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("awsRegion").is_some_and(|region| !REGIONS.contains(&region)) {
        findings.warn("awsRegion", Code::Suspicious, "This region is not among those known here; check its spelling.");
    }
}

fn temporary_key(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("awsAccessKeyId").is_some_and(|id| id.starts_with("ASIA")) {
        findings.warn(
            "awsAccessKeyId",
            Code::Suspicious,
            "This is a temporary key: it ends within hours and needs a session token, which Taikun does not take.",
        );
    }
}

fn secret_key(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.fresh.expose("awsSecretAccessKey").is_some_and(|secret| !looks_secret(secret)) {
        findings.warn(
            "awsSecretAccessKey",
            Code::Suspicious,
            "A Secret Access Key has 40 letters, digits, slashes and pluses; this has another form.",
        );
    }
}

fn subnets_of_a_private_network(subject: &Subject<'_>, findings: &mut Findings) {
    let public = subject.values.list("subnets").iter().any(|subnet| subnet.ends_with(":Public"));
    if public && subject.values.flag("privateOnly") {
        findings.warn("subnets", Code::Suspicious, "A public subnet is listed, and Private only is on.");
    }
}

/// An access key id: four letters for its sort, then at least twelve capital letters and digits.
fn access_key_id(id: &str) -> Result<(), String> {
    let body = |prefix: &str| {
        id.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= 12 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
    };
    if body("AKIA") || body("ASIA") {
        return Ok(());
    }
    if id.starts_with("AROA") || id.starts_with("AIDA") {
        return Err("This is the id of a role or a user, not of a key. A key's id begins with AKIA.".into());
    }
    Err("Access Key ID begins with AKIA, followed by capital letters and digits, 20 in all.".into())
}

/// `arn:aws:iam::123456789012:role/name`, in any partition.
fn role_arn(arn: &str) -> Result<(), String> {
    let formed = || {
        let rest = arn.strip_prefix("arn:")?;
        let (partition, rest) = rest.split_once(":iam::")?;
        let (account, name) = rest.split_once(":role/")?;
        let partition = partition.starts_with("aws") && partition.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let name = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '/' | '-'));
        (partition && account && name).then_some(())
    };
    formed().ok_or_else(|| "Role ARN has the form arn:aws:iam::123456789012:role/name.".into())
}

fn external_id(id: &str) -> Result<(), String> {
    let formed = (2..=1224).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | ':' | '/' | '-'));
    if formed {
        Ok(())
    } else {
        Err("External ID has 2 to 1224 letters, digits and the characters + = , . @ : / - _.".into())
    }
}

fn region(region: &str) -> Result<(), String> {
    let formed = region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if formed { Ok(()) } else { Err("Region is a code such as eu-central-1.".into()) }
}

fn vpc_id(id: &str) -> Result<(), String> {
    resource_id(id, "vpc-").ok_or_else(|| "VPC ID has the form vpc-0a1b2c3d4e5f60718.".into())
}

fn efs_id(id: &str) -> Result<(), String> {
    resource_id(id, "fs-").ok_or_else(|| "EFS File System ID has the form fs-0123456789abcdef0.".into())
}

fn subnet(entry: &str) -> Result<(), String> {
    let (id, access) = entry.split_once(':').unwrap_or((entry, "Private"));
    let formed = matches!(access, "Public" | "Private").then(|| resource_id(id, "subnet-")).flatten();
    formed.ok_or_else(|| "Each subnet has the form subnet-0a1b2c3d:Public or subnet-0a1b2c3d:Private.".into())
}

fn resource_id(id: &str, prefix: &str) -> Option<()> {
    let rest = id.strip_prefix(prefix)?;
    (rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))).then_some(())
}

fn value_facts(values: &Values) -> Facts {
    let role = values.text("roleArn");
    let text = |field: &str| match values.get(field) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    Facts {
        identity: text("awsAccessKeyId").or_else(|| text("roleArn")),
        // The account stands in the ARN alone; the key's id does not say it reliably.
        project: role.and_then(|arn| arn.split(':').nth(4)).filter(|account| !account.is_empty()).map(str::to_owned),
        ..Facts::default()
    }
}
