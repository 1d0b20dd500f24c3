//! What checks find, and when credentials end.

use chrono::TimeDelta;
use credenza_model::{KindId, Verdict};
use credenza_store::{Check, Credential, ExpirySource, Query, Sort};

use crate::desk::{Desk, at, secret, text};

fn found(verdict: Verdict) -> Check {
    Check {
        verdict,
        message: "A sentence.".into(),
        field: None,
        identity: None,
        details: Vec::new(),
        warnings: Vec::new(),
        dangers: Vec::new(),
        expires: Some(at(500)),
        at: at(1),
    }
}

#[test]
fn a_check_is_kept_until_what_it_is_about_changes() {
    let desk = Desk::new();
    let mut row = desk.credential(KindId::Aws, "aws");
    row.values.set("name", text("aws"));
    row.secret = Some(secret(row.id));
    desk.insert(&row).unwrap();
    assert!(desk.store.write(|w| w.set_check(&row, &found(Verdict::Works))).unwrap());
    let read = || desk.get(row.id).unwrap();
    assert_eq!(read().check, Some(found(Verdict::Works)));
    assert_eq!(read().expires(), Some((at(500), ExpirySource::Provider)));
    assert_eq!(read().version, 1, "a check is no edit");

    // The caller's copy was read before the check, and another name is nothing that a provider sees.
    let mut renamed = Credential { name: "aws-2".into(), version: 2, note: "of petra".into(), ..row.clone() };
    renamed.values.set("name", text("aws-2"));
    desk.store.write(|w| w.update_credential(&renamed, 1)).unwrap();
    assert_eq!(read().check, Some(found(Verdict::Works)));

    let mut moved = Credential { version: 3, ..renamed.clone() };
    moved.values.set("awsRegion", text("eu-west-1"));
    desk.store.write(|w| w.update_credential(&moved, 2)).unwrap();
    assert_eq!((read().check, read().expires()), (None, None));
    assert!(!desk.store.write(|w| w.set_check(&renamed, &found(Verdict::Works))).unwrap(), "it is another by now");
    assert_eq!(read().check, None);

    assert!(desk.store.write(|w| w.set_check(&moved, &found(Verdict::Works))).unwrap());
    let turned = Credential { version: 4, secret: Some(secret(row.id)), ..moved };
    desk.store.write(|w| w.update_credential(&turned, 3)).unwrap();
    assert_eq!(read().check, None, "a new secret is checked anew");
}

#[test]
fn a_credential_ends_by_the_earliest_that_anybody_says() {
    let desk = Desk::new();
    let mut row = desk.credential(KindId::Aws, "aws");
    assert_eq!(row.expires(), None);
    row.facts.expiry = Some(at(400));
    row.check = Some(found(Verdict::Works));
    assert_eq!(row.expires(), Some((at(400), ExpirySource::Itself)));
    row.facts.expiry = Some(at(600));
    assert_eq!(row.expires(), Some((at(500), ExpirySource::Provider)));
    row.expires_by_hand = Some(at(900));
    assert_eq!(row.expires(), Some((at(500), ExpirySource::Provider)), "no word of a person's makes it last longer");
    row.expires_by_hand = Some(at(100));
    assert_eq!(row.expires(), Some((at(100), ExpirySource::Hand)));
}

#[test]
fn a_list_is_sorted_by_checks_with_faults_first_and_finds_notes() {
    let desk = Desk::new();
    for (name, verdict) in [
        ("a-unchecked", None),
        ("b-works", Some(Verdict::Works)),
        ("c-wrong", Some(Verdict::WrongSecret)),
        ("d-late", Some(Verdict::TimedOut)),
        ("e-open", Some(Verdict::Unproven)),
    ] {
        let mut row = desk.credential(KindId::Aws, name);
        row.note = format!("note of {name}");
        desk.insert(&row).unwrap();
        if let Some(verdict) = verdict {
            let check = Check { expires: Some(at(0) + TimeDelta::days(3)), ..found(verdict) };
            desk.store.write(|w| w.set_check(&row, &check)).unwrap();
        }
    }
    let sorted = desk.names(&Query { sort: Sort::Check, ..desk.query() });
    assert_eq!(sorted, ["c-wrong", "d-late", "e-open", "b-works", "a-unchecked"]);
    assert_eq!(desk.found("note of d-l"), ["d-late"]);
    let day = (at(0) + TimeDelta::days(3)).format("%Y-%m-%d").to_string();
    assert_eq!(desk.found(&day).len(), 4);
}

#[test]
fn a_check_that_hears_nothing_keeps_what_was_heard_and_none_is_overtaken_by_an_older_one() {
    let desk = Desk::new();
    let row = desk.add("os", |_| ());
    let set = |check: &Check| desk.store.write(|w| w.set_check(&row, check)).unwrap();
    let read = || desk.get(row.id).unwrap();
    assert!(set(&found(Verdict::Works)));
    let silent = Check { expires: None, at: at(2), ..found(Verdict::TimedOut) };
    assert!(set(&silent));
    assert_eq!(read().expires(), Some((at(500), ExpirySource::Provider)));
    assert!(!set(&Check { at: at(1), ..silent.clone() }), "somebody has checked it since");
    assert!(set(&Check { at: at(3), ..Check { verdict: Verdict::Works, ..silent } }));
    assert_eq!(read().expires(), None, "the provider was asked, and tells of no end any more");
}

#[test]
fn a_report_that_cannot_be_read_hides_no_credential_and_those_without_an_end_come_last() {
    let desk = Desk::new();
    let row = desk.add("a-broken", |_| ());
    desk.add("b-undated", |_| ());
    desk.add("c-dated", |row| row.expires_by_hand = Some(at(0)));
    assert!(desk.store.write(|w| w.set_check(&row, &Check { expires: None, ..found(Verdict::Works) })).unwrap());
    let raw = rusqlite::Connection::open(desk.store.path()).unwrap();
    raw.execute("UPDATE credentials SET report = '{\"verdict\":\"aWordOfTomorrow\"}' WHERE name = 'a-broken'", [])
        .unwrap();
    let sorted = desk.names(&Query { sort: Sort::Expiry, ..desk.query() });
    assert_eq!(sorted, ["c-dated", "a-broken", "b-undated"]);
    assert_eq!(desk.get(row.id).unwrap().check, None);
}
