//! A value inside a secret file, read without insisting on its type.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

/// One value. A file whose field has an unexpected type is judged like any other, with a sentence about that field.
#[derive(Default)]
pub(super) enum Leaf {
    /// Nothing, or `null`.
    #[default]
    Absent,
    /// A text, wiped after use.
    Text(Zeroizing<String>),
    /// `true`
    On,
    /// Anything else.
    Other,
}

impl Leaf {
    /// The text, when there is one with something in it.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// Whether there is anything at all; an empty text and an empty list are something, `false` is not.
    pub(super) fn is_given(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl<'de> Deserialize<'de> for Leaf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LeafVisitor)
    }
}

struct LeafVisitor;

impl<'de> Visitor<'de> for LeafVisitor {
    type Value = Leaf;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Leaf, E> {
        Ok(Leaf::Absent)
    }

    fn visit_none<E>(self) -> Result<Leaf, E> {
        Ok(Leaf::Absent)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Leaf, D::Error> {
        Leaf::deserialize(deserializer)
    }

    fn visit_str<E>(self, text: &str) -> Result<Leaf, E> {
        Ok(Leaf::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Leaf, E> {
        Ok(Leaf::Text(Zeroizing::new(text)))
    }

    fn visit_bool<E>(self, on: bool) -> Result<Leaf, E> {
        Ok(if on { Leaf::On } else { Leaf::Absent })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Leaf, E> {
        Ok(Leaf::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Leaf, E> {
        Ok(Leaf::Other)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Leaf, E> {
        Ok(Leaf::Other)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Leaf, E> {
        Ok(Leaf::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Leaf, E> {
        Ok(Leaf::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Leaf, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Leaf::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Leaf, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Leaf::Other)
    }
}
