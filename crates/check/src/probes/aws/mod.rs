//! Amazon Web Services: STS says as whom a key acts, which needs no right; a role is assumed with it where one is
//! named.

mod discover;

use reqwest::Url;
use serde::Deserialize;

use crate::endpoints::Endpoint;
use crate::probe::{Checked, Probe};
use crate::probes::signed::{self, EC2, Fields, Refusal, Signer, TemporaryKey};
use crate::{Report, Verdict};

pub(super) use discover::{DISCOVERED, discover};

const FIELDS: Fields =
    Fields { id: "awsAccessKeyId", secret: "awsSecretAccessKey", region: "awsRegion", url: None, server: "AWS" };

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let region = probe.text(FIELDS.region)?;
    let role = probe.values.text("roleArn");
    if role.is_some() && !probe.values.has(FIELDS.id) && probe.secret(FIELDS.secret).is_err() {
        return Err(Report::new(
            Verdict::Unproven,
            "A role alone cannot be checked from here: only Taikun's own account can assume it. Add an access key that \
             may assume it to have it checked.",
        )
        .at("roleArn"));
    }
    let signer = Signer::of(probe, &FIELDS, region)?;
    refuse_temporary(probe, &signer)?;
    let sts = place(probe, Endpoint::AwsSts, "sts", region)?;
    let (caller, answer) = match signed::caller(probe, &signer, &sts).await {
        Ok(found) => found,
        Err(report) => return Err(elsewhere(probe, &signer, report).await),
    };
    // AWS itself takes no wrong secret. An address of one's own may.
    if probe.checker.endpoints.get(Endpoint::AwsSts).is_some() {
        signed::prove(probe, &signer, &sts).await?;
    }
    let Some(arn) = role else {
        let who = probe.clean(&caller.arn);
        let report = Report::new(Verdict::Works, format!("AWS knows this key as {who}."))
            .identity(who)
            .detail("Account", probe.clean(&caller.account));
        return Ok(probe.with_clock(with_rights(probe, &signer, report).await, &answer));
    };
    let key = assume(probe, &signer, &sts, arn).await?;
    let assumed = signer.temporary(&key);
    let (acting, answer) = signed::caller(probe, &assumed, &sts).await?;
    let who = probe.clean(&acting.arn);
    let report = Report::new(Verdict::Works, format!("The key may assume the role, and acts as {who}."))
        .identity(who)
        .detail("Account", probe.clean(&acting.account))
        .detail("Key of", probe.clean(&caller.arn));
    Ok(probe.with_clock(with_rights(probe, &assumed, report).await, &answer))
}

/// A temporary key is half a key: it is refused here, since AWS would say no more than that it does not know it.
fn refuse_temporary(probe: &Probe<'_>, signer: &Signer<'_>) -> Result<(), Report> {
    if !signer.id.starts_with("ASIA") {
        return Ok(());
    }
    let label = probe.label(FIELDS.id);
    Err(Report::new(
        Verdict::Incomplete,
        format!(
            "{label} is that of a temporary key, which works only together with a session token, and ends within \
             hours. Enter a permanent key, whose id begins with AKIA."
        ),
    )
    .at(FIELDS.id))
}

#[derive(Deserialize)]
struct AssumeRoleResponse {
    #[serde(rename = "AssumeRoleResult")]
    result: AssumeRoleResult,
}

#[derive(Deserialize)]
struct AssumeRoleResult {
    #[serde(rename = "Credentials")]
    key: TemporaryKey,
}

/// Assumes a role for the shortest time that there is.
async fn assume(probe: &Probe<'_>, signer: &Signer<'_>, sts: &Url, arn: &str) -> Result<TemporaryKey, Report> {
    let mut pairs = vec![
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", arn),
        ("RoleSessionName", "credenza-check"),
        ("DurationSeconds", "900"),
    ];
    let external = probe.secrets.expose("externalId").map(str::trim).filter(|id| !id.is_empty());
    pairs.extend(external.map(|id| ("ExternalId", id)));
    let answer = signer.act(probe, "sts", sts, &pairs).await?;
    if let Some(response) = answer.status.is_success().then(|| answer.xml::<AssumeRoleResponse>()).flatten() {
        return Ok(response.result.key);
    }
    let refusal = Refusal::of(&answer).unwrap_or_default();
    if refusal.is_denial() {
        let id = if external.is_some() { "another External ID" } else { "an External ID" };
        return Err(Report::new(
            Verdict::NotEnoughRights,
            format!(
                "The key is right, but may not assume the role. AWS does not say whether there is no such role, it \
                 does not trust this key's user, or it wants {id}."
            ),
        )
        .at("roleArn"));
    }
    if refusal.code == "ValidationError" {
        let sentence = format!("AWS does not take the role: {}", probe.clean(&refusal.message));
        return Err(Report::new(Verdict::Incomplete, sentence).at("roleArn"));
    }
    Err(signed::refused(probe, signer, &answer, sts))
}

