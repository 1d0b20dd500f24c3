//! The schema: made from nothing as it is committed here, and every released one still opens.

use std::fs;
use std::path::Path;

use credenza_model::{KindId, Role};
use credenza_store::{ExpirySource, Operation, Phase, Query, Sort, Stage, State, Store, StoreError};
use tempfile::TempDir;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

#[test]
fn a_new_file_has_the_newest_schema_and_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    sound(&store);
    let raw = rusqlite::Connection::open(store.path()).unwrap();
    let mode: String = raw.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn schema_1_still_opens() {
    let dir = fixture("schema_1.sql");
    let before = contents(&dir);
    let store = Store::open(dir.path()).unwrap();
    sound(&store);
    assert_eq!(store.data_id().to_string(), "7f1a2b3c-4d5e-4f60-8a9b-0c1d2e3f4a5b");
    let workspace = store.read(|reader| reader.current_workspace()).unwrap().unwrap();
    assert_eq!((workspace.name.as_str(), workspace.role), ("lab", Role::Partner));
    let query = Query {
        workspace: workspace.id,
        tab: None,
        kinds: None,
        organization: None,
        closed: Vec::new(),
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
    assert_eq!((&row.trouble, row.erase_at), (&None, None));
    assert_eq!(row.account, Default::default());
    store
        .read(|reader| {
            assert_eq!(reader.secret_refs()?, [row.secret.unwrap()]);
            assert_eq!(reader.journal()?.len(), 1);
            let waiting = reader.waiting(row.id)?.remove(0);
            assert_eq!((waiting.number, waiting.operation, waiting.stage), (1, Operation::Create, Stage::Waiting));
            assert_eq!((waiting.attempts, waiting.next_at, waiting.step), (0, None, None));
            assert_eq!(reader.audit(workspace.id, 10, 0)?.len(), 1);
            assert_eq!(reader.setting("lock-after")?.as_deref(), Some("15"));
            assert_eq!(reader.account(workspace.id)?, None);
            assert_eq!(reader.agreed(row.id)?, None);
            let organization = reader.organizations(workspace.id)?.remove(0);
            assert_eq!((organization.remote_id, organization.role), (None, None));
            // A deletion of then can still be undone for its hour.
            let gone = reader.credentials(workspace.id)?.into_iter().find(|row| row.deleted_at.is_some()).unwrap();
            let until = gone.deleted_at.unwrap() + chrono::TimeDelta::hours(1);
            assert_eq!(gone.erase_at, Some(until));
            assert_eq!(reader.lapsed(until)?, [gone.id]);
            assert_eq!(reader.lapsed(until - chrono::TimeDelta::milliseconds(1))?, []);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    drop(store);
    // Nothing that was there is lost, in any table and any column.
    let after = contents(&dir);
    for (table, rows) in before {
        let now = &after.iter().find(|(name, _)| *name == table).unwrap().1;
        assert_eq!(now.len(), rows.len(), "{table}");
        for (row, now) in rows.iter().zip(now) {
            // What sorts the end of a credential is derived, and is another text for none.
            let kept = |cell: &(String, String)| cell.0 == "expiry" || now.contains(cell);
            assert!(row.iter().all(kept), "{table}: {row:?} {now:?}");
        }
    }
}

#[test]
fn a_migrated_outbox_uses_no_number_again() {
    let dir = fixture("schema_1.sql");
    let raw = rusqlite::Connection::open(dir.path().join("credenza.db")).unwrap();
    raw.execute_batch("UPDATE sqlite_sequence SET seq = 9 WHERE name = 'outbox'; DELETE FROM outbox").unwrap();
    drop(raw);
    let store = Store::open(dir.path()).unwrap();
    let row = store.read(|reader| reader.secret_refs()).unwrap()[0].credential;
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    store.write(|writer| writer.enqueue(row, Operation::Update, now, None)).unwrap();
    assert_eq!(store.read(|reader| reader.outbox()).unwrap()[0].number, 10);
}

#[test]
fn schema_2_still_opens() {
    let dir = fixture("schema_2.sql");
    let store = Store::open(dir.path()).unwrap();
    sound(&store);
    let names = |rows: Vec<credenza_store::Credential>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
    store
        .read(|reader| {
            let workspace = reader.current_workspace()?.unwrap();
            assert_eq!(workspace.name, "cloud");
            assert_eq!(reader.workspaces()?.len(), 2);
            let account = reader.account(workspace.id)?.unwrap();
            assert_eq!((account.method.as_str(), account.login.as_str()), ("password", "petra@example.com"));
            assert!(reader.refers_to(account.session.unwrap().generation)?);
            assert!(account.failure.is_some() && account.synced_at.is_some() && account.asked_at.is_some());
            let organizations = reader.organizations(workspace.id)?;
            let known: Vec<_> = organizations.iter().map(|known| (known.remote_id, known.role)).collect();
            assert_eq!(known, [(Some(5), Some(Role::Partner)), (Some(6), Some(Role::Member))]);

            let rows = reader.credentials(workspace.id)?;
            let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
            let synced = row("os-prod");
            assert_eq!((synced.state, synced.remote_id), (State::Synced, Some(7)));
            assert_eq!(synced.account.created_by.as_deref(), Some("petra@example.com"));
            assert_eq!(synced.account.notes["nodes"], "3");
            assert!(row("taikun-prometheus").account.built_in);
            let changed = row("prom");
            assert!(changed.trouble.as_ref().unwrap().asks);
            assert_eq!(names(reader.conflicts(workspace.id)?), ["aws-dev"]);
            assert_eq!(reader.conflict_count(workspace.id)?, 1);
            let gone = row("os-gone");
            assert_eq!(reader.lapsed(gone.erase_at.unwrap())?, [], "its deletion is still to be pushed");

            let agreed = reader.all_agreed(workspace.id)?;
            assert_eq!(agreed.len(), 4);
            assert_eq!(agreed[&synced.id].pushed, synced.secret.map(|secret| secret.generation));
            assert_eq!(agreed[&synced.id].base.as_ref().unwrap().values, synced.values);
            let conflict = &agreed[&row("aws-dev").id];
            assert!(conflict.theirs.is_some() && conflict.conflict.is_some());

            let outbox = reader.outbox_of(workspace.id)?;
            let entries: Vec<_> =
                outbox.iter().map(|entry| (entry.number, entry.operation, entry.stage, entry.attempts)).collect();
            assert_eq!(
                entries,
                [
                    (2, Operation::Update, Stage::Parked, 3),
                    (3, Operation::Replace, Stage::Asks, 0),
                    (4, Operation::Lock, Stage::Waiting, 1),
                    (5, Operation::Delete, Stage::InFlight, 0),
                ]
            );
            assert!(outbox[0].step.as_deref().is_some_and(|step| step.contains("aws-dev")));
            assert!(outbox[2].next_at.is_some());
            assert_eq!(reader.outbox_counts(workspace.id)?, (4, 2));
            assert_eq!(reader.journal()?[0].phase, Phase::Writing);
            assert_eq!(reader.audit(workspace.id, 10, 0)?.len(), 2);
            assert_eq!(reader.setting("lock-after")?.as_deref(), Some("15"));
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn schema_3_still_opens() {
    let dir = fixture("schema_3.sql");
    let store = Store::open(dir.path()).unwrap();
    sound(&store);
    let rows = store.read(|reader| {
        let mut rows = Vec::new();
        for workspace in reader.workspaces()? {
            rows.extend(reader.credentials(workspace.id)?);
        }
        Ok::<_, StoreError>(rows)
    });
    let rows = rows.unwrap();
    let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
    let checked = row("os-prod");
    assert_eq!(checked.check.as_ref().unwrap().verdict, credenza_model::Verdict::Works);
    assert_eq!(checked.note, "rotate with the network team");
    assert_eq!(checked.expires().unwrap().1, ExpirySource::Provider);
    assert_eq!(row("aws-only-here").expires().unwrap().1, ExpirySource::Hand);
    assert_eq!(row("prom").check, None);
}

#[test]
fn the_schema_is_the_committed_one() {
    let made = tempfile::tempdir().unwrap();
    let new = schema(Store::open(made.path()).unwrap().path());
    let migrated = fixture("schema_1.sql");
    assert_eq!(new, schema(Store::open(migrated.path()).unwrap().path()), "a file that began with version 1");
    // Not opened by the store: it must be this version as it lies there.
    let released = fixture("schema_3.sql").keep();
    let committed = schema(&released.join("credenza.db"));
    fs::remove_dir_all(released).unwrap();
    assert_eq!(new, committed, "a released migration is never edited: add the next one");
}

/// A directory with a file in it as the fixture says.
fn fixture(name: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("credenza.db")).unwrap();
    raw.execute_batch(&fs::read_to_string(Path::new(FIXTURES).join(name)).unwrap()).unwrap();
    dir
}

fn sound(store: &Store) {
    let raw = rusqlite::Connection::open(store.path()).unwrap();
    let pragma = |name: &str| raw.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(pragma("user_version"), 3);
    assert_eq!(pragma("application_id"), 0x4344_5A41);
    let sound: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    assert!(!raw.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
}

fn schema(path: &Path) -> Vec<(String, String)> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut select = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'search_%' ORDER BY name")
        .unwrap();
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

type Cells = Vec<(String, String)>;

/// Every row of every table, each cell with its column's name.
fn contents(dir: &TempDir) -> Vec<(String, Vec<Cells>)> {
    let connection = rusqlite::Connection::open(dir.path().join("credenza.db")).unwrap();
    let tables = schema(&dir.path().join("credenza.db")).into_iter().filter(|(_, sql)| sql.starts_with("CREATE TABLE"));
    tables
        .map(|(table, _)| {
            let mut select = connection.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY 1")).unwrap();
            let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
            let rows = select.query_map([], |row| {
                columns.iter().map(|name| Ok((name.clone(), format!("{:?}", row.get_ref(name.as_str())?)))).collect()
            });
            (table, rows.unwrap().map(Result::unwrap).collect())
        })
        .collect()
}
