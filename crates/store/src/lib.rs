//! Everything about credentials that is not secret, in one SQLite file.
//!
//! This crate owns the file (where it lies, who may read it, its schema, its daily copy) and one module a table. It
//! decides nothing: whether somebody may do a thing, whether a value is right, what happens to a secret are questions
//! for `app`, its only caller. It refuses to hold a secret, knows nothing of the keychain, and reads no clock: the time is passed
//! in.
//!
//! Reading and writing are two handles: a [`Reader`] sees one consistent moment, a [`Writer`] is one transaction, kept
//! whole or not at all.
//!
//! ```
//! use credenza_model::{Role, WorkspaceId};
//! use credenza_store::{Store, StoreError, Workspace};
//!
//! let dir = tempfile::tempdir().unwrap();
//! let store = Store::open(dir.path())?;
//! let id = WorkspaceId::new(uuid::Uuid::now_v7());
//! store.write(|w| {
//!     w.insert_workspace(&Workspace { id, name: "lab".into(), role: Role::Partner })?;
//!     w.set_current_workspace(Some(id))
//! })?;
//! assert_eq!(store.read(|r| r.current_workspace())?.unwrap().name, "lab");
//! # Ok::<(), StoreError>(())
//! ```

mod accounts;
mod audit;
mod backup;
mod bases;
mod checks;
mod column;
mod credentials;
mod error;
mod handle;
mod journal;
mod memory;
mod meta;
mod migrate;
mod open;
mod order;
mod organizations;
mod outbox;
mod page;
mod plan;
mod row;
mod search;
mod state;
mod store;
mod workspaces;

pub use accounts::{Account, session_owner};
pub use audit::AuditEvent;
pub use bases::{Agreed, Base};
pub use checks::{Check, CheckDetail, ExpirySource};
pub use credentials::{AccountFacts, Credential, Trouble};
pub use error::StoreError;
pub use handle::{Reader, Writer};
pub use journal::{JournalEntry, Phase};
pub use order::Sort;
pub use organizations::Organization;
pub use outbox::{Operation, OutboxEntry, Stage};
pub use page::{Page, Query, Row};
pub use state::{State, StateError};
pub use store::Store;
pub use workspaces::Workspace;
