//! Adding a credential, complete or as a draft.

use credenza_model::{Action, Annotation, CredentialId, Field, Findings, Input, KindId, Values};
use credenza_store::{AccountFacts, Credential, Operation, State};
use uuid::Uuid;

use crate::judge::{all_problems, judge, refuse, warn_expired, with_annotation};
use crate::protocol::SecretPlan;
use crate::view::Saved;
use crate::{App, AppError};

impl App {
    /// Adds a credential to an organization (named by name or id; the only one by default). With `draft` an incomplete
    /// one is kept, and its problems with it.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], [`AppError::Invalid`] with a problem at each field, [`AppError::Keychain`]; in each case
    /// nothing was written.
    pub fn add(
        &self,
        kind: KindId,
        organization: Option<&str>,
        mut input: Input,
        draft: bool,
    ) -> Result<Saved, AppError> {
        let here = self.here()?;
        let kind = kind.kind();
        here.require(kind, Action::Add)?;
        let organization = here.organization(organization)?.id;
        here.require_in(organization, kind, Action::Add)?;
        let annotation = Annotation::take(&mut input);
        let reading = with_annotation(kind.read(input), &annotation);
        let now = (self.now)();
        let mut judged = self.store.read(|reader| judge(reader, kind, organization, None, &reading, draft))?;
        if draft {
            refuse(&reading)?;
        } else {
            all_problems(kind, &reading, &mut judged.findings);
            if !judged.findings.problems.is_empty() {
                return Err(AppError::Invalid(judged.findings.problems));
            }
        }
        let secret_facts = (kind.secret_facts)(&reading.secrets);
        let facts = (kind.value_facts)(&judged.values).or(secret_facts.clone());
        warn_expired(kind, &facts, now, &mut judged.findings);
        let Findings { problems, warnings } = judged.findings;
        let mut row = Credential {
            id: CredentialId::new(Uuid::now_v7()),
            workspace: here.workspace.id,
            organization,
            kind: kind.id,
            name: judged.name,
            state: if draft { State::Draft } else { State::Ready },
            locked: false,
            default: false,
            version: 1,
            values: judged.values,
            secrets: judged.secrets,
            facts,
            secret_facts,
            problems,
            secret: None,
            remote_id: None,
            used_by: Vec::new(),
            created_at: now,
            modified_at: now,
            deleted_at: None,
            erase_at: None,
            account: AccountFacts::default(),
            trouble: None,
            note: annotation.note.flatten().unwrap_or_default(),
            expires_by_hand: annotation.expires.flatten(),
            check: None,
        };
        let (id, secrets) = (row.id, reading.secrets);
        row.check = self.found_before(&row, Some(&secrets));
        self.save(id, SecretPlan::Replace(None, &secrets), |writer, secret| {
            row.secret = secret;
            writer.insert_credential(&row)?;
            if row.state == State::Ready && Self::connected(writer, &row)? {
                writer.enqueue(row.id, Operation::Create, now, None)?;
            }
            self.record(writer, &row, "add", "")
        })
        .map_err(|error| self.name_was_taken(error, kind))?;
        self.forget_recent();
        let row = self.row(id)?;
        Ok(Saved { credential: self.view(&here, row), warnings })
    }

    /// What is to be said of an input that is not saved yet: the same rules, while one types.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], [`AppError::NotFound`]; problems of the input are no errors here but the answer.
    pub fn check_input(
        &self,
        kind: KindId,
        organization: Option<&str>,
        id: Option<CredentialId>,
        mut input: Input,
    ) -> Result<Findings, AppError> {
        let here = self.here()?;
        let row = id.map(|id| self.find(&here, id)).transpose()?;
        let kind = row.as_ref().map_or(kind, |row| row.kind).kind();
        here.require(kind, if row.is_some() { Action::Edit } else { Action::Add })?;
        let organization = match &row {
            Some(row) => row.organization,
            None => here.organization(organization)?.id,
        };
        here.require_in(organization, kind, if row.is_some() { Action::Edit } else { Action::Add })?;
        let annotation = Annotation::take(&mut input);
        let reading = with_annotation(kind.read(input), &annotation);
        let mut judged = self.store.read(|reader| judge(reader, kind, organization, row.as_ref(), &reading, false))?;
        all_problems(kind, &reading, &mut judged.findings);
        warn_expired(kind, &(kind.secret_facts)(&reading.secrets), (self.now)(), &mut judged.findings);
        Ok(judged.findings)
    }
}

impl App {
    /// The secrets of one line that an input still lacks to be complete, on top of a credential or on its own: what a
    /// person at a terminal is asked for. Nothing while anything else is missing too.
    ///
    /// # Errors
    /// As [`App::check_input`].
    pub fn missing_secrets(
        &self,
        kind: KindId,
        id: Option<CredentialId>,
        input: &Input,
    ) -> Result<Vec<&'static Field>, AppError> {
        let Some(id) = id else { return Ok(kind.kind().missing_secrets(input, &Values::default(), &|_| false)) };
        let row = self.find(&self.here()?, id)?;
        let held = |field: &str| row.secrets.contains_key(field);
        Ok(row.kind.kind().missing_secrets(input, &row.values, &held))
    }
}
