//! Several at once: threads, processes, and those that are killed. The children are this test's own program, run again.

use std::env;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use credenza_model::KindId;
use credenza_store::{Store, StoreError};

use crate::desk::{Desk, credential};

/// How often each writer counts.
const TIMES: u32 = 60;

#[test]
fn nobody_loses_a_write() {
    let desk = Desk::new();
    let dir = desk.path().to_owned();
    let children: Vec<_> = (0..2).map(|_| child("counts", &dir)).collect();
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let store = Store::open(&dir).unwrap();
            thread::spawn(move || count(&store))
        })
        .collect();
    // Readers see whole transactions while all of them write.
    let deadline = Instant::now() + Duration::from_secs(60);
    while read_count(&desk.store) < 4 * TIMES && Instant::now() < deadline {
        let (one, other) = desk
            .store
            .read(|reader| Ok::<_, StoreError>((reader.setting("count")?, reader.setting("count again")?)))
            .unwrap();
        assert_eq!(one, other);
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(read_count(&desk.store), 4 * TIMES);
}

#[test]
fn many_open_a_new_directory_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..3).map(|_| child("opens", dir.path())).collect();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let dir = dir.path().to_owned();
            thread::spawn(move || Store::open(&dir).unwrap().data_id())
        })
        .collect();
    let ids: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let id = Store::open(dir.path()).unwrap().data_id();
    assert!(ids.iter().all(|other| *other == id));
}

#[test]
fn a_store_survives_the_closing_of_another_one_on_its_file() {
    // SQLite's locks are a process's: closing any handle of the file takes them from every connection in it.
    let desk = Desk::new();
    for round in 0..5 {
        drop(Store::open(desk.path()).unwrap());
        assert!(child("opens", desk.path()).wait().unwrap().success());
        desk.store.write(|writer| writer.set_setting("round", Some(&round.to_string()))).unwrap();
    }
    let again = Store::open(desk.path()).unwrap();
    assert_eq!(again.read(|reader| reader.setting("round")).unwrap().as_deref(), Some("4"));
}

#[test]
fn who_waits_too_long_is_told_so() {
    let desk = Desk::new();
    let raw = rusqlite::Connection::open(desk.store.path()).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let refused = desk.store.write(|writer| writer.set_setting("key", None));
    assert_eq!(refused, Err(StoreError::Busy));
    assert!(began.elapsed() >= Duration::from_secs(4), "it waited");
    assert_eq!(desk.store.read(|reader| reader.setting("key")).unwrap(), None, "reading waits for nobody");
    raw.execute_batch("COMMIT").unwrap();
    desk.store.write(|writer| writer.set_setting("key", Some("value"))).unwrap();
}

#[test]
fn a_killed_writer_leaves_a_whole_file() {
    let desk = Desk::new();
    for round in 0..5_u64 {
        let mut writer = child("writes", desk.path());
        let began = Instant::now();
        // Until it is in the middle of it.
        while !desk.path().join("writing").exists() {
            assert!(began.elapsed() < Duration::from_secs(30), "the child writes");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(7 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();
        std::fs::remove_file(desk.path().join("writing")).unwrap();

        let store = Store::open(desk.path()).unwrap();
        let rows = store.read(|reader| reader.page(&desk.query())).unwrap().total;
        assert_eq!(rows % 50, 0, "each transaction adds fifty or nothing");
        let raw = rusqlite::Connection::open(store.path()).unwrap();
        let sound: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        raw.execute_batch("INSERT INTO search (search) VALUES ('integrity-check')").unwrap();
        let found = credenza_store::Query { search: Some("killed".into()), ..desk.query() };
        assert_eq!(store.read(|reader| reader.page(&found)).unwrap().total, rows);
        store.write(|writer| writer.set_setting("after", Some("wards"))).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_directory_is_still_read() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let desk = Desk::new();
    desk.add("keystone", |_| ());
    let Desk { store, dir, .. } = desk;
    drop(store);
    let modes = |dir_mode, file_mode| {
        fs::set_permissions(dir.path().join("credenza.db"), Permissions::from_mode(file_mode)).unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(dir_mode)).unwrap();
    };
    // Nobody stops root, so a child of root's is somebody else, with a copy of this program that they may run.
    let root = fs::metadata(dir.path()).unwrap().uid() == 0;
    let outer = tempfile::tempdir().unwrap();
    let run = |what: &str| {
        let mut command = command(what, dir.path());
        if root {
            fs::set_permissions(outer.path(), Permissions::from_mode(0o755)).unwrap();
            let program = outer.path().join("program");
            if !program.exists() {
                fs::copy(env::current_exe().unwrap(), &program).unwrap();
            }
            let mut other = Command::new(program);
            other.args(command.get_args());
            other.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
            other.uid(65534).gid(65534).stdout(Stdio::null());
            command = other;
        }
        assert!(command.status().unwrap().success(), "{what}");
    };
    modes(0o555, 0o444);
    run("reads");
    modes(0o555, if root { 0o666 } else { 0o644 });
    run("reads");
    modes(0o755, 0o444);
    run("reads");
    modes(0o755, 0o600);
    fs::remove_file(dir.path().join("credenza.db")).unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o555)).unwrap();
    run("finds nothing");
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
}

