//! Tanzu against a double of a Supervisor. Its `/wcp` endpoints are those that VMware's `kubectl vsphere` plugin asks; they have
//! no reference of their own, so their form is that of clients which are published ("kubectl vsphere login" at
//! techdocs.broadcom.com names the rest). The storage classes are those of "Kubernetes API" at kubernetes.io/docs/reference.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use serde_json::{Value, json};
use support::{check, checker, credential, serve};

const USER: &str = "taikun@vsphere.local";
const PASSWORD: &str = "Canary-supervisor-ö:0123";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.Canary-session-token.c2ln";

async fn supervisor(
    State(logins): State<Arc<AtomicUsize>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pair = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{PASSWORD}")));
    match (method.as_str(), uri.path()) {
        ("GET", "/wcp/loginbanner") => {
            assert!(given.is_empty(), "nothing is sent before it is seen to be a Supervisor");
            Json(json!({"banner": ""})).into_response()
        }
        ("POST", "/wcp/login") => {
            logins.fetch_add(1, Ordering::SeqCst);
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({}));
            let session = |token: &str| Json(json!({"session_id": token})).into_response();
            match given {
                given if given == pair(USER) => session(TOKEN),
                given if given == pair("alone@vsphere.local") => session("Canary-alone-token-0123"),
                given if given == pair("denied@vsphere.local") => StatusCode::FORBIDDEN.into_response(),
                _ => (StatusCode::UNAUTHORIZED, Json(json!({"status": 401, "message": "invalid or missing credentials"}))).into_response(),
            }
        }
        ("GET", "/wcp/workloads") if given == format!("Bearer {TOKEN}") => Json(json!([
            {"namespace": "taikun-dev", "master_host": "10.0.0.5", "control_plane_api_server_port": "6443", "control_plane_dns_names": []},
            {"namespace": "taikun-prod", "master_host": "10.0.0.5", "control_plane_api_server_port": "6443", "control_plane_dns_names": []}]))
        .into_response(),
        ("GET", "/wcp/workloads") if given == "Bearer Canary-alone-token-0123" => Json(json!([])).into_response(),
        ("GET", "/apis/storage.k8s.io/v1/storageclasses") if given == format!("Bearer {TOKEN}") => {
            Json(json!({"kind": "StorageClassList", "items": [{"metadata": {"name": "vsan-default"}, "provisioner": "csi.vsphere.vmware.com"}]}))
                .into_response()
        }
        ("GET", "/apis/storage.k8s.io/v1/storageclasses") => StatusCode::FORBIDDEN.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn serving() -> (String, Arc<AtomicUsize>) {
    let logins = Arc::new(AtomicUsize::new(0));
    (serve(Router::new().fallback(supervisor).with_state(logins.clone())).await, logins)
}

async fn report(changes: &[(&str, &str)]) -> Report {
    let (url, logins) = serving().await;
    let mut all = vec![("url", url.as_str()), ("password", PASSWORD)];
    all.extend(changes);
    let report = check(KindId::Tanzu, &all, &[]).await;
    assert!(logins.load(Ordering::SeqCst) <= 1, "one try, for accounts are locked after a few");
    assert!(!format!("{report:?}").contains("Canary"), "{report:?}");
    report
}

#[tokio::test]
async fn the_right_password_opens_its_namespace() {
    let report = report(&[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some(USER));
    let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Namespace", "taikun-prod"), ("Namespaces", "2")]);
}

#[tokio::test]
async fn what_is_wrong_is_told_apart() {
    for (field, value, verdict, at) in [
        ("password", "Canary-another", Verdict::WrongIdentityOrSecret, "password"),
        ("username", "nobody@vsphere.local", Verdict::WrongIdentityOrSecret, "password"),
        ("username", "denied@vsphere.local", Verdict::NotEnoughRights, "username"),
        ("username", "alone@vsphere.local", Verdict::NotEnoughRights, "username"),
        ("namespace", "another", Verdict::WrongScope, "namespace"),
        ("url", "", Verdict::Incomplete, "url"),
        ("username", "", Verdict::Incomplete, "username"),
        ("password", "", Verdict::Incomplete, "password"),
        ("namespace", "", Verdict::Incomplete, "namespace"),
    ] {
        let report = report(&[(field, value)]).await;
        assert_eq!((report.verdict, report.field), (verdict, Some(at)), "{report:?}");
        assert!(verdict != Verdict::WrongScope || report.message.contains("taikun-dev, taikun-prod"), "{report:?}");
    }
}

#[tokio::test]
async fn a_vcenter_is_no_supervisor() {
    let url = serve(Router::new()).await;
    let report = check(KindId::Tanzu, &[("url", &url)], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("url")));
    assert!(report.message.contains("not that of vCenter"), "{report:?}");
    // A sign-in without a session is no sign-in.
    let url = serve(Router::new().fallback(|| async { Json(json!({})) })).await;
    assert_eq!(check(KindId::Tanzu, &[("url", &url)], &[]).await.verdict, Verdict::WrongServer);
}

#[tokio::test]
async fn the_address_may_have_a_path() {
    let (url, _) = serving().await;
    for path in ["/", "/ui/", "/wcp/login"] {
        let url = format!("{url}{path}");
        assert_eq!(check(KindId::Tanzu, &[("url", &url), ("password", PASSWORD)], &[]).await.verdict, Verdict::Works);
    }
}

#[tokio::test]
async fn the_supervisor_lists_what_can_go_into_its_fields() {
    let (url, _) = serving().await;
    let port = url.rsplit(':').next().unwrap().to_owned();
    let found = async |user: &str, field: &str| {
        let changes = [
            ("url", url.as_str()),
            ("username", user),
            ("password", PASSWORD),
            ("port", &port),
            ("namespace", ""),
            ("volumeType", ""),
        ];
        let (values, secrets) = credential(KindId::Tanzu, &changes);
        let found = checker(&[]).discover(KindId::Tanzu, field, &values, &secrets).await;
        found.map(|found| found.into_iter().map(|one| one.value).collect::<Vec<_>>())
    };
    assert_eq!(found(USER, "namespace").await.unwrap(), ["taikun-dev", "taikun-prod"]);
    assert_eq!(found(USER, "volumeType").await.unwrap(), ["vsan-default"]);
    assert_eq!(found("alone@vsphere.local", "volumeType").await.unwrap_err().verdict, Verdict::NotEnoughRights);
}
