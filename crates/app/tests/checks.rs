//! Checks against a server that checks passwords: what is kept, what is not asked twice, what stops them.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod common;
#[path = "../../../tests/support/prometheus.rs"]
#[allow(dead_code, unreachable_pub, reason = "a module of the support crate, which each test file uses in part")]
mod prometheus;

use std::cell::RefCell;
use std::time::Duration;

use common::{Lab, input, lab};
use credenza_app::{Cancel, CheckLimits, CheckReport, Completeness, ErrorCode, ListQuery};
use credenza_model::{CredentialId, KindId, Role, Verdict};
use prometheus::Prometheus;
use serde_json::{Value, json};

const GOOD: &str = "Kx7-good-password";

fn billing(name: &str, url: &str, user: &str, password: &str) -> Value {
    json!({"name": name, "prometheusUrl": url, "prometheusUsername": user, "prometheusPassword": password})
}

fn add(lab: &Lab, json: &Value) -> CredentialId {
    let saved = lab.app.add(KindId::Billing, Some("Acme"), input(json), false).unwrap();
    saved.credential.id.parse().unwrap()
}

fn check(lab: &Lab, ids: &[CredentialId]) -> CheckReport {
    lab.app.check(ids, &|_| (), &Cancel::default()).unwrap()
}

fn kept(lab: &Lab, id: CredentialId) -> Option<Verdict> {
    lab.app.show(id).unwrap().check.map(|check| check.verdict)
}

#[test]
fn what_is_found_is_kept_with_the_row_until_it_changes() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    let id = add(&lab, &billing("one", &server.url, "billing", GOOD));
    assert_eq!(kept(&lab, id), None);
    let report = check(&lab, &[id, id]);
    assert_eq!((report.total, report.works, report.all_work()), (1, 1, true), "an id given twice is checked once");
    let view = lab.app.show(id).unwrap();
    let found = view.check.unwrap();
    assert_eq!((found.verdict, found.identity.as_deref()), (Verdict::Works, Some("billing")));
    assert_eq!(view.version, 1, "a check is no edit");

    let edit = |json: Value| lab.app.edit(id, None, input(&json), Completeness::Complete).unwrap();
    edit(json!({"name": "another-name", "note": "kept beside"}));
    assert_eq!(kept(&lab, id), Some(Verdict::Works), "no provider sees a name");
    edit(json!({"prometheusPassword": "Kx7-bad-password"}));
    assert_eq!(kept(&lab, id), None, "a new secret is not checked yet");
    assert_eq!(check(&lab, &[id]).items[0].check.verdict, Verdict::WrongIdentityOrSecret);
    assert_eq!(kept(&lab, id), Some(Verdict::WrongIdentityOrSecret));
    let audit = lab.app.store().read(|reader| {
        let workspace = reader.current_workspace()?.unwrap().id;
        reader.audit(workspace, 100, 0)
    });
    let checks: Vec<String> =
        audit.unwrap().into_iter().filter(|event| event.action == "check").map(|event| event.detail).collect();
    assert_eq!(checks, ["wrongIdentityOrSecret", "works"], "the latest first");
}

