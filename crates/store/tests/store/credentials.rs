//! Credentials: what is stored comes back, once, in the version that was seen.

use std::collections::BTreeMap;

use credenza_model::{Code, CredentialId, Facts, KindId, OrganizationId, Problem, SecretState, Value, Values};
use credenza_store::{AccountFacts, Query, State, StoreError, Trouble};
use uuid::Uuid;

use crate::desk::{Desk, add_organization, add_workspace, at, credential, secret, text};

#[test]
fn everything_comes_back() {
    let desk = Desk::new();
    let id = CredentialId::new(Uuid::now_v7());
    let stored = desk.add("Prod «ü» 🗝", |row| {
        row.id = id;
        row.state = State::Changed;
        row.locked = true;
        row.default = true;
        row.version = 7;
        row.values = Values(BTreeMap::from([
            ("openStackUrl".into(), text("https://keystone.example.com:5000/v3")),
            ("publicNetwork.vlan".into(), Value::Int(-12)),
            ("skipTlsVerify".into(), Value::Bool(true)),
            ("hosts".into(), Value::List(vec!["a \"quoted\"\n".into(), String::new()])),
        ]));
        row.secrets = BTreeMap::from([
            ("openStackPassword".into(), SecretState::Set),
            ("externalId".into(), SecretState::Account),
            ("other".into(), SecretState::Unset),
        ]);
        row.secret_facts = Facts { expiry: Some(at(1000)), ..Facts::default() };
        row.facts = Facts { identity: Some("robot@acme".into()), ..row.secret_facts.clone() };
        row.problems = vec![Problem::new("openStackRegion", Code::Required, "Region is required.")];
        row.secret = Some(secret(id));
        row.remote_id = Some(42);
        row.account = AccountFacts {
            created_by: Some("petra".into()),
            modified_by: Some("«ü»".into()),
            built_in: true,
            notes: BTreeMap::from([("models".into(), "a \"quoted\"\n".into())]),
        };
        row.trouble = Some(Trouble { message: "The name is taken there.".into(), asks: true });
        row.used_by = vec!["project one".into()];
        row.modified_at = at(5) + chrono::TimeDelta::milliseconds(3);
    });
    assert_eq!(desk.get(id).unwrap(), stored);
    assert_eq!(desk.get(CredentialId::new(Uuid::now_v7())), None);
    assert_eq!(desk.store.read(|reader| reader.credentials(desk.workspace)).unwrap(), [stored]);
}

#[test]
fn every_state_and_every_kind_comes_back() {
    let desk = Desk::new();
    for kind in KindId::ALL {
        for state in State::ALL {
            let mut row = desk.credential(*kind, &format!("{kind:?} {state}"));
            row.state = state;
            desk.insert(&row).unwrap();
            assert_eq!(desk.get(row.id).unwrap(), row);
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
    "Draft".parse::<State>().unwrap_err();
}

#[test]
fn an_edit_of_another_version_is_refused() {
    let desk = Desk::new();
    let mut row = desk.add("keystone", |_| ());
    row.version = 2;
    row.name = "keystone two".into();
    desk.store.write(|writer| writer.update_credential(&row, 1)).unwrap();
    assert_eq!(desk.get(row.id).unwrap(), row);

    let mine = credenza_store::Credential { name: "mine".into(), version: 2, ..row.clone() };
    let refused = desk.store.write(|writer| writer.update_credential(&mine, 1));
    assert_eq!(refused, Err(StoreError::Stale { found: 2 }));
    assert_eq!(desk.get(row.id).unwrap(), row);

    let nobody = credenza_store::Credential { id: CredentialId::new(Uuid::now_v7()), ..row };
    assert_eq!(desk.store.write(|writer| writer.update_credential(&nobody, 1)), Err(StoreError::NotFound));
}

#[test]
fn an_edit_moves_what_finds_the_credential() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let mut row = desk.add("keystone", |_| ());
    row.name = "renamed".into();
    row.organization = beta;
    desk.store.write(|writer| writer.update_credential(&row, 1)).unwrap();
    assert_eq!(desk.found("keystone"), [""; 0]);
    assert_eq!(desk.found("acme"), [""; 0]);
    assert_eq!(desk.found("renamed"), ["renamed"]);
    assert_eq!(desk.found("beta"), ["renamed"]);
    assert_eq!(desk.found("be"), ["renamed"]);
    desk.store.write(|writer| writer.remove_credential(row.id)).unwrap();
    assert_eq!(desk.found("renamed"), [""; 0]);
    assert_eq!(desk.found("re"), [""; 0]);
    assert_eq!(desk.store.write(|writer| writer.remove_credential(row.id)), Err(StoreError::NotFound));
}

#[test]
fn a_name_is_there_once_for_an_organization_and_a_kind() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let row = desk.add("prod", |_| ());
    let taken = |organization, kind, name: &str, except| {
        desk.store.read(|reader| reader.name_taken(organization, kind, name, except, true)).unwrap()
    };
    assert!(taken(desk.organization, KindId::Openstack, "prod", None));
    assert!(!taken(desk.organization, KindId::Openstack, "prod", Some(row.id)));
    assert!(!taken(desk.organization, KindId::Openstack, "Prod", None), "names are told apart by case");
    assert!(!taken(desk.organization, KindId::Aws, "prod", None));
    assert!(!taken(beta, KindId::Openstack, "prod", None));

    assert_eq!(desk.insert(&desk.credential(KindId::Openstack, "prod")), Err(StoreError::Duplicate));
    desk.insert(&desk.credential(KindId::Aws, "prod")).unwrap();
    desk.insert(&credential(desk.workspace, beta, KindId::Openstack, "prod")).unwrap();
    let other = desk.add("other", |_| ());
    let renamed = credenza_store::Credential { name: "prod".into(), ..other };
    assert_eq!(desk.store.write(|writer| writer.update_credential(&renamed, 1)), Err(StoreError::Duplicate));
}

