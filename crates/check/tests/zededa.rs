//! Zededa against a double of Zedcontrol, as its published OpenAPI descriptions have it: "ZEDEDA User Service" (users/self,
//! projects) and "ZEDEDA Edge Node Service" (devices) with their error body ZsrvResponse (help.zededa.com, and the
//! definitions that zededa/terraform-provider-zedcloud is generated from).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::collections::HashMap;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use serde_json::{Value, json};
use support::{check, checker, credential, serve};

const TOKEN: &str = "Canary-zededa-token-0123456789abcdef";

fn refused(status: u16, word: &str, details: &str) -> Response {
    let body = json!({"httpStatusCode": status, "httpStatusMsg": word, "error": [{"ec": word, "details": details}]});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

async fn zedcontrol(uri: Uri, query: Query<HashMap<String, String>>, headers: HeaderMap) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = given.strip_prefix("Bearer ").unwrap_or_default();
    // A token that tells when it ends is taken as well.
    let good = token == TOKEN || token.ends_with(".Canary-signed");
    let inactive = token == "Canary-inactive-0123456789";
    if token == "Canary-norole-0123456789" {
        return refused(403, "Forbidden", "does not have access scope");
    }
    if !good && !inactive {
        return refused(401, "Unauthorized", "lacks valid authentication credentials");
    }
    let page = query.get("next.pageToken").map(String::as_str);
    let node = |name: &str, project: &str| {
        json!({"id": format!("id-{name}"), "name": name, "title": format!("The {name}"), "projectId": project, "modelId": "m",
            "interfaces": [{"intfname": "eth0", "intfUsage": "ADAPTER_USAGE_MANAGEMENT"}, {"intfname": format!("{name}-eth1")}]})
    };
    let project = json!({"id": "project-1", "name": "factory", "title": "factory", "type": "TAG_TYPE_PROJECT"});
    let body = match (uri.path(), page) {
        ("/api/v1/users/self", _) => {
            let state = if inactive { "USER_STATE_INACTIVE" } else { "USER_STATE_ACTIVE" };
            json!({"id": "u1", "username": "robot@acme.example", "email": "robot@acme.example", "fullName": "Robot", "roleName": "SysOperator", "state": state})
        }
        ("/api/v1/projects/name/factory", _) => project,
        ("/api/v1/projects", _) => json!({"list": [project], "next": {"pageToken": "", "pageNum": 1}, "totalCount": 1}),
        ("/api/v1/devices/name/edge-1", _) => node("edge-1", "project-1"),
        ("/api/v1/devices/name/edge-2", _) => node("edge-2", "project-1"),
        ("/api/v1/devices/name/stray", _) => node("stray", "project-2"),
        ("/api/v1/devices", None) => json!({"list": [node("edge-1", "project-1")], "next": {"pageToken": "two"}}),
        ("/api/v1/devices", Some("two")) => json!({"list": [node("edge-2", "project-1")], "next": {"pageToken": ""}}),
        _ => return refused(404, "NotFound", "the requested object does not exist"),
    };
    Json(body).into_response()
}

async fn report(changes: &[(&str, &str)]) -> Report {
    let url = serve(Router::new().fallback(zedcontrol)).await;
    let mut all = vec![("apiUrl", url.as_str()), ("apiToken", TOKEN)];
    all.extend(changes);
    check(KindId::Zededa, &all, &[]).await
}

fn jwt(exp: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.Canary-signed", part(json!({"alg": "HS256"})), part(json!({"exp": exp})))
}

