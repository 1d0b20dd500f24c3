//! Without a usable keychain: what needs it says so, everything else works.

use credenza_model::KindId;
use credenza_tests::{Keychain, Session};

use crate::sample::{Sample, error, workspace};

fn without(keychain: Keychain) {
    let session = Session::start(keychain);
    workspace(&session);
    let run = Sample::of(KindId::Aws).add(&session);
    assert_eq!(run.code, 4, "{run:?}");
    assert_eq!(error(&run)["code"], "keychain");
    let list = session.credenza(&["list", "--json"], "");
    assert_eq!((list.code, list.json()["total"].as_u64()), (0, Some(0)), "nothing was written");
    let draft = Sample::of(KindId::Aws).without("awsSecretAccessKey").add_with(&session, &["--draft"]);
    assert_eq!(draft.code, 0, "a draft without secrets needs no keychain: {draft:?}");
    let id = draft.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(session.credenza(&["show", &id, "--json"], "").code, 0);
    assert_eq!(session.credenza(&["kinds", "--json"], "").code, 0);
    assert_eq!(session.credenza(&["edit", &id, "--set", "awsRegion=eu-west-1", "--json"], "").code, 0);
    let secret =
        session.credenza(&["edit", &id, "--from", "-", "--json"], r#"{"awsSecretAccessKey": "another-canary-1"}"#);
    assert_eq!(secret.code, 4, "{secret:?}");
    assert_eq!(session.credenza(&["show", &id, "--json"], "").json()["secrets"]["awsSecretAccessKey"], "unset");
}

#[test]
fn a_secret_that_somebody_removed_is_said_and_can_be_given_again() {
    let session = crate::sample::lab();
    let id = Sample::of(KindId::Showback).added(&session);
    let cleared = session.command("secret-tool").args(["clear", "service", "app.credenza"]).status().unwrap();
    assert!(cleared.success() && crate::crash::items(&session) == 0, "the item is found by its service");
    let run = session.credenza(&["reveal", &id, "password", "--json"], "");
    assert_eq!((run.code, error(&run)["code"].as_str()), (1, Some("lost")), "{run:?}");
    let given = session.credenza(&["edit", &id, "--from", "-", "--json"], r#"{"password": "given-again-x"}"#);
    assert_eq!(given.code, 0, "{given:?}");
    assert_eq!(session.credenza(&["reveal", &id, "password"], "").stdout, "given-again-x\n");
}

#[test]
fn no_keychain_on_the_bus() {
    without(Keychain::NoProvider);
}

#[test]
fn no_bus_at_all() {
    without(Keychain::NoBus);
}

#[test]
fn a_locked_keychain() {
    without(Keychain::Locked);
}

#[test]
#[cfg(unix)]
fn a_read_only_directory_is_only_read() {
    use std::os::unix::fs::PermissionsExt;

    let session = crate::sample::lab();
    let id = Sample::of(KindId::Aws).added(&session);
    let dir = session.data_dir();
    let mode = |mode: u32| {
        for entry in std::fs::read_dir(&dir).unwrap() {
            std::fs::set_permissions(entry.unwrap().path(), PermissionsExt::from_mode(mode & 0o666)).unwrap();
        }
        std::fs::set_permissions(&dir, PermissionsExt::from_mode(mode)).unwrap();
    };
    mode(0o555);
    // Root writes everywhere; there the test can only show that nothing breaks.
    let root = std::fs::write(dir.join("probe"), "").is_ok();
    let show = session.credenza(&["show", &id, "--json"], "");
    let add = Sample::of(KindId::Azure).add(&session);
    mode(0o755);
    assert_eq!(show.code, 0, "{show:?}");
    if root {
        let _ = std::fs::remove_file(dir.join("probe"));
    } else {
        assert_eq!((add.code, error(&add)["code"].as_str()), (1, Some("read_only")), "{add:?}");
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_said() {
    let session = Session::start(Keychain::Unlocked);
    let file = session.data_dir().with_file_name("a-file");
    std::fs::write(&file, "").unwrap();
    let run = session.credenza(&["--data-dir", file.to_str().unwrap(), "list", "--json"], "");
    assert_eq!(run.code, 1, "{run:?}");
    error(&run);
}
