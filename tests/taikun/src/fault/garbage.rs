//! Answers that no Taikun gives.

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

/// The same JSON with other types in it.
pub(super) fn wrong_types(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(wrong_types),
        Value::Object(fields) => fields.values_mut().for_each(wrong_types),
        Value::Null => *value = json!({ "nothing": true }),
        Value::Bool(flag) => *value = json!(if *flag { "yes" } else { "no" }),
        Value::Number(number) => *value = json!(number.to_string()),
        Value::String(text) => *value = json!(text.len()),
    }
}

/// Changes every name in the JSON.
pub(super) fn names(value: &mut Value, change: fn(&str) -> String) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| names(item, change)),
        Value::Object(fields) => {
            for (field, inner) in fields {
                match inner {
                    Value::String(text) if field.to_lowercase().ends_with("name") => *text = change(text),
                    inner => names(inner, change),
                }
            }
        }
        _ => {}
    }
}

pub(super) fn with_control_characters(name: &str) -> String {
    format!("\u{1b}[31m{name}\u{0}\u{7}\r\n\u{202e}\u{9b}")
}

pub(super) fn with_html(name: &str) -> String {
    format!("<img src=x onerror=\"alert(1)\"><b>{name}</b>&amp;")
}

/// A list whose rows are left out from some place on; its counts stay.
pub(super) fn cut_list(value: &mut Value, keep: fn(usize) -> usize) {
    let rows = if value.is_array() { Some(value) } else { value.get_mut("data") };
    if let Some(Value::Array(rows)) = rows {
        rows.truncate(keep(rows.len()));
    }
}

/// JSON nested so deep.
pub(super) fn deep(depth: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(2 * depth + 32);
    text.extend(b"{\"data\":");
    text.extend(std::iter::repeat_n(b'[', depth));
    text.extend(std::iter::repeat_n(b']', depth));
    text.extend(b",\"totalCount\":0}");
    text
}

/// JSON with a text of so many bytes in it, made as it is read.
pub(super) fn huge(bytes: u64) -> Body {
    const BLOCK: u64 = 64 * 1024;
    let blocks = bytes.div_ceil(BLOCK);
    let chunks = stream::iter(0..blocks + 2).map(move |nth| {
        Ok::<_, std::convert::Infallible>(match nth {
            0 => Bytes::from_static(b"{\"data\":[{\"name\":\""),
            nth if nth > blocks => Bytes::from_static(b"\"}],\"totalCount\":1}"),
            _ => Bytes::from(vec![b'a'; 64 * 1024]),
        })
    });
    Body::from_stream(chunks)
}
