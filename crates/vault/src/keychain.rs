//! What the vault asks of a keychain, and the one of this system, through the `keyring` stores.
//!
//! The stores are opened here, again and again if need be. `keyring` itself is not used: it opens its store once and
//! remembers a failure for the whole process, so that a keychain started or unlocked later would never be found.
//!
//! Errors of the stores end here. They carry secret bytes and print them, so neither they nor their text go further.

// What differs between the systems, in one small file each: whether the keychain can be used without a prompt, how a
// person is asked, how items are labelled and looked for, and how large one may be.
#[cfg_attr(target_os = "linux", path = "keychain/linux.rs")]
#[cfg_attr(target_os = "macos", path = "keychain/macos.rs")]
#[cfg_attr(target_os = "windows", path = "keychain/windows.rs")]
mod system;

use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::{Zeroize, Zeroizing};

use crate::{SecretItem, VaultError};
use system::System;

pub(crate) use system::ITEM_LIMIT;

/// The service all items are under, in every store.
const SERVICE: &str = "app.credenza";

/// One open keychain, used by one thread. No call but `unlock` waits for a person.
pub(crate) trait Keychain {
    /// Whether it can be used, found out without a prompt.
    fn check(&mut self) -> Result<(), VaultError>;
    /// Lets the system ask the person to open it.
    fn unlock(&mut self, bound: Duration) -> Result<(), VaultError>;
    /// Stores a value, over the one that is there.
    fn put(&mut self, item: &SecretItem, value: &[u8]) -> Result<(), VaultError>;
    fn get(&mut self, item: &SecretItem) -> Result<Zeroizing<Vec<u8>>, VaultError>;
    /// An item that is not there is erased.
    fn erase(&mut self, item: &SecretItem) -> Result<(), VaultError>;
    fn items(&mut self) -> Result<Vec<SecretItem>, VaultError>;
}

/// Opens a keychain, on the thread that will own it.
pub(crate) type Opener = Arc<dyn Fn() -> Result<Box<dyn Keychain>, VaultError> + Send + Sync>;

/// Opens this system's keychain.
pub(crate) fn opener(namespace: &str) -> Opener {
    let namespace = namespace.to_owned();
    Arc::new(move || {
        let (system, store) = System::open()?;
        Ok(Box::new(Keyring { namespace: namespace.clone(), system, store }))
    })
}

struct Keyring {
    namespace: String,
    system: System,
    store: Arc<CredentialStore>,
}

impl Keyring {
    fn entry(&self, item: &SecretItem) -> Result<Entry, Error> {
        let label = item.label();
        self.store.build(SERVICE, &item.user(&self.namespace), Some(&system::modifiers(&label)))
    }

    /// Runs a call on the store. The keychain is looked at before, because a store raises a prompt when it is locked,
    /// and after a failure, because a store does not say that it was locked or gone.
    fn guarded<T>(&self, user: Option<&str>, call: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, VaultError> {
        self.system.check(user)?;
        self.system
            .quietly(|| call(self))
            .map_err(judge)
            .map_err(|error| self.system.check(user).err().unwrap_or(error))
    }

    fn on<T>(&self, item: &SecretItem, call: impl FnOnce(&Entry) -> Result<T, Error>) -> Result<T, VaultError> {
        self.guarded(Some(&item.user(&self.namespace)), |keyring| call(&keyring.entry(item)?))
    }
}

impl Keychain for Keyring {
    fn check(&mut self) -> Result<(), VaultError> {
        self.system.check(None)?;
        if !system::CHECKED_BY_READING {
            return Ok(());
        }
        let Some(item) = self.items()?.pop() else {
            return Ok(());
        };
        match self.get(&item) {
            Ok(_) | Err(VaultError::Missing | VaultError::Unreadable) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn unlock(&mut self, bound: Duration) -> Result<(), VaultError> {
        self.system.unlock(bound)?;
        if system::CHECKED_BY_READING {
            for item in self.items()? {
                // Outside `guarded`, so that the system may ask for this item too.
                match self.entry(&item).and_then(|entry| entry.get_secret()) {
                    Ok(mut value) => value.zeroize(),
                    Err(Error::NoEntry) => {}
                    Err(error) => return Err(judge(error)),
                }
            }
        }
        self.check()
    }

    fn put(&mut self, item: &SecretItem, value: &[u8]) -> Result<(), VaultError> {
        // As bytes: `set_password` would double them on Windows, which halves what fits.
        self.on(item, |entry| entry.set_secret(value))
    }

    fn get(&mut self, item: &SecretItem) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.on(item, |entry| match entry.get_secret() {
            // Somebody copied a keyring: the value is the same one, and its checksum says whether it is ours.
            Err(Error::Ambiguous(copies)) => copies.first().ok_or(Error::NoEntry)?.get_secret(),
            read => read,
        })
        .map(Zeroizing::new)
    }

    fn erase(&mut self, item: &SecretItem) -> Result<(), VaultError> {
        let erased = self.on(item, |entry| match entry.delete_credential() {
            Err(Error::Ambiguous(copies)) => copies.iter().try_for_each(Entry::delete_credential),
            erased => erased,
        });
        match erased {
            Err(VaultError::Missing) => Ok(()),
            erased => erased,
        }
    }

    fn items(&mut self) -> Result<Vec<SecretItem>, VaultError> {
        let found = self.guarded(None, |keyring| keyring.store.search(&system::spec()))?;
        let names = found.iter().filter_map(Entry::get_specifiers);
        Ok(names
            .filter(|(service, _)| service == SERVICE)
            .filter_map(|(_, user)| SecretItem::parse(&self.namespace, &user))
            .collect())
    }
}

/// What a store's error comes to. The bytes that some of them carry are wiped.
fn judge(error: Error) -> VaultError {
    match error {
        Error::NoEntry => VaultError::Missing,
        Error::NoStorageAccess(error) => system::refused(error.as_ref()),
        Error::PlatformFailure(error) => system::failed(error.as_ref()),
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            VaultError::Unreadable
        }
        Error::BadStoreFormat(_) => VaultError::Unreadable,
        _ => VaultError::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_store_leaves() {
        for error in [
            Error::BadEncoding(b"hunter2".to_vec()),
            Error::BadDataFormat(b"hunter2".to_vec(), "hunter2".into()),
            Error::PlatformFailure("hunter2".into()),
            Error::NoStorageAccess("hunter2".into()),
            Error::BadStoreFormat("hunter2".into()),
            Error::Invalid("hunter2".into(), "hunter2".into()),
        ] {
            let error = judge(error);
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
