//! Both sides changed: what is asked, and what comes of each answer.

use std::collections::BTreeMap;

use credenza_app::{ConflictReason, ErrorCode, Resolution, SecretWord, Side};
use credenza_model::{CredentialId, KindId, SecretState};
use credenza_store::State;
use serde_json::json;

use crate::desk::{Lab, input, lab, sample};

fn all(side: Side) -> Resolution {
    Resolution { all: Some(side), ..Resolution::default() }
}

fn one(field: &str, side: Side) -> Resolution {
    Resolution { fields: BTreeMap::from([(field.to_owned(), side)]), ..Resolution::default() }
}

/// A backup credential whose name both sides changed, and whose key id only the account's side did.
fn both_renamed(lab: &Lab) -> CredentialId {
    let id = lab.add(KindId::Backup, "nightly");
    lab.sync();
    let number = lab.show(id).account_id.unwrap();
    lab.world().change_row(KindId::Backup, number, json!({"s3Name": "theirs", "s3AccessKeyId": "AKIATHEIRS"}));
    lab.edit(id, &json!({"s3Name": "mine"})).unwrap();
    let report = lab.sync();
    assert_eq!(report.conflicts, 1, "{report:?}");
    id
}

#[test]
fn the_same_field_changed_on_both_sides_is_asked_about_and_nothing_is_dropped() {
    let lab = lab();
    let id = both_renamed(&lab);
    let row = lab.show(id);
    assert_eq!((row.state, row.name.as_str()), (State::Conflict, "mine"));
    let conflicts = lab.app.conflicts().unwrap();
    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!(conflict.reason, ConflictReason::Fields);
    let name = conflict.fields.iter().find(|field| field.field == "s3Name").unwrap();
    let text = |value: &Option<credenza_model::Value>| json!(value).as_str().unwrap().to_owned();
    assert_eq!(
        (text(&name.base), text(&name.mine), text(&name.theirs)),
        ("nightly".into(), "mine".into(), "theirs".into())
    );
    assert!(name.conflict);
    assert!(!conflict.fields.iter().find(|field| field.field == "s3AccessKeyId").unwrap().conflict);
    // Asking again changes nothing on either side.
    lab.world().clear_log();
    assert_eq!(lab.sync().conflicts, 1);
    assert!(lab.world().log().iter().all(|request| request.method == "GET"));
    assert_eq!(lab.show(id).version, row.version);
}

#[test]
fn mine_goes_there_and_what_only_they_changed_comes_here() {
    let lab = lab();
    let id = both_renamed(&lab);
    lab.app.resolve(id, &all(Side::Mine)).unwrap();
    let report = lab.sync();
    assert_eq!((report.conflicts, report.pending), (0, 0), "{report:?}");
    let there = lab.only(KindId::Backup);
    assert_eq!((there["s3Name"].as_str(), there["s3AccessKeyId"].as_str()), (Some("mine"), Some("AKIATHEIRS")));
    assert_eq!(lab.show(id).state, State::Synced);
}

#[test]
fn theirs_comes_here_and_nothing_goes_there() {
    let lab = lab();
    let id = both_renamed(&lab);
    lab.world().clear_log();
    let row = lab.app.resolve(id, &one("s3Name", Side::Theirs)).unwrap();
    assert_eq!((row.state, row.name.as_str()), (State::Synced, "theirs"));
    assert_eq!(lab.sync().pending, 0);
    assert!(lab.world().log().iter().all(|request| request.method == "GET"));
}

#[test]
fn a_field_that_nothing_is_said_of_is_named() {
    let lab = lab();
    let id = both_renamed(&lab);
    let error = lab.app.resolve(id, &one("s3AccessKeyId", Side::Mine)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Usage, "{error}");
    let error = lab.app.resolve(id, &Resolution::default()).unwrap_err().view();
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Invalid, Some("s3Name")));
}

#[test]
fn a_secret_that_may_have_been_rotated_there_is_asked_about() {
    let lab = lab();
    let id = lab.add(KindId::Openstack, "os-prod");
    lab.sync();
    let number = lab.show(id).account_id.unwrap();
    lab.edit(id, &json!({"openStackPassword": "mine-wrong-one"})).unwrap();
    lab.world().change_row(KindId::Openstack, number, json!({"openStackPassword": "theirs-rotated"}));
    assert_eq!(lab.sync().conflicts, 1);
    let conflict = lab.app.conflicts().unwrap().remove(0);
    assert_eq!(conflict.reason, ConflictReason::Secret);
    assert!(conflict.message.contains("checker refuses yours"), "{}", conflict.message);
    let secret = conflict.fields.iter().find(|field| field.secret).unwrap();
    assert_eq!((secret.word, &secret.mine, &secret.theirs), (Some(SecretWord::Different), &None, &None));
    let row = lab.app.resolve(id, &all(Side::Theirs)).unwrap();
    assert_eq!(row.secrets["openStackPassword"], SecretState::Account);
    lab.sync();
    assert_eq!(lab.only(KindId::Openstack)["openStackPassword"].as_str(), Some("theirs-rotated"));
    assert_eq!(lab.memory.items().len(), 1, "only the session is left in the keychain");
}

