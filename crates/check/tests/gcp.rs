//! Google Cloud against a double of its token service and its APIs, as their documentation describes them: "Using OAuth 2.0
//! for Server to Server Applications" with its table of JWT error codes (developers.google.com/identity/protocols/oauth2),
//! and the references of `projects.testIamPermissions`, `folders.testIamPermissions`, `serviceAccounts.keys.get`,
//! `regions.list`, `networks.list` and `subnetworks.list` (cloud.google.com).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::collections::HashMap;

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use credenza_check::{Endpoint, Report, Verdict};
use credenza_model::{KindId, ServiceAccountKey};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use support::{checker, credential, serve};

const FILE: &str = include_str!("../../model/fixtures/gcp-service-account.json");
const KUBECONFIG: &str = include_str!("../../model/fixtures/kubeconfig.yaml");
const TOKEN: &str = "ya29.Canary-google-access-token-0123";

fn key() -> ServiceAccountKey {
    ServiceAccountKey::read(FILE).unwrap()
}

/// The sample's file with other parts.
fn file(changes: &[(&str, &str)]) -> String {
    let mut file: Value = serde_json::from_str(FILE).unwrap();
    for (part, value) in changes {
        file[part] = json!(value);
    }
    file.to_string()
}

fn refused(status: u16, error: &str, description: &str) -> Response {
    let body = json!({"error": error, "error_description": description});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

/// Verifies an assertion as Google does: its form, its audience, its hour, its account and its signature.
async fn token(Form(form): Form<HashMap<String, String>>) -> Response {
    if form.get("grant_type").is_none_or(|grant| grant != "urn:ietf:params:oauth:grant-type:jwt-bearer") {
        return refused(400, "unsupported_grant_type", "Invalid grant_type");
    }
    let parts: Vec<&str> = form["assertion"].split('.').collect();
    let [header, claims, signature] = parts[..] else { return refused(400, "invalid_grant", "Bad Request") };
    let part = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (head, body) = (part(header), part(claims));
    if body["aud"] != "https://oauth2.googleapis.com/token" || head["alg"] != "RS256" {
        return refused(400, "invalid_grant", "Invalid JWT: Failed audience check.");
    }
    if body["scope"] != "https://www.googleapis.com/auth/cloud-platform" {
        return refused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    }
    let key = key();
    match body["iss"].as_str().unwrap() {
        "disabled@acme-prod-417203.iam.gserviceaccount.com" => {
            return refused(401, "disabled_client", "The OAuth client was disabled.");
        }
        "policy@acme-prod-417203.iam.gserviceaccount.com" => {
            return refused(400, "admin_policy_enforced", "Denied by policy.");
        }
        "strange@acme-prod-417203.iam.gserviceaccount.com" => return refused(401, "invalid_client", "Unauthorized"),
        "busy@acme-prod-417203.iam.gserviceaccount.com" => return refused(429, "rate_limit_exceeded", "Slow down."),
        email if email != key.email => return refused(400, "invalid_grant", "Invalid grant: account not found"),
        _ => {}
    }
    let (from, until) = (body["iat"].as_i64().unwrap(), body["exp"].as_i64().unwrap());
    let now = Utc::now().timestamp();
    if from > now + 300 || until < now || until - from > 3600 {
        return refused(
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp \
             values in the JWT claim.",
        );
    }
    let pair = RsaKeyPair::from_pkcs8(&key.private_key).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref().to_vec());
    let signed = public.verify(format!("{header}.{claims}").as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap());
    if head["kid"] != key.key_id || signed.is_err() {
        return refused(400, "invalid_grant", "Invalid JWT Signature.");
    }
    Json(json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})).into_response()
}

fn fault(status: u16, word: &str, reason: &str) -> Response {
    let body = json!({"error": {"code": status, "status": word, "message": "in words",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]}});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn proved(headers: &HeaderMap) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|given| given == &format!("Bearer {TOKEN}"))
}

