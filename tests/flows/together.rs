//! Several processes on one data directory.

use std::thread;

use credenza_model::KindId;
use credenza_tests::session::credenza_bin;
use credenza_tests::{Run, Session};
use serde_json::json;

use crate::sample::{Sample, lab};

/// Runs the command line several times at once, each with its own arguments and input.
pub(crate) fn at_once(session: &Session, calls: &[(Vec<String>, String)]) -> Vec<Run> {
    let mut commands: Vec<_> = calls
        .iter()
        .map(|(arguments, stdin)| {
            let mut command = session.command(credenza_bin());
            command.args(arguments);
            (command, stdin)
        })
        .collect();
    thread::scope(|scope| {
        let threads: Vec<_> =
            commands.iter_mut().map(|(command, stdin)| scope.spawn(move || Run::of(command, stdin))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn adds_at_once_are_all_kept() {
    let session = lab();
    let samples: Vec<Sample> =
        (0..6).map(|number| Sample::of(KindId::Billing).with("name", format!("billing-{number}"))).collect();
    let calls: Vec<_> = samples
        .iter()
        .map(|sample| {
            (words(&["add", "billing", "--organization", "Acme", "--from", "-", "--json"]), sample.json.to_string())
        })
        .collect();
    let runs = at_once(&session, &calls);
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 6, "{runs:?}");
    for (run, sample) in runs.iter().zip(&samples) {
        let (field, secret) = &sample.secrets[0];
        let id = run.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(session.credenza(&["reveal", &id, field], "").stdout, format!("{secret}\n"));
    }
    assert_eq!(crate::crash::items(&session), 6);
}

#[test]
fn edits_at_once_leave_one_of_them_whole() {
    let session = lab();
    let id = Sample::of(KindId::Showback).added(&session);
    let calls: Vec<_> = (0..4)
        .map(|number| {
            let change = json!({"username": format!("user-{number}"), "password": format!("password-of-{number}")});
            (words(&["edit", &id, "--from", "-", "--json"]), change.to_string())
        })
        .collect();
    // Each either was first or is told that somebody else was.
    let codes: Vec<i32> = at_once(&session, &calls).iter().map(|run| run.code).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| *code == 0 || *code == 1), "{codes:?}");
    let shown = session.credenza(&["show", &id, "--json"], "").json();
    let user = shown["fields"]["username"].as_str().unwrap().to_owned();
    let password = session.credenza(&["reveal", &id, "password"], "").stdout;
    assert_eq!(password, format!("{}\n", user.replace("user-", "password-of-")), "values and secrets are of one edit");
    assert_eq!(crate::crash::items(&session), 1);
}