#[test]
fn a_form_is_checked_before_it_is_saved() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    let probe = |id, json: &Value| lab.app.probe_input(KindId::Billing, id, input(json), &Cancel::default()).unwrap();
    assert_eq!(probe(None, &billing("", &server.url, "billing", GOOD)).verdict, Verdict::Works);
    let lacking = probe(None, &json!({"prometheusUrl": server.url, "prometheusUsername": "billing"}));
    assert_eq!((lacking.verdict, lacking.field.as_deref()), (Verdict::Incomplete, Some("prometheusPassword")));

    // What is saved just so, whatever its name and what is kept beside it, is known at once and asked about no more.
    let mut json = billing("one", &server.url, "billing", GOOD);
    assert_eq!(probe(None, &json).verdict, Verdict::Works);
    let asked = server.requests();
    json["note"] = json!("of petra");
    json["name"] = json!("another");
    let id = add(&lab, &json);
    assert_eq!((kept(&lab, id), server.requests()), (Some(Verdict::Works), asked));
    let edit = json!({"prometheusPassword": "Kx7-bad-password"});
    assert_eq!(probe(Some(id), &edit).verdict, Verdict::WrongIdentityOrSecret);
    lab.app.edit(id, None, input(&edit), Completeness::Complete).unwrap();
    assert_eq!(kept(&lab, id), Some(Verdict::WrongIdentityOrSecret));
    assert_eq!(probe(Some(id), &json!({"prometheusPassword": GOOD})).verdict, Verdict::Works);
    lab.app.edit(id, None, input(&json!({"prometheusPassword": "another-one"})), Completeness::Complete).unwrap();
    assert_eq!(kept(&lab, id), None, "what is saved is not what was checked");

    let id = add(&lab, &billing("one", &server.url, "billing", GOOD));
    assert_eq!(kept(&lab, id), None);
    assert_eq!(probe(Some(id), &json!({"prometheusUsername": "somebody"})).verdict, Verdict::WrongIdentityOrSecret);
    assert_eq!(kept(&lab, id), None, "what is not saved is not kept");
    assert_eq!(probe(Some(id), &json!({"note": "a note"})).verdict, Verdict::Works);
    assert_eq!(kept(&lab, id), Some(Verdict::Works), "it is stored just so");
}

#[test]
fn all_are_checked_but_drafts_a_few_at_a_time_and_told_one_by_one() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    for number in 0..20 {
        // Each is another user, so that they need not wait for one another.
        let user = if number == 7 { "billing".to_owned() } else { format!("user-{number}") };
        add(&lab, &billing(&format!("one-{number:02}"), &server.url, &user, GOOD));
    }
    lab.app.add(KindId::Billing, Some("Acme"), input(&json!({"name": "draft"})), true).unwrap();
    let told = RefCell::new(Vec::new());
    let tell = |progress: &credenza_app::CheckProgress| told.borrow_mut().push((progress.done, progress.total));
    let report = lab.app.check_all(&ListQuery::default(), &tell, &Cancel::default()).unwrap();
    assert_eq!((report.total, report.works, report.drafts, report.cancelled), (20, 1, 1, false));
    assert!(!report.all_work());
    let names: Vec<&str> = report.items.iter().map(|item| item.name.as_str()).collect();
    assert!(names.is_sorted() && names.len() == 20, "in the order of the list: {names:?}");
    assert_eq!(told.into_inner(), (0..=20).map(|done| (done, 20)).collect::<Vec<_>>());
    assert!((1..=2).contains(&server.most_at_once()), "a host is asked politely: {}", server.most_at_once());
}

#[test]
fn the_same_pair_is_refused_once_and_not_asked_again() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    let ids: Vec<_> = (0..5)
        .map(|number| add(&lab, &billing(&format!("same-{number}"), &server.url, "billing", "Kx7-bad-password")))
        .chain([add(&lab, &billing("other", &server.url, "billing", GOOD))])
        .collect();
    let report = check(&lab, &ids);
    assert_eq!((report.total, report.works), (6, 1));
    // One refusal; then the right one: the query, its control and the version.
    assert_eq!(server.requests(), 4, "a provider locks whoever is refused too often");
}

