//! The rows of the other tabs: backup, billing, showback, AI.

use credenza_model::KindId;

use super::Told;
use crate::json::{Json, Odd, Properties};

/// What a tab's rows tell. Showback's password is skipped before a row is read.
pub(super) fn told(kind: KindId) -> &'static Told {
    match kind {
        KindId::Backup => &BACKUP,
        KindId::Billing => &BILLING,
        KindId::Showback => &SHOWBACK,
        _ => &AI,
    }
}

/// Whether it comes with Taikun, beside those that say so by `isInfra`: the AI service of its own.
pub(super) fn is_built_in(kind: KindId, row: &Json) -> bool {
    kind == KindId::Ai && row.text("type") == Some("Taikun")
}

/// What the AI table shows beside the fields. The address of a row is where Taikun asks, and not the field `url`, which
/// never leaves this machine.
pub(super) fn notes(kind: KindId, row: &mut Properties<'_>) -> Result<Vec<(String, String)>, Odd> {
    let mut notes = Vec::new();
    if kind == KindId::Ai {
        for name in ["type", "url"] {
            notes.extend(row.text(name)?.map(|text| (name.to_owned(), text)));
        }
    }
    Ok(notes)
}

static BACKUP: Told = Told::new(&[
    ("s3Name", "s3Name"),
    ("s3AccessKeyId", "s3AccessKeyId"),
    ("s3Endpoint", "s3Endpoint"),
    ("s3Region", "s3Region"),
]);

static BILLING: Told =
    Told::new(&[("name", "name"), ("prometheusUsername", "prometheusUsername"), ("prometheusUrl", "prometheusUrl")]);

static SHOWBACK: Told = Told::new(&[("name", "name"), ("url", "url"), ("username", "username")]);

static AI: Told = Told::new(&[("name", "name")]);
