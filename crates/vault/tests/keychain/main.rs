//! The vault on the real GNOME Keyring, each test in a session bus of its own.
//!
//! The vault finds the keychain through the environment, so what it does runs in a child process: this binary again,
//! in a private environment, taking orders over its standard input.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a panic is a failure of the test, in what tests share too")]

mod session;

use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use credenza_model::{Secret, SecretMap, SecretRef};
use credenza_vault::{Vault, VaultError};
use session::Session;

#[test]
fn secrets_make_the_round_trip() {
    let session = Session::start();
    let _keyring = session.open_keyring();
    let mut vault = session.vault();
    vault.wait_for("state", "ready");
    for kind in ["small", "text", "empty", "300k"] {
        assert_eq!(vault.ask(&format!("read 1 {kind}")), "Missing");
        assert_eq!(vault.ask(&format!("write 1 {kind}")), "ok", "{kind}");
        assert_eq!(vault.ask(&format!("read 1 {kind}")), "same", "{kind}");
        assert_eq!(vault.ask(&format!("erase 1 {kind}")), "ok");
        assert_eq!(vault.ask(&format!("erase 1 {kind}")), "ok", "a second time is fine");
        assert_eq!(vault.ask(&format!("read 1 {kind}")), "Missing");
    }
}

#[test]
fn items_are_those_of_the_namespace() {
    let session = Session::start();
    let _keyring = session.open_keyring();
    let (mut ours, mut theirs) = (session.vault(), session.vault_of("other"));
    ours.wait_for("state", "ready");
    assert_eq!(ours.ask("items"), "");
    assert_eq!(ours.ask("write 2 small"), "ok");
    assert_eq!(ours.ask("write 1 small"), "ok");
    assert_eq!(theirs.ask("write 3 small"), "ok");
    assert_eq!(ours.ask("items"), "1/0 2/0");
    assert_eq!(theirs.ask("items"), "3/0");
    assert_eq!(theirs.ask("read 1 small"), "Missing");
    assert_eq!(ours.ask("erase 1 small"), "ok");
    assert_eq!(ours.ask("items"), "2/0");
}

#[test]
fn another_process_and_another_session_read_them() {
    let session = Session::start();
    let keyring = session.open_keyring();
    let mut first = session.vault();
    first.wait_for("state", "ready");
    assert_eq!(first.ask("write 1 text"), "ok");
    assert_eq!(session.vault().ask("read 1 text"), "same");
    drop((first, keyring));

    let _keyring = session.open_keyring();
    let mut later = session.vault();
    later.wait_for("state", "ready");
    assert_eq!(later.ask("read 1 text"), "same");
    let files = session.keyring_files();
    assert!(!files.is_empty());
    for needle in ["hunter2", "CRD", "Q1JE"] {
        assert!(!files.windows(needle.len()).any(|bytes| bytes == needle.as_bytes()), "{needle} lies open");
    }
}

#[test]
fn a_locked_keychain_says_so_and_hangs_nobody() {
    let session = Session::start();
    let keyring = session.open_keyring();
    let mut vault = session.vault();
    vault.wait_for("state", "ready");
    assert_eq!(vault.ask("write 1 small"), "ok");
    drop((vault, keyring));

    let keyring = session.closed_keyring();
    let mut vault = session.vault();
    vault.wait_for("state", "locked");
    let asked = Instant::now();
    for order in ["read 1 small", "write 2 small", "erase 1 small"] {
        assert_eq!(vault.ask(order), "Locked", "{order}");
    }
    // There is no display to ask on, which the service counts as a dismissed prompt.
    assert_eq!(vault.ask("unlock"), "Denied");
    assert_eq!(vault.ask("state"), "locked");
    assert!(asked.elapsed() < Duration::from_secs(4), "took {:?}", asked.elapsed());
    drop(keyring);

    // The same process finds it open, and nothing was lost.
    let _keyring = session.open_keyring();
    vault.wait_for("state", "ready");
    assert_eq!(vault.ask("read 1 small"), "same");
    assert_eq!(vault.ask("items"), "1/0");
}

#[test]
fn a_keychain_that_was_never_set_up_is_no_absent_secret() {
    let session = Session::start();
    let _keyring = session.closed_keyring();
    let mut vault = session.vault();
    vault.wait_for("state", "locked");
    assert_eq!(vault.ask("read 1 small"), "Locked");
    assert_eq!(vault.ask("unlock"), "Denied");
}

#[test]
fn no_provider_is_absent() {
    let session = Session::start();
    let mut vault = session.vault();
    assert_eq!(vault.ask("state"), "absent");
    for order in ["read 1 small", "write 1 small", "erase 1 small", "items", "unlock"] {
        assert_eq!(vault.ask(order), "Absent", "{order}");
    }
    // One that is started later is found by the same process.
    let _keyring = session.open_keyring();
    vault.wait_for("state", "ready");
    assert_eq!(vault.ask("write 1 small"), "ok");
}

