//! What a person or a script hands in: field ids and values as they came, secrets among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

/// An input: field id to raw value. A field that is absent is left alone, `null` and an empty text clear it.
///
/// Nested objects and dotted ids are the same thing. There is no way to print or to serialize it, for it holds secrets.
///
/// ```
/// use credenza_model::Input;
/// let nested = Input::from_json(br#"{"publicNetwork": {"gateway": "10.0.0.1"}}"#).unwrap();
/// assert_eq!(nested.fields().collect::<Vec<_>>(), ["publicNetwork.gateway"]);
/// ```
#[derive(Default)]
pub struct Input {
    pub(crate) fields: BTreeMap<String, Raw>,
    /// Those that came as arguments of a command, which others on the machine can read.
    pub(crate) arguments: BTreeSet<String>,
}

/// One raw value.
pub enum Raw {
    /// Clear the field.
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or one out of all bounds; no field takes it.
    Number,
    /// A text.
    Text(Zeroizing<String>),
    /// A list of texts.
    List(Vec<Zeroizing<String>>),
    /// A list that holds something other than texts; no field takes it.
    Mixed,
}

/// Why an input could not be read. It never quotes the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// The text is no JSON.
    Broken {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// It is JSON, but no object.
    NotAnObject,
    /// A field is given more than once.
    Repeated(String),
    /// It is larger than any real input ([`crate::INPUT_BYTES`]).
    TooLarge,
}

impl Input {
    /// Reads one JSON object.
    ///
    /// # Errors
    /// [`InputError`], which names the place but never the content.
    pub fn from_json(json: &[u8]) -> Result<Self, InputError> {
        if json.len() > crate::INPUT_BYTES {
            return Err(InputError::TooLarge);
        }
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let start = json.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(start, Some(byte) if *byte != b'{') && serde_json::from_slice::<de::IgnoredAny>(json).is_ok() {
            return Err(InputError::NotAnObject);
        }
        let node: Node = serde_json::from_slice(json)
            .map_err(|error| InputError::Broken { line: error.line(), column: error.column() })?;
        let mut input = Self::default();
        input.flatten(String::new(), node)?;
        Ok(input)
    }

    /// Sets one field to a text, as a prompt does; an empty text clears.
    pub fn set(&mut self, field: impl Into<String>, text: String) {
        let field = field.into();
        self.arguments.remove(&field);
        self.fields.insert(field, Raw::Text(Zeroizing::new(text)));
    }

    /// As [`Input::set`], with a text that was an argument of a command. No secret may come out of such a text.
    pub fn set_argument(&mut self, field: impl Into<String>, text: String) {
        let field = field.into();
        self.arguments.insert(field.clone());
        self.fields.insert(field, Raw::Text(Zeroizing::new(text)));
    }

    /// The ids of the fields given.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The plain fields alone. There is no copy of the secrets, and no way to make one.
    pub(crate) fn plain_copy(&self, kind: &crate::Kind) -> Self {
        let plain = |id: &str| kind.field(id).is_some_and(|field| !field.secret);
        let copy = |raw: &Raw| match raw {
            Raw::Null => Raw::Null,
            Raw::Bool(on) => Raw::Bool(*on),
            Raw::Int(number) => Raw::Int(*number),
            Raw::Number => Raw::Number,
            Raw::Text(text) => Raw::Text(text.clone()),
            Raw::List(items) => Raw::List(items.clone()),
            Raw::Mixed => Raw::Mixed,
        };
        let fields = self.fields.iter().filter(|(id, _)| plain(id)).map(|(id, raw)| (id.clone(), copy(raw))).collect();
        Self { fields, arguments: BTreeSet::new() }
    }

    fn flatten(&mut self, path: String, node: Node) -> Result<(), InputError> {
        match node {
            Node::Leaf(raw) => match self.fields.insert(path.clone(), raw) {
                None => Ok(()),
                Some(_) => Err(InputError::Repeated(path)),
            },
            // An object with nothing in it is a value of the wrong type at its place, not nothing at all.
            Node::Object(entries) if entries.is_empty() && !path.is_empty() => {
                self.flatten(path, Node::Leaf(Raw::Mixed))
            }
            Node::Object(entries) => entries.into_iter().try_for_each(|(key, node)| {
                self.flatten(if path.is_empty() { key } else { format!("{path}.{key}") }, node)
            }),
        }
    }
}

/// Over IPC the window sends the same object.
impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let node = Node::deserialize(deserializer)?;
        if matches!(node, Node::Leaf(_)) {
            return Err(de::Error::custom("an object of fields is due here"));
        }
        let mut input = Self::default();
        input.flatten(String::new(), node).map_err(|_| de::Error::custom("a field is given twice"))?;
        Ok(input)
    }
}

/// JSON as it nests, before the ids are joined.
enum Node {
    Leaf(Raw),
    Object(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Raw::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Raw::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(Raw::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(Raw::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(i64::try_from(value).map_or(Raw::Number, Raw::Int)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        // JavaScript has one type of number, so that 3 may arrive as 3.0.
        let whole = value.fract() == 0.0 && value.abs() < f64::from(i32::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "the value is whole and within an i32's bounds")]
        Ok(Node::Leaf(if whole { Raw::Int(value as i64) } else { Raw::Number }))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Leaf(Raw::Text(Zeroizing::new(value.to_owned()))))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Leaf(Raw::Text(Zeroizing::new(value))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut texts = Vec::new();
        let mut mixed = false;
        while let Some(node) = seq.next_element::<Node>()? {
            match node {
                Node::Leaf(Raw::Text(text)) => texts.push(text),
                _ => mixed = true,
            }
        }
        Ok(Node::Leaf(if mixed { Raw::Mixed } else { Raw::List(texts) }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<String, Node>()? {
            entries.push(entry);
        }
        Ok(Node::Object(entries))
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { line, column } => {
                write!(f, "The input is not valid JSON: look at line {line}, column {column}.")
            }
            Self::NotAnObject => f.write_str(
                "The input is JSON but not an object. Give one object that maps field ids to values, such as {\"name\": \"prod\"}.",
            ),
            Self::Repeated(field) => {
                write!(f, "The field {} is given more than once. Keep one of them.", crate::printable(field))
            }
            Self::TooLarge => f.write_str("The input is larger than 32 MB. No credential is that large; check the file."),
        }
    }
}

impl std::error::Error for InputError {}

#[cfg(feature = "specta")]
impl specta::Type for Input {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        #[derive(serde::Serialize, specta::Type)]
        #[serde(untagged)]
        #[allow(dead_code, reason = "only its shape is used")]
        enum InputValue {
            Text(String),
            Int(i32),
            Bool(bool),
            List(Vec<String>),
        }
        <BTreeMap<String, Option<InputValue>> as specta::Type>::definition(types)
    }
}
