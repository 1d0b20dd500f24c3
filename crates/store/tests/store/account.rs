//! What syncing needs: accounts, bases, the outbox's stages, remote ids, closed organizations, conflicts, tombstones.

use std::collections::{BTreeMap, HashMap};

use credenza_model::{CredentialId, Generation, KindId, Role, SecretRef, Values, WorkspaceId};
use credenza_store::{
    Account, Agreed, Base, Credential, Operation, Organization, OutboxEntry, Phase, Query, Stage, State, StoreError,
    session_owner,
};
use uuid::Uuid;

use crate::desk::{Desk, add_organization, add_workspace, at, credential, secret, text};

#[test]
fn an_account_is_set_replaced_and_removed() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let get = |workspace| desk.store.read(|reader| reader.account(workspace)).unwrap();
    let set = |account: &Account| desk.store.write(|writer| writer.set_account(account));
    assert_eq!(get(desk.workspace), None);
    let first = account(desk.workspace);
    set(&first).unwrap();
    set(&account(other)).unwrap();
    assert_eq!(get(desk.workspace), Some(first.clone()));

    let second = Account {
        authorities: None,
        method: "key".into(),
        account: None,
        session: None,
        ended: Some("The session has ended.".into()),
        asked_at: None,
        synced_at: None,
        failure: None,
        ..first.clone()
    };
    set(&second).unwrap();
    assert_eq!(get(desk.workspace), Some(second));
    assert_eq!(get(other), Some(account(other)));

    assert_eq!(set(&account(WorkspaceId::new(Uuid::now_v7()))), Err(StoreError::NotFound));
    let odd = Account { method: "guess".into(), ..first };
    assert!(set(&odd).is_err(), "a method that nobody knows");
    desk.store.write(|writer| writer.remove_account(desk.workspace)).unwrap();
    desk.store.write(|writer| writer.remove_account(desk.workspace)).unwrap();
    assert_eq!(get(desk.workspace), None);
    assert!(get(other).is_some());
}

#[test]
fn an_account_goes_with_its_workspace() {
    let desk = Desk::new();
    desk.store.write(|writer| writer.set_account(&account(desk.workspace))).unwrap();
    desk.store.write(|writer| writer.delete_workspace(desk.workspace)).unwrap();
    assert_eq!(desk.store.read(|reader| reader.account(desk.workspace)).unwrap(), None);
    assert_eq!(rows(&desk, "accounts"), 0);
}

#[test]
fn a_session_is_a_reference_like_any_other() {
    let desk = Desk::new();
    let account = account(desk.workspace);
    let session = account.session.unwrap();
    let refers = |generation| desk.store.read(|reader| reader.refers_to(generation)).unwrap();
    assert!(!refers(session.generation));
    desk.store.write(|writer| writer.set_account(&account)).unwrap();
    assert!(refers(session.generation));
    assert!(!refers(Generation::new(Uuid::now_v7())));
    assert_eq!(session.credential, session_owner(desk.workspace));
    assert_eq!(session.credential.to_string(), desk.workspace.to_string());
    let fresh = Account { session: Some(secret(session.credential)), ..account };
    desk.store.write(|writer| writer.set_account(&fresh)).unwrap();
    assert!(!refers(session.generation), "the old one can be erased");
    assert!(refers(fresh.session.unwrap().generation));
    desk.store.write(|writer| writer.remove_account(desk.workspace)).unwrap();
    assert!(!refers(fresh.session.unwrap().generation));
}

#[test]
fn what_is_agreed_on_is_set_overwritten_and_forgotten() {
    let desk = Desk::new();
    let row = desk.add("prod", |_| ());
    let get = || desk.store.read(|reader| reader.agreed(row.id)).unwrap();
    let set = |agreed: &Agreed| desk.store.write(|writer| writer.set_agreed(row.id, agreed));
    assert_eq!(get(), None);
    let full = agreed("one");
    set(&full).unwrap();
    assert_eq!(get(), Some(full));
    let bare = Agreed { theirs: Some("{}".into()), ..Agreed::default() };
    set(&bare).unwrap();
    assert_eq!(get(), Some(bare), "nothing of the one before is left");
    desk.store.write(|writer| writer.forget_agreed(row.id)).unwrap();
    desk.store.write(|writer| writer.forget_agreed(row.id)).unwrap();
    assert_eq!(get(), None);
    let nobody = CredentialId::new(Uuid::now_v7());
    let refused = desk.store.write(|writer| writer.set_agreed(nobody, &Agreed::default()));
    assert_eq!(refused, Err(StoreError::NotFound));
    // An edit of the row leaves it; the end of the row ends it.
    set(&agreed("two")).unwrap();
    let edited = Credential { name: "renamed".into(), version: 2, ..row.clone() };
    desk.store.write(|writer| writer.update_credential(&edited, 1)).unwrap();
    assert_eq!(get(), Some(agreed("two")));
    desk.store.write(|writer| writer.remove_credential(row.id)).unwrap();
    assert_eq!(get(), None);
    assert_eq!(rows(&desk, "bases"), 0);
}

