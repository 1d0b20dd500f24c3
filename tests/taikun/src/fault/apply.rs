//! One request through whatever goes wrong with it.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::Value;
use tower_service::Service;

use super::{Fault, garbage};
use crate::http::{Noted, problem};
use crate::shape::Shape;
use crate::world::{Logged, World};

/// How many seconds the clock is off for one request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Skew(pub(crate) i64);

/// The connection is closed without an answer.
#[derive(Debug)]
pub(crate) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

/// Answers a request, or drops its connection.
pub(crate) async fn serve(
    world: World,
    mut router: Router,
    mut request: Request<Body>,
) -> Result<Response<Body>, Dropped> {
    let faults = world.faults().of(request.method().as_str(), request.uri().path());
    let mut logged = Logged {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        status: None,
        user: None,
        faulted: (!faults.is_empty())
            .then(|| faults.iter().map(|fault| format!("{fault:?}")).collect::<Vec<_>>().join(", ")),
        unknown: Vec::new(),
    };
    let skew = Skew(faults.iter().map(|fault| if let Fault::ClockSkew(seconds) = fault { *seconds } else { 0 }).sum());
    request.extensions_mut().insert(skew);
    let first_page = request.method() == Method::GET && !has_offset(request.uri().query().unwrap_or_default());

    for fault in &faults {
        if let Fault::Latency(delay) = fault {
            tokio::time::sleep(*delay).await;
        }
    }
    let mut answer = match before(&faults) {
        Some(Err(Dropped)) => {
            world.note(logged);
            return Err(Dropped);
        }
        Some(Ok(answer)) => {
            // What was sent is read all the same, so that a client can finish sending.
            let _ = request.into_body().collect().await;
            answer
        }
        None => {
            let Ok(answer) = router.call(request).await;
            answer
        }
    };
    if let Some(noted) = answer.extensions_mut().remove::<Noted>() {
        logged.user = noted.user;
        logged.unknown = noted.unknown;
    }
    let answer = after(&world, &faults, first_page.then_some(logged.path.as_str()), answer).await;
    logged.status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
    world.note(logged);
    answer.map(|answer| dated(answer, skew))
}

fn has_offset(query: &str) -> bool {
    query.split('&').any(|pair| pair.split_once('=').is_some_and(|(name, value)| name == "Offset" && value != "0"))
}

/// What goes wrong before anything is done.
fn before(faults: &[Fault]) -> Option<Result<Response<Body>, Dropped>> {
    faults.iter().find_map(|fault| match fault {
        Fault::DropBefore => Some(Err(Dropped)),
        Fault::Status(status) => Some(Ok(failure(*status))),
        Fault::RetryAfter(delay) => {
            let mut answer = failure(429);
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(delay.as_secs()));
            Some(Ok(answer))
        }
        Fault::HtmlPage(status) => {
            let mut answer = Response::new(Body::from("<html><body><h1>Bad Gateway</h1><hr>nginx</body></html>"));
            *answer.status_mut() = StatusCode::from_u16(*status).ok()?;
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
            Some(Ok(answer))
        }
        Fault::RedirectTo(place) => {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            answer.headers_mut().insert(header::LOCATION, HeaderValue::from_str(place).ok()?);
            Some(Ok(answer))
        }
        _ => None,
    })
}

/// What goes wrong once the request has been carried out. `list` is the path of a list's first page.
async fn after(
    world: &World,
    faults: &[Fault],
    list: Option<&str>,
    mut answer: Response<Body>,
) -> Result<Response<Body>, Dropped> {
    for fault in faults {
        answer = match fault {
            Fault::DropAfter => return Err(Dropped),
            Fault::StatusAfter(status) => failure(*status),
            Fault::NoBody => json_of(Body::empty()),
            Fault::LatencyAfter(delay) => {
                tokio::time::sleep(*delay).await;
                answer
            }
            Fault::ResetInBody => reset(answer).await,
            Fault::Trickle(rate) => trickle(answer, *rate).await,
            Fault::HugeBody(bytes) => json_of(garbage::huge(*bytes)),
            Fault::DeepJson(depth) => json_of(Body::from(garbage::deep(*depth))),
            Fault::EmptyPage => changed(answer, |value| garbage::cut_list(value, |_| 0)).await,
            Fault::TruncatedPage => changed(answer, |value| garbage::cut_list(value, |rows| rows / 2)).await,
            Fault::WrongTypes => changed(answer, garbage::wrong_types).await,
            Fault::ControlCharactersInNames => {
                changed(answer, |value| garbage::names(value, garbage::with_control_characters)).await
            }
            Fault::HtmlInNames => changed(answer, |value| garbage::names(value, garbage::with_html)).await,
            Fault::VanishBetweenPages => {
                changed(answer, |value| list.into_iter().for_each(|path| vanish(world, path, value))).await
            }
            _ => answer,
        };
    }
    Ok(answer)
}

fn failure(status: u16) -> Response<Body> {
    let title = StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or("Error");
    problem(status, title, "An error occurred while processing your request.")
}

fn json_of(body: Body) -> Response<Body> {
    let mut answer = Response::new(body);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    answer
}

/// The answer with other JSON in it; an answer without JSON stays.
async fn changed(answer: Response<Body>, change: impl FnOnce(&mut Value)) -> Response<Body> {
    let (mut head, body) = answer.into_parts();
    let bytes = bytes_of(body).await;
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    change(&mut value);
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(value.to_string()))
}

async fn bytes_of(body: Body) -> Bytes {
    body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}

fn vanish(world: &World, path: &str, page: &Value) {
    let Some(shape) = Shape::all().find(|shape| shape.list == path) else { return };
    let id = page["data"][0]["id"].as_i64().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id {
        world.remove_row(shape.kind, id);
    }
}

/// Half of the answer, and then the connection breaks.
async fn reset(answer: Response<Body>) -> Response<Body> {
    let (mut head, body) = answer.into_parts();
    let bytes = bytes_of(body).await;
    let half = bytes.slice(..bytes.len() / 2);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len().max(1)));
    let parts = [Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    // The pause lets the first half leave before the connection does.
    let parts = stream::iter(parts).then(|part| async {
        if part.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        part
    });
    Response::from_parts(head, Body::from_stream(parts))
}

async fn trickle(answer: Response<Body>, rate: u32) -> Response<Body> {
    let (head, body) = answer.into_parts();
    let bytes = bytes_of(body).await;
    let step = usize::try_from(rate / 10).unwrap_or(1).max(1);
    let chunks: Vec<Bytes> = bytes.chunks(step).map(Bytes::copy_from_slice).collect();
    let pause = Duration::from_millis(if rate < 10 { 1000 / u64::from(rate.max(1)) } else { 100 });
    let chunks = stream::iter(chunks).then(move |chunk| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::convert::Infallible>(chunk)
    });
    Response::from_parts(head, Body::from_stream(chunks))
}

/// The header `Date`, by the clock that the request met.
fn dated(mut answer: Response<Body>, skew: Skew) -> Response<Body> {
    let now = chrono::Utc::now() + chrono::Duration::seconds(skew.0);
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}
