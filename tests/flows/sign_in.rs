//! Signing in by every means, and every way in which it is refused.

use credenza_taikun::{Generation, Options, Tls, User};
use credenza_tests::{Keychain, Run, canary};
use serde_json::{Value, json};

use crate::crash::items;
use crate::desk::{Desk, EMAIL, PASSWORD, bare, bare_with, desk};
use crate::sample::{error, problem_at, workspace};

/// The exit code of a failure and its word.
fn refused(run: &Run) -> (i32, String) {
    assert!(!run.stderr.contains(PASSWORD) && !run.stdout.contains(PASSWORD), "the password is not repeated");
    (run.code, error(run)["code"].as_str().unwrap().to_owned())
}

fn with(mut typed: Value, more: &Value) -> Value {
    typed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    typed
}

#[test]
fn a_workspace_made_beforehand_is_connected() {
    let desk = bare(Options::default());
    workspace(&desk.session);
    let who = desk.signed_in();
    assert_eq!(
        (who["workspace"].as_str(), who["role"].as_str(), who["cached"].as_bool()),
        (Some("lab"), Some("partner"), Some(false))
    );
    let account = &who["account"];
    assert_eq!(account["host"], desk.taikun.address());
    assert_eq!(account["account"], "demo");
    assert_eq!(account["login"], EMAIL);
    assert_eq!(account["method"], "password");
    assert_eq!((account["signedIn"].as_bool(), &account["ended"]), (Some(true), &Value::Null));
    // The organizations of both sides are one and the same where they have one name.
    let numbers: Vec<_> = who["organizations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].clone(), one["accountId"].clone()))
        .collect();
    assert_eq!(numbers, [("Acme".into(), desk.acme.into()), ("Beta".into(), desk.beta.into())]);
    let listed = desk.run(&["workspace", "list", "--json"]).json();
    assert_eq!((listed.as_array().unwrap().len(), listed[0]["connected"].as_bool()), (1, Some(true)));
    assert_eq!(items(&desk.session), 1, "the session");
}

#[test]
fn a_new_workspace_is_made_for_it() {
    let desk = bare(Options::default());
    let who = desk.login(&desk.typed(), &["--new-workspace", "work"]);
    assert_eq!(who.code, 0, "{who:?}");
    assert_eq!(who.json()["workspace"], "work");
    let taken = desk.login(&desk.typed(), &["--new-workspace", "work"]);
    assert_eq!(refused(&taken), (2, "invalid".into()));
    assert_eq!(problem_at(&error(&taken), "workspace").as_deref(), Some("duplicate"));
    let both = desk.login(&desk.typed(), &["--new-workspace", "other", "--workspace", "work"]);
    assert_eq!(refused(&both), (2, "usage".into()));
    // Without any workspace and without a name for one, the account's name is taken.
    let first = bare(Options::default());
    assert_eq!(first.signed_in()["workspace"], "demo");
}

#[test]
fn what_is_typed_wrongly_is_told_from_what_cannot_be_reached() {
    let desk = bare(Options::default());
    workspace(&desk.session);
    for wrong in [
        json!({"password": "cAnArY wrong password"}),
        json!({"email": "nobody@example.com"}),
        json!({"account": "another"}),
    ] {
        let run = desk.login(&with(desk.typed(), &wrong), &[]);
        assert_eq!(refused(&run), (1, "sign_in".into()), "{wrong}");
    }
    let key = json!({"host": desk.taikun.address(), "accessKey": "nobody", "secretKey": "cAnArY-nothing"});
    assert_eq!(refused(&desk.login(&key, &[])), (1, "sign_in".into()));
    // Nothing is known of an account then, and nothing is in the keychain.
    assert_eq!(desk.run(&["whoami", "--json"]).json()["account"], Value::Null);
    assert_eq!(items(&desk.session), 0);

    let mut silent = bare(Options::default());
    workspace(&silent.session);
    let typed = silent.typed();
    let elsewhere = credenza_taikun::Taikun::start(Options::default()).unwrap();
    let gone = std::mem::replace(&mut silent.taikun, elsewhere);
    drop(gone);
    assert_eq!(refused(&silent.login(&typed, &[])), (5, "offline".into()), "nobody listens");
    assert_eq!(items(&silent.session), 0);
}

#[test]
fn a_host_is_looked_at_before_anything_is_sent() {
    let desk = bare(Options::default());
    workspace(&desk.session);
    let address = desk.taikun.address();
    for host in [
        format!("{address}/some/path"),
        "http://api.example.com".into(),
        "ftp://api.example.com".into(),
        "https://me:cAnArY-in-host@api.example.com".into(),
        " ".into(),
    ] {
        let run = desk.login(&desk.typed(), &["--host", &host]);
        assert_eq!(refused(&run), (2, "invalid".into()), "{host}");
        assert!(problem_at(&error(&run), "host").is_some(), "{host}: {run:?}");
        assert!(!run.stderr.contains("cAnArY-in-host"));
    }
    assert_eq!(desk.world().log(), []);
}

#[test]
fn a_second_factor_is_asked_for_and_given() {
    let desk = bare_with(Options::default(), |user, _| user.partner().second_factor("246810", &["reco-very-one"]));
    workspace(&desk.session);
    let run = desk.login(&desk.typed(), &[]);
    assert_eq!(refused(&run), (1, "second_factor".into()));
    let wrong = desk.login(&with(desk.typed(), &json!({"code": "111111"})), &[]);
    assert_eq!(refused(&wrong), (1, "second_factor".into()));
    assert!(!wrong.stderr.contains("111111"));
    let right = desk.login(&with(desk.typed(), &json!({"code": "246810"})), &[]);
    assert_eq!(right.code, 0, "{right:?}");
    let recovery = with(desk.typed(), &json!({"recoveryCode": "reco-very-one"}));
    assert_eq!(desk.login(&recovery, &[]).code, 0);
    let used = desk.login(&recovery, &[]);
    assert_eq!(refused(&used), (1, "second_factor".into()), "a recovery code works once");
    assert!(!used.stderr.contains("reco-very-one"));
    assert_eq!(desk.run(&["whoami", "--json"]).code, 0, "a sign-in that fails leaves the session as it was");
}

#[test]
fn a_robot_signs_in_with_its_key() {
    let desk = bare(Options::default());
    workspace(&desk.session);
    desk.world().add_robot("robot-key", "cAnArY-robot-secret", "nightly", None);
    let typed = json!({"secretKey": "cAnArY-robot-secret"});
    let run = desk.login(&typed, &["--host", &desk.taikun.address(), "--access-key", "robot-key"]);
    assert_eq!(run.code, 0, "{run:?}");
    let account = &run.json()["account"];
    assert_eq!((account["method"].as_str(), account["login"].as_str()), (Some("key"), Some("robot-key")));
    assert_eq!(desk.run(&["whoami", "--json"]).code, 0);
    assert!(
        desk.world().log().iter().all(|request| !request.path.contains("auth/login")),
        "there is no session to begin"
    );
    let both = desk.login(&desk.typed(), &["--access-key", "robot-key"]);
    assert_eq!(refused(&both), (2, "usage".into()));
}

#[test]
fn a_token_of_the_older_generation_is_exchanged() {
    let desk = bare(Options { generation: Generation::Legacy, ..Options::default() });
    workspace(&desk.session);
    desk.world().add_token("user-token", "cAnArY-token-secret", EMAIL);
    let typed = json!({"host": desk.taikun.address(), "accessKey": "user-token", "secretKey": "cAnArY-token-secret"});
    // The option stands beside a key that comes with --from, and the JSON can say it alone.
    for (typed, more) in [(typed.clone(), &["--token"][..]), (with(typed, &json!({"token": true})), &[][..])] {
        let run = desk.login(&typed, more);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.json()["account"]["method"], "token");
        assert_eq!(run.json()["role"], "partner");
    }
    assert_eq!(desk.run(&["sync", "--json"]).code, 0);
    let wrong = json!({"host": desk.taikun.address(), "accessKey": "user-token", "secretKey": "cAnArY-no"});
    assert_eq!(refused(&desk.login(&wrong, &["--token"])), (1, "sign_in".into()));
    let mail = desk.login(&desk.typed(), &["--token"]);
    assert_eq!(refused(&mail), (2, "usage".into()));
}

