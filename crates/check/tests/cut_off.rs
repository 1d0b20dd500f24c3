//! A check that is cut off ends the session that it was given, and a farewell that is slow costs no answer: against a double
//! of Keystone's Identity API v3 (docs.openstack.org/api-ref/identity/v3) that stops answering where it is told to.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use credenza_check::{Checker, Endpoints, Limits, Verdict};
use credenza_model::KindId;
use support::{credential, serve};
use tokio::sync::Notify;

const TOKEN: &str = r#"{"token":{"user":{"id":"u","name":"taikun","domain":{"id":"default","name":"Default"}},
    "expires_at":"2031-01-01T00:00:00.000000Z","methods":["password"]}}"#;

/// A Keystone that gives a token and then is silent, and says when the token is taken back.
async fn silent() -> (String, Arc<Notify>) {
    let ended = Arc::new(Notify::new());
    let told = ended.clone();
    let double = Router::new()
        .route(
            "/v3/auth/tokens",
            post(|| async { (StatusCode::CREATED, [("x-subject-token", "cAnArY-token-1")], TOKEN) }).delete(
                move |headers: axum::http::HeaderMap| async move {
                    assert_eq!(headers["x-subject-token"], "cAnArY-token-1");
                    told.notify_one();
                    StatusCode::NO_CONTENT
                },
            ),
        )
        .route("/v3/auth/projects", get(std::future::pending::<StatusCode>));
    (serve(double).await, ended)
}

fn checker(whole: Duration) -> Checker {
    Checker::new(Endpoints::default(), Limits { whole, ..Limits::default() })
}

async fn in_time(ended: &Notify) {
    tokio::time::timeout(Duration::from_secs(10), ended.notified()).await.expect("the token is taken back");
}

#[tokio::test]
async fn the_session_is_ended_when_the_time_is_over() {
    let (url, ended) = silent().await;
    let (values, secrets) = credential(KindId::Openstack, &[("openStackUrl", &url)]);
    let report = checker(Duration::from_millis(400)).check(KindId::Openstack, &values, &secrets).await;
    assert_eq!(report.verdict, Verdict::TimedOut, "{report:?}");
    in_time(&ended).await;
}

#[tokio::test]
async fn the_session_is_ended_when_nobody_waits_any_more() {
    let (url, ended) = silent().await;
    let (values, secrets) = credential(KindId::Openstack, &[("openStackUrl", &url)]);
    let checker = checker(Duration::from_secs(30));
    let cut = tokio::time::timeout(Duration::from_millis(400), checker.check(KindId::Openstack, &values, &secrets));
    assert!(cut.await.is_err());
    // Whoever ends the program waits for this.
    checker.farewell().await;
    in_time(&ended).await;
}
