//! zCompute against a double of its STS and EC2, below the paths of "AWS API endpoints" in Zadara's zCompute guides;
//! what they answer is AWS' own.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

#[path = "support/sigv4.rs"]
mod sigv4;
mod support;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use chrono::{TimeDelta, Utc};
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use sigv4::Fault;
use support::{check, checker, credential, serve};

const ID: &str = "5c1b6a0e9f2d4c7b8a3e0d1f";
const SECRET: &str = "sample-Oox2-zadara-secret-4bYq";

#[derive(Clone, Copy, Default)]
struct Cloud {
    anybody: bool,
    no_rights: bool,
}

async fn zcompute(cloud: Cloud) -> String {
    let double = Router::new().fallback(move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
        let error = |status: StatusCode, code: &str, message: &str| {
            let text = format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>");
            (status, [(header::CONTENT_TYPE, "text/xml")], text)
        };
        let path = parts.uri.path().to_owned();
        if parts.method != "POST" || !path.starts_with("/api/v2/aws/") {
            return (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html")], "<html>".into());
        }
        let form = match sigv4::verify(&parts, &body, |id| (id == ID).then(|| SECRET.to_owned())) {
            Ok(signed) => {
                assert_eq!(path, format!("/api/v2/aws/{}/", signed.service));
                signed.form
            }
            Err(_) if cloud.anybody => form_urlencoded::parse(&body).into_owned().collect(),
            Err(Fault::UnknownKey) => return error(StatusCode::FORBIDDEN, "InvalidClientTokenId", "Not found"),
            Err(Fault::Skew(at)) => {
                let message = format!("Signature not yet current: {at} is later than now");
                return error(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", &message);
            }
            Err(_) => return error(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", "The request signature does not match"),
        };
        let text = match form["Action"].as_str() {
            "GetCallerIdentity" => {
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::5d0a1b:user/taikun</Arn>\
                 <UserId>taikun</UserId><Account>5d0a1b</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            }
            "DescribeRegions" if cloud.no_rights => {
                return error(StatusCode::FORBIDDEN, "UnauthorizedOperation", "Not authorized");
            }
            "DescribeRegions" => {
                "<DescribeRegionsResponse><regionInfo><item><regionName>symphony</regionName><regionEndpoint>x</regionEndpoint>\
                 </item></regionInfo></DescribeRegionsResponse>"
            }
            other => panic!("{other} is not asked"),
        };
        (StatusCode::OK, [(header::CONTENT_TYPE, "text/xml")], text.to_owned())
    });
    serve(double).await
}

async fn checked(cloud: Cloud, changes: &[(&str, &str)]) -> Report {
    let url = zcompute(cloud).await;
    let mut all = vec![("zadaraUrl", url.as_str())];
    all.extend_from_slice(changes);
    check(KindId::Zadara, &all, &[]).await
}

#[tokio::test]
async fn a_right_key_works_with_or_without_a_slash_after_the_address() {
    let report = checked(Cloud::default(), &[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some("arn:aws:iam::5d0a1b:user/taikun"));
    assert_eq!(report.details[0].value, "5d0a1b");
    let url = format!("{}/", zcompute(Cloud::default()).await);
    assert_eq!(check(KindId::Zadara, &[("zadaraUrl", &url)], &[]).await.verdict, Verdict::Works);
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_an_unknown_key() {
    let report = checked(Cloud::default(), &[("zadaraSecretAccessKey", "another-Oox2-zadara-secret")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongSecret, Some("zadaraSecretAccessKey")), "{report:?}");
    let report = checked(Cloud::default(), &[("zadaraAccessKeyId", "0c1b6a0e9f2d4c7b8a3e0d1f")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::UnknownIdentity, Some("zadaraAccessKeyId")), "{report:?}");
}

#[tokio::test]
async fn a_region_that_is_not_there_is_told_with_those_that_are() {
    let report = checked(Cloud::default(), &[("zadaraRegion", "us-east-1")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("zadaraRegion")), "{report:?}");
    assert!(report.message.contains("symphony"), "{report:?}");
    // Who may not list regions cannot be told so.
    let report = checked(Cloud { no_rights: true, ..Cloud::default() }, &[("zadaraRegion", "us-east-1")]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 1), "{report:?}");
}

#[tokio::test]
async fn a_cloud_that_takes_any_secret_proves_nothing() {
    let report = checked(Cloud { anybody: true, ..Cloud::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Unproven, Some("zadaraSecretAccessKey")), "{report:?}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_no_wrong_secret() {
    let url = zcompute(Cloud::default()).await;
    let (values, secrets) = credential(KindId::Zadara, &[("zadaraUrl", &url)]);
    let checker = checker(&[]).with_clock(|| Utc::now() + TimeDelta::minutes(40));
    assert_eq!(checker.check(KindId::Zadara, &values, &secrets).await.verdict, Verdict::ClockSkew);
}

#[tokio::test]
async fn a_wrong_path_is_another_server() {
    let url = format!("{}/ui", zcompute(Cloud::default()).await);
    let report = check(KindId::Zadara, &[("zadaraUrl", &url)], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("zadaraUrl")), "{report:?}");
}

#[tokio::test]
async fn the_region_is_listed_before_one_is_chosen() {
    let url = zcompute(Cloud::default()).await;
    let (values, secrets) = credential(KindId::Zadara, &[("zadaraUrl", &url), ("zadaraRegion", "")]);
    let found = checker(&[]).discover(KindId::Zadara, "zadaraRegion", &values, &secrets).await.unwrap();
    assert_eq!(found.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["symphony"]);
    let (values, secrets) =
        credential(KindId::Zadara, &[("zadaraUrl", &url), ("zadaraSecretAccessKey", "Another-zadara-secret")]);
    let report = checker(&[]).discover(KindId::Zadara, "zadaraRegion", &values, &secrets).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::WrongSecret);
}
