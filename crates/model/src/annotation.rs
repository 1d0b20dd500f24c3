//! What a person keeps beside a credential: a note, and when it ends. It is no field of any kind, and stays here.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::input::{Input, Raw};
use crate::text::holds_private_key;
use crate::{Code, Problem};

/// The name of the note in an input.
pub const NOTE: &str = "note";

/// The name of the date in an input.
pub const EXPIRES: &str = "expires";

/// The longest note, in bytes.
const NOTE_BYTES: usize = 4 * 1024;

/// Changes of what a person keeps beside a credential. The outer `None` leaves it as it is, the inner one clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    /// The note.
    pub note: Option<Option<String>>,
    /// When the credential ends.
    pub expires: Option<Option<DateTime<Utc>>>,
    /// What is neither a note nor a date.
    pub refusals: Vec<Problem>,
}

impl Annotation {
    /// Takes it out of an input, which then holds fields of a kind alone.
    ///
    /// ```
    /// use credenza_model::{Annotation, Input};
    /// let mut input = Input::from_json(br#"{"name": "prod", "expires": "2027-01-31"}"#).unwrap();
    /// let annotation = Annotation::take(&mut input);
    /// assert_eq!(annotation.expires.unwrap().unwrap().to_rfc3339(), "2027-01-31T00:00:00+00:00");
    /// assert_eq!(input.fields().collect::<Vec<_>>(), ["name"]);
    /// ```
    pub fn take(input: &mut Input) -> Self {
        let mut annotation = Self::default();
        if let Some(raw) = input.fields.remove(NOTE) {
            match note(&raw) {
                Ok(note) => annotation.note = Some(note),
                Err(sentence) => annotation.refusals.push(Problem::new(NOTE, Code::Invalid, sentence)),
            }
        }
        if let Some(raw) = input.fields.remove(EXPIRES) {
            match expires(&raw) {
                Ok(at) => annotation.expires = Some(at),
                Err(sentence) => annotation.refusals.push(Problem::new(EXPIRES, Code::Invalid, sentence)),
            }
        }
        annotation
    }
}

fn note(raw: &Raw) -> Result<Option<String>, &'static str> {
    match raw {
        Raw::Null => Ok(None),
        Raw::Text(text) if text.len() > NOTE_BYTES => Err("Note is longer than 4 KB. Shorten it."),
        Raw::Text(text) if text.contains('\0') => Err("Note holds a character that is no text."),
        Raw::Text(text) if holds_private_key(text) => {
            Err("This holds a private key, and a note is not kept secret. Put it into the field it belongs to.")
        }
        Raw::Text(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        _ => Err("Note is a text."),
    }
}

fn expires(raw: &Raw) -> Result<Option<DateTime<Utc>>, &'static str> {
    const WRONG: &str = "Expires is a date such as 2027-01-31.";
    let text = match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) => text.trim(),
        _ => return Err(WRONG),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let at = day.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())).ok_or(WRONG)?;
    // Beyond these years texts do not sort as times do, and nobody means them.
    let far = DateTime::parse_from_rfc3339("9000-01-01T00:00:00Z").map_or(DateTime::<Utc>::MAX_UTC, |at| at.to_utc());
    if at.timestamp() < 0 || at > far {
        Err("Expires lies in no year that a credential can end in.")
    } else {
        Ok(Some(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KindId;

    fn taken(json: &str) -> Annotation {
        Annotation::take(&mut Input::from_json(json.as_bytes()).unwrap())
    }

    #[test]
    fn what_is_absent_is_left_alone_and_what_is_empty_is_cleared() {
        assert_eq!(taken("{}"), Annotation::default());
        for empty in [r#"{"note": null, "expires": null}"#, r#"{"note": " ", "expires": ""}"#] {
            assert_eq!(taken(empty), Annotation { note: Some(None), expires: Some(None), refusals: Vec::new() });
        }
        assert_eq!(taken(r#"{"note": " of\nPetra "}"#).note, Some(Some("of\nPetra".into())));
        let at = taken(r#"{"expires": "2027-01-31T12:00:00+02:00"}"#).expires.unwrap().unwrap();
        assert_eq!(at.to_rfc3339(), "2027-01-31T10:00:00+00:00");
    }

    #[test]
    fn what_is_no_date_and_no_note_is_refused_at_its_place() {
        for (json, field) in [
            (r#"{"expires": "31.1.2027"}"#, EXPIRES),
            (r#"{"expires": "2027-02-30"}"#, EXPIRES),
            (r#"{"expires": 2027}"#, EXPIRES),
            (r#"{"expires": "-0900-01-01"}"#, EXPIRES),
            (r#"{"expires": "+12027-01-01"}"#, EXPIRES),
            (r#"{"note": 5}"#, NOTE),
            (r#"{"note": "-----BEGIN PRIVATE KEY-----"}"#, NOTE),
            (r#"{"note": "a\u0000b"}"#, NOTE),
        ] {
            let refusals = taken(json).refusals;
            assert_eq!(refusals.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [field], "{json}");
        }
        let long = format!(r#"{{"note": "{}"}}"#, "x".repeat(NOTE_BYTES + 1));
        assert_eq!(taken(&long).refusals.len(), 1);
    }

    #[test]
    fn no_kind_has_a_field_of_these_names() {
        for kind in KindId::ALL {
            assert!(kind.kind().fields.iter().all(|field| field.id != NOTE && field.id != EXPIRES), "{kind:?}");
        }
    }
}
