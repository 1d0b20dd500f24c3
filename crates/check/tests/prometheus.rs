//! Billing and showback against a double of Prometheus' HTTP API, as its documentation describes it
//! (prometheus.io/docs/prometheus/latest/querying/api and …/configuration/https for basic authentication).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use support::{check, serve};

const GOOD: &str = "Basic YmlsbGluZzpQcm9tLVBhc3M=";

async fn prometheus(open: bool) -> String {
    let answer = move |headers: HeaderMap, body: &'static str| async move {
        let proved = headers.get(header::AUTHORIZATION).is_some_and(|given| given == GOOD);
        let challenge = [(header::WWW_AUTHENTICATE, "Basic")];
        if open || proved {
            (StatusCode::OK, body).into_response()
        } else {
            (StatusCode::UNAUTHORIZED, challenge, "Unauthorized\n").into_response()
        }
    };
    let query = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
    let build = r#"{"status":"success","data":{"version":"2.42.0","revision":"x"}}"#;
    let double = Router::new()
        .route("/api/v1/query", get(move |headers: HeaderMap| answer(headers, query)))
        .route("/api/v1/status/buildinfo", get(move |headers: HeaderMap| answer(headers, build)));
    serve(double).await
}

async fn billing(url: &str, password: &str) -> Report {
    let changes = [("prometheusUrl", url), ("prometheusUsername", "billing"), ("prometheusPassword", password)];
    check(KindId::Billing, &changes, &[]).await
}

#[tokio::test]
async fn a_right_password_works_and_a_wrong_one_does_not() {
    let url = prometheus(false).await;
    let report = billing(&url, "Prom-Pass").await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some("billing"));
    assert_eq!(report.details[0].value, "2.42.0");
    let report = billing(&url, "Another-Pass").await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongIdentityOrSecret, Some("prometheusPassword")));
}

#[tokio::test]
async fn a_server_that_lets_everybody_in_proves_nothing() {
    let url = prometheus(true).await;
    assert_eq!(billing(&url, "Prom-Pass").await.verdict, Verdict::Unproven);
}

#[tokio::test]
async fn a_wrong_path_is_another_server() {
    let url = prometheus(false).await;
    let report = billing(&format!("{url}/prefix"), "Prom-Pass").await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("prometheusUrl")));
}

#[tokio::test]
async fn showback_has_fields_of_its_own() {
    let url = prometheus(false).await;
    let changes = [("url", url.as_str()), ("username", "billing"), ("password", "Prom-Pass")];
    assert_eq!(check(KindId::Showback, &changes, &[]).await.verdict, Verdict::Works);
}

/// What stands before a server answers instead of it: nothing of that is a word about the password.
#[tokio::test]
async fn what_stands_before_a_server_says_nothing_of_the_password() {
    for (status, html, verdict) in [
        (StatusCode::UNAUTHORIZED, false, Verdict::WrongServer),
        (StatusCode::FORBIDDEN, true, Verdict::WrongServer),
        (StatusCode::FORBIDDEN, false, Verdict::WrongIdentityOrSecret),
    ] {
        let mime = if html { "text/html" } else { "text/plain" };
        let answer = move || async move { (status, [(header::CONTENT_TYPE, mime)], "no") };
        let url = serve(Router::new().fallback(answer)).await;
        assert_eq!(billing(&url, "Prom-Pass").await.verdict, verdict, "{status} {mime}");
    }
}

/// A right answer proves a password only when a wrong one gets another.
#[tokio::test]
async fn a_control_that_is_not_refused_proves_nothing() {
    for (status, verdict) in
        [(StatusCode::TOO_MANY_REQUESTS, Verdict::RateLimited), (StatusCode::SERVICE_UNAVAILABLE, Verdict::Unproven)]
    {
        let answer = move |headers: HeaderMap| async move {
            let proved = headers.get(header::AUTHORIZATION).is_some_and(|given| given == GOOD);
            let query = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
            if proved { (StatusCode::OK, query) } else { (status, "later") }
        };
        let url = serve(Router::new().fallback(answer)).await;
        assert_eq!(billing(&url, "Prom-Pass").await.verdict, verdict, "{status}");
    }
}