#[tokio::test]
async fn the_right_token_works() {
    let report = report(&[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!((report.identity.as_deref(), report.expiry), (Some("robot@acme.example"), None));
    let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Role", "SysOperator"), ("Project", "factory"), ("Edge nodes", "edge-1, edge-2")]);
    let report = self::report(&[("apiToken", &jwt(33_000_000_000)), ("project", "")]).await;
    assert_eq!((report.verdict, report.expiry.map(|end| end.timestamp())), (Verdict::Works, Some(33_000_000_000)));
}

#[tokio::test]
async fn what_is_wrong_is_told_apart() {
    for (field, value, verdict, at) in [
        ("apiToken", "Canary-another-0123456789", Verdict::WrongSecret, "apiToken"),
        ("apiToken", "Canary-norole-0123456789", Verdict::NotEnoughRights, "apiToken"),
        ("apiToken", "Canary-inactive-0123456789", Verdict::Disabled, "apiToken"),
        ("apiToken", "", Verdict::Incomplete, "apiToken"),
        ("apiUrl", "", Verdict::Incomplete, "apiUrl"),
        ("project", "another", Verdict::WrongScope, "project"),
        ("edgeNodes", "edge-1,edge-9", Verdict::WrongScope, "edgeNodes"),
        ("edgeNodes", "stray", Verdict::WrongScope, "edgeNodes"),
    ] {
        let report = report(&[(field, value)]).await;
        assert_eq!((report.verdict, report.field), (verdict, Some(at)), "{report:?}");
    }
    let pasted = report(&[("apiToken", &format!("Bearer {TOKEN}"))]).await;
    assert!(pasted.message.contains("word Bearer"), "{pasted:?}");
    let nodes = report(&[("edgeNodes", "edge-9")]).await;
    assert!(nodes.message.contains("edge-1, edge-2"), "{nodes:?}");
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_sent() {
    let report =
        check(KindId::Zededa, &[("apiUrl", "https://nosuch.invalid"), ("apiToken", &jwt(1_600_000_000))], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Expired, Some("apiToken")), "{report:?}");
}

#[tokio::test]
async fn the_address_is_taken_with_its_path_or_without() {
    let url = serve(Router::new().fallback(zedcontrol)).await;
    for path in ["/", "/api", "/api/", "/api/v1"] {
        let url = format!("{url}{path}");
        assert_eq!(check(KindId::Zededa, &[("apiUrl", &url), ("apiToken", TOKEN)], &[]).await.verdict, Verdict::Works);
    }
    for (body, status) in [("{}", 200), ("{\"error\": \"no\"}", 404), ("Not found", 404)] {
        let answer = move || async move { (StatusCode::from_u16(status).unwrap(), body) };
        let url = serve(Router::new().fallback(answer)).await;
        let report = check(KindId::Zededa, &[("apiUrl", &url)], &[]).await;
        assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("apiUrl")), "{body}: {report:?}");
    }
}

#[tokio::test]
async fn a_user_in_an_envelope_is_one_as_well() {
    let user = json!({"id": "u1", "username": "robot@acme.example", "state": "USER_STATE_ACTIVE"}).to_string();
    for (content, identity) in [(json!({"json": {"json": user}}), Some("robot@acme.example")), (json!({}), None)] {
        let body = json!({"result": {"code": "CrudResultCodeSuccess", "content": content}});
        for (anybody, verdict) in [(false, Verdict::Works), (true, Verdict::Unproven)] {
            let body = body.clone();
            let answer = move |headers: HeaderMap| async move {
                let known = headers.get("authorization").is_some_and(|given| *given == format!("Bearer {TOKEN}"));
                if known || anybody {
                    (StatusCode::OK, Json(body))
                } else {
                    (StatusCode::UNAUTHORIZED, Json(json!({})))
                }
            };
            let url = serve(Router::new().fallback(answer)).await;
            let changes = [("apiUrl", url.as_str()), ("apiToken", TOKEN), ("project", ""), ("edgeNodes", "")];
            let report = check(KindId::Zededa, &changes, &[]).await;
            assert_eq!(report.verdict, verdict, "{report:?}");
            assert_eq!(report.identity.as_deref(), identity.filter(|_| !anybody), "{report:?}");
        }
    }
}

#[tokio::test]
async fn zedcontrol_lists_what_can_go_into_its_fields() {
    let url = serve(Router::new().fallback(zedcontrol)).await;
    let found = async |field: &str, nodes: &str| {
        let changes = [
            ("apiUrl", url.as_str()),
            ("apiToken", TOKEN),
            ("edgeNodes", nodes),
            ("project", ""),
            ("publicNetwork.interface", ""),
        ];
        let (values, secrets) = credential(KindId::Zededa, &changes);
        let found = checker(&[]).discover(KindId::Zededa, field, &values, &secrets).await.unwrap();
        found.into_iter().map(|one| one.label).collect::<Vec<_>>()
    };
    assert_eq!(found("project", "").await, ["factory"]);
    assert_eq!(found("edgeNodes", "").await, ["edge-1 (The edge-1)", "edge-2 (The edge-2)"], "over two pages");
    assert_eq!(found("publicNetwork.interface", "").await, ["eth0", "edge-1-eth1", "edge-2-eth1"]);
    assert_eq!(found("privateNetwork.interface", "edge-2").await, ["eth0", "edge-2-eth1"]);
}
