//! The server's stream of events, of which only the next one matters.

use reqwest::header::CONTENT_TYPE;

use crate::link::Ask;
use crate::refusal::nonsense;
use crate::{Account, Outcome, RemoteError, trouble};

impl Account {
    /// Waits for the server's next event, whatever it says: a reason to look. An error when it offers none or the stream ends.
    ///
    /// # Errors
    /// [`RemoteError::NotFound`] when the server has no events.
    pub async fn nudge(&self) -> Result<(), RemoteError> {
        let mut ask = Ask::get("/api/v1/sse/notifications");
        ask.accept = "text/event-stream";
        let mut response = self.session.open(&self.link, &ask).await.map_err(|trouble| trouble.error)?;
        let status = response.status();
        if matches!(status.as_u16(), 404..=406 | 501) {
            return Err(none());
        }
        if !status.is_success() {
            let reply = self.link.take(&ask, response).await.map_err(|trouble| trouble.error)?;
            return Err(self.refused(&ask, &reply));
        }
        let mime = response.headers().get(CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).unwrap_or_default();
        if !mime.trim_start().to_ascii_lowercase().starts_with("text/event-stream") {
            return Err(none());
        }
        let mut line = Line::default();
        // There is no end to wait for: whoever waits goes away when it has waited enough.
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|error| trouble::of(&error, &self.link.host, Outcome::None).error)?;
            let Some(chunk) = chunk else {
                let sentence = format!("The host {} ended the stream of events. Try again later.", self.link.host);
                return Err(RemoteError::Unreachable { sentence, outcome: Outcome::None });
            };
            if line.take(&chunk) {
                return Ok(());
            }
            if line.length > self.link.limits.line_bytes {
                return Err(nonsense(&self.link.host, "sends an event larger than any of Taikun's"));
            }
        }
    }
}

fn none() -> RemoteError {
    RemoteError::NotFound("This account tells nothing of its changes; they are looked for from time to time.".into())
}

/// The line that is coming in: only its beginning is kept, for it says what the line is.
#[derive(Default)]
struct Line {
    begin: Vec<u8>,
    length: usize,
}

impl Line {
    /// Takes in what came, and says whether an event has begun. Comments, which keep the stream alive, are none.
    fn take(&mut self, chunk: &[u8]) -> bool {
        for byte in chunk {
            if matches!(byte, b'\n' | b'\r') {
                *self = Self::default();
                continue;
            }
            self.length += 1;
            if self.begin.len() < 6 {
                self.begin.push(*byte);
            }
            if self.begin.starts_with(b"data:") || self.begin.starts_with(b"event:") {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_event_is_one() {
        for (chunks, event) in [
            (&[&b": ping\n\n"[..], b":\n"][..], false),
            (&[b"retry: 5\nid: 7\n"], false),
            (&[b"xdata: 1\n"], false),
            (&[b"da", b"ta: 1"], true),
            (&[b": data: 1\r\n", b"event: changed\n"], true),
        ] {
            let mut line = Line::default();
            assert_eq!(chunks.iter().any(|chunk| line.take(chunk)), event, "{chunks:?}");
        }
    }
}
