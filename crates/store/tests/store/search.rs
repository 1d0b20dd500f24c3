//! Search: any part of what is shown finds a credential, and what is typed means nothing but itself.

use credenza_model::{Facts, KindId};
use credenza_store::Query;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::desk::{Desk, add_organization, at, text};

#[test]
fn all_that_is_public_is_found() {
    let desk = Desk::new();
    desk.add("os-prod", |row| {
        row.values.set("openStackUrl", text("https://keystone.example.com:5000/v3"));
        row.values.set("openStackRegion", text("RegionOne"));
        row.facts = Facts {
            identity: Some("Robot@Acme-Prod".into()),
            project: Some("Billing-7".into()),
            fingerprint: Some("ab:CD:12".into()),
            expiry: Some(at(0)),
        };
    });
    desk.add("unrelated", |row| row.kind = KindId::Aws);
    let label = KindId::Openstack.kind().label;
    for part in [
        "os-prod",
        "OS-PROD",
        "s-p",
        "keystone.example",
        "5000/v3",
        "robot@",
        "acme-prod",
        "billing-7",
        "AB:cd",
        "openstack",
        label,
        "2026-09",
        "prod keystone",
        "7 keystone ROBOT",
        "v3",
        "@",
        "os",
        "o",
        "keystone v3 @",
    ] {
        assert_eq!(desk.found(part).first().map(String::as_str), Some("os-prod"), "{part}");
    }
    assert_eq!(desk.found("acme").len(), 2, "the organization's name");
    for nothing in ["keystone unrelated", "RegionOne", "prodRobot", "os-prodd", "zz", "keystone zz"] {
        assert_eq!(desk.found(nothing), [""; 0], "{nothing}");
    }
    for everything in ["", " ", "\t\n", "\0"] {
        assert_eq!(desk.found(everything).len(), 2, "{everything:?}");
    }
}

#[test]
fn what_is_typed_is_no_pattern_and_no_query() {
    let desk = Desk::new();
    let names = [
        "100%_sure",
        "a\"quoted\"b",
        "it's",
        "star*star",
        "minus-minus",
        "NEAR(a b)",
        "x:y",
        "back\\slash",
        "(paren",
        "{curly}",
        "c^d",
        "a+b",
        "שלום עולם",
        "مرحبا",
        "🗝️🔥key",
        "ΟΔΟΣ",
        "İstanbul",
        "groß",
        "日本語",
    ];
    for name in names {
        desk.add(name, |_| ());
    }
    for name in names {
        assert_eq!(desk.found(name), [name], "the name itself");
    }
    for (typed, name) in [
        ("%", "100%_sure"),
        ("_", "100%_sure"),
        ("%_s", "100%_sure"),
        ("\"", "a\"quoted\"b"),
        ("\"quoted\"", "a\"quoted\"b"),
        ("'", "it's"),
        ("*", "star*star"),
        ("r*s", "star*star"),
        ("s-m", "minus-minus"),
        ("near(", "NEAR(a b)"),
        (":", "x:y"),
        ("\\", "back\\slash"),
        ("(par", "(paren"),
        ("{cur", "{curly}"),
        ("^", "c^d"),
        ("+", "a+b"),
        ("עולם", "שלום עולם"),
        ("רח", "none"),
        ("حب", "مرحبا"),
        ("🔥", "🗝️🔥key"),
        ("🗝", "🗝️🔥key"),
        ("🔥ke", "🗝️🔥key"),
        ("οδος", "ΟΔΟΣ"),
        ("δοσ", "ΟΔΟΣ"),
        ("ς", "ΟΔΟΣ"),
        ("İST", "İstanbul"),
        ("GRO", "groß"),
        ("日", "日本語"),
        ("本語", "日本語"),
        ("日本語", "日本語"),
    ] {
        let expected: &[&str] = if name == "none" { &[] } else { &[name] };
        assert_eq!(desk.found(typed), expected, "{typed}");
    }
    for typed in
        ["\"\"", "***", "AND", "NOT x", "a OR", "text:", "{text}:", "-- x", "%%%", "___", "NEAR(", "\u{202e}abc", "\"*"]
    {
        desk.found(typed);
    }
}

