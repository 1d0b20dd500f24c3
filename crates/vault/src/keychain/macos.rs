//! The login keychain of macOS.
//!
//! macOS asks the person by itself when the keychain is locked or when an item does not trust this build of the
//! program. So it is told to ask nothing, except in `unlock`; what would have asked fails instead and counts as locked.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use apple_native_keyring_store::keychain::Store;
use keyring_core::CredentialStore;
use security_framework::base::Error as Status;
use security_framework::os::macos::keychain::{SecKeychain, SecPreferencesDomain};

use super::SERVICE;
use crate::VaultError;

pub(crate) const ITEM_LIMIT: Option<usize> = None;
pub(super) const CHECKED_BY_READING: bool = true;

pub(super) struct System;

impl System {
    pub(super) fn open() -> Result<(Self, Arc<CredentialStore>), VaultError> {
        let store = Store::new().map_err(super::judge)?;
        Ok((Self, store))
    }

    /// Runs a call in which macOS asks the person nothing.
    pub(super) fn quietly<T>(&self, call: impl FnOnce() -> T) -> T {
        let _quiet = SecKeychain::disable_user_interaction();
        call()
    }

    pub(super) fn check(&self, _: Option<&str>) -> Result<(), VaultError> {
        login().map(drop)
    }

    pub(super) fn unlock(&self, _: Duration) -> Result<(), VaultError> {
        login()?.unlock(None).map_err(|status| failed(&status))
    }
}

fn login() -> Result<SecKeychain, VaultError> {
    SecKeychain::default_for_domain(SecPreferencesDomain::User).map_err(|status| failed(&status))
}

pub(super) fn modifiers(_: &str) -> HashMap<&str, &str> {
    HashMap::new()
}

pub(super) fn spec() -> HashMap<&'static str, &'static str> {
    HashMap::from([("service", SERVICE)])
}

pub(super) fn refused(error: &(dyn Error + 'static)) -> VaultError {
    failed(error)
}

pub(super) fn failed(error: &(dyn Error + 'static)) -> VaultError {
    match error.downcast_ref::<Status>().map(|status| status.code()) {
        // errSecInteractionNotAllowed, errSecInteractionRequired
        Some(-25308 | -25315) => VaultError::Locked,
        // errSecUserCanceled, errSecAuthFailed, wrPermErr, errSecInvalidOwnerEdit, errSecReadOnly
        Some(-128 | -25293 | -61 | -25244 | -25292) => VaultError::Denied,
        // errSecNotAvailable, errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
        Some(-25291 | -25294 | -25295 | -25307) => VaultError::Absent,
        _ => VaultError::Failed,
    }
}
