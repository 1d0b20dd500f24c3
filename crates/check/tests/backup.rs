//! S3 backups against doubles that verify signatures: Amazon's S3 from its API reference (ListBuckets,
//! GetBucketLocation, "Error responses"), and Garage's ways of refusing, which are its own
//! (src/api/common/signature/payload.rs of deuxfleurs-org/garage).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

#[path = "support/sigv4.rs"]
mod sigv4;
mod support;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::{TimeDelta, Utc};
use credenza_check::{Report, Suggestion, Verdict};
use credenza_model::KindId;
use sigv4::Fault;
use support::{check, checker, credential, serve};

const ID: &str = "GK3515373e4c851ebaad366558";
const SECRET: &str = "sample-7d37d093435a41f2aab8f13c19ba067d9776c90215f5";

#[derive(Clone, Default)]
struct Service {
    /// The region that it is in, when it cares.
    region: Option<&'static str>,
    /// Whether it says so by a redirect.
    redirects: bool,
    may_not_list: bool,
    anybody: bool,
    /// Refuses as Garage does.
    garage: bool,
    /// Says no more than that access is denied.
    mute: bool,
    empty: bool,
    /// An answer to everything.
    always: Option<(u16, &'static str, &'static str)>,
    asked: Arc<Mutex<u32>>,
}

type Reply = (StatusCode, HeaderMap, String);

fn reply(status: u16, body: impl Into<String>) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "application/xml".parse().unwrap());
    headers.insert(header::DATE, Utc::now().to_rfc2822().replace("+0000", "GMT").parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers, body.into())
}

fn error(status: u16, code: &str, message: &str, more: &str) -> Reply {
    reply(
        status,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}\
             <RequestId>4442587FB7D0A2F9</RequestId></Error>"
        ),
    )
}

impl Service {
    fn answer(&self, parts: &axum::http::request::Parts, body: &axum::body::Bytes) -> Reply {
        *self.asked.lock().unwrap() += 1;
        if let Some((status, code, message)) = self.always {
            return error(status, code, message, "");
        }
        let verified = sigv4::verify(parts, body, |id| (id == ID).then(|| SECRET.to_owned()));
        let refusal = match verified {
            Ok(signed) => {
                assert_eq!((signed.service.as_str(), parts.method.as_str()), ("s3", "GET"));
                if let Some(region) = self.region.filter(|region| *region != signed.region) {
                    return self.elsewhere(&signed.region, region);
                }
                None
            }
            Err(_) if self.anybody => None,
            Err(fault) => Some(fault),
        };
        if refusal.is_some() && self.mute {
            return error(403, "AccessDenied", "Access Denied", "");
        }
        match refusal {
            None => {}
            Some(Fault::UnknownKey) if self.garage => {
                return error(403, "AccessDenied", &format!("Forbidden: No such key: {ID}"), "<Region>garage</Region>");
            }
            Some(Fault::Signature) if self.garage => {
                return error(403, "AccessDenied", "Forbidden: Invalid signature", "<Region>garage</Region>");
            }
            Some(Fault::Skew(_)) if self.garage => {
                return error(400, "InvalidRequest", "Bad request: Date is too old", "<Region>garage</Region>");
            }
            Some(Fault::UnknownKey) => {
                let message = "The AWS Access Key Id you provided does not exist in our records.";
                return error(403, "InvalidAccessKeyId", message, "");
            }
            Some(Fault::Skew(at)) => {
                let message = "The difference between the request time and the current time is too large.";
                return error(403, "RequestTimeTooSkewed", message, &format!("<RequestTime>{at}</RequestTime>"));
            }
            Some(_) => {
                let message = "The request signature we calculated does not match the signature you provided.";
                return error(403, "SignatureDoesNotMatch", message, "");
            }
        }
        match (parts.uri.path(), parts.uri.query()) {
            ("/", None) if self.may_not_list => error(403, "AccessDenied", "Access Denied", ""),
            ("/", None) if self.empty => reply(
                200,
                "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>0e8a</ID></Owner><Buckets/>\
                 </ListAllMyBucketsResult>",
            ),
            ("/", None) => reply(
                200,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <Buckets><Bucket><CreationDate>2019-12-11T23:32:47+00:00</CreationDate><Name>nightly</Name></Bucket><Bucket>\
                 <CreationDate>2019-11-10T23:32:13+00:00</CreationDate><Name>weekly</Name></Bucket></Buckets><Owner><DisplayName>\
                 backups</DisplayName><ID>0e8a</ID></Owner></ListAllMyBucketsResult>",
            ),
            ("/nightly", Some("list-type=2&max-keys=1")) => reply(
                200,
                "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>nightly</Name><Prefix/><KeyCount>0</KeyCount>\
                 <MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>",
            ),
            ("/nightly", Some("location" | "location=")) => reply(
                200,
                "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-3</LocationConstraint>",
            ),
            _ => error(404, "NoSuchBucket", "The specified bucket does not exist", "<BucketName>x</BucketName>"),
        }
    }