#[test]
fn a_renamed_organization_finds_its_credentials() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    desk.add("mine", |_| ());
    desk.add("theirs", |row| row.organization = beta);
    desk.store.write(|writer| writer.rename_organization(desk.organization, "Zürich AG")).unwrap();
    assert_eq!(desk.found("acme"), [""; 0]);
    assert_eq!(desk.found("ZÜRICH"), ["mine"]);
    assert_eq!(desk.found("zü"), ["mine"]);
    let sorted = Query { sort: credenza_store::Sort::Organization, ..desk.query() };
    assert_eq!(desk.names(&sorted), ["theirs", "mine"]);
    let page = desk.store.read(|reader| reader.page(&sorted)).unwrap();
    assert_eq!(page.items[1].organization_name, "Zürich AG");
}

#[test]
fn very_long_searches_are_answered() {
    let desk = Desk::new();
    desk.add("prod", |_| ());
    assert_eq!(desk.found(&"prod ".repeat(10_000)), ["prod"]);
    assert_eq!(desk.found(&"x".repeat(1_000_000)), [""; 0]);
    assert_eq!(desk.found(&(0..50_000).map(|number| format!("w{number} ")).collect::<String>()), [""; 0]);
}

#[test]
fn many_hits_come_as_few_do() {
    let desk = Desk::new();
    desk.store
        .write(|writer| {
            (0..2500).try_for_each(|number| {
                let mut row = desk.credential(KindId::Aws, &format!("many {number:04}"));
                row.deleted_at = (number % 10 == 0).then(|| at(0));
                writer.insert_credential(&row)
            })
        })
        .unwrap();
    let with_24 = (0..2500).filter(|number| number % 10 != 0 && format!("{number:04}").contains("24")).count();
    let with_24 = u32::try_from(with_24).unwrap();
    for (search, total) in [("many", 2250), ("ma", 2250), ("many 24", with_24), ("24", with_24)] {
        for sort in crate::pages::every_sort() {
            let query = Query { search: Some(search.into()), sort, limit: 5, offset: 20, ..desk.query() };
            let page = desk.store.read(|reader| reader.page(&query)).unwrap();
            assert_eq!((page.total, page.items.len()), (total, 5), "{query:?}");
        }
    }
}

#[test]
fn any_part_of_a_name_finds_it() {
    let desk = Desk::new();
    let name = prop_oneof!["[a-zA-Z0-9 ._-]{1,30}", "\\PC{1,20}", "[\"%_*'()ΣσςİIıßẞé🗝️א]{1,12}",];
    let cases = (name, any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    runner
        .run(&cases, |(name, from, length)| {
            let row = desk.add(&name, |row| row.state = credenza_store::State::Draft);
            let chars: Vec<char> = name.chars().collect();
            let from = from.index(chars.len());
            let part: String = chars[from..].iter().take(1 + length.index(chars.len() - from)).collect();
            let found = desk.found(&part);
            desk.store.write(|writer| writer.remove_credential(row.id)).unwrap();
            prop_assert!(found.contains(&name), "{part:?} is in {name:?}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn nothing_that_can_be_typed_is_an_error() {
    let desk = Desk::new();
    desk.add("prod", |_| ());
    let typed = prop_oneof![any::<String>(), "[\"'*^:(){}+%_\\\\ \0-]{0,12}", "(AND|OR|NOT|NEAR|text| |\"){0,8}"];
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    runner
        .run(&(typed, 0..14_usize), |(typed, sort)| {
            let sort = crate::pages::every_sort()[sort].clone();
            let query = Query { search: Some(typed), sort, ..desk.query() };
            prop_assert!(desk.store.read(|reader| reader.page(&query)).is_ok());
            Ok(())
        })
        .unwrap();
}