#[test]
fn it_stops_when_it_is_told_to_and_keeps_what_was_found() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    // The first is answered; then others are under way that never are.
    let first = add(&lab, &billing("one-0", &server.url, "billing", GOOD));
    let mut ids = vec![first];
    ids.extend((1..4).map(|number| {
        let user = format!("user-{number}");
        add(&lab, &billing(&format!("one-{number}"), &server.url, &user, GOOD))
    }));
    let cancel = Cancel::default();
    let report = std::thread::scope(|scope| {
        let stop = cancel.clone();
        let server = &server;
        scope.spawn(move || {
            // Once something more is asked than the first one's three questions, it waits at the closed door.
            while server.requests() < 4 {
                std::thread::yield_now();
            }
            stop.cancel();
        });
        lab.app.check(
            &ids,
            &|progress| {
                if progress.done == 0 {
                    server.close_after(3);
                }
            },
            &cancel,
        )
    });
    server.open();
    let report = report.unwrap();
    assert!(report.cancelled && !report.all_work());
    assert!(report.total == 4 && report.items.len() < 4, "{report:?}");
    let kept: Vec<_> = ids.iter().filter_map(|id| kept(&lab, *id)).collect();
    assert_eq!(kept.len(), report.items.len(), "what was found is kept, and nothing else");

    server.close();
    let stop = cancel_soon(&server);
    let form = lab.app.probe_input(KindId::Billing, Some(first), input(&json!({})), &stop);
    assert_eq!(form.unwrap_err().code(), ErrorCode::Cancelled);
    server.open();
}

/// Cancels once one more request has come.
fn cancel_soon(server: &Prometheus) -> Cancel {
    let (cancel, asked) = (Cancel::default(), server.watch());
    let stop = cancel.clone();
    std::thread::spawn(move || {
        let before = asked();
        while asked() == before {
            std::thread::yield_now();
        }
        stop.cancel();
    });
    cancel
}

#[test]
fn a_server_that_is_not_there_says_nothing_of_the_secret() {
    let dir = tempfile::tempdir().unwrap();
    let app = credenza_app::App::open_with(dir.path(), credenza_vault::Vault::memory(Default::default()))
        .unwrap()
        .with_check_limits(CheckLimits { request: Duration::from_millis(300), ..CheckLimits::default() });
    app.create_workspace("lab", Role::Partner, &["Acme".into()]).unwrap();
    let server = Prometheus::start("billing", GOOD);
    server.close();
    let probe = |url: &str| {
        let json = billing("x", url, "billing", GOOD);
        app.probe_input(KindId::Billing, None, input(&json), &Cancel::default()).unwrap().verdict
    };
    assert_eq!(probe(&server.url), Verdict::TimedOut);
    server.open();
    assert_eq!(probe("http://127.0.0.1:1"), Verdict::Refused);
}

#[test]
fn nobody_checks_what_the_role_may_not() {
    let lab = lab(Role::Manager);
    let id = lab.given(KindId::Billing, "not-mine");
    let refused = lab.app.check(&[id], &|_| (), &Cancel::default()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let all = lab.app.check_all(&ListQuery::default(), &|_| (), &Cancel::default()).unwrap();
    assert_eq!(all.total, 0);
}

#[test]
fn secrets_that_are_gone_are_named_and_stop_nothing() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    let lost = add(&lab, &billing("lost", &server.url, "somebody", GOOD));
    let item = lab.memory.items().remove(0);
    let fine = add(&lab, &billing("fine", &server.url, "billing", GOOD));
    assert!(lab.memory.lose(&item));
    let report = check(&lab, &[lost, fine]);
    let verdicts: Vec<Verdict> = report.items.iter().map(|item| item.check.verdict).collect();
    assert_eq!(verdicts, [Verdict::Incomplete, Verdict::Works]);
}

