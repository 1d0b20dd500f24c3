//! Two-way sync with the account of a workspace.

mod apply;
mod change;
mod conflict;
mod create;
mod desk;
mod foresee;
mod merge;
mod pull;
mod push;
mod queue;
mod reconcile;
mod replace;
mod run;
mod settle;
mod theirs;
mod view;
mod waiting;

use chrono::TimeDelta;

pub(crate) use desk::secrets_changed;
pub(crate) use merge::{Need, changed_here, need};
pub use view::{
    ConflictField, ConflictReason, ConflictView, MissingView, PendingView, PlanLine, Resolution, SecretWord, Side,
    SyncFailure, SyncOptions, SyncProgress, SyncReport, SyncStage, SyncStatus,
};

/// For how long a credential that was deleted in the account can be brought back here, its secret with it.
pub(crate) const KEPT_FOR: TimeDelta = TimeDelta::days(30);
