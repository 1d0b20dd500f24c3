//! Killed after each step of the secret protocol, the old value or the new one is whole, and the next process tidies up.

use std::os::unix::process::ExitStatusExt;

use credenza_model::KindId;
use credenza_tests::Session;
use serde_json::json;

use crate::sample::{Sample, lab};

/// The program that dies on cue, and its orders.
fn crash(session: &Session, arguments: &[&str]) -> std::process::Output {
    session.command(env!("CARGO_BIN_EXE_crash")).args(arguments).output().unwrap()
}

/// How many items of this data directory are in the keychain.
pub(crate) fn items(session: &Session) -> usize {
    let output = crash(session, &["items"]);
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap_or_else(|_| panic!("{:?}", output.stderr))
}

/// Runs an operation that is killed after a step.
fn killed(session: &Session, step: &str, operation: &[&str]) {
    let mut arguments = vec!["after", step];
    arguments.extend(operation);
    let output = crash(session, &arguments);
    assert_eq!(output.status.signal(), Some(9), "{step}: {:?}", String::from_utf8_lossy(&output.stderr));
}

const PASSWORD: &str = "s3SecretKey";

#[test]
fn an_add_is_there_as_a_whole_or_not_at_all() {
    for (step, there) in [("journaled", false), ("written", false), ("committed", true)] {
        let session = lab();
        killed(&session, step, &["add", "crash-canary-add"]);
        let list = session.credenza(&["list", "--json"], "").json();
        assert_eq!(list["total"], usize::from(there), "{step}");
        if there {
            let id = list["items"][0]["id"].as_str().unwrap();
            assert_eq!(session.credenza(&["reveal", id, PASSWORD], "").stdout, "crash-canary-add\n");
        }
        Sample::of(KindId::Backup).with("s3Name", "after-the-crash").added(&session);
        assert_eq!(items(&session), 1 + usize::from(there), "{step}: the next command leaves nothing over");
    }
}

#[test]
fn an_edit_leaves_the_old_secret_or_the_new_one() {
    for (step, new) in
        [("journaled", false), ("written", false), ("committed", true), ("erased", true), ("forgotten", true)]
    {
        let session = lab();
        let sample = Sample::of(KindId::Backup);
        let id = sample.added(&session);
        killed(&session, step, &["edit", &id, "crash-canary-edit"]);
        let shown = session.credenza(&["show", &id, "--json"], "").json();
        let secret = session.credenza(&["reveal", &id, PASSWORD], "").stdout;
        let (name, expected) =
            if new { ("edited", "crash-canary-edit".to_owned()) } else { ("", sample.secrets[0].1.clone()) };
        assert_eq!(secret, format!("{expected}\n"), "{step}");
        assert_eq!(shown["name"] == "edited", name == "edited", "{step}: the row and its secret are of one edit");
        assert_eq!(items(&session), 1, "{step}: the other generation is gone");
        let again = session
            .credenza(&["edit", &id, "--from", "-", "--json"], &json!({PASSWORD: "after-the-crash"}).to_string());
        assert_eq!(again.code, 0, "{step}: {again:?}");
    }
}

#[test]
fn a_delete_can_be_undone_until_it_has_lapsed_and_is_then_complete() {
    let session = lab();
    let sample = Sample::of(KindId::Backup);
    let id = sample.added(&session);
    killed(&session, "committed", &["delete", &id]);
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 0);
    assert_eq!(items(&session), 1, "the secret is kept for undo");
    assert_eq!(session.credenza(&["undo", &id, "--json"], "").code, 0);
    assert_eq!(session.credenza(&["reveal", &id, PASSWORD], "").stdout, format!("{}\n", sample.secrets[0].1));
    for step in ["committed", "erased", "forgotten"] {
        let session = lab();
        let id = Sample::of(KindId::Backup).added(&session);
        assert_eq!(session.credenza(&["delete", &id, "--yes"], "").code, 0);
        killed(&session, step, &["lapse"]);
        assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 0);
        assert_eq!(session.credenza(&["undo", &id, "--json"], "").code, 1, "{step}");
        assert_eq!(items(&session), 0, "{step}: the secret is gone with the row");
    }
}
