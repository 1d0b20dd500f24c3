//! The account's side of a credential, in a form that can be kept: what a conflict is settled with, also offline.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use credenza_model::{Value, Values};
use credenza_remote::Row;
use credenza_store::AccountFacts;
use serde::{Deserialize, Serialize};

/// A credential as the account has it. It holds no secret: rows never do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Theirs {
    pub id: i32,
    pub name: String,
    /// What the row tells of, empty fields as `None`.
    pub values: BTreeMap<String, Option<Value>>,
    pub locked: bool,
    pub default: bool,
    pub used_by: Vec<String>,
    pub created_at: Option<String>,
    pub created_by: Option<String>,
    pub modified_at: Option<String>,
    pub modified_by: Option<String>,
    pub modified_by_id: Option<String>,
    pub built_in: bool,
    pub notes: BTreeMap<String, String>,
    /// The number of the organization.
    pub organization: Option<i32>,
}

impl From<Row> for Theirs {
    fn from(row: Row) -> Self {
        let (modified_by, modified_by_id) = match row.modified_by {
            Some(person) => (Some(person.name), person.id),
            None => (None, None),
        };
        Self {
            id: row.id,
            name: row.name,
            values: row.values.0,
            locked: row.locked,
            default: row.default,
            used_by: row.used_by,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.name),
            modified_at: row.modified_at,
            modified_by,
            modified_by_id,
            built_in: row.built_in,
            notes: row.notes.into_iter().collect(),
            organization: row.organization,
        }
    }
}

impl Theirs {
    /// What the account tells beside the fields.
    pub(crate) fn facts(&self) -> AccountFacts {
        AccountFacts {
            created_by: self.created_by.clone(),
            modified_by: self.modified_by.clone(),
            built_in: self.built_in,
            notes: self.notes.clone(),
        }
    }

    /// The plain values that it tells of.
    pub(crate) fn told(&self) -> Values {
        Values(self.values.iter().filter_map(|(field, value)| Some((field.clone(), value.clone()?))).collect())
    }

    /// Puts what it tells over other values.
    pub(crate) fn overlay(&self, values: &mut Values) {
        for (id, value) in &self.values {
            match value {
                Some(value) => values.set(id.clone(), value.clone()),
                None => drop(values.0.remove(id)),
            }
        }
    }

    /// Whether this person changed it last.
    pub(crate) fn changed_by(&self, me: &Me) -> bool {
        match (&self.modified_by_id, &self.modified_by) {
            (Some(id), _) => *id == me.id,
            (None, Some(name)) => me.names.iter().any(|mine| mine == name),
            (None, None) => false,
        }
    }
}

/// Who is signed in, as rows may name them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Me {
    pub id: String,
    pub names: Vec<String>,
}

/// A time as servers write it: with a T or a space, with an offset or none; to the millisecond, which is what is stored.
/// What cannot be read is no time.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    read_instant(text.trim()).map(|at| at.trunc_subsecs(3))
}

fn read_instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let spaced = text.replacen('T', " ", 1);
    ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M:%S%.f%#z"]
        .iter()
        .find_map(|form| DateTime::parse_from_str(&spaced, form).ok())
        .map(|at| at.to_utc())
        .or_else(|| NaiveDateTime::parse_from_str(&spaced, "%Y-%m-%d %H:%M:%S%.f").ok().map(|at| at.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_servers_write_them() {
        let read = |text: &str| instant(text).map(|at| at.to_rfc3339());
        let noon = Some("2023-11-21T12:09:23+00:00".to_owned());
        assert_eq!(read("2023-11-21 12:09:23+00:00"), noon);
        assert_eq!(read("2023-11-21T12:09:23Z"), noon);
        assert_eq!(read(" 2023-11-21T14:09:23+02:00 "), noon);
        assert_eq!(read("2023-11-21 12:09:23"), noon);
        assert_eq!(read("yesterday"), None);
    }
}
