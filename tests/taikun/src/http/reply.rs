//! Answers: JSON, nothing, a stream, or a refusal as `ProblemDetails`.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// What an endpoint says.
pub(crate) enum Reply {
    /// 200 without a body.
    Empty,
    /// 200 with JSON.
    Json(Value),
    /// 200 with a stream of events.
    Events(Body),
}

/// What comes of a request.
pub(crate) type Answer = Result<Reply, Refusal>;

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    detail: String,
    /// The field that is wrong, in the words of ASP.NET.
    field: Option<String>,
}

impl Refusal {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), field: None }
    }

    /// 400 in plain words.
    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    /// 400 with the map `errors`, as the framework itself refuses what it cannot read or validate.
    pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self { status: 400, detail: detail.into(), field: Some(field.to_owned()) }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "The token is missing, has expired or was revoked.")
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(403, "You do not have the rights to do this.")
    }

    pub(crate) fn missing(what: &str, id: i32) -> Self {
        Self::new(404, format!("Entity \"{what}\" ({id}) was not found."))
    }

    pub(crate) fn response(&self) -> Response<Body> {
        let Some(field) = &self.field else {
            let title = StatusCode::from_u16(self.status).ok().and_then(|code| code.canonical_reason());
            return problem(self.status, title.unwrap_or("Error"), &self.detail);
        };
        let errors = json!({ field: [self.detail] });
        body(
            self.status,
            "application/problem+json",
            &json!({
                "type": kind_of_problem(self.status),
                "title": "One or more validation errors occurred.",
                "status": self.status,
                "errors": errors,
            }),
        )
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(500, format!("The stand-in's own data is out of order: {error}"))
    }
}

/// `ProblemDetails` with this status.
pub(crate) fn problem(status: u16, title: &str, detail: &str) -> Response<Body> {
    let details = json!({
        "type": kind_of_problem(status), "title": title, "status": status, "detail": detail, "instance": null,
    });
    body(status, "application/problem+json", &details)
}

fn kind_of_problem(status: u16) -> &'static str {
    match status {
        401 => "https://tools.ietf.org/html/rfc7235#section-3.1",
        500.. => "https://tools.ietf.org/html/rfc7231#section-6.6.1",
        _ => "https://tools.ietf.org/html/rfc7231#section-6.5.1",
    }
}

fn body(status: u16, media: &'static str, value: &Value) -> Response<Body> {
    let mut answer = Response::new(Body::from(value.to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if status == 401 {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

impl Reply {
    pub(crate) fn response(self) -> Response<Body> {
        match self {
            Self::Empty => Response::new(Body::empty()),
            Self::Json(value) => body(200, "application/json; charset=utf-8", &value),
            Self::Events(stream) => {
                let mut answer = Response::new(stream);
                let headers = answer.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
                answer
            }
        }
    }
}

/// What the log tells of a request beside its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    pub(crate) user: Option<String>,
    pub(crate) unknown: Vec<String>,
}
