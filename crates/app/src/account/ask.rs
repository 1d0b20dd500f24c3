//! What the account can be asked about a credential before it is saved: what goes into a field, and whether it works.

use credenza_model::{Action, CredentialId, Input, Kind, KindId, SecretChange, SecretMap, Values, printable};
use credenza_remote::{Account as Remote, Answer};
use credenza_store::Credential;

use super::link::Link;
use super::view::{CheckVerdict, CheckView, SuggestedFields, SuggestionView};
use crate::{App, AppError, Cancel};

impl App {
    /// The fields whose values the account can offer.
    pub fn suggested_fields() -> Vec<SuggestedFields> {
        KindId::ALL
            .iter()
            .map(|kind| SuggestedFields {
                kind: *kind,
                fields: Remote::suggested(*kind).iter().map(|field| (*field).to_owned()).collect(),
            })
            .collect()
    }

    /// What can go into a field, as the provider tells through the account, from what a form holds so far. `id` names
    /// the credential that is being edited, whose secrets stand in for those that were not typed.
    ///
    /// # Errors
    /// [`AppError::SignedOut`], [`AppError::Remote`] when the provider or the account says no.
    pub fn suggest(
        &self,
        kind: KindId,
        field: &str,
        id: Option<CredentialId>,
        input: Input,
    ) -> Result<Vec<SuggestionView>, AppError> {
        let asked = self.asked(kind, id, input)?;
        if !Remote::suggested(asked.kind.id).contains(&field) {
            return Err(AppError::usage(format!("The account offers nothing for {}.", printable(field))));
        }
        let link = self.line()?;
        let found = link.ask(link.remote.suggest(asked.kind.id, field, asked.number, &asked.values, &asked.secrets))?;
        Ok(found.into_iter().map(|one| SuggestionView { value: one.value, label: one.label }).collect())
    }

    /// Asks the account's checker about a credential as a form holds it.
    ///
    /// # Errors
    /// [`AppError::SignedOut`], [`AppError::Remote`] when the account cannot be asked. That the checker itself fails is an
    /// answer, and so is that the provider refuses the credential.
    pub fn check_in_account(
        &self,
        kind: KindId,
        id: Option<CredentialId>,
        input: Input,
    ) -> Result<CheckView, AppError> {
        let here = self.here()?;
        here.require(kind.kind(), Action::Check)?;
        let asked = self.asked(kind, id, input)?;
        let link = self.line()?;
        let answer = link.ask(link.remote.check(asked.kind.id, &asked.values, &asked.secrets))?;
        if let Some(row) = asked.row {
            self.store.write(|writer| self.record(writer, &row, "check", "through the account"))?;
        }
        Ok(match answer {
            Answer::Valid => CheckView {
                verdict: CheckVerdict::Works,
                message: "The provider accepts it, as the account's checker says.".into(),
            },
            Answer::Invalid(why) => CheckView { verdict: CheckVerdict::Refused, message: why },
            Answer::NoAnswer(why) => CheckView { verdict: CheckVerdict::Unknown, message: why },
        })
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

    /// What a form holds, on top of the credential that it edits.
    fn asked(&self, kind: KindId, id: Option<CredentialId>, input: Input) -> Result<Asked, AppError> {
        let here = self.here()?;
        let row = id.map(|id| self.find(&here, id)).transpose()?;
        let kind = row.as_ref().map_or(kind, |row| row.kind).kind();
        if let Some(row) = &row {
            here.require_in(row.organization, kind, Action::Check)?;
        } else {
            here.require(kind, Action::Add)?;
        }
        let mut reading = kind.read(input);
        let mut values = row.as_ref().map(|row| row.values.clone()).unwrap_or_default();
        std::mem::take(&mut reading.changes).apply(&mut values);
        let mut secrets = SecretMap::default();
        if let Some(row) = row.as_ref().filter(|row| row.secret.is_some()) {
            for (field, secret) in self.secrets_of(row)?.iter() {
                if reading.secret_change(field) == SecretChange::Keep {
                    secrets.insert(field, credenza_model::Secret::new(secret.expose().to_owned()));
                }
            }
        }
        for field in kind.secrets() {
            if let Some(secret) = reading.secrets.remove(field.id) {
                secrets.insert(field.id, secret);
            }
        }
        let number = row.as_ref().and_then(|row| row.remote_id);
        Ok(Asked { kind, values, secrets, number, row })
    }
}

/// See [`App::asked`].
struct Asked {
    kind: &'static Kind,
    values: Values,
    secrets: SecretMap,
    number: Option<i32>,
    row: Option<Credential>,
}
