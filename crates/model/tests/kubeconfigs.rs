//! Kubeconfigs: each fault has its sentence, and what works is taken.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{fixture, refused, taken};
use credenza_model::{KindId, Kubeconfig};
use serde_json::Value;

/// The sample's kubeconfig with one text replaced by another.
fn kubeconfig(from: &str, to: &str) -> String {
    let file = fixture("kubeconfig.yaml");
    assert!(file.contains(from), "{from}");
    file.replace(from, to)
}

/// The line of the sample's kubeconfig that begins with this key.
fn line(key: &str) -> String {
    fixture("kubeconfig.yaml").lines().find(|line| line.trim_start().starts_with(key)).unwrap().to_owned()
}

#[test]
fn what_is_no_kubeconfig_is_refused() {
    let refused = |text: &str, part: &str| refused(KindId::Openshift, "kubeConfig", text, part);
    for text in [
        "no yaml: [",
        "just text",
        "42",
        "- a\n- b\n",
        "{}",
        "kind: Pod\n",
        "\u{7}",
        "a: b\n---\nc: d\n",
        "kind: Config\nclusters: 7\n",
        "{\"kind\": \"Config\", \"clusters\": 7}",
    ] {
        refused(text, "is not a kubeconfig");
    }
    refused(&BASE64_STANDARD.encode(fixture("kubeconfig.yaml")), "in base64");
}

#[test]
fn the_current_context_resolves() {
    let refused =
        |from: &str, to: &str, part: &str| refused(KindId::Openshift, "kubeConfig", &kubeconfig(from, to), part);
    refused("current-context: admin", "", "no current-context");
    refused("current-context: admin", "current-context: ''", "no current-context");
    refused("current-context: admin", "current-context: other", "none of its contexts");
    refused("    cluster: ocp-prod", "    cluster: other", "a cluster that is not in the file");
    refused("    cluster: ocp-prod", "    {}", "is not a kubeconfig");
    refused("    user: system:admin", "    user: other", "a user that is not in the file");
    refused("users:\n", "others:\n", "a user that is not in the file");
    refused("server: https://api.ocp.example.com:6443", "server: ''", "no server address");
    refused("server: https://api.ocp.example.com:6443", "server: api.ocp.example.com", "no server address");
    refused("server: https://", "server: http://", "does not begin with https://");
    refused("server: https://", "server: https://ana:pw@", "a user or a password");
}

#[test]
fn what_stands_outside_a_kubeconfig_is_refused() {
    let refused = |text: &str, part: &str| refused(KindId::Openshift, "kubeConfig", text, part);
    refused(&fixture("kubeconfig-exec.yaml"), "a plugin (exec)");
    refused(&fixture("kubeconfig-files.yaml"), "(certificate-authority)");
    refused(
        &kubeconfig(&line("client-certificate-data"), "    client-certificate: /home/ana/client.crt"),
        "(client-certificate)",
    );
    refused(&kubeconfig(&line("client-key-data"), "    client-key: client.key"), "(client-key)");
    let token = fixture("kubeconfig-token.yaml");
    let token_line = token.lines().find(|line| line.trim_start().starts_with("token:")).unwrap();
    refused(&token.replace(token_line, "    tokenFile: /run/token"), "(tokenFile)");
    refused(&token.replace(token_line, "    auth-provider:\n      name: oidc"), "a plugin (auth-provider)");
    refused(&token.replace(token_line, "    {}"), "neither a token nor a client certificate");
    refused(&token.replace(token_line, "    username: ana"), "neither a token nor a client certificate");
}

#[test]
fn the_keys_and_certificates_of_a_kubeconfig_are_read() {
    let refused = |text: &str, part: &str| refused(KindId::Openshift, "kubeConfig", text, part);
    let encoded = |pem: &str| BASE64_STANDARD.encode(pem);
    for key in ["certificate-authority-data", "client-certificate-data", "client-key-data"] {
        for broken in ["'!!!'", "AAAA", &encoded("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")] {
            refused(
                &kubeconfig(&line(key), &format!("    {key}: {broken}")),
                &format!("The {key} in Kubeconfig File cannot be read"),
            );
        }
    }
    refused(&kubeconfig(&line("client-key-data"), ""), "without its client-key-data");
    refused(&kubeconfig(&line("client-certificate-data"), ""), "without its client-certificate-data");
    let key = |pem: &str| kubeconfig(&line("client-key-data"), &format!("    client-key-data: {}", encoded(pem)));
    refused(&key(&fixture("rsa-pkcs1.pem")), "does not belong to its client certificate");
    let encrypted: Value = serde_json::from_str(&fixture("gcp-encrypted-key.json")).unwrap();
    refused(&key(encrypted["private_key"].as_str().unwrap()), "encrypted with a passphrase");
}

