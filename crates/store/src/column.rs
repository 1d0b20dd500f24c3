//! How Rust's types lie in SQLite's columns: ids, words and times as text, the rest as JSON.

use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::types::Type;
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A time as text: UTC with milliseconds, always as long, so that texts sort as times do.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A value as JSON. The types stored have string keys only, so this cannot fail.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A unit variant as the word that serde calls it.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    json(value).trim_matches('"').to_owned()
}

/// Reads what has a `FromStr`.
pub(crate) fn parsed<T: FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| unreadable())
}

/// Reads a JSON column.
pub(crate) fn read_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| unreadable())
}

/// Reads a JSON column that may be absent.
pub(crate) fn read_json_if_any<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| unreadable())).transpose()
}

/// Reads what [`word`] wrote.
pub(crate) fn read_word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(text)).map_err(|_| unreadable())
}

/// Reads a time.
pub(crate) fn read_time(row: &Row<'_>, column: &str) -> rusqlite::Result<DateTime<Utc>> {
    let text: String = row.get(column)?;
    as_time(&text)
}

/// Reads a time that may be absent.
pub(crate) fn read_time_if_any(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    row.get::<_, Option<String>>(column)?.as_deref().map(as_time).transpose()
}

fn as_time(text: &str) -> rusqlite::Result<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| unreadable())
}

/// The error of a column whose text is not what this program writes. It carries nothing of the text.
pub(crate) fn unreadable() -> Error {
    Error::FromSqlConversionFailure(0, Type::Text, "unreadable".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_their_texts_do() {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let times = [at(0), at(5), at(50), at(999), at(1000), at(1_790_000_000_123), at(253_402_300_799_999)];
        let texts = times.map(time);
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[5], "2026-09-21T14:13:20.123Z");
        assert!(texts.iter().all(|text| as_time(text).is_ok_and(|back| times.contains(&back))));
    }
}
