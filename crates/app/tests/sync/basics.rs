//! What everybody does: take over, make, change, delete, on both sides.

use credenza_model::KindId;
use credenza_store::State;
use serde_json::json;

use crate::desk::{lab, lab_with};

/// The kinds that the current generation of the API has.
const CURRENT: [KindId; 12] = [
    KindId::Aws,
    KindId::Azure,
    KindId::Gcp,
    KindId::Openstack,
    KindId::Proxmox,
    KindId::Openshift,
    KindId::Vsphere,
    KindId::Zadara,
    KindId::Backup,
    KindId::Billing,
    KindId::Showback,
    KindId::Ai,
];

#[test]
fn what_the_account_has_comes_here_and_nothing_goes_back() {
    let lab = lab();
    for kind in CURRENT {
        lab.given(kind, "theirs");
    }
    lab.world().clear_log();
    let report = lab.sync();
    assert_eq!((report.added, report.pending, report.conflicts), (12, 0, 0), "{report:?}");
    for kind in CURRENT {
        let row = lab.here(kind);
        assert_eq!((row.name.as_str(), row.state), ("theirs", State::Synced), "{kind:?}");
        for secret in kind.kind().certain_secrets() {
            assert_eq!(row.secrets[secret.id], credenza_model::SecretState::Account, "{kind:?}");
        }
    }
    let before = lab.rows();
    let again = lab.sync();
    assert_eq!((again.added, again.changed, again.gone, again.pending), (0, 0, 0, 0), "{again:?}");
    assert_eq!(lab.rows(), before, "a sync with nothing to do writes nothing");
    assert!(lab.world().log().iter().all(|request| request.method == "GET"), "{:?}", lab.world().log());
}

#[test]
fn what_is_made_here_is_made_there_once_and_stays_as_it_is() {
    let lab = lab();
    for kind in CURRENT {
        let id = lab.add(kind, "mine");
        let report = lab.sync();
        assert_eq!(
            (report.created, report.parked, report.conflicts, report.pending),
            (1, 0, 0, 0),
            "{kind:?} {report:?}"
        );
        let row = lab.show(id);
        assert_eq!(row.state, State::Synced, "{kind:?} {row:?}");
        let there = lab.only(kind);
        for field in kind.kind().secrets() {
            let sample = kind.kind().sample.iter().find(|(id, _)| *id == field.id).map(|(_, value)| *value);
            assert_eq!(there[field.id].as_str(), sample, "{kind:?} {}", field.id);
        }
        lab.world().clear_log();
        let again = lab.sync();
        assert_eq!((again.changed, again.updated, again.pending), (0, 0, 0), "{kind:?} {again:?}");
        assert!(lab.world().log().iter().all(|request| request.method == "GET"), "{kind:?} {:?}", lab.world().log());
        assert_eq!(lab.show(id).version, lab.show(id).version);
    }
}

#[test]
fn a_change_here_goes_there() {
    let lab = lab();
    let id = lab.add(KindId::Openstack, "os-one");
    lab.sync();
    let changed = lab.edit(id, &json!({"name": "os-two", "openStackPassword": "another-pass"})).unwrap();
    assert_eq!(changed.state, State::Changed);
    let report = lab.sync();
    assert_eq!((report.updated, report.pending), (1, 0), "{report:?}");
    let there = lab.only(KindId::Openstack);
    assert_eq!((there["name"].as_str(), there["openStackPassword"].as_str()), (Some("os-two"), Some("another-pass")));
    assert_eq!(lab.show(id).state, State::Synced);
}

#[test]
fn a_change_there_comes_here() {
    let lab = lab();
    let number = lab.given(KindId::Backup, "nightly");
    lab.sync();
    lab.world().change_row(KindId::Backup, number, json!({"s3Name": "hourly"}));
    let report = lab.sync();
    assert_eq!((report.changed, report.pending), (1, 0), "{report:?}");
    assert_eq!(lab.here(KindId::Backup).name, "hourly");
}

#[test]
fn changes_of_different_fields_meet() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "nightly");
    lab.sync();
    let number = lab.show(id).account_id.unwrap();
    lab.world().change_row(KindId::Backup, number, json!({"s3AccessKeyId": "AKIAOTHER"}));
    lab.edit(id, &json!({"s3Name": "hourly"})).unwrap();
    let report = lab.sync();
    assert_eq!((report.conflicts, report.pending), (0, 0), "{report:?}");
    let there = lab.only(KindId::Backup);
    assert_eq!((there["s3Name"].as_str(), there["s3AccessKeyId"].as_str()), (Some("hourly"), Some("AKIAOTHER")));
    assert_eq!(lab.show(id).state, State::Synced);
}

#[test]
fn a_deletion_goes_both_ways() {
    let lab = lab();
    let (here, there) = (lab.add(KindId::Showback, "one"), lab.add(KindId::Showback, "two"));
    lab.sync();
    lab.app.delete(&[here]).unwrap();
    lab.world().remove_row(KindId::Showback, lab.show(there).account_id.unwrap());
    let report = lab.sync();
    // Of two, one is gone there: that is no more than anybody deletes in passing.
    assert_eq!((report.deleted, report.gone, report.pending), (1, 1, 0), "{report:?}");
    assert!(lab.world().rows(KindId::Showback).is_empty());
    assert!(lab.app.show(there).is_err());
}

#[test]
fn lock_unlock_and_default_go_there() {
    let lab = lab();
    let id = lab.add(KindId::Aws, "prod");
    lab.app.set_default(id).unwrap();
    lab.app.set_locked(id, true).unwrap();
    lab.sync();
    let there = lab.only(KindId::Aws);
    assert_eq!((there["isLocked"].as_bool(), there["isDefault"].as_bool()), (Some(true), Some(true)), "{there}");
    lab.app.set_locked(id, false).unwrap();
    let report = lab.sync();
    assert_eq!((report.updated, report.pending), (1, 0), "{report:?}");
    assert_eq!(lab.only(KindId::Aws)["isLocked"].as_bool(), Some(false));
}

#[test]
fn the_older_generation_syncs_all_fourteen() {
    let options = credenza_taikun::Options { generation: credenza_taikun::Generation::Legacy, ..Default::default() };
    let lab = lab_with(options, credenza_taikun::User::partner);
    for kind in KindId::ALL {
        lab.add(*kind, "mine");
        lab.given(*kind, "theirs");
    }
    let report = lab.sync();
    assert_eq!((report.created, report.added, report.pending), (14, 14, 0), "{report:?}");
    lab.world().clear_log();
    let again = lab.sync();
    assert_eq!((again.changed, again.added, again.pending), (0, 0, 0), "{again:?}");
    assert!(lab.world().log().iter().all(|request| request.method == "GET"), "{:?}", lab.world().log());
}
