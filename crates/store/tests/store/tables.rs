//! The small tables: workspaces, organizations, settings, journal, outbox, audit.

use credenza_model::{CredentialId, KindId, OrganizationId, Role, WorkspaceId};
use credenza_store::{AuditEvent, JournalEntry, Operation, Organization, Phase, StoreError, Workspace};
use uuid::Uuid;

use crate::desk::{Desk, add_organization, add_workspace, at, secret};

#[test]
fn workspaces_come_by_name_and_are_found_by_it() {
    let desk = Desk::new();
    add_workspace(&desk.store, "Zoo");
    add_workspace(&desk.store, "Årsta");
    add_workspace(&desk.store, "LAB");
    desk.store
        .read(|reader| {
            let names: Vec<_> = reader.workspaces()?.into_iter().map(|workspace| workspace.name).collect();
            assert_eq!(names, ["LAB", "lab", "Zoo", "Årsta"]);
            let named = |name: &str| Ok::<_, StoreError>(reader.workspace_named(name)?.map(|found| found.name));
            assert_eq!(named("lab")?.as_deref(), Some("lab"));
            assert_eq!(named("LAB")?.as_deref(), Some("LAB"));
            assert_eq!(named("ZOO")?.as_deref(), Some("Zoo"));
            assert_eq!(named("åRSTA")?.as_deref(), Some("Årsta"));
            assert_eq!(named("Lab")?, None, "two differ from it in case, and neither is meant");
            assert_eq!(named("nowhere")?, None);
            let lab = reader.workspace(desk.workspace)?.unwrap();
            assert_eq!(lab, Workspace { id: desk.workspace, name: "lab".into(), role: Role::Partner });
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn the_current_workspace_is_chosen_and_goes_with_its_row() {
    let desk = Desk::new();
    let current = || desk.store.read(|reader| reader.current_workspace()).unwrap().map(|workspace| workspace.id);
    let choose = |id| desk.store.write(|writer| writer.set_current_workspace(id));
    assert_eq!(current(), None);
    choose(Some(desk.workspace)).unwrap();
    assert_eq!(current(), Some(desk.workspace));
    assert_eq!(choose(Some(WorkspaceId::new(Uuid::now_v7()))), Err(StoreError::NotFound));
    assert_eq!(current(), Some(desk.workspace));
    choose(None).unwrap();
    assert_eq!(current(), None);
    choose(Some(desk.workspace)).unwrap();
    desk.store.write(|writer| writer.delete_workspace(desk.workspace)).unwrap();
    assert_eq!(current(), None);
}

#[test]
fn a_deleted_workspace_takes_everything_of_it_along_but_the_journal() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    add_organization(&desk.store, other, "Acme");
    let row = desk.add("keystone", |row| row.secret = Some(secret(row.id)));
    let event = event(&desk, Some(row.id), "add");
    desk.store
        .write(|writer| {
            writer.enqueue(row.id, Operation::Create, at(0), None)?;
            writer.audit(&event)?;
            writer.journal(row.secret.unwrap(), Phase::Erasing)?;
            writer.delete_workspace(desk.workspace)
        })
        .unwrap();
    desk.store
        .read(|reader| {
            assert_eq!(reader.workspaces()?.len(), 1);
            assert_eq!(reader.organizations(other)?.len(), 1);
            assert_eq!(reader.organizations(desk.workspace)?, []);
            assert_eq!(reader.credential(row.id)?, None);
            assert_eq!(reader.secret_refs()?, []);
            assert_eq!(reader.outbox()?, []);
            assert_eq!(reader.audit(desk.workspace, 10, 0)?, []);
            assert_eq!(reader.journal()?.len(), 1);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let raw = rusqlite::Connection::open(desk.store.path()).unwrap();
    for table in ["credentials", "haystacks", "search", "outbox", "audit"] {
        let left: u32 = raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let gone = desk.store.write(|writer| writer.delete_workspace(desk.workspace));
    assert_eq!(gone, Err(StoreError::NotFound));
}

#[test]
fn names_are_there_once() {
    let desk = Desk::new();
    let other = add_workspace(&desk.store, "other");
    let insert = |workspace, name: &str| {
        let id = OrganizationId::new(Uuid::now_v7());
        let organization = Organization { id, workspace, name: name.into(), remote_id: None, role: None };
        desk.store.write(|writer| writer.insert_organization(&organization))
    };
    assert_eq!(insert(desk.workspace, "ACME"), Err(StoreError::Duplicate));
    insert(other, "ACME").unwrap();
    insert(desk.workspace, "Österåker").unwrap();
    assert_eq!(insert(desk.workspace, "öSTERÅKER"), Err(StoreError::Duplicate));
    assert_eq!(insert(WorkspaceId::new(Uuid::now_v7()), "Beta"), Err(StoreError::NotFound));

    let rename = |name: &str| desk.store.write(|writer| writer.rename_organization(desk.organization, name));
    assert_eq!(rename("österåker"), Err(StoreError::Duplicate));
    rename("aCmE").unwrap();
    assert_eq!(desk.store.read(|reader| reader.organization(desk.organization)).unwrap().unwrap().name, "aCmE");

    assert_eq!(desk.store.write(|writer| writer.rename_workspace(other, "lab")), Err(StoreError::Duplicate));
    desk.store.write(|writer| writer.rename_workspace(other, "shop")).unwrap();
    assert_eq!(desk.store.read(|reader| reader.workspace(other)).unwrap().unwrap().name, "shop");
}

#[test]
fn settings_are_kept_changed_and_removed() {
    let desk = Desk::new();
    let get = |key: &str| desk.store.read(|reader| reader.setting(key)).unwrap();
    let set = |key: &str, value: Option<&str>| desk.store.write(|writer| writer.set_setting(key, value)).unwrap();
    assert_eq!(get("lock-after"), None);
    set("lock-after", Some("5"));
    set("lock-after", Some("15"));
    assert_eq!(get("lock-after").as_deref(), Some("15"));
    set("lock-after", None);
    assert_eq!(get("lock-after"), None);

    // A setting is not one of the program's own values, whatever it is called.
    set("data_id", Some("mine"));
    let again = credenza_store::Store::open(desk.path()).unwrap();
    assert_eq!(again.data_id(), desk.store.data_id());
}

#[test]
fn the_journal_holds_a_generation_once() {
    let desk = Desk::new();
    let first = secret(CredentialId::new(Uuid::now_v7()));
    let second = secret(first.credential);
    let journal = || desk.store.read(|reader| reader.journal()).unwrap();
    desk.store
        .write(|writer| {
            writer.journal(first, Phase::Writing)?;
            writer.journal(second, Phase::Writing)?;
            writer.journal(first, Phase::Erasing)
        })
        .unwrap();
    let erasing = JournalEntry { secret: first, phase: Phase::Erasing };
    let writing = JournalEntry { secret: second, phase: Phase::Writing };
    assert_eq!(journal(), [erasing, writing]);
    desk.store.write(|writer| writer.forget(first.generation)).unwrap();
    desk.store.write(|writer| writer.forget(first.generation)).unwrap();
    assert_eq!(journal(), [writing]);
}

#[test]
fn the_outbox_keeps_the_order_and_no_number_comes_twice() {
    let desk = Desk::new();
    let row = desk.add("keystone", |_| ());
    let enqueue = |operation, seconds| desk.store.write(|writer| writer.enqueue(row.id, operation, at(seconds), None));
    enqueue(Operation::Create, 2).unwrap();
    enqueue(Operation::Update, 1).unwrap();
    enqueue(Operation::Delete, 0).unwrap();
    let outbox = desk.store.read(|reader| reader.outbox()).unwrap();
    let operations: Vec<_> = outbox.iter().map(|entry| (entry.number, entry.operation, entry.at)).collect();
    assert_eq!(
        operations,
        [(1, Operation::Create, at(2)), (2, Operation::Update, at(1)), (3, Operation::Delete, at(0))]
    );
    assert!(outbox.iter().all(|entry| entry.credential == row.id));

    // A pending deletion outlives the row.
    desk.store.write(|writer| writer.remove_credential(row.id)).unwrap();
    assert_eq!(desk.store.read(|reader| reader.outbox()).unwrap().len(), 3);
    assert_eq!(enqueue(Operation::Update, 3), Err(StoreError::NotFound));
}

#[test]
fn the_audit_is_only_added_to() {
    let desk = Desk::new();
    let row = desk.add("keystone", |_| ());
    for action in ["add", "edit", "reveal"] {
        desk.store.write(|writer| writer.audit(&event(&desk, Some(row.id), action))).unwrap();
    }
    desk.store.write(|writer| writer.audit(&event(&desk, None, "sweep"))).unwrap();
    let actions = |limit, offset| -> Vec<String> {
        let events = desk.store.read(|reader| reader.audit(desk.workspace, limit, offset)).unwrap();
        events.into_iter().map(|event| event.action).collect()
    };
    assert_eq!(actions(2, 0), ["sweep", "reveal"]);
    assert_eq!(actions(u32::MAX, 2), ["edit", "add"]);
    let latest = desk.store.read(|reader| reader.audit(desk.workspace, 2, 0)).unwrap();
    assert_eq!(latest, [event(&desk, None, "sweep"), event(&desk, Some(row.id), "reveal")]);

    let raw = rusqlite::Connection::open(desk.store.path()).unwrap();
    raw.execute("UPDATE audit SET action = 'nothing'", []).unwrap_err();
    raw.execute("DELETE FROM audit", []).unwrap_err();
    assert_eq!(actions(10, 0).len(), 4);
}

#[test]
fn what_is_not_written_as_a_whole_is_not_written() {
    let desk = Desk::new();
    let row = desk.credential(KindId::Aws, "one");
    let failed: Result<(), StoreError> = desk.store.write(|writer| {
        writer.insert_credential(&row)?;
        writer.set_setting("key", Some("value"))?;
        assert!(writer.credential(row.id)?.is_some(), "who writes sees what it wrote");
        assert_eq!(writer.page(&desk.query())?.total, 1);
        Err(StoreError::NotFound)
    });
    assert_eq!(failed, Err(StoreError::NotFound));
    assert_eq!(desk.get(row.id), None);
    assert_eq!(desk.names(&desk.query()), [""; 0]);
    assert_eq!(desk.store.read(|reader| reader.setting("key")).unwrap(), None);

    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        desk.store.write(|writer| -> Result<(), StoreError> {
            writer.insert_credential(&row)?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(desk.get(row.id), None, "a panic leaves nothing behind");
    desk.insert(&row).unwrap();
}

fn event(desk: &Desk, credential: Option<CredentialId>, action: &str) -> AuditEvent {
    AuditEvent {
        workspace: desk.workspace,
        credential,
        name: "keystone".into(),
        action: action.into(),
        detail: "openStackRegion".into(),
        at: at(7),
    }
}
