//! OpenStack against a double of Keystone, Neutron, Nova, Cinder and Manila, from their API references
//! (docs.openstack.org/api-ref/identity/v3, /network/v2, /compute, /block-storage/v3, /shared-file-system). It knows
//! which tokens it has given and which were taken back.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use credenza_check::{Checker, Report, Suggestion, Verdict};
use credenza_model::KindId;
use serde_json::{Value, json};
use support::{check, checker, credential, serve};

const PASSWORD: &str = "sample-Ohz4-keystone-pass";
const APPLICATION: &str = "d3dcf87b97634ee5becc8b2ee59cb96d";
const SECRET: &str = "mipwpQyNF32KZFXLxTbV1QNF-application-secret";

/// What the double is told to be, and what it has seen.
#[derive(Clone, Default)]
struct Cloud {
    seen: Arc<Mutex<Seen>>,
    /// Its own address.
    host: Arc<Mutex<String>>,
    no_projects: bool,
    no_catalog: bool,
    not_admin: bool,
    /// A refusal of every sign-in.
    refuses: Option<(u16, &'static str)>,
    second_factor: bool,
    /// Where the catalog says that Neutron is.
    neutron: Option<&'static str>,
    no_rights: bool,
}

#[derive(Default)]
struct Seen {
    /// The tokens that are alive, with the project that each is for.
    tokens: BTreeMap<String, Option<String>>,
    given: usize,
    passwords: usize,
}

type Reply = (StatusCode, HeaderMap, String);

fn reply(status: u16, body: Value) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers, body.to_string())
}

fn error(status: u16, message: &str) -> Reply {
    reply(status, json!({"error": {"code": status, "message": message, "title": "Title"}}))
}

/// What Keystone says of a path that it does not have.
fn nothing() -> Reply {
    (StatusCode::NOT_FOUND, HeaderMap::new(), "<!doctype html><title>404 Not Found</title>".into())
}

const UNAUTHORIZED: &str = "The request you have made requires authentication.";

impl Cloud {
    fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Reply {
        let token = headers.get("x-auth-token").map(|token| token.to_str().unwrap().to_owned());
        match (method.as_str(), uri.path()) {
            ("GET", "/v3") => {
                return reply(200, json!({"version": {"id": "v3.14", "status": "stable"}}));
            }
            ("POST", "/v3/auth/tokens") => return self.sign_in(&serde_json::from_slice(body).unwrap()),
            ("DELETE", "/v3/auth/tokens") => {
                let gone = headers["x-subject-token"].to_str().unwrap();
                assert_eq!(token.as_deref(), Some(gone));
                assert!(self.seen.lock().unwrap().tokens.remove(gone).is_some(), "{gone} is alive");
                return (StatusCode::NO_CONTENT, HeaderMap::new(), String::new());
            }
            ("GET", _) => {}
            _ => return nothing(),
        }
        let project = match token.and_then(|token| self.seen.lock().unwrap().tokens.get(&token).cloned()) {
            Some(project) => project,
            None => return error(401, UNAUTHORIZED),
        };
        let of_the_project = || assert_eq!(project.as_deref(), Some("p-prod"), "{uri} takes a token for the project");
        if self.no_rights && !uri.path().starts_with("/v3") {
            return error(403, "Policy doesn't allow this to be performed.");
        }
        match uri.path() {
            "/v3/auth/projects" if self.no_projects => reply(200, json!({"projects": []})),
            "/v3/auth/projects" => reply(
                200,
                json!({"projects": [
                    {"id": "p-other", "name": "prod", "domain_id": "d-other"},
                    {"id": "p-prod", "name": "prod", "domain_id": "default"},
                    {"id": "p-dev", "name": "dev", "domain_id": "default"},
                ]}),
            ),
            "/v3/regions" => {
                reply(200, json!({"regions": [{"id": "RegionTwo"}, {"id": "RegionOne"}, {"id": "RegionThree"}]}))
            }
            "/v3/users/u-taikun/application_credentials/d3dcf87b97634ee5becc8b2ee59cb96d" => reply(
                200,
                json!({"application_credential": {"id": APPLICATION, "expires_at": "2030-01-02T03:04:05.000000"}}),
            ),
            "/neutron/v2.0/networks" => {
                of_the_project();
                assert!(uri.query().unwrap().contains("router:external=true"));
                reply(200, json!({"networks": [{"id": "n1", "name": "public"}, {"id": "n2", "name": "dmz"}]}))
            }
            "/neutron/v2.0/subnets" => {
                of_the_project();
                reply(
                    200,
                    json!({"subnets": [{"id": "a1b2c3d4-e5f6-4708-9a0b-1c2d3e4f5061", "name": "inner", "cidr": "10.0.0.0/24"}]}),
                )
            }
            "/nova/v2.1/os-availability-zone" => {
                of_the_project();
                reply(
                    200,
                    json!({"availabilityZoneInfo": [
                        {"zoneName": "nova", "zoneState": {"available": true}, "hosts": null},
                        {"zoneName": "old", "zoneState": {"available": false}, "hosts": null},
                    ]}),
                )
            }
            "/cinder/v3/p-prod/types" => {
                of_the_project();
                reply(
                    200,
                    json!({"volume_types": [{"id": "t1", "name": "ssd", "is_public": true}, {"id": "t2", "name": "hdd"}]}),
                )
            }
            "/manila/v2/types" => {
                of_the_project();
                reply(200, json!({"share_types": [{"id": "s1", "name": "cephfs"}], "volume_types": []}))
            }
            _ => nothing(),
        }
    }

