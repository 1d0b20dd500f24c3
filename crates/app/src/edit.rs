//! Changing a credential. An edit names the version it saw, and an untouched secret stays.

use credenza_model::{
    Action, Annotation, Code, CredentialId, EXPIRES, Findings, Input, Kind, NOTE, Problem, Reading, SecretChange,
    SecretMap, SecretState,
};
use credenza_store::{Credential, State, StoreError};
use credenza_vault::VaultError;

use crate::judge::{all_problems, judge, name_is_taken, refuse, warn_expired, with_annotation};
use crate::protocol::SecretPlan;
use crate::sync::Need;
use crate::view::{CredentialView, Saved};
use crate::{App, AppError, Here};

/// What an edit does about problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// They refuse it.
    Complete,
    /// They refuse it, but a draft that still has some stays a draft.
    AsItIs,
    /// They are kept, and the credential is a draft.
    Draft,
}

impl App {
    /// Changes a credential. `version` is the one that was seen; `None` takes the row as it is now.
    ///
    /// # Errors
    /// [`AppError::Stale`] when somebody changed it since, [`AppError::Locked`], [`AppError::Invalid`] and those of
    /// adding; in each case nothing was written.
    pub fn edit(
        &self,
        id: CredentialId,
        version: Option<u32>,
        mut input: Input,
        completeness: Completeness,
    ) -> Result<Saved, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        let kind = row.kind.kind();
        here.require_in(row.organization, kind, Action::Edit)?;
        let annotation = Annotation::take(&mut input);
        let only_beside = input.fields().next().is_none()
            && (completeness == Completeness::AsItIs || row.state != State::Draft)
            && annotation != Annotation::default();
        if !only_beside {
            refuse_locked(&row, "edited")?;
            refuse_built_in(&row)?;
        }
        if version.is_some_and(|seen| seen != row.version) {
            return Err(stale());
        }
        if only_beside {
            return self.annotate(&here, row, annotation);
        }
        let reading = with_annotation(kind.read(input), &annotation);
        let now = (self.now)();
        let as_draft = completeness == Completeness::Draft;
        let mut judged =
            self.store.read(|reader| judge(reader, kind, row.organization, Some(&row), &reading, as_draft))?;
        let draft = match completeness {
            Completeness::Draft => true,
            Completeness::AsItIs => row.state == State::Draft && !judged.findings.problems.is_empty(),
            Completeness::Complete => false,
        };
        if draft {
            refuse(&reading)?;
        } else {
            all_problems(kind, &reading, &mut judged.findings);
        }
        if draft && row.remote_id.is_some() {
            return Err(AppError::Refused(
                "The account has this credential, so it cannot become a draft again.".into(),
            ));
        }
        if judged.need == Need::Replace {
            // A new one is made, and the old one goes.
            here.require_in(row.organization, kind, Action::Add)?;
            crate::remove::refuse_used(&row)?;
        }
        if !draft && !judged.findings.problems.is_empty() {
            return Err(AppError::Invalid(judged.findings.problems));
        }
        let mut reading = reading;
        let secrets = self.changed_secrets(kind, &row, &mut reading)?;
        let secret_facts = match &secrets {
            Some(secrets) => (kind.secret_facts)(secrets),
            None => row.secret_facts.clone(),
        };
        let facts = (kind.value_facts)(&judged.values).or(secret_facts.clone());
        warn_expired(kind, &facts, now, &mut judged.findings);
        let Findings { problems, warnings } = judged.findings;
        let mut changed = Credential {
            name: judged.name,
            state: next_state(&row, draft),
            version: row.version + 1,
            facts,
            values: judged.values,
            secrets: judged.secrets,
            secret_facts,
            problems,
            modified_at: now,
            ..row.clone()
        };
        beside(&mut changed, &annotation);
        let annotated = changed.note != row.note || changed.expires_by_hand != row.expires_by_hand;
        if secrets.is_none() && same(&row, &changed) && !annotated {
            return Ok(Saved { credential: self.view(&here, row), warnings });
        }
        let plan = match &secrets {
            Some(secrets) => SecretPlan::Replace(row.secret, secrets),
            None => SecretPlan::Keep(row.secret),
        };
        let detail = changed_fields(&row, &changed, secrets.is_some());
        let found = self.found_before(&changed, secrets.as_ref());
        self.save(id, plan, |writer, secret| {
            changed.secret = secret;
            // Another one may have become the default meanwhile, which is no change of what was edited here.
            changed.default = writer.credential(id)?.is_some_and(|now| now.default);
            self.queue_edit(writer, &row, &mut changed, now)?;
            writer.update_credential(&changed, row.version)?;
            if let Some(check) = found {
                writer.set_check(&changed, &check)?;
            }
            self.record(writer, &changed, "edit", detail)
        })
        .map_err(|error| self.name_was_taken(error, kind))?;
        self.forget_recent();
        let row = self.row(id)?;
        Ok(Saved { credential: self.view(&here, row), warnings })
    }

    /// Changes what a person keeps beside a credential. It concerns no account and no rule of a kind, so that neither a lock nor
    /// anything that is wrong with the credential keeps it from being noted.
    fn annotate(&self, here: &Here, row: Credential, annotation: Annotation) -> Result<Saved, AppError> {
        if !annotation.refusals.is_empty() {
            return Err(AppError::Invalid(annotation.refusals));
        }
        let mut changed = Credential { version: row.version + 1, ..row.clone() };
        beside(&mut changed, &annotation);
        if changed.note != row.note || changed.expires_by_hand != row.expires_by_hand {
            self.store
                .write(|writer| {
                    // Another one may have become the default meanwhile, which is no change of what is noted here.
                    changed.default = writer.credential(row.id)?.is_some_and(|now| now.default);
                    writer.update_credential(&changed, row.version)?;
                    self.record(writer, &changed, "edit", changed_fields(&row, &changed, false))
                })
                .map_err(|error| self.name_was_taken(error, row.kind.kind()))?;
        }
        let row = self.row(row.id)?;
        Ok(Saved { credential: self.view(here, row), warnings: Vec::new() })
    }

    /// The whole map of secrets as it will be, when the edit touches any; the untouched ones come from the keychain.
    fn changed_secrets(
        &self,
        kind: &'static Kind,
        row: &Credential,
        reading: &mut Reading,
    ) -> Result<Option<SecretMap>, AppError> {
        if reading.secrets.is_empty() && !reading.cleared.iter().any(|field| row.secrets.contains_key(field)) {
            return Ok(None);
        }
        let stays = |field: &str| reading.secret_change(field) == SecretChange::Keep;
        let kept: Vec<_> = kind
            .secrets()
            .filter(|field| stays(field.id) && row.secrets.get(field.id) == Some(&SecretState::Set))
            .map(|field| field.label)
            .collect();
        let mut secrets = if kept.is_empty() {
            SecretMap::default()
        } else {
            self.secrets_of(row).map_err(|error| match error {
                AppError::Keychain(VaultError::Missing | VaultError::Unreadable) => AppError::Lost(format!(
                    "The keychain no longer has the secrets of {}. Enter {} again too.",
                    shown(row),
                    kept.join(" and ")
                )),
                other => other,
            })?
        };
        for field in kind.secrets() {
            match reading.secret_change(field.id) {
                SecretChange::Keep => {}
                SecretChange::Clear => drop(secrets.remove(field.id)),
                SecretChange::Set => {
                    if let Some(secret) = reading.secrets.remove(field.id) {
                        secrets.insert(field.id, secret);
                    }
                }
            }
        }
        // What was typed again as it is already changes nothing, so that nobody is asked about it.
        if row.remote_id.is_some() && row.secret.is_some() && self.secrets_of(row).is_ok_and(|old| old == secrets) {
            return Ok(None);
        }
        Ok(Some(secrets))
    }

    /// A credential of this workspace that is not deleted, visible to the role.
    pub(crate) fn find(&self, here: &Here, id: CredentialId) -> Result<Credential, AppError> {
        let row = self.store.read(|reader| reader.credential(id))?;
        let row = row
            .filter(|row| row.workspace == here.workspace.id && row.deleted_at.is_none())
            .ok_or(AppError::NoCredential)?;
        here.require_in(row.organization, row.kind.kind(), Action::See)?;
        Ok(row)
    }

    pub(crate) fn row(&self, id: CredentialId) -> Result<Credential, AppError> {
        let row = self.store.read(|reader| reader.credential(id))?;
        row.ok_or(AppError::NoCredential)
    }

    /// One credential, without its secrets.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Forbidden`].
    pub fn show(&self, id: CredentialId) -> Result<CredentialView, AppError> {
        let here = self.here()?;
        let row = self.find(&here, id)?;
        Ok(self.view(&here, row))
    }

    /// A name that was free when it was judged and taken when it was written is a problem at its field like any other.
    pub(crate) fn name_was_taken(&self, error: AppError, kind: &Kind) -> AppError {
        match error {
            AppError::Store(StoreError::Duplicate) => {
                AppError::Invalid(vec![Problem::new(kind.name_field, Code::Duplicate, name_is_taken(kind))])
            }
            AppError::Store(StoreError::Stale { .. }) => stale(),
            other => other,
        }
    }
}

