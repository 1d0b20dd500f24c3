//! Pages: filters, orders, and parts that together are the whole.

use std::collections::BTreeSet;

use credenza_model::{Facts, KindId, OrganizationId, Tab, WorkspaceId};
use credenza_store::{Credential, Query, Sort, State, StoreError};
use uuid::Uuid;

use crate::desk::{Desk, add_organization, add_workspace, at, credential, text};

/// Every order there is.
pub(crate) fn every_sort() -> [Sort; 14] {
    [
        Sort::Name,
        Sort::Organization,
        Sort::Kind,
        Sort::State,
        Sort::Identity,
        Sort::Project,
        Sort::Expiry,
        Sort::Created,
        Sort::Modified,
        Sort::Locked,
        Sort::Default,
        Sort::Field("publicNetwork.gateway".into()),
        Sort::Field("no \" such ' field $[0] \\ \0".into()),
        Sort::Field(String::new()),
    ]
}

#[test]
fn filters_narrow_and_counts_agree() {
    let (desk, rows) = crowd();
    let beta = rows.iter().map(|row| row.organization).find(|id| *id != desk.organization).unwrap();
    let clouds = vec![KindId::Aws, KindId::Backup, KindId::Gcp];
    for tab in [None, Some(Tab::Cloud), Some(Tab::Backup), Some(Tab::Ai)] {
        for kinds in [None, Some(vec![]), Some(vec![KindId::Aws]), Some(clouds.clone()), Some(KindId::ALL.to_vec())] {
            for organization in [None, Some(desk.organization), Some(beta)] {
                for state in [None, Some(State::Draft), Some(State::Synced)] {
                    for sort in every_sort() {
                        for search in [None, Some("https".to_owned())] {
                            let query = Query {
                                tab,
                                kinds: kinds.clone(),
                                organization,
                                state,
                                sort: sort.clone(),
                                search,
                                ..desk.query()
                            };
                            let expected: BTreeSet<_> =
                                rows.iter().filter(|row| wanted(row, &query)).map(|row| row.name.clone()).collect();
                            assert_eq!(BTreeSet::from_iter(desk.names(&query)), expected, "{query:?}");
                        }
                    }
                }
            }
        }
    }
    for organization in [None, Some(beta)] {
        let counts = desk.store.read(|reader| reader.counts(desk.workspace, organization, &[])).unwrap();
        for kind in KindId::ALL {
            let query = Query { kinds: Some(vec![*kind]), organization, ..desk.query() };
            let counted = counts.iter().find(|(counted, _)| counted == kind).map_or(0, |(_, number)| *number);
            assert_eq!(counted as usize, desk.names(&query).len(), "{kind:?}");
        }
    }
}

#[test]
fn parts_are_the_whole_in_either_direction() {
    let (desk, rows) = crowd();
    for sort in every_sort() {
        for search in [None, Some("https"), Some("ke")] {
            let query = Query { sort: sort.clone(), search: search.map(Into::into), ..desk.query() };
            let whole = desk.names(&query);
            let found = rows.iter().filter(|row| wanted(row, &query)).count();
            assert_eq!(whole.len(), found, "{query:?}");
            let mut parts = Vec::new();
            for offset in (0..).step_by(7).take_while(|offset| *offset < found + 7) {
                let part = Query { limit: 7, offset: u32::try_from(offset).unwrap(), ..query.clone() };
                let page = desk.store.read(|reader| reader.page(&part)).unwrap();
                assert_eq!(page.total as usize, found);
                parts.extend(page.items.into_iter().map(|row| row.credential.name));
            }
            assert_eq!(parts, whole, "{query:?}");
            let mut backwards = desk.names(&Query { descending: true, ..query.clone() });
            backwards.reverse();
            assert_eq!(backwards, whole, "{query:?}");
        }
    }
}

#[test]
fn names_sort_whatever_the_case_and_then_by_id() {
    let desk = Desk::new();
    for name in ["beta", "Alpha", "älpha", "ALPHA 2", "Ärger", "_x", "alpha"] {
        desk.add(name, |_| ());
    }
    assert_eq!(desk.names(&desk.query()), ["_x", "Alpha", "alpha", "ALPHA 2", "beta", "älpha", "Ärger"]);
}

#[test]
fn a_field_sorts_by_its_whole_dotted_id() {
    let desk = Desk::new();
    for (name, gateway) in [("one", "10.3.0.1"), ("two", "10.1.0.1"), ("three", "10.2.0.1")] {
        desk.add(name, |row| {
            row.values.set("publicNetwork.gateway", text(gateway));
            row.values.set("publicNetwork", text("the same"));
            row.values.set("region", text(if name == "two" { "a" } else { "B" }));
        });
    }
    desk.add("none", |_| ());
    let by =
        |field: &str, descending| desk.names(&Query { sort: Sort::Field(field.into()), descending, ..desk.query() });
    assert_eq!(by("publicNetwork.gateway", false), ["none", "two", "three", "one"]);
    assert_eq!(by("publicNetwork.gateway", true), ["one", "three", "two", "none"]);
    assert_eq!(by("region", false), ["none", "two", "one", "three"], "whatever the case, then by name");
    assert_eq!(by("absent", false), ["none", "one", "three", "two"]);
}

