//! Values in one item and in many, whole, half and damaged.

use std::thread;

use credenza_model::{Secret, SecretMap, SecretRef};
use credenza_vault::{Memory, Vault, VaultError};

use crate::{LIMIT, at, eventually, item, one};

#[test]
fn parts_follow_the_size_of_an_item() {
    let memory = Memory::new().item_limit(LIMIT);
    let vault = Vault::memory(memory.clone());
    // 2,400 bytes of base64 hold an envelope of 1,800, of which 36 are its head and 10 are `{"key":""}`.
    let first = (0..LIMIT).find(|len| vault.parts(&one("key", "x".repeat(len + 1))).unwrap() == 2).unwrap();
    assert_eq!(first, 1_800 - 36 - 10);
    for (len, parts) in
        [(0, 1), (first - 1, 1), (first, 1), (first + 1, 2), (first + 1_800, 2), (first + 1_801, 3), (300_000, 167)]
    {
        let secrets = one("key", "x".repeat(len));
        let at = at(&vault, &secrets);
        assert_eq!(at.parts, parts, "{len}");
        vault.write(&at, &secrets).unwrap();
        assert_eq!(vault.read(&at).unwrap(), secrets, "{len}");
        assert_eq!(memory.items(), vault.items().unwrap());
        assert_eq!(memory.items().len(), usize::from(parts));
        for item in memory.items() {
            let value = memory.value(&item).unwrap();
            assert!(value.len() <= LIMIT);
            assert!(
                value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)),
                "one line of base64"
            );
        }
        vault.erase(&at).unwrap();
        assert_eq!(memory.items(), []);
    }
}

#[test]
fn three_files_of_the_largest_size_fit() {
    let vault = Vault::memory(Memory::new().item_limit(LIMIT));
    let mut secrets = SecretMap::default();
    for field in ["a", "b", "c"] {
        secrets.insert(field, Secret::new("line\n".repeat(1024 * 1024 / 5)));
    }
    let at = at(&vault, &secrets);
    assert!(at.parts > 1_000, "{}", at.parts);
    vault.write(&at, &secrets).unwrap();
    assert_eq!(vault.read(&at).unwrap(), secrets);
}

#[test]
fn what_is_too_large_is_refused_before_anything_is_written() {
    let memory = Memory::new();
    let vault = Vault::memory(memory.clone());
    let fits = one("key", "x".repeat(4 * 1024 * 1024));
    assert_eq!(vault.parts(&fits), Ok(1));
    let secrets = one("key", "x".repeat(4 * 1024 * 1024 + 1));
    assert_eq!(vault.parts(&secrets), Err(VaultError::TooLarge));
    let at = SecretRef { parts: 1, ..at(&vault, &fits) };
    assert_eq!(vault.write(&at, &secrets), Err(VaultError::TooLarge));
    assert_eq!(memory.operations(), 0);
    // What JSON writes with six bytes each, in the smallest items there are.
    let vault = Vault::memory(Memory::new().item_limit(LIMIT));
    assert!(vault.parts(&one("key", "\u{1}".repeat(4 * 1024 * 1024))).unwrap() < u16::MAX);
}

#[test]
fn a_reference_with_another_number_of_parts_is_refused() {
    let memory = Memory::new();
    let vault = Vault::memory(memory.clone());
    let secrets = one("key", "x".into());
    let at = SecretRef { parts: 2, ..at(&vault, &secrets) };
    assert_eq!(vault.write(&at, &secrets), Err(VaultError::Failed));
    assert_eq!(memory.operations(), 0);
}

#[test]
fn without_its_first_part_a_secret_is_missing_and_without_another_damaged() {
    for (lost, error) in [(0, VaultError::Missing), (1, VaultError::Unreadable), (2, VaultError::Unreadable)] {
        let memory = Memory::new().item_limit(LIMIT);
        let vault = Vault::memory(memory.clone());
        let secrets = one("key", "x".repeat(5_000));
        let at = at(&vault, &secrets);
        assert_eq!(vault.read(&at), Err(VaultError::Missing), "never written");
        vault.write(&at, &secrets).unwrap();
        assert!(memory.lose(&item(&at, lost)));
        assert_eq!(vault.read(&at), Err(error), "part {lost}");
        vault.erase(&at).unwrap();
        assert_eq!(memory.items(), [], "what is left of it can be erased");
    }
}

#[test]
fn a_write_that_stops_half_way_leaves_nothing_that_reads_as_whole() {
    for passed in 0..6 {
        let memory = Memory::new().item_limit(LIMIT);
        let vault = Vault::memory(memory.clone());
        let secrets = one("key", "x".repeat(5_000));
        let at = at(&vault, &secrets);
        assert_eq!(at.parts, 3);
        memory.fail_after(passed, VaultError::Locked);
        assert_eq!(vault.write(&at, &secrets), Err(VaultError::Locked));
        match vault.read(&at) {
            // The last thing written is the first part; only its reading back failed.
            Ok(read) => assert_eq!((read, passed), (secrets, 5)),
            Err(error) => assert_eq!(error, VaultError::Missing),
        }
        vault.erase(&at).unwrap();
        assert_eq!(memory.items(), []);
    }
}

#[test]
fn a_value_that_comes_back_changed_or_not_at_all_was_not_written() {
    for (lost, error) in [(false, VaultError::Unreadable), (true, VaultError::Failed)] {
        let memory = Memory::new();
        let vault = Vault::memory(memory.clone());
        let secrets = one("key", "x".into());
        let at = at(&vault, &secrets);
        memory.hang_after(1);
        thread::scope(|scope| {
            let write = scope.spawn(|| vault.write(&at, &secrets));
            eventually(|| memory.hanging() == 1);
            match lost {
                true => assert!(memory.lose(&item(&at, 0))),
                false => memory.replace(&item(&at, 0), b"Q1JE"),
            }
            memory.release();
            assert_eq!(write.join().unwrap(), Err(error));
        });
    }
}

#[test]
fn damaged_and_foreign_values_are_unreadable_never_missing() {
    let memory = Memory::new();
    let vault = Vault::memory(memory.clone());
    let secrets = one("key", "hunter2".into());
    let (first, second) = (at(&vault, &secrets), at(&vault, &secrets));
    vault.write(&first, &secrets).unwrap();
    vault.write(&second, &secrets).unwrap();
    let value = memory.value(&item(&first, 0)).unwrap();
    let mut flipped = value.clone();
    flipped[60] = if flipped[60] == b'A' { b'B' } else { b'A' };
    let newer = [b"Q1JEAg", &value[6..]].concat();
    let values: [&[u8]; 8] = [
        b"",
        b"hunter2",
        &value[..value.len() - 4],
        &value[..value.len() - 1],
        &flipped,
        &newer,
        &[0xff; 80],
        &[&*value, b"\n"].concat(),
    ];
    for value in values {
        memory.replace(&item(&first, 0), value);
        assert_eq!(vault.read(&first), Err(VaultError::Unreadable), "{value:?}");
        assert_eq!(memory.value(&item(&first, 0)).unwrap(), value, "and it stays as it is");
    }
    memory.replace(&item(&first, 0), &memory.value(&item(&second, 0)).unwrap());
    assert_eq!(vault.read(&first), Err(VaultError::Unreadable), "another generation's");
}
