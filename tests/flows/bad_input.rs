//! Bad input: a sentence at its field, the exit code of the contract, nothing written.

use credenza_model::KindId;
use serde_json::{Value, json};

use crate::sample::{Sample, error, lab, problem_at};

#[test]
fn each_bad_value_is_refused_at_its_field() {
    let session = lab();
    let long = "x".repeat(31);
    let huge = "x".repeat(5 * 1024 * 1024);
    let bad: Vec<(KindId, &str, Value, &str)> = vec![
        (KindId::Aws, "name", json!(""), "required"),
        (KindId::Aws, "name", json!("   "), "required"),
        (KindId::Aws, "name", json!("ab"), "invalid"),
        (KindId::Aws, "name", json!(long), "invalid"),
        (KindId::Backup, "s3Name", json!(long), "invalid"),
        (KindId::Aws, "name", json!("prod-🚀"), "invalid"),
        (KindId::Aws, "name", json!("إنتاج"), "invalid"),
        (KindId::Aws, "name", json!("a\u{0}b"), "control_character"),
        (KindId::Aws, "name", json!(huge), "too_large"),
        (KindId::Aws, "awsSecretAccessKey", json!(huge), "too_large"),
        (KindId::Aws, "awsSecretAccessKey", json!("with\u{0}nul"), "control_character"),
        (KindId::Aws, "name", json!(5), "wrong_type"),
        (KindId::Aws, "azCount", json!("three"), "wrong_type"),
        (KindId::Aws, "azCount", json!(0), "range"),
        (KindId::Aws, "azCount", json!(4), "range"),
        (KindId::Aws, "awsAccessKeyId", json!("AROAQ3EGQKJ5R7UEXMPL"), "invalid"),
        (KindId::Aws, "roleArn", json!("arn:aws:iam::12:role/x"), "invalid"),
        (KindId::Azure, "azureTenantId", json!("contoso.onmicrosoft.com"), "invalid"),
        (KindId::Gcp, "config", json!("not json"), "invalid"),
        (KindId::Gcp, "config", json!("{\"type\":\"authorized_user\"}"), "invalid"),
        (KindId::Openshift, "kubeConfig", json!("apiVersion: v1\nkind: Config\n"), "invalid"),
        (KindId::Openshift, "pullSecret", json!("{}"), "invalid"),
        (KindId::Openshift, "baseDomain", json!("https://example.com"), "invalid"),
        (KindId::Proxmox, "tokenId", json!("taikun@pve"), "invalid"),
        (KindId::Proxmox, "publicNetwork.ipAddress", json!("10.0.0.0/33"), "invalid"),
        (KindId::Proxmox, "publicNetwork.ipAddress", json!("10.0.0.0/0"), "invalid"),
        (KindId::Zededa, "publicNetwork.vlanId", json!(4095), "range"),
        (KindId::Zededa, "publicNetwork.vlanId", json!(0), "range"),
        (KindId::Openstack, "openStackUrl", json!("https://me:secret@keystone.example.com/v3"), "exposed_secret"),
        (KindId::Openstack, "openStackUrl", json!("ftp://keystone.example.com"), "invalid"),
        (KindId::Openstack, "openStackUrl", json!("https://"), "invalid"),
        (KindId::Billing, "prometheusUrl", json!("prometheus.example.com"), "invalid"),
        (KindId::Aws, "nosuchfield", json!("x"), "unknown_field"),
    ];
    for (kind, field, value, code) in bad {
        let run = Sample::of(kind).with(field, value).add(&session);
        assert_eq!(run.code, 2, "{kind:?} {field}: {run:?}");
        let error = error(&run);
        assert_eq!(problem_at(&error, field).as_deref(), Some(code), "{kind:?} {field}: {error}");
        assert!(error["problems"][0]["message"].as_str().unwrap().ends_with(['.', '?', ')']), "{error}");
    }
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 0, "nothing was written");
    assert_eq!(crate::crash::items(&session), 0, "nor put into the keychain");
}