/// What a child does. Without its variable, as a test among others, it does nothing.
#[test]
fn child_process() {
    let (Ok(what), Ok(dir)) = (env::var("CREDENZA_STORE_CHILD"), env::var("CREDENZA_STORE_DIR")) else {
        return;
    };
    let dir = std::path::PathBuf::from(dir);
    match what.as_str() {
        "opens" => drop(Store::open(&dir).unwrap()),
        "counts" => count(&Store::open(&dir).unwrap()),
        "writes" => write_until_killed(&dir),
        "reads" => {
            let store = Store::open(&dir).unwrap();
            assert!(store.read_only());
            let workspace = store.read(|reader| reader.workspaces()).unwrap().remove(0);
            let rows = store.read(|reader| reader.credentials(workspace.id)).unwrap();
            assert_eq!(rows.len(), 1);
            assert_eq!(store.write(|writer| writer.set_setting("key", None)), Err(StoreError::ReadOnly));
            assert_eq!(store.backup_if_due(crate::desk::at(0)), Ok(None));
        }
        "finds nothing" => {
            assert_eq!(Store::open(&dir).err(), Some(StoreError::ReadOnly));
            assert_eq!(Store::open(&dir.join("below")).err(), Some(StoreError::ReadOnly));
        }
        other => panic!("{other} is nothing that a child does"),
    }
}

fn write_until_killed(dir: &std::path::Path) {
    let store = Store::open(dir).unwrap();
    let workspace = store.read(|reader| reader.workspace_named("lab")).unwrap().unwrap().id;
    let organization = store.read(|reader| reader.organizations(workspace)).unwrap()[0].id;
    loop {
        store
            .write(|writer| {
                for number in 0..50 {
                    let mut row = credential(workspace, organization, KindId::Aws, &format!("killed {number}"));
                    row.state = credenza_store::State::Draft;
                    writer.insert_credential(&row)?;
                    if number == 25 {
                        std::fs::write(dir.join("writing"), "").unwrap();
                    }
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
}

fn count(store: &Store) {
    for _ in 0..TIMES {
        store
            .write(|writer| {
                let next = writer.setting("count")?.map_or(0, |count| count.parse::<u32>().unwrap()) + 1;
                writer.set_setting("count", Some(&next.to_string()))?;
                writer.set_setting("count again", Some(&next.to_string()))
            })
            .unwrap();
    }
}

fn read_count(store: &Store) -> u32 {
    store.read(|reader| reader.setting("count")).unwrap().map_or(0, |count| count.parse().unwrap())
}

fn child(what: &str, dir: &std::path::Path) -> Child {
    command(what, dir).stdout(Stdio::null()).spawn().unwrap()
}

fn command(what: &str, dir: &std::path::Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "processes::child_process", "--nocapture"]);
    command.env("CREDENZA_STORE_CHILD", what).env("CREDENZA_STORE_DIR", dir);
    command
}
