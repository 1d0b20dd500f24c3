//! The life of an account here: who one is, signing in again, signing out, several accounts beside one another.

use credenza_model::KindId;
use credenza_taikun::{Membership, Options, User};
use credenza_tests::canary;
use serde_json::{Value, json};

use crate::crash::items;
use crate::desk::{EMAIL, PASSWORD, bare, bare_with, desk};
use crate::sample::{Sample, error, workspace};

#[test]
fn who_one_is_is_asked_and_remembered() {
    let desk = bare_with(Options::default(), |user, acme| user.manager_of(acme));
    desk.signed_in();
    let who = desk.run(&["whoami", "--json"]).json();
    assert_eq!((who["role"].as_str(), who["cached"].as_bool()), (Some("manager"), Some(false)));
    let people = desk.run(&["whoami"]).stdout;
    assert!(people.contains("Manager") && people.contains(EMAIL) && people.contains("Acme"), "{people}");
    // Offline nobody is asked, whatever has happened there.
    desk.world().set_role(EMAIL, desk.beta, Membership::Manager);
    desk.world().clear_log();
    let offline = desk.run(&["whoami", "--offline", "--json"]).json();
    assert_eq!(desk.world().log(), []);
    assert_eq!((offline["cached"].as_bool(), offline["organizations"].as_array().unwrap().len()), (Some(true), 1));
    let asked = desk.run(&["whoami", "--json"]).json();
    assert_eq!(asked["organizations"].as_array().unwrap().len(), 2, "{asked}");
    let remembered = desk.run(&["whoami", "--offline", "--json"]).json();
    assert_eq!(remembered["organizations"], asked["organizations"]);
}

#[test]
fn out_of_reach_is_said_and_what_was_known_stays() {
    let crate::desk::Desk { session, taikun, .. } = desk();
    drop(taikun);
    let run = session.credenza(&["whoami", "--json"], "");
    assert_eq!((run.code, error(&run)["code"].as_str()), (5, Some("offline")));
    let offline = session.credenza(&["whoami", "--offline", "--json"], "");
    assert_eq!((offline.code, offline.json()["role"].as_str()), (0, Some("partner")));
}

#[test]
fn a_local_workspace_has_no_account() {
    let desk = bare(Options::default());
    workspace(&desk.session);
    let who = desk.run(&["whoami", "--json"]);
    assert_eq!((who.code, &who.json()["account"]), (0, &Value::Null));
    let status = desk.run(&["status", "--json"]);
    assert_eq!((status.code, &status.json()["account"]), (0, &Value::Null));
    assert_eq!(desk.run(&["conflicts", "--json"]).json(), json!([]));
    let sync = desk.run(&["sync", "--json"]);
    assert_eq!((sync.code, error(&sync)["code"].as_str()), (5, Some("signed_out")));
    let logout = desk.run(&["logout", "--json"]);
    assert_eq!((logout.code, error(&logout)["code"].as_str()), (1, Some("refused")));
    for arguments in [&["whoami"][..], &["status"], &["conflicts"]] {
        assert_eq!(desk.run(arguments).code, 0, "{arguments:?}");
    }
}

