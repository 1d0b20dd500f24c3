//! What a server says, as far as it can be believed: JSON of unknown shape, and careful ways to read it.

use std::collections::BTreeMap;
use std::fmt;

use credenza_model::{LIST_ITEMS, TEXT_BYTES};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What the API fills with a secret now and then, although it should not. It is skipped while reading, so that there is
/// no value in which it could be kept or shown.
const SECRETS: [&str; 2] = ["apiToken", "password"];

/// A JSON value without the secrets that a row could hold. Its depth is bounded by `serde_json`.
#[derive(Debug)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    /// A number with a fraction or out of all bounds; nothing here takes one.
    Number,
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)).ok()
    }

    /// A property that is there and not null.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.told(name).filter(|value| !matches!(value, Self::Null))
    }

    /// A property, null included.
    pub(crate) fn told(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(properties) => properties.get(name),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(on) => Some(*on),
            _ => None,
        }
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// A text property that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text().filter(|text| !text.trim().is_empty())
    }

    /// A number that can be the account's number of something.
    pub(crate) fn id(&self, name: &str) -> Option<i32> {
        self.get(name)?.as_int().and_then(|id| i32::try_from(id).ok()).filter(|id| *id > 0)
    }
}

/// A value of a row that cannot be used, as the end of a sentence.
pub(crate) struct Odd(pub String);

/// Reads the properties of one row. Absent and null are fine everywhere; another type is not.
pub(crate) struct Properties<'a> {
    pub json: &'a Json,
    /// Whether a control character was replaced in what was read so far.
    pub replaced: bool,
}

impl<'a> Properties<'a> {
    pub(crate) fn new(json: &'a Json) -> Self {
        Self { json, replaced: false }
    }

    /// A text, one that can be stored and shown; an empty one counts as none.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Odd> {
        match self.json.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(self.clean(name, text)?).filter(|text| !text.is_empty())),
            Some(_) => Err(Odd(format!("{name} is no text"))),
        }
    }

    pub(crate) fn bool(&self, name: &str) -> Result<Option<bool>, Odd> {
        match self.json.get(name) {
            None => Ok(None),
            Some(Json::Bool(on)) => Ok(Some(*on)),
            Some(_) => Err(Odd(format!("{name} is neither true nor false"))),
        }
    }

    pub(crate) fn int(&self, name: &str) -> Result<Option<i32>, Odd> {
        match self.json.get(name) {
            None => Ok(None),
            Some(Json::Int(number)) => {
                i32::try_from(*number).map(Some).map_err(|_| Odd(format!("{name} is out of bounds")))
            }
            Some(_) => Err(Odd(format!("{name} is no number"))),
        }
    }

    /// The items of a list; what is null or absent has none.
    pub(crate) fn list(&self, name: &str) -> Result<&'a [Json], Odd> {
        match self.json.get(name) {
            None => Ok(&[]),
            Some(Json::List(items)) => Ok(items),
            Some(_) => Err(Odd(format!("{name} is no list"))),
        }
    }

    /// The names in a list of `{id, name}` or of texts.
    pub(crate) fn names(&mut self, list: &str, name: &str) -> Result<Vec<String>, Odd> {
        let items = self.list(list)?;
        if items.len() > LIST_ITEMS {
            return Err(Odd(format!("{list} has more than {LIST_ITEMS} entries")));
        }
        items
            .iter()
            .map(|item| match (item, item.get(name), item.get("id")) {
                (Json::Text(text), ..) | (_, Some(Json::Text(text)), _) => self.clean(list, text),
                (Json::Object(_), None, Some(Json::Int(id))) => Ok(format!("#{id}")),
                _ => Err(Odd(format!("{list} holds something other than names"))),
            })
            .collect()
    }

    /// A text within its bound, without what no line shows.
    pub(crate) fn clean(&mut self, name: &str, text: &str) -> Result<String, Odd> {
        if text.len() > TEXT_BYTES {
            return Err(Odd(format!("{name} is too long")));
        }
        self.replaced |= text.contains(char::is_control);
        Ok(text.replace(char::is_control, "\u{fffd}"))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, on: bool) -> Result<Json, E> {
        Ok(Json::Bool(on))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(i64::try_from(number).map_or(Json::Number, Json::Int))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(name) = properties.next_key::<String>()? {
            if SECRETS.contains(&name.as_str()) {
                properties.next_value::<IgnoredAny>()?;
            } else {
                object.insert(name, properties.next_value()?);
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_rows_are_skipped_while_reading() {
        let json = Json::parse(br#"{"data": [{"id": 1, "apiToken": "canary-1", "password": {"x": "canary-2"}}]}"#);
        let shown = format!("{json:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("\"id\": Int(1)"), "{shown}");
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Json::parse("[".repeat(100_000).as_bytes()).is_none());
        assert!(Json::parse(format!("{}1{}", "[".repeat(100), "]".repeat(100)).as_bytes()).is_some());
    }

    #[test]
    fn numbers_keep_to_what_they_are() {
        for (text, int) in
            [("1", Some(1)), ("1.0", None), ("1e3", None), ("18446744073709551615", None), ("-5", Some(-5))]
        {
            assert_eq!(Json::parse(text.as_bytes()).unwrap().as_int(), int, "{text}");
        }
    }
}
