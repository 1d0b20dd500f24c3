//! From an input to typed changes: the first of two passes. It refuses what is not data at all and tidies pasted noise.

use std::collections::{BTreeMap, BTreeSet};

use crate::input::{Input, Raw};
use crate::text::{self, Tidied};
use crate::{
    Code, Field, FieldType, Kind, LIST_ITEMS, Problem, Secret, SecretMap, SecretState, Value, Values, printable,
};

/// What an input says, in a kind's terms.
#[derive(Debug, Default)]
pub struct Reading {
    /// Changes of plain values.
    pub changes: Changes,
    /// Secrets to set.
    pub secrets: SecretMap,
    /// Secrets to clear.
    pub cleared: Vec<String>,
    /// What is no data of this kind at all; with any of these nothing may be saved, not even a draft.
    pub refusals: Vec<Problem>,
    /// What was tidied, for the person to know.
    pub notes: Vec<Problem>,
    /// The fields whose text came as an argument of a command; no secret may be taken out of these.
    pub(crate) arguments: BTreeSet<String>,
}

/// Changes of plain values: `None` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub BTreeMap<String, Option<Value>>);

/// What happens to one secret in an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretChange {
    /// It stays as it is.
    Keep,
    /// It goes.
    Clear,
    /// It is replaced.
    Set,
}

impl Changes {
    /// Carries the changes out.
    pub fn apply(self, values: &mut Values) {
        for (field, change) in self.0 {
            match change {
                Some(value) => values.0.insert(field, value),
                None => values.0.remove(&field),
            };
        }
    }
}

impl Reading {
    /// What the input does to a secret field.
    pub fn secret_change(&self, field: &str) -> SecretChange {
        if self.secrets.get(field).is_some() {
            SecretChange::Set
        } else if self.cleared.iter().any(|cleared| cleared == field) {
            SecretChange::Clear
        } else {
            SecretChange::Keep
        }
    }

    pub(crate) fn refuse(&mut self, field: &str, code: Code, message: impl Into<String>) {
        self.refusals.push(Problem::new(field, code, message));
    }

    pub(crate) fn note(&mut self, field: &str, message: impl Into<String>) {
        self.notes.push(Problem::new(field, Code::Normalised, message));
    }

    fn read_secret(&mut self, field: &Field, raw: Raw) {
        let mut value = match raw {
            Raw::Null => return self.cleared.push(field.id.into()),
            Raw::Text(value) => value,
            _ => return self.wrong_type(field, "a text"),
        };
        if value.len() > field.max_bytes() {
            return self.too_large(field);
        }
        if value.contains('\0') {
            return self.refuse(field.id, Code::ControlCharacter, nul(field));
        }
        if field.ty != FieldType::File {
            let kept = value.strip_prefix('\u{feff}').unwrap_or(&value).trim_end_matches(['\r', '\n']);
            if kept.len() < value.len() {
                value = zeroize::Zeroizing::new(kept.to_owned());
                self.note(
                    field.id,
                    format!("{}: a byte-order mark or line breaks around the secret were dropped.", field.label),
                );
            }
        }
        if value.is_empty() {
            return self.cleared.push(field.id.into());
        }
        self.secrets.insert(field.id, Secret::new(std::mem::take(&mut *value)));
    }

