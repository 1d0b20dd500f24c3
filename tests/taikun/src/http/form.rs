//! Bodies, read into one map of fields: JSON objects and form parts alike.

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::stream;
use serde_json::{Map, Value};

use super::Refusal;

/// The fields of a body, and whether they came as a form.
pub(super) async fn fields(headers: &HeaderMap, body: Bytes) -> Result<(Map<String, Value>, bool), Refusal> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if media.to_ascii_lowercase().starts_with("multipart/form-data") {
        let boundary = multer::parse_boundary(&media).map_err(|_| Refusal::bad("Missing content-type boundary."))?;
        return parts(body, boundary).await.map(|fields| (fields, true));
    }
    if body.is_empty() && media.is_empty() {
        return Ok((Map::new(), false));
    }
    let json = ["application/json", "text/json", "application/*+json"].iter().any(|known| media.starts_with(known));
    if !json {
        return Err(Refusal::new(415, "The media type is not supported."));
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(fields)) => Ok((fields, false)),
        Ok(_) => Err(Refusal::invalid("$", "The JSON value could not be converted.")),
        Err(error) => Err(Refusal::invalid("$", format!("The body is no JSON: line {}.", error.line()))),
    }
}

async fn parts(body: Bytes, boundary: String) -> Result<Map<String, Value>, Refusal> {
    let wrong = |_| Refusal::bad("Failed to read the request form.");
    let stream = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = multer::Multipart::new(stream, boundary);
    let mut fields = Map::new();
    while let Some(part) = form.next_field().await.map_err(wrong)? {
        let name = part.name().unwrap_or_default().to_owned();
        let media = part.content_type().map(|media| media.essence_str().to_owned());
        if part.file_name().is_some() && !media.as_deref().is_some_and(readable) {
            return Err(Refusal::bad(format!(
                "The content type of the file {name} is not supported: {}.",
                media.as_deref().unwrap_or("none")
            )));
        }
        let text = part.text().await.map_err(wrong)?;
        fields.insert(name, Value::String(text));
    }
    Ok(fields)
}

/// The API takes a file when its part says JSON, whatever it holds; `application/octet-stream` it refuses.
fn readable(media: &str) -> bool {
    media == "application/json"
}
