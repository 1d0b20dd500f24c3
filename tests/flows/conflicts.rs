//! Both sides changed: how the command line tells of it and how each answer ends.

use credenza_model::KindId;
use credenza_tests::{Run, canary};
use serde_json::{Value, json};

use crate::desk::{Desk, desk};
use crate::sample::{Sample, error};

/// A backup credential whose name both sides changed, and whose key id only the account's side did.
fn both_renamed(desk: &Desk) -> String {
    let id = desk.add(KindId::Backup, "nightly");
    desk.sync();
    desk.world().change_row(
        KindId::Backup,
        desk.number(&id),
        json!({"s3Name": "theirs", "s3AccessKeyId": "AKIATHEIRS"}),
    );
    desk.edit(&id, &json!({"s3Name": "mine"}));
    waits(&desk.run(&["sync", "--json"]), 1);
    id
}

/// A sync that ended with conflicts: 6, the error on standard error with the report beside it, nothing else.
fn waits(run: &Run, count: i64) {
    assert_eq!(run.code, 6, "{run:?}");
    assert_eq!(error(run)["code"], "conflicts");
    let document: Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(document["report"]["conflicts"], count, "{document}");
    assert_eq!(document["error"]["problems"], json!([]));
}

fn resolve(desk: &Desk, id: &str, how: &[&str]) -> Run {
    let mut arguments = vec!["resolve", id, "--json"];
    arguments.extend(how);
    desk.run(&arguments)
}

fn only_conflict(desk: &Desk) -> Value {
    let conflicts = desk.run(&["conflicts", "--json"]).json();
    assert_eq!(conflicts.as_array().map(Vec::len), Some(1), "{conflicts}");
    conflicts[0].clone()
}

