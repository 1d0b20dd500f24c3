//! Requests whose outcome is not known: nothing is made twice, nothing is lost.

use credenza_app::{ErrorCode, SyncOptions};
use credenza_model::KindId;
use credenza_store::State;
use credenza_taikun::{Fault, When};
use serde_json::json;

use crate::desk::lab;

const EVERYTHING: SyncOptions =
    SyncOptions { dry_run: false, accept_missing: false, retry_parked: false, everything: true };

#[test]
fn a_creation_that_was_cut_off_makes_one_and_no_other() {
    for kind in [KindId::Backup, KindId::Gcp, KindId::Openshift, KindId::Ai, KindId::Billing, KindId::Showback] {
        for fault in [
            Fault::DropBefore,
            Fault::DropAfter,
            Fault::ResetInBody,
            Fault::StatusAfter(504),
            Fault::StatusAfter(500),
            Fault::Status(502),
            Fault::WrongTypes,
        ] {
            let lab = lab();
            let id = lab.add(kind, "mine");
            let path = kind.kind().wire.create.path;
            lab.world().faults().push(When::once().method("POST").path(path), fault.clone());
            for _ in 0..3 {
                let _ = lab.try_sync(EVERYTHING);
            }
            let case = format!("{kind:?} {fault:?} {:?}", lab.app.pending().unwrap());
            assert_eq!(lab.world().creates(kind, lab.acme, "mine"), 1, "{case}");
            let row = lab.show(id);
            assert_eq!(row.state, State::Synced, "{case}");
            let there = lab.only(kind);
            assert_eq!(row.account_id.map(i64::from), there["id"].as_i64(), "{case}");
        }
    }
}

#[test]
fn what_was_edited_while_its_creation_was_unknown_follows() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "mine");
    lab.world().faults().push(When::once().method("POST").path("s3credentials"), Fault::DropAfter);
    // Reading what came of it fails as well, so that it stays unknown.
    lab.world().faults().push(When::always().method("GET").path("s3credentials/list").nth(3), Fault::DropBefore);
    let _ = lab.try_sync(EVERYTHING);
    lab.world().faults().clear();
    lab.edit(id, &json!({"s3Name": "renamed"})).unwrap();
    let report = lab.try_sync(EVERYTHING).unwrap();
    let report = if report.pending > 0 { lab.try_sync(EVERYTHING).unwrap() } else { report };
    assert_eq!((report.conflicts, report.pending), (0, 0), "{report:?}");
    assert_eq!(lab.only(KindId::Backup)["s3Name"].as_str(), Some("renamed"));
    assert_eq!(lab.show(id).state, State::Synced);
}

#[test]
fn what_was_deleted_while_its_creation_was_unknown_is_deleted_there() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "mine");
    lab.world().faults().push(When::once().method("POST").path("s3credentials"), Fault::DropAfter);
    lab.world().faults().push(When::always().method("GET").path("s3credentials/list").nth(3), Fault::DropBefore);
    let _ = lab.try_sync(EVERYTHING);
    lab.world().faults().clear();
    lab.app.delete(&[id]).unwrap();
    for _ in 0..2 {
        lab.try_sync(EVERYTHING).unwrap();
    }
    assert!(lab.world().rows(KindId::Backup).is_empty());
    assert!(lab.app.pending().unwrap().is_empty());
}

#[test]
fn offline_counts_no_attempt_and_loses_nothing() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "mine");
    let address = lab.taikun.address();
    drop(lab.taikun);
    let error = lab.app.sync(EVERYTHING, &|_| (), &credenza_app::Cancel::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Offline, "{address} {error}");
    let status = lab.app.sync_status().unwrap();
    assert!(status.failure.unwrap().offline);
    assert_eq!(status.pending, 1);
    assert_eq!(lab.app.show(id).unwrap().state, State::Ready);
}

#[test]
fn too_many_requests_wait_as_long_as_the_server_asks() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "mine");
    let hour = std::time::Duration::from_secs(3600);
    lab.world().faults().push(When::once().method("POST").path("s3credentials"), Fault::RetryAfter(hour));
    let report = lab.try_sync(EVERYTHING).unwrap();
    assert_eq!((report.pending, report.parked), (1, 0), "{report:?}");
    // By itself it waits; a person may try at once.
    assert_eq!(lab.try_sync(SyncOptions::default()).unwrap().pending, 1);
    assert_eq!(lab.try_sync(EVERYTHING).unwrap().pending, 0);
    assert_eq!(lab.show(id).state, State::Synced);
}

#[test]
fn what_the_account_refuses_is_parked_and_holds_nothing_else_up() {
    let lab = lab();
    let (bad, good) = (lab.add(KindId::Backup, "bad"), lab.add(KindId::Backup, "good"));
    lab.world().faults().push(When::once().method("POST").path("s3credentials"), Fault::Status(400));
    let report = lab.sync();
    assert_eq!((report.created, report.parked, report.pending), (1, 1, 1), "{report:?}");
    assert_eq!(lab.show(good).state, State::Synced);
    let row = lab.show(bad);
    assert!(row.trouble.is_some() && row.state == State::Ready, "{row:?}");
    assert_eq!(lab.sync().created, 0, "a refusal is not repeated by itself");
    lab.app.retry(bad).unwrap();
    assert_eq!(lab.sync().created, 1);
    assert_eq!(lab.show(bad).trouble, None);
}
