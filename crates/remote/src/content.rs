//! Bodies of requests: built from borrowed values, written once into memory that is wiped, never printed.

use std::io::{self, Write};

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use zeroize::Zeroizing;

/// A JSON value that borrows, so that a secret is copied nowhere but into the body itself. It has no `Debug` on purpose.
pub(crate) enum Node<'a> {
    Text(&'a str),
    Int(i64),
    Bool(bool),
    List(Vec<Node<'a>>),
    Object(Vec<(&'a str, Node<'a>)>),
}

/// A body and its type. Cheap to copy: the bytes are shared, and wiped with the last copy.
#[derive(Clone)]
pub(crate) struct Content {
    pub mime: String,
    pub bytes: Bytes,
}

/// One part of a form.
pub(crate) struct Part<'a> {
    pub name: &'a str,
    /// A file has a name of its own. It travels as `application/json` whatever it holds: the API refuses every other type.
    pub file: Option<&'a str>,
    pub value: &'a str,
}

impl Content {
    pub(crate) fn json(node: &Node<'_>) -> Self {
        let mut length = Length(0);
        // Writing to a counter and to memory cannot fail.
        let _ = serde_json::to_writer(&mut length, node);
        // The memory is asked for at once: growing would leave copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        let _ = serde_json::to_writer(&mut *bytes, node);
        Self { mime: "application/json".into(), bytes: Bytes::from_owner(bytes) }
    }

    pub(crate) fn form(parts: &[Part<'_>]) -> Self {
        let boundary = boundary(parts);
        let room: usize = parts.iter().map(|part| part.value.len() + part.name.len() + 200).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(room + 100));
        for part in parts {
            bytes.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", part.name).as_bytes(),
            );
            if let Some(file) = part.file {
                bytes.extend_from_slice(format!("; filename=\"{file}\"\r\nContent-Type: application/json").as_bytes());
            }
            bytes.extend_from_slice(b"\r\n\r\n");
            bytes.extend_from_slice(part.value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self { mime: format!("multipart/form-data; boundary={boundary}"), bytes: Bytes::from_owner(bytes) }
    }
}

/// A line that stands in none of the parts.
fn boundary(parts: &[Part<'_>]) -> String {
    (0u32..)
        .map(|number| format!("credenza-part-{number:08}"))
        .find(|boundary| !parts.iter().any(|part| part.value.contains(boundary.as_str())))
        .unwrap_or_default()
}

/// Counts what is written to it.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Bool(on) => serializer.serialize_bool(*on),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(properties) => {
                let mut map = serializer.serialize_map(Some(properties.len()))?;
                for (name, value) in properties {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_without_growing() {
        let node = Node::Object(vec![
            ("id", Node::Int(7)),
            ("text", Node::Text("a \"quoted\"\nline")),
            ("list", Node::List(vec![Node::Bool(true), Node::Text("x")])),
        ]);
        let content = Content::json(&node);
        assert_eq!(&content.bytes[..], br#"{"id":7,"text":"a \"quoted\"\nline","list":[true,"x"]}"#);
    }

    #[test]
    fn a_form_has_a_boundary_that_its_parts_lack() {
        let value = "--credenza-part-00000000--";
        let content = Content::form(&[
            Part { name: "config", file: Some("config.json"), value },
            Part { name: "name", file: None, value: "gcp" },
        ]);
        assert_eq!(content.mime, "multipart/form-data; boundary=credenza-part-00000001");
        let text = String::from_utf8(content.bytes.to_vec()).unwrap();
        let file = "name=\"config\"; filename=\"config.json\"\r\nContent-Type: application/json\r\n\r\n";
        assert!(text.contains(&format!("{file}{value}\r\n--credenza-part-00000001\r\n")), "{text}");
        assert!(text.ends_with("name=\"name\"\r\n\r\ngcp\r\n--credenza-part-00000001--\r\n"), "{text}");
    }
}
