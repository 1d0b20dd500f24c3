//! What the API cannot change is replaced: asked first, refused while it is used, resumed wherever it was cut off.

use credenza_app::{ErrorCode, SyncOptions};
use credenza_model::KindId;
use credenza_store::State;
use credenza_taikun::{Fault, When};
use serde_json::json;

use crate::desk::lab;

#[test]
fn a_replacement_is_asked_for_and_then_done_under_the_same_name() {
    let lab = lab();
    let id = lab.add(KindId::Billing, "prom");
    lab.sync();
    let old = lab.show(id).account_id.unwrap();
    let row = lab.edit(id, &json!({"prometheusUrl": "https://new.example.com"})).unwrap();
    assert_eq!(row.state, State::Changed);
    assert!(row.trouble.unwrap().asks);
    let report = lab.sync();
    assert_eq!((report.updated, report.pending), (0, 1), "nothing is done without a word: {report:?}");
    let pending = lab.app.pending().unwrap().remove(0);
    assert_eq!((pending.operation.as_str(), pending.state.as_str()), ("replace", "asks"));
    assert!(pending.steps.len() >= 4, "{:?}", pending.steps);
    lab.app.consent(id).unwrap();
    let report = lab.sync();
    assert_eq!((report.updated, report.pending, report.parked), (1, 0, 0), "{report:?}");
    let there = lab.only(KindId::Billing);
    assert_eq!(
        (there["name"].as_str(), there["prometheusUrl"].as_str()),
        (Some("prom"), Some("https://new.example.com"))
    );
    let row = lab.show(id);
    assert_eq!((row.state, row.trouble), (State::Synced, None));
    assert_ne!(row.account_id, Some(old));
}

#[test]
fn under_a_new_name_the_old_one_goes_last() {
    let lab = lab();
    let id = lab.add(KindId::Gcp, "old-name");
    lab.app.set_default(id).unwrap();
    lab.sync();
    lab.edit(id, &json!({"name": "new-name"})).unwrap();
    lab.app.consent(id).unwrap();
    lab.world().clear_log();
    let report = lab.sync();
    assert_eq!((report.updated, report.pending), (1, 0), "{report:?} {:?}", lab.app.pending().unwrap());
    let log = lab.world().log();
    let writes: Vec<_> =
        log.iter().filter(|request| request.method != "GET").map(|request| request.path.as_str()).collect();
    assert_eq!(writes.first(), Some(&"/api/v1/googlecloud/create"));
    assert!(writes.last().unwrap().starts_with("/api/v1/cloudcredentials/"), "{writes:?}");
    let there = lab.only(KindId::Gcp);
    assert_eq!((there["name"].as_str(), there["isDefault"].as_bool()), (Some("new-name"), Some(true)));
}

#[test]
fn what_is_used_is_not_replaced() {
    let lab = lab();
    let id = lab.add(KindId::Gcp, "prod");
    lab.sync();
    lab.world().attach_project(KindId::Gcp, lab.show(id).account_id.unwrap(), "kube-one");
    // Known here: refused when it is saved. Not known yet: refused before anything is done.
    lab.edit(id, &json!({"region": "europe-west1"})).unwrap();
    lab.app.consent(id).unwrap();
    let report = lab.sync();
    assert_eq!((report.parked, report.pending), (1, 1), "{report:?}");
    assert!(lab.show(id).trouble.unwrap().message.contains("kube-one"));
    assert_eq!(lab.world().rows(KindId::Gcp).len(), 1);
    let error = lab.edit(id, &json!({"region": "europe-west2"})).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Used);
}

#[test]
fn values_that_do_not_work_replace_nothing() {
    let lab = lab();
    let id = lab.add(KindId::Ai, "openai");
    lab.sync();
    lab.edit(id, &json!({"apiKey": "sk-wrong-0123456789abcdef"})).unwrap();
    lab.app.consent(id).unwrap();
    let report = lab.sync();
    assert_eq!(report.parked, 1, "{report:?}");
    assert_eq!(lab.world().rows(KindId::Ai).len(), 1);
    let row = lab.app.discard(id).unwrap();
    assert_eq!((row.state, row.trouble), (State::Synced, None));
}

#[test]
fn an_immutable_field_of_a_kind_that_can_be_changed_is_a_replacement_too() {
    let lab = lab();
    let id = lab.add(KindId::Aws, "prod");
    lab.sync();
    let row = lab.edit(id, &json!({"awsRegion": "eu-west-1"})).unwrap();
    assert!(row.trouble.unwrap().asks);
    lab.app.consent(id).unwrap();
    let report = lab.sync();
    assert_eq!((report.updated, report.pending), (1, 0), "{report:?} {:?}", lab.app.pending().unwrap());
    assert_eq!(lab.only(KindId::Aws)["awsRegion"].as_str(), Some("eu-west-1"));
}

#[test]
fn a_replacement_that_was_cut_off_goes_on() {
    // Every request of a replacement, cut off before and after its effect.
    for renamed in [false, true] {
        for fault in [Fault::DropBefore, Fault::DropAfter, Fault::StatusAfter(502), Fault::Status(503)] {
            for nth in 1..=8 {
                let lab = lab();
                let id = lab.add(KindId::Openshift, "prod");
                lab.sync();
                let change = if renamed { json!({"name": "prod-2"}) } else { json!({"baseDomain": "new.example.com"}) };
                lab.edit(id, &change).unwrap();
                lab.app.consent(id).unwrap();
                lab.world().faults().push(When::once().path("openshift").nth(nth), fault.clone());
                lab.world().faults().push(When::once().path("cloudcredentials").nth(nth), fault.clone());
                let everything = SyncOptions { everything: true, retry_parked: true, ..SyncOptions::default() };
                for _ in 0..3 {
                    let _ = lab.try_sync(everything);
                }
                lab.world().faults().clear();
                let report = lab.try_sync(everything).unwrap();
                let case = format!("{renamed} {fault:?} {nth} {report:?} {:?}", lab.app.pending().unwrap());
                assert_eq!((report.pending, report.conflicts), (0, 0), "{case}");
                let there = lab.only(KindId::Openshift);
                let (name, domain) = if renamed { ("prod-2", None) } else { ("prod", Some("new.example.com")) };
                assert_eq!(there["name"].as_str(), Some(name), "{case}");
                if let Some(domain) = domain {
                    assert_eq!(there["baseDomain"].as_str(), Some(domain), "{case}");
                }
                let row = lab.show(id);
                assert_eq!(row.state, State::Synced, "{case}");
                assert_eq!(row.account_id, there["id"].as_i64().and_then(|id| i32::try_from(id).ok()), "{case}");
            }
        }
    }
}
