//! The vault on its in-memory twin.
#![expect(clippy::unwrap_used, reason = "a panic is a failure of the test, in what tests share too")]

mod faults;
mod parts;

use std::thread;
use std::time::{Duration, Instant};

use credenza_model::{Secret, SecretMap, SecretRef};
use credenza_vault::{SecretItem, Vault};
use uuid::Uuid;

/// Windows'.
pub(crate) const LIMIT: usize = 2_400;

pub(crate) fn one(field: &str, value: String) -> SecretMap {
    let mut secrets = SecretMap::default();
    secrets.insert(field, Secret::new(value));
    secrets
}

pub(crate) fn at(vault: &Vault, secrets: &SecretMap) -> SecretRef {
    let id = || Uuid::now_v7().to_string();
    SecretRef {
        credential: id().parse().unwrap(),
        generation: id().parse().unwrap(),
        parts: vault.parts(secrets).unwrap(),
    }
}

pub(crate) fn item(at: &SecretRef, part: u16) -> SecretItem {
    SecretItem { credential: at.credential, generation: at.generation, part }
}

pub(crate) fn eventually(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "it does not come about");
        thread::yield_now();
    }
}
