//! Does a credential work? The use cases around the probes: one form, a selection, all; and what a probe can list.

mod bulk;
mod endpoints;
mod queue;
mod recent;
mod view;

use std::future::Future;
use std::sync::{Arc, PoisonError};

use credenza_check::{Checker, Report};
use credenza_model::{
    Action, Annotation, CredentialId, Field, FieldType, Input, Kind, KindId, SecretChange, SecretMap, SecretState,
    Values, Verdict,
};
use credenza_store::{Check, Credential};

pub(crate) use endpoints::Kept;
pub(crate) use recent::Recent;
pub use view::{CheckProgress, CheckReport, CheckedView, EndpointView};

use crate::account::link::copy;
use crate::judge::{refuse, with_annotation};
use crate::{App, AppError, Cancel};

impl App {
    /// Checks a credential as a form holds it, against its provider and from this machine. `id` names the credential that
    /// is being edited, whose secrets stand in for those that were not typed. What was found of a credential that is stored
    /// just so is kept with it.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], [`AppError::NotFound`], [`AppError::Keychain`], [`AppError::Cancelled`]. Whatever the provider
    /// says, or that it cannot be reached, is no error here but the answer.
    pub fn probe_input(
        &self,
        kind: KindId,
        id: Option<CredentialId>,
        input: Input,
        cancel: &Cancel,
    ) -> Result<Check, AppError> {
        let asked = self.asked(kind, id, input)?;
        let checker = self.checker()?;
        let report = self.wait(cancel, checker.check(asked.kind.id, &asked.values, &asked.secrets))?;
        let check = self.found(report, asked.kind, &|field| asked.held(field));
        let stored = asked.row.as_ref().and_then(|row| row.secret).filter(|_| !asked.fresh);
        if let Some(row) = asked.row.as_ref().filter(|row| !asked.fresh && row.values == asked.values) {
            // That it cannot be kept is no reason to hide it.
            let _ = self.keep_checks(&[(row.clone(), check.clone())]);
        } else if let Some(row) = asked.row.as_ref().filter(|_| asked.kept) {
            let _ = self.store.write(|writer| self.record(writer, row, "check", "as it stands in a form"));
        }
        self.remember(Recent::new(asked.kind, &asked.values, asked.secrets, stored, check.clone()));
        Ok(check)
    }

