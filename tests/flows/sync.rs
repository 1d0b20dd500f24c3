//! Syncing by the command line: what comes, what goes, what is only said, and what stops it.

use credenza_model::KindId;
use credenza_taikun::{Fault, Membership, Options, When};
use credenza_tests::canary;
use serde_json::{Value, json};

use crate::crash::items;
use crate::desk::{EMAIL, PASSWORD, bare_with, desk, desk_with};
use crate::sample::{Sample, error, workspace};
use crate::together::{at_once, words};

/// Some numbers of a report.
fn numbers(report: &Value, names: &[&str]) -> Vec<i64> {
    names.iter().map(|name| report[name].as_i64().unwrap_or_else(|| panic!("{name}: {report}"))).collect()
}

#[test]
fn what_the_account_has_comes_here() {
    let desk = desk();
    for kind in [KindId::Backup, KindId::Aws, KindId::Billing] {
        desk.given(kind, "theirs");
    }
    desk.world().clear_log();
    let report = desk.sync();
    assert_eq!(numbers(&report, &["added", "created", "pending", "conflicts"]), [3, 0, 0, 0], "{report}");
    assert_eq!(report["dryRun"], false);
    desk.only_asked();
    let list = desk.run(&["list", "--state", "synced", "--json"]).json();
    assert_eq!(list["total"], 3);
    let aws = list["items"].as_array().unwrap().iter().find(|one| one["kind"] == "aws").unwrap();
    assert_eq!(aws["secrets"]["awsSecretAccessKey"], "account", "the account has it and never tells");
    let reveal = desk.run(&["reveal", aws["id"].as_str().unwrap(), "awsSecretAccessKey", "--json"]);
    assert_eq!((reveal.code, error(&reveal)["code"].as_str()), (1, Some("not_found")));
    let again = desk.run(&["sync"]);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (0, "Everything is as it was.\n", ""));
}

#[test]
fn what_is_made_here_is_made_there() {
    let desk = desk();
    let sample = Sample::of(KindId::Backup);
    let id = sample.added(&desk.session);
    let draft = Sample::of(KindId::Ai).add_with(&desk.session, &["--draft"]).json();
    assert_eq!(desk.run(&["list", "--state", "ready", "--json"]).json()["total"], 1);
    let status = desk.run(&["status", "--json"]).json();
    assert_eq!(numbers(&status, &["pending", "parked", "conflicts"]), [1, 0, 0]);
    assert_eq!(status["syncedAt"], Value::Null);
    let change = &status["changes"][0];
    assert_eq!((change["id"].as_str(), change["operation"].as_str()), (Some(id.as_str()), Some("create")));
    assert_eq!(change["state"], "waiting");

    let report = desk.sync();
    assert_eq!(numbers(&report, &["created", "pending"]), [1, 0], "{report}");
    let there = desk.only(KindId::Backup);
    assert_eq!(there["s3SecretKey"].as_str(), Some(sample.secrets[0].1.as_str()), "the secret went there");
    assert!(desk.world().rows(KindId::Ai).is_empty(), "a draft is never pushed");
    let status = desk.run(&["status", "--json"]).json();
    assert_eq!(numbers(&status, &["pending", "parked", "conflicts"]), [0, 0, 0]);
    assert!(status["syncedAt"].is_string() && status["changes"] == json!([]), "{status}");
    let shown = desk.show(&id);
    assert_eq!((shown["state"].as_str(), shown["accountId"].as_i64()), (Some("synced"), there["id"].as_i64()));
    assert_eq!(desk.run(&["list", "--state", "draft", "--json"]).json()["items"][0]["id"], draft["id"]);
    assert_eq!(items(&desk.session), 3, "both secrets and the session");
}

#[test]
fn changes_of_both_sides_meet() {
    let desk = desk();
    let (edited, deleted, locked) =
        (desk.add(KindId::Backup, "nightly"), desk.add(KindId::Showback, "gone"), desk.add(KindId::Aws, "prod"));
    desk.sync();
    desk.world().change_row(KindId::Backup, desk.number(&edited), json!({"s3AccessKeyId": "AKIAOTHER"}));
    desk.edit(&edited, &json!({"s3Name": "hourly"}));
    assert_eq!(desk.run(&["list", "--state", "changed", "--json"]).json()["total"], 1);
    assert_eq!(desk.run(&["delete", &deleted, "--yes", "--json"]).code, 0);
    assert_eq!(desk.run(&["lock", &locked, "--json"]).code, 0);
    let report = desk.sync();
    assert_eq!(numbers(&report, &["changed", "deleted", "pending", "conflicts"]), [1, 1, 0, 0], "{report}");
    let there = desk.only(KindId::Backup);
    assert_eq!((there["s3Name"].as_str(), there["s3AccessKeyId"].as_str()), (Some("hourly"), Some("AKIAOTHER")));
    let here = desk.show(&edited);
    assert_eq!((here["fields"]["s3AccessKeyId"].as_str(), here["state"].as_str()), (Some("AKIAOTHER"), Some("synced")));
    assert!(desk.world().rows(KindId::Showback).is_empty());
    assert_eq!(desk.only(KindId::Aws)["isLocked"], true);
    // One of several, which is no more than anybody deletes in passing.
    desk.given(KindId::Backup, "another");
    desk.world().remove_row(KindId::Backup, desk.number(&edited));
    assert_eq!(numbers(&desk.sync(), &["added", "gone"]), [1, 1]);
    assert_eq!(desk.run(&["show", &edited, "--json"]).code, 1);
}