#[test]
fn an_authority_of_ones_own_is_trusted_when_it_is_named() {
    let desk = bare(Options { tls: Tls::Good, ..Options::default() });
    workspace(&desk.session);
    let unknown = desk.login(&desk.typed(), &[]);
    assert_eq!(refused(&unknown), (5, "offline".into()));
    assert_eq!(desk.world().log(), [], "nothing was sent to somebody who may be anybody");
    let ca = desk.file("ca.pem", &desk.taikun.authority_pem().unwrap());
    let ca = ca.to_str().unwrap();
    let run = desk.login(&desk.typed(), &["--ca", ca]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.json()["account"]["ownAuthorities"], true);
    std::fs::remove_file(ca).unwrap();
    assert_eq!(desk.run(&["whoami", "--json"]).code, 0, "its content is kept");
    let again = desk.login(&json!({"password": PASSWORD}), &[]);
    assert_eq!(again.code, 0, "signing in again does not name it again: {again:?}");

    let missing = desk.login(&desk.typed(), &["--ca", ca]);
    assert_eq!(refused(&missing), (2, "usage".into()));
    assert!(missing.stderr.contains("--ca"), "{missing:?}");
    let nonsense = desk.file("nonsense.pem", "no certificate");
    let run = desk.login(&desk.typed(), &["--ca", nonsense.to_str().unwrap()]);
    assert_eq!(refused(&run), (2, "invalid".into()));
    assert!(problem_at(&error(&run), "authorities").is_some(), "{run:?}");
}

