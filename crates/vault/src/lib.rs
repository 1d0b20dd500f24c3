//! Secrets in the operating system's keychain, and an in-memory twin for tests.
//!
//! It owns the items of one data directory (a *namespace*) and the one thread that talks to the keychain. It refuses to
//! decide: which generation is current, what is erased and when belongs to `app`, which journals it. Nothing is cached,
//! nothing is regenerated, and an absent keychain is never taken for an absent secret.
//!
//! ```
//! use credenza_model::{Secret, SecretMap, SecretRef};
//! use credenza_vault::{Memory, Vault};
//!
//! let vault = Vault::memory(Memory::new());
//! let mut secrets = SecretMap::default();
//! secrets.insert("password", Secret::new("hunter2".into()));
//! let at = SecretRef {
//!     credential: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
//!     generation: "01980000-0000-7000-8000-000000000002".parse().unwrap(),
//!     parts: vault.parts(&secrets)?,
//! };
//! vault.write(&at, &secrets)?;
//! assert_eq!(vault.read(&at)?, secrets);
//! vault.erase(&at)?;
//! # Ok::<(), credenza_vault::VaultError>(())
//! ```

mod envelope;
mod error;
mod item;
mod keychain;
mod memory;
mod worker;

use std::fmt;
use std::sync::Arc;

use credenza_model::{SecretMap, SecretRef};
use zeroize::Zeroizing;

pub use error::{KeychainState, VaultError};
pub use item::SecretItem;
pub use memory::Memory;

use worker::{Bounds, Worker};

/// The secrets of one data directory. A cheap handle: clones share the thread that owns the keychain.
///
/// Every call blocks, so callers keep it off an async runtime's threads. A call is bounded (5 s per item, 60 s for
/// [`Vault::unlock`]), and calls from several threads take turns.
#[derive(Clone)]
pub struct Vault {
    worker: Arc<Worker>,
    item_limit: Option<usize>,
}

impl Vault {
    /// The keychain of this system. `namespace` is the random id of the data directory and names its items. Nothing is
    /// opened before the first call.
    pub fn keychain(namespace: &str) -> Self {
        Self { worker: Worker::new(keychain::opener(namespace), Bounds::default()), item_limit: keychain::ITEM_LIMIT }
    }

    /// The in-memory twin.
    pub fn memory(memory: Memory) -> Self {
        let (item_limit, bounds) = (memory.limit(), memory.bounds());
        Self { worker: Worker::new(memory.opener(), bounds), item_limit }
    }

    /// How many items these secrets take here: what `SecretRef::parts` has to say before they are written.
    pub fn parts(&self, secrets: &SecretMap) -> Result<u16, VaultError> {
        envelope::parts(secrets, self.item_limit)
    }

    /// Writes all parts, reads them back and compares.
    ///
    /// The first part is written last and erased first, so that a generation of which it exists is whole.
    pub fn write(&self, at: &SecretRef, secrets: &SecretMap) -> Result<(), VaultError> {
        if at.parts != self.parts(secrets)? {
            // The journal would name other items than the ones that are written.
            return Err(VaultError::Failed);
        }
        let line = Arc::new(envelope::seal(at, secrets)?);
        for (part, range) in envelope::ranges(line.len(), self.item_limit).rev() {
            let item = SecretItem::of(at, part);
            let (sent, bytes) = (Arc::clone(&line), range.clone());
            self.worker
                .call(move |keychain| keychain.put(&item, sent.get(bytes.clone()).ok_or(VaultError::Failed)?))?;
            match self.part(at, part) {
                Ok(back) if line.get(range) == Some(back.as_slice()) => {}
                // The store changed or lost what it was given.
                Ok(_) => return Err(VaultError::Unreadable),
                Err(VaultError::Missing) => return Err(VaultError::Failed),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads the secrets of one generation.
    ///
    /// `Missing` when its first part is not there: never written whole, or erased. A caller that meets it asks its row
    /// once more for the current generation.
    pub fn read(&self, at: &SecretRef) -> Result<SecretMap, VaultError> {
        let mut parts = Vec::with_capacity(usize::from(at.parts));
        for part in 0..at.parts.max(1) {
            match self.part(at, part) {
                // Somebody may be erasing it at this moment, first part first; else it is damaged.
                Err(VaultError::Missing) if part > 0 => {
                    self.part(at, 0)?;
                    return Err(VaultError::Unreadable);
                }
                read => parts.push(read?),
            }
        }
        envelope::open(at, &parts)
    }

    /// Erases the items of one generation; those that are not there are fine.
    pub fn erase(&self, at: &SecretRef) -> Result<(), VaultError> {
        for part in 0..at.parts.max(1) {
            let item = SecretItem::of(at, part);
            self.worker.call(move |keychain| keychain.erase(&item))?;
        }
        Ok(())
    }

    /// How the keychain stands. Never raises a prompt.
    pub fn state(&self) -> KeychainState {
        match self.worker.call(|keychain| keychain.check()) {
            Ok(()) => KeychainState::Ready,
            Err(error) => error.state(),
        }
    }

    /// Lets the system ask the person to open the keychain, for at most 60 s. Every other call answers `Locked` at once
    /// while the prompt is up. `Denied` when the person dismisses it.
    pub fn unlock(&self) -> Result<(), VaultError> {
        self.worker.unlock()
    }

    /// Every item of this namespace, in order. What no row names among them is an orphan.
    pub fn items(&self) -> Result<Vec<SecretItem>, VaultError> {
        let mut items = self.worker.call(|keychain| keychain.items())?;
        items.sort();
        items.dedup();
        Ok(items)
    }

    fn part(&self, at: &SecretRef, part: u16) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let item = SecretItem::of(at, part);
        self.worker.call(move |keychain| keychain.get(&item))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}