    fn elsewhere(&self, given: &str, region: &str) -> Reply {
        if self.redirects {
            let (_, mut headers, body) = error(301, "PermanentRedirect", "Please use another endpoint.", "");
            headers.insert("x-amz-bucket-region", region.parse().unwrap());
            return (StatusCode::MOVED_PERMANENTLY, headers, body);
        }
        let message =
            format!("The authorization header is malformed; the region '{given}' is wrong; expecting '{region}'");
        error(400, "AuthorizationHeaderMalformed", &message, &format!("<Region>{region}</Region>"))
    }
}

async fn s3(service: Service) -> String {
    let double = Router::new().fallback(move |request: Request| {
        let service = service.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
            service.answer(&parts, &body)
        }
    });
    serve(double).await
}

async fn checked(service: Service, changes: &[(&str, &str)]) -> Report {
    let url = s3(service).await;
    let mut all = vec![("s3Endpoint", url.as_str())];
    all.extend_from_slice(changes);
    check(KindId::Backup, &all, &[]).await
}

#[tokio::test]
async fn a_right_key_works_and_says_whose_it_is() {
    let report = checked(Service::default(), &[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!((report.identity.as_deref(), report.details[0].value.as_str()), (Some("backups"), "2"));
    let report = checked(Service { empty: true, ..Service::default() }, &[]).await;
    assert_eq!((report.verdict, report.details[0].value.as_str()), (Verdict::Works, "0"), "{report:?}");
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_an_unknown_key() {
    for garage in [false, true] {
        let service = || Service { garage, ..Service::default() };
        let report = checked(service(), &[("s3SecretKey", "another-7d37d093435a41f2aab8f13c19ba067d")]).await;
        assert_eq!((report.verdict, report.field), (Verdict::WrongSecret, Some("s3SecretKey")), "{report:?}");
        let report = checked(service(), &[("s3AccessKeyId", "GK0000373e4c851ebaad366558")]).await;
        assert_eq!((report.verdict, report.field), (Verdict::UnknownIdentity, Some("s3AccessKeyId")), "{report:?}");
    }
}

#[tokio::test]
async fn a_denial_proves_the_key_where_a_wrong_secret_is_told_otherwise() {
    let report = checked(Service { may_not_list: true, ..Service::default() }, &[]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 1), "{report:?}");
    assert!(report.warnings[0].contains("may not list"));
    let report = checked(Service { may_not_list: true, mute: true, ..Service::default() }, &[]).await;
    assert_eq!(report.verdict, Verdict::WrongIdentityOrSecret, "{report:?}");
}

#[tokio::test]
async fn a_wrong_region_is_told_with_the_right_one() {
    for redirects in [false, true] {
        let report = checked(Service { region: Some("us-west-2"), redirects, ..Service::default() }, &[]).await;
        assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("s3Region")), "{report:?}");
        assert!(report.message.contains("us-west-2"), "{report:?}");
    }
    let right =
        checked(Service { region: Some("us-west-2"), ..Service::default() }, &[("s3Region", "us-west-2")]).await;
    assert_eq!(right.verdict, Verdict::Works);
    let named =
        Service { always: Some((400, "InvalidRegionName", "Must be one of: weur, auto")), ..Service::default() };
    let report = checked(named, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("s3Region")), "{report:?}");
    assert!(report.message.contains("weur, auto"));
}

