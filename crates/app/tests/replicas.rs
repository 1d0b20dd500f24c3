//! Credentials that the account has: what changing them asks for, what waits then, and what takes it back.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::{Lab, lab, sample};
use credenza_app::{AppError, UNDO_FOR};
use credenza_model::{Code, CredentialId, KindId, Role, SecretState};
use credenza_store::{Operation, Stage, State};
use serde_json::{Value, json};

/// The problems that refuse an edit, each as its field and code.
fn problems(lab: &Lab, id: CredentialId, change: &Value) -> Vec<(String, Code)> {
    match lab.edit(id, change) {
        Ok(_) => Vec::new(),
        Err(AppError::Invalid(problems)) => problems.into_iter().map(|problem| (problem.field, problem.code)).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_change_that_sends_a_secret_asks_for_it() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced_by_another(id);
    let before = lab.app.show(id).unwrap().version;
    let wanted = [("awsSecretAccessKey".to_owned(), Code::Required)];
    assert_eq!(problems(&lab, id, &json!({"name": "two"})), wanted);
    assert_eq!(problems(&lab, id, &json!({"awsRegion": "us-east-1"})), wanted, "a replacement sends it too");
    assert_eq!((lab.app.show(id).unwrap().version, lab.outbox()), (before, vec![]));
    let typed = json!({"name": "two", "awsSecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNEWKEY0123"});
    let saved = lab.edit(id, &typed).unwrap().credential;
    assert_eq!((saved.state, saved.secrets["awsSecretAccessKey"]), (State::Changed, SecretState::Set));
    assert_eq!(lab.outbox(), [Operation::Update]);
}

#[test]
fn hypervisors_have_a_call_of_their_own_that_sends_no_secret() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Proxmox, "pve");
    lab.synced_by_another(id);
    assert_eq!(problems(&lab, id, &json!({"hypervisors": ["pve1", "pve9"]})), []);
    assert_eq!(lab.outbox(), [Operation::Update]);
    assert_eq!(lab.app.show(id).unwrap().secrets["tokenSecret"], SecretState::Account);
    let wanted = [("tokenSecret".to_owned(), Code::Required)];
    assert_eq!(problems(&lab, id, &json!({"hypervisors": ["pve1"], "name": "pve-two"})), wanted);
}

#[test]
fn what_only_the_account_knows_is_no_problem_until_it_has_to_be_sent() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Azure, "one");
    lab.alter(id, |row| drop(row.values.0.remove("azureSubscriptionId")));
    lab.synced(id);
    assert_eq!(problems(&lab, id, &json!({"name": "two"})), []);
    assert_eq!(lab.outbox(), [Operation::Update]);
    let wanted = [("azureSubscriptionId".to_owned(), Code::Required)];
    assert_eq!(problems(&lab, id, &json!({"azureLocation": "northeurope"})), wanted, "a new one needs all of it");
    // Known here and nowhere to be changed: it is kept, and nothing is sent for it.
    lab.agree(id);
    let known = json!({"azureSubscriptionId": sample(KindId::Azure)["azureSubscriptionId"]});
    let saved = lab.edit(id, &known).unwrap().credential;
    assert_eq!((saved.state, lab.outbox()), (State::Synced, vec![]));
    assert!(saved.fields.text("azureSubscriptionId").is_some());
}

#[test]
fn what_comes_with_taikun_is_nobodys_to_change() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Billing, "infra");
    lab.synced(id);
    lab.alter(id, |row| row.account.built_in = true);
    let before = lab.app.show(id).unwrap();
    let refusals = [
        lab.edit(id, &json!({"name": "mine"})).map(drop),
        lab.app.delete(&[id]).map(drop),
        lab.app.set_locked(id, true).map(drop),
    ];
    for refused in refusals {
        let Err(AppError::Refused(message)) = &refused else { panic!("{refused:?}") };
        assert!(message.contains("infra"), "{message}");
    }
    assert_eq!((lab.app.show(id).unwrap().version, lab.outbox()), (before.version, vec![]));
    // One bad apple keeps the others where they are.
    let other = lab.add(KindId::Billing, "mine");
    assert!(lab.app.delete(&[other, id]).is_err());
    assert!(lab.app.show(other).is_ok());
}