    fn sign_in(&self, asked: &Value) -> Reply {
        if let Some((status, message)) = self.refuses {
            return error(status, message);
        }
        let (identity, scope) = (&asked["auth"]["identity"], &asked["auth"]["scope"]);
        match identity["methods"][0].as_str().unwrap() {
            "password" => {
                self.seen.lock().unwrap().passwords += 1;
                assert_eq!(*scope, json!("unscoped"), "the password is asked about alone");
                let user = &identity["password"]["user"];
                let domain = &user["domain"];
                let home = *domain == json!({"name": "Default"}) || *domain == json!({"id": "default"});
                if !home || user["name"] != "taikun" || user["password"] != PASSWORD {
                    return error(401, UNAUTHORIZED);
                }
                if self.second_factor {
                    let (status, mut headers, body) = reply(
                        401,
                        json!({"receipt": {"methods": ["password"]}, "required_auth_methods": [["password", "totp"]]}),
                    );
                    headers.insert("openstack-auth-receipt", "gAAAAA-receipt".parse().unwrap());
                    return (status, headers, body);
                }
                self.give(None, false)
            }
            "token" => {
                let old = identity["token"]["id"].as_str().unwrap();
                assert!(self.seen.lock().unwrap().tokens.contains_key(old));
                match scope["project"]["id"].as_str().unwrap() {
                    "p-prod" => self.give(Some("p-prod"), false),
                    _ => error(401, UNAUTHORIZED),
                }
            }
            "application_credential" => {
                assert!(scope.is_null(), "cannot request a scope");
                let application = &identity["application_credential"];
                if application["id"] != APPLICATION {
                    return error(404, "Could not find Application Credential: 00112233445566778899aabbccddeeff.");
                }
                if application["secret"] != SECRET {
                    return error(401, UNAUTHORIZED);
                }
                self.give(Some("p-prod"), true)
            }
            other => panic!("{other} is no method"),
        }
    }

