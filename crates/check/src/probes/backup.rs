//! S3 and what speaks it: the list of buckets, signed. That it may not be listed proves the key all the same, where the
//! server tells a wrong one apart.

use reqwest::Url;
use serde::Deserialize;

use super::signed::{self, Fields, Refusal, Signer};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::Suggestion;
use crate::probe::{Checked, Discovered, Probe, below};
use crate::{Report, Verdict};

const FIELDS: Fields = Fields {
    id: "s3AccessKeyId",
    secret: "s3SecretKey",
    region: "s3Region",
    url: Some("s3Endpoint"),
    server: "an S3 service",
};

pub(super) const DISCOVERED: &[&str] = &["s3Region"];

/// No server is in this region, so that one which cares says where it is.
const NOWHERE: &str = "credenza-nowhere-1";

#[derive(Deserialize)]
#[serde(rename = "ListAllMyBucketsResult", rename_all = "PascalCase")]
struct Buckets {
    #[serde(default)]
    owner: Owner,
    buckets: BucketList,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Owner {
    #[serde(rename = "ID")]
    id: String,
    display_name: String,
}

#[derive(Deserialize)]
struct BucketList {
    #[serde(rename = "Bucket", default)]
    bucket: Vec<Bucket>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bucket {
    name: String,
}

/// What a bucket answers where the service was expected.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Objects {
    name: String,
    #[serde(rename = "MaxKeys")]
    _most: u32,
}

#[derive(Deserialize)]
struct Location {
    #[serde(rename = "$text", default)]
    region: String,
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let url = probe.url("s3Endpoint")?;
    let signer = Signer::of(probe, &FIELDS, probe.text(FIELDS.region)?)?;
    let answer = ask(probe, &signer, &url).await?;
    if let Some(report) = listed(probe, &signer, &answer) {
        let control = ask(probe, &signer.garbled(), &url).await;
        // Some deny a wrong key in the words in which they deny a right.
        let refused =
            |answer: &Answer| signed::refuses(answer) || Refusal::of(answer).is_some_and(|one| one.is_denial());
        probe.proved(control, refused, FIELDS.secret)?;
        return Ok(probe.with_clock(report, &answer));
    }
    let refusal = Refusal::of(&answer).unwrap_or_default();
    if refusal.is_denial() {
        return denied(probe, &signer, &answer, &refusal, &url).await;
    }
    if refusal.code == "NoSuchBucket" {
        return Err(Report::new(
            Verdict::WrongScope,
            format!(
                "There is no such bucket. Take the bucket's name out of {}, which is the address of the service alone.",
                probe.label("s3Endpoint")
            ),
        )
        .at("s3Endpoint"));
    }
    Err(region_named(&answer, &refusal).filter(|named| named != signer.region).map_or_else(
        || signed::refused(probe, &signer, &answer, &url),
        |named| {
            let named = probe.clean(&named);
            let label = probe.label(FIELDS.region);
            Report::new(
                Verdict::WrongScope,
                format!("The server is in the region {named}, not in {}. Put {named} into {label}.", signer.region),
            )
            .at(FIELDS.region)
        },
    ))
}

/// Where the server says it is, or where its first bucket is.
pub(super) async fn discover(probe: &Probe<'_>, _field: &'static str) -> Discovered {
    let url = probe.url("s3Endpoint")?;
    let signer = Signer::of(probe, &FIELDS, NOWHERE)?;
    let answer = ask(probe, &signer, &url).await?;
    let refusal = Refusal::of(&answer).unwrap_or_default();
    if let Some(named) = region_named(&answer, &refusal) {
        return Ok(vec![Suggestion::plain(named)]);
    }
    let buckets: Option<Buckets> = answer.status.is_success().then(|| answer.xml()).flatten();
    let Some(buckets) = buckets else {
        return if refusal.is_denial() { Ok(Vec::new()) } else { Err(signed::refused(probe, &signer, &answer, &url)) };
    };
    let Some(bucket) = buckets.buckets.bucket.first() else { return Ok(Vec::new()) };
    let mut place = below(&url, &[&bucket.name]);
    place.set_query(Some("location"));
    let answer = ask(probe, &signer, &place).await?;
    let refusal = Refusal::of(&answer).unwrap_or_default();
    let located = answer.status.is_success().then(|| answer.xml::<Location>()).flatten();
    let named = located.map(|location| location.region).or_else(|| region_named(&answer, &refusal));
    Ok(named.filter(|named| !named.is_empty()).into_iter().map(Suggestion::plain).collect())
}

async fn ask(probe: &Probe<'_>, signer: &Signer<'_>, url: &Url) -> Result<Answer, Report> {
    let mut url = url.clone();
    // An address with a path is that of a bucket, of which one object says as much as all.
    if !url.path().trim_matches('/').is_empty() && url.query().is_none() {
        url.set_query(Some("list-type=2&max-keys=1"));
    }
    signer.send(probe, "s3", Ask::get(url)).await
}

/// The good answer: buckets, or the objects of the one bucket that the address names.
fn listed(probe: &Probe<'_>, signer: &Signer<'_>, answer: &Answer) -> Option<Report> {
    if !answer.status.is_success() {
        return None;
    }
    if let Some(Buckets { owner, buckets }) = answer.xml() {
        let owner = if owner.display_name.is_empty() { owner.id } else { owner.display_name };
        let who = if owner.is_empty() { signer.id.to_owned() } else { probe.clean(&owner) };
        let report = Report::new(Verdict::Works, "The server takes the key, and lists its buckets.");
        return Some(report.identity(who).detail("Buckets", buckets.bucket.len().to_string()));
    }
    let Objects { name, .. } = answer.xml()?;
    let name = probe.clean(&name);
    let label = probe.label("s3Endpoint");
    let report =
        Report::new(Verdict::Works, format!("The server takes the key, and lists what is in the bucket {name}."));
    Some(report.identity(signer.id).detail("Bucket", name).warning(format!(
        "{label} names a bucket. It should be the address of the service alone, since the bucket is chosen later."
    )))
}

/// A denial proves the key, unless the server denies a wrong one in the same words.
async fn denied(probe: &Probe<'_>, signer: &Signer<'_>, answer: &Answer, refusal: &Refusal, url: &Url) -> Checked {
    let control = ask(probe, &signer.garbled(), url).await?;
    if Refusal::of(&control).is_some_and(|control| control.is_signature()) {
        let report = Report::new(Verdict::Works, "The server takes the key.")
            .identity(signer.id)
            .warning("The key may not list the buckets, so that it is not known which it may use.");
        return Ok(probe.with_clock(report, answer));
    }
    let words = refusal.message.to_lowercase();
    let (id, secret) = (probe.label(FIELDS.id), probe.label(FIELDS.secret));
    Err(if words.contains("no such key") {
        let sentence = format!("No key {} is known there. Check {id}.", signer.id);
        Report::new(Verdict::UnknownIdentity, sentence).at(FIELDS.id)
    } else if words.contains("signature") {
        let sentence = format!("The key {} is known, but {secret} is another. Enter it again.", signer.id);
        Report::new(Verdict::WrongSecret, sentence).at(FIELDS.secret)
    } else if control.status.is_success() {
        probe.unproven(FIELDS.secret)
    } else {
        let sentence = format!(
            "The server denies access, and would deny it to a wrong {secret} in the same way. Check {id} and {secret}, \
             and whether the key may list buckets."
        );
        Report::new(Verdict::WrongIdentityOrSecret, sentence).at(FIELDS.secret)
    })
}

/// The region that a refusal names: in its text, or in a header beside a redirect.
fn region_named(answer: &Answer, refusal: &Refusal) -> Option<String> {
    if answer.status.is_success() {
        return None;
    }
    let said = matches!(refusal.code.as_str(), "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException");
    let told = said.then_some(refusal.region.as_str()).filter(|region| !region.is_empty());
    let beside = answer.header("x-amz-bucket-region");
    told.or(beside).map(str::to_owned)
}
