//! A double of Prometheus with basic authentication, as its HTTP API is documented: for what only needs something to check
//! against. The probe itself is tested against the real one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One server on a port of its own, until the process ends.
pub struct Prometheus {
    /// Its address, without a slash at the end.
    pub url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    requests: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    /// After how many requests nothing is answered any more.
    closed: Mutex<Option<usize>>,
    opened: Condvar,
}

impl Prometheus {
    /// One that lets this pair in and nobody else.
    pub fn start(user: &str, password: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::<State>::default();
        let pair = format!("basic {}", STANDARD.encode(format!("{user}:{password}")));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pair, state) = (pair.clone(), Arc::clone(&shared));
                thread::spawn(move || serve(stream, &pair, &state));
            }
        });
        Self { url, state }
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// The most that were under way at the same time.
    pub fn most_at_once(&self) -> usize {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// The same as a question that can be asked elsewhere.
    pub fn watch(&self) -> impl Fn() -> usize + Send + 'static {
        let state = Arc::clone(&self.state);
        move || state.requests.load(Ordering::SeqCst)
    }

    /// Answers nothing until it is opened again.
    pub fn close(&self) {
        self.close_after(0);
    }

    /// Answers so many requests, counted from the first, and then nothing until it is opened again.
    pub fn close_after(&self, requests: usize) {
        *self.state.closed.lock().expect("a lock") = Some(requests);
    }

    /// Answers what has come and what comes.
    pub fn open(&self) {
        *self.state.closed.lock().expect("a lock") = None;
        self.state.opened.notify_all();
    }
}

fn serve(stream: TcpStream, pair: &str, state: &State) {
    let Ok(mut out) = stream.try_clone() else { return };
    let mut lines = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if lines.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let (mut proved, mut length) = (false, 0);
        loop {
            let mut header = String::new();
            if lines.read_line(&mut header).unwrap_or(0) == 0 {
                return;
            }
            let header = header.trim();
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').unwrap_or((header, ""));
            match name.to_ascii_lowercase().as_str() {
                // The word is taken in any case, the pair is not.
                "authorization" => proved = value.trim().replacen("Basic ", "basic ", 1) == pair,
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        if lines.read_exact(&mut body).is_err() {
            return;
        }
        let number = state.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let now = state.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_at_once.fetch_max(now, Ordering::SeqCst);
        let closed = state.closed.lock().expect("a lock");
        drop(state.opened.wait_while(closed, |closed| closed.is_some_and(|after| number > after)).expect("a lock"));
        let (status, kind, answer) = match request.split(' ').nth(1).unwrap_or_default() {
            _ if !proved => ("401 Unauthorized", "text/plain", "Unauthorized\n"),
            path if path.starts_with("/api/v1/query?") => (
                "200 OK",
                "application/json",
                r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}"#,
            ),
            "/api/v1/status/buildinfo" => {
                ("200 OK", "application/json", r#"{"status":"success","data":{"version":"2.42.0"}}"#)
            }
            _ => ("404 Not Found", "text/plain", "404 page not found\n"),
        };
        state.at_once.fetch_sub(1, Ordering::SeqCst);
        let challenge = if proved { "" } else { "WWW-Authenticate: Basic\r\n" };
        let length = answer.len();
        // In one piece: in two, the second waits for the first to be acknowledged.
        let reply =
            format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{challenge}Content-Length: {length}\r\n\r\n{answer}");
        if out.write_all(reply.as_bytes()).is_err() {
            return;
        }
    }
}
