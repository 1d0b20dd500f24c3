//! Keychains that fail, lock, die and hang; the bound and the breaker.

use std::thread;
use std::time::{Duration, Instant};

use credenza_vault::{KeychainState, Memory, Vault, VaultError};

use crate::{LIMIT, at, eventually, one};

/// Long enough for a busy machine to run what does not hang.
const BOUND: Duration = Duration::from_millis(250);

#[test]
fn every_fault_comes_through_as_it_is() {
    for error in
        [VaultError::Locked, VaultError::Denied, VaultError::TimedOut, VaultError::Unreadable, VaultError::Missing]
    {
        let memory = Memory::new();
        let vault = Vault::memory(memory.clone());
        let secrets = one("key", "x".into());
        let at = at(&vault, &secrets);
        vault.write(&at, &secrets).unwrap();
        memory.fail_next(error);
        assert_eq!(vault.read(&at), Err(error));
        assert_eq!(vault.read(&at).unwrap(), secrets, "the fault passes");
        memory.fail_next(error);
        assert_eq!(vault.erase(&at), Err(error));
        memory.fail_next(error);
        assert_eq!(vault.items(), Err(error));
    }
}

#[test]
fn a_connection_that_died_is_opened_again_once() {
    let memory = Memory::new();
    let vault = Vault::memory(memory.clone());
    let secrets = one("key", "x".into());
    let at = at(&vault, &secrets);
    // A fresh connection that fails is not tried again.
    memory.fail_next(VaultError::Failed);
    assert_eq!(vault.write(&at, &secrets), Err(VaultError::Failed));
    assert_eq!(memory.openings(), 1);
    vault.write(&at, &secrets).unwrap();
    assert_eq!(memory.openings(), 2);
    memory.fail_next(VaultError::Failed);
    assert_eq!(vault.read(&at).unwrap(), secrets);
    assert_eq!(memory.openings(), 3);
    memory.fail_next(VaultError::Absent);
    memory.fail_next(VaultError::Absent);
    assert_eq!(vault.read(&at), Err(VaultError::Absent));
    assert_eq!(memory.openings(), 4);
}

#[test]
fn states_are_told_apart_and_only_a_lock_is_unlocked() {
    let memory = Memory::new();
    let vault = Vault::memory(memory.clone());
    let secrets = one("key", "x".into());
    let at = at(&vault, &secrets);
    vault.write(&at, &secrets).unwrap();
    for (state, error, after) in [
        (KeychainState::Locked, VaultError::Locked, KeychainState::Ready),
        (KeychainState::Absent, VaultError::Absent, KeychainState::Absent),
        (KeychainState::Denied, VaultError::Denied, KeychainState::Denied),
        (KeychainState::TimedOut, VaultError::TimedOut, KeychainState::TimedOut),
        (KeychainState::Unreadable, VaultError::Failed, KeychainState::Unreadable),
    ] {
        memory.set_state(state);
        assert_eq!(vault.state(), state);
        assert_eq!(vault.read(&at), Err(error), "{state}: never `Missing`");
        assert_eq!(error.state(), state);
        assert_eq!(vault.unlock().is_ok(), after == KeychainState::Ready);
        assert_eq!(vault.state(), after);
        memory.set_state(KeychainState::Ready);
        assert_eq!(vault.read(&at).unwrap(), secrets);
    }
}

#[test]
fn a_call_that_hangs_is_given_up_at_its_bound_and_may_yet_be_carried_out() {
    let memory = Memory::new().bound(BOUND);
    let vault = Vault::memory(memory.clone());
    let secrets = one("key", "x".into());
    let (first, second) = (at(&vault, &secrets), at(&vault, &secrets));
    memory.hang_next();
    let asked = Instant::now();
    let error = vault.write(&first, &secrets).unwrap_err();
    assert_eq!(error, VaultError::TimedOut);
    assert!(error.outcome_unknown());
    assert!(asked.elapsed() >= BOUND && asked.elapsed() < BOUND * 10, "{:?}", asked.elapsed());
    assert_eq!(memory.hanging(), 1);

    // The next call has a thread and a connection of its own.
    vault.write(&second, &secrets).unwrap();
    assert_eq!(memory.openings(), 2);
    assert_eq!(vault.read(&first), Err(VaultError::Missing));
    memory.release();
    assert_eq!(vault.read(&first).unwrap(), secrets, "the late write arrives");
}