#[test]
fn all_that_is_agreed_on_is_one_workspaces_tombstones_included() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let theirs = add_organization(&desk.store, other, "Acme");
    let live = desk.add("live", |_| ());
    let dead = desk.add("dead", |row| {
        row.deleted_at = Some(at(1));
        row.erase_at = Some(at(2));
    });
    desk.add("never synced", |_| ());
    let stray = credential(other, theirs, KindId::Openstack, "live");
    desk.insert(&stray).unwrap();
    let (one, two, three) = (agreed("live"), agreed("dead"), agreed("stray"));
    desk.store
        .write(|writer| {
            writer.set_agreed(live.id, &one)?;
            writer.set_agreed(dead.id, &two)?;
            writer.set_agreed(stray.id, &three)
        })
        .unwrap();
    let all = |workspace| desk.store.read(|reader| reader.all_agreed(workspace)).unwrap();
    assert_eq!(all(desk.workspace), HashMap::from([(live.id, one), (dead.id, two)]));
    assert_eq!(all(other), HashMap::from([(stray.id, three)]));
    desk.store.write(|writer| writer.delete_workspace(desk.workspace)).unwrap();
    assert_eq!(rows(&desk, "bases"), 1);
}

#[test]
fn an_operation_goes_through_its_stages() {
    let desk = Desk::new();
    let row = desk.add("prod", |_| ());
    let operations = [
        Operation::Create,
        Operation::Update,
        Operation::Lock,
        Operation::Unlock,
        Operation::Default,
        Operation::Delete,
        Operation::Replace,
    ];
    desk.store
        .write(|writer| {
            operations.iter().try_for_each(|operation| writer.enqueue(row.id, *operation, at(0), Some(at(20))))
        })
        .unwrap();
    let waiting = || desk.store.read(|reader| reader.waiting(row.id)).unwrap();
    let entries = waiting();
    assert_eq!(entries.iter().map(|entry| entry.operation).collect::<Vec<_>>(), operations);
    let first = OutboxEntry {
        number: 1,
        credential: row.id,
        operation: Operation::Create,
        at: at(0),
        stage: Stage::Waiting,
        attempts: 0,
        next_at: Some(at(20)),
        step: None,
    };
    assert_eq!(entries[0], first);
    for stage in [Stage::InFlight, Stage::Parked, Stage::Asks, Stage::Waiting] {
        let changed = OutboxEntry {
            operation: Operation::Replace,
            stage,
            attempts: 3,
            next_at: None,
            step: Some("{\"name\":\"«ü»\"}".into()),
            ..first.clone()
        };
        desk.store.write(|writer| writer.update_outbox(&changed)).unwrap();
        assert_eq!(desk.store.read(|reader| reader.outbox_entry(1)).unwrap(), Some(changed));
    }
    assert_eq!(waiting()[1..], entries[1..], "the others are as they were");
    desk.store.write(|writer| writer.settle(2)).unwrap();
    desk.store.write(|writer| writer.settle(2)).unwrap();
    assert_eq!(waiting().iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 3, 4, 5, 6, 7]);
    // What was settled meanwhile does not come back by being updated.
    desk.store.write(|writer| writer.update_outbox(&entries[1])).unwrap();
    assert_eq!(desk.store.read(|reader| reader.outbox_entry(2)).unwrap(), None);
    desk.store.write(|writer| writer.settle(7)).unwrap();
    desk.store.write(|writer| writer.enqueue(row.id, Operation::Update, at(1), None)).unwrap();
    assert_eq!(waiting().last().unwrap().number, 8, "no number comes twice");
}

