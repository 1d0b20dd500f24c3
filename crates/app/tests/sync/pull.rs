//! Listings: what absence means, who may see what, and what a server can do wrong.

use credenza_app::{ErrorCode, ListQuery, SyncOptions};
use credenza_model::{KindId, Role};
use credenza_store::State;
use credenza_taikun::{Fault, Membership, User, When};

use crate::desk::{EMAIL, lab, lab_with};

#[test]
fn an_empty_or_short_list_deletes_nothing() {
    for fault in [Fault::EmptyPage, Fault::TruncatedPage, Fault::Status(500), Fault::ResetInBody, Fault::WrongTypes] {
        let lab = lab();
        for number in 0..8 {
            lab.given(KindId::Backup, &format!("backup-{number}"));
        }
        lab.sync();
        lab.world().faults().push(When::always().path("s3credentials/list"), fault.clone());
        let _ = lab.try_sync(SyncOptions::default());
        lab.world().faults().clear();
        let page = lab.app.list(&ListQuery { kind: Some(KindId::Backup), limit: 100, ..Default::default() }).unwrap();
        assert_eq!(page.total, 8, "{fault:?}");
        assert!(page.items.iter().all(|row| row.state == State::Synced), "{fault:?}");
    }
}

#[test]
fn when_much_is_gone_at_once_a_person_is_asked() {
    let lab = lab();
    let numbers: Vec<i32> = (0..10).map(|number| lab.given(KindId::Backup, &format!("backup-{number}"))).collect();
    lab.sync();
    for number in &numbers[..5] {
        lab.world().remove_row(KindId::Backup, *number);
    }
    let report = lab.sync();
    assert_eq!(report.gone, 0, "{report:?}");
    let missing = lab.app.sync_status().unwrap().missing;
    assert_eq!((missing.len(), missing[0].missing, missing[0].of), (1, 5, 10));
    let report = lab.try_sync(SyncOptions { accept_missing: true, ..SyncOptions::default() }).unwrap();
    assert_eq!(report.gone, 5, "{report:?}");
    assert!(lab.app.sync_status().unwrap().missing.is_empty());
}

#[test]
fn what_is_gone_there_can_be_brought_back_with_its_secret() {
    let lab = lab();
    let (id, _other) = (lab.add(KindId::Backup, "one"), lab.add(KindId::Backup, "two"));
    lab.sync();
    lab.world().remove_row(KindId::Backup, lab.show(id).account_id.unwrap());
    assert_eq!(lab.sync().gone, 1);
    let back = lab.app.undo(id).unwrap();
    assert_eq!((back.state, back.account_id), (State::Ready, None));
    assert_eq!(lab.sync().created, 1);
    assert_eq!(lab.world().rows(KindId::Backup).len(), 2);
}

#[test]
fn a_manager_sees_and_does_what_a_manager_may() {
    let lab = lab_with(Default::default(), |user| user.manager_of(1).member_of(2));
    let who = lab.app.who(false).unwrap();
    assert_eq!(who.role, Role::Manager, "{who:?}");
    let error = lab.app.add(KindId::Billing, Some("Acme"), Default::default(), true).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Forbidden);
    let error = lab.app.add(KindId::Backup, Some("Beta"), Default::default(), true).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Forbidden, "{error}");
    let report = lab.sync();
    assert!(report.remarks.is_empty(), "{report:?}");
}

