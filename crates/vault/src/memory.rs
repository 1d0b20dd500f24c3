//! The in-memory twin of a keychain, with every fault a real one has. For tests: it keeps values in plain memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::keychain::{Keychain, Opener};
use crate::worker::Bounds;
use crate::{KeychainState, SecretItem, VaultError};

/// A keychain in memory. A clone is the same storage: keep one to look inside and to make the next call fail.
#[derive(Clone, Default)]
pub struct Memory {
    limit: Option<usize>,
    bounds: Bounds,
    storage: Arc<Storage>,
}

impl Memory {
    /// An empty, unlocked keychain without a limit on the size of an item.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most bytes one item may have (2,400 is Windows').
    #[must_use]
    pub fn item_limit(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// How long a call may take before it is abandoned, so that a test of a hanging keychain takes milliseconds.
    #[must_use]
    pub fn bound(mut self, bound: Duration) -> Self {
        self.bounds = Bounds { call: bound, unlock: bound };
        self
    }

    /// Makes the next item operation (a put, a get, an erasure, a listing) fail and do nothing. Several queue up.
    pub fn fail_next(&self, error: VaultError) {
        self.fail_after(0, error);
    }

    /// Lets `operations` item operations pass and makes the one after them fail. Writing one part takes two of them: a
    /// put and the get that reads it back.
    pub fn fail_after(&self, operations: usize, error: VaultError) {
        self.lock().faults.push((operations, Fault::Fail(error)));
    }

    /// Makes the next item operation hang until [`Memory::release`]; it is then carried out, however late.
    pub fn hang_next(&self) {
        self.hang_after(0);
    }

    /// Lets `operations` item operations pass and makes the one after them hang.
    pub fn hang_after(&self, operations: usize) {
        self.lock().faults.push((operations, Fault::Hang));
    }

    /// Makes the next unlock hang until [`Memory::release`], as a prompt does that nobody has answered yet.
    pub fn hang_unlock(&self) {
        self.lock().hang_unlock = true;
    }

    /// Lets everything that hangs go on, and waits until it has been carried out.
    pub fn release(&self) {
        let mut state = self.lock();
        state.released += 1;
        self.storage.changed.notify_all();
        while state.hanging > 0 {
            state = self.storage.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How many operations hang at this moment.
    pub fn hanging(&self) -> usize {
        self.lock().hanging
    }

    /// Puts the whole keychain in a state, in which every call fails until it is `Ready`. `unlock` ends `Locked`.
    pub fn set_state(&self, state: KeychainState) {
        self.lock().state = Some(state);
    }

    /// Takes an item out behind the vault's back. Says whether it was there.
    pub fn lose(&self, item: &SecretItem) -> bool {
        self.lock().items.remove(item).is_some()
    }

    /// Puts any value under an item's name behind the vault's back.
    pub fn replace(&self, item: &SecretItem, value: &[u8]) {
        self.lock().items.insert(*item, value.to_vec());
    }

    /// The items that are there, in order.
    pub fn items(&self) -> Vec<SecretItem> {
        self.lock().items.keys().copied().collect()
    }

    /// The stored value of an item.
    pub fn value(&self, item: &SecretItem) -> Option<Vec<u8>> {
        self.lock().items.get(item).cloned()
    }

    /// How many item operations there have been.
    pub fn operations(&self) -> usize {
        self.lock().operations
    }

    /// How often a vault has opened the keychain.
    pub fn openings(&self) -> usize {
        self.lock().openings
    }

    pub(crate) fn limit(&self) -> Option<usize> {
        self.limit
    }

    pub(crate) fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub(crate) fn opener(self) -> Opener {
        Arc::new(move || {
            self.lock().openings += 1;
            Ok(Box::new(self.clone()))
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.storage.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One item operation: counted, then the fault that is due, then the state, then the operation itself.
    fn operate<T>(&self, operation: impl FnOnce(&mut State) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let mut state = self.lock();
        state.operations += 1;
        match state.due() {
            Some(Fault::Fail(error)) => return Err(error),
            Some(Fault::Hang) => state = self.hang(state),
            None => {}
        }
        state.check()?;
        operation(&mut state)
    }

    fn hang<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let released = state.released;
        state.hanging += 1;
        while state.released == released {
            state = self.storage.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.hanging -= 1;
        self.storage.changed.notify_all();
        state
    }
}

impl Keychain for Memory {
    fn check(&mut self) -> Result<(), VaultError> {
        self.lock().check()
    }

    fn unlock(&mut self, _: Duration) -> Result<(), VaultError> {
        let mut state = self.lock();
        if std::mem::take(&mut state.hang_unlock) {
            state = self.hang(state);
        }
        if state.state == Some(KeychainState::Locked) {
            state.state = None;
        }
        state.check()
    }

    fn put(&mut self, item: &SecretItem, value: &[u8]) -> Result<(), VaultError> {
        let fits = self.limit.is_none_or(|limit| value.len() <= limit);
        self.operate(|state| {
            if !fits {
                return Err(VaultError::Failed);
            }
            state.items.insert(*item, value.to_vec());
            Ok(())
        })
    }

    fn get(&mut self, item: &SecretItem) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.operate(|state| state.items.get(item).cloned().map(Zeroizing::new).ok_or(VaultError::Missing))
    }

    fn erase(&mut self, item: &SecretItem) -> Result<(), VaultError> {
        self.operate(|state| {
            state.items.remove(item);
            Ok(())
        })
    }

    fn items(&mut self) -> Result<Vec<SecretItem>, VaultError> {
        self.operate(|state| Ok(state.items.keys().copied().collect()))
    }
}

#[derive(Default)]
struct Storage {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    items: BTreeMap<SecretItem, Vec<u8>>,
    faults: Vec<(usize, Fault)>,
    /// Ready when nothing is set.
    state: Option<KeychainState>,
    operations: usize,
    openings: usize,
    hang_unlock: bool,
    hanging: usize,
    released: usize,
}

#[derive(Clone, Copy)]
enum Fault {
    Fail(VaultError),
    Hang,
}

impl State {
    /// Takes the first fault that is due and brings the others one operation nearer.
    fn due(&mut self) -> Option<Fault> {
        let first = self.faults.iter().position(|(operations, _)| *operations == 0);
        let due = first.map(|at| self.faults.remove(at).1);
        for (operations, _) in &mut self.faults {
            *operations = operations.saturating_sub(1);
        }
        due
    }

    fn check(&self) -> Result<(), VaultError> {
        match self.state {
            None | Some(KeychainState::Ready) => Ok(()),
            Some(KeychainState::Locked) => Err(VaultError::Locked),
            Some(KeychainState::Absent) => Err(VaultError::Absent),
            Some(KeychainState::Denied) => Err(VaultError::Denied),
            Some(KeychainState::TimedOut) => Err(VaultError::TimedOut),
            Some(KeychainState::Unreadable) => Err(VaultError::Failed),
        }
    }
}