#[test]
fn a_dry_run_leaves_both_sides_alone() {
    let desk = desk();
    desk.given(KindId::Backup, "theirs");
    let mine = desk.add(KindId::Backup, "mine");
    let before = (desk.run(&["list", "--json"]).stdout, desk.run(&["status", "--json"]).stdout);
    desk.world().clear_log();
    let report = desk.run(&["sync", "--dry-run", "--json"]).json();
    assert_eq!(report["dryRun"], true);
    let lines: Vec<_> = report["plan"].as_array().unwrap().iter().map(|line| line["name"].clone()).collect();
    assert_eq!(lines, ["theirs", "mine"], "{report}");
    desk.only_asked();
    assert_eq!((desk.run(&["list", "--json"]).stdout, desk.run(&["status", "--json"]).stdout), before);
    let people = desk.run(&["sync", "--dry-run"]).stdout;
    assert!(people.starts_with("This would be done:\n") && people.contains("Make in the account"), "{people}");
    let consent = desk.run(&["sync", "--dry-run", "--replace", &mine, "--json"]);
    assert_eq!((consent.code, error(&consent)["code"].as_str()), (2, Some("usage")), "consent is no dry run");
}

#[test]
fn a_replacement_waits_for_a_word() {
    let desk = desk();
    let id = desk.add(KindId::Billing, "prom");
    desk.sync();
    let old = desk.number(&id);
    desk.edit(&id, &json!({"prometheusUrl": "https://new.example.com"}));
    assert_eq!(numbers(&desk.sync(), &["updated", "pending"]), [0, 1], "nothing is done without a word");
    let change = desk.run(&["status", "--json"]).json()["changes"][0].clone();
    assert_eq!((change["operation"].as_str(), change["state"].as_str()), (Some("replace"), Some("asks")), "{change}");
    assert!(change["steps"].as_array().unwrap().len() >= 4, "{change}");
    let people = desk.run(&["status"]).stdout;
    assert!(people.contains(&format!("credenza sync --replace {id}")), "{people}");
    assert_eq!(desk.only(KindId::Billing)["id"].as_i64(), Some(i64::from(old)));
    // One id of two that is wrong, and no consent is given.
    let wrong = desk.run(&["sync", "--replace", &id, "--replace", "nonsense", "--json"]);
    assert_eq!((wrong.code, error(&wrong)["code"].as_str()), (1, Some("not_found")));
    assert_eq!(desk.run(&["status", "--json"]).json()["changes"][0]["state"], "asks");

    let report = desk.run(&["sync", "--replace", &id, "--json"]).json();
    assert_eq!(numbers(&report, &["updated", "pending", "parked"]), [1, 0, 0], "{report}");
    let there = desk.only(KindId::Billing);
    assert_eq!(there["prometheusUrl"], "https://new.example.com");
    assert_ne!(there["id"].as_i64(), Some(i64::from(old)));
    assert_eq!(desk.show(&id)["state"], "synced");
    let nothing = desk.run(&["sync", "--replace", &id, "--json"]);
    assert_eq!((nothing.code, error(&nothing)["code"].as_str()), (1, Some("refused")));
}

#[test]
fn a_change_can_be_taken_back() {
    let desk = desk();
    let id = desk.add(KindId::Billing, "prom");
    desk.sync();
    let before = desk.show(&id)["fields"].clone();
    desk.edit(&id, &json!({"prometheusUrl": "https://new.example.com"}));
    let back = desk.run(&["discard", &id, "--json"]).json();
    assert_eq!((back["state"].as_str(), &back["fields"]), (Some("synced"), &before));
    assert_eq!(desk.run(&["status", "--json"]).json()["changes"], json!([]));
    assert_eq!(desk.run(&["discard", "nonsense", "--json"]).code, 1);
}

