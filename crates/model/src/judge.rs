//! From values to findings: the second pass. Every rule of a kind is applied here, for both faces alike.

use std::net::Ipv4Addr;

use crate::kind::Subject;
use crate::text::turns_direction;
use crate::{Code, Field, FieldType, Findings, Kind, SecretMap, SecretState, Value, Values, rules};

impl Kind {
    /// Judges a credential: `values` as they would be saved, where each secret is held (those in `fresh` count as set),
    /// and the secrets given just now, whose form is checked.
    ///
    /// The findings are in the order of the fields; a field has at most one problem, the first that explains it.
    pub fn judge(&self, values: &Values, held: &dyn Fn(&str) -> SecretState, fresh: &SecretMap) -> Findings {
        let mut findings = Findings::default();
        let subject = Subject { values, held, fresh };
        for field in self.fields {
            self.judge_field(field, &subject, &mut findings);
        }
        for rule in self.rules {
            rule(&subject, &mut findings);
        }
        self.order(&mut findings);
        findings
    }

    fn judge_field(&self, field: &Field, subject: &Subject<'_>, findings: &mut Findings) {
        let given = if field.secret { subject.has_secret(field.id) } else { subject.values.has(field.id) };
        if let Some(condition) = field.shown_when.filter(|condition| !condition.holds(subject.values)) {
            if given && subject.values.get(field.id) != Some(&Value::Bool(false)) {
                let decider = self.field(condition.field).map_or(condition.field, |field| field.label);
                findings.problem(
                    field.id,
                    Code::NotApplicable,
                    format!("{} does not apply with {decider} as it is. Clear one of the two.", field.label),
                );
            }
            return;
        }
        if !given {
            if field.required {
                findings.problem(field.id, Code::Required, format!("{} is required.", field.label));
            }
            return;
        }
        if let Some(secret) = subject.fresh.get(field.id) {
            judge_secret(field, secret.expose(), findings);
        } else if let Some(value) = subject.values.get(field.id) {
            judge_value(field, value, findings);
        }
    }

    /// Puts findings in the order of the fields, one problem at each.
    pub fn order(&self, findings: &mut Findings) {
        let place = |id: &str| self.fields.iter().position(|field| field.id == id).unwrap_or(usize::MAX);
        let mut seen = std::collections::BTreeSet::new();
        findings.problems.sort_by_key(|problem| place(&problem.field));
        findings.problems.retain(|problem| seen.insert(problem.field.clone()));
        findings.warnings.sort_by_key(|warning| place(&warning.field));
    }
}

fn judge_secret(field: &Field, secret: &str, findings: &mut Findings) {
    if secret.trim().is_empty() {
        return findings.problem(field.id, Code::Invalid, format!("{} holds nothing but spaces.", field.label));
    }
    if let Err(sentence) = (field.shape)(secret) {
        return findings.problem(field.id, Code::Invalid, sentence);
    }
    if field.ty == FieldType::File {
        return;
    }
    if secret.trim() != secret {
        findings.warn(field.id, Code::Suspicious, format!("{} begins or ends with a space; it is kept.", field.label));
    } else if secret.contains(['“', '”', '‘', '’', '–', '—', '\u{a0}']) {
        findings.warn(
            field.id,
            Code::Suspicious,
            format!(
                "{} holds typographic quotes, dashes or spaces, as word processors put in; they are kept.",
                field.label
            ),
        );
    } else if secret.chars().any(char::is_control) {
        findings.warn(
            field.id,
            Code::Suspicious,
            format!("{} holds a line break or another control character; it is kept.", field.label),
        );
    }
}

fn judge_value(field: &Field, value: &Value, findings: &mut Findings) {
    match (field.ty, value) {
        (FieldType::Int(min, max), Value::Int(number)) => {
            if !(min..=max).contains(number) {
                findings.problem(field.id, Code::Range, format!("{} is between {min} and {max}.", field.label));
            }
        }
        (FieldType::Bool, Value::Bool(_)) => {}
        (FieldType::List, Value::List(items)) => {
            for item in items {
                judge_text(field, item, findings);
            }
        }
        (_, Value::Text(text)) => judge_text(field, text, findings),
        // A value of another type can only come from a database that was written by hand.
        _ => findings.problem(field.id, Code::WrongType, format!("{} has a value of the wrong type.", field.label)),
    }
}

fn judge_text(field: &Field, text: &str, findings: &mut Findings) {
    if text.chars().any(char::is_control) {
        return findings.problem(
            field.id,
            Code::ControlCharacter,
            format!("{} holds a line break, a tab or another control character.", field.label),
        );
    }
    if text.chars().any(turns_direction) {
        findings.warn(
            field.id,
            Code::Suspicious,
            format!(
                "{} holds characters that turn the direction of writing; it can look like something else.",
                field.label
            ),
        );
    }
    let formed = match field.ty {
        FieldType::Url => rules::web_address(field.label, text),
        FieldType::Cidr => rules::network(field.label, text).map(|_| ()),
        FieldType::Ip => text
            .parse::<Ipv4Addr>()
            .map(|_| ())
            .map_err(|_| format!("{} is an IPv4 address such as 10.3.0.1.", field.label)),
        FieldType::Choice(choices) if choices.iter().all(|choice| choice.value != text) => {
            let words: Vec<&str> = choices.iter().map(|choice| choice.value).collect();
            Err(format!("{} is one of {}.", field.label, words.join(", ")))
        }
        _ => Ok(()),
    };
    if let Err(sentence) = formed.and_then(|()| (field.shape)(text)) {
        findings.problem(field.id, Code::Invalid, sentence);
    }
}