#[test]
fn no_bus_is_absent() {
    let session = Session::start();
    let mut vault = session.vault_without_bus();
    assert_eq!(vault.ask("state"), "absent");
    assert_eq!(vault.ask("read 1 small"), "Absent");
    assert_eq!(vault.ask("unlock"), "Absent");
}

#[test]
fn a_restarted_provider_is_found_again() {
    let session = Session::start();
    let keyring = session.open_keyring();
    let mut vault = session.vault();
    vault.wait_for("state", "ready");
    assert_eq!(vault.ask("write 1 small"), "ok");
    drop(keyring);
    assert_eq!(vault.ask("read 1 small"), "Absent");
    assert_eq!(vault.ask("state"), "absent");

    let keyring = session.open_keyring();
    session.wait_until_open();
    assert_eq!(vault.ask("read 1 small"), "same");

    // Restarted between two calls: the vault's session is one the new provider does not know.
    drop(keyring);
    let _keyring = session.open_keyring();
    session.wait_until_open();
    assert_eq!(vault.ask("write 2 small"), "ok");
    assert_eq!(vault.ask("read 2 small"), "same");
    assert_eq!(vault.ask("items"), "1/0 2/0");
}

#[test]
fn a_provider_that_hangs_is_given_up_and_taken_back() {
    let session = Session::start();
    let keyring = session.open_keyring();
    let mut vault = session.vault();
    vault.wait_for("state", "ready");
    assert_eq!(vault.ask("write 1 small"), "ok");

    keyring.signal("STOP");
    let asked = Instant::now();
    assert_eq!(vault.ask("read 1 small"), "TimedOut");
    assert!(asked.elapsed() >= Duration::from_secs(5));
    assert_eq!(vault.ask("state"), "timed_out");
    assert!(asked.elapsed() < Duration::from_secs(14), "took {:?}", asked.elapsed());
    let asked = Instant::now();
    assert_eq!(vault.ask("read 1 small"), "TimedOut");
    assert!(asked.elapsed() < Duration::from_secs(1), "fails fast after two");

    keyring.signal("CONT");
    vault.wait_for("state", "ready");
    assert_eq!(vault.ask("read 1 small"), "same");
}

/// The child: nothing in an ordinary run.
#[test]
fn child() {
    let Ok(namespace) = std::env::var(session::NAMESPACE) else {
        return;
    };
    let vault = Vault::keychain(&namespace);
    for order in io::stdin().lock().lines() {
        let order = order.unwrap();
        let words: Vec<&str> = order.split(' ').collect();
        let answer = match words.as_slice() {
            ["state"] => vault.state().to_string(),
            ["unlock"] => word(vault.unlock().map(|()| "ok".into())),
            ["items"] => word(vault.items().map(|items| {
                let numbers = items.iter().map(|item| {
                    let generation = item.generation.to_string();
                    format!("{}/{}", generation.rsplit(['-', '0']).next().unwrap(), item.part)
                });
                numbers.collect::<Vec<_>>().join(" ")
            })),
            ["write", number, kind] => {
                let secrets = secrets(kind);
                word(vault.write(&at(number, vault.parts(&secrets).unwrap()), &secrets).map(|()| "ok".into()))
            }
            ["read", number, kind] => word(
                vault
                    .read(&at(number, 1))
                    .map(|read| if read == secrets(kind) { "same".into() } else { "differs".into() }),
            ),
            ["erase", number, _] => word(vault.erase(&at(number, 1)).map(|()| "ok".into())),
            _ => panic!("no such order: {order}"),
        };
        writeln!(io::stdout(), "{}{answer}", session::ANSWER).unwrap();
    }
}

fn word(answer: Result<String, VaultError>) -> String {
    answer.unwrap_or_else(|error| format!("{error:?}"))
}

fn at(number: &str, parts: u16) -> SecretRef {
    SecretRef {
        credential: "01980000-0000-7000-8000-000000000000".parse().unwrap(),
        generation: format!("01980000-0000-7000-8000-{number:0>12}").parse().unwrap(),
        parts,
    }
}

fn secrets(kind: &str) -> SecretMap {
    let mut secrets = SecretMap::default();
    let mut put = |field: &str, value: String| secrets.insert(field, Secret::new(value));
    match kind {
        "small" => put("password", "hunter2".into()),
        "text" => {
            put(
                "key",
                "-----BEGIN KEY-----\r\nhunter2\n\n\ttab \"quoted\" \\ back\\\\slash\n-----END KEY-----\n".into(),
            );
            put("emoji", "pass 🔑👩‍🚀 žluťoučký 密码\u{0}\u{1f}\u{7f}\u{2028}".into());
        }
        "empty" => {}
        "300k" => put("file", "0123456789\n".repeat(30_000)),
        _ => panic!("no such kind: {kind}"),
    }
    secrets
}