#[test]
fn each_workspace_has_its_own_outbox() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let theirs = add_organization(&desk.store, other, "Acme");
    let (one, two) = (desk.add("one", |_| ()), desk.add("two", |_| ()));
    let stray = credential(other, theirs, KindId::Openstack, "one");
    desk.insert(&stray).unwrap();
    for row in [&one, &stray, &two, &one] {
        desk.store.write(|writer| writer.enqueue(row.id, Operation::Update, at(0), None)).unwrap();
    }
    let of = |workspace| -> Vec<u32> {
        let entries = desk.store.read(|reader| reader.outbox_of(workspace)).unwrap();
        entries.into_iter().map(|entry| entry.number).collect()
    };
    let counts = |workspace| desk.store.read(|reader| reader.outbox_counts(workspace)).unwrap();
    assert_eq!((of(desk.workspace), of(other)), (vec![1, 3, 4], vec![2]));
    assert_eq!((counts(desk.workspace), counts(other)), ((3, 0), (1, 0)));
    for (number, stage) in [(1, Stage::Parked), (2, Stage::Parked), (3, Stage::Asks), (4, Stage::InFlight)] {
        desk.store
            .write(|writer| {
                let entry = writer.outbox_entry(number)?.unwrap();
                writer.update_outbox(&OutboxEntry { stage, ..entry })
            })
            .unwrap();
    }
    assert_eq!((counts(desk.workspace), counts(other)), ((3, 2), (1, 1)));
    assert_eq!(counts(WorkspaceId::new(Uuid::now_v7())), (0, 0));
    desk.store.write(|writer| writer.settle_all(one.id)).unwrap();
    assert_eq!((of(desk.workspace), of(other)), (vec![3], vec![2]));
    desk.store.write(|writer| writer.delete_workspace(other)).unwrap();
    assert_eq!((of(desk.workspace), of(other)), (vec![3], vec![]));
}

#[test]
fn the_account_has_a_number_once_for_each_kind() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let theirs = add_organization(&desk.store, other, "Acme");
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let first = desk.add("first", |row| row.remote_id = Some(7));
    let mut twin = credential(desk.workspace, beta, KindId::Openstack, "twin");
    twin.remote_id = Some(7);
    assert_eq!(desk.insert(&twin), Err(StoreError::Duplicate), "whatever the organization");
    let aws = Credential { kind: KindId::Aws, ..twin.clone() };
    desk.insert(&aws).unwrap();
    let elsewhere = Credential { remote_id: Some(7), ..credential(other, theirs, KindId::Openstack, "first") };
    desk.insert(&elsewhere).unwrap();
    let found = |workspace, kind, number| {
        desk.store.read(|reader| reader.with_remote_id(workspace, kind, number)).unwrap().map(|row| row.id)
    };
    assert_eq!(found(desk.workspace, KindId::Openstack, 7), Some(first.id));
    assert_eq!(found(desk.workspace, KindId::Aws, 7), Some(aws.id));
    assert_eq!(found(other, KindId::Openstack, 7), Some(elsewhere.id));
    assert_eq!(found(desk.workspace, KindId::Openstack, 8), None);

    // A tombstone keeps its number and is in nobody's way.
    let gone = Credential { deleted_at: Some(at(1)), erase_at: Some(at(2)), version: 2, ..first.clone() };
    desk.store.write(|writer| writer.update_credential(&gone, 1)).unwrap();
    assert_eq!(found(desk.workspace, KindId::Openstack, 7), None);
    let heir = Credential { id: CredentialId::new(Uuid::now_v7()), ..twin };
    desk.insert(&heir).unwrap();
    let back = Credential { deleted_at: None, erase_at: None, version: 3, ..gone };
    assert_eq!(desk.store.write(|writer| writer.update_credential(&back, 2)), Err(StoreError::Duplicate));
}

#[test]
fn a_name_is_there_once_among_what_exists_only_here() {
    let desk = Desk::new();
    let add = |state| {
        let row = Credential { state, ..desk.credential(KindId::Openstack, "prod") };
        desk.insert(&row).map(|()| row)
    };
    // The account may have what it likes, twice and beside one that is only here.
    for state in [State::Synced, State::Synced, State::Changed, State::Conflict, State::Draft, State::Ready] {
        add(state).unwrap();
    }
    assert_eq!(add(State::Ready), Err(StoreError::Duplicate));
    let synced = add(State::Synced).unwrap();
    let ready = Credential { state: State::Ready, version: 2, ..synced };
    assert_eq!(desk.store.write(|writer| writer.update_credential(&ready, 1)), Err(StoreError::Duplicate));
    let taken = |drafts| {
        let taken =
            desk.store.read(|reader| reader.name_taken(desk.organization, KindId::Openstack, "prod", None, drafts));
        taken.unwrap()
    };
    assert!(taken(false) && taken(true), "it is in use all the same");
}

