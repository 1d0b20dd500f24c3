//! Whose certificate is not trusted, why, and what lets it through.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;
#[path = "support/tls.rs"]
mod tls;

use axum::http::{HeaderMap, StatusCode, header};
use axum::{Json, Router};
use credenza_check::{Checker, Report, Verdict};
use credenza_model::KindId;
use serde_json::json;
use support::credential;
use tls::{Authority, Identity, NOW, self_signed};

/// Prometheus enough for a right password to work.
fn prometheus() -> Router {
    Router::new().fallback(|headers: HeaderMap| async move {
        // billing:Prom-Pass
        let right = headers.get(header::AUTHORIZATION).is_some_and(|given| given == "Basic YmlsbGluZzpQcm9tLVBhc3M=");
        let status = if right { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        (status, Json(json!({"status": "success", "data": {"version": "2.42.0"}})))
    })
}

async fn at(identity: &Identity) -> String {
    format!("https://localhost:{}", tls::serve(prometheus(), identity).await)
}

async fn billing(checker: &Checker, url: &str) -> Report {
    let changes = [("prometheusUrl", url), ("prometheusUsername", "billing"), ("prometheusPassword", "Prom-Pass")];
    let (values, secrets) = credential(KindId::Billing, &changes);
    checker.check(KindId::Billing, &values, &secrets).await
}

/// A kind that may skip the verification.
async fn skipping(checker: &Checker, kind: KindId, url: &str, skip: bool) -> Report {
    let field = if kind == KindId::Openstack { "openStackUrl" } else { "url" };
    let changes = [(field, url), ("skipTlsFlag", if skip { "true" } else { "false" })];
    let (values, secrets) = credential(kind, &changes);
    checker.check(kind, &values, &secrets).await
}

const SKIPPING: [KindId; 3] = [KindId::Openstack, KindId::Proxmox, KindId::Vsphere];

fn trusting(authority: &Authority) -> Checker {
    support::checker(&[]).trusting(authority.pem().as_bytes()).unwrap()
}

fn details(report: &Report) -> Vec<(&str, &str)> {
    report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect()
}

#[tokio::test]
async fn an_authority_of_ones_own_is_believed_when_it_is_given() {
    let authority = Authority::new("Acme Root");
    let url = at(&authority.identity("localhost", NOW)).await;
    let report = billing(&trusting(&authority), &url).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 0), "{report:?}");

    let report = billing(&support::checker(&[]), &url).await;
    assert_eq!(report.verdict, Verdict::TlsNotTrusted, "{report:?}");
    assert!(report.message.contains("no authority known to this machine has signed it"), "{report:?}");
    let expected = [("Certificate of", "CN=localhost"), ("Signed by", "CN=Acme Root"), ("Valid until", "4000-01-01")];
    assert_eq!(details(&report), expected);
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told() {
    let authority = Authority::new("Acme Root");
    let checker = trusting(&authority);
    for (identity, part, until) in [
        (authority.identity("localhost", (2000, 2001)), "has expired since 2001-01-01", "2001-01-01"),
        (authority.identity("localhost", (3000, 3001)), "valid only from 3000-01-01 on", "3001-01-01"),
        (authority.identity("another.example.com", NOW), "is for another host (another.example.com)", "4000-01-01"),
        (self_signed("localhost", false), "it has signed itself", "4000-01-01"),
        (self_signed("localhost", true), "it has signed itself", "4000-01-01"),
        (Authority::new("Stranger").identity("localhost", NOW), "no authority known", "4000-01-01"),
    ] {
        let report = billing(&checker, &at(&identity).await).await;
        assert_eq!(report.verdict, Verdict::TlsNotTrusted, "{report:?}");
        assert!(report.message.contains(part), "{report:?}");
        assert_eq!(report.details.last().unwrap().value, until, "{report:?}");
        assert!(!report.verdict.is_refusal());
    }
}

#[tokio::test]
async fn the_switch_lets_any_certificate_through_and_says_so() {
    let authority = Authority::new("Acme Root");
    let checker = support::checker(&[]);
    for identity in [
        authority.identity("localhost", (2000, 2001)),
        authority.identity("localhost", (3000, 3001)),
        authority.identity("another.example.com", NOW),
        self_signed("localhost", true),
    ] {
        let url = at(&identity).await;
        for kind in SKIPPING {
            let report = skipping(&checker, kind, &url, true).await;
            assert_ne!(report.verdict, Verdict::TlsNotTrusted, "{kind:?}: {report:?}");
            let said = report.dangers.iter().filter(|warning| warning.contains("was not verified")).count();
            assert_eq!(said, 1, "{kind:?}: {report:?}");
        }
    }
}

#[tokio::test]
async fn what_one_credential_skips_another_does_not() {
    let url = at(&self_signed("localhost", true)).await;
    let checker = support::checker(&[]);
    // The connection that was made without verification stays open, and is not the other's.
    for kind in SKIPPING {
        assert_ne!(skipping(&checker, kind, &url, true).await.verdict, Verdict::TlsNotTrusted);
        let report = skipping(&checker, kind, &url, false).await;
        assert_eq!((report.verdict, report.warnings.len()), (Verdict::TlsNotTrusted, 0), "{kind:?}: {report:?}");
    }
    assert_eq!(billing(&checker, &url).await.verdict, Verdict::TlsNotTrusted, "a kind without the switch");
}

#[tokio::test]
async fn https_and_http_are_told_apart() {
    let plain = support::serve(prometheus()).await;
    let checker = support::checker(&[]);
    let report = billing(&checker, &plain.replace("http://", "https://")).await;
    assert_eq!(report.verdict, Verdict::WrongServer, "{report:?}");
    assert!(report.message.contains("does not speak TLS"), "{report:?}");

    let secure = at(&self_signed("localhost", true)).await;
    let report = billing(&checker, &secure.replace("https://", "http://")).await;
    assert_eq!(report.verdict, Verdict::WrongServer, "{report:?}");
    assert!(report.message.contains("whether it begins with https"), "{report:?}");
}

#[tokio::test]
async fn a_file_of_authorities_that_cannot_be_read_is_refused() {
    for (pem, readable) in [
        ("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", false),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n", false),
        ("", true),
    ] {
        let said = support::checker(&[]).trusting(pem.as_bytes()).map(|_| ());
        assert_eq!(said.is_ok(), readable, "{pem}");
    }
}
