//! AWS against a double of STS, EC2 and EFS that verifies signatures, written from the API references of the AWS
//! Security Token Service (2011-06-15), Amazon EC2 (2016-11-15) and Amazon EFS (2015-02-01), their "Common errors"
//! included.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

#[path = "support/sigv4.rs"]
mod sigv4;
mod support;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::{TimeDelta, Utc};
use credenza_check::{Checker, Endpoint, Report, Suggestion, Verdict};
use credenza_model::KindId;
use sigv4::{Fault, Signed};
use support::{check, checker, credential, serve};

const ID: &str = "AKIAQ3EGQKJ5R7UEXMPL";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TEMPORARY_SECRET: &str = "temporary/K7MDENG/bPxRfiCYEXAMPLEKEY0001";
const SESSION: &str = "session+token/of-the-role==";
const ROLE: &str = "arn:aws:iam::123456789012:role/taikun";

/// What the double is told to be.
#[derive(Clone, Default)]
struct Account {
    /// Regions that are not switched on answer as if they did not know any key.
    off: Option<&'static str>,
    /// The regions that STS signs for, when it cares.
    only: Option<&'static str>,
    no_rights: bool,
    /// An answer to everything.
    always: Option<(u16, &'static str, &'static str)>,
    anybody: bool,
    /// Every action that was asked, with the region.
    asked: Arc<Mutex<Vec<String>>>,
}

type Reply = (StatusCode, HeaderMap, String);

fn reply(status: u16, body: impl Into<String>) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "text/xml".parse().unwrap());
    headers.insert(header::DATE, Utc::now().to_rfc2822().replace("+0000", "GMT").parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers, body.into())
}

fn sts_error(status: u16, code: &str, message: &str) -> Reply {
    reply(
        status,
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>7a1</RequestId></ErrorResponse>"
        ),
    )
}

fn ec2_error(status: u16, code: &str, message: &str) -> Reply {
    reply(
        status,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{message}\
             </Message></Error></Errors><RequestID>7a1</RequestID></Response>"
        ),
    )
}