#[test]
fn an_organization_of_an_account_has_a_number_and_a_role() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let get = |id| desk.store.read(|reader| reader.organization(id)).unwrap().unwrap();
    let set = |id, number, role| desk.store.write(|writer| writer.set_organization_account(id, number, role));
    assert_eq!((get(beta).remote_id, get(beta).role), (None, None));
    for role in [Role::Member, Role::Manager, Role::Partner] {
        set(beta, Some(5), Some(role)).unwrap();
        assert_eq!((get(beta).remote_id, get(beta).role), (Some(5), Some(role)));
    }
    assert_eq!(set(desk.organization, Some(5), None), Err(StoreError::Duplicate), "of one workspace");
    set(beta, None, None).unwrap();
    set(desk.organization, Some(5), None).unwrap();
    let nobody = credenza_model::OrganizationId::new(Uuid::now_v7());
    assert_eq!(set(nobody, None, None), Err(StoreError::NotFound));
    let other = add_workspace(&desk.store, "other");
    let made = Organization {
        id: nobody,
        workspace: other,
        name: "Acme".into(),
        remote_id: Some(5),
        role: Some(Role::Manager),
    };
    desk.store.write(|writer| writer.insert_organization(&made)).unwrap();
    assert_eq!(desk.store.read(|reader| reader.organizations(other)).unwrap(), [made]);
    desk.store.write(|writer| writer.set_workspace_role(other, Role::Manager)).unwrap();
    assert_eq!(desk.store.read(|reader| reader.workspace(other)).unwrap().unwrap().role, Role::Manager);
}

#[test]
fn closed_organizations_are_in_no_list_no_search_and_no_count() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let gamma = add_organization(&desk.store, desk.workspace, "Gamma");
    for (place, organization) in [desk.organization, beta, gamma].into_iter().enumerate() {
        for kind in [KindId::Openstack, KindId::Aws, KindId::Backup] {
            let mut row = credential(desk.workspace, organization, kind, &format!("key {place} {}", kind.as_str()));
            row.modified_at = at(i64::try_from(place).unwrap());
            desk.insert(&row).unwrap();
        }
    }
    for sort in crate::pages::every_sort() {
        for search in [None, Some("key"), Some("ke")] {
            for descending in [false, true] {
                for (tab, left) in [(None, 3), (Some(credenza_model::Tab::Cloud), 2)] {
                    let query = Query {
                        closed: vec![beta, gamma, gamma],
                        sort: sort.clone(),
                        search: search.map(Into::into),
                        descending,
                        tab,
                        ..desk.query()
                    };
                    let names = desk.names(&query);
                    assert_eq!(names.len(), left, "{query:?}");
                    assert!(names.iter().all(|name| name.starts_with("key 0")), "{query:?}: {names:?}");
                    let own = Query { organization: Some(desk.organization), ..query.clone() };
                    assert_eq!(desk.names(&own).len(), left, "{own:?}");
                    let shut = Query { organization: Some(beta), ..query.clone() };
                    assert_eq!(desk.names(&shut), [""; 0], "{shut:?}");
                    let part = desk.store.read(|reader| reader.page(&Query { limit: 1, offset: 1, ..query })).unwrap();
                    assert_eq!((part.total as usize, part.items.len()), (left, 1));
                }
            }
        }
    }
    let counts = |organization, closed: &[_]| {
        let counts = desk.store.read(|reader| reader.counts(desk.workspace, organization, closed)).unwrap();
        counts.into_iter().collect::<BTreeMap<_, _>>()
    };
    let each = |number| BTreeMap::from([KindId::Openstack, KindId::Aws, KindId::Backup].map(|kind| (kind, number)));
    assert_eq!(counts(None, &[]), each(3));
    assert_eq!(counts(None, &[beta]), each(2));
    assert_eq!(counts(None, &[beta, gamma]), each(1));
    assert_eq!(counts(Some(gamma), &[beta]), each(1));
    assert_eq!(counts(Some(beta), &[beta]), BTreeMap::new());
    assert_eq!(counts(None, &[desk.organization, beta, gamma]), BTreeMap::new());
    let stranger = credenza_model::OrganizationId::new(Uuid::now_v7());
    assert_eq!(counts(None, &[stranger]), each(3));
    assert_eq!(desk.names(&Query { closed: vec![stranger], ..desk.query() }).len(), 9);
}