#[test]
fn a_conflict_is_told_in_every_place() {
    let desk = desk();
    let id = both_renamed(&desk);
    let people = desk.run(&["sync"]);
    assert_eq!(people.code, 6);
    assert!(people.stdout.contains("1 in conflict"), "{people:?}");
    assert!(people.stderr.starts_with("1 conflict waits for you."), "{people:?}");
    assert_eq!(desk.run(&["sync", "--dry-run", "--json"]).code, 0, "a dry run only says");
    let list = desk.run(&["list", "--state", "conflict", "--json"]).json();
    assert_eq!((list["total"].as_i64(), list["items"][0]["id"].as_str()), (Some(1), Some(id.as_str())));
    assert_eq!(list["items"][0]["name"], "mine", "what was written here stays");
    assert_eq!(desk.run(&["status", "--json"]).json()["conflicts"], 1);

    let conflict = only_conflict(&desk);
    assert_eq!((conflict["id"].as_str(), conflict["kind"].as_str()), (Some(id.as_str()), Some("backup")));
    assert_eq!((conflict["reason"].as_str(), conflict["organization"].as_str()), (Some("fields"), Some("Acme")));
    for text in ["message", "mine", "theirs"] {
        assert!(conflict[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {conflict}");
    }
    let field =
        |id: &str| conflict["fields"].as_array().unwrap().iter().find(|field| field["field"] == id).unwrap().clone();
    let name = field("s3Name");
    assert_eq!((&name["base"], &name["mine"], &name["theirs"]), (&json!("nightly"), &json!("mine"), &json!("theirs")));
    assert_eq!((&name["conflict"], &name["secret"], &name["word"]), (&json!(true), &json!(false), &Value::Null));
    assert_eq!(field("s3AccessKeyId")["conflict"], false);
    let table = desk.run(&["conflicts"]).stdout;
    assert!(table.contains("MINE") && table.contains("theirs") && table.contains(&id), "{table}");
}

#[test]
fn mine_goes_there() {
    let desk = desk();
    let id = both_renamed(&desk);
    let answer = resolve(&desk, &id, &["--mine"]);
    assert_eq!((answer.code, answer.json()["name"].as_str()), (0, Some("mine")), "{answer:?}");
    desk.sync();
    let there = desk.only(KindId::Backup);
    assert_eq!((there["s3Name"].as_str(), there["s3AccessKeyId"].as_str()), (Some("mine"), Some("AKIATHEIRS")));
    assert_eq!(desk.show(&id)["state"], "synced");
    assert_eq!(desk.run(&["conflicts", "--json"]).json(), json!([]));
    assert_eq!(desk.run(&["conflicts"]).stdout, "No conflicts.\n");
}

#[test]
fn theirs_comes_here() {
    let desk = desk();
    let id = both_renamed(&desk);
    let answer = resolve(&desk, &id, &["--theirs"]).json();
    assert_eq!((answer["name"].as_str(), answer["state"].as_str()), (Some("theirs"), Some("synced")));
    desk.world().clear_log();
    desk.sync();
    desk.only_asked();
}

#[test]
fn each_field_can_have_its_own_answer() {
    let desk = desk();
    let id = desk.add(KindId::Openstack, "os-prod");
    desk.sync();
    desk.world().change_row(
        KindId::Openstack,
        desk.number(&id),
        json!({"name": "theirs", "openStackUser": "their-user"}),
    );
    desk.edit(&id, &json!({"name": "mine", "openStackUser": "my-user"}));
    let run = desk.run(&["sync", "--json"]);
    waits(&run, 1);
    let missing = resolve(&desk, &id, &["--field", "name=mine"]);
    assert_eq!(missing.code, 2, "{missing:?}");
    assert_eq!(error(&missing)["problems"][0]["field"], "openStackUser");
    let answer = resolve(&desk, &id, &["--theirs", "--field", "name=mine"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    desk.sync();
    let there = desk.only(KindId::Openstack);
    assert_eq!((there["name"].as_str(), there["openStackUser"].as_str()), (Some("mine"), Some("their-user")));
    assert_eq!(desk.show(&id)["fields"]["openStackUser"], "their-user");
}

#[test]
fn an_answer_that_is_none_is_bad_input() {
    let desk = desk();
    let id = both_renamed(&desk);
    for how in [
        &[][..],
        &["--mine", "--theirs"],
        &["--field", "s3Name"],
        &["--field", "s3Name=ours"],
        &["--field", "=mine"],
        &["--field", "nosuch=mine"],
        &["--field", "s3Name=mine", "--field", "s3Name=theirs"],
    ] {
        let run = resolve(&desk, &id, how);
        assert_eq!(run.code, 2, "{how:?}: {run:?}");
        error(&run);
    }
    assert_eq!(only_conflict(&desk)["id"], id.as_str(), "nothing of it settled anything");
    let nobody = resolve(&desk, "nonsense", &["--mine"]);
    assert_eq!((nobody.code, error(&nobody)["code"].as_str()), (1, Some("not_found")));
    resolve(&desk, &id, &["--theirs"]);
    let twice = resolve(&desk, &id, &["--theirs"]);
    assert_eq!((twice.code, error(&twice)["code"].as_str()), (1, Some("not_found")));
}

#[test]
fn a_secret_is_told_by_a_word_and_never_by_its_value() {
    let desk = desk();
    let sample = Sample::of(KindId::Openstack).with("name", "os-prod");
    let id = sample.added(&desk.session);
    desk.sync();
    let (first, mine, theirs) = (sample.secrets[0].1.as_str(), "cAnArY-mine-rotated", "cAnArY-theirs-rotated");
    desk.edit(&id, &json!({"openStackPassword": mine}));
    desk.world().change_row(KindId::Openstack, desk.number(&id), json!({"openStackPassword": theirs}));
    let run = desk.run(&["sync", "--json"]);
    waits(&run, 1);
    let conflict = only_conflict(&desk);
    assert_eq!(conflict["reason"], "secret");
    let secret = conflict["fields"].as_array().unwrap().iter().find(|field| field["secret"] == true).unwrap();
    assert_eq!((&secret["field"], &secret["word"]), (&json!("openStackPassword"), &json!("different")));
    for side in ["base", "mine", "theirs"] {
        assert_eq!(secret[side], Value::Null);
    }
    let people = desk.run(&["conflicts"]);
    assert!(people.stdout.contains("(different)"), "{people:?}");
    let answer = resolve(&desk, &id, &["--theirs"]);
    assert_eq!(answer.json()["secrets"]["openStackPassword"], "account");
    desk.sync();
    assert_eq!(desk.only(KindId::Openstack)["openStackPassword"], theirs);
    assert_eq!(crate::crash::items(&desk.session), 1, "only the session is left in the keychain");
    let printed: String = [run, people, answer].into_iter().map(|run| run.stdout + &run.stderr).collect::<String>()
        + &conflict.to_string();
    let canaries = [first, mine, theirs];
    assert_eq!(canary::scan_text(&printed, &canaries), []);
    assert_eq!(canary::scan(&desk.session.dirs(), &canaries), []);
}

#[test]
fn deleted_on_one_side_and_changed_on_the_other() {
    for (side, left) in [("--mine", 0), ("--theirs", 1)] {
        let desk = desk();
        let id = desk.add(KindId::Backup, "nightly");
        desk.sync();
        let number = desk.number(&id);
        desk.run(&["delete", &id, "--yes"]);
        desk.world().change_row(KindId::Backup, number, json!({"s3Name": "hourly"}));
        waits(&desk.run(&["sync", "--json"]), 1);
        assert_eq!(only_conflict(&desk)["reason"], "deleted_here");
        assert_eq!(resolve(&desk, &id, &[side]).code, 0);
        desk.sync();
        assert_eq!(desk.world().rows(KindId::Backup).len(), left, "{side}");
    }
    for (side, left) in [("--mine", 1), ("--theirs", 0)] {
        let desk = desk();
        let (id, _other) = (desk.add(KindId::Backup, "nightly"), desk.add(KindId::Backup, "other"));
        desk.sync();
        desk.world().remove_row(KindId::Backup, desk.number(&id));
        desk.edit(&id, &json!({"s3Name": "hourly"}));
        waits(&desk.run(&["sync", "--json"]), 1);
        assert_eq!(only_conflict(&desk)["reason"], "deleted_there");
        let answer = resolve(&desk, &id, &[side]);
        assert_eq!(answer.code, 0, "{answer:?}");
        desk.sync();
        let named = desk.world().rows(KindId::Backup).iter().filter(|row| row["s3Name"] == "hourly").count();
        assert_eq!(named, left, "{side}");
    }
}

#[test]
fn a_taken_name_is_a_conflict_and_another_name_is_a_way_out() {
    let desk = desk();
    let id = desk.add(KindId::Backup, "nightly");
    desk.given(KindId::Backup, "nightly");
    desk.world().change_row(
        KindId::Backup,
        i32::try_from(desk.only(KindId::Backup)["id"].as_i64().unwrap()).unwrap(),
        json!({"s3Endpoint": "https://elsewhere.example.com"}),
    );
    waits(&desk.run(&["sync", "--json"]), 1);
    assert_eq!(only_conflict(&desk)["reason"], "name_taken");
    desk.edit(&id, &json!({"s3Name": "nightly-2"}));
    let report = desk.sync();
    assert_eq!((report["created"].as_i64(), report["added"].as_i64()), (Some(1), Some(1)), "{report}");
    assert_eq!(desk.run(&["conflicts", "--json"]).json(), json!([]));
}
