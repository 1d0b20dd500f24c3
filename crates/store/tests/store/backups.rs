//! The daily copy: whole, alone, one a day, seven kept.

use std::fs;

use chrono::TimeDelta;
use credenza_model::KindId;
use credenza_store::{Store, StoreError};

use crate::desk::{Desk, at};

#[test]
fn a_copy_opens_and_is_the_same() {
    let desk = Desk::new();
    let row = desk.add("keystone", |_| ());
    let copy = desk.store.backup_if_due(at(0)).unwrap().unwrap();
    assert_eq!(copy.file_name().unwrap(), "credenza-2026-09-21.backup.db");
    desk.add("later", |_| ());

    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(&copy, elsewhere.path().join("credenza.db")).unwrap();
    let restored = Store::open(elsewhere.path()).unwrap();
    assert_eq!(restored.data_id(), desk.store.data_id());
    let page = restored.read(|reader| reader.page(&desk.query())).unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].credential, row);
    let search = credenza_store::Query { search: Some("keyst".into()), ..desk.query() };
    assert_eq!(restored.read(|reader| reader.page(&search)).unwrap().total, 1);
    restored.write(|writer| writer.insert_credential(&desk.credential(KindId::Aws, "new"))).unwrap();
}

#[test]
fn one_a_day_is_made_and_seven_are_kept() {
    let desk = Desk::new();
    let foreign = ["credenza-notes.backup.db", "credenza-2026-1-1.backup.db", "credenza-2026-01-01.backup.db.old"];
    for name in foreign {
        fs::write(desk.path().join(name), "not ours").unwrap();
    }
    for day in 0..10 {
        let noon = at(0) + TimeDelta::days(day);
        assert!(desk.store.backup_if_due(noon).unwrap().is_some());
        assert_eq!(desk.store.backup_if_due(noon + TimeDelta::minutes(5)).unwrap(), None);
    }
    let mut names: Vec<String> =
        fs::read_dir(desk.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let copies: Vec<_> = names.iter().filter(|name| name.ends_with(".backup.db") && name.len() == 29).collect();
    assert_eq!(copies.len(), 7, "{names:?}");
    assert_eq!(copies[0], "credenza-2026-09-24.backup.db");
    assert_eq!(copies[6], "credenza-2026-09-30.backup.db");
    assert!(foreign.iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("partial") || name.contains("backup.db-")), "{names:?}");
}

#[test]
fn what_a_killed_process_left_goes_and_what_another_one_writes_stays() {
    let desk = Desk::new();
    let old = desk.path().join("credenza-old.partial");
    let young = desk.path().join("credenza-young.partial");
    fs::write(&old, "x").unwrap();
    fs::write(&young, "x").unwrap();
    let file = fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(7200)).unwrap();
    desk.store.backup_if_due(at(0)).unwrap();
    assert!(!old.exists());
    assert!(young.exists());
}

#[test]
fn a_damaged_file_is_not_copied_over_the_good_copies() {
    let desk = Desk::new();
    desk.store
        .write(|writer| {
            (0..500).try_for_each(|number| {
                writer.insert_credential(&desk.credential(KindId::Aws, &format!("name {number}")))
            })
        })
        .unwrap();
    let Desk { store, dir, .. } = desk;
    let path = store.path().to_owned();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.backup_if_due(at(0)), Err(StoreError::Damaged));
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("credenza-")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_copy_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let copy = desk.store.backup_if_due(at(0)).unwrap().unwrap();
    assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
}