#[test]
fn each_order_is_its_own() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "beta");
    desk.add("a", |row| {
        row.organization = beta;
        row.created_at = at(1);
        row.modified_at = at(3);
        row.state = State::Synced;
        row.facts = Facts { identity: Some("Zoe".into()), project: Some("p2".into()), ..Facts::default() };
        row.locked = true;
    });
    desk.add("b", |row| {
        row.created_at = at(2);
        row.modified_at = at(1);
        row.state = State::Draft;
        row.facts = Facts { identity: Some("anna".into()), expiry: Some(at(9)), ..Facts::default() };
        row.default = true;
    });
    desk.add("c", |row| {
        row.kind = KindId::Backup;
        row.created_at = at(3);
        row.modified_at = at(2);
        row.state = State::Ready;
        row.facts = Facts { project: Some("p1".into()), expiry: Some(at(8)), ..Facts::default() };
    });
    let by = |sort| desk.names(&Query { sort, ..desk.query() }).concat();
    assert_eq!(by(Sort::Name), "abc");
    assert_eq!(by(Sort::Organization), "bca");
    assert_eq!(by(Sort::Kind), "cab");
    assert_eq!(by(Sort::State), "bca");
    assert_eq!(by(Sort::Identity), "cba");
    assert_eq!(by(Sort::Project), "bca");
    assert_eq!(by(Sort::Expiry), "cba", "what has no end comes last");
    assert_eq!(by(Sort::Created), "abc");
    assert_eq!(by(Sort::Modified), "bca");
    assert_eq!(by(Sort::Locked), "bca");
    assert_eq!(by(Sort::Default), "acb");
}

#[test]
fn a_page_is_bounded_and_other_workspaces_are_not_in_it() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let theirs = add_organization(&desk.store, other, "Acme");
    desk.store
        .write(|writer| {
            for number in 0..1010 {
                writer.insert_credential(&desk.credential(KindId::Aws, &format!("n{number:04}")))?;
            }
            writer.insert_credential(&credential(other, theirs, KindId::Aws, "n0000"))
        })
        .unwrap();
    let page = |query: &Query| desk.store.read(|reader| reader.page(query)).unwrap();
    let all = page(&Query { limit: u32::MAX, ..desk.query() });
    assert_eq!((all.total, all.items.len()), (1010, 1000));
    assert_eq!(all.items[0].organization_name, "Acme");
    assert_eq!(page(&Query { offset: u32::MAX, ..desk.query() }).items, []);
    assert_eq!(page(&Query { limit: 0, ..desk.query() }).total, 1010);
    let stranger = Query { organization: Some(theirs), ..desk.query() };
    assert_eq!(page(&stranger).total, 0, "an organization of another workspace");
    for nobody in [
        Query { workspace: WorkspaceId::new(Uuid::now_v7()), ..desk.query() },
        Query { organization: Some(OrganizationId::new(Uuid::now_v7())), ..desk.query() },
    ] {
        assert_eq!(page(&nobody).total, 0);
    }
}

#[test]
fn a_list_shows_what_was_written_since() {
    let desk = Desk::new();
    let mut row = desk.add("one", |_| ());
    let queries = [
        desk.query(),
        Query { sort: Sort::Locked, ..desk.query() },
        Query { search: Some("acme".into()), ..desk.query() },
    ];
    let seen = || queries.clone().map(|query| desk.names(&query).len());
    assert_eq!(seen(), [1, 1, 1]);
    desk.add("two", |_| ());
    assert_eq!(seen(), [2, 2, 2], "this store has written");
    let version = desk.store.data_version().unwrap();
    let second = credenza_store::Store::open(desk.path()).unwrap();
    row.deleted_at = Some(at(1));
    second.write(|writer| writer.update_credential(&row, 1)).unwrap();
    assert_eq!(seen(), [1, 1, 1], "another one has written");
    assert_ne!(desk.store.data_version().unwrap(), version);

    let undone: Result<(), StoreError> = desk.store.write(|writer| {
        writer.insert_credential(&desk.credential(KindId::Aws, "three"))?;
        for query in &queries {
            assert_eq!(writer.page(query)?.total, 2);
        }
        Err(StoreError::Busy)
    });
    undone.unwrap_err();
    assert_eq!(seen(), [1, 1, 1], "what was undone is not remembered");
}

/// Many credentials that differ in everything that is filtered and sorted by.
fn crowd() -> (Desk, Vec<Credential>) {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let kinds = [KindId::Aws, KindId::Openstack, KindId::Backup, KindId::Gcp, KindId::Billing];
    let mut rows = Vec::new();
    for number in 0..60_usize {
        let organization = if number % 3 == 0 { beta } else { desk.organization };
        let mut row = credential(desk.workspace, organization, kinds[number % 5], &format!("{} key", number * 37 % 60));
        row.state = State::ALL[number % 4];
        row.locked = number % 7 == 0;
        row.created_at = at(i64::try_from(number / 3).unwrap());
        row.modified_at = at(i64::try_from(number * 7 % 11).unwrap());
        row.facts.identity = (number % 6 != 0).then(|| format!("robot {}", number % 9));
        row.facts.expiry = (number % 4 == 1).then(|| at(i64::try_from(number % 5).unwrap()));
        row.values.set("openStackUrl", text("https://keystone.example.com"));
        row.values.set("publicNetwork.gateway", text(&format!("10.0.0.{}", number % 13)));
        rows.push(row);
    }
    desk.store.write(|writer| rows.iter().try_for_each(|row| writer.insert_credential(row))).unwrap();
    (desk, rows)
}

/// The filters, said again in Rust.
fn wanted(row: &Credential, query: &Query) -> bool {
    query.tab.is_none_or(|tab| row.kind.kind().tab == tab)
        && query.kinds.as_ref().is_none_or(|kinds| kinds.contains(&row.kind))
        && query.organization.is_none_or(|organization| row.organization == organization)
        && query.state.is_none_or(|state| row.state == state)
        // Of these, only OpenStack has the field that holds a URL here; the names hold the other word.
        && query.search.as_deref().is_none_or(|word| word == "ke" || row.kind == KindId::Openstack)
}
