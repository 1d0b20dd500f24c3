//! The file: who may read it, and what is refused and left as it is.

use std::fs;
use std::path::{Path, PathBuf};

use credenza_store::{Store, StoreError};

use crate::desk::Desk;

#[test]
fn the_data_has_one_id_for_ever() {
    let desk = Desk::new();
    let id = desk.store.data_id();
    let again = Store::open(desk.path()).unwrap();
    assert_eq!(again.data_id(), id);
    assert_eq!(again.path(), desk.path().join("credenza.db"));
    assert_ne!(Desk::new().store.data_id(), id);
}

#[test]
fn a_newer_file_is_refused_and_left_as_it_is() {
    let desk = Desk::new();
    desk.add("keystone", |_| ());
    let Desk { store, dir, .. } = desk;
    let path = store.path().to_owned();
    drop(store);
    set_version(&path, 99);
    let before = everything(dir.path());
    for _ in 0..2 {
        let refused = Store::open(dir.path()).err();
        assert_eq!(refused, Some(StoreError::Newer { found: 99, known: 3 }));
    }
    assert_eq!(everything(dir.path()), before);
    let said = StoreError::Newer { found: 99, known: 3 }.to_string();
    assert!(said.contains("newer version"), "{said}");
}

#[test]
fn a_newer_file_whose_version_is_only_in_its_wal_is_left_as_it_is() {
    let desk = Desk::new();
    // The newer program was killed: what it wrote last is not in the file yet.
    let newer = tempfile::tempdir().unwrap();
    set_version(desk.store.path(), 99);
    for name in ["credenza.db", "credenza.db-wal"] {
        fs::copy(desk.path().join(name), newer.path().join(name)).unwrap();
    }
    let mut before = everything(newer.path());
    assert!(before.iter().any(|(path, bytes)| path.ends_with("credenza.db-wal") && !bytes.is_empty()));
    assert_eq!(Store::open(newer.path()).err(), Some(StoreError::Newer { found: 99, known: 3 }));
    let mut after = everything(newer.path());
    for files in [&mut before, &mut after] {
        // The index of the WAL is rebuilt by whoever opens it.
        files.retain(|(path, _)| !path.ends_with("credenza.db-shm"));
    }
    assert_eq!(after, before);
}

#[test]
fn what_is_no_database_of_this_program_is_refused_and_left_as_it_is() {
    let text = b"Dear diary, this is no database. ".repeat(100);
    for bytes in [&text[..], b"short", &[0; 8192]] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("credenza.db"), bytes).unwrap();
        let before = everything(dir.path());
        assert_eq!(Store::open(dir.path()).err(), Some(StoreError::Damaged));
        assert_eq!(everything(dir.path()), before);
    }
    let dir = tempfile::tempdir().unwrap();
    let foreign = rusqlite::Connection::open(dir.path().join("credenza.db")).unwrap();
    foreign.execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    drop(foreign);
    let before = everything(dir.path());
    assert_eq!(Store::open(dir.path()).err(), Some(StoreError::Damaged));
    assert_eq!(everything(dir.path()), before);
}

#[test]
fn a_file_cut_short_is_damaged() {
    let desk = Desk::new();
    let Desk { store, dir, .. } = desk;
    let path = store.path().to_owned();
    drop(store);
    let bytes = fs::read(&path).unwrap();
    for length in [4096, bytes.len() / 2, 5000] {
        fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(Store::open(dir.path()).err(), Some(StoreError::Damaged), "{length} bytes");
    }
    fs::write(&path, &bytes).unwrap();
    Store::open(dir.path()).unwrap();
}

#[test]
fn an_empty_file_is_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("credenza.db"), b"").unwrap();
    Store::open(dir.path()).unwrap();
}

#[test]
fn a_directory_that_is_none_is_an_error_of_the_system() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Store::open(&file).err(), Some(StoreError::Io(_))));
    assert!(matches!(Store::open(&file.join("below")).err(), Some(StoreError::Io(_))));
}

#[test]
fn odd_paths_are_paths() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a b", "file:x?mode=memory", "50%20", "ünï 🗝", "#?"] {
        let odd = dir.path().join(name).join("deep");
        let store = Store::open(&odd).unwrap();
        assert!(odd.join("credenza.db").is_file());
        assert_eq!(store.path(), odd.join("credenza.db"));
    }
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("made/here");
    let store = Store::open(&dir).unwrap();
    store.write(|writer| writer.set_setting("key", Some("value"))).unwrap();
    assert_eq!(mode(&dir), 0o700);
    for name in ["credenza.db", "credenza.db-wal", "credenza.db-shm"] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
    drop(store);

    let path = dir.join("credenza.db");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&dir).unwrap();
    store.write(|writer| writer.set_setting("key", None)).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&dir.join("credenza.db-wal")), 0o600);
    assert_eq!(mode(&dir), 0o755, "a directory that exists may be anybody's");
}

pub(crate) fn set_version(path: &Path, version: u32) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.pragma_update(None, "user_version", version).unwrap();
}

fn everything(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect();
    files.sort();
    files
}
