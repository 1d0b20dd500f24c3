//! Conflicts: how they are kept, and how they are shown.

use std::collections::BTreeMap;

use credenza_model::{Action, Kind, SecretState, Value, printable};
use credenza_store::{Agreed, Credential};
use serde::{Deserialize, Serialize};

use super::desk::secrets_changed;
use super::merge::alike;
use super::theirs::Theirs;
use super::view::{ConflictField, ConflictReason, ConflictView, SecretWord};
use crate::edit::shown;
use crate::{App, AppError};

/// A conflict as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conflict {
    pub reason: ConflictReason,
    /// The plain fields in conflict.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whether the secrets are in conflict too.
    #[serde(default)]
    pub secret: bool,
    /// What is worth knowing besides, as a sentence: what the checker says of the secret here.
    #[serde(default)]
    pub remark: Option<String>,
}

impl Conflict {
    pub(crate) fn of(reason: ConflictReason) -> Self {
        Self { reason, fields: Vec::new(), secret: false, remark: None }
    }

    pub(crate) fn json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    pub(crate) fn read(agreed: &Agreed) -> Option<Self> {
        serde_json::from_str(agreed.conflict.as_deref()?).ok()
    }
}

/// The account's side of a conflict that is kept.
pub(crate) fn theirs(agreed: &Agreed) -> Option<Theirs> {
    serde_json::from_str(agreed.theirs.as_deref()?).ok()
}

/// Marks a credential as in conflict.
pub(crate) fn mark(agreed: &Agreed, conflict: &Conflict, theirs: Option<&Theirs>) -> Agreed {
    Agreed {
        conflict: conflict.json(),
        theirs: theirs.and_then(|theirs| serde_json::to_string(theirs).ok()),
        ..agreed.clone()
    }
}

impl App {
    /// Everything that is in conflict, by name.
    ///
    /// # Errors
    /// The database's own.
    pub fn conflicts(&self) -> Result<Vec<ConflictView>, AppError> {
        let here = self.here()?;
        self.store.read(|reader| {
            let mut views = Vec::new();
            for row in reader.conflicts(here.workspace.id)? {
                if here.require_in(row.organization, row.kind.kind(), Action::See).is_err() {
                    continue;
                }
                let agreed = reader.agreed(row.id)?.unwrap_or_default();
                views.push(view(&row, &agreed, here.name_of(row.organization)));
            }
            Ok(views)
        })
    }
}

/// The certain secrets of a kind, all of them in the account alone.
pub(crate) fn in_account(kind: &Kind) -> BTreeMap<String, SecretState> {
    kind.certain_secrets().map(|field| (field.id.to_owned(), SecretState::Account)).collect()
}

fn view(row: &Credential, agreed: &Agreed, organization: String) -> ConflictView {
    let kind = row.kind.kind();
    let conflict = Conflict::read(agreed).unwrap_or(Conflict::of(ConflictReason::Fields));
    let there = theirs(agreed);
    let base = agreed.base.clone().unwrap_or_default();
    let told = |id: &str| there.as_ref().and_then(|there| there.values.get(id).cloned().flatten());
    let tells = |id: &str| there.as_ref().is_some_and(|there| there.values.contains_key(id));
    let mut fields: Vec<ConflictField> = kind
        .fields
        .iter()
        .filter(|field| !field.secret)
        .filter_map(|field| {
            let (before, here) = (base.values.get(field.id), row.values.get(field.id));
            let theirs: Option<Value> = if tells(field.id) { told(field.id) } else { before.cloned() };
            let differs = !alike(before, here) || !alike(here, theirs.as_ref());
            (there.is_some() && differs).then(|| ConflictField {
                field: field.id.into(),
                label: field.label.into(),
                secret: false,
                base: before.cloned(),
                mine: here.cloned(),
                theirs,
                word: None,
                conflict: conflict.fields.iter().any(|id| id == field.id),
            })
        })
        .collect();
    let changed = secrets_changed(row, agreed);
    if there.is_some() && (changed || conflict.secret) {
        fields.extend(kind.secrets().map(|field| ConflictField {
            field: field.id.into(),
            label: field.label.into(),
            secret: true,
            base: None,
            mine: None,
            theirs: None,
            word: Some(if changed { SecretWord::Different } else { SecretWord::Same }),
            conflict: conflict.secret,
        }));
    }
    let (message, mine, theirs_word) = words(row, &conflict, there.as_ref());
    ConflictView {
        id: row.id.to_string(),
        kind: row.kind,
        name: row.name.clone(),
        organization,
        reason: conflict.reason,
        message: match &conflict.remark {
            Some(remark) => format!("{message} {remark}"),
            None => message,
        },
        mine: mine.into(),
        theirs: theirs_word.into(),
        changed_by: there.as_ref().and_then(|there| there.modified_by.clone()),
        changed_at: there.as_ref().and_then(|there| there.modified_at.clone()),
        fields,
    }
}

/// The sentence of a conflict and the words of its two ways out.
fn words(row: &Credential, conflict: &Conflict, there: Option<&Theirs>) -> (String, &'static str, &'static str) {
    let name = shown(row);
    let who = match there.and_then(|there| there.modified_by.as_deref()) {
        Some(person) => printable(person),
        None => "Somebody".to_owned(),
    };
    match conflict.reason {
        ConflictReason::Fields => (
            format!("You changed {name} here, and {who} changed the same in the account. Choose what holds."),
            "Keep all mine",
            "Take all theirs",
        ),
        ConflictReason::Secret => (
            format!(
                "You changed the secret of {name} here, and {who} changed the credential in the account, perhaps its secret too."
            ),
            "Keep my secret",
            "Keep theirs",
        ),
        ConflictReason::DeletedHere => (
            format!("You deleted {name} here, and {who} changed it in the account since."),
            "Delete it anyway",
            "Keep it",
        ),
        ConflictReason::DeletedThere => {
            (format!("You changed {name} here, and it was deleted in the account."), "Make it again", "Let it go")
        }
        ConflictReason::NameTaken => (
            format!(
                "The account has a credential named {name} already. Make the two one, or edit this one and give it another name."
            ),
            "Make them one, with my values",
            "Make them one, with theirs",
        ),
    }
}
