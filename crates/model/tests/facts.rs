//! Facts: the little of a credential that is public.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use common::{complete, fixture, judge_typed, sample, sample_with, secrets};
use credenza_model::{Facts, KindId};
use serde_json::{Value, json};

fn facts(id: KindId, typed: &[(&str, String)]) -> Facts {
    let kind = id.kind();
    let judged = judge_typed(kind, typed);
    (kind.value_facts)(&judged.values).or((kind.secret_facts)(&judged.reading.secrets))
}

#[test]
fn each_sample_says_who_it_is_and_where() {
    let expected: &[(KindId, Option<&str>, Option<&str>)] = &[
        (KindId::Aws, Some("AKIAQ3EGQKJ5R7UEXMPL"), None),
        (KindId::Azure, Some("6731de76-14a6-49ae-97bc-6eba6914391e"), Some("b1f3c2a4-5d6e-4f70-8192-a3b4c5d6e7f8")),
        (KindId::Gcp, Some("robot@acme-prod-417203.iam.gserviceaccount.com"), Some("acme-prod-417203")),
        (KindId::Openstack, Some("taikun"), Some("prod")),
        (KindId::Tanzu, Some("taikun@vsphere.local"), Some("taikun-prod")),
        (KindId::Proxmox, Some("taikun@pve!credenza"), None),
        (KindId::Openshift, Some("system:admin"), Some("api.ocp.example.com")),
        (KindId::Vsphere, Some("taikun@vsphere.local"), Some("Prague")),
        (KindId::Zededa, None, Some("factory")),
        (KindId::Zadara, Some("5c1b6a0e9f2d4c7b8a3e0d1f"), None),
        (KindId::Backup, Some("GK3515373e4c851ebaad366558"), None),
        (KindId::Billing, Some("billing"), None),
        (KindId::Showback, Some("showback"), None),
        (KindId::Ai, None, None),
    ];
    assert_eq!(expected.len(), KindId::ALL.len());
    for (id, identity, project) in expected {
        let facts = facts(*id, &sample(id.kind()));
        assert_eq!(facts.identity.as_deref(), *identity, "{id:?}");
        assert_eq!(facts.project.as_deref(), *project, "{id:?}");
    }
}

#[test]
fn a_role_and_an_application_credential_are_named_as_such() {
    let role = &complete(KindId::Aws)[1];
    assert_eq!(facts(KindId::Aws, role).identity.as_deref(), Some("arn:aws:iam::123456789012:role/taikun"));
    assert_eq!(facts(KindId::Aws, role).project.as_deref(), Some("123456789012"));
    let application = &complete(KindId::Openstack)[1];
    assert_eq!(
        facts(KindId::Openstack, application).identity.as_deref(),
        Some("application credential 0123456789abcdef0123456789abcdef")
    );
}

#[test]
fn a_key_file_gives_its_keys_id() {
    let file: Value = serde_json::from_str(&fixture("gcp-service-account.json")).unwrap();
    let facts = facts(KindId::Gcp, &sample(KindId::Gcp.kind()));
    assert_eq!(facts.fingerprint.as_deref(), file["private_key_id"].as_str());
    assert_eq!(facts.expiry, None);
}

#[test]
fn a_client_certificate_gives_its_fingerprint_and_its_end() {
    let facts = facts(KindId::Openshift, &sample(KindId::Openshift.kind()));
    let fingerprint = facts.fingerprint.unwrap();
    assert!(fingerprint.len() == 64 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()), "{fingerprint}");
    // It was made in or after 2026 for ten years.
    assert!(facts.expiry.unwrap().to_rfc3339().as_str() > "2036");
}

#[test]
fn a_token_gives_its_end() {
    let kind = KindId::Openshift.kind();
    let token = facts(KindId::Openshift, &sample_with(kind, &[("kubeConfig", &fixture("kubeconfig-token.yaml"))]));
    assert_eq!(token.expiry.unwrap().to_rfc3339(), "2035-01-01T00:00:00+00:00");
    assert_eq!(token.fingerprint, None);

    let jwt = |claims: Value| format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
    let zededa = |token: &str| {
        (KindId::Zededa.kind().secret_facts)(&secrets(KindId::Zededa.kind(), &[("apiToken", token.to_owned())]))
    };
    let known = zededa(&jwt(json!({"sub": "u-1", "name": "robot", "exp": 2_051_222_400_i64})));
    assert_eq!((known.identity.as_deref(), known.expiry), (Some("robot"), token.expiry));
    assert_eq!(zededa(&jwt(json!({"sub": "u-1", "exp": 2_051_222_400.5}))).identity.as_deref(), Some("u-1"));
    for odd in [
        "opaque",
        "a.b",
        "a.b.c.d",
        "..",
        &jwt(json!([])),
        &jwt(json!({"exp": "soon", "name": 7})),
        &jwt(json!({"exp": 1e300})),
    ] {
        assert_eq!(zededa(odd), Facts::default(), "{odd}");
    }
}

#[test]
fn nothing_of_a_secret_itself_is_a_fact() {
    for id in KindId::ALL {
        let kind = id.kind();
        let typed = sample(kind);
        let shown = serde_json::to_string(&facts(*id, &typed)).unwrap();
        for (_, secret) in secrets(kind, &typed).iter() {
            for piece in secret.expose().split_whitespace().filter(|piece| piece.len() > 60) {
                assert!(!shown.contains(piece), "{id:?}");
            }
            assert!(!shown.contains(secret.expose()), "{id:?}");
        }
    }
}

#[test]
fn facts_of_broken_files_are_empty_and_long_names_are_left_out() {
    let gcp =
        |file: &str| (KindId::Gcp.kind().secret_facts)(&secrets(KindId::Gcp.kind(), &[("config", file.to_owned())]));
    for file in ["", "x", "[]", "{}", "{\"type\": \"authorized_user\", \"client_email\": \"a\"}"] {
        assert_eq!(gcp(file), Facts::default(), "{file}");
    }
    let long =
        json!({"type": "service_account", "client_email": "x".repeat(5000), "project_id": "a\u{202e}b"}).to_string();
    assert_eq!((gcp(&long).identity, gcp(&long).project.as_deref()), (None, Some(r"a\u{202e}b")));
}