#[test]
fn signing_in_again_renews_the_session() {
    let desk = desk();
    desk.world().revoke_sessions();
    let ended = desk.run(&["whoami", "--json"]);
    assert_eq!((ended.code, error(&ended)["code"].as_str()), (5, Some("signed_out")), "{ended:?}");
    let known = desk.run(&["whoami", "--offline", "--json"]).json();
    assert_eq!(known["account"]["signedIn"], false);
    assert!(known["account"]["ended"].as_str().unwrap().ends_with('.'), "{known}");
    // Host, account and e-mail are known by now.
    let again = desk.login(&json!({"password": PASSWORD}), &[]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(again.json()["account"]["signedIn"], true);
    assert_eq!(desk.run(&["whoami", "--json"]).code, 0);
    assert_eq!(items(&desk.session), 1, "the session before is gone from the keychain");
}

#[test]
fn another_person_gets_a_workspace_of_their_own() {
    let desk = desk();
    desk.world().add_user(User::new("omar@example.com", "cAnArY omar 1").partner());
    let omar = json!({"host": desk.taikun.address(), "account": "demo", "email": "omar@example.com", "password": "cAnArY omar 1"});
    let run = desk.login(&omar, &[]);
    assert_eq!((run.code, error(&run)["code"].as_str()), (1, Some("refused")));
    assert_eq!(desk.run(&["whoami", "--json"]).json()["account"]["login"], EMAIL, "nothing has changed");
    let own = desk.login(&omar, &["--new-workspace", "omar"]);
    assert_eq!(own.code, 0, "{own:?}");
    // The one made last is in use; each is its own by name.
    assert_eq!(desk.run(&["whoami", "--json"]).json()["account"]["login"], "omar@example.com");
    let petra = desk.run(&["whoami", "--workspace", "lab", "--json"]).json();
    assert_eq!((petra["workspace"].as_str(), petra["account"]["login"].as_str()), (Some("lab"), Some(EMAIL)));
    assert_eq!(items(&desk.session), 2);
}

#[test]
fn accounts_on_several_servers_keep_apart() {
    let desk = desk();
    let other = bare(Options::default());
    let elsewhere = json!({"host": other.taikun.address(), "account": "demo", "email": EMAIL, "password": PASSWORD});
    let moved = desk.login(&elsewhere, &[]);
    assert_eq!((moved.code, error(&moved)["code"].as_str()), (1, Some("refused")));
    assert_eq!(desk.login(&elsewhere, &["--new-workspace", "other"]).code, 0);
    other.given(KindId::Backup, "of-the-other");
    desk.given(KindId::Backup, "of-the-first");
    for (name, row) in [("other", "of-the-other"), ("lab", "of-the-first")] {
        assert_eq!(desk.run(&["sync", "--workspace", name, "--json"]).code, 0);
        let list = desk.run(&["list", "--workspace", name, "--json"]).json();
        assert_eq!((list["total"].as_i64(), list["items"][0]["name"].as_str()), (Some(1), Some(row)));
    }
    assert_eq!(desk.run(&["logout", "--workspace", "other", "--json"]).json()["name"], "other");
    assert_eq!(desk.run(&["whoami", "--workspace", "lab", "--json"]).code, 0, "the other session stays");
    assert_eq!(items(&desk.session), 1);
}

#[test]
fn signing_out_keeps_the_copies_or_removes_them() {
    for remove in [false, true] {
        let desk = desk();
        desk.given(KindId::Backup, "theirs");
        let mine = desk.add(KindId::Showback, "mine");
        desk.sync();
        let draft = Sample::of(KindId::Ai).add_with(&desk.session, &["--draft"]).json()["id"].clone();
        let mut arguments = vec!["logout", "--json"];
        if remove {
            arguments.push("--remove");
            let asks = desk.run(&arguments);
            assert_eq!(
                (asks.code, error(&asks)["code"].as_str()),
                (2, Some("usage")),
                "without a terminal it takes --yes"
            );
            arguments.push("--yes");
        }
        let workspace = desk.run(&arguments);
        assert_eq!((workspace.code, workspace.json()["connected"].as_bool()), (0, Some(false)));
        let list = desk.run(&["list", "--json"]).json();
        assert_eq!(list["total"], if remove { 1 } else { 3 }, "{list}");
        assert!(list["items"].as_array().unwrap().iter().any(|one| one["id"] == draft), "what exists only here stays");
        if !remove {
            let mine = desk.show(&mine);
            assert_eq!((mine["state"].as_str(), &mine["accountId"]), (Some("ready"), &Value::Null));
        }
        // The secrets of what stays, and no session.
        assert_eq!(items(&desk.session), if remove { 1 } else { 2 });
        assert_eq!(desk.run(&["sync", "--json"]).code, 5);
        // Whoever signs in again finds everything as it was, and nothing twice.
        desk.signed_in();
        desk.sync();
        assert_eq!(desk.run(&["list", "--json"]).json()["total"], 3);
        assert_eq!(desk.world().rows(KindId::Showback).len(), 1);
        let theirs = desk.run(&["list", "--kind", "backup", "--json"]).json();
        assert_eq!((theirs["total"].as_i64(), theirs["items"][0]["state"].as_str()), (Some(1), Some("synced")));
        assert_eq!(theirs["items"][0]["secrets"]["s3SecretKey"], "account");
        assert_eq!(theirs["items"][0]["problems"], json!([]));
    }
}

#[test]
fn a_deleted_workspace_takes_its_session_along() {
    let desk = desk();
    assert_eq!(items(&desk.session), 1);
    assert_eq!(desk.run(&["workspace", "delete", "lab", "--yes"]).code, 0);
    assert_eq!(items(&desk.session), 0);
}

#[test]
fn no_secret_of_a_sign_in_is_found_outside_the_keychain() {
    let desk =
        bare_with(Options::default(), |user, _| user.partner().second_factor("cAnArY-2fa", &["cAnArY-recovery"]));
    desk.world().add_robot("robot-key", "cAnArY-robot-secret", "nightly", None);
    let mut printed = String::new();
    let mut note = |run: credenza_tests::Run| printed += &(run.stdout + &run.stderr);
    let mut typed = desk.typed();
    note(desk.login(&typed, &[]));
    typed["code"] = json!("cAnArY-2fa");
    note(desk.login(&typed, &[]));
    typed["password"] = json!("cAnArY wrong password");
    note(desk.login(&typed, &[]));
    typed["password"] = json!(PASSWORD);
    typed.as_object_mut().unwrap().remove("code");
    typed["recoveryCode"] = json!("cAnArY-recovery");
    note(desk.login(&typed, &[]));
    let robot = json!({"host": desk.taikun.address(), "accessKey": "robot-key", "secretKey": "cAnArY-robot-secret"});
    note(desk.login(&robot, &["--new-workspace", "robot"]));
    for arguments in [&["whoami"][..], &["whoami", "--json"], &["sync"], &["status", "--json"], &["logout"]] {
        note(desk.run(arguments));
    }
    assert_eq!(desk.run(&["whoami", "--workspace", "demo", "--json"]).code, 0, "the sign-ins did what they were to do");
    let secrets = [PASSWORD, "cAnArY-2fa", "cAnArY-recovery", "cAnArY-robot-secret", "cAnArY wrong password"];
    assert_eq!(canary::scan(&desk.session.dirs(), &secrets), [], "found on the disk");
    assert_eq!(canary::scan_text(&printed, &secrets), [], "found in what was printed");
}
