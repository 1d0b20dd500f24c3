//! Edits: what is not named stays, drafts become ready, and two edits never overwrite each other.

use credenza_model::KindId;

use crate::sample::{Sample, error, lab, problem_at};

#[test]
fn an_untouched_secret_stays() {
    let session = lab();
    let sample = Sample::of(KindId::Openstack);
    let id = sample.added(&session);
    let edited = session.credenza(&["edit", &id, "--set", "openStackProject=other", "--json"], "").json();
    assert_eq!(edited["fields"]["openStackProject"], "other");
    assert_eq!(edited["secrets"]["openStackPassword"], "set");
    let secret = || session.credenza(&["reveal", &id, "openStackPassword"], "").stdout;
    assert_eq!(secret(), format!("{}\n", sample.secrets[0].1));
    let new =
        session.credenza(&["edit", &id, "--from", "-", "--json"], r#"{"openStackPassword": "a-new-0ne-for-edit"}"#);
    assert_eq!(new.code, 0, "{new:?}");
    assert_eq!(secret(), "a-new-0ne-for-edit\n");
    assert_eq!(crate::crash::items(&session), 1, "the old generation is gone");
}

#[test]
fn of_two_secrets_one_can_be_changed_or_cleared() {
    let session = lab();
    let sample = Sample::of(KindId::Aws)
        .with("roleArn", "arn:aws:iam::123456789012:role/taikun")
        .with("externalId", "external-id-one");
    let id = sample.added(&session);
    let edit = |json: &str| session.credenza(&["edit", &id, "--from", "-", "--json"], json);
    let reveal = |field: &str| session.credenza(&["reveal", &id, field], "");
    assert_eq!(edit(r#"{"externalId": "external-id-two"}"#).code, 0);
    assert_eq!(reveal("externalId").stdout, "external-id-two\n");
    assert_eq!(reveal("awsSecretAccessKey").stdout, format!("{}\n", sample.secrets[0].1));
    let cleared = edit(r#"{"externalId": null}"#).json();
    assert_eq!(cleared["secrets"]["externalId"], "unset");
    assert_eq!(reveal("externalId").code, 1);
    assert_eq!(reveal("awsSecretAccessKey").stdout, format!("{}\n", sample.secrets[0].1));
    // With the role gone as well, the keys are what is left, and clearing one of them is refused.
    assert_eq!(edit(r#"{"roleArn": null}"#).code, 0);
    let refused = edit(r#"{"awsSecretAccessKey": null}"#);
    assert_eq!(refused.code, 2);
    assert_eq!(problem_at(&error(&refused), "awsSecretAccessKey").as_deref(), Some("required"));
}

#[test]
fn a_draft_is_kept_incomplete_and_becomes_ready() {
    let session = lab();
    let sample = Sample::of(KindId::Vsphere);
    let draft = session.credenza(
        &["add", "vsphere", "--organization", "Acme", "--from", "-", "--draft", "--json"],
        r#"{"name": "x", "publicNetwork": {"ipAddress": "10.0.0.0/99"}}"#,
    );
    assert_eq!(draft.code, 0, "{draft:?}");
    let draft = draft.json();
    assert_eq!(draft["state"], "draft");
    let problems = draft["problems"].as_array().unwrap();
    for field in ["name", "publicNetwork.ipAddress", "password"] {
        assert!(problems.iter().any(|problem| problem["field"] == field), "{field}: {problems:?}");
    }
    let id = draft["id"].as_str().unwrap();
    let still = session.credenza(&["edit", id, "--set", "name=vc-one", "--json"], "").json();
    assert_eq!(still["state"], "draft", "one thing mended, others still open");
    assert_eq!(session.credenza(&["default", id, "--json"], "").code, 1, "a draft is no default");
    let whole = session.credenza(&["edit", id, "--from", "-", "--json"], &sample.json.to_string());
    assert_eq!(whole.code, 0, "{whole:?}");
    assert_eq!(whole.json()["state"], "ready");
    assert_eq!(whole.json()["problems"], serde_json::json!([]));
    let complete = Sample::of(KindId::Vsphere).with("name", "vc-two").add_with(&session, &["--draft"]).json();
    assert_eq!(complete["state"], "draft", "--draft always gives a draft");
}

#[test]
fn a_bad_secret_in_a_draft_is_remembered_until_it_is_replaced() {
    let session = lab();
    let good = Sample::of(KindId::Gcp);
    let draft =
        Sample::of(KindId::Gcp).with("config", "{\"type\": \"authorized_user\"}").add_with(&session, &["--draft"]);
    let id = draft.json()["id"].as_str().unwrap().to_owned();
    let edited = session.credenza(&["edit", &id, "--set", "name=renamed", "--json"], "").json();
    assert_eq!(edited["state"], "draft", "the key file is still not one: {edited}");
    let mended = serde_json::json!({"config": good.secrets[0].1}).to_string();
    let mended = session.credenza(&["edit", &id, "--from", "-", "--json"], &mended).json();
    assert_eq!(mended["state"], "ready", "{mended}");
    assert!(mended["facts"]["identity"].as_str().unwrap().contains('@'));
}

#[test]
fn an_edit_that_breaks_a_rule_changes_nothing() {
    let session = lab();
    let id = Sample::of(KindId::Proxmox).added(&session);
    let before = session.credenza(&["show", &id, "--json"], "").json();
    for wrong in [
        "name=no spaces allowed",
        "publicNetwork.gateway=1.2.3.4",
        "url=",
        "tokenSecret=on-the-command-line",
        "nosuch=1",
    ] {
        let run = session.credenza(&["edit", &id, "--set", wrong, "--json"], "");
        assert_eq!(run.code, 2, "{wrong}: {run:?}");
        let field = wrong.split('=').next().unwrap();
        assert!(problem_at(&error(&run), field).is_some(), "{wrong}: {run:?}");
        assert!(!run.stderr.contains("on-the-command-line"), "the secret is not repeated");
    }
    assert_eq!(session.credenza(&["show", &id, "--json"], "").json(), before);
}

#[test]
fn set_wins_over_from_and_lists_are_comma_separated() {
    let session = lab();
    let sample = Sample::of(KindId::Proxmox);
    let run = sample.add_with(&session, &["--set", "name=from-set", "--set", "hypervisors=pve1, pve2,,pve1"]);
    let added = run.json();
    assert_eq!(added["name"], "from-set");
    assert_eq!(added["fields"]["hypervisors"], serde_json::json!(["pve1", "pve2"]));
    assert!(added["warnings"].as_array().unwrap().iter().any(|one| one["field"] == "hypervisors"), "{added}");
    let cleared =
        session.credenza(&["edit", added["id"].as_str().unwrap(), "--set", "continent=", "--json"], "").json();
    assert!(cleared["fields"].get("continent").is_none());
}

#[test]
fn a_draft_of_the_same_name_stands_in_nobodys_way() {
    let session = lab();
    let ready = Sample::of(KindId::Backup).added(&session);
    let draft = Sample::of(KindId::Backup).add_with(&session, &["--draft"]);
    let draft = draft.json()["id"].as_str().unwrap().to_owned();
    let edited = session.credenza(&["edit", &ready, "--set", "s3Region=eu-west-2", "--json"], "");
    assert_eq!(edited.code, 0, "{edited:?}");
    let refused = session.credenza(&["edit", &draft, "--set", "s3Region=eu-west-2", "--json"], "").json();
    assert_eq!(refused["state"], "draft", "the name is taken by a complete one: {refused}");
    let renamed = session.credenza(&["edit", &draft, "--set", "s3Name=another", "--json"], "").json();
    assert_eq!(renamed["state"], "ready", "{renamed}");
}

#[test]
fn facts_of_secrets_stay_as_long_as_the_secrets() {
    let session = lab();
    let sample = Sample::of(KindId::Openshift);
    let pull_secret = sample.secrets.iter().find(|(field, _)| *field == "pullSecret").unwrap().1.clone();
    let draft = sample.without("pullSecret").add_with(&session, &["--draft"]).json();
    let (id, facts) = (draft["id"].as_str().unwrap(), &draft["facts"]);
    assert!(facts["expiry"].is_string() && facts["fingerprint"].is_string(), "{facts}");
    let edit = |json: &str| session.credenza(&["edit", id, "--from", "-", "--json"], json).json();
    assert_eq!(edit(r#"{"pullSecret": null, "storageClass": "fast"}"#)["facts"], *facts);
    assert_eq!(edit(r#"{"storageClass": null, "kubeConfig": null}"#)["facts"]["expiry"], serde_json::Value::Null);
    let kubeconfig =
        Sample::of(KindId::Openshift).secrets.iter().find(|(field, _)| *field == "kubeConfig").unwrap().1.clone();
    edit(&serde_json::json!({"kubeConfig": kubeconfig, "storageClass": "fast"}).to_string());
    let whole = edit(&serde_json::json!({"pullSecret": pull_secret}).to_string());
    assert_eq!((&whole["facts"], &whole["state"]), (facts, &"ready".into()), "the other secret was kept");
}

#[test]
fn a_default_comes_back_with_undo_unless_its_place_is_taken() {
    let session = lab();
    let first = Sample::of(KindId::Aws).added(&session);
    let second = Sample::of(KindId::Aws).with("name", "second").added(&session);
    let default = |id: &str| session.credenza(&["show", id, "--json"], "").json()["default"].clone();
    session.credenza(&["default", &first], "");
    session.credenza(&["delete", &first, "--yes"], "");
    session.credenza(&["undo", &first], "");
    assert_eq!(default(&first), true);
    session.credenza(&["delete", &first, "--yes"], "");
    session.credenza(&["default", &second], "");
    session.credenza(&["undo", &first], "");
    assert_eq!((default(&first), default(&second)), (false.into(), true.into()));
}
