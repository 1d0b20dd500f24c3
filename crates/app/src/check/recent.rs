//! The last check of a form: what it found is attached to what is saved just so, and a refusal is not asked for again while
//! somebody clicks through the form's lists.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use credenza_check::Checker;
use credenza_model::{Kind, KindId, SecretMap, SecretRef, Values, Verdict};
use credenza_store::{Check, Credential};

use crate::App;

/// How long a form is taken to be the one that was checked.
const ATTACHED_FOR: Duration = Duration::from_secs(600);
/// How long a refusal is taken to hold.
const REFUSED_FOR: Duration = Duration::from_secs(60);

/// What was asked about, and what was found.
pub(crate) struct Recent {
    kind: KindId,
    values: Values,
    secrets: SecretMap,
    /// The stored secrets that it was made with, when none was typed.
    stored: Option<SecretRef>,
    check: Check,
    since: Instant,
}

impl Recent {
    pub(super) fn new(
        kind: &Kind,
        values: &Values,
        secrets: SecretMap,
        stored: Option<SecretRef>,
        check: Check,
    ) -> Self {
        Self { kind: kind.id, values: sent(kind, values), secrets, stored, check, since: Instant::now() }
    }
}

/// What of the values a provider is sent.
fn sent(kind: &Kind, values: &Values) -> Values {
    let mut values = values.clone();
    values.0.remove(kind.name_field);
    values
}

/// What of the values decides whether somebody is let in at all: not what is chosen once one is.
fn letting_in(kind: KindId, values: &Values) -> Values {
    let mut values = values.clone();
    values.0.retain(|field, _| !Checker::discovered(kind).contains(&field.as_str()));
    values
}

/// Whether somebody was not let in, which a provider counts.
pub(super) fn refuses(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::WrongSecret | Verdict::WrongIdentityOrSecret | Verdict::Disabled | Verdict::UnknownIdentity
    )
}

impl App {
    pub(super) fn remember(&self, recent: Recent) {
        *self.recent.lock().unwrap_or_else(PoisonError::into_inner) = Some(recent);
    }

    /// Forgets the form that was checked last, and the secrets in it.
    pub(crate) fn forget_recent(&self) {
        *self.recent.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What was found of a form that is being saved just so. `typed` are its secrets when any was typed, all of them.
    pub(crate) fn found_before(&self, row: &Credential, typed: Option<&SecretMap>) -> Option<Check> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = recent.as_ref().filter(|recent| recent.since.elapsed() < ATTACHED_FOR)?;
        let same = match typed {
            Some(secrets) => recent.secrets == *secrets,
            None => row.secret.is_some() && recent.stored == row.secret,
        };
        let alike = recent.kind == row.kind && recent.values == sent(row.kind.kind(), &row.values);
        (same && alike).then(|| recent.check.clone())
    }

    /// Why a sign-in with these was refused a moment ago. Asking again helps only to lock whoever is refused.
    pub(crate) fn refused_before(&self, kind: &Kind, values: &Values, secrets: &SecretMap) -> Option<String> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = recent.as_ref().filter(|recent| recent.since.elapsed() < REFUSED_FOR)?;
        let refused = refuses(recent.check.verdict);
        let alike = recent.kind == kind.id
            && recent.secrets == *secrets
            && letting_in(kind.id, &recent.values) == letting_in(kind.id, &sent(kind, values));
        (refused && alike).then(|| recent.check.message.clone())
    }
}