    /// Whether what is not saved may be checked, before anybody types a secret.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub fn may_check_new(&self, kind: KindId) -> Result<(), AppError> {
        self.here()?.require(kind.kind(), Action::Add)
    }

    /// The machine's own checker. It is kept, for it keeps connections and counts how many are open to each host, and made
    /// anew when somebody, be it another process, has set other addresses.
    pub(crate) fn checker(&self) -> Result<Arc<Checker>, AppError> {
        let kept = self.kept_endpoints()?;
        let mut known = self.checker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, checker)) = known.as_ref().filter(|(with, _)| *with == kept) {
            return Ok(Arc::clone(checker));
        }
        let checker = Arc::new(Checker::new(endpoints::usable(&kept)?, self.check_limits.clone()));
        *known = Some((kept, Arc::clone(&checker)));
        Ok(checker)
    }

    /// Runs a question to a provider until it is answered or somebody stops it.
    pub(crate) fn wait<T>(&self, cancel: &Cancel, question: impl Future<Output = T>) -> Result<T, AppError> {
        self.runtime()?.block_on(async {
            tokio::select! {
                biased;
                answer = question => Ok(answer),
                () = cancel.cancelled() => Err(AppError::Cancelled),
            }
        })
    }

    /// A report as it is kept and shown.
    pub(crate) fn found(&self, report: Report, kind: &Kind, held: &dyn Fn(&str) -> SecretState) -> Check {
        let mut check = view::check(report, (self.now)());
        let field = check.field.as_deref().and_then(|field| kind.field(field));
        if let (Verdict::Incomplete, Some(field)) = (check.verdict, field.filter(|field| field.secret))
            && held(field.id) == SecretState::Account
        {
            check.message = format!(
                "{} is in the account only, which never gives it back. Type it in here to check from this machine.",
                field.label
            );
        }
        check
    }

    /// Keeps what was found with each row, if the row is still what was checked.
    pub(crate) fn keep_checks(&self, results: &[(Credential, Check)]) -> Result<(), AppError> {
        if results.is_empty() || self.read_only() {
            return Ok(());
        }
        self.store.write(|writer| {
            for (row, check) in results {
                if writer.set_check(row, check)? {
                    self.record(writer, row, "check", check.verdict.as_str())?;
                }
            }
            Ok(())
        })
    }

    /// Remembers that a sign-in was refused, so that the next list of the form does not sign in again.
    pub(crate) fn refused_now(&self, asked: &Asked, report: Report) {
        if !recent::refuses(report.verdict) {
            return;
        }
        let check = self.found(report, asked.kind, &|field| asked.held(field));
        self.remember(Recent::new(asked.kind, &asked.values, copy(&asked.secrets), None, check));
    }

    /// What a form holds, on top of the credential that it edits.
    pub(crate) fn asked(&self, kind: KindId, id: Option<CredentialId>, mut input: Input) -> Result<Asked, AppError> {
        let here = self.here()?;
        let row = id.map(|id| self.find(&here, id)).transpose()?;
        let kind = row.as_ref().map_or(kind, |row| row.kind).kind();
        if let Some(row) = &row {
            here.require_in(row.organization, kind, Action::Check)?;
        } else {
            here.require(kind, Action::Add)?;
        }
        // What stays here is nothing to a provider, but what is neither a note nor a date is told like any other problem.
        let annotation = Annotation::take(&mut input);
        let mut reading = with_annotation(kind.read(input), &annotation);
        // An answer about something else than what was typed would be worse than none.
        refuse(&reading)?;
        let mut values = row.as_ref().map(|row| row.values.clone()).unwrap_or_default();
        std::mem::take(&mut reading.changes).apply(&mut values);
        let keeps = |field: &Field| reading.secret_change(field.id) == SecretChange::Keep;
        let mut secrets = SecretMap::default();
        let mut kept = false;
        if let Some(row) = row.as_ref().filter(|row| {
            let set = |field: &Field| row.secrets.get(field.id) == Some(&SecretState::Set);
            row.secret.is_some() && kind.secrets().any(|field| keeps(field) && set(field))
        }) {
            for (field, secret) in self.secrets_of(row)?.iter() {
                if reading.secret_change(field) == SecretChange::Keep {
                    kept = true;
                    secrets.insert(field, credenza_model::Secret::new(secret.expose().to_owned()));
                }
            }
        }
        let fresh = !reading.secrets.is_empty() || !reading.cleared.is_empty();
        let address = |field: &&'static Field| field.ty == FieldType::Url;
        let moved = row.as_ref().is_some_and(|row| {
            kind.fields.iter().filter(address).any(|field| row.values.get(field.id) != values.get(field.id))
        });
        for field in kind.secrets() {
            if let Some(secret) = reading.secrets.remove(field.id) {
                secrets.insert(field.id, secret);
            }
        }
        let number = row.as_ref().and_then(|row| row.remote_id);
        Ok(Asked { kind, values, secrets, number, row, fresh, kept, moved })
    }
}

/// See [`App::asked`].
pub(crate) struct Asked {
    pub kind: &'static Kind,
    pub values: Values,
    pub secrets: SecretMap,
    /// The account's number of the row.
    pub number: Option<i32>,
    pub row: Option<Credential>,
    /// Whether secrets were typed or cleared.
    fresh: bool,
    /// Whether secrets of the row stand in for some that were not typed.
    pub kept: bool,
    /// Whether it names another address than the row.
    pub moved: bool,
}

impl Asked {
    fn held(&self, field: &str) -> SecretState {
        self.row.as_ref().and_then(|row| row.secrets.get(field).copied()).unwrap_or(SecretState::Unset)
    }
}