#[test]
fn kubeconfigs_that_work_are_taken() {
    let taken = |text: &str, parts: &[&str]| taken(KindId::Openshift, "kubeConfig", text, parts);
    let file = fixture("kubeconfig.yaml");
    taken(&file, &[]);
    taken(&fixture("kubeconfig-token.yaml"), &[]);
    taken(&kubeconfig("    server:", "    certificate-authority: ''\n    server:"), &[]);
    taken(&file.replace('\n', "\r\n"), &[]);
    taken(&format!("\u{feff}---\n# exported\n{file}"), &[]);
    let value: Value = yaml_serde::from_str(&file).unwrap();
    taken(&serde_json::to_string(&value).unwrap(), &[]);
    let authority = line("certificate-authority-data");
    taken(&kubeconfig(&authority, "    insecure-skip-tls-verify: true"), &["insecure-skip-tls-verify"]);
    taken(&kubeconfig(&authority, "    insecure-skip-tls-verify: false"), &[]);
    taken(&kubeconfig(&authority, "    proxy-url: http://proxy:3128"), &["a proxy"]);
    taken(&kubeconfig("contexts:\n", "contexts:\n- name: other\n  context: {cluster: x, user: y}\n"), &["2 contexts"]);
    let token = fixture("kubeconfig-token.yaml");
    let token_line = token.lines().find(|line| line.trim_start().starts_with("token:")).unwrap();
    taken(&token.replace(token_line, "    username: ana\n    password: fixture"), &["no longer take"]);
    taken(&token.replace(token_line, "    token: &t sha256~opaque\n    note: *t"), &[]);
}

#[test]
fn a_bomb_of_aliases_or_brackets_ends_at_once() {
    let refused =
        |text: &str| refused(KindId::Openshift, "kubeConfig", text, "aliases or nesting that no kubeconfig has");
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    refused(&format!("{bomb}kind: Config\nclusters: *a39\n"));
    refused(&"{a: ".repeat(100_000));
    refused(&"[".repeat(500_000));
    refused(&format!("{}{}", "{a: ".repeat(500), "a,".repeat(400_000)));
    refused(&(0..50_000).map(|i| format!("%TAG !a{i}! b\n")).collect::<String>());
}

#[test]
fn a_large_kubeconfig_is_taken_with_a_warning() {
    let file: Value = yaml_serde::from_str(&fixture("kubeconfig.yaml")).unwrap();
    let mut large = file.clone();
    for list in ["clusters", "contexts", "users"] {
        let entries = large[list].as_array_mut().unwrap();
        for number in 1..40 {
            let mut entry = entries[0].clone();
            entry["name"] = format!("{list}-{number}").into();
            entries.push(entry);
        }
    }
    for text in [serde_json::to_string_pretty(&large).unwrap(), yaml_serde::to_string(&large).unwrap()] {
        assert!(text.len() > 200_000, "{}", text.len());
        taken(KindId::Openshift, "kubeConfig", &text, &["40 contexts"]);
    }
}

#[test]
fn a_kubeconfig_is_read_for_those_who_use_it() {
    let file = Kubeconfig::read(&fixture("kubeconfig.yaml")).unwrap();
    assert_eq!(file.server.as_str(), "https://api.ocp.example.com:6443/");
    assert_eq!((file.user.as_str(), file.authorities.len(), file.skips_tls), ("system:admin", 1, false));
    assert!(file.token.is_none() && file.password.is_none() && file.proxy.is_none() && file.tls_server_name.is_none());
    let certificate = file.certificate.unwrap();
    assert_eq!(certificate.chain.len(), 1);
    assert!(certificate.from < certificate.until && certificate.key.len() > 1000);

    let file = Kubeconfig::read(&fixture("kubeconfig-token.yaml")).unwrap();
    assert!(file.certificate.is_none() && file.token.is_some_and(|token| token.split('.').count() == 3));
    assert_eq!(file.token_end.unwrap().timestamp(), 2_051_222_400);

    let cluster =
        "    insecure-skip-tls-verify: true\n    tls-server-name: kubernetes\n    proxy-url: http://ana:pw@proxy:3128";
    let server = line("server:");
    let file = Kubeconfig::read(&kubeconfig(&server, &format!("{server}\n{cluster}"))).unwrap();
    assert!(file.skips_tls);
    assert_eq!(file.tls_server_name.as_deref(), Some("kubernetes"));
    assert_eq!(file.proxy.unwrap().as_str(), "http://ana:pw@proxy:3128");

    let pair = format!("{}\n{}", line("client-certificate-data"), line("client-key-data"));
    let file = Kubeconfig::read(&kubeconfig(&pair, "    username: ana\n    password: pw")).unwrap();
    let (user, password) = file.password.unwrap();
    assert_eq!((user.as_str(), password.as_str()), ("ana", "pw"));

    // What the field refuses is not read either, and the sentence is the field's.
    let refused = Kubeconfig::read(&kubeconfig("server: https://", "server: http://")).err().unwrap();
    assert!(refused.contains("does not begin with https://"), "{refused}");
}
