//! What the server knows: people, organizations, rows. A test looks at it and changes it behind the client's back.

mod behind;
mod fill;
mod keys;
mod log;
mod people;
mod row;
mod rows;
mod sessions;
mod tables;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::Connection;
use tokio::sync::broadcast;

use crate::{Faults, Options};

pub(crate) use keys::Key;
pub use log::Logged;
pub(crate) use people::Person;
pub use people::{Access, Membership, Organization, User};
pub(crate) use row::{Author, Stored};
pub(crate) use rows::{Page, Scope};

/// A handle on everything that a server knows. Cheap to copy; all copies are the same world.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    options: Options,
    database: Mutex<Connection>,
    sessions: Mutex<sessions::Sessions>,
    faults: Faults,
    log: Mutex<Vec<Logged>>,
    events: broadcast::Sender<String>,
    last: AtomicI64,
    maintenance: AtomicBool,
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("World")
    }
}

impl World {
    /// The account that every world begins with.
    pub const ACCOUNT: &'static str = "demo";

    pub(crate) fn open(options: &Options) -> rusqlite::Result<Self> {
        let database = match &options.data {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        tables::make(&database)?;
        Ok(Self(Arc::new(Inner {
            options: options.clone(),
            database: Mutex::new(database),
            sessions: Mutex::default(),
            faults: Faults::default(),
            log: Mutex::default(),
            events: broadcast::channel(256).0,
            last: AtomicI64::new(0),
            maintenance: AtomicBool::new(false),
        })))
    }

    /// The faults to come.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// Whether `userinfo` says that the server is in maintenance.
    pub fn set_maintenance(&self, maintenance: bool) {
        self.0.maintenance.store(maintenance, Ordering::Relaxed);
    }

    pub(crate) fn in_maintenance(&self) -> bool {
        self.0.maintenance.load(Ordering::Relaxed)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(crate) fn database(&self) -> MutexGuard<'_, Connection> {
        whole(&self.0.database)
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, sessions::Sessions> {
        whole(&self.0.sessions)
    }

    /// The moment in microseconds; never the same twice, so that each write is told from the one before.
    pub(crate) fn now(&self) -> i64 {
        let clock = chrono::Utc::now().timestamp_micros();
        let before = self.0.last.fetch_max(clock, Ordering::Relaxed);
        if clock > before { clock } else { self.0.last.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<String> {
        self.0.events.subscribe()
    }

    pub(crate) fn tell(&self, event: String) {
        // Nobody may be listening.
        let _ = self.0.events.send(event);
    }
}

/// A lock's content, also after a panic elsewhere: a test that failed must not hide behind a poisoned lock.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