    fn read_plain(&mut self, field: &Field, raw: Raw) {
        let change = match (field.ty, raw) {
            (_, Raw::Null) => None,
            (FieldType::Bool, Raw::Bool(on)) => Some(Value::Bool(on)),
            (FieldType::Bool, Raw::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "" => None,
                "true" | "yes" | "on" => Some(Value::Bool(true)),
                "false" | "no" | "off" => Some(Value::Bool(false)),
                _ => return self.wrong_type(field, "true or false"),
            },
            (FieldType::Bool, _) => return self.wrong_type(field, "true or false"),
            (FieldType::Int(..), Raw::Int(number)) => match i32::try_from(number) {
                Ok(number) => Some(Value::Int(number)),
                Err(_) => return self.wrong_type(field, "a whole number"),
            },
            (FieldType::Int(..), Raw::Text(text)) => match text.trim() {
                "" => None,
                digits => match digits.parse() {
                    Ok(number) => Some(Value::Int(number)),
                    Err(_) => return self.wrong_type(field, "a whole number"),
                },
            },
            (FieldType::Int(..), _) => return self.wrong_type(field, "a whole number"),
            (FieldType::List, Raw::List(items)) => self.read_list(field, items.iter().map(|item| item.as_str())),
            (FieldType::List, Raw::Text(text)) => self.read_list(field, text.split(',')),
            (FieldType::List, _) => return self.wrong_type(field, "a list of texts"),
            (_, Raw::Text(text)) => self.read_text(field, &text),
            _ => return self.wrong_type(field, "a text"),
        };
        if !self.refusals.iter().any(|refusal| refusal.field == field.id) {
            self.changes.0.insert(field.id.into(), change);
        }
    }

    fn read_list<'a>(&mut self, field: &Field, items: impl Iterator<Item = &'a str>) -> Option<Value> {
        let mut read: Vec<String> = Vec::new();
        for item in items {
            if read.len() == LIST_ITEMS {
                self.refuse(
                    field.id,
                    Code::TooLarge,
                    format!("{} has more than {LIST_ITEMS} entries. Check what was pasted.", field.label),
                );
                return None;
            }
            let Some(item) = self.tidy(field, item) else {
                continue;
            };
            if read.contains(&item) {
                self.note(field.id, format!("{}: an entry given twice was dropped.", field.label));
            } else {
                read.push(item);
            }
        }
        (!read.is_empty()).then_some(Value::List(read))
    }

    fn read_text(&mut self, field: &Field, text: &str) -> Option<Value> {
        let mut text = self.tidy(field, text)?;
        if field.ty == FieldType::Url && has_password(&text) {
            self.refuse(
                field.id,
                Code::ExposedSecret,
                format!(
                    "{} holds a user or a password. Addresses are not kept secret: take it out, and give it in its own field.",
                    field.label
                ),
            );
            return None;
        }
        if let FieldType::Choice(choices) = field.ty {
            let meant = choices
                .iter()
                .find(|choice| choice.value.eq_ignore_ascii_case(&text) || choice.label.eq_ignore_ascii_case(&text));
            if let Some(choice) = meant.filter(|choice| choice.value != text) {
                self.note(field.id, format!("{}: read as {}.", field.label, choice.value));
                choice.value.clone_into(&mut text);
            }
        }
        Some(Value::Text(text))
    }

    /// Bounds and tidies one line; `None` when nothing is left or it was refused.
    fn tidy(&mut self, field: &Field, text: &str) -> Option<String> {
        if text.len() > field.max_bytes() {
            self.too_large(field);
            return None;
        }
        if text.contains('\0') {
            self.refuse(field.id, Code::ControlCharacter, nul(field));
            return None;
        }
        if text::holds_private_key(text) {
            self.refuse(
                field.id,
                Code::ExposedSecret,
                format!(
                    "{} holds a private key, and this field is not kept secret. It was pasted into the wrong field.",
                    field.label
                ),
            );
            return None;
        }
        let Tidied { text, noise } = text::tidy(text);
        if let Some(noise) = noise.filter(|_| !text.is_empty()) {
            self.note(field.id, format!("{}: {noise}", field.label));
        }
        (!text.is_empty()).then_some(text)
    }

    fn too_large(&mut self, field: &Field) {
        let limit = field.max_bytes() / 1024;
        self.refuse(
            field.id,
            Code::TooLarge,
            format!("{} is larger than {limit} KB. Check that the right thing was pasted.", field.label),
        );
    }

    fn wrong_type(&mut self, field: &Field, due: &str) {
        self.refuse(field.id, Code::WrongType, format!("{} takes {due}.", field.label));
    }
}

