//! The schema: made from nothing as it is committed here, and every released one still opens.

use std::fs;
use std::path::Path;

use credenza_model::KindId;
use credenza_store::{Query, Sort, Store};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

#[test]
fn a_new_file_has_the_newest_schema_and_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let raw = rusqlite::Connection::open(store.path()).unwrap();
    let pragma = |name: &str| raw.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(pragma("user_version"), 1);
    assert_eq!(pragma("application_id"), 0x4344_5A41);
    let mode: String = raw.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    let sound: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}

#[test]
fn schema_1_still_opens() {
    let dir = tempfile::tempdir().unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("credenza.db")).unwrap();
    raw.execute_batch(&fs::read_to_string(Path::new(FIXTURES).join("schema_1.sql")).unwrap()).unwrap();
    drop(raw);

    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.data_id().to_string(), "7f1a2b3c-4d5e-4f60-8a9b-0c1d2e3f4a5b");
    let workspace = store.read(|reader| reader.current_workspace()).unwrap().unwrap();
    assert_eq!(workspace.name, "lab");
    let query = Query {
        workspace: workspace.id,
        tab: None,
        kinds: None,
        organization: None,
        search: Some("keystone.example".into()),
        state: None,
        sort: Sort::Name,
        descending: false,
        limit: 10,
        offset: 0,
    };
    let page = store.read(|reader| reader.page(&query)).unwrap();
    assert_eq!(page.total, 1);
    assert_eq!(page.items[0].organization_name, "Acme");
    let row = &page.items[0].credential;
    assert_eq!((row.kind, row.name.as_str(), row.version), (KindId::Openstack, "os-prod", 3));
    assert_eq!(row.facts.identity.as_deref(), Some("taikun@prod"));
    store
        .read(|reader| {
            assert_eq!(reader.secret_refs()?, [row.secret.unwrap()]);
            assert_eq!(reader.journal()?.len(), 1);
            assert_eq!(reader.outbox()?.len(), 1);
            assert_eq!(reader.audit(workspace.id, 10, 0)?.len(), 1);
            assert_eq!(reader.setting("lock-after")?.as_deref(), Some("15"));
            Ok::<_, credenza_store::StoreError>(())
        })
        .unwrap();
}

#[test]
fn the_schema_is_the_committed_one() {
    let made = tempfile::tempdir().unwrap();
    let store = Store::open(made.path()).unwrap();
    let released = rusqlite::Connection::open_in_memory().unwrap();
    released.execute_batch(&fs::read_to_string(Path::new(FIXTURES).join("schema_1.sql")).unwrap()).unwrap();
    let raw = rusqlite::Connection::open(store.path()).unwrap();
    assert_eq!(schema(&raw), schema(&released), "a released migration is never edited: add the next one");
}

fn schema(connection: &rusqlite::Connection) -> Vec<(String, String)> {
    let mut select = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'search_%' ORDER BY name")
        .unwrap();
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}