#[test]
fn conflicts_come_by_name_and_are_counted() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let theirs = add_organization(&desk.store, other, "Acme");
    for name in ["beta", "Alpha", "ärger"] {
        desk.add(name, |row| row.state = State::Conflict);
    }
    desk.add("gone", |row| {
        row.state = State::Conflict;
        row.deleted_at = Some(at(1));
    });
    desk.add("fine", |row| row.state = State::Changed);
    let stray = Credential { state: State::Conflict, ..credential(other, theirs, KindId::Aws, "stray") };
    desk.insert(&stray).unwrap();
    let names = |workspace| -> Vec<String> {
        let conflicts = desk.store.read(|reader| reader.conflicts(workspace)).unwrap();
        conflicts.into_iter().map(|row| row.name).collect()
    };
    let count = |workspace| desk.store.read(|reader| reader.conflict_count(workspace)).unwrap();
    assert_eq!(names(desk.workspace), ["Alpha", "beta", "ärger"]);
    assert_eq!((count(desk.workspace), count(other)), (3, 1));
    assert_eq!(count(WorkspaceId::new(Uuid::now_v7())), 0);
}

#[test]
fn each_tombstone_is_kept_until_its_own_time() {
    let desk = Desk::new();
    let add = |name: &str, erase_at: Option<i64>| {
        desk.add(name, |row| {
            row.deleted_at = Some(at(0));
            row.erase_at = erase_at.map(at);
        })
        .id
    };
    let (late, soon) = (add("late", Some(1000)), add("soon", Some(10)));
    add("never", None);
    desk.add("live", |row| row.erase_at = Some(at(1)));
    let lapsed = |seconds| desk.store.read(|reader| reader.lapsed(at(seconds))).unwrap();
    assert_eq!(lapsed(9), []);
    assert_eq!(lapsed(10), [soon]);
    assert_eq!(lapsed(999), [soon]);
    assert_eq!(lapsed(1000), [soon, late], "the oldest first");
}

#[test]
fn the_end_of_a_session_can_be_journaled_as_a_credentials_can() {
    let desk = Desk::new();
    let session = account(desk.workspace).session.unwrap();
    desk.store.write(|writer| writer.journal(session, Phase::Erasing)).unwrap();
    assert_eq!(desk.store.read(|reader| reader.journal()).unwrap()[0].secret, session);
}

fn account(workspace: WorkspaceId) -> Account {
    // One generation a workspace, so that two of these are equal.
    let generation = Generation::new(Uuid::from_u128(workspace.uuid().as_u128() ^ 1));
    Account {
        workspace,
        host: "https://api.taikun.example".into(),
        authorities: Some("-----BEGIN CERTIFICATE-----".into()),
        method: "password".into(),
        login: "petra@example.com".into(),
        account: Some("demo".into()),
        person_id: "0f1e".into(),
        person: "Petra «ü»".into(),
        session: Some(SecretRef { credential: session_owner(workspace), generation, parts: 2 }),
        ended: None,
        asked_at: Some(at(1)),
        synced_at: Some(at(2)),
        failure: Some("{}".into()),
        unsupported: "[\"tanzu\"]".into(),
        missing: "[]".into(),
    }
}

fn agreed(name: &str) -> Agreed {
    Agreed {
        base: Some(Base {
            values: Values(BTreeMap::from([("name".into(), text(name))])),
            locked: true,
            modified_at: Some("21/11/2023 12:09".into()),
            lag_until: None,
        }),
        pushed: Some(Generation::new(Uuid::from_u128(7))),
        theirs: Some("{\"id\":7}".into()),
        conflict: Some("{\"reason\":\"fields\"}".into()),
    }
}

/// How many rows a table has, past the store.
fn rows(desk: &Desk, table: &str) -> u32 {
    let raw = rusqlite::Connection::open(desk.store.path()).unwrap();
    raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}
