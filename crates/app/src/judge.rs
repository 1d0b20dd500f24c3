//! The judgement of what would be saved: the kind's rules, and the two that need the store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use credenza_model::{
    Code, Facts, Findings, Kind, OrganizationId, Problem, Reading, SecretChange, SecretState, Values,
};
use credenza_store::{Credential, Reader, State};

use crate::AppError;

/// A credential as it would be saved, and what is to be said of it.
pub(crate) struct Judged {
    pub name: String,
    pub values: Values,
    pub secrets: BTreeMap<String, SecretState>,
    pub findings: Findings,
}

/// Judges a reading on top of the row it changes, or on its own.
///
/// The secrets in the keychain are not needed for this: their form was judged when they came, and what was found then is
/// kept with the row as long as they stay. A name taken by a draft alone is a problem for another `draft` only.
pub(crate) fn judge(
    reader: &Reader<'_>,
    kind: &'static Kind,
    organization: OrganizationId,
    row: Option<&Credential>,
    reading: &Reading,
    draft: bool,
) -> Result<Judged, AppError> {
    let before = row.map(|row| row.values.clone()).unwrap_or_default();
    let mut values = before.clone();
    reading.changes.clone().apply(&mut values);
    let mut secrets = row.map(|row| row.secrets.clone()).unwrap_or_default();
    for field in kind.secrets() {
        match reading.secret_change(field.id) {
            SecretChange::Keep => {}
            SecretChange::Clear => drop(secrets.remove(field.id)),
            SecretChange::Set => drop(secrets.insert(field.id.into(), SecretState::Set)),
        }
    }
    let held = |field: &str| secrets.get(field).copied().unwrap_or(SecretState::Unset);
    let mut findings = kind.judge(&values, &held, &reading.secrets);
    findings.warnings.splice(0..0, reading.notes.iter().cloned());
    keep_old_findings(kind, row, reading, &mut findings);
    if row.is_some_and(|row| row.remote_id.is_some()) {
        refuse_immutable(kind, &before, &values, &mut findings);
    }
    let name = values.text(kind.name_field).unwrap_or_default().to_owned();
    // A name is judged when it is given: somebody else's draft of the same name is no reason to refuse another field.
    let given = row.is_none_or(|row| row.name != name || row.state == State::Draft);
    if given && !name.is_empty() && reader.name_taken(organization, kind.id, &name, row.map(|row| row.id), draft)? {
        findings.problem(kind.name_field, Code::Duplicate, name_is_taken(kind));
    }
    kind.order(&mut findings);
    Ok(Judged { name, values, secrets, findings })
}

/// The sentence about a name that is in use.
pub(crate) fn name_is_taken(kind: &Kind) -> String {
    format!("The organization has another credential of this kind ({}) and name. Choose another name.", kind.label)
}

/// Tells of a credential that says itself that it has ended.
pub(crate) fn warn_expired(kind: &Kind, facts: &Facts, now: DateTime<Utc>, findings: &mut Findings) {
    if facts.expiry.is_some_and(|expiry| expiry < now) {
        let field = kind.secrets().next().map_or(kind.name_field, |field| field.id);
        findings.warn(
            field,
            Code::Suspicious,
            "This credential has expired by its own date. It is kept, but will not work.",
        );
    }
}

/// What was found in secrets that stay is still true of them.
fn keep_old_findings(kind: &Kind, row: Option<&Credential>, reading: &Reading, findings: &mut Findings) {
    let Some(row) = row else { return };
    for problem in &row.problems {
        let of_secret = kind.field(&problem.field).is_some_and(|field| field.secret);
        let kept = reading.secret_change(&problem.field) == SecretChange::Keep;
        if of_secret && kept && problem.code == Code::Invalid && !findings.troubled(&problem.field) {
            findings.problems.push(problem.clone());
        }
    }
}

fn refuse_immutable(kind: &'static Kind, before: &Values, after: &Values, findings: &mut Findings) {
    for field in kind.fields.iter().filter(|field| !field.secret && !kind.updatable(field)) {
        if before.get(field.id) != after.get(field.id) && !findings.troubled(field.id) {
            findings.problem(
                field.id,
                Code::Immutable,
                format!(
                    "{} cannot be changed once the account has the credential. Add a new one instead.",
                    field.label
                ),
            );
        }
    }
}

/// Refuses what is no data at all. A draft accepts everything else.
pub(crate) fn refuse(reading: &Reading) -> Result<(), AppError> {
    if reading.refusals.is_empty() { Ok(()) } else { Err(AppError::Invalid(reading.refusals.clone())) }
}

/// Everything that is wrong, in one list: what is no data at all stands in for what else there is at its field.
pub(crate) fn all_problems(kind: &Kind, reading: &Reading, findings: &mut Findings) {
    let refused: Vec<Problem> = reading.refusals.clone();
    findings.problems.retain(|problem| refused.iter().all(|refusal| refusal.field != problem.field));
    findings.problems.extend(refused);
    kind.order(findings);
}