#[test]
fn what_the_account_refuses_is_said_at_it() {
    let desk = desk();
    let id = desk.add(KindId::Backup, "nightly");
    desk.world().faults().push(When::always().method("POST").path("s3credentials"), Fault::Status(400));
    let report = desk.sync();
    assert_eq!(numbers(&report, &["created", "parked", "pending"]), [0, 1, 1], "{report}");
    let change = desk.run(&["status", "--json"]).json()["changes"][0].clone();
    assert_eq!(change["state"], "parked");
    assert!(change["message"].as_str().is_some_and(|message| !message.is_empty()), "{change}");
    desk.world().faults().clear();
    assert_eq!(numbers(&desk.sync(), &["created", "pending"]), [0, 1], "it is not tried again by itself");
    let report = desk.run(&["sync", "--retry", "--json"]).json();
    assert_eq!(numbers(&report, &["created", "pending"]), [1, 0], "{report}");
    assert_eq!(desk.show(&id)["state"], "synced");
}

#[test]
fn when_much_is_gone_a_person_says_so() {
    let desk = desk();
    let rows: Vec<i32> = (0..12).map(|number| desk.given(KindId::Backup, &format!("backup-{number}"))).collect();
    desk.sync();
    for row in &rows {
        desk.world().remove_row(KindId::Backup, *row);
    }
    let report = desk.sync();
    assert_eq!(numbers(&report, &["gone"]), [0], "{report}");
    let status = desk.run(&["status", "--json"]).json();
    assert_eq!(status["missing"][0], json!({"kind": "backup", "missing": 12, "of": 12}));
    assert!(desk.run(&["status"]).stdout.contains("--accept-missing"));
    let report = desk.run(&["sync", "--accept-missing", "--json"]).json();
    assert_eq!(numbers(&report, &["gone"]), [12], "{report}");
    assert_eq!(desk.run(&["status", "--json"]).json()["missing"], json!([]));
}

#[test]
fn offline_nothing_is_lost() {
    let crate::desk::Desk { session, taikun, acme, .. } = desk();
    let (world, port) = (taikun.world().clone(), taikun.port());
    let sample = Sample::of(KindId::Backup);
    let id = sample.added(&session);
    drop(taikun);
    let run = session.credenza(&["sync", "--json"], "");
    assert_eq!((run.code, error(&run)["code"].as_str()), (5, Some("offline")));
    let status = session.credenza(&["status", "--json"], "").json();
    assert_eq!((status["pending"].as_i64(), status["failure"]["offline"].as_bool()), (Some(1), Some(true)), "{status}");
    assert_eq!(session.credenza(&["show", &id, "--json"], "").json()["state"], "ready");
    assert_eq!(session.credenza(&["reveal", &id, "s3SecretKey"], "").stdout, format!("{}\n", sample.secrets[0].1));
    let _back = credenza_taikun::Taikun::resume(world.clone(), port).unwrap();
    let run = session.credenza(&["sync", "--json"], "");
    assert_eq!((run.code, run.json()["created"].as_i64()), (0, Some(1)), "{run:?}");
    assert_eq!(world.creates(KindId::Backup, acme, sample.json["s3Name"].as_str().unwrap()), 1);
    assert_eq!(session.credenza(&["status", "--json"], "").json()["failure"], Value::Null);
}

#[test]
fn an_ended_session_asks_to_sign_in_and_loses_nothing() {
    let desk = desk();
    desk.world().expire_tokens();
    assert_eq!(desk.run(&["sync", "--json"]).code, 0, "a stale token is renewed without a word");
    let id = desk.add(KindId::Backup, "mine");
    desk.world().revoke_sessions();
    let run = desk.run(&["sync", "--json"]);
    assert_eq!((run.code, error(&run)["code"].as_str()), (5, Some("signed_out")));
    assert_eq!(desk.run(&["status", "--json"]).json()["account"]["signedIn"], false);
    assert_eq!(desk.run(&["sync", "--json"]).code, 5);
    assert_eq!(desk.login(&json!({"password": PASSWORD}), &[]).code, 0);
    assert_eq!(numbers(&desk.sync(), &["created", "pending"]), [1, 0]);
    assert_eq!(desk.show(&id)["state"], "synced");
    assert_eq!(items(&desk.session), 2);
}