impl Kind {
    /// Reads an input in this kind's terms. Nothing is judged yet but what is not data at all.
    pub fn read(&self, input: Input) -> Reading {
        let mut reading = Reading { arguments: input.arguments, ..Reading::default() };
        for (id, raw) in input.fields {
            match self.field(&id) {
                Some(field) if field.secret => reading.read_secret(field, raw),
                Some(field) => reading.read_plain(field, raw),
                None => self.read_unknown(&id, &raw, &mut reading),
            }
        }
        for tidy in self.tidy {
            tidy(&mut reading);
        }
        reading
    }

    /// What an id that is no field's was meant for: a whole block to clear, the inside of a field, a slip.
    fn read_unknown(&self, id: &str, raw: &Raw, reading: &mut Reading) {
        let inside = |field: &&Field| id.strip_prefix(field.id).is_some_and(|rest| rest.starts_with('.'));
        let of_block = |field: &&Field| field.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
        if let Some(field) = self.fields.iter().find(inside) {
            if !reading.refusals.iter().any(|refusal| refusal.field == field.id) {
                reading.wrong_type(field, "its content as one text, not an object");
            }
            return;
        }
        if matches!(raw, Raw::Null) && self.fields.iter().any(|field| of_block(&field)) {
            for field in self.fields.iter().filter(of_block) {
                reading.changes.0.insert(field.id.into(), None);
            }
            return;
        }
        let shown: String = printable(id).chars().take(80).collect();
        let hint = match self.nearest(id) {
            Some(near) => format!("Did you mean {near}?"),
            None => "`credenza kinds` lists the fields of every kind.".to_owned(),
        };
        let message = if id.is_empty() {
            format!("A field's id is empty. {hint}")
        } else {
            format!("{} has no field {shown}. {hint}", self.label)
        };
        reading.refuse(&id.chars().take(200).collect::<String>(), Code::UnknownField, message);
    }

    /// The secrets of one line that an input lacks to be complete, as far as the rules say so of what it and the
    /// credential it changes have; for asking a person. A file does not fit a prompt.
    pub fn missing_secrets(&self, input: &Input, values: &Values, held: &dyn Fn(&str) -> bool) -> Vec<&'static Field> {
        let mut values = values.clone();
        self.read(input.plain_copy(self)).changes.apply(&mut values);
        let held = |id: &str| match input.fields.get(id) {
            Some(Raw::Text(text)) if !text.is_empty() => SecretState::Set,
            None if held(id) => SecretState::Set,
            _ => SecretState::Unset,
        };
        let findings = self.judge(&values, &held, &SecretMap::default());
        let missing =
            |id: &str| findings.problems.iter().any(|problem| problem.field == id && problem.code == Code::Required);
        self.secrets().filter(|field| field.ty != FieldType::File && missing(field.id)).collect()
    }

    /// The field a mistyped id was probably meant for: the same letters but for case and separators.
    fn nearest(&self, id: &str) -> Option<&'static str> {
        let plain = |id: &str| id.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let wanted = plain(id);
        self.fields.iter().map(|field| field.id).find(|known| {
            let known = plain(known);
            known == wanted || (wanted.len() > 3 && known.ends_with(&wanted))
        })
    }
}

fn nul(field: &Field) -> String {
    format!("{} holds a NUL character, so it is no text. Check that it was not pasted from a binary file.", field.label)
}

/// Whether an address carries a user or a password. It is asked even of an address that does not parse, for a draft
/// would keep that one too; and of slashes that are missing or too many, for browsers forgive those.
fn has_password(address: &str) -> bool {
    let is_scheme = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let rest = address.split_once(':').filter(|(scheme, _)| is_scheme(scheme)).map_or(address, |(_, rest)| rest);
    let rest = rest.trim_start_matches(['/', '\\']);
    rest.split(['/', '?', '#']).next().unwrap_or(rest).contains('@')
}
