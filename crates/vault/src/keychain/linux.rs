//! The Secret Service (GNOME Keyring, KWallet, KeePassXC).
//!
//! Its store unlocks whatever it touches, which raises a prompt that nobody may be there to answer and blocks until
//! somebody does. So this file looks at the locks first, over a bus connection of its own without a session (a second
//! session at the same time makes gnome-keyring 50 abort), and asks the person only in `unlock`.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use keyring_core::CredentialStore;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type as MessageType;
use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Type, Value};
use zbus_secret_service_keyring_store::Store;

use super::SERVICE;
use crate::VaultError;

/// The service sets none; D-Bus takes 128 MiB in one message.
pub(crate) const ITEM_LIMIT: Option<usize> = None;
pub(super) const CHECKED_BY_READING: bool = false;

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE_INTERFACE: &str = "org.freedesktop.Secret.Service";
const COLLECTION_INTERFACE: &str = "org.freedesktop.Secret.Collection";
const PROMPT_INTERFACE: &str = "org.freedesktop.Secret.Prompt";

pub(super) struct System {
    bus: Connection,
}

impl System {
    pub(super) fn open() -> Result<(Self, Arc<CredentialStore>), VaultError> {
        // Whatever the reason, without a bus there is no keychain.
        let bus = Connection::session().map_err(|_| VaultError::Absent)?;
        let system = Self { bus };
        system.default_collection()?;
        let store = Store::new().map_err(super::judge)?;
        Ok((system, store))
    }

    pub(super) fn quietly<T>(&self, call: impl FnOnce() -> T) -> T {
        call()
    }

    /// Whether the default collection is open, and those that hold the item of that user name.
    pub(super) fn check(&self, user: Option<&str>) -> Result<(), VaultError> {
        // Where there is none yet, `unlock` lets the person make it.
        let default = self.default_collection()?.ok_or(VaultError::Locked)?;
        if self.locked(&default)? {
            return Err(VaultError::Locked);
        }
        let Some(user) = user else { return Ok(()) };
        match self.locked_collections(&[("service", SERVICE), ("username", user)])?.is_empty() {
            true => Ok(()),
            false => Err(VaultError::Locked),
        }
    }

    /// Unlocks the default collection and every other that holds items of this program.
    pub(super) fn unlock(&self, bound: Duration) -> Result<(), VaultError> {
        let prompt: OwnedObjectPath = match self.default_collection()? {
            Some(default) => {
                let mut collections = self.locked_collections(&[("service", SERVICE)])?;
                if !collections.contains(&default) {
                    collections.push(default);
                }
                let (_, prompt): (Vec<OwnedObjectPath>, _) = self.service("Unlock", &collections)?;
                prompt
            }
            None => {
                let label =
                    HashMap::from([("org.freedesktop.Secret.Collection.Label", Value::from("Default keyring"))]);
                let (_, prompt): (OwnedObjectPath, _) = self.service("CreateCollection", &(label, "default"))?;
                prompt
            }
        };
        if prompt.as_str() == "/" { Ok(()) } else { self.prompt(&prompt, bound) }
    }

    fn prompt(&self, prompt: &ObjectPath<'_>, bound: Duration) -> Result<(), VaultError> {
        let rule = zbus::MatchRule::builder()
            .msg_type(MessageType::Signal)
            .interface(PROMPT_INTERFACE)
            .and_then(|rule| rule.member("Completed"))
            .and_then(|rule| rule.path(prompt.to_owned()))
            .map_err(judge)?
            .build();
        let mut signals = MessageIterator::for_match_rule(rule, &self.bus, None).map_err(judge)?;
        let (answer, answers) = mpsc::channel();
        // The iterator has no bound of its own. Its thread ends with the prompt, which `Dismiss` ends too.
        std::thread::spawn(move || {
            let completed = signals.next().and_then(Result::ok);
            let dismissed = completed
                .map(|signal| signal.body().deserialize::<(bool, OwnedValue)>().map(|(dismissed, _)| dismissed));
            let _ = answer.send(dismissed);
        });
        self.call::<_, ()>(prompt, PROMPT_INTERFACE, "Prompt", &"")?;
        match answers.recv_timeout(bound) {
            Ok(Some(Ok(false))) => Ok(()),
            Ok(Some(Ok(true))) => Err(VaultError::Denied),
            Ok(_) => Err(VaultError::Failed),
            Err(_) => {
                // So that no prompt stays behind that nobody waits for.
                let _ = self.call::<_, ()>(prompt, PROMPT_INTERFACE, "Dismiss", &());
                Err(VaultError::TimedOut)
            }
        }
    }

