//! The stream of events. What it sends is documented nowhere; a client takes any event as a reason to look.

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use crate::http::{Answer, Asked, Reply};
use crate::world::Person;

/// `GET sse/notifications`
pub(crate) fn events(asked: &Asked, _: &Person) -> Answer {
    let heartbeat = asked.world.options().heartbeat;
    let start = (asked.world.events(), true);
    let events = stream::unfold(start, move |(mut events, first)| async move {
        if first {
            return Some((Ok::<_, std::convert::Infallible>(Bytes::from_static(b": hello\n\n")), (events, false)));
        }
        let text = match tokio::time::timeout(heartbeat, events.recv()).await {
            Err(_) => ": still here\n\n".to_owned(),
            Ok(Ok(event)) => format!("event: message\ndata: {event}\n\n"),
            Ok(Err(RecvError::Lagged(_))) => "event: message\ndata: {}\n\n".to_owned(),
            Ok(Err(RecvError::Closed)) => return None,
        };
        Some((Ok(Bytes::from(text)), (events, false)))
    });
    Ok(Reply::Events(Body::from_stream(events)))
}
