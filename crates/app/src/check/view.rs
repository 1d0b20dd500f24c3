//! What goes out of checks, and what is kept of them.

use chrono::{DateTime, Utc};
use credenza_check::Report;
use credenza_model::{KindId, Verdict};
use credenza_store::{Check, CheckDetail, ExpirySource};
use serde::Serialize;

use crate::view::rfc3339_if_any;

/// A credential and what its check found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CheckedView {
    /// Local and stable.
    pub id: String,
    /// Its kind.
    pub kind: KindId,
    /// Its name; empty in a draft that has none yet.
    pub name: String,
    /// Its organization's name.
    pub organization: String,
    /// When it ends, with what was found.
    #[serde(serialize_with = "rfc3339_if_any")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub ends: Option<DateTime<Utc>>,
    /// Who says so.
    pub ends_from: Option<ExpirySource>,
    /// What was found.
    #[serde(flatten)]
    pub check: Check,
}

/// What checking several came to.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// How many were to be checked.
    pub total: u32,
    /// How many of them work.
    pub works: u32,
    /// How many drafts were left out, when all were asked for.
    pub drafts: u32,
    /// How many were left out since only the account has their secrets, when all were asked for.
    pub elsewhere: u32,
    /// How many were deleted before their turn.
    pub gone: u32,
    /// How many results could not be kept.
    pub unkept: u32,
    /// Whether somebody stopped it before the last one.
    pub cancelled: bool,
    /// What was found, in the order asked for.
    pub items: Vec<CheckedView>,
}

impl CheckReport {
    /// Whether every one works. Where there was something to check and nothing was checked, nothing works.
    pub fn all_work(&self) -> bool {
        let left_out = self.drafts > 0 || self.elsewhere > 0;
        !self.cancelled && self.gone == 0 && self.works == self.total && (self.total > 0 || !left_out)
    }
}

/// How far a check of several is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct CheckProgress {
    /// How many are done.
    pub done: u32,
    /// Of how many.
    pub total: u32,
    /// How many of those work.
    pub works: u32,
    /// The one that was just done.
    pub last: Option<CheckedView>,
}

/// A public service whose address can be another one.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EndpointView {
    /// Which, as `credenza endpoint set` takes it.
    pub name: String,
    /// The address that is used instead of the public one.
    pub address: Option<String>,
}

/// A report as it is kept.
pub(super) fn check(report: Report, at: DateTime<Utc>) -> Check {
    let Report { verdict, message, field, identity, details, warnings, dangers, expiry } = report;
    Check {
        verdict,
        message,
        field: field.map(str::to_owned),
        identity,
        details: details
            .into_iter()
            .map(|detail| CheckDetail { label: detail.label.to_owned(), value: detail.value })
            .collect(),
        warnings,
        dangers,
        expires: expiry,
        at,
    }
}

/// What is said of a credential that could not even be tried.
pub(super) fn untried(message: String, at: DateTime<Utc>) -> Check {
    check(Report::new(Verdict::Incomplete, message), at)
}