    fn default_collection(&self) -> Result<Option<OwnedObjectPath>, VaultError> {
        let path: OwnedObjectPath = self.service("ReadAlias", &"default")?;
        Ok((path.as_str() != "/").then_some(path))
    }

    fn locked(&self, collection: &ObjectPath<'_>) -> Result<bool, VaultError> {
        let property = (COLLECTION_INTERFACE, "Locked");
        let locked: OwnedValue = self.call(collection, "org.freedesktop.DBus.Properties", "Get", &property)?;
        bool::try_from(locked).map_err(|_| VaultError::Failed)
    }

    /// The locked collections with matching items. An item that is locked in an open collection is left to its store:
    /// that is how KeePassXC asks for each program.
    fn locked_collections(&self, attributes: &[(&str, &str)]) -> Result<Vec<OwnedObjectPath>, VaultError> {
        let attributes: HashMap<_, _> = attributes.iter().copied().collect();
        let (_, items): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = self.service("SearchItems", &attributes)?;
        let parents = items.iter().filter_map(|item| item.as_str().rsplit_once('/'));
        let collections: HashSet<_> = parents.filter_map(|(path, _)| OwnedObjectPath::try_from(path).ok()).collect();
        let mut locked = Vec::new();
        for collection in collections {
            if self.locked(&collection)? {
                locked.push(collection);
            }
        }
        Ok(locked)
    }

    fn service<R: DeserializeOwned + Type>(
        &self,
        method: &str,
        body: &(impl Serialize + DynamicType),
    ) -> Result<R, VaultError> {
        self.call(&ObjectPath::from_static_str_unchecked(PATH), SERVICE_INTERFACE, method, body)
    }

    fn call<B: Serialize + DynamicType, R: DeserializeOwned + Type>(
        &self,
        path: &ObjectPath<'_>,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Result<R, VaultError> {
        let reply = self.bus.call_method(Some(NAME), path, Some(interface), method, body).map_err(judge)?;
        reply.body().deserialize().map_err(|_| VaultError::Failed)
    }
}

pub(super) fn modifiers(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("label", label)])
}

pub(super) fn spec() -> HashMap<&'static str, &'static str> {
    HashMap::from([("service", SERVICE)])
}

/// The store's own prompt, raised because the keychain was locked in between, was dismissed.
pub(super) fn refused(_: &(dyn Error + 'static)) -> VaultError {
    VaultError::Denied
}

pub(super) fn failed(_: &(dyn Error + 'static)) -> VaultError {
    VaultError::Failed
}

fn judge(error: zbus::Error) -> VaultError {
    let zbus::Error::MethodError(name, ..) = error else {
        return VaultError::Failed;
    };
    match name.strip_prefix("org.freedesktop.DBus.Error.") {
        Some("ServiceUnknown" | "NameHasNoOwner") => VaultError::Absent,
        // The bus knows a provider and could not start it.
        Some(reason) if reason.starts_with("Spawn.") => VaultError::Absent,
        Some("AccessDenied" | "AuthFailed") => VaultError::Denied,
        _ => VaultError::Failed,
    }
}

#[cfg(test)]
#[path = "linux_tests.rs"]
mod tests;
