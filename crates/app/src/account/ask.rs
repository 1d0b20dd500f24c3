//! What the account can be asked about a credential before it is saved: what goes into a field, and whether it works.

use credenza_check::{Checker, Report};
use credenza_model::{Action, CredentialId, Input, KindId, SecretState, Verdict, printable};
use credenza_remote::{Account as Remote, Answer};
use credenza_store::Check;

use super::link::Link;
use super::view::{SuggestedFields, SuggestionView};
use crate::{App, AppError, Cancel};

impl App {
    /// The fields whose values the account or the provider itself can offer.
    pub fn suggested_fields() -> Vec<SuggestedFields> {
        KindId::ALL
            .iter()
            .map(|kind| SuggestedFields {
                kind: *kind,
                fields: Remote::suggested(*kind).iter().map(|field| (*field).to_owned()).collect(),
                here: Checker::discovered(*kind).iter().map(|field| (*field).to_owned()).collect(),
            })
            .collect()
    }

    /// What can go into a field, as the provider tells from what a form holds so far: asked from this machine where it can
    /// be, else through the account. `id` names the credential that is being edited, whose secrets stand in for those that
    /// were not typed.
    ///
    /// # Errors
    /// [`AppError::Provider`] with what kept the provider from telling; [`AppError::SignedOut`] and [`AppError::Remote`] when
    /// only the account can tell and does not.
    pub fn suggest(
        &self,
        kind: KindId,
        field: &str,
        id: Option<CredentialId>,
        input: Input,
    ) -> Result<Vec<SuggestionView>, AppError> {
        let asked = self.asked(kind, id, input)?;
        let kind = asked.kind.id;
        let offered = Remote::suggested(kind).contains(&field);
        let mut told = None;
        if Checker::discovered(kind).contains(&field) {
            // This is asked while one types, so that a slip in an address must not cost the secret of the right one.
            if asked.kept && asked.moved {
                return Err(AppError::Provider(
                    "The address is another one now. Enter the secret again, and its values can be listed.".into(),
                ));
            }
            if let Some(message) = self.refused_before(asked.kind, &asked.values, &asked.secrets) {
                return Err(AppError::Provider(message));
            }
            let checker = self.checker()?;
            let found = checker.discover(kind, field, &asked.values, &asked.secrets);
            match self.wait(&Cancel::default(), found)? {
                Ok(found) if !found.is_empty() => {
                    return Ok(found
                        .into_iter()
                        .map(|one| SuggestionView { value: one.value, label: one.label })
                        .collect());
                }
                Ok(_) => told = Some(Ok(Vec::new())),
                Err(report) => {
                    told = Some(Err(AppError::Provider(report.message.clone())));
                    self.refused_now(&asked, report);
                }
            }
        } else if !offered {
            return Err(AppError::usage(format!("Nothing is offered for {}.", printable(field))));
        }
        // A cloud that only the account's machines reach may still be asked there.
        let through_account = || {
            let link = self.line()?;
            let found = link.ask(link.remote.suggest(kind, field, asked.number, &asked.values, &asked.secrets))?;
            Ok(found.into_iter().map(|one| SuggestionView { value: one.value, label: one.label }).collect())
        };
        match (offered.then(through_account), told) {
            (Some(Ok(found)), _) => Ok(found),
            (_, Some(told)) => told,
            (Some(Err(error)), None) => Err(error),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Asks the account's checker about a credential as a form holds it.
    ///
    /// # Errors
    /// [`AppError::SignedOut`], [`AppError::Remote`] when the account cannot be asked. That the checker itself fails is an
    /// answer, and so is that the provider refuses the credential.
    pub fn check_in_account(&self, kind: KindId, id: Option<CredentialId>, input: Input) -> Result<Check, AppError> {
        let here = self.here()?;
        here.require(kind.kind(), Action::Check)?;
        let asked = self.asked(kind, id, input)?;
        let link = self.line()?;
        let answer = link.ask(link.remote.check(asked.kind.id, &asked.values, &asked.secrets))?;
        if let Some(row) = asked.row {
            self.store.write(|writer| self.record(writer, &row, "check", "through the account"))?;
        }
        let (verdict, message) = match answer {
            Answer::Valid => (Verdict::Works, "The provider accepts it, as the account's checker says.".to_owned()),
            Answer::Invalid(why) => (Verdict::WrongIdentityOrSecret, why),
            Answer::NoAnswer(why) => (Verdict::ProviderFailed, why),
        };
        Ok(self.found(Report::new(verdict, message), asked.kind, &|_| SecretState::Unset))
    }

    /// Waits until the account says that something has changed there, whatever it is: a reason to sync.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Remote`] when the server says nothing of itself, [`AppError::Cancelled`], and what ends a line.
    pub fn await_nudge(&self, cancel: &Cancel) -> Result<(), AppError> {
        let here = self.here()?;
        let account = self.account_of(&here)?;
        let link = Link::open(self, &account, cancel)?;
        link.ask(link.remote.nudge())
    }

    fn line(&self) -> Result<Link<'_>, AppError> {
        let here = self.here()?;
        let account = self.account_of(&here)?;
        Link::open(self, &account, &Cancel::default())
    }
}
