//! What the API takes and shows of each kind: one table a kind, read by everything that lists, makes and changes rows.
//!
//! It is written down here a second time, apart from the program's own tables, so that a mistake in one of them shows.

mod clouds;
mod hosted;
mod others;
mod show;

use credenza_model::KindId;
use serde_json::{Map, Value};

pub(crate) use show::{network_rows, shown, sort_key};

use crate::Generation;

/// What a field of a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A string or null.
    Text,
    /// A whole number or null.
    Number,
    /// A whole number.
    Count,
    /// A boolean.
    Flag,
    /// Strings or null.
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An object with these fields.
    Object(&'static [(&'static str, Takes)]),
    /// Objects with these fields, or null.
    Objects(&'static [(&'static str, Takes)]),
}

/// How a row shows what was given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum As {
    /// A string, empty when nothing was given.
    Text,
    /// A string or null.
    Maybe,
    /// A boolean.
    Flag,
    /// A string with a default.
    Word(&'static str),
    /// A number with a default.
    Number(i64),
    /// A number or null.
    MaybeNumber,
    /// Names with numbers, counted from one.
    Named,
    /// Names with ids that are texts.
    NamedByText,
}

/// Who alone may add one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adds {
    /// Managers and Partners.
    Managers,
    /// Partners.
    Partners,
}

/// One kind.
pub(crate) struct Shape {
    pub(crate) kind: KindId,
    /// Its word in `CloudType`; empty for what is no cloud.
    pub(crate) cloud: &'static str,
    pub(crate) list: &'static str,
    pub(crate) create: &'static str,
    pub(crate) name: &'static str,
    /// Fields of the create call but `organizationId`, which all have.
    pub(crate) takes: &'static [(&'static str, Takes)],
    /// Never shown.
    pub(crate) secrets: &'static [&'static str],
    /// The update call: its path and what it takes beside `id`; empty where there is none.
    pub(crate) update: (&'static str, &'static [&'static str]),
    /// Name in a row, name in the request, how.
    pub(crate) shows: &'static [(&'static str, &'static str, As)],
    /// What a row shows that follows from several fields.
    pub(crate) extra: fn(&Map<String, Value>, &mut Map<String, Value>),
    /// Fields of requests and rows that the older generation does not have.
    pub(crate) newer: &'static [&'static str],
    pub(crate) adds: Adds,
    /// Only in the older generation.
    pub(crate) legacy_only: bool,
}

impl Shape {
    /// The table of a kind.
    pub(crate) fn of(kind: KindId) -> &'static Shape {
        match kind {
            KindId::Aws => &clouds::AWS,
            KindId::Azure => &clouds::AZURE,
            KindId::Gcp => &clouds::GCP,
            KindId::Openstack => &hosted::OPENSTACK,
            KindId::Tanzu => &hosted::TANZU,
            KindId::Proxmox => &hosted::PROXMOX,
            KindId::Openshift => &hosted::OPENSHIFT,
            KindId::Vsphere => &hosted::VSPHERE,
            KindId::Zededa => &hosted::ZEDEDA,
            KindId::Zadara => &clouds::ZADARA,
            KindId::Backup => &others::BACKUP,
            KindId::Billing => &others::BILLING,
            KindId::Showback => &others::SHOWBACK,
            KindId::Ai => &others::AI,
        }
    }

    /// Every table.
    pub(crate) fn all() -> impl Iterator<Item = &'static Shape> {
        KindId::ALL.iter().map(|kind| Self::of(*kind))
    }

    /// Those that a generation has.
    pub(crate) fn of_generation(generation: Generation) -> impl Iterator<Item = &'static Shape> {
        Self::all().filter(move |shape| generation == Generation::Legacy || !shape.legacy_only)
    }

    /// The space that its ids come from: the clouds share one.
    pub(crate) fn space(&self) -> &'static str {
        if self.is_cloud() { "cloud" } else { self.kind.as_str() }
    }

    pub(crate) fn is_cloud(&self) -> bool {
        !self.cloud.is_empty()
    }

    /// Whether the field exists in this generation.
    pub(crate) fn knows(&self, field: &str, generation: Generation) -> bool {
        generation == Generation::Current || !self.newer.contains(&field)
    }

    /// What a field of a request takes.
    pub(crate) fn field(&self, name: &str) -> Option<Takes> {
        self.takes.iter().find(|(field, _)| *field == name).map(|(_, takes)| *takes)
    }
}

/// A string of what was given, when it is one and not empty.
pub(crate) fn text<'a>(given: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    given.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The words of a row for a continent's code; anything else is shown as it was given.
pub(crate) fn continent(code: &str) -> &str {
    match code {
        "eu" => "Europe",
        "us" => "America",
        "as" => "Asia",
        other => other,
    }
}