#[tokio::test]
async fn a_clock_that_is_off_is_no_wrong_secret() {
    for garage in [false, true] {
        let url = s3(Service { garage, ..Service::default() }).await;
        let (values, secrets) = credential(KindId::Backup, &[("s3Endpoint", &url)]);
        let checker = checker(&[]).with_clock(|| Utc::now() - TimeDelta::minutes(50));
        let report = checker.check(KindId::Backup, &values, &secrets).await;
        assert_eq!(report.verdict, Verdict::ClockSkew, "{report:?}");
        assert!(
            report.message.contains("50 minutes behind") || report.message.contains("49 minutes behind"),
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn a_service_that_takes_any_secret_proves_nothing() {
    let report = checked(Service { anybody: true, ..Service::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Unproven, Some("s3SecretKey")), "{report:?}");
    let report = checked(Service { anybody: true, may_not_list: true, ..Service::default() }, &[]).await;
    assert_ne!(report.verdict, Verdict::Works, "{report:?}");
}

#[tokio::test]
async fn a_bucket_in_the_address_is_told() {
    let url = s3(Service::default()).await;
    let report = check(KindId::Backup, &[("s3Endpoint", &format!("{url}/nightly"))], &[]).await;
    assert_eq!((report.verdict, report.details[0].value.as_str()), (Verdict::Works, "nightly"), "{report:?}");
    assert!(report.warnings[0].contains("names a bucket"));
    let report = check(KindId::Backup, &[("s3Endpoint", &format!("{url}/nobodys"))], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("s3Endpoint")), "{report:?}");
    assert_eq!(check(KindId::Backup, &[("s3Endpoint", &format!("{url}/"))], &[]).await.verdict, Verdict::Works);
}

#[tokio::test]
async fn other_refusals_have_verdicts_of_their_own() {
    for (status, code, verdict) in [
        (503, "SlowDown", Verdict::RateLimited),
        (403, "AccountProblem", Verdict::Disabled),
        (403, "UserSuspended", Verdict::Disabled),
        (400, "ExpiredToken", Verdict::Expired),
        (500, "InternalError", Verdict::ProviderFailed),
        (400, "SomethingNew", Verdict::ProviderFailed),
    ] {
        let report = checked(Service { always: Some((status, code, "words")), ..Service::default() }, &[]).await;
        assert_eq!(report.verdict, verdict, "{code}: {report:?}");
    }
}

#[tokio::test]
async fn the_console_of_a_service_is_not_its_api() {
    let page = || async { (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "<!doctype html><title>Console") };
    let url = serve(Router::new().fallback(page)).await;
    let report = check(KindId::Backup, &[("s3Endpoint", &url)], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("s3Endpoint")), "{report:?}");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let service = Service::default();
    let asked = service.asked.clone();
    let target = s3(service).await;
    let moved = move || {
        let to = format!("{target}/");
        async move { (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)], "Moved Permanently") }
    };
    let url = serve(Router::new().fallback(moved)).await;
    let report = check(KindId::Backup, &[("s3Endpoint", &url)], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("s3Endpoint")), "{report:?}");
    assert!(report.message.contains("nothing was sent there"), "{report:?}");
    assert_eq!(*asked.lock().unwrap(), 0);
}

#[tokio::test]
async fn what_is_missing_is_said_without_asking() {
    let service = Service::default();
    let asked = service.asked.clone();
    let report = checked(service, &[("s3SecretKey", "")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("s3SecretKey")), "{report:?}");
    assert_eq!(*asked.lock().unwrap(), 0);
}

async fn regions(service: Service) -> Result<Vec<Suggestion>, Report> {
    let url = s3(service).await;
    let (values, secrets) = credential(KindId::Backup, &[("s3Endpoint", &url), ("s3Region", "")]);
    checker(&[]).discover(KindId::Backup, "s3Region", &values, &secrets).await
}

#[tokio::test]
async fn the_region_is_named_by_the_service_or_by_its_first_bucket() {
    let values = |found: Vec<Suggestion>| found.into_iter().map(|one| one.value).collect::<Vec<_>>();
    for redirects in [false, true] {
        let service = Service { region: Some("us-west-2"), redirects, ..Service::default() };
        assert_eq!(values(regions(service).await.unwrap()), ["us-west-2"]);
    }
    assert_eq!(values(regions(Service::default()).await.unwrap()), ["eu-west-3"]);
    assert_eq!(values(regions(Service { empty: true, ..Service::default() }).await.unwrap()), [""; 0]);
    assert_eq!(values(regions(Service { may_not_list: true, ..Service::default() }).await.unwrap()), [""; 0]);
    let slow = Service { always: Some((503, "SlowDown", "Reduce your request rate.")), ..Service::default() };
    assert_eq!(regions(slow).await.unwrap_err().verdict, Verdict::RateLimited);
}