#[test]
fn networks_are_consistent() {
    let session = lab();
    for kind in [KindId::Proxmox, KindId::Vsphere, KindId::Zededa] {
        let wrong = [
            (vec![("publicNetwork.gateway", "192.0.2.1")], "publicNetwork.gateway"),
            (
                vec![("publicNetwork.beginAllocationRange", "END"), ("publicNetwork.endAllocationRange", "BEGIN")],
                "publicNetwork.endAllocationRange",
            ),
            (vec![("privateNetwork.ipAddress", "SAME")], "privateNetwork.ipAddress"),
        ];
        for (changes, field) in wrong {
            let mut sample = Sample::of(kind);
            let original = sample.json.clone();
            for (id, value) in changes {
                let value = match value {
                    "END" => original["publicNetwork.endAllocationRange"].clone(),
                    "BEGIN" => original["publicNetwork.beginAllocationRange"].clone(),
                    "SAME" => original["publicNetwork.ipAddress"].clone(),
                    literal => json!(literal),
                };
                sample = sample.with(id, value);
            }
            let run = sample.add(&session);
            assert_eq!(run.code, 2, "{kind:?} {field}: {run:?}");
            assert!(problem_at(&error(&run), field).is_some(), "{kind:?} {field}: {run:?}");
        }
    }
}

#[test]
fn a_name_is_taken_once_per_organization_and_kind() {
    let session = lab();
    let sample = Sample::of(KindId::Aws);
    sample.added(&session);
    let twice = sample.add(&session);
    assert_eq!(twice.code, 2);
    assert_eq!(problem_at(&error(&twice), "name").as_deref(), Some("duplicate"));
    let beta =
        session.credenza(&["add", "aws", "--organization", "Beta", "--from", "-", "--json"], &sample.json.to_string());
    assert_eq!(beta.code, 0, "the same name in another organization: {beta:?}");
    Sample::of(KindId::Azure).with("name", sample.json["name"].clone()).added(&session);
    let draft = sample.add_with(&session, &["--draft"]);
    assert_eq!(draft.code, 0, "a draft keeps the problem: {draft:?}");
    assert!(draft.json()["problems"].as_array().unwrap().iter().any(|problem| problem["code"] == "duplicate"));
    assert_eq!(crate::crash::items(&session), 4);
}