    fn give(&self, project: Option<&str>, application: bool) -> Reply {
        let mut seen = self.seen.lock().unwrap();
        seen.given += 1;
        let token = format!("gAAAAA-token-{}", seen.given);
        seen.tokens.insert(token.clone(), project.map(str::to_owned));
        let host = self.host.lock().unwrap().clone();
        let neutron = self.neutron.map_or_else(|| format!("{host}/neutron"), str::to_owned);
        let endpoint =
            |region: &str, url: &str| json!({"interface": "public", "region_id": region, "region": region, "url": url});
        let service = |sort: &str, path: &str| {
            json!({"type": sort, "name": "x", "endpoints": [
                {"interface": "admin", "region_id": "RegionOne", "region": "RegionOne", "url": "http://admin.example.com"},
                endpoint("RegionTwo", "https://two.example.com"),
                endpoint("RegionOne", path),
            ]})
        };
        let mut about = json!({
            "methods": ["password"],
            "user": {"domain": {"id": "default", "name": "Default"}, "id": "u-taikun", "name": "taikun", "password_expires_at": "2031-02-03T04:05:06.000000"},
            "expires_at": "2026-11-24T14:48:56.000000Z",
        });
        if project.is_some() {
            about["project"] = json!({"domain": {"id": "default", "name": "Default"}, "id": "p-prod", "name": "prod"});
            about["roles"] = if self.not_admin {
                json!([{"id": "r1", "name": "member"}])
            } else {
                json!([{"id": "r1", "name": "member"}, {"id": "r2", "name": "admin"}])
            };
            about["catalog"] = if self.no_catalog {
                json!([])
            } else {
                json!([
                    service("network", &neutron),
                    service("compute", &format!("{host}/nova/v2.1")),
                    service("volumev3", &format!("{host}/cinder/v3/p-prod")),
                    service("sharev2", &format!("{host}/manila/v2")),
                ])
            };
        }
        if application {
            about["application_credential"] = json!({"id": APPLICATION, "name": "x", "restricted": true});
        }
        let (status, mut headers, body) = reply(201, json!({"token": about}));
        headers.insert("x-subject-token", token.parse().unwrap());
        (status, headers, body)
    }

    /// Every token that was given was taken back, and no password was tried twice.
    fn left_nothing(&self) {
        let seen = self.seen.lock().unwrap();
        assert!(seen.tokens.is_empty(), "{:?} were not taken back", seen.tokens);
        assert!(seen.passwords <= 1, "the password was tried {} times", seen.passwords);
    }
}

async fn keystone(cloud: &Cloud) -> String {
    let double = cloud.clone();
    let double = Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        let double = double.clone();
        async move { double.answer(&method, &uri, &headers, &body) }
    });
    let url = serve(double).await;
    (*cloud.host.lock().unwrap()).clone_from(&url);
    url
}

async fn checked(cloud: Cloud, changes: &[(&str, &str)]) -> Report {
    let url = format!("{}/v3", keystone(&cloud).await);
    let mut all = vec![("openStackUrl", url.as_str())];
    all.extend_from_slice(changes);
    let report = check(KindId::Openstack, &all, &[]).await;
    assert!(!format!("{report:?}").contains("gAAAAA"), "the report shows a token: {report:?}");
    cloud.left_nothing();
    report
}

const AS_APPLICATION: &[(&str, &str)] = &[
    ("applicationCredEnabled", "true"),
    ("openStackUser", APPLICATION),
    ("openStackPassword", SECRET),
    ("openStackDomain", ""),
];

#[tokio::test]
async fn a_right_password_works_and_tells_for_what() {
    let report = checked(Cloud::default(), &[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some("taikun"));
    let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Domain", "Default"), ("Project", "prod"), ("Roles", "member, admin"), ("Version", "v3.14")]);
    assert_eq!(report.expiry, Some("2031-02-03T04:05:06Z".parse().unwrap()));
}

#[tokio::test]
async fn the_address_is_taken_with_a_version_or_without() {
    for path in ["", "/", "/v3", "/v3/", "/v2.0"] {
        let cloud = Cloud::default();
        let url = format!("{}{path}", keystone(&cloud).await);
        let report = check(KindId::Openstack, &[("openStackUrl", &url)], &[]).await;
        assert_eq!(report.verdict, Verdict::Works, "{path}: {report:?}");
    }
    let cloud = Cloud::default();
    let url = format!("{}/identity/v3", keystone(&cloud).await);
    let report = check(KindId::Openstack, &[("openStackUrl", &url)], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("openStackUrl")), "{report:?}");
}

