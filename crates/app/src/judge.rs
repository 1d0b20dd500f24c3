//! The judgement of what would be saved: the kind's rules, and the two that need the store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use credenza_model::{
    Annotation, Code, Facts, Findings, Kind, OrganizationId, Problem, Reading, SecretChange, SecretState, Values,
};
use credenza_store::{Agreed, Credential, Reader, State};

use crate::AppError;
use crate::sync::{Need, changed_here, need, secrets_changed};

/// A credential as it would be saved, and what is to be said of it.
pub(crate) struct Judged {
    pub name: String,
    pub values: Values,
    pub secrets: BTreeMap<String, SecretState>,
    pub findings: Findings,
    /// What the account needs for it, when it has the credential.
    pub need: Need,
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
    let mut values = row.map(|row| row.values.clone()).unwrap_or_default();
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
    let name = values.text(kind.name_field).unwrap_or_default().to_owned();
    // A name is judged when it is given: somebody else's draft of the same name is no reason to refuse another field.
    let given = row.is_none_or(|row| row.name != name || row.state == State::Draft);
    if given && !name.is_empty() && reader.name_taken(organization, kind.id, &name, row.map(|row| row.id), draft)? {
        findings.problem(kind.name_field, Code::Duplicate, name_is_taken(kind));
    }
    let mut judged = Judged { name, values, secrets, findings, need: Need::Nothing };
    if let Some(row) = row.filter(|row| row.remote_id.is_some()) {
        let agreed = reader.agreed(row.id)?.unwrap_or_default();
        let cleared = reading.cleared.iter().any(|field| row.secrets.contains_key(field));
        judge_synced(kind, row, &agreed, &mut judged, !reading.secrets.is_empty() || cleared);
    }
    kind.order(&mut judged.findings);
    Ok(judged)
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

/// What is to be said of a credential that the account has, on top of the kind's own rules: what the account alone knows
/// is no problem while nothing sends it, and what the account cannot change is said before it is saved.
fn judge_synced(kind: &'static Kind, row: &Credential, agreed: &Agreed, judged: &mut Judged, fresh: bool) {
    // Before the first comparison there is nothing to have changed since.
    let Some(base) = &agreed.base else { return };
    let changed = changed_here(kind, &base.values, &judged.values);
    judged.need = need(kind, &changed, fresh || secrets_changed(row, agreed));
    let told = credenza_remote::observed(kind.id);
    let need = judged.need;
    judged.findings.problems.retain(|problem| {
        let Some(field) = kind.field(&problem.field).filter(|field| !field.secret) else { return true };
        let unknown = !judged.values.has(field.id) && !row.values.has(field.id) && !told.contains(&field.id);
        let sent = match need {
            Need::Nothing | Need::Update { fields: false, .. } => false,
            Need::Update { fields: true, .. } => field.updatable,
            Need::Replace => true,
        };
        !unknown || sent
    });
    if matches!(need, Need::Update { fields: true, .. } | Need::Replace) {
        for field in kind.certain_secrets() {
            let only_there = judged.secrets.get(field.id) == Some(&SecretState::Account);
            if only_there && !judged.findings.troubled(field.id) {
                judged.findings.problem(
                    field.id,
                    Code::Required,
                    format!("{} is needed here: only the account has it, and this change sends it again.", field.label),
                );
            }
        }
    }
    if need == Need::Replace {
        for field in changed.iter().filter(|field| kind.wire.update.is_none() || !field.updatable) {
            judged.findings.warn(
                field.id,
                Code::Immutable,
                format!(
                    "The account cannot change {}. Saving plans a replacement, which you agree to first.",
                    field.label
                ),
            );
        }
    }
}

/// What a person keeps beside a credential is refused as the fields are, when it is neither a note nor a date.
pub(crate) fn with_annotation(mut reading: Reading, annotation: &Annotation) -> Reading {
    reading.refusals.extend(annotation.refusals.iter().cloned());
    reading
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
