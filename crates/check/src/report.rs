//! What a check found: a verdict out of a closed set, and a sentence that says what to do.

use chrono::{DateTime, Utc};
use credenza_model::Verdict;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// In a word.
    pub verdict: Verdict,
    /// In one or two sentences: what happened, and what to do next.
    pub message: String,
    /// The field to look at.
    pub field: Option<&'static str>,
    /// As whom the credential acts, as the provider says.
    pub identity: Option<String>,
    /// What else is worth knowing: on what it acts, with which rights, which version answered.
    pub details: Vec<Detail>,
    /// What is not as it should be although nothing failed.
    pub warnings: Vec<String>,
    /// What puts the secret itself at risk: it went over a connection that others can read or that nobody verified.
    pub dangers: Vec<String>,
    /// When the credential ends, as the provider says.
    pub expiry: Option<DateTime<Utc>>,
}

/// One thing worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is, as a label: "Account", "Project", "Version".
    pub label: &'static str,
    /// It.
    pub value: String,
}

impl Report {
    /// A report with its sentence.
    pub fn new(verdict: Verdict, message: impl Into<String>) -> Self {
        Self {
            verdict,
            message: message.into(),
            field: None,
            identity: None,
            details: Vec::new(),
            warnings: Vec::new(),
            dangers: Vec::new(),
            expiry: None,
        }
    }

    /// It is about this field.
    #[must_use]
    pub(crate) fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// As whom it acts.
    #[must_use]
    pub(crate) fn identity(mut self, who: impl Into<String>) -> Self {
        self.identity = Some(who.into());
        self
    }

    /// With something worth knowing; nothing is added for an empty value.
    #[must_use]
    pub(crate) fn detail(mut self, label: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.details.push(Detail { label, value });
        }
        self
    }

    /// With something that is not as it should be.
    #[must_use]
    pub(crate) fn warning(mut self, sentence: impl Into<String>) -> Self {
        self.warnings.push(sentence.into());
        self
    }

    /// With something that puts the secret itself at risk.
    #[must_use]
    pub(crate) fn danger(mut self, sentence: impl Into<String>) -> Self {
        self.dangers.push(sentence.into());
        self
    }

    /// Ends then.
    #[must_use]
    pub(crate) fn expires(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.expiry = at;
        self
    }
}