#[test]
fn a_certificate_that_is_worth_nothing_stops_it() {
    for tls in [Tls::Untrusted, Tls::Expired, Tls::WrongHost] {
        let desk = bare(Options { tls, ..Options::default() });
        workspace(&desk.session);
        let ca = desk.file("ca.pem", &desk.taikun.authority_pem().unwrap());
        let run = desk.login(&desk.typed(), &["--ca", ca.to_str().unwrap()]);
        assert_eq!(refused(&run), (5, "offline".into()), "{tls:?}");
        assert_eq!(desk.world().log(), [], "{tls:?}");
    }
}

#[test]
fn a_password_is_no_argument_and_nobody_is_asked_without_a_terminal() {
    let desk = bare(Options::default());
    workspace(&desk.session);
    let address = desk.taikun.address();
    for arguments in [
        vec!["login", "--host", &address, "--email", EMAIL, "--json"],
        vec!["login", "--host", &address, "--access-key", "robot-key", "--json"],
        vec!["login", "--host", &address, "--json"],
        vec!["login", "--host", &address, "--email", EMAIL, "--password", PASSWORD, "--json"],
        vec!["login", "--host", &address, "--email", EMAIL, PASSWORD, "--json"],
        vec!["login", "--email", EMAIL, "--access-key", "robot-key", "--json"],
    ] {
        assert_eq!(refused(&desk.run(&arguments)), (2, "usage".into()), "{arguments:?}");
    }
    assert_eq!(desk.world().log(), []);
    let help = desk.run(&["login", "--help"]).stdout.to_lowercase();
    for secret in ["--password", "--secret", "--code", "--recovery"] {
        assert!(!help.contains(secret), "{secret}");
    }
}

#[test]
fn what_is_no_sign_in_is_refused_and_never_quoted() {
    let desk = desk();
    desk.world().clear_log();
    let secret = "cAnArY-s3cr3t-in-it";
    let huge = format!("{{\"password\": \"{secret}{}\"}}", "x".repeat(5 * 1024 * 1024));
    let long = format!("{{\"password\": \"{secret}{}\"}}", "x".repeat(5000));
    let deep = format!("{{\"host\": {}\"{secret}\"{}}}", "[".repeat(5000), "]".repeat(5000));
    for input in [
        "",
        "   ",
        "{",
        "[]",
        "null",
        "\"cAnArY-s3cr3t-in-it\"",
        "cAnArY-s3cr3t-in-it",
        "{\"password\": \"cAnArY-s3cr3t-in-it",
        "{\"password\": \"cAnArY-s3cr3t-in-it\"} trailing",
        "{\"cAnArY-s3cr3t-in-it\": 1}",
        "{\"password\": \"cAnArY-s3cr3t-in-it\", \"passwort\": \"x\"}",
        "{\"password\": \"cAnArY-s3cr3t-in-it\", \"password\": \"cAnArY-s3cr3t-in-it\"}",
        "{\"password\": [\"cAnArY-s3cr3t-in-it\"]}",
        "{\"password\": {\"cAnArY-s3cr3t-in-it\": 1}}",
        "{\"password\": 1234567890}",
        "{\"token\": \"cAnArY-s3cr3t-in-it\"}",
        "{\"password\": \"\"}",
        "[\"127.0.0.1\", \"demo\", \"petra@example.com\", \"cAnArY-s3cr3t-in-it\"]",
        &huge,
        &long,
        &deep,
    ] {
        for json in [true, false] {
            let mut arguments = vec!["login", "--from", "-"];
            arguments.extend(json.then_some("--json"));
            let run = desk.session.credenza(&arguments, input);
            let case: String = input.chars().take(60).collect();
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{case}: {run:?}");
            if json {
                error(&run);
            }
            assert_eq!(canary::scan_text(&run.stderr, &[secret, "1234567890"]), [], "{case}");
        }
    }
    assert_eq!(desk.world().log(), [], "nothing of it was sent");
    let marked = format!("\u{feff}{}", desk.typed());
    let run = desk.session.credenza(&["login", "--from", "-", "--json"], &marked);
    assert_eq!(run.code, 0, "a byte-order mark is no part of it: {run:?}");
    let null = with(desk.typed(), &json!({"code": null, "recoveryCode": null, "accessKey": null, "token": null}));
    assert_eq!(desk.login(&null, &[]).code, 0, "null means absent");
    let missing = desk.run(&["login", "--from", "/no/such/file", "--json"]);
    assert_eq!(refused(&missing), (2, "usage".into()));
}

#[test]
fn without_a_keychain_no_session_is_begun() {
    let taikun = credenza_taikun::Taikun::start(Options::default()).unwrap();
    let acme = taikun.world().add_organization("Acme");
    taikun.world().add_user(User::new(EMAIL, PASSWORD).partner());
    let session = credenza_tests::Session::start(Keychain::NoProvider);
    workspace(&session);
    let desk = Desk { session, taikun, acme, beta: acme };
    assert_eq!(refused(&desk.login(&desk.typed(), &[])), (4, "keychain".into()));
    assert_eq!(desk.world().log(), []);
    let who = desk.run(&["whoami", "--offline", "--json"]);
    assert_eq!((who.code, who.json()["account"].clone()), (0, Value::Null));
}
