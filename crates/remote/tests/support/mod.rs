//! A server that says whatever a test wants, over a bare socket: what a well-made one would not send can be sent too.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::future::{self, Future};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credenza_model::{Secret, SecretMap};
use credenza_remote::{Account, Host, Limits, SessionKeeper};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// A number of the query.
    pub fn number(&self, name: &str) -> Option<usize> {
        let query = self.target.split_once('?')?.1;
        query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?.parse().ok()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the server does with a request.
pub enum Act {
    /// Sends these bytes and ends the connection.
    Send(Vec<u8>),
    /// Sends these bytes and never anything more.
    Hang(Vec<u8>),
    /// Sends these bytes again and again, for as long as the other side takes them.
    Repeat(Vec<u8>, Vec<u8>),
    /// Ends the connection without a word.
    Close,
    /// Waits for something, then does the next.
    After(Pin<Box<dyn Future<Output = ()> + Send>>, Box<Act>),
}

/// An answer with a body.
pub fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Act {
    let body = body.as_ref();
    let mut bytes =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    Act::Send(bytes)
}

/// An answer in JSON.
pub fn json(status: u16, body: impl AsRef<[u8]>) -> Act {
    answer(status, "Content-Type: application/json\r\n", body)
}

/// A page of a list in the later generation's form.
pub fn page(rows: &[String], total: usize, more: bool) -> Act {
    json(200, format!(r#"{{"data": [{}], "totalCount": {total}, "hasMore": {more}}}"#, rows.join(",")))
}

/// A backup row.
pub fn row(id: usize) -> String {
    format!(r#"{{"id": {id}, "s3Name": "row {id}", "organizationId": 1, "s3Region": "eu"}}"#)
}

/// The server.
pub struct Stub {
    pub address: SocketAddr,
    pub requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    pub async fn start(act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let act = Arc::new(act);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, act) = (seen.clone(), act.clone());
                tokio::spawn(async move {
                    let Some(request) = read(&mut stream).await else { return };
                    seen.lock().unwrap().push(request.clone());
                    let act = act(&request);
                    perform(act, stream).await;
                });
            }
        });
        Self { address, requests }
    }

    pub fn host(&self) -> Host {
        Host::parse(&format!("http://{}", self.address), None).unwrap()
    }

    /// An account with a session that is never due.
    pub fn account(&self) -> Account {
        self.account_within(&limits())
    }

    pub fn account_within(&self, limits: &Limits) -> Account {
        let session = session(&[("token", TOKEN), ("refreshToken", REFRESH)]);
        Account::resume_within(limits, &self.host(), session, Arc::new(Forget)).unwrap()
    }

    pub fn seen(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|request| request.path() == path).count()
    }
}

async fn perform(act: Act, mut stream: TcpStream) {
    // The other side goes away in some tests; that is not this side's business.
    let mut act = act;
    loop {
        match act {
            Act::Send(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::Hang(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return future::pending().await;
            }
            Act::Repeat(head, again) => {
                let _ = stream.write_all(&head).await;
                while stream.write_all(&again).await.is_ok() {}
                return;
            }
            Act::Close => return,
            Act::After(wait, next) => {
                wait.await;
                act = *next;
            }
        }
    }
}

/// Reads one request with its body.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&chunk[..count]);
    }
    Some(Request { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

pub const TOKEN: &str = "canary-token";
pub const REFRESH: &str = "canary-refresh";

/// Bounds for tests: no waiting between attempts, and far more time than anything here takes.
pub fn limits() -> Limits {
    Limits { pause: Duration::from_millis(1), ..Limits::default() }
}

/// Bounds for a server that does not answer.
pub fn impatient() -> Limits {
    let short = Duration::from_millis(150);
    Limits { read: short, write: short, attempts: 1, ..limits() }
}

pub fn session(pairs: &[(&str, &str)]) -> SecretMap {
    let mut session = SecretMap::default();
    for (name, value) in pairs {
        session.insert(*name, Secret::new((*value).to_owned()));
    }
    session
}

/// A token that says when it ends.
pub fn jwt(name: &str, iat: i64, exp: i64) -> String {
    format!("{name}.{}.sig", URL_SAFE_NO_PAD.encode(format!(r#"{{"iat": {iat}, "exp": {exp}}}"#)))
}

/// Keeps nothing.
pub struct Forget;

impl SessionKeeper for Forget {
    fn keep(&self, _: &SecretMap) {}
}

/// Keeps every session it is told of, as pairs.
#[derive(Default)]
pub struct Kept(pub Mutex<Vec<Vec<(String, String)>>>);

impl SessionKeeper for Kept {
    fn keep(&self, session: &SecretMap) {
        let pairs = session.iter().map(|(name, secret)| (name.to_owned(), secret.expose().to_owned())).collect();
        self.0.lock().unwrap().push(pairs);
    }
}
