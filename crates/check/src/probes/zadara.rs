//! Zadara zCompute: it speaks AWS' STS and EC2 below a path of its own, and the path is part of what is signed.

use reqwest::Url;

use super::signed::{self, Fields, REGIONS, Refusal, Signer};
use crate::checker::Suggestion;
use crate::probe::{Checked, Discovered, Probe, below};
use crate::{Report, Verdict};

const FIELDS: Fields = Fields {
    id: "zadaraAccessKeyId",
    secret: "zadaraSecretAccessKey",
    region: "zadaraRegion",
    url: Some("zadaraUrl"),
    server: "a zCompute cloud",
};

pub(super) const DISCOVERED: &[&str] = &["zadaraRegion"];

/// Every zCompute cloud calls its one region so, and takes signatures for any.
const REGION: &str = "symphony";

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let url = probe.url("zadaraUrl")?;
    let region = probe.text(FIELDS.region)?;
    let signer = Signer::of(probe, &FIELDS, region)?;
    let sts = service(&url, "sts");
    let (caller, answer) = signed::caller(probe, &signer, &sts).await?;
    signed::prove(probe, &signer, &sts).await?;
    let who = probe.clean(&caller.arn);
    let report = Report::new(Verdict::Works, format!("The cloud knows this key as {who}."))
        .identity(who)
        .detail("Account", probe.clean(&caller.account));
    let report = probe.with_clock(report, &answer);

    let ec2 = service(&url, "ec2");
    let Ok(answer) = signer.act(probe, "ec2", &ec2, REGIONS).await else { return Ok(report) };
    let Some(regions) = signed::regions(&answer) else {
        return Ok(match Refusal::of(&answer) {
            Some(refusal) if refusal.is_denial() => report.detail("May list regions", "no").warning(
                "The key may not list the regions of the cloud. It may lack other rights that a cluster needs.",
            ),
            _ => report,
        });
    };
    let there: Vec<_> = regions.iter().map(|region| region.name.as_str()).collect();
    if !there.contains(&region) {
        let there = probe.clean(&there.join(", "));
        return Err(Report::new(
            Verdict::WrongScope,
            format!("The key is right, but the cloud has no region {region}. It has {there}."),
        )
        .at(FIELDS.region));
    }
    Ok(report.detail("May list regions", "yes"))
}

pub(super) async fn discover(probe: &Probe<'_>, _field: &'static str) -> Discovered {
    let ec2 = service(&probe.url("zadaraUrl")?, "ec2");
    let signer = Signer::of(probe, &FIELDS, probe.values.text(FIELDS.region).unwrap_or(REGION))?;
    let answer = signer.act(probe, "ec2", &ec2, REGIONS).await?;
    let regions = signed::regions(&answer).ok_or_else(|| signed::refused(probe, &signer, &answer, &ec2))?;
    Ok(regions.into_iter().map(|region| Suggestion::plain(region.name)).collect())
}

/// Where a service of the cloud is. It has a slash at the end, which is signed too.
fn service(url: &Url, name: &str) -> Url {
    below(url, &["api", "v2", "aws", name, ""])
}