#[test]
fn a_kind_that_is_only_replaced_asks_first() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Gcp, "analytics");
    lab.synced(id);
    let saved = lab.edit(id, &json!({"region": "europe-west3"})).unwrap();
    assert!(saved.warnings.iter().any(|warning| (warning.field.as_str(), warning.code) == ("region", Code::Immutable)));
    assert!(saved.credential.trouble.unwrap().asks);
    let pending = lab.app.pending().unwrap().remove(0);
    assert_eq!((pending.operation.as_str(), pending.state.as_str()), ("replace", "asks"));
    assert!(pending.message.is_some() && !pending.steps.is_empty());
    assert!(matches!(lab.app.retry(id), Err(AppError::Refused(_))), "nothing was refused yet");
    let agreed = lab.app.consent(id).unwrap();
    assert_eq!((agreed.state, agreed.trouble), (State::Changed, None));
    assert_eq!(lab.app.pending().unwrap()[0].state, "waiting");
    assert!(matches!(lab.app.consent(id), Err(AppError::Refused(_))), "once is enough");
    // Another change is another question.
    assert!(lab.edit(id, &json!({"region": "europe-north1"})).unwrap().credential.trouble.unwrap().asks);
    assert_eq!(lab.outbox(), [Operation::Replace]);
    assert_eq!(lab.app.pending().unwrap()[0].state, "asks");
}

#[test]
fn what_is_used_is_changed_but_not_replaced() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced(id);
    lab.alter(id, |row| row.used_by = vec!["edge-brno".into()]);
    let refused = lab.edit(id, &json!({"awsRegion": "us-east-1"}));
    let Err(AppError::Used(message)) = &refused else { panic!("{refused:?}") };
    assert!(message.contains("edge-brno"), "{message}");
    assert_eq!(lab.app.show(id).unwrap().state, State::Synced);
    lab.edit(id, &json!({"name": "two"})).unwrap();
    assert_eq!(lab.outbox(), [Operation::Update]);
}

#[test]
fn a_manager_does_not_make_what_only_a_partner_adds_anew() {
    let lab = lab(Role::Manager);
    let id = lab.given(KindId::Proxmox, "pve");
    lab.synced(id);
    let refused = lab.edit(id, &json!({"storage": "other-lvm"}));
    assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
    assert_eq!((lab.app.show(id).unwrap().state, lab.outbox()), (State::Synced, vec![]));
    lab.edit(id, &json!({"name": "pve-two"})).unwrap();
    assert_eq!(lab.outbox(), [Operation::Update]);
}

#[test]
fn a_discard_goes_back_to_what_the_account_has() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Ai, "openai");
    lab.connect();
    assert!(matches!(lab.app.discard(id), Err(AppError::Refused(_))), "there is nothing to go back to");
    lab.synced(id);
    // The address of the check is kept only here: the account knows nothing of it, and it was never on its way.
    lab.edit(id, &json!({"url": "https://ai.example.com/v1"})).unwrap();
    assert_eq!((lab.app.show(id).unwrap().state, lab.outbox()), (State::Synced, vec![]));
    let secrets = json!({"name": "renamed", "apiKey": "sk-another-0123456789abcdef"});
    lab.edit(id, &secrets).unwrap();
    assert_eq!(lab.outbox(), [Operation::Replace]);
    lab.stage(id, Stage::InFlight);
    assert!(matches!(lab.app.discard(id), Err(AppError::Refused(_))), "it is being sent");
    assert_eq!(lab.app.show(id).unwrap().name, "renamed");
    lab.stage(id, Stage::Asks);
    let back = lab.app.discard(id).unwrap();
    assert_eq!((back.name.as_str(), back.state, back.trouble), ("openai", State::Synced, None));
    assert_eq!(back.fields.text("url"), Some("https://ai.example.com/v1"));
    assert_eq!(back.secrets["apiKey"], SecretState::Account, "the one that the account has is not here any more");
    assert_eq!((lab.outbox(), lab.memory.items().len()), (vec![], 0));
    assert!(lab.app.store().read(|reader| reader.journal()).unwrap().is_empty());
    // With nothing changed it changes nothing that matters.
    assert_eq!(lab.app.discard(id).unwrap().fields, back.fields);
}

#[test]
fn a_discard_of_values_keeps_the_secret_that_both_have() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced(id);
    lab.edit(id, &json!({"name": "two", "awsRegion": "us-east-1"})).unwrap();
    let back = lab.app.discard(id).unwrap();
    assert_eq!((back.name.as_str(), back.state), ("one", State::Synced));
    assert_eq!(back.secrets["awsSecretAccessKey"], SecretState::Set);
    assert!(lab.app.reveal(id, "awsSecretAccessKey").is_ok());
    assert_eq!(lab.outbox(), []);
}

#[test]
fn what_was_refused_is_tried_again_when_asked() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced(id);
    assert!(matches!(lab.app.retry(id), Err(AppError::Refused(_))));
    assert!(matches!(lab.app.consent(id), Err(AppError::Refused(_))));
    lab.edit(id, &json!({"name": "two"})).unwrap();
    assert!(matches!(lab.app.retry(id), Err(AppError::Refused(_))), "it waits for its turn, not for a person");
    lab.stage(id, Stage::Parked);
    assert_eq!(lab.app.pending().unwrap()[0].state, "parked");
    lab.app.retry(id).unwrap();
    assert_eq!(lab.app.pending().unwrap()[0].state, "waiting");
    let other = lab.given(KindId::Proxmox, "pve");
    lab.app.create_workspace("elsewhere", Role::Partner, &["Acme".into()]).unwrap();
    lab.app.use_workspace("elsewhere").unwrap();
    for refused in [lab.app.retry(other), lab.app.consent(other), lab.app.discard(other)] {
        assert!(matches!(refused, Err(AppError::NoCredential)), "{refused:?}");
    }
    assert!(lab.app.pending().unwrap().is_empty());
}

