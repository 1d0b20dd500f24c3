//! What a sync says to the faces: its progress, its report, what waits, what is in conflict.

use std::collections::BTreeMap;

use credenza_model::{KindId, Value};
use serde::{Deserialize, Serialize};

use crate::account::AccountView;

/// How a sync is to be done.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase", default)]
pub struct SyncOptions {
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// Believe the account when it no longer has what it had, however much that is.
    pub accept_missing: bool,
    /// Try again what was refused.
    pub retry_parked: bool,
    /// Push what would otherwise wait a while: a deletion that can still be undone, an operation that backs off.
    pub everything: bool,
}

/// Where a sync is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SyncProgress {
    /// At what.
    pub stage: SyncStage,
    /// How far.
    pub done: u32,
    /// Of how many, when that is known.
    pub total: Option<u32>,
}

/// What a sync is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum SyncStage {
    /// Asking who is signed in.
    Who,
    /// Reading the account's lists; counted in rows.
    Pull,
    /// Writing what has changed there; counted in credentials.
    Merge,
    /// Sending what has changed here; counted in operations.
    Push,
}

/// What a sync has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// Whether nothing was done, only said.
    pub dry_run: bool,
    /// Rows read from the account.
    pub read: u32,
    /// New here.
    pub added: u32,
    /// Changed here, as they were there.
    pub changed: u32,
    /// Gone there, and so here.
    pub gone: u32,
    /// Made there.
    pub created: u32,
    /// Changed there: values, secrets, lock, default.
    pub updated: u32,
    /// Deleted there.
    pub deleted: u32,
    /// In conflict by now.
    pub conflicts: u32,
    /// Refused by the account, each with its reason at the credential.
    pub parked: u32,
    /// Still to be pushed.
    pub pending: u32,
    /// What a person should know: rows that could not be read, roles that changed, kinds that the server does not know.
    pub remarks: Vec<String>,
    /// What was, or with `dry_run` would be, done; at most 1,000 lines.
    pub plan: Vec<PlanLine>,
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PlanLine {
    /// The credential here; none when it is new.
    pub id: Option<String>,
    /// Its kind.
    pub kind: KindId,
    /// Its name.
    pub name: String,
    /// Its organization.
    pub organization: String,
    /// What is done, as a sentence's beginning: "Create in the account", "Take the change of Region".
    pub what: String,
}

/// How a workspace stands with its account.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
    /// The account; none for a local workspace.
    pub account: Option<AccountView>,
    /// When the last whole sync ended.
    pub synced_at: Option<String>,
    /// Why the last one did not end well.
    pub failure: Option<SyncFailure>,
    /// Operations that wait to be pushed.
    pub pending: u32,
    /// Beside these, operations that the account refused or that ask first.
    pub parked: u32,
    /// Credentials in conflict.
    pub conflicts: u32,
    /// What is missing there in such numbers that nobody believes it: a person says whether it is so.
    pub missing: Vec<MissingView>,
    /// The kinds that the server does not know; what is here of them stays here.
    pub unsupported: Vec<KindId>,
}

/// Why a sync failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SyncFailure {
    /// Whether it is only the network, so that it will pass.
    pub offline: bool,
    /// A sentence: what happened and what to do.
    pub message: String,
    /// Since when.
    pub at: String,
}

/// Credentials of one kind that are gone from the account all at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MissingView {
    /// Of which kind.
    pub kind: KindId,
    /// So many are gone.
    pub missing: u32,
    /// Of so many.
    pub of: u32,
}

/// An operation that waits.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PendingView {
    /// The credential.
    pub id: String,
    /// Its kind.
    pub kind: KindId,
    /// Its name.
    pub name: String,
    /// Its organization.
    pub organization: String,
    /// What will be done in the account: create, update, lock, unlock, default, delete, replace.
    pub operation: String,
    /// waiting, running, parked or asks.
    pub state: String,
    /// Why it is parked, or what it asks.
    pub message: Option<String>,
    /// The steps of a replacement, as sentences.
    pub steps: Vec<String>,
}

/// A conflict, for a person to settle.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConflictView {
    /// The credential.
    pub id: String,
    /// Its kind.
    pub kind: KindId,
    /// Its name here.
    pub name: String,
    /// Its organization.
    pub organization: String,
    /// What sort of conflict.
    pub reason: ConflictReason,
    /// What happened, in a sentence.
    pub message: String,
    /// What taking mine does, as a button says it.
    pub mine: String,
    /// What taking theirs does.
    pub theirs: String,
    /// Who changed it there, where that is known.
    pub changed_by: Option<String>,
    /// When, as the account writes it.
    pub changed_at: Option<String>,
    /// Every field that differs, side by side. Only those with `conflict` must be chosen.
    pub fields: Vec<ConflictField>,
}

/// The sorts of conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ConflictReason {
    /// The same field was changed on both sides.
    Fields,
    /// The secret was changed here, and somebody changed the credential there: perhaps its secret.
    Secret,
    /// It was deleted here and changed there.
    DeletedHere,
    /// It was changed here and deleted there.
    DeletedThere,
    /// It is new here, and its name is taken there.
    NameTaken,
}

/// A field of a conflict. Secrets have no values here, only `same` or `different`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConflictField {
    /// Its id.
    pub field: String,
    /// Its label.
    pub label: String,
    /// Whether it is a secret.
    pub secret: bool,
    /// As both had it.
    pub base: Option<Value>,
    /// As it is here.
    pub mine: Option<Value>,
    /// As it is there.
    pub theirs: Option<Value>,
    /// For a secret: whether the two are known to be the same. The account never tells, so `different` means that one was changed.
    pub word: Option<SecretWord>,
    /// Whether both sides changed it differently.
    pub conflict: bool,
}

/// What is known of two secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum SecretWord {
    /// Unchanged since both had it.
    Same,
    /// Changed on one side at least.
    Different,
}

/// A side of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What is here.
    Mine,
    /// What is in the account.
    Theirs,
}

/// How a conflict is settled: one side for all, and other sides for single fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default)]
pub struct Resolution {
    /// For every field that is not named.
    pub all: Option<Side>,
    /// By field id.
    pub fields: BTreeMap<String, Side>,
}
