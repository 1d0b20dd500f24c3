//! Versions, locks, uses, what the account does not let go, and undo.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::{input, lab};
use credenza_app::{AppError, Completeness, UNDO_FOR};
use credenza_model::{Code, KindId, Role, SecretState};
use credenza_store::{Operation, State};
use serde_json::json;

#[test]
fn an_edit_of_what_changed_meanwhile_is_refused_and_loses_nothing() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    let seen = lab.app.show(id).unwrap().version;
    let first = json!({"awsRegion": "eu-west-1", "awsSecretAccessKey": "first-secret-of-the-two"});
    lab.app.edit(id, Some(seen), input(&first), Completeness::Complete).unwrap();
    let second = json!({"awsRegion": "us-east-1", "awsSecretAccessKey": "second-secret-of-the-two"});
    let refused = lab.app.edit(id, Some(seen), input(&second), Completeness::Complete);
    assert!(matches!(refused, Err(AppError::Stale(_))), "{refused:?}");
    assert_eq!(lab.app.show(id).unwrap().fields.text("awsRegion"), Some("eu-west-1"));
    assert_eq!(lab.app.reveal(id, "awsSecretAccessKey").unwrap().expose(), "first-secret-of-the-two");
    assert_eq!(lab.memory.items().len(), 1);
}

#[test]
fn what_is_used_is_not_deleted_and_the_users_are_named() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Backup, "nightly");
    lab.alter(id, |row| row.used_by = vec!["edge-brno".into(), "lab".into()]);
    let Err(AppError::Used(message)) = lab.app.delete(&[id]) else { panic!("it was deleted") };
    assert!(message.contains("edge-brno") && message.contains("nightly"), "{message}");
    assert!(matches!(lab.app.delete_workspace("lab"), Err(AppError::Used(_))));
}

#[test]
fn what_the_account_cannot_change_is_a_plan_once_the_account_has_the_credential() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    let free = lab.edit(id, &json!({"awsRegion": "eu-west-1"})).unwrap();
    assert_eq!((free.credential.state, free.warnings.len()), (State::Ready, 0), "only here, all of it can be changed");
    lab.synced(id);
    let renamed = lab.edit(id, &json!({"name": "two"})).unwrap();
    assert_eq!((renamed.credential.state, renamed.credential.trouble), (State::Changed, None));
    assert_eq!(lab.outbox(), [Operation::Update], "the account has to learn of it");
    let planned = lab.edit(id, &json!({"awsRegion": "us-east-1"})).unwrap();
    assert_eq!(planned.credential.state, State::Changed);
    let warnings: Vec<_> = planned.warnings.iter().map(|warning| (warning.field.as_str(), warning.code)).collect();
    assert_eq!(warnings, [("awsRegion", Code::Immutable)]);
    assert!(planned.credential.trouble.unwrap().asks);
    assert_eq!(lab.outbox(), [Operation::Replace], "in the place of the smaller change");
    let back = lab.edit(id, &json!({"awsRegion": "eu-west-1", "name": "one"})).unwrap();
    assert_eq!((back.credential.state, back.credential.trouble, lab.outbox()), (State::Synced, None, vec![]));
}

#[test]
fn a_secret_in_the_account_is_no_problem_and_cannot_be_revealed() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced_by_another(id);
    let same = lab.edit(id, &json!({"name": " one "})).unwrap();
    assert_eq!(same.credential.secrets["awsSecretAccessKey"], SecretState::Account);
    assert_eq!((same.credential.state, same.credential.problems), (State::Synced, vec![]));
    assert!(matches!(lab.app.reveal(id, "awsSecretAccessKey"), Err(AppError::NotFound(_))));
}

#[test]
fn a_form_that_is_not_complete_is_refused_and_kept_as_a_draft_when_asked() {
    let lab = lab(Role::Partner);
    let json = json!({"name": "one"});
    assert!(matches!(lab.app.add(KindId::Azure, Some("Acme"), input(&json), false), Err(AppError::Invalid(_))));
    let draft = lab.app.add(KindId::Azure, Some("Acme"), input(&json), true).unwrap().credential;
    let id = draft.id.parse().unwrap();
    let change = json!({"azureLocation": "westeurope"});
    let refused = lab.app.edit(id, Some(draft.version), input(&change), Completeness::Complete);
    assert!(matches!(refused, Err(AppError::Invalid(_))), "Save refuses what Save draft keeps");
    let kept = lab.app.edit(id, Some(draft.version), input(&change), Completeness::Draft).unwrap();
    assert_eq!(kept.credential.state, State::Draft);
}

#[test]
fn nothing_changed_is_nothing_written() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    let before = lab.app.show(id).unwrap();
    let after = lab.app.edit(id, None, input(&json!({"name": " one "})), Completeness::Complete).unwrap().credential;
    assert_eq!((after.version, after.modified_at), (before.version, before.modified_at));
}

fn later() -> DateTime<Utc> {
    Utc::now() + UNDO_FOR + TimeDelta::minutes(1)
}

#[test]
fn a_deletion_ends_once_undo_has_lapsed() {
    let lab = lab(Role::Partner);
    let gone = lab.add(KindId::Aws, "gone");
    let kept = lab.add(KindId::Aws, "kept");
    lab.app.delete(&[gone]).unwrap();
    lab.app.sweep().unwrap();
    assert_eq!(lab.memory.items().len(), 2, "until then the secret is kept");
    let common::Lab { app, memory, dir: _dir } = lab;
    let app = app.with_clock(later);
    assert!(matches!(app.undo(gone), Err(AppError::NotFound(_))));
    app.sweep().unwrap();
    assert_eq!(memory.items().len(), 1);
    assert!(app.reveal(kept, "awsSecretAccessKey").is_ok());
    assert!(matches!(app.undo(gone), Err(AppError::NotFound(_))));
}

#[test]
fn reveals_and_changes_are_recorded_without_values() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Zadara, "one");
    lab.app.edit(id, None, input(&json!({"zadaraSecretAccessKey": "never-recorded"})), Completeness::Complete).unwrap();
    lab.app.reveal(id, "zadaraSecretAccessKey").unwrap();
    let workspace = lab.app.workspace().unwrap().id.parse().unwrap();
    let events = lab.app.store().read(|reader| reader.audit(workspace, 100, 0)).unwrap();
    let mut actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["add", "edit", "reveal"]);
    assert!(events.iter().all(|event| !event.detail.contains("never-recorded")));
}