#[test]
fn after_two_that_hang_calls_fail_fast_until_one_answers() {
    let memory = Memory::new().bound(BOUND);
    let vault = Vault::memory(memory.clone());
    let secrets = one("key", "x".into());
    let at = at(&vault, &secrets);
    vault.write(&at, &secrets).unwrap();
    for _ in 0..2 {
        memory.hang_next();
        assert_eq!(vault.read(&at), Err(VaultError::TimedOut));
    }
    let (operations, openings) = (memory.operations(), memory.openings());
    let asked = Instant::now();
    for _ in 0..20 {
        assert_eq!(vault.read(&at), Err(VaultError::TimedOut));
        assert_eq!(vault.state(), KeychainState::TimedOut);
        assert_eq!(vault.unlock(), Err(VaultError::TimedOut));
    }
    assert!(asked.elapsed() < BOUND, "{:?}", asked.elapsed());
    assert_eq!((memory.operations(), memory.openings()), (operations, openings), "the keychain is left alone");

    memory.release();
    eventually(|| vault.state() == KeychainState::Ready);
    assert_eq!(vault.read(&at).unwrap(), secrets);
}

#[test]
fn an_answer_between_two_that_hang_keeps_the_vault_going() {
    let memory = Memory::new().bound(BOUND);
    let vault = Vault::memory(memory.clone());
    for _ in 0..4 {
        memory.hang_next();
        assert_eq!(vault.items(), Err(VaultError::TimedOut));
        assert_eq!(vault.items(), Ok(vec![]));
    }
    memory.release();
}

#[test]
fn while_a_person_is_asked_others_find_it_locked_at_once() {
    let memory = Memory::new();
    let vault = Vault::memory(memory.clone());
    memory.set_state(KeychainState::Locked);
    memory.hang_unlock();
    thread::scope(|scope| {
        let unlock = scope.spawn(|| vault.unlock());
        eventually(|| memory.hanging() == 1);
        let asked = Instant::now();
        assert_eq!(vault.items(), Err(VaultError::Locked));
        assert_eq!(vault.state(), KeychainState::Locked);
        assert_eq!(vault.unlock(), Err(VaultError::Locked), "one prompt at a time");
        assert!(asked.elapsed() < Duration::from_secs(1));
        memory.release();
        assert_eq!(unlock.join().unwrap(), Ok(()));
    });
    assert_eq!(vault.items(), Ok(vec![]));
}

#[test]
fn many_threads_take_turns_on_one_connection() {
    let memory = Memory::new().item_limit(LIMIT);
    let vault = Vault::memory(memory.clone());
    thread::scope(|scope| {
        for number in 0..16 {
            let vault = vault.clone();
            scope.spawn(move || {
                let secrets = one("key", number.to_string().repeat(3_000));
                let at = at(&vault, &secrets);
                vault.write(&at, &secrets).unwrap();
                assert_eq!(vault.read(&at).unwrap(), secrets);
            });
        }
    });
    assert_eq!(memory.openings(), 1);
}

#[test]
fn errors_tell_a_person_what_to_do_and_states_have_words() {
    let errors = [
        VaultError::Locked,
        VaultError::Absent,
        VaultError::Denied,
        VaultError::TimedOut,
        VaultError::Missing,
        VaultError::Unreadable,
        VaultError::TooLarge,
        VaultError::Failed,
    ];
    for error in errors {
        assert!(error.to_string().matches('.').count() >= 2, "what happened and what to do: {error}");
        assert_eq!(error.outcome_unknown(), error == VaultError::TimedOut);
        let state = error.state();
        assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{state}\""));
    }
}