#[test]
fn a_note_and_a_date_are_kept_beside_and_are_no_change_for_an_account() {
    let lab = lab(Role::Partner);
    let mut json = billing("one", "https://prometheus.example.com", "billing", GOOD);
    json["expires"] = json!("2027-01-31");
    json["note"] = json!("of the network team");
    let id = add(&lab, &json);
    let view = lab.app.show(id).unwrap();
    assert_eq!(view.note, "of the network team");
    assert_eq!(view.expires.unwrap().to_rfc3339(), "2027-01-31T00:00:00+00:00");
    assert_eq!(view.expires_from, Some(credenza_app::ExpirySource::Hand));
    lab.alter(id, |row| row.state = credenza_store::State::Synced);
    let edit = |json: Value| lab.app.edit(id, None, input(&json), Completeness::AsItIs);
    let saved = edit(json!({"note": null, "expires": "2028-01-01"})).unwrap().credential;
    assert_eq!((saved.note.as_str(), saved.state), ("", credenza_store::State::Synced));
    assert_eq!(saved.expires.unwrap().to_rfc3339(), "2028-01-01T00:00:00+00:00");
    let refused = edit(json!({"expires": "soon"})).unwrap_err().view();
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("expires")));
    assert_eq!(lab.app.show(id).unwrap().expires.unwrap().to_rfc3339(), "2028-01-01T00:00:00+00:00");
    assert_eq!(edit(json!({"expires": null})).unwrap().credential.expires, None);
}

#[test]
fn what_is_kept_beside_concerns_neither_a_lock_nor_a_draft() {
    let lab = lab(Role::Partner);
    let json = billing("one", "https://prometheus.example.com", "billing", GOOD);
    let id = add(&lab, &json);
    let before = lab.app.set_locked(id, true).unwrap();
    let edit = |id, json: Value, completeness| lab.app.edit(id, None, input(&json), completeness);
    let noted = edit(id, json!({"note": "hold"}), Completeness::Complete).unwrap().credential;
    assert_eq!((noted.note.as_str(), noted.locked), ("hold", true));
    assert_eq!(noted.modified_at, before.modified_at, "the credential itself did not change");
    let both = edit(id, json!({"note": "x", "name": "other"}), Completeness::Complete).unwrap_err();
    assert_eq!(both.code(), ErrorCode::Locked);

    let draft =
        lab.app.add(KindId::Billing, Some("Acme"), input(&billing("two", "https://p", "b", GOOD)), true).unwrap();
    let id = draft.credential.id.parse().unwrap();
    let noted = edit(id, json!({"note": "hold until Monday"}), Completeness::AsItIs).unwrap().credential;
    assert_eq!(noted.state, credenza_store::State::Draft, "a note makes nothing ready");
}

#[test]
fn what_cannot_be_read_is_refused_and_not_checked_in_another_form() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    let id = add(&lab, &billing("one", &server.url, "billing", GOOD));
    for bad in [json!({"prometheusPassword": "a\u{0}b"}), json!({"nosuch": 1}), json!({"expires": "soon"})] {
        let probed = lab.app.probe_input(KindId::Billing, Some(id), input(&bad), &Cancel::default());
        assert_eq!(probed.unwrap_err().code(), ErrorCode::Invalid, "{bad}");
    }
    assert_eq!((server.requests(), kept(&lab, id)), (0, None));
}

#[test]
fn a_form_in_which_every_secret_was_typed_needs_no_keychain() {
    let server = Prometheus::start("billing", GOOD);
    let lab = lab(Role::Partner);
    let id = add(&lab, &billing("one", &server.url, "billing", "Kx7-bad-password"));
    let item = lab.memory.items().remove(0);
    assert!(lab.memory.lose(&item));
    let typed = json!({"prometheusPassword": GOOD});
    let probed = lab.app.probe_input(KindId::Billing, Some(id), input(&typed), &Cancel::default()).unwrap();
    assert_eq!(probed.verdict, Verdict::Works);
}

#[test]
fn a_slip_in_an_address_does_not_cost_the_secret_while_one_types() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Proxmox, "pve");
    let suggest = |json: Value| lab.app.suggest(KindId::Proxmox, "storage", Some(id), input(&json)).unwrap_err();
    let moved = suggest(json!({"url": "https://127.0.0.1:1"}));
    assert!(moved.code() == ErrorCode::Provider && moved.to_string().contains("Enter the secret again"), "{moved}");
    // Typed anew it is sent where the person says.
    let typed = suggest(json!({"url": "https://127.0.0.1:1", "tokenSecret": "3f1c7a52-6a55-4f0c-9d0b-0a9d5b1a2c3d"}));
    assert!(typed.to_string().contains("refuses connections"), "{typed}");
    let nothing = lab.app.suggest(KindId::Proxmox, "name", Some(id), input(&json!({}))).unwrap_err();
    assert_eq!(nothing.code(), ErrorCode::Usage);
}