#[tokio::test]
async fn a_domain_is_named_or_given_by_its_id() {
    assert_eq!(checked(Cloud::default(), &[("openStackDomain", "default")]).await.verdict, Verdict::Works);
    let report = checked(Cloud::default(), &[("openStackDomain", "Elsewhere")]).await;
    assert_eq!(report.verdict, Verdict::WrongIdentityOrSecret);
}

#[tokio::test]
async fn a_wrong_password_is_told_from_a_wrong_project() {
    let report = checked(Cloud::default(), &[("openStackPassword", "Another-keystone-pass")]).await;
    assert_eq!(
        (report.verdict, report.field),
        (Verdict::WrongIdentityOrSecret, Some("openStackPassword")),
        "{report:?}"
    );
    let report = checked(Cloud::default(), &[("openStackProject", "production")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("openStackProject")), "{report:?}");
    assert!(report.message.contains("prod, dev"), "{report:?}");
    // It is listed, and Keystone refuses it all the same.
    let report = checked(Cloud::default(), &[("openStackProject", "dev")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("openStackProject")), "{report:?}");
    let report = checked(Cloud { no_projects: true, ..Cloud::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::NotEnoughRights, Some("openStackProject")), "{report:?}");
}

#[tokio::test]
async fn a_wrong_region_is_told_with_those_that_are_there() {
    let report = checked(Cloud::default(), &[("openStackRegion", "RegionFour")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("openStackRegion")), "{report:?}");
    assert!(report.message.contains("RegionOne, RegionTwo"), "{report:?}");
    let report = checked(Cloud { no_catalog: true, ..Cloud::default() }, &[]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 1), "{report:?}");
}

#[tokio::test]
async fn an_administrator_without_the_role_is_warned() {
    let report = checked(Cloud { not_admin: true, ..Cloud::default() }, &[("isAdmin", "true")]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 1), "{report:?}");
    let report = checked(Cloud::default(), &[("isAdmin", "true")]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 0), "{report:?}");
}

#[tokio::test]
async fn an_application_credential_works_and_tells_when_it_ends() {
    let report = checked(Cloud::default(), AS_APPLICATION).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.expiry, Some("2030-01-02T03:04:05Z".parse().unwrap()));

    let with = |field: &'static str, value: &'static str| [AS_APPLICATION, &[(field, value)]].concat();
    let report = checked(Cloud::default(), &with("openStackUser", "00112233445566778899aabbccddeeff")).await;
    assert_eq!((report.verdict, report.field), (Verdict::UnknownIdentity, Some("openStackUser")), "{report:?}");
    let report = checked(Cloud::default(), &with("openStackPassword", "Another-application-secret")).await;
    assert_eq!(
        (report.verdict, report.field),
        (Verdict::WrongIdentityOrSecret, Some("openStackPassword")),
        "{report:?}"
    );
    assert!(report.message.contains("expired"));
    let report = checked(Cloud::default(), &with("openStackProject", "dev")).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("openStackProject")), "{report:?}");
    assert!(report.message.contains("for the project prod"), "{report:?}");
}

#[tokio::test]
async fn other_refusals_have_verdicts_of_their_own() {
    for (status, message, verdict) in [
        (401, "The password is expired and needs to be changed for user: u-taikun.", Verdict::Expired),
        (401, "The account is locked for user: u-taikun.", Verdict::Disabled),
        (401, "User is disabled: u-taikun", Verdict::Disabled),
        (413, "Request Entity Too Large", Verdict::RateLimited),
        (429, "Too Many Requests", Verdict::RateLimited),
        (500, "An unexpected error prevented the server from fulfilling your request.", Verdict::ProviderFailed),
        (400, "Expecting to find auth in request.", Verdict::WrongServer),
    ] {
        let report = checked(Cloud { refuses: Some((status, message)), ..Cloud::default() }, &[]).await;
        assert_eq!(report.verdict, verdict, "{message}: {report:?}");
    }
    let report = checked(Cloud { second_factor: true, ..Cloud::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::NeedsHuman, Some("openStackUser")), "{report:?}");
}

