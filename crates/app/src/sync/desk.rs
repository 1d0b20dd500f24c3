//! What lies on the table while syncing: the workspace's credentials as they are, what is agreed on about each, and what
//! waits to be pushed. It is read in one moment, and every change made from it names the version it saw.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use credenza_model::{CredentialId, Generation, KindId, OrganizationId, Role};
use credenza_store::{Agreed, Credential, Operation, OutboxEntry, Reader};
use serde::{Deserialize, Serialize};

use crate::sync::merge::{Need, changed_here, need};
use crate::sync::theirs::Me;
use crate::{AppError, Here};

/// See the module.
pub(crate) struct Table {
    pub rows: HashMap<CredentialId, Credential>,
    pub agreed: HashMap<CredentialId, Agreed>,
    pub waiting: HashMap<CredentialId, Vec<OutboxEntry>>,
    /// The organizations of the account in which the person works, by their number there.
    pub open: BTreeMap<i32, OrganizationId>,
    pub me: Me,
    pub now: DateTime<Utc>,
    /// The organizations and kinds of which one is about to become the default.
    defaults: HashSet<(OrganizationId, KindId)>,
    /// The numbers of those that replacements are about to delete.
    leaving: HashSet<(KindId, i32)>,
}

impl Table {
    pub(crate) fn read(reader: &Reader<'_>, here: &Here, me: Me, now: DateTime<Utc>) -> Result<Self, AppError> {
        let workspace = here.workspace.id;
        let mut waiting: HashMap<CredentialId, Vec<OutboxEntry>> = HashMap::new();
        for entry in reader.outbox_of(workspace)? {
            waiting.entry(entry.credential).or_default().push(entry);
        }
        let organizations = reader.organizations(workspace)?;
        let rows: HashMap<CredentialId, Credential> =
            reader.credentials(workspace)?.into_iter().map(|row| (row.id, row)).collect();
        let (defaults, leaving) = beside(&rows, &waiting);
        Ok(Self {
            agreed: reader.all_agreed(workspace)?,
            rows,
            waiting,
            now,
            defaults,
            leaving,
            open: organizations
                .iter()
                .filter(|organization| organization.role.unwrap_or(here.workspace.role) > Role::Member)
                .filter_map(|organization| Some((organization.remote_id?, organization.id)))
                .collect(),
            me,
        })
    }

    pub(crate) fn waiting(&self, id: CredentialId) -> &[OutboxEntry] {
        self.waiting.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn waits_for(&self, id: CredentialId, operation: Operation) -> bool {
        self.waiting(id).iter().any(|entry| entry.operation == operation)
    }

    /// Whether some credential of the same organization and kind is about to become the default.
    pub(crate) fn default_is_pending(&self, row: &Credential) -> bool {
        self.defaults.contains(&(row.organization, row.kind))
    }

    /// Whether a row is about to be deleted, since another one has taken its place.
    pub(crate) fn is_leaving(&self, kind: KindId, number: i32) -> bool {
        self.leaving.contains(&(kind, number))
    }

    /// The replacement of a credential that has begun, if there is one.
    pub(crate) fn replacing(&self, id: CredentialId) -> Option<Sent> {
        self.waiting(id)
            .iter()
            .find(|entry| entry.operation == Operation::Replace)
            .and_then(Sent::of)
            .filter(|sent| sent.stage.is_some())
    }

    /// What was sent of a credential whose making is under way, so that it may be there by now.
    pub(crate) fn making(&self, id: CredentialId) -> Option<Sent> {
        self.waiting(id)
            .iter()
            .find(|entry| entry.operation == Operation::Create && entry.step.is_some())
            .and_then(Sent::of)
    }
}

impl Table {
    /// A table with one credential on it, and what concerns it.
    pub(crate) fn of_one(reader: &Reader<'_>, row: &Credential, me: Me, now: DateTime<Utc>) -> Result<Self, AppError> {
        let mut waiting: HashMap<CredentialId, Vec<OutboxEntry>> = HashMap::new();
        for entry in reader.waiting_beside(row.workspace, row.id)? {
            waiting.entry(entry.credential).or_default().push(entry);
        }
        let mut rows = HashMap::from([(row.id, row.clone())]);
        for id in waiting.keys() {
            if let Some(other) = reader.credential(*id)? {
                rows.insert(*id, other);
            }
        }
        let (defaults, leaving) = beside(&rows, &waiting);
        Ok(Self { rows, agreed: HashMap::new(), waiting, open: BTreeMap::new(), me, now, defaults, leaving })
    }
}

type Beside = (HashSet<(OrganizationId, KindId)>, HashSet<(KindId, i32)>);

fn beside(rows: &HashMap<CredentialId, Credential>, waiting: &HashMap<CredentialId, Vec<OutboxEntry>>) -> Beside {
    let (mut defaults, mut leaving) = (HashSet::new(), HashSet::new());
    for (id, entries) in waiting {
        let Some(row) = rows.get(id) else { continue };
        for entry in entries {
            match entry.operation {
                Operation::Default => drop(defaults.insert((row.organization, row.kind))),
                Operation::Replace => {
                    if let Some(old) = Sent::of(entry).filter(|sent| sent.stage.is_some()).and_then(|sent| sent.old) {
                        leaving.insert((row.kind, old));
                    }
                }
                _ => {}
            }
        }
    }
    (defaults, leaving)
}

/// What an outbox entry has sent or reached: enough to recognize it in the account. It holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// The name that was sent.
    pub name: String,
    /// The plain values that were sent.
    pub values: credenza_model::Values,
    /// Which writing of the secrets was sent: it is never read again by this, only told from a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Generation>,
    /// How far a replacement is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<ReplaceStage>,
    /// The number of the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<i32>,
    /// The number of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<i32>,
    /// Whether the old one is deleted already, so that the account has none until the new one is made.
    #[serde(default)]
    pub gone: bool,
    /// Whether the old one was the default, which the new one becomes.
    #[serde(default)]
    pub default: bool,
}

/// The stages of a replacement, each written down before the request that leads to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplaceStage {
    /// The old one is about to be deleted, under the same name.
    Deleting,
    /// The new one is about to be made.
    Creating,
    /// The new one is there and is this credential's now; the old one, if it is left, is about to be deleted.
    Moved,
}

impl Sent {
    pub(crate) fn of(entry: &OutboxEntry) -> Option<Self> {
        serde_json::from_str(entry.step.as_deref()?).ok()
    }

    pub(crate) fn json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// Whether the secrets here are others than the account was given from here.
pub(crate) fn secrets_changed(row: &Credential, agreed: &Agreed) -> bool {
    row.secret.map(|secret| secret.generation) != agreed.pushed
}

/// What the account needs for it to have what is here.
pub(crate) fn need_of(row: &Credential, agreed: &Agreed) -> Need {
    let kind = row.kind.kind();
    match &agreed.base {
        Some(base) => need(kind, &changed_here(kind, &base.values, &row.values), secrets_changed(row, agreed)),
        None => Need::Nothing,
    }
}
