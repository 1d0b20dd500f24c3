//! What an answer other than yes means, and what the server says about it, in one sentence that is safe to show.

use std::time::Duration;

use chrono::{DateTime, Utc};
use credenza_model::discreet::{SHOWN, clean};
use reqwest::StatusCode;

use crate::json::Json;
use crate::link::Reply;
use crate::{Outcome, RemoteError};

/// The error that an answer other than 2xx stands for.
pub(crate) fn of(reply: &Reply, host: &str, hidden: &[&str]) -> RemoteError {
    let said = said(&reply.body, hidden);
    let code = reply.status.as_u16();
    let with = |plain: &str| match &said {
        Some(text) => format!("The account says: {text}"),
        None => format!("{plain} ({code})."),
    };
    match reply.status {
        status if status.is_redirection() => redirect(reply, host),
        StatusCode::UNAUTHORIZED => RemoteError::SignedOut("The session has ended. Sign in again.".into()),
        StatusCode::FORBIDDEN => RemoteError::Forbidden(with("The role there does not allow it")),
        StatusCode::NOT_FOUND | StatusCode::GONE => RemoteError::NotFound(with("The account does not know it")),
        StatusCode::TOO_MANY_REQUESTS => RemoteError::TooMany {
            sentence: "The account asks for fewer requests. Try again later.".into(),
            after: reply.retry_after.as_deref().and_then(pause),
        },
        StatusCode::REQUEST_TIMEOUT => {
            RemoteError::Failed { sentence: with("The request took too long"), outcome: Outcome::None }
        }
        status if status.is_server_error() => RemoteError::Failed {
            sentence: with("The account's server failed"),
            outcome: if matches!(code, 502 | 504 | 520..=524) { Outcome::Unknown } else { Outcome::None },
        },
        status if status.is_client_error() => rejected(with("The account refused the request"), code == 409),
        _ => nonsense(host, &format!("answered with the status {code}, which this program does not know")),
    }
}

/// A refusal of what was sent. `conflict`: the status says already that the name exists.
pub(crate) fn rejected(sentence: String, conflict: bool) -> RemoteError {
    let text = sentence.to_lowercase();
    // "Only empty and unlocked credentials can be deleted" leaves it open which of both it is not.
    let locked = text.replace("unlocked", "").contains("locked");
    RemoteError::Rejected { duplicate: text.contains("already exist") || (conflict && !locked), locked, sentence }
}

/// An answer that no Taikun gives.
pub(crate) fn nonsense(host: &str, what: &str) -> RemoteError {
    let sentence = format!("The host {host} {what}. Check that the address is that of a Taikun API.");
    RemoteError::Nonsense { sentence, outcome: Outcome::None }
}

fn redirect(reply: &Reply, host: &str) -> RemoteError {
    let to = reply.location.as_deref().map(|to| clean(to, &[])).unwrap_or_default();
    let to = to.split(['?', '#']).next().unwrap_or_default();
    let elsewhere = if to.is_empty() { "elsewhere".to_owned() } else { format!("elsewhere, to {to}") };
    let sentence = format!(
        "The host {host} redirects {elsewhere}. Nothing was sent there. Check the address, or give the one it redirects to."
    );
    RemoteError::Nonsense { sentence, outcome: Outcome::None }
}

/// `Retry-After`: seconds, or a date.
fn pause(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((until.with_timezone(&Utc) - Utc::now()).to_std().unwrap_or_default())
}

/// What the server says: of problem details the title, the detail and each field's messages; a JSON or plain text as it
/// is. A web page is never quoted.
pub(crate) fn said(body: &[u8], hidden: &[&str]) -> Option<String> {
    let text = match Json::parse(body) {
        Some(json @ Json::Object(_)) => details(&json)?,
        Some(Json::Text(text)) => text,
        Some(_) => return None,
        None => String::from_utf8_lossy(body.get(..8 * SHOWN).unwrap_or(body)).into_owned(),
    };
    let text = text.trim();
    if text.is_empty() || text.starts_with('<') || text.starts_with('{') || text.starts_with('[') {
        return None;
    }
    let text = clean(text, hidden);
    let end = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    Some(format!("{text}{end}"))
}

