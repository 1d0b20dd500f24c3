//! The Credential Manager of Windows. It is open whenever the person is signed in, and asks nothing.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;
use windows_native_keyring_store::Store;

use crate::VaultError;

/// The system takes 2,560 bytes; what is left leaves room for a store that adds something of its own.
pub(crate) const ITEM_LIMIT: Option<usize> = Some(2_400);
pub(super) const CHECKED_BY_READING: bool = true;

/// Target names are `Credenza: user@service`. The divider is no character of the service or of an item's user name,
/// so that the two are found again in the target.
const PREFIX: &str = "Credenza: ";
const DIVIDER: &str = "@";

pub(super) struct System;

impl System {
    pub(super) fn open() -> Result<(Self, Arc<CredentialStore>), VaultError> {
        let names = HashMap::from([("prefix", PREFIX), ("divider", DIVIDER)]);
        let store = Store::new_with_configuration(&names).map_err(super::judge)?;
        Ok((Self, store))
    }

    pub(super) fn quietly<T>(&self, call: impl FnOnce() -> T) -> T {
        call()
    }

    pub(super) fn check(&self, _: Option<&str>) -> Result<(), VaultError> {
        Ok(())
    }

    pub(super) fn unlock(&self, _: Duration) -> Result<(), VaultError> {
        Ok(())
    }
}

/// Without this the store writes credentials that roam to every computer of the domain.
pub(super) fn modifiers(_: &str) -> HashMap<&str, &str> {
    HashMap::from([("persistence", "Local")])
}

/// A regular expression over target names.
pub(super) fn spec() -> HashMap<&'static str, &'static str> {
    HashMap::from([("pattern", "^Credenza: ")])
}

/// The store knows one refusal: there is no logon session to keep credentials for.
pub(super) fn refused(_: &(dyn Error + 'static)) -> VaultError {
    VaultError::Absent
}

pub(super) fn failed(_: &(dyn Error + 'static)) -> VaultError {
    VaultError::Failed
}