/// Whether it may list regions tells whether it may use EC2 at all. Not to may is no failure.
async fn with_rights(probe: &Probe<'_>, signer: &Signer<'_>, report: Report) -> Report {
    let Ok(ec2) = place(probe, Endpoint::AwsEc2, "ec2", signer.region) else { return report };
    let pairs = [("Action", "DescribeRegions"), ("Version", EC2), ("DryRun", "true")];
    let Ok(answer) = signer.act(probe, "ec2", &ec2, &pairs).await else { return report };
    let refusal = Refusal::of(&answer).unwrap_or_default();
    if answer.status.is_success() || refusal.code == "DryRunOperation" {
        report.detail("May list regions", "yes")
    } else if refusal.is_denial() {
        report.detail("May list regions", "no").warning(
            "The key may not list the regions of EC2 (ec2:DescribeRegions). It may lack other rights that a \
             cluster needs.",
        )
    } else {
        report
    }
}

/// A region that is not switched on for an account answers as if it did not know the key. One that is always on tells.
async fn elsewhere(probe: &Probe<'_>, signer: &Signer<'_>, report: Report) -> Report {
    let region = signer.region;
    let label = probe.label(FIELDS.region);
    if report.verdict == Verdict::HostNotFound && probe.checker.endpoints.get(Endpoint::AwsSts).is_none() {
        let sentence = format!(
            "AWS has no address for the region {region}, or this machine cannot look it up. Check {label} and the \
             network."
        );
        return Report { message: sentence, ..report }.at(FIELDS.region);
    }
    if report.verdict != Verdict::UnknownIdentity || domain(region) != PUBLIC || ALWAYS_ON.contains(&region) {
        return report;
    }
    let home = "us-east-1";
    let Ok(sts) = place(probe, Endpoint::AwsSts, "sts", home) else { return report };
    match signed::caller(probe, &signer.within(home), &sts).await {
        Ok((caller, _)) => Report::new(
            Verdict::WrongScope,
            format!(
                "The key is right, but the region {region} is not switched on for its account. Switch it on, or choose \
                 another in {label}."
            ),
        )
        .at(FIELDS.region)
        .identity(probe.clean(&caller.arn)),
        Err(_) => report,
    }
}

/// Where a service of AWS is, or where somebody said it is.
fn place(probe: &Probe<'_>, endpoint: Endpoint, service: &str, region: &str) -> Result<Url, Report> {
    // It becomes a part of a host, and what can stand in one decides whom a request goes to.
    if region.is_empty()
        || !region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    {
        let label = probe.label(FIELDS.region);
        return Err(Report::new(Verdict::Incomplete, format!("{label} is a code such as eu-central-1. Correct it."))
            .at(FIELDS.region));
    }
    match probe.checker.endpoints.get(endpoint) {
        Some(url) => Ok(url.clone()),
        None => probe.address(FIELDS.region, &format!("https://{service}.{region}.{}/", domain(region))),
    }
}

const PUBLIC: &str = "amazonaws.com";

/// The domain of the part of AWS that a region is in, by how its name begins.
fn domain(region: &str) -> &'static str {
    const PARTS: &[(&str, &str)] = &[
        ("cn-", "amazonaws.com.cn"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("eusc-", "amazonaws.eu"),
    ];
    PARTS.iter().find(|(start, _)| region.starts_with(start)).map_or(PUBLIC, |(_, domain)| domain)
}

/// Those of the public part, and of the American government's, that no account has to switch on.
const ALWAYS_ON: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];
