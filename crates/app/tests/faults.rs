//! The keychain failing at every call: afterwards the old secrets are whole or the new ones are, and nothing is left over.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod common;

use std::time::Duration;

use common::{Lab, input, lab_with, sample};
use credenza_app::{AppError, Completeness};
use credenza_model::{KindId, Role};
use credenza_vault::{Memory, VaultError};
use serde_json::json;

const FIELD: &str = "awsSecretAccessKey";

/// Whatever happened, rows and items belong together once the sweep has run.
fn consistent(lab: &Lab, note: &str) {
    lab.app.sweep().unwrap();
    let (journal, held) = lab
        .app
        .store()
        .read(|reader| Ok::<_, credenza_store::StoreError>((reader.journal()?, reader.secret_refs()?)))
        .unwrap();
    assert!(journal.is_empty(), "{note}: {journal:?}");
    let parts: usize = held.iter().map(|secret| usize::from(secret.parts)).sum();
    assert_eq!(lab.memory.items().len(), parts, "{note}");
    for secret in held {
        assert!(lab.app.reveal(secret.credential, FIELD).is_ok(), "{note}");
    }
}

#[test]
fn an_add_that_fails_anywhere_leaves_nothing() {
    for limit in [usize::MAX, 60] {
        for after in 0..12 {
            let lab = lab_with(Role::Partner, Memory::new().item_limit(limit));
            lab.memory.fail_after(after, VaultError::Failed);
            let added = lab.app.add(KindId::Aws, Some("Acme"), input(&sample(KindId::Aws)), false);
            let total = lab.app.tabs(None).unwrap()[0].total;
            assert_eq!(total, u32::from(added.is_ok()), "after {after} calls");
            consistent(&lab, &format!("after {after} calls, items of {limit}"));
        }
    }
}

#[test]
fn an_edit_that_fails_anywhere_leaves_the_old_or_the_new() {
    for limit in [usize::MAX, 60] {
        for after in 0..16 {
            let lab = lab_with(Role::Partner, Memory::new().item_limit(limit));
            let id = lab.add(KindId::Aws, "one");
            let old = lab.app.reveal(id, FIELD).unwrap();
            lab.memory.fail_after(after, VaultError::Failed);
            let change = json!({FIELD: "the-new-secret", "name": "two"});
            let edited = lab.app.edit(id, None, input(&change), Completeness::Complete);
            consistent(&lab, &format!("after {after} calls, items of {limit}"));
            let shown = lab.app.show(id).unwrap();
            let secret = lab.app.reveal(id, FIELD).unwrap();
            let (name, expected) = if edited.is_ok() { ("two", "the-new-secret") } else { ("one", old.expose()) };
            assert_eq!((shown.name.as_str(), secret.expose()), (name, expected), "after {after} calls");
        }
    }
}

#[test]
fn a_write_past_its_bound_stays_in_the_journal_until_it_is_swept() {
    let lab = lab_with(Role::Partner, Memory::new().bound(Duration::from_millis(50)));
    lab.memory.hang_next();
    let added = lab.app.add(KindId::Aws, Some("Acme"), input(&sample(KindId::Aws)), false);
    assert!(matches!(added, Err(AppError::Keychain(VaultError::TimedOut))), "{added:?}");
    let journal = || lab.app.store().read(|reader| reader.journal()).unwrap();
    assert_eq!(journal().len(), 1, "its outcome is unknown");
    lab.memory.release();
    consistent(&lab, "after the hung call");
}

#[test]
fn a_lost_secret_is_said_and_never_taken_for_none() {
    let lab = lab_with(Role::Partner, Memory::new());
    let id = lab.add(KindId::Aws, "one");
    let item = lab.memory.items().remove(0);
    assert!(lab.memory.lose(&item));
    assert!(matches!(lab.app.reveal(id, FIELD), Err(AppError::Keychain(VaultError::Missing))));
    assert_eq!(lab.app.show(id).unwrap().secrets[FIELD], credenza_model::SecretState::Set);
    // Another secret of the same map would be lost by an edit that cannot read the rest.
    let refused = lab.app.edit(
        id,
        None,
        input(&json!({"roleArn": "arn:aws:iam::123456789012:role/x", "externalId": "ext"})),
        Completeness::Complete,
    );
    assert!(matches!(refused, Err(AppError::Lost(_))), "{refused:?}");
    // Typing it again mends it.
    lab.app.edit(id, None, input(&json!({FIELD: "typed-again"})), Completeness::Complete).unwrap();
    assert_eq!(lab.app.reveal(id, FIELD).unwrap().expose(), "typed-again");
}
