//! Pull secrets; and that no sentence quotes any secret file.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use common::{fixture, refused, taken, with};
use credenza_model::KindId;
use serde_json::{Value, json};

#[test]
fn a_pull_secret_opens_registries() {
    let refused = |text: &str, part: &str| refused(KindId::Openshift, "pullSecret", text, part);
    refused("not json", "is not JSON");
    refused("[]", "is JSON, but not a pull secret");
    refused("{\"auths\": 7}", "is JSON, but not a pull secret");
    refused("{\"auths\": {\"quay.io\": 7}}", "is JSON, but not a pull secret");
    refused("{}", "has no auths");
    refused("{\"quay.io\": {\"auth\": \"YTpi\"}}", "has no auths");
    refused("{\"kind\": \"Secret\", \"data\": {}}", "a Kubernetes Secret");
    refused("{\"auths\": {}}", "an empty auths");
    refused("{\"auths\": {\"quay.io\": {}}}", "without auth");
    refused("{\"auths\": {\"quay.io\": {}}, \"credsStore\": \"desktop\"}", "a credential helper");
    for auth in ["!!!", "YQ==", "OmI=", "YTo=", "YWI="] {
        refused(&json!({"auths": {"quay.io": {"auth": auth}}}).to_string(), "not base64 of user:password");
    }
    let taken = |text: &str, parts: &[&str]| taken(KindId::Openshift, "pullSecret", text, parts);
    taken(&fixture("pull-secret.json"), &[]);
    taken("{\"auths\": {\"mirror.example.com:5000\": {\"auth\": \"YTpi\"}}}", &["cloud.openshift.com, quay.io"]);
    taken("{\"auths\": {\"quay.io\": {\"username\": \"a\", \"password\": \"b\"}}}", &["registry.redhat.io"]);
}

/// Replaces every text of a document in turn, and calls with each result.
fn each_text(document: &Value, canary: &str, then: &mut dyn FnMut(&Value)) {
    fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| {
                pointers(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, value)| pointers(value, format!("{at}/{i}"), found))
            }
            Value::String(_) => found.push(at),
            _ => {}
        }
    }
    let mut found = Vec::new();
    pointers(document, String::new(), &mut found);
    for pointer in found {
        let mut changed = document.clone();
        *changed.pointer_mut(&pointer).unwrap() = json!(canary);
        then(&changed);
    }
}

#[test]
fn no_sentence_quotes_any_part_of_a_file() {
    let canary = "canary-Quo7ieth-in-a-file";
    let files = [
        (KindId::Gcp, "config", fixture("gcp-service-account.json")),
        (KindId::Gcp, "config", fixture("gcp-authorized-user.json")),
        (KindId::Openshift, "pullSecret", fixture("pull-secret.json")),
        (KindId::Openshift, "kubeConfig", fixture("kubeconfig.yaml")),
        (KindId::Openshift, "kubeConfig", fixture("kubeconfig-exec.yaml")),
        (KindId::Openshift, "kubeConfig", fixture("kubeconfig-files.yaml")),
        (KindId::Openshift, "kubeConfig", fixture("kubeconfig-token.yaml")),
    ];
    for (id, field, file) in files {
        let document: Value = yaml_serde::from_str(&file).unwrap();
        each_text(&document, canary, &mut |changed| {
            for text in [serde_json::to_string(changed).unwrap(), yaml_serde::to_string(changed).unwrap()] {
                let said = with(id, field, &text).messages().concat();
                assert!(!said.contains("canary"), "{id:?} {field}: {said}");
            }
        });
    }
}
