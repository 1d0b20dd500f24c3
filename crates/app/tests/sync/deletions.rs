//! Deletions: what waits beside them, what they outlive, and that they get there.

use chrono::{DateTime, TimeDelta, Utc};
use credenza_app::{ConflictReason, SyncOptions, UNDO_FOR};
use credenza_model::KindId;
use credenza_store::State;
use serde_json::json;

use crate::desk::{lab, open};

#[test]
fn an_unlock_goes_before_the_deletion() {
    let lab = lab();
    let id = lab.add(KindId::Aws, "prod");
    lab.app.set_locked(id, true).unwrap();
    lab.sync();
    lab.app.set_locked(id, false).unwrap();
    lab.app.delete(&[id]).unwrap();
    let report = lab.sync();
    assert_eq!((report.deleted, report.pending, report.parked), (1, 0, 0), "{report:?}");
    assert!(lab.world().rows(KindId::Aws).is_empty());
}

#[test]
fn what_is_about_to_go_becomes_no_default() {
    let lab = lab();
    let (one, _two) = (lab.add(KindId::Aws, "one"), lab.add(KindId::Aws, "two"));
    lab.sync();
    lab.app.set_default(one).unwrap();
    lab.app.delete(&[one]).unwrap();
    lab.world().clear_log();
    // The deletion is not due yet.
    lab.try_sync(SyncOptions::default()).unwrap();
    let asked = || lab.world().log().iter().any(|request| request.path.to_lowercase().contains("makedefault"));
    assert!(!asked());
    lab.app.undo(one).unwrap();
    lab.sync();
    assert!(asked(), "it is there again, and wanted as the default");
    assert!(lab.show(one).default);

    lab.app.delete(&[one]).unwrap();
    let report = lab.sync();
    assert_eq!((report.deleted, report.pending), (1, 0), "{report:?}");
    assert!(lab.app.pending().unwrap().is_empty());
    assert_eq!(lab.only(KindId::Aws)["name"].as_str(), Some("two"));
}

#[test]
fn a_credential_in_conflict_can_be_deleted() {
    let lab = lab();
    let id = lab.add(KindId::Openstack, "os-prod");
    lab.sync();
    let number = lab.show(id).account_id.unwrap();
    lab.edit(id, &json!({"openStackPassword": "mine-wrong-one"})).unwrap();
    lab.world().change_row(KindId::Openstack, number, json!({"openStackPassword": "theirs-rotated"}));
    assert_eq!(lab.sync().conflicts, 1);
    assert_eq!(lab.app.conflicts().unwrap()[0].reason, ConflictReason::Secret);
    lab.app.delete(&[id]).unwrap();
    let report = lab.sync();
    assert_eq!((report.deleted, report.conflicts, report.pending), (1, 0, 0), "{report:?}");
    assert!(lab.world().rows(KindId::Openstack).is_empty());
}

#[test]
fn a_deletion_that_is_refused_there_loses_no_change() {
    let lab = lab();
    let id = lab.add(KindId::Aws, "prod");
    lab.sync();
    let number = lab.show(id).account_id.unwrap();
    lab.edit(id, &json!({"name": "renamed"})).unwrap();
    lab.app.delete(&[id]).unwrap();
    lab.world().attach_project(KindId::Aws, number, "kube-one");
    let report = lab.sync();
    assert_eq!((report.deleted, report.parked), (0, 1), "{report:?}");
    let back = lab.show(id);
    assert_eq!((back.state, back.name.as_str()), (State::Changed, "renamed"));
    assert!(back.trouble.unwrap().message.contains("could not be deleted"));
    let report = lab.sync();
    assert_eq!((report.updated, report.pending), (1, 0), "{report:?}");
    assert_eq!(lab.only(KindId::Aws)["name"].as_str(), Some("renamed"));
}

fn later() -> DateTime<Utc> {
    Utc::now() + UNDO_FOR + TimeDelta::minutes(1)
}

#[test]
fn a_deletion_gets_there_however_late() {
    let mut lab = lab();
    let id = lab.add(KindId::Backup, "nightly");
    lab.sync();
    lab.app.delete(&[id]).unwrap();
    lab.app = open(&lab.dir, &lab.memory).with_clock(later);
    lab.app.sweep().unwrap();
    let report = lab.sync();
    assert_eq!((report.deleted, report.added, report.pending), (1, 0, 0), "{report:?}");
    assert!(lab.world().rows(KindId::Backup).is_empty());
    lab.app.sweep().unwrap();
    assert_eq!(lab.app.store().read(|reader| reader.credential(id)).unwrap(), None);
    assert_eq!(lab.memory.items().len(), 1, "only the session is left in the keychain");
}