#[test]
fn deleted_here_and_changed_there() {
    for (side, left) in [(Side::Mine, 0), (Side::Theirs, 1)] {
        let lab = lab();
        let id = lab.add(KindId::Backup, "nightly");
        lab.sync();
        let number = lab.show(id).account_id.unwrap();
        lab.app.delete(&[id]).unwrap();
        lab.world().change_row(KindId::Backup, number, json!({"s3Name": "hourly"}));
        assert_eq!(lab.sync().conflicts, 1);
        assert_eq!(lab.app.conflicts().unwrap()[0].reason, ConflictReason::DeletedHere);
        lab.app.resolve(id, &all(side)).unwrap();
        let report = lab.sync();
        assert_eq!((report.conflicts, report.pending), (0, 0), "{side:?} {report:?}");
        assert_eq!(lab.world().rows(KindId::Backup).len(), left);
        if side == Side::Theirs {
            assert_eq!((lab.show(id).name.as_str(), lab.show(id).state), ("hourly", State::Synced));
        }
    }
}

#[test]
fn changed_here_and_deleted_there() {
    for (side, left) in [(Side::Mine, 1), (Side::Theirs, 0)] {
        let lab = lab();
        let (id, _other) = (lab.add(KindId::Backup, "nightly"), lab.add(KindId::Backup, "other"));
        lab.sync();
        lab.world().remove_row(KindId::Backup, lab.show(id).account_id.unwrap());
        lab.edit(id, &json!({"s3Name": "hourly"})).unwrap();
        let report = lab.sync();
        assert_eq!(report.conflicts, 1, "{report:?}");
        assert_eq!(lab.sync().conflicts, 1, "asked once, not anew");
        assert_eq!(lab.app.conflicts().unwrap()[0].reason, ConflictReason::DeletedThere);
        lab.app.resolve(id, &all(side)).unwrap();
        let report = lab.sync();
        assert_eq!((report.conflicts, report.pending), (0, 0), "{report:?}");
        let named = lab.world().rows(KindId::Backup).iter().filter(|row| row["s3Name"] == "hourly").count();
        assert_eq!(named, left);
    }
}

#[test]
fn a_name_that_is_taken_there_by_something_else() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "nightly");
    let mut other = crate::desk::wire(KindId::Backup, "nightly");
    other["s3Endpoint"] = json!("https://elsewhere.example.com");
    lab.world().add_row(KindId::Backup, lab.acme, other);
    assert_eq!(lab.sync().conflicts, 1);
    assert_eq!(lab.app.conflicts().unwrap()[0].reason, ConflictReason::NameTaken);
    // Another name is the way out that loses nothing of either.
    lab.edit(id, &json!({"s3Name": "nightly-2"})).unwrap();
    let report = lab.sync();
    assert_eq!((report.conflicts, report.pending, report.created, report.added), (0, 0, 1, 1), "{report:?}");
    assert_eq!(lab.world().rows(KindId::Backup).len(), 2);
}

#[test]
fn a_name_that_is_taken_there_can_become_one_with_mine() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "nightly");
    let mut other = crate::desk::wire(KindId::Backup, "nightly");
    other["s3AccessKeyId"] = json!("AKIAOTHER");
    other["s3SecretKey"] = json!("other-secret");
    lab.world().add_row(KindId::Backup, lab.acme, other);
    lab.sync();
    lab.app.resolve(id, &all(Side::Mine)).unwrap();
    let report = lab.sync();
    assert_eq!((report.conflicts, report.pending), (0, 0), "{report:?}");
    let there = lab.only(KindId::Backup);
    let mine = sample(KindId::Backup, "nightly");
    assert_eq!((&there["s3AccessKeyId"], &there["s3SecretKey"]), (&mine["s3AccessKeyId"], &mine["s3SecretKey"]));
}

#[test]
fn what_is_equal_is_linked_without_a_question() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "nightly");
    lab.given(KindId::Backup, "nightly");
    let report = lab.sync();
    assert_eq!((report.conflicts, report.created, report.added, report.pending), (0, 0, 0, 0), "{report:?}");
    assert_eq!(lab.show(id).state, State::Synced);
    assert_eq!(lab.world().rows(KindId::Backup).len(), 1);
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "nightly");
    lab.sync();
    lab.world().change_row(KindId::Backup, lab.show(id).account_id.unwrap(), json!({"s3Name": "hourly"}));
    lab.edit(id, &json!({"s3Name": "hourly"})).unwrap();
    lab.world().clear_log();
    let report = lab.sync();
    assert_eq!((report.conflicts, report.pending), (0, 0), "{report:?}");
    assert!(lab.world().log().iter().all(|request| request.method == "GET"));
}

#[test]
fn a_draft_of_the_same_name_is_left_alone() {
    let lab = lab();
    let saved = lab.app.add(KindId::Backup, Some("Acme"), input(&json!({"s3Name": "nightly"})), true).unwrap();
    lab.given(KindId::Backup, "nightly");
    let report = lab.sync();
    assert_eq!((report.added, report.conflicts), (1, 0));
    assert_eq!(lab.show(saved.credential.id.parse().unwrap()).state, State::Draft);
}
