//! What a service of AWS does with a signature: it makes it anew from what arrived, and compares. Written from "Create
//! a signed AWS API request" in the AWS IAM user guide, apart from the library that the probes sign with.

#![allow(dead_code, unreachable_pub, reason = "a module of each test file that uses it, each its part of it")]

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ring::{digest, hmac};

/// A request whose signature is right.
#[derive(Clone, Debug)]
pub struct Signed {
    pub id: String,
    pub region: String,
    pub service: String,
    pub session: Option<String>,
    /// The fields of a form in the body.
    pub form: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// There is no signature, or none that can be read.
    Missing,
    UnknownKey,
    Signature,
    /// When it was signed, by the other clock.
    Skew(DateTime<Utc>),
}

/// Verifies as the service does: the key, then the time, then the signature.
pub fn verify(parts: &Parts, body: &Bytes, secret_of: impl Fn(&str) -> Option<String>) -> Result<Signed, Fault> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let words =
        header("authorization").and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 ")).ok_or(Fault::Missing)?;
    let words: BTreeMap<&str, &str> = words.split(", ").filter_map(|word| word.split_once('=')).collect();
    let scope: Vec<&str> = words.get("Credential").ok_or(Fault::Missing)?.split('/').collect();
    let [id, day, region, service, "aws4_request"] = scope[..] else { return Err(Fault::Missing) };
    let names = words.get("SignedHeaders").ok_or(Fault::Missing)?;
    let stamp = header("x-amz-date").ok_or(Fault::Missing)?;
    let secret = secret_of(id).ok_or(Fault::UnknownKey)?;

    let at = NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ").map_err(|_| Fault::Missing)?.and_utc();
    if (Utc::now() - at).abs() > TimeDelta::minutes(15) {
        return Err(Fault::Skew(at));
    }
    // Whatever is sent of these has to be signed, or somebody could change it on the way.
    for name in ["host", "content-type", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
        assert!(header(name).is_none() || names.split(';').any(|signed| signed == name), "{name} is not signed");
    }
    let hash = hex(digest::digest(&digest::SHA256, body).as_ref());
    if service == "s3" {
        assert_eq!(header("x-amz-content-sha256"), Some(hash.as_str()), "S3 is told the hash of the body");
    }
    let headers: String =
        names.split(';').map(|name| format!("{name}:{}\n", header(name).unwrap_or_default().trim())).collect();
    let mut query: Vec<String> = parts.uri.query().unwrap_or_default().split('&').map(str::to_owned).collect();
    query.retain(|pair| !pair.is_empty());
    query.iter_mut().filter(|pair| !pair.contains('=')).for_each(|pair| pair.push('='));
    query.sort();
    let canonical = format!("{}\n{}\n{}\n{headers}\n{names}\n{hash}", parts.method, parts.uri.path(), query.join("&"));
    let canonical = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/{service}/aws4_request\n{canonical}");
    let key = [day, region, service, "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, word| mac(&key, word.as_bytes()));
    if words.get("Signature") != Some(&hex(&mac(&key, text.as_bytes())).as_str()) {
        return Err(Fault::Signature);
    }
    Ok(Signed {
        id: id.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        session: header("x-amz-security-token").map(str::to_owned),
        form: form_urlencoded::parse(body).into_owned().collect(),
    })
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