impl Account {
    fn answer(&self, parts: &axum::http::request::Parts, body: &Bytes) -> Reply {
        if let Some((status, code, message)) = self.always {
            return sts_error(status, code, message);
        }
        let secret_of = |id: &str| match id {
            ID => Some(SECRET.to_owned()),
            "ASIATEMPORARY0000001" => Some(TEMPORARY_SECRET.to_owned()),
            _ => None,
        };
        let signed = match sigv4::verify(parts, body, secret_of) {
            Ok(signed) => signed,
            Err(_) if self.anybody => {
                return self.act(&Signed {
                    id: ID.into(),
                    region: String::new(),
                    service: "sts".into(),
                    session: None,
                    form: form_urlencoded::parse(body).into_owned().collect(),
                });
            }
            Err(Fault::UnknownKey) => {
                return sts_error(
                    403,
                    "InvalidClientTokenId",
                    "The security token included in the request is invalid.",
                );
            }
            Err(Fault::Skew(at)) => {
                let side = if at < Utc::now() { "expired" } else { "not yet current" };
                let message = format!("Signature {side}: {at} is not within 15 min. of {}", Utc::now());
                return sts_error(403, "SignatureDoesNotMatch", &message);
            }
            Err(_) => {
                return sts_error(
                    403,
                    "SignatureDoesNotMatch",
                    "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                     Access Key and signing method. Consult the service documentation for details.",
                );
            }
        };
        if self.off == Some(signed.region.as_str()) {
            return sts_error(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
        }
        if self.only.is_some_and(|only| only != signed.region) {
            let message = "Credential should be scoped to a valid region.";
            return sts_error(403, "SignatureDoesNotMatch", message);
        }
        if signed.id.starts_with("ASIA") && signed.session.as_deref() != Some(SESSION) {
            return sts_error(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
        }
        if signed.service == "elasticfilesystem" && self.no_rights {
            let (status, mut headers, body) = reply(403, r#"{"message":"User: x is not authorized"}"#);
            headers.insert("x-amzn-errortype", "AccessDeniedException".parse().unwrap());
            return (status, headers, body);
        }
        if signed.service == "elasticfilesystem" {
            return match parts.uri.path() {
                "/2015-02-01/file-systems" => {
                    reply(200, r#"{"FileSystems":[{"FileSystemId":"fs-0123456789abcdef0","Name":"homes"}]}"#)
                }
                path => panic!("EFS has no {path}"),
            };
        }
        self.act(&signed)
    }

    fn act(&self, signed: &Signed) -> Reply {
        let of = |name: &str| signed.form.get(name).map(String::as_str);
        let action = of("Action").unwrap();
        self.asked.lock().unwrap().push(format!("{action} {}", signed.region));
        let (service, version) = match action {
            "GetCallerIdentity" | "AssumeRole" => ("sts", "2011-06-15"),
            _ => ("ec2", "2016-11-15"),
        };
        assert_eq!((signed.service.as_str(), of("Version")), (service, Some(version)), "{action}");
        match action {
            "GetCallerIdentity" => {
                let arn = match signed.session {
                    None => "arn:aws:iam::123456789012:user/taikun",
                    Some(_) => "arn:aws:sts::123456789012:assumed-role/taikun/credenza-check",
                };
                reply(
                    200,
                    format!(
                        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                     <Arn>{arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                     <ResponseMetadata><RequestId>7a1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
                    ),
                )
            }
            "AssumeRole" => {
                assert_eq!(of("DurationSeconds"), Some("900"));
                if of("RoleArn").is_some_and(|arn| arn.ends_with("role/odd")) {
                    return sts_error(400, "ValidationError", "arn:aws:iam::1:role/odd is invalid");
                }
                if (of("RoleArn"), of("ExternalId")) != (Some(ROLE), Some("External-Id-Of-Tests")) {
                    let message =
                        "User: arn:aws:iam::123456789012:user/taikun is not authorized to perform: sts:AssumeRole";
                    return sts_error(403, "AccessDenied", message);
                }
                reply(
                    200,
                    format!(
                        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                     <AssumedRoleUser><Arn>x</Arn><AssumedRoleId>y</AssumedRoleId></AssumedRoleUser><Credentials>\
                     <AccessKeyId>ASIATEMPORARY0000001</AccessKeyId><SecretAccessKey>{TEMPORARY_SECRET}</SecretAccessKey>\
                     <SessionToken>{SESSION}</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>\
                     </AssumeRoleResult></AssumeRoleResponse>"
                    ),
                )
            }
            _ if self.no_rights => {
                ec2_error(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
            }
            "DescribeRegions" if of("DryRun") == Some("true") => {
                ec2_error(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
            }
            "DescribeRegions" => reply(
                200,
                "<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>7a1</requestId><regionInfo>\
                 <item><regionName>eu-central-1</regionName><regionEndpoint>ec2.eu-central-1.amazonaws.com</regionEndpoint>\
                 <optInStatus>opt-in-not-required</optInStatus></item><item><regionName>us-east-1</regionName>\
                 <regionEndpoint>ec2.us-east-1.amazonaws.com</regionEndpoint></item></regionInfo></DescribeRegionsResponse>",
            ),
            "DescribeVpcs" => reply(
                200,
                "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><vpcSet><item><vpcId>vpc-0a1b2c3d4e5f60718\
                 </vpcId><state>available</state><cidrBlock>10.0.0.0/16</cidrBlock><tagSet><item><key>Owner</key><value>x</value>\
                 </item><item><key>Name</key><value>main</value></item></tagSet></item><item><vpcId>vpc-0a1b2c3d4e5f60719</vpcId>\
                 <cidrBlock>10.1.0.0/16</cidrBlock></item></vpcSet></DescribeVpcsResponse>",
            ),
            "DescribeSubnets" => {
                assert_eq!(
                    (of("Filter.1.Name"), of("Filter.1.Value.1")),
                    (Some("vpc-id"), Some("vpc-0a1b2c3d4e5f60718"))
                );
                let subnet = |id: &str, mapped: bool| {
                    format!(
                        "<item><subnetId>subnet-{id}</subnetId><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><cidrBlock>10.0.1.0/24</cidrBlock>\
                     <availabilityZone>eu-central-1a</availabilityZone><mapPublicIpOnLaunch>{mapped}</mapPublicIpOnLaunch></item>"
                    )
                };
                reply(
                    200,
                    format!(
                        "<DescribeSubnetsResponse><subnetSet>{}{}</subnetSet></DescribeSubnetsResponse>",
                        subnet("0a1b2c3d", false),
                        subnet("0a1b2c3e", true)
                    ),
                )
            }
            "DescribeRouteTables" => reply(
                200,
                "<DescribeRouteTablesResponse><routeTableSet><item><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><routeSet><item>\
                 <gatewayId>local</gatewayId></item></routeSet><associationSet><item><main>true</main></item></associationSet></item>\
                 <item><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><routeSet><item><gatewayId>local</gatewayId></item><item>\
                 <gatewayId>igw-0a1b2c3d</gatewayId></item></routeSet><associationSet><item><subnetId>subnet-0a1b2c3d</subnetId>\
                 <main>false</main></item></associationSet></item></routeTableSet></DescribeRouteTablesResponse>",
            ),
            other => panic!("{other} is not asked"),
        }
    }
}

async fn aws(account: Account) -> String {
    let double = Router::new().fallback(move |request: Request| {
        let account = account.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
            account.answer(&parts, &body)
        }
    });
    serve(double).await
}

fn endpoints(url: &str) -> [(Endpoint, &str); 3] {
    [(Endpoint::AwsSts, url), (Endpoint::AwsEc2, url), (Endpoint::AwsEfs, url)]
}

async fn checked(account: Account, changes: &[(&str, &str)]) -> Report {
    let url = aws(account).await;
    check(KindId::Aws, changes, &endpoints(&url)).await
}

async fn refused(status: u16, code: &'static str, message: &'static str) -> Report {
    checked(Account { always: Some((status, code, message)), ..Account::default() }, &[]).await
}

#[tokio::test]
async fn a_right_key_works_and_says_as_whom() {
    let report = checked(Account::default(), &[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some("arn:aws:iam::123456789012:user/taikun"));
    let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Account", "123456789012"), ("May list regions", "yes")]);
    assert_eq!(report.warnings, [""; 0]);
}

#[tokio::test]
async fn a_key_without_rights_works_with_a_warning() {
    let report = checked(Account { no_rights: true, ..Account::default() }, &[]).await;
    assert_eq!((report.verdict, report.details[1].value.as_str()), (Verdict::Works, "no"), "{report:?}");
    assert!(report.warnings[0].contains("ec2:DescribeRegions"));
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_an_unknown_key() {
    let report =
        checked(Account::default(), &[("awsSecretAccessKey", "another/K7MDENG/bPxRfiCYEXAMPLEKEY000001")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongSecret, Some("awsSecretAccessKey")), "{report:?}");
    let report = checked(Account::default(), &[("awsAccessKeyId", "AKIANOBODYKNOWSTHIS1")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::UnknownIdentity, Some("awsAccessKeyId")), "{report:?}");
}

#[tokio::test]
async fn a_region_that_is_not_switched_on_is_told_from_an_unknown_key() {
    let account = Account { off: Some("ap-east-1"), ..Account::default() };
    let asked = account.asked.clone();
    let report = checked(account, &[("awsRegion", "ap-east-1")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("awsRegion")), "{report:?}");
    assert_eq!(*asked.lock().unwrap(), ["GetCallerIdentity us-east-1"]);
    // An unknown key stays one, and a region that is always on is not asked for twice.
    let unknown = [("awsRegion", "ap-east-1"), ("awsAccessKeyId", "AKIANOBODYKNOWSTHIS1")];
    assert_eq!(checked(Account::default(), &unknown).await.verdict, Verdict::UnknownIdentity);
    let account = Account { off: Some("eu-central-1"), ..Account::default() };
    assert_eq!(checked(account, &[]).await.verdict, Verdict::UnknownIdentity);
}

#[tokio::test]
async fn a_wrong_region_is_the_regions_fault() {
    let report = checked(Account { only: Some("us-west-2"), ..Account::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("awsRegion")), "{report:?}");
    let report = refused(403, "RegionDisabledException", "STS is not activated in this region").await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("awsRegion")));
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_by_how_much() {
    let url = aws(Account::default()).await;
    let (values, secrets) = credential(KindId::Aws, &[]);
    let early = checker(&endpoints(&url)).with_clock(|| Utc::now() - TimeDelta::minutes(20));
    let report = early.check(KindId::Aws, &values, &secrets).await;
    assert_eq!(report.verdict, Verdict::ClockSkew, "{report:?}");
    assert!(report.message.contains("20 minutes behind") || report.message.contains("19 minutes behind"), "{report:?}");
    let late = checker(&endpoints(&url)).with_clock(|| Utc::now() + TimeDelta::hours(3));
    let report = late.check(KindId::Aws, &values, &secrets).await;
    assert_eq!(report.verdict, Verdict::ClockSkew);
    assert!(report.message.contains("hours ahead") || report.message.contains("minutes ahead"), "{report:?}");
    // What is not yet refused is told as well.
    let near = checker(&endpoints(&url)).with_clock(|| Utc::now() + TimeDelta::minutes(8));
    let report = near.check(KindId::Aws, &values, &secrets).await;
    assert_eq!(report.verdict, Verdict::Works);
    assert!(report.warnings.iter().any(|warning| warning.contains("minutes ahead")), "{report:?}");
    for code in ["RequestExpired", "RequestTimeTooSkewed"] {
        assert_eq!(refused(400, code, "Request has expired.").await.verdict, Verdict::ClockSkew);
    }
}

#[tokio::test]
async fn other_refusals_have_verdicts_of_their_own() {
    for (status, code, verdict) in [
        (401, "AuthFailure", Verdict::WrongIdentityOrSecret),
        (403, "ExpiredToken", Verdict::Expired),
        (401, "Blocked", Verdict::Disabled),
        (401, "OptInRequired", Verdict::WrongScope),
        (400, "Throttling", Verdict::RateLimited),
        (503, "RequestLimitExceeded", Verdict::RateLimited),
        (403, "AccessDenied", Verdict::NotEnoughRights),
        (500, "InternalFailure", Verdict::ProviderFailed),
        (503, "ServiceUnavailable", Verdict::ProviderFailed),
        (400, "SomethingNew", Verdict::ProviderFailed),
    ] {
        let report = refused(status, code, "words of the server").await;
        assert_eq!(report.verdict, verdict, "{code}: {report:?}");
    }
}

#[tokio::test]
async fn a_role_is_assumed_and_acts() {
    let role = [("roleArn", ROLE), ("externalId", "External-Id-Of-Tests")];
    let report = checked(Account::default(), &role).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some("arn:aws:sts::123456789012:assumed-role/taikun/credenza-check"));
    assert!(!format!("{report:?}").contains(SESSION));

    for external in ["Another-Id-Of-Tests", ""] {
        let report = checked(Account::default(), &[("roleArn", ROLE), ("externalId", external)]).await;
        assert_eq!((report.verdict, report.field), (Verdict::NotEnoughRights, Some("roleArn")), "{report:?}");
    }
    let odd = [("roleArn", "arn:aws:iam::123456789012:role/odd")];
    let report = checked(Account::default(), &odd).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("roleArn")), "{report:?}");
}

#[tokio::test]
async fn what_cannot_be_checked_from_here_is_said_without_asking() {
    let account = Account::default();
    let asked = account.asked.clone();
    let alone = [("awsAccessKeyId", ""), ("awsSecretAccessKey", ""), ("roleArn", ROLE)];
    let url = aws(account).await;
    let report = check(KindId::Aws, &alone, &endpoints(&url)).await;
    assert_eq!((report.verdict, report.field), (Verdict::Unproven, Some("roleArn")), "{report:?}");
    let report = check(KindId::Aws, &[("awsAccessKeyId", "ASIATEMPORARY0000001")], &endpoints(&url)).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("awsAccessKeyId")), "{report:?}");
    assert!(report.message.contains("session token"));
    let report = check(KindId::Aws, &[("awsSecretAccessKey", "")], &endpoints(&url)).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("awsSecretAccessKey")), "{report:?}");
    assert_eq!(*asked.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn an_address_of_ones_own_that_takes_anything_proves_nothing() {
    let report = checked(Account { anybody: true, ..Account::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Unproven, Some("awsSecretAccessKey")), "{report:?}");
}

#[tokio::test]
async fn another_server_is_not_aws() {
    let page = || async { (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "<!doctype html><p>Sign in") };
    let url = serve(Router::new().fallback(page)).await;
    assert_eq!(check(KindId::Aws, &[], &endpoints(&url)).await.verdict, Verdict::WrongServer);
}

async fn suggestions(account: Account, field: &str, changes: &[(&str, &str)]) -> Result<Vec<Suggestion>, Report> {
    let url = aws(account).await;
    let (values, secrets) = credential(KindId::Aws, changes);
    checker(&endpoints(&url)).discover(KindId::Aws, field, &values, &secrets).await
}

#[tokio::test]
async fn regions_networks_subnets_and_file_systems_are_listed() {
    let values = |found: Vec<Suggestion>| found.into_iter().map(|one| one.value).collect::<Vec<_>>();
    let found = suggestions(Account::default(), "awsRegion", &[("awsRegion", "")]).await.unwrap();
    assert_eq!(values(found), ["eu-central-1", "us-east-1"]);
    let found = suggestions(Account::default(), "importedVpcId", &[]).await.unwrap();
    assert_eq!(found[0].label, "vpc-0a1b2c3d4e5f60718 (main, 10.0.0.0/16)");
    assert_eq!(found[1].value, "vpc-0a1b2c3d4e5f60719");
    let network = [("vpcMode", "Import"), ("importedVpcId", "vpc-0a1b2c3d4e5f60718")];
    let found = suggestions(Account::default(), "subnets", &network).await.unwrap();
    assert_eq!(values(found), ["subnet-0a1b2c3d:Public", "subnet-0a1b2c3e:Private"]);
    let found = suggestions(Account::default(), "efsFileSystemId", &[]).await.unwrap();
    assert_eq!(found[0].label, "fs-0123456789abcdef0 (homes)");
    assert_eq!(Checker::discovered(KindId::Aws).len(), 4);
}

#[tokio::test]
async fn a_list_takes_the_key_the_region_and_the_right() {
    let report = suggestions(Account::default(), "importedVpcId", &[("awsRegion", "")]).await.unwrap_err();
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("awsRegion")));
    let report = suggestions(Account::default(), "awsRegion", &[("awsSecretAccessKey", "")]).await.unwrap_err();
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("awsSecretAccessKey")));
    for (field, right) in [
        ("awsRegion", "ec2:DescribeRegions"),
        ("importedVpcId", "ec2:DescribeVpcs"),
        ("efsFileSystemId", "elasticfilesystem:DescribeFileSystems"),
    ] {
        let denied = Account { no_rights: true, ..Account::default() };
        let report = suggestions(denied, field, &[]).await.unwrap_err();
        assert_eq!(report.verdict, Verdict::NotEnoughRights, "{report:?}");
        assert!(report.message.contains(right), "{report:?}");
    }
    // With a role it is the role's account that is listed.
    let role = [("roleArn", ROLE), ("externalId", "External-Id-Of-Tests")];
    let account = Account::default();
    let asked = account.asked.clone();
    suggestions(account, "importedVpcId", &role).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), ["AssumeRole eu-central-1", "DescribeVpcs eu-central-1"]);
}