#[test]
fn drafts_and_empty_names_repeat() {
    let desk = Desk::new();
    for _ in 0..2 {
        desk.add("same", |row| row.state = State::Draft);
        desk.add("", |_| ());
        desk.add("", |row| row.state = State::Draft);
    }
    let taken = |name| {
        desk.store.read(|reader| reader.name_taken(desk.organization, KindId::Openstack, name, None, true)).unwrap()
    };
    assert!(taken("same"), "a draft's name is in use");
    assert!(!taken(""));
    desk.add("same", |_| ());
}

#[test]
fn a_tombstone_is_in_no_list_and_its_name_is_free() {
    let desk = Desk::new();
    let mut row = desk.add("prod", |row| {
        row.default = true;
        row.secret = Some(secret(row.id));
    });
    row.deleted_at = Some(at(100));
    row.erase_at = Some(at(200));
    row.version = 2;
    desk.store.write(|writer| writer.update_credential(&row, 1)).unwrap();
    assert_eq!(desk.names(&desk.query()), [""; 0]);
    assert_eq!(desk.found("prod"), [""; 0]);
    assert_eq!(desk.found("pr"), [""; 0]);
    for sort in crate::pages::every_sort() {
        assert_eq!(desk.names(&Query { sort, ..desk.query() }), [""; 0]);
    }
    desk.store
        .read(|reader| {
            assert_eq!(reader.counts(desk.workspace, None, &[])?, []);
            assert!(!reader.name_taken(desk.organization, KindId::Openstack, "prod", None, true)?);
            assert_eq!(reader.credential(row.id)?.as_ref(), Some(&row));
            assert_eq!(reader.credentials(desk.workspace)?.len(), 1);
            assert_eq!(reader.secret_refs()?, [row.secret.unwrap()]);
            assert_eq!(reader.lapsed(at(199))?, []);
            assert_eq!(reader.lapsed(at(200))?, [row.id]);
            Ok::<_, StoreError>(())
        })
        .unwrap();

    // Its name and its place as the default can be taken; then it cannot come back as it was.
    let heir = desk.add("prod", |heir| heir.default = true);
    let back = credenza_store::Credential { deleted_at: None, erase_at: None, ..row };
    assert_eq!(desk.store.write(|writer| writer.update_credential(&back, 2)), Err(StoreError::Duplicate));
    desk.store.write(|writer| writer.remove_credential(heir.id)).unwrap();
    desk.store.write(|writer| writer.update_credential(&back, 2)).unwrap();
    assert_eq!(desk.found("prod"), ["prod"]);
}

#[test]
fn an_organization_has_one_default_of_a_kind() {
    let desk = Desk::new();
    let beta = add_organization(&desk.store, desk.workspace, "Beta");
    let first = desk.add("first", |row| row.default = true);
    let mut second = desk.credential(KindId::Openstack, "second");
    second.default = true;
    assert_eq!(desk.insert(&second), Err(StoreError::Duplicate));
    let mut elsewhere = credential(desk.workspace, beta, KindId::Openstack, "elsewhere");
    elsewhere.default = true;
    desk.insert(&elsewhere).unwrap();
    let mut aws = desk.credential(KindId::Aws, "aws");
    aws.default = true;
    desk.insert(&aws).unwrap();

    desk.store
        .write(|writer| {
            writer.clear_default(desk.organization, KindId::Openstack)?;
            writer.insert_credential(&second)
        })
        .unwrap();
    let defaults: Vec<bool> = [&first, &second, &elsewhere, &aws].map(|row| desk.get(row.id).unwrap().default).to_vec();
    assert_eq!(defaults, [false, true, true, true]);
}

#[test]
fn a_credential_is_in_an_organization_of_its_workspace() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let stray = credential(other, desk.organization, KindId::Aws, "stray");
    assert_eq!(desk.insert(&stray), Err(StoreError::NotFound));
    let nowhere = credential(desk.workspace, OrganizationId::new(Uuid::now_v7()), KindId::Aws, "nowhere");
    assert_eq!(desk.insert(&nowhere), Err(StoreError::NotFound));
    let row = desk.add("prod", |_| ());
    assert_eq!(desk.insert(&credenza_store::Credential { name: "twin".into(), ..row }), Err(StoreError::Duplicate));
}