#[test]
fn a_deletion_that_is_undone_leaves_nothing_to_push() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced(id);
    lab.app.delete(&[id]).unwrap();
    let entry = lab.app.store().read(|reader| reader.outbox()).unwrap().remove(0);
    assert_eq!(entry.operation, Operation::Delete);
    assert!(entry.next_at.is_some_and(|next| next > entry.at), "there is a moment for second thoughts");
    assert_eq!(lab.app.undo(id).unwrap().state, State::Synced);
    assert_eq!(lab.outbox(), []);

    // What was changed before is to be pushed again.
    lab.edit(id, &json!({"name": "two"})).unwrap();
    lab.app.delete(&[id]).unwrap();
    assert_eq!(lab.outbox(), [Operation::Delete]);
    assert_eq!(lab.app.undo(id).unwrap().state, State::Changed);
    assert_eq!(lab.outbox(), [Operation::Update]);
    lab.app.delete(&[id]).unwrap();
    lab.stage(id, Stage::InFlight);
    let refused = lab.app.undo(id);
    assert!(matches!(refused, Err(AppError::Refused(_))), "{refused:?}");
    assert_eq!(lab.outbox(), [Operation::Delete]);
}

#[test]
fn what_was_never_in_the_account_has_nothing_to_be_deleted_there() {
    let lab = lab(Role::Partner);
    lab.connect();
    let id = lab.add(KindId::Aws, "one");
    assert_eq!(lab.outbox(), [Operation::Create]);
    lab.app.set_locked(id, true).unwrap();
    lab.app.set_locked(id, false).unwrap();
    lab.app.delete(&[id]).unwrap();
    assert_eq!(lab.outbox(), []);
    assert_eq!(lab.app.undo(id).unwrap().state, State::Ready);
    assert_eq!(lab.outbox(), [Operation::Create]);
    // A request that is under way may have made it.
    lab.stage(id, Stage::InFlight);
    lab.app.delete(&[id]).unwrap();
    assert_eq!(lab.outbox(), [Operation::Create, Operation::Delete]);
}

#[test]
fn flags_that_are_taken_back_are_not_pushed() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced(id);
    lab.app.set_locked(id, true).unwrap();
    assert_eq!(lab.outbox(), [Operation::Lock]);
    lab.app.set_locked(id, true).unwrap();
    assert_eq!(lab.outbox(), [Operation::Lock], "twice is once");
    lab.app.set_locked(id, false).unwrap();
    assert_eq!(lab.outbox(), []);
    // Once it is being sent, the way back is an operation of its own.
    lab.app.set_locked(id, true).unwrap();
    lab.stage(id, Stage::InFlight);
    lab.app.set_locked(id, false).unwrap();
    assert_eq!(lab.outbox(), [Operation::Lock, Operation::Unlock]);
}

#[test]
fn flags_survive_a_deletion_that_is_undone() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.alter(id, |row| row.locked = true);
    lab.synced(id);
    lab.app.set_locked(id, false).unwrap();
    lab.app.set_default(id).unwrap();
    lab.app.delete(&[id]).unwrap();
    // The account deletes nothing that is locked there.
    assert_eq!(lab.outbox(), [Operation::Unlock, Operation::Default, Operation::Delete]);
    lab.app.undo(id).unwrap();
    assert_eq!(lab.outbox(), [Operation::Unlock, Operation::Default]);
}

fn later() -> DateTime<Utc> {
    Utc::now() + UNDO_FOR + TimeDelta::minutes(1)
}

#[test]
fn a_deletion_that_the_account_was_not_told_of_does_not_end() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "one");
    lab.synced(id);
    lab.app.delete(&[id]).unwrap();
    let common::Lab { app, memory, dir: _dir } = lab;
    let app = app.with_clock(later);
    app.sweep().unwrap();
    let row = app.store().read(|reader| reader.credential(id)).unwrap();
    assert_eq!(row.and_then(|row| row.remote_id), Some(7), "without it the next sync would bring it back as new");
    app.store().write(|writer| writer.settle_all(id)).unwrap();
    app.sweep().unwrap();
    assert_eq!(app.store().read(|reader| reader.credential(id)).unwrap(), None);
    assert!(memory.items().is_empty());
}