/// Which of the permissions that were asked for somebody has, by the place.
async fn permissions(Path(place): Path<String>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !proved(&headers) {
        return fault(401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED");
    }
    let Some(place) = place.strip_suffix(":testIamPermissions") else { return fault(404, "NOT_FOUND", "") };
    match place {
        "482915736024" | "acme-prod-417203" => Json(json!({"permissions": body["permissions"]})).into_response(),
        "1" => Json(json!({})).into_response(),
        "2" => fault(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"),
        "3" => fault(403, "PERMISSION_DENIED", "SERVICE_DISABLED"),
        "4" => fault(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"),
        "5" => fault(403, "PERMISSION_DENIED", "CONSUMER_INVALID"),
        _ => fault(404, "NOT_FOUND", ""),
    }
}

async fn google(key_end: &'static str) -> String {
    let key_record = move |Path((project, email, id)): Path<(String, String, String)>, headers: HeaderMap| async move {
        let own = key();
        if !proved(&headers) || key_end.is_empty() {
            return fault(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED");
        }
        if (project.as_str(), email, id) != ("-", own.email, own.key_id) {
            return fault(404, "NOT_FOUND", "");
        }
        Json(json!({"validAfterTime": "2026-01-01T00:00:00Z", "validBeforeTime": key_end, "keyType": "USER_MANAGED"}))
            .into_response()
    };
    let listed = |whole: Value| {
        move |query: Query<HashMap<String, String>>, headers: HeaderMap| async move {
            if !proved(&headers) {
                return fault(401, "UNAUTHENTICATED", "");
            }
            assert!(query["fields"].ends_with(",nextPageToken"), "{query:?}");
            let page: usize = query.get("pageToken").map_or(0, |token| token.parse().unwrap());
            Json(whole[page].clone()).into_response()
        }
    };
    let project = key().project;
    serve(
        Router::new()
            .route("/token", post(token))
            .route("/v1/projects/{place}", post(permissions))
            .route("/v3/folders/{place}", post(permissions))
            .route("/v1/projects/{project}/serviceAccounts/{email}/keys/{id}", get(key_record))
            .route(
                &format!("/compute/v1/projects/{project}/regions"),
                get(listed(json!([
                    {"items": [{"name": "europe-west4"}], "nextPageToken": "1"},
                    {"items": [{"name": "us-east1"}]}]))),
            )
            .route(
                "/compute/v1/projects/hub-project/global/networks",
                get(listed(json!([{"items": [{"name": "hub-net"}]}]))),
            )
            .route(
                "/compute/v1/projects/hub-project/regions/europe-west4/subnetworks",
                get(listed(json!([{"items": [
                    {"name": "nodes", "ipCidrRange": "10.1.0.0/24", "network": "https://www.googleapis.com/compute/v1/projects/hub-project/global/networks/hub-net"},
                    {"name": "other", "ipCidrRange": "10.2.0.0/24", "network": "https://www.googleapis.com/compute/v1/projects/hub-project/global/networks/other-net"}]}]))),
            )
            .route(
                "/v3/folders:search",
                get(listed(json!([{"folders": [{"name": "folders/482915736024", "displayName": "Clusters", "state": "ACTIVE"}]}]))),
            )
            .route(
                "/v1/projects",
                get(listed(json!([{"projects": [
                    {"projectId": "hub-project", "name": "Hub", "lifecycleState": "ACTIVE"},
                    {"projectId": "old-project", "name": "Old", "lifecycleState": "DELETE_REQUESTED"}]}]))),
            ),
    )
    .await
}

fn endpoints(url: &str) -> [(Endpoint, &str); 4] {
    [Endpoint::GoogleToken, Endpoint::GoogleProjects, Endpoint::GoogleIam, Endpoint::GoogleCompute]
        .map(|one| (one, url))
}

/// The support's own check would compare the whole file; here the key within it matters.
async fn report(url: &str, changes: &[(&str, &str)], ahead: fn() -> chrono::DateTime<Utc>) -> Report {
    let (values, secrets) = credential(KindId::Gcp, changes);
    let report = checker(&endpoints(url)).with_clock(ahead).check(KindId::Gcp, &values, &secrets).await;
    let shown = format!("{report:?}");
    let file: Value = serde_json::from_str(secrets.expose("config").unwrap_or("{}")).unwrap();
    for line in file["private_key"].as_str().unwrap_or_default().lines().filter(|line| line.len() > 4) {
        assert!(!shown.contains(line), "{shown}");
    }
    assert!(!shown.contains(TOKEN), "{shown}");
    report
}

#[tokio::test]
async fn the_right_key_works_and_its_own_end_is_told() {
    let url = google("2031-05-06T07:08:09Z").await;
    let report = report(&url, &[], Utc::now).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity, Some(key().email));
    assert_eq!(report.details[0].value, key().project);
    assert_eq!(report.expiry.unwrap().to_rfc3339(), "2031-05-06T07:08:09+00:00");
}

#[tokio::test]
async fn a_key_without_an_end_or_one_that_is_not_shown_has_none() {
    for end in ["9999-12-31T23:59:59Z", ""] {
        let report = report(&google(end).await, &[], Utc::now).await;
        assert_eq!((report.verdict, report.expiry), (Verdict::Works, None), "{end}");
    }
}

#[tokio::test]
async fn the_sign_in_tells_what_is_wrong() {
    let url = google("").await;
    let data = KUBECONFIG.lines().find_map(|line| line.trim().strip_prefix("client-key-data: ")).unwrap();
    let other = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
    for (part, value, verdict) in [
        ("private_key", other.as_str(), Verdict::WrongSecret),
        ("private_key_id", "00000000000000000000000000000000deadbeef", Verdict::WrongSecret),
        ("client_email", "gone@acme-prod-417203.iam.gserviceaccount.com", Verdict::UnknownIdentity),
        ("client_email", "disabled@acme-prod-417203.iam.gserviceaccount.com", Verdict::Disabled),
        ("client_email", "policy@acme-prod-417203.iam.gserviceaccount.com", Verdict::NotEnoughRights),
        ("client_email", "strange@acme-prod-417203.iam.gserviceaccount.com", Verdict::WrongIdentityOrSecret),
        ("client_email", "busy@acme-prod-417203.iam.gserviceaccount.com", Verdict::RateLimited),
    ] {
        let report = report(&url, &[("config", &file(&[(part, value)]))], Utc::now).await;
        assert_eq!((report.verdict, report.field), (verdict, Some("config")), "{value}: {report:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_by_how_much() {
    let url = google("").await;
    let ahead = report(&url, &[], || Utc::now() + TimeDelta::hours(3)).await;
    assert_eq!(ahead.verdict, Verdict::ClockSkew, "{ahead:?}");
    assert!(ahead.message.contains("3 hours ahead") || ahead.message.contains("179 minutes ahead"), "{ahead:?}");
    let behind = report(&url, &[], || Utc::now() - TimeDelta::days(4)).await;
    assert!(behind.verdict == Verdict::ClockSkew && behind.message.contains("behind"), "{behind:?}");
    let little = report(&url, &[], || Utc::now() - TimeDelta::minutes(30)).await;
    assert_eq!((little.verdict, little.warnings.len()), (Verdict::Works, 1), "{little:?}");
}

#[tokio::test]
async fn the_place_is_judged_apart_from_the_key() {
    let url = google("").await;
    for (folder, verdict, field, part) in [
        ("1", Verdict::NotEnoughRights, Some("folderId"), "lacks resourcemanager.projects.create"),
        ("2", Verdict::NotEnoughRights, Some("folderId"), "no role on the folder 2"),
        ("3", Verdict::NotEnoughRights, Some("folderId"), "switched off"),
        ("4", Verdict::RateLimited, None, "too often"),
        ("5", Verdict::WrongScope, Some("folderId"), "deleted or suspended"),
        ("6", Verdict::WrongScope, Some("folderId"), "does not exist"),
    ] {
        let report = report(&url, &[("folderId", folder)], Utc::now).await;
        assert_eq!((report.verdict, report.field), (verdict, field), "{report:?}");
        assert!(report.message.contains(part), "{report:?}");
    }
    let own = [("importProject", "true"), ("folderId", ""), ("billingAccountId", "")];
    let report = report(&url, &own, Utc::now).await;
    assert_eq!(report.verdict, Verdict::Works, "the key's own project: {report:?}");
    assert!(report.details[1].value.contains("compute.instances.create"), "{report:?}");
}

#[tokio::test]
async fn a_file_that_is_none_is_never_sent() {
    let url = google("").await;
    for (changes, field) in [(&[("config", "")][..], "config"), (&[("folderId", "")], "folderId")] {
        let report = report(&url, changes, Utc::now).await;
        assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some(field)));
    }
    let mut secrets = credenza_model::SecretMap::default();
    // A draft may hold what no form would take: the assertion of this file would go to another host.
    let elsewhere = file(&[("token_uri", "https://tokens.another.invalid/token")]);
    secrets.insert("config", credenza_model::Secret::new(elsewhere));
    let (values, _) = credential(KindId::Gcp, &[]);
    let report = checker(&[]).check(KindId::Gcp, &values, &secrets).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("config")), "{report:?}");
}

#[tokio::test]
async fn google_lists_what_can_go_into_its_fields() {
    let url = google("").await;
    let checker = checker(&endpoints(&url));
    let found = async |field: &str, changes: &[(&str, &str)]| {
        let mut all = vec![("region", ""), ("folderId", ""), ("name", "")];
        all.extend(changes);
        let (values, secrets) = credential(KindId::Gcp, &all);
        let found = checker.discover(KindId::Gcp, field, &values, &secrets).await;
        found.map(|found| found.into_iter().map(|one| format!("{}|{}", one.value, one.label)).collect::<Vec<_>>())
    };
    let shared = [
        ("vpcMode", "Import"),
        ("importedGcpProjectId", "hub-project"),
        ("importedVpcName", "hub-net"),
        ("region", "europe-west4"),
    ];
    for (field, changes, expected) in [
        ("region", &[][..], vec!["europe-west4|europe-west4", "us-east1|us-east1"]),
        ("folderId", &[], vec!["482915736024|482915736024 (Clusters)"]),
        ("importedGcpProjectId", &[], vec!["hub-project|hub-project (Hub)"]),
        ("importedVpcName", &shared, vec!["hub-net|hub-net"]),
        ("subnets", &shared, vec!["nodes|nodes (10.1.0.0/24)"]),
    ] {
        assert_eq!(found(field, changes).await.unwrap(), expected, "{field}");
    }
    let report = found("subnets", &[("vpcMode", "Import")]).await.unwrap_err();
    assert_eq!(report.field, Some("region"));
    let report = found("importedVpcName", &[]).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::WrongServer, "a path that the double does not have");
}