#[test]
fn a_role_that_is_lost_there_is_lost_here() {
    let desk = bare_with(Options::default(), |user, acme| user.manager_of(acme));
    workspace(&desk.session);
    desk.signed_in();
    desk.given(KindId::Backup, "theirs");
    desk.sync();
    desk.world().set_role(EMAIL, desk.acme, Membership::Member);
    let mine = Sample::of(KindId::Showback).add(&desk.session);
    assert_eq!(mine.code, 0, "here nobody knows it yet: {mine:?}");
    let run = desk.run(&["sync", "--json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.json()["remarks"].to_string().contains("Member in Acme"), "{run:?}");
    assert!(desk.world().rows(KindId::Showback).is_empty(), "nothing is pushed without the right to it");
    assert_eq!(numbers(&run.json(), &["parked"]), [1], "{run:?}");
    let refused = Sample::of(KindId::Backup).add(&desk.session);
    assert_eq!((refused.code, error(&refused)["code"].as_str()), (3, Some("forbidden")));
    desk.world().set_role(EMAIL, desk.acme, Membership::Manager);
    let report = desk.run(&["sync", "--retry", "--json"]).json();
    assert_eq!(numbers(&report, &["created", "pending"]), [1, 0], "what was kept goes there now: {report}");
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 2);
}

#[test]
fn two_at_once_make_nothing_twice() {
    // A server that minds no name, so that what is made twice is there twice.
    let desk = desk_with(Options { unique_names: false, ..Options::default() });
    let ids: Vec<String> = (0..6).map(|number| desk.add(KindId::Backup, &format!("mine-{number}"))).collect();
    desk.given(KindId::Backup, "theirs");
    let calls: Vec<_> = (0..3).map(|_| (words(&["sync", "--json"]), String::new())).collect();
    let runs = at_once(&desk.session, &calls);
    assert!(runs.iter().all(|run| run.code == 0), "{runs:?}");
    let created: i64 = runs.iter().map(|run| run.json()["created"].as_i64().unwrap()).sum();
    assert_eq!(created, 6);
    for number in 0..6 {
        assert_eq!(desk.world().creates(KindId::Backup, desk.acme, &format!("mine-{number}")), 1);
    }
    assert_eq!(desk.world().rows(KindId::Backup).len(), 7);
    assert_eq!(desk.run(&["list", "--state", "synced", "--json"]).json()["total"], 7);
    assert_eq!(items(&desk.session), ids.len() + 1);
}

#[test]
fn a_session_is_renewed_by_one_and_used_by_all() {
    let desk = desk();
    desk.add(KindId::Backup, "mine");
    for round in 0..4 {
        desk.world().expire_tokens();
        let whoever = [&["sync", "--json"][..], &["sync", "--json"], &["sync", "--json"]];
        let calls: Vec<_> = whoever.iter().map(|call| (words(call), String::new())).collect();
        let runs = at_once(&desk.session, &calls);
        assert!(runs.iter().all(|run| run.code == 0), "{round}: {runs:?}");
        // Those who only ask do not wait for one another, and all but one find the session renewed by another.
        desk.world().expire_tokens();
        let calls: Vec<_> = (0..4).map(|_| (words(&["whoami", "--json"]), String::new())).collect();
        let runs = at_once(&desk.session, &calls);
        assert!(runs.iter().all(|run| run.code == 0), "{round}: {runs:?}");
        assert_eq!(desk.run(&["whoami", "--json"]).code, 0, "{round}: {runs:?}");
        assert_eq!(items(&desk.session), 2, "{round}: the sessions before are gone from the keychain");
    }
}

#[test]
fn no_secret_is_found_outside_the_keychain_after_a_sync() {
    let desk = desk();
    let mut canaries = vec![PASSWORD.to_owned()];
    let mut printed = String::new();
    let mut note = |run: credenza_tests::Run| printed += &(run.stdout + &run.stderr);
    for kind in [KindId::Backup, KindId::Billing, KindId::Showback, KindId::Openstack, KindId::Ai] {
        let sample = Sample::of(kind);
        canaries.extend(sample.secrets.iter().map(|(_, secret)| secret.clone()));
        note(sample.add(&desk.session));
    }
    // A server that repeats what it was sent in its refusals.
    desk.world().faults().push(When::once().method("POST").path("s3credentials"), Fault::Status(400));
    for arguments in [
        &["sync", "--json"][..],
        &["sync", "--retry"],
        &["sync", "--dry-run", "--json"],
        &["status"],
        &["status", "--json"],
        &["list", "--json"],
        &["conflicts"],
    ] {
        note(desk.run(arguments));
    }
    assert_eq!(desk.run(&["list", "--state", "synced", "--json"]).json()["total"], 5);
    let canaries: Vec<&str> = canaries.iter().map(String::as_str).collect();
    assert_eq!(canary::scan(&desk.session.dirs(), &canaries), [], "found on the disk");
    assert_eq!(canary::scan_text(&printed, &canaries), [], "found in what was printed");
}

#[test]
fn names_that_are_hostile_do_nothing_to_a_terminal() {
    let desk = desk();
    for kind in [KindId::Backup, KindId::Aws, KindId::Billing] {
        desk.given(kind, "\u{1b}]0;owned\u{7}\u{202e}evil\n");
    }
    desk.world().faults().push(When::always().method("GET"), Fault::ControlCharactersInNames);
    for arguments in [&["sync", "--dry-run"][..], &["sync"], &["whoami"], &["status"], &["list"], &["conflicts"]] {
        let run = desk.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
        let printed = run.stdout + &run.stderr;
        let hostile = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!printed.contains(hostile), "{arguments:?}: {printed:?}");
    }
}