/// The texts of problem details, of an `ApiResponse` and of a `TaikunResult`.
fn details(json: &Json) -> Option<String> {
    let text = |name: &&str| json.text(name).map(str::trim).filter(|text| !text.starts_with('<'));
    let mut head: Vec<&str> = text(&"title").into_iter().collect();
    head.extend(["detail", "message", "error", "errorMessage"].iter().find_map(text));
    head.dedup();
    let mut parts: Vec<String> = Some(head.join(": ")).filter(|head| !head.is_empty()).into_iter().collect();
    if let Some(Json::Object(fields)) = json.get("errors") {
        for (field, messages) in fields.iter().take(10) {
            let texts = match messages {
                Json::Text(text) => vec![text.as_str()],
                Json::List(items) => items.iter().filter_map(Json::as_text).take(3).collect(),
                _ => continue,
            };
            let texts: Vec<&str> = texts.into_iter().filter(|text| !text.trim_start().starts_with('<')).collect();
            parts.push(format!("{field}: {}", texts.join(" ")));
        }
    }
    if parts.is_empty() {
        return json.get("problemDetails").and_then(details);
    }
    let last = parts.len() - 1;
    let joined = parts.iter().enumerate().map(|(at, part)| if at < last { part.trim_end_matches('.') } else { part });
    Some(joined.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_an_error_becomes_one_sentence() {
        for (body, sentence) in [
            ("", None),
            ("   \n", None),
            ("<html><body>nginx</body></html>", None),
            ("\u{feff}{\"detail\": \"x\"}", Some("x.")),
            ("{}", None),
            ("[1,2]", None),
            ("{broken", None),
            ("plain text", Some("plain text.")),
            ("\"a JSON text\"", Some("a JSON text.")),
            (
                r#"{"title": "Bad Request", "status": 400, "detail": "Name is taken."}"#,
                Some("Bad Request: Name is taken."),
            ),
            (r#"{"message": "m", "error": "e"}"#, Some("m.")),
            (r#"{"title": "same", "detail": "same"}"#, Some("same.")),
            (r#"{"title": 5, "detail": "<b>page</b>"}"#, None),
            (r#"{"errors": {"Name": ["too short", "odd"], "Port": "no"}}"#, Some("Name: too short odd; Port: no.")),
            (r#"{"title": "Odd.", "errors": {"Name": ["No."]}}"#, Some("Odd; Name: No.")),
            (r#"{"isSuccess": false, "problemDetails": {"detail": "inner"}}"#, Some("inner.")),
            ("two\nlines\u{1b}[31m", Some("two lines\\u{1b}[31m.")),
        ] {
            assert_eq!(said(body.as_bytes(), &[]).as_deref(), sentence, "{body}");
        }
        assert_eq!(said("x".repeat(5000).as_bytes(), &[]).unwrap().chars().count(), SHOWN);
        assert!(said(&[0xff, 0xfe, b'a'], &[]).is_some());
    }

    #[test]
    fn a_lock_is_told_from_its_absence() {
        for (text, locked) in
            [("It is locked.", true), ("Locked", true), ("only empty and unlocked ones", false), ("in use", false)]
        {
            let RemoteError::Rejected { locked: told, .. } = rejected(text.into(), false) else { panic!() };
            assert_eq!(told, locked, "{text}");
        }
    }

    #[test]
    fn pauses_are_seconds_or_dates() {
        assert_eq!(pause("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause("Tue, 15 Nov 1994 08:12:31 GMT"), Some(Duration::ZERO));
        assert_eq!(pause("soon"), None);
    }
}
