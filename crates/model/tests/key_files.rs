//! The key file of a Google Cloud service account: each fault has its sentence.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use common::{fixture, refused, taken};
use credenza_model::{KindId, ServiceAccountKey};
use serde_json::{Value, json};

/// The sample's key file with one member changed; `null` takes it out.
fn key_file(member: &str, value: Value) -> String {
    let mut file: Value = serde_json::from_str(&fixture("gcp-service-account.json")).unwrap();
    if value.is_null() {
        file.as_object_mut().unwrap().remove(member);
    } else {
        file[member] = value;
    }
    serde_json::to_string_pretty(&file).unwrap()
}

#[test]
fn what_is_no_key_file_is_named_for_what_it_is() {
    let refused = |text: &str, part: &str| refused(KindId::Gcp, "config", text, part);
    refused("not json", "is not JSON");
    refused("{\"type\": \"service_account\"", "is not JSON");
    refused("[]", "is JSON, but not the key file");
    refused("42", "is JSON, but not the key file");
    refused("{}", "is JSON, but not the key file");
    refused("{\"name\": \"credenza\"}", "is JSON, but not the key file");
    refused("AIzaSyFixture0123456789", "an API key");
    refused(&fixture("ec-p256.pem"), "a key without its file");
    refused(&fixture("gcp-authorized-user.json"), "a person's own sign-in");
    refused("{\"type\": \"external_account\"}", "workload identity federation");
    refused("{\"type\": \"impersonated_service_account\"}", "an impersonation");
    refused("{\"type\": \"gdch_service_account\"}", "Google Distributed Cloud");
    refused("{\"installed\": {\"client_secret\": \"x\"}}", "an OAuth client");
    refused("{\"type\": \"canary\"}", "a file of another type");
    refused("{\"type\": 7}", "is JSON, but not the key file");
}

#[test]
fn a_key_file_has_its_parts() {
    for member in ["project_id", "private_key_id", "client_email", "private_key"] {
        for value in [Value::Null, json!(""), json!("  "), json!(7), json!(["x"]), json!({"x": 1})] {
            refused(KindId::Gcp, "config", &key_file(member, value), &format!("lacks its {member}"));
        }
    }
    taken(KindId::Gcp, "config", &key_file("client_email", json!("robot@example.com")), &[".gserviceaccount.com"]);
    taken(KindId::Gcp, "config", &key_file("client_id", Value::Null), &[]);
}

#[test]
fn the_private_key_of_a_key_file_is_read() {
    let refused = |key: &str, part: &str| refused(KindId::Gcp, "config", &key_file("private_key", json!(key)), part);
    let file: Value = serde_json::from_str(&fixture("gcp-service-account.json")).unwrap();
    let key = file["private_key"].as_str().unwrap();
    refused("no key", "cannot be read");
    refused(&key.replace('A', "!"), "cannot be read");
    refused(key.split_at(key.len() / 2).0, "cannot be read");
    refused(&key.replace("END PRIVATE", "END PUBLIC"), "cannot be read");
    refused(&key.replace('\n', "\\n"), "escaped twice");
    refused(&fixture("rsa-1024.pem"), "fewer than 2048 bits");
    refused(&fixture("ec-p256.pem"), "not an RSA key");
    refused(&fixture("rsa-pkcs1.pem"), "not in PKCS#8 form");
    common::refused(KindId::Gcp, "config", &fixture("gcp-encrypted-key.json"), "encrypted with a passphrase");
    // Line breaks and spaces that a mail program changed do not matter to anybody who reads the key.
    let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    for layout in [
        key.replace('\n', "\r\n"),
        format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----"),
        format!("\n {key} \n"),
    ] {
        taken(KindId::Gcp, "config", &key_file("private_key", json!(layout)), &[]);
    }
}

#[test]
fn a_key_file_that_sends_sign_ins_elsewhere_is_refused() {
    for (member, part) in [("token_uri", "token_uri"), ("universe_domain", "universe_domain")] {
        for value in [
            "https://evil.example",
            "https://googleapis.com.evil.example/token",
            "https://evilgoogleapis.com/token",
            "http://oauth2.googleapis.com/token",
            "https://oauth2.googleapis.com@evil.example/",
            "",
            "::",
        ] {
            refused(KindId::Gcp, "config", &key_file(member, json!(value)), part);
        }
        refused(KindId::Gcp, "config", &key_file(member, json!(["x"])), part);
        taken(KindId::Gcp, "config", &key_file(member, Value::Null), &[]);
    }
    taken(KindId::Gcp, "config", &key_file("token_uri", json!("https://accounts.google.com/o/oauth2/token")), &[]);
}

#[test]
fn a_key_file_is_read_for_those_who_use_it() {
    let key = ServiceAccountKey::read(&fixture("gcp-service-account.json")).unwrap();
    assert_eq!(
        (key.email.as_str(), key.project.as_str()),
        ("robot@acme-prod-417203.iam.gserviceaccount.com", "acme-prod-417203")
    );
    assert!(!key.key_id.is_empty() && key.private_key.len() > 1000);
    assert_eq!(key.token_uri.unwrap().as_str(), "https://oauth2.googleapis.com/token");
    assert!(ServiceAccountKey::read(&key_file("token_uri", Value::Null)).unwrap().token_uri.is_none());
    // An address that is not Google's never comes out of it.
    let refused = ServiceAccountKey::read(&key_file("token_uri", json!("https://tokens.example.com"))).err().unwrap();
    assert!(refused.contains("is not Google's"), "{refused}");
}