#[test]
fn what_is_no_data_is_refused_even_in_a_draft() {
    let session = lab();
    for (json, field) in [
        (r#"{"nosuch": 1}"#, "nosuch"),
        (r#"{"name": ["a"]}"#, "name"),
        (r#"{"azCount": 1.5}"#, "azCount"),
        (r#"{"name": "a\u0000b"}"#, "name"),
        (r#"{"subnets": [1, 2]}"#, "subnets"),
    ] {
        let run = session.credenza(&["add", "aws", "--organization", "Acme", "--from", "-", "--draft", "--json"], json);
        assert_eq!(run.code, 2, "{json}: {run:?}");
        assert!(problem_at(&error(&run), field).is_some(), "{json}: {run:?}");
    }
    for broken in ["", "{", "[]", "\"text\"", "{\"name\": \"a\", \"name\": \"b\"}", "nonsense with s3cr3t-in-it"] {
        let run =
            session.credenza(&["add", "aws", "--organization", "Acme", "--from", "-", "--draft", "--json"], broken);
        assert_eq!(run.code, 2, "{broken}: {run:?}");
        error(&run);
        assert!(!run.stderr.contains("s3cr3t"), "the input is not quoted");
    }
    let missing = session.credenza(&["add", "aws", "--organization", "Acme", "--from", "/no/such/file", "--json"], "");
    assert_eq!(missing.code, 2);
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 0);
}

#[test]
fn a_secret_is_never_an_argument() {
    let session = lab();
    let run = Sample::of(KindId::Aws)
        .without("awsSecretAccessKey")
        .add_with(&session, &["--set", "awsSecretAccessKey=visible-in-ps"]);
    assert_eq!(run.code, 2);
    assert_eq!(problem_at(&error(&run), "awsSecretAccessKey").as_deref(), Some("exposed_secret"));
    assert!(!run.stderr.contains("visible-in-ps"));
}

#[test]
fn pasted_noise_is_dropped_and_said() {
    let session = lab();
    let sample = Sample::of(KindId::Backup);
    let secret = sample.secrets[0].1.clone();
    let noisy = Sample::of(KindId::Backup)
        .with("s3Name", " \u{feff}“nightly”\u{a0}")
        .with("s3SecretKey", format!("\u{feff}{secret}\r\n"));
    let added = noisy.add(&session).json();
    assert_eq!(added["name"], "nightly");
    let warned: Vec<_> =
        added["warnings"].as_array().unwrap().iter().map(|warning| warning["field"].as_str().unwrap()).collect();
    assert!(warned.contains(&"s3Name") && warned.contains(&"s3SecretKey"), "{warned:?}");
    let id = added["id"].as_str().unwrap();
    assert_eq!(session.credenza(&["reveal", id, "s3SecretKey"], "").stdout, format!("{secret}\n"));
    let odd = format!(" {secret}’ ");
    let spaced =
        Sample::of(KindId::Backup).with("s3Name", "spaced").with("s3SecretKey", odd.clone()).add(&session).json();
    assert!(spaced["warnings"].as_array().unwrap().iter().any(|warning| warning["field"] == "s3SecretKey"));
    let id = spaced["id"].as_str().unwrap();
    assert_eq!(
        session.credenza(&["reveal", id, "s3SecretKey"], "").stdout,
        format!("{odd}\n"),
        "spaces inside are kept"
    );
}

#[test]
fn a_whole_token_is_taken_apart_but_never_out_of_an_argument() {
    let session = lab();
    let secret = Sample::of(KindId::Proxmox).secrets[0].1.clone();
    let whole = format!("PVEAPIToken=taikun@pve!ccm={secret}");
    let sample = || Sample::of(KindId::Proxmox).without("tokenSecret");
    let refused = sample().without("tokenId").add_with(&session, &["--set", &format!("tokenId={whole}")]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(problem_at(&error(&refused), "tokenId").as_deref(), Some("exposed_secret"));
    assert!(!refused.stderr.contains(&secret));
    let added = sample().with("tokenId", whole).add(&session).json();
    assert_eq!(added["fields"]["tokenId"], "taikun@pve!ccm");
    let id = added["id"].as_str().unwrap();
    assert_eq!(session.credenza(&["reveal", id, "tokenSecret"], "").stdout, format!("{secret}\n"));
}

#[test]
fn secrets_in_places_that_are_not_secret_are_refused_even_in_a_draft() {
    let session = lab();
    let draft = |kind: KindId, field: &str, value: &str| {
        let run = Sample::of(kind).with(field, value).add_with(&session, &["--draft"]);
        assert_eq!(run.code, 2, "{kind:?} {field}: {run:?}");
        assert_eq!(problem_at(&error(&run), field).as_deref(), Some("exposed_secret"), "{kind:?} {field}");
    };
    draft(KindId::Aws, "awsAccessKeyId", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    draft(KindId::Backup, "s3Endpoint", "https://user:pass-w0rd@s3.example.com");
    draft(KindId::Tanzu, "namespace", "-----BEGIN PRIVATE KEY-----MIIEvQIBADAN");
    let list = session.credenza(&["list", "--json"], "").json();
    assert_eq!(list["total"], 0);
}

#[test]
fn objects_are_blocks_and_nothing_else() {
    let session = lab();
    let id = Sample::of(KindId::Proxmox).added(&session);
    let edit = |json: &str| session.credenza(&["edit", &id, "--from", "-", "--json"], json);
    for (json, field) in
        [(r#"{"bogus": {}}"#, "bogus"), (r#"{"name": {}}"#, "name"), (r#"{"tokenSecret": {"a": 1}}"#, "tokenSecret")]
    {
        let run = edit(json);
        assert_eq!(run.code, 2, "{json}: {run:?}");
        assert!(problem_at(&error(&run), field).is_some(), "{json}: {run:?}");
    }
    let cleared = edit(r#"{"publicNetwork": null}"#);
    assert_eq!(problem_at(&error(&cleared), "publicNetwork.gateway").as_deref(), Some("required"), "{cleared:?}");
}