#[tokio::test]
async fn what_is_missing_is_said() {
    for field in ["openStackUser", "openStackPassword", "openStackDomain", "openStackProject", "openStackRegion"] {
        let report = checked(Cloud::default(), &[(field, "")]).await;
        assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some(field)), "{report:?}");
    }
}

async fn suggestions(cloud: Cloud, field: &str, changes: &[(&str, &str)]) -> Result<Vec<Suggestion>, Report> {
    let url = keystone(&cloud).await;
    let mut all = vec![("openStackUrl", url.as_str())];
    all.extend_from_slice(changes);
    let (values, secrets) = credential(KindId::Openstack, &all);
    let found = checker(&[]).discover(KindId::Openstack, field, &values, &secrets).await;
    cloud.left_nothing();
    found
}

#[tokio::test]
async fn every_list_of_the_cloud_fills_its_field() {
    let none = &[("openStackProject", ""), ("openStackRegion", "")][..];
    for (field, changes, expected) in [
        ("openStackProject", none, &["prod", "dev"][..]),
        ("openStackRegion", none, &["RegionOne", "RegionThree", "RegionTwo"]),
        ("openStackPublicNetwork", &[], &["public", "dmz"]),
        ("openStackAvailabilityZone", &[], &["nova"]),
        ("openStackVolumeType", &[], &["ssd", "hdd"]),
        ("openStackInternalSubnetId", &[], &["a1b2c3d4-e5f6-4708-9a0b-1c2d3e4f5061"]),
        ("manilaStorageType", &[], &["cephfs"]),
    ] {
        assert!(Checker::discovered(KindId::Openstack).contains(&field));
        let found = suggestions(Cloud::default(), field, changes).await.unwrap();
        assert_eq!(found.into_iter().map(|one| one.value).collect::<Vec<_>>(), expected, "{field}");
    }
    let found = suggestions(Cloud::default(), "openStackInternalSubnetId", &[]).await.unwrap();
    assert_eq!(found[0].label, "a1b2c3d4-e5f6-4708-9a0b-1c2d3e4f5061 (inner 10.0.0.0/24)");
}

#[tokio::test]
async fn an_application_credential_lists_its_own_project_and_the_regions_of_its_catalog() {
    let values = |found: Vec<Suggestion>| found.into_iter().map(|one| one.value).collect::<Vec<_>>();
    assert_eq!(values(suggestions(Cloud::default(), "openStackProject", AS_APPLICATION).await.unwrap()), ["prod"]);
    let regions = suggestions(Cloud::default(), "openStackRegion", AS_APPLICATION).await.unwrap();
    assert_eq!(values(regions), ["RegionOne", "RegionTwo"]);
    let networks = suggestions(Cloud::default(), "openStackPublicNetwork", AS_APPLICATION).await.unwrap();
    assert_eq!(values(networks), ["public", "dmz"]);
}

#[tokio::test]
async fn a_token_goes_to_no_host_that_the_catalog_names_in_the_clear() {
    let cloud = Cloud { neutron: Some("http://neutron.example.com:9696"), ..Cloud::default() };
    let report = suggestions(cloud, "openStackPublicNetwork", &[]).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::TlsNotTrusted, "{report:?}");
    assert!(report.message.contains("neutron.example.com"), "{report:?}");
}

#[tokio::test]
async fn a_list_tells_what_kept_it() {
    let report = suggestions(Cloud::default(), "openStackPublicNetwork", &[("openStackRegion", "")]).await.unwrap_err();
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("openStackRegion")));
    let elsewhere = [("openStackRegion", "RegionFour")];
    let report = suggestions(Cloud::default(), "openStackPublicNetwork", &elsewhere).await.unwrap_err();
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("openStackRegion")));
    let report =
        suggestions(Cloud { no_rights: true, ..Cloud::default() }, "openStackVolumeType", &[]).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::NotEnoughRights);
    let wrong = [("openStackPassword", "Another-keystone-pass")];
    let report = suggestions(Cloud::default(), "openStackProject", &wrong).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::WrongIdentityOrSecret);
}