#[test]
fn an_address_that_another_process_sets_holds_at_once_and_a_broken_one_sends_nothing() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "aws");
    let probe = || lab.app.probe_input(KindId::Aws, Some(id), input(&json!({})), &Cancel::default());
    let other =
        credenza_app::App::open_with(lab.dir.path(), credenza_vault::Vault::memory(lab.memory.clone())).unwrap();
    other.set_endpoint("aws.sts", Some("http://127.0.0.1:1")).unwrap();
    let half = probe().unwrap();
    assert_eq!(half.verdict, Verdict::Incomplete, "what one service gives is not shown to the public other: {half:?}");
    for endpoint in other.endpoints().unwrap() {
        if endpoint.name.starts_with("aws.") {
            other.set_endpoint(&endpoint.name, Some("http://127.0.0.1:1")).unwrap();
        }
    }
    assert_eq!(probe().unwrap().verdict, Verdict::Refused, "the window that is open asks there from now on");
    other.store().write(|writer| writer.set_setting("endpoints", Some("{broken"))).unwrap();
    assert_eq!(probe().unwrap_err().code(), ErrorCode::Usage);
    lab.app.set_endpoint("all", None).unwrap();
    assert!(lab.app.endpoints().unwrap().iter().all(|endpoint| endpoint.address.is_none()));
}

#[test]
fn an_endpoint_is_kept_and_never_takes_a_secret_in_the_clear() {
    let lab = lab(Role::Partner);
    let set = |name: &str, address: Option<&str>| lab.app.set_endpoint(name, address).map_err(|error| error.code());
    assert_eq!(set("aws.sts", Some("https://sts.example.com")), Ok(()));
    let address =
        |name: &str| lab.app.endpoints().unwrap().into_iter().find(|endpoint| endpoint.name == name).unwrap().address;
    assert_eq!(address("aws.sts").as_deref(), Some("https://sts.example.com"));
    for bad in ["http://sts.example.com", "sts.example.com", "https://user@sts.example.com", "https://x/?q=1", ""] {
        assert_eq!(set("aws.sts", Some(bad)), Err(ErrorCode::Usage), "{bad}");
    }
    assert_eq!(set("aws.nothing", Some("https://x")), Err(ErrorCode::Usage));
    assert_eq!(set("aws.sts", None), Ok(()));
    assert_eq!(address("aws.sts"), None);
}

#[test]
fn a_refusal_is_not_asked_for_again_by_every_list_of_a_form() {
    use std::io::{Read, Write};
    // As Proxmox refuses a wrong secret: in the status line.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream
                .write_all(b"HTTP/1.1 401 invalid token value!\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let lab = lab(Role::Partner);
    let asks = |field: &str, secret: &str| {
        let mut form = common::sample(KindId::Proxmox);
        form["url"] = json!(url);
        form["tokenSecret"] = json!(secret);
        let error = lab.app.suggest(KindId::Proxmox, field, None, input(&form)).unwrap_err();
        assert!(error.code() == ErrorCode::Provider && error.to_string().contains("is another"), "{error}");
        asked.load(std::sync::atomic::Ordering::SeqCst)
    };
    let one = "3f1c7a52-6a55-4f0c-9d0b-0a9d5b1a2c3d";
    assert_eq!([asks("storage", one), asks("hypervisors", one), asks("storage", one)], [1, 1, 1]);
    assert_eq!(asks("storage", "3f1c7a52-6a55-4f0c-9d0b-0a9d5b1a2c3e"), 2, "another secret is another question");
}