/// Puts what a person keeps beside a credential into it.
fn beside(row: &mut Credential, annotation: &Annotation) {
    if let Some(note) = &annotation.note {
        row.note = note.clone().unwrap_or_default();
    }
    if let Some(expires) = annotation.expires {
        row.expires_by_hand = expires;
    }
}

pub(crate) fn refuse_locked(row: &Credential, done: &str) -> Result<(), AppError> {
    if row.locked {
        return Err(AppError::Locked(format!("{} is locked and cannot be {done}. Unlock it first.", shown(row))));
    }
    Ok(())
}

/// What comes with Taikun itself is nobody's to change here.
pub(crate) fn refuse_built_in(row: &Credential) -> Result<(), AppError> {
    if row.account.built_in {
        return Err(AppError::Refused(format!("{} comes with Taikun and cannot be changed here.", shown(row))));
    }
    Ok(())
}

/// A credential's name as a sentence can hold it.
pub(crate) fn shown(row: &Credential) -> String {
    if row.name.is_empty() { "This draft".into() } else { credenza_model::printable(&row.name) }
}

fn stale() -> AppError {
    AppError::Stale("Somebody changed this credential while you were at it. Compare the two, then save again.".into())
}

fn next_state(row: &Credential, draft: bool) -> State {
    match row.state {
        _ if draft => State::Draft,
        State::Draft => State::Ready,
        State::Synced => State::Changed,
        other => other,
    }
}

fn same(before: &Credential, after: &Credential) -> bool {
    before.values == after.values && before.state == after.state && before.problems == after.problems
}

fn changed_fields(before: &Credential, after: &Credential, secrets: bool) -> String {
    let kind = before.kind.kind();
    let mut fields: Vec<&str> = kind
        .fields
        .iter()
        .filter(|field| !field.secret && before.values.get(field.id) != after.values.get(field.id))
        .map(|field| field.id)
        .collect();
    if before.note != after.note {
        fields.push(NOTE);
    }
    if before.expires_by_hand != after.expires_by_hand {
        fields.push(EXPIRES);
    }
    if secrets {
        fields.push("secrets");
    }
    fields.join(" ")
}
