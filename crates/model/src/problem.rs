//! What is wrong with an input, at which field, in a sentence.

use serde::{Deserialize, Serialize};

/// One remark about one field: a problem refuses, a warning only tells.
///
/// The message never repeats what was typed into a field that may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Problem {
    /// The id of the field.
    pub field: String,
    /// What sort of remark, for a program.
    pub code: Code,
    /// A full sentence, for a person.
    pub message: String,
}

impl Problem {
    /// A remark at a field.
    pub fn new(field: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// What a judgement found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Findings {
    /// What keeps the credential from being complete.
    pub problems: Vec<Problem>,
    /// What is legal but looks like a slip.
    pub warnings: Vec<Problem>,
}

impl Findings {
    /// Adds a problem.
    pub fn problem(&mut self, field: &str, code: Code, message: impl Into<String>) {
        self.problems.push(Problem::new(field, code, message));
    }

    /// Adds a warning.
    pub fn warn(&mut self, field: &str, code: Code, message: impl Into<String>) {
        self.warnings.push(Problem::new(field, code, message));
    }

    /// Whether a field has a problem already; a second one at the same field would only be noise.
    pub fn troubled(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field == field)
    }
}

/// The sorts of remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A value has to be given.
    Required,
    /// The value has the wrong form.
    Invalid,
    /// Too short or too long.
    Length,
    /// A number outside its bounds.
    Range,
    /// Two fields contradict each other.
    Conflict,
    /// The field does not apply to the other choices made.
    NotApplicable,
    /// The name is taken in this organization.
    Duplicate,
    /// The kind has no such field.
    UnknownField,
    /// The JSON type is not the field's.
    WrongType,
    /// More bytes or entries than any real value has.
    TooLarge,
    /// A control character, NUL among them, where text is due.
    ControlCharacter,
    /// A secret in a place that is not kept secret.
    ExposedSecret,
    /// The account does not let this field be changed any more.
    Immutable,
    /// The value was tidied, and how.
    Normalised,
    /// Legal, but rarely meant.
    Suspicious,
}