#[test]
fn a_role_that_is_lost_there_is_lost_here_and_drafts_stay() {
    let lab = lab_with(Default::default(), |user| user.manager_of(1).manager_of(2));
    let draft = lab.app.add(KindId::Backup, Some("Acme"), Default::default(), true).unwrap().credential;
    let id = lab.add(KindId::Backup, "mine");
    lab.sync();
    lab.world().set_role(EMAIL, lab.acme, Membership::Member);
    let report = lab.sync();
    assert!(report.remarks.iter().any(|remark| remark.contains("Acme")), "{report:?}");
    assert_eq!(lab.app.show(id).unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(lab.app.list(&ListQuery { limit: 10, ..Default::default() }).unwrap().total, 0);
    lab.world().set_role(EMAIL, lab.acme, Membership::Manager);
    let report = lab.sync();
    assert_eq!((report.gone, report.added), (0, 0), "{report:?}");
    assert_eq!(lab.show(id).state, State::Synced);
    assert_eq!(lab.show(draft.id.parse().unwrap()).state, State::Draft);
}

#[test]
fn an_ended_session_asks_to_sign_in_and_loses_nothing() {
    let lab = lab();
    let id = lab.add(KindId::Backup, "mine");
    lab.world().revoke_sessions();
    let error = lab.try_sync(SyncOptions::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SignedOut, "{error}");
    let account = lab.app.sync_status().unwrap().account.unwrap();
    assert!(!account.signed_in && account.ended.is_some());
    lab.sign_in().unwrap();
    assert_eq!(lab.sync().created, 1);
    assert_eq!(lab.show(id).state, State::Synced);
}

#[test]
fn kinds_that_the_server_does_not_know_stay_here() {
    let lab = lab();
    let id = lab.add(KindId::Tanzu, "mine");
    let report = lab.sync();
    assert_eq!((report.parked, report.created), (1, 0), "{report:?}");
    assert_eq!(lab.app.sync_status().unwrap().unsupported, [KindId::Tanzu, KindId::Zededa]);
    assert!(lab.show(id).trouble.unwrap().message.contains("Tanzu"));
}

#[test]
fn names_that_are_hostile_harm_nothing() {
    for fault in
        [Fault::ControlCharactersInNames, Fault::HtmlInNames, Fault::DeepJson(10_000), Fault::HugeBody(40_000_000)]
    {
        let lab = lab();
        lab.given(KindId::Backup, "nightly");
        lab.world().faults().push(When::always().path("s3credentials/list"), fault.clone());
        let report = lab.try_sync(SyncOptions::default());
        if let Ok(report) = report {
            assert!(report.added == 1 || !report.remarks.is_empty(), "{fault:?} {report:?}");
        }
        let page = lab.app.list(&ListQuery { limit: 10, ..Default::default() }).unwrap();
        assert!(page.items.iter().all(|row| !row.name.contains(char::is_control)), "{fault:?}");
    }
}

#[test]
fn a_dry_run_says_and_does_nothing() {
    let lab = lab();
    lab.given(KindId::Backup, "theirs");
    lab.add(KindId::Backup, "mine");
    lab.world().clear_log();
    let report = lab.try_sync(SyncOptions { dry_run: true, ..SyncOptions::default() }).unwrap();
    let lines: Vec<(&str, &str)> = report.plan.iter().map(|line| (line.name.as_str(), line.what.as_str())).collect();
    assert_eq!(lines, [("theirs", "Take over from the account"), ("mine", "Make in the account")]);
    assert!(lab.world().log().iter().all(|request| request.method == "GET"));
    assert_eq!(lab.app.list(&ListQuery { limit: 10, ..Default::default() }).unwrap().total, 1);
}

#[test]
fn signing_out_keeps_or_removes() {
    for keep in [true, false] {
        let lab = lab();
        lab.given(KindId::Backup, "theirs");
        let id = lab.add(KindId::Showback, "mine");
        lab.sync();
        let draft = lab.app.add(KindId::Ai, Some("Acme"), Default::default(), true).unwrap().credential;
        let workspace = lab.app.sign_out(keep).unwrap();
        assert!(!workspace.connected);
        let page = lab.app.list(&ListQuery { limit: 10, ..Default::default() }).unwrap();
        assert_eq!(page.total, if keep { 3 } else { 1 });
        assert!(page.items.iter().any(|row| row.id == draft.id));
        if keep {
            // What came from the account alone has no secret here, and is a draft without it.
            let row = lab.show(id);
            assert_eq!((row.state, row.account_id), (State::Ready, None));
            assert!(page.items.iter().any(|row| row.name == "theirs" && row.state == State::Draft));
        }
        assert_eq!(lab.memory.items().len(), if keep { 1 } else { 0 }, "the session is gone from the keychain");
        let _ = User::new("x", "y");
    }
}
