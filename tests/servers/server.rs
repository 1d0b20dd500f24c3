//! What the tests of every server share: a server that ends with its test, and credentials to try on it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use credenza_check::{Checker, Endpoint, Endpoints, Limits, Report, Suggestion, Verdict};
use credenza_model::{Input, KindId, SecretMap, Values};
use tempfile::TempDir;
use xtask::daemon::Daemon;
use xtask::wait_for;

/// How long a server may take until it answers, on a machine that is busy with others.
const START: Duration = Duration::from_secs(60);

/// No test takes this long, unless it hangs; the server of a hung one ends by itself.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// A running server. It and all that it started end when it is dropped.
pub(crate) struct Server {
    daemon: Daemon,
    name: String,
    dir: TempDir,
}

impl Server {
    /// Starts a server that keeps everything it writes in this folder.
    pub(crate) fn start(command: &Command, dir: TempDir) -> Self {
        let name = Path::new(command.get_program()).file_name().unwrap().to_string_lossy().into_owned();
        let daemon = Daemon::start(command, "", LIMIT, dir.path()).unwrap();
        Self { daemon, name, dir }
    }

    /// Waits until it says a line with this text.
    pub(crate) fn says(&mut self, text: &str) {
        loop {
            match self.daemon.line(START) {
                Ok(line) if line.contains(text) => return,
                Ok(_) => {}
                Err(error) => panic!("{error}\n{}", self.log()),
            }
        }
    }

    /// Waits until it answers a request for this path over plain HTTP, with any of these numbers.
    pub(crate) fn answers(&mut self, port: u16, path: &str, statuses: &[u16]) {
        let answered = wait_for(&self.name.clone(), START, || {
            assert!(self.daemon.is_alive(), "{} has ended:\n{}", self.name, self.log());
            status(port, path).filter(|status| statuses.contains(status))
        });
        assert!(answered.is_ok(), "{} does not answer:\n{}", self.name, self.log());
    }

    /// What it has said on standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join(format!("{}.log", self.name))).unwrap_or_default()
    }
}

fn status(port: u16, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head).ok()?.split(' ').nth(1)?.parse().ok()
}

/// Where `cargo xtask` has installed a server.
pub(crate) fn place(name: &str) -> PathBuf {
    let variable = format!("CREDENZA_SERVER_{}", name.to_uppercase());
    let place = std::env::var_os(&variable);
    PathBuf::from(place.unwrap_or_else(|| panic!("no {variable}: run `cargo xtask test --only servers`")))
}

/// Ports on which nobody listens, each another.
pub(crate) fn ports<const N: usize>() -> [u16; N] {
    // Held until all are there, so that no two are one.
    let held: Vec<_> = (0..N).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    std::array::from_fn(|nth| held[nth].local_addr().unwrap().port())
}

/// A client to fill a server with.
pub(crate) fn client() -> reqwest::Client {
    // Another test may have been first, with the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A checker that asks these addresses instead of the public ones.
pub(crate) fn checker(endpoints: &[(Endpoint, &str)]) -> Checker {
    let mut set = Endpoints::default();
    for (endpoint, address) in endpoints {
        set.set(*endpoint, address).unwrap();
    }
    Checker::new(set, Limits::default())
}

/// The kind's sample with other values; an empty value clears.
pub(crate) fn credential(kind: KindId, changes: &[(&str, &str)]) -> (Values, SecretMap) {
    let kind = kind.kind();
    let mut input = Input::default();
    for (field, value) in kind.sample.iter().chain(changes) {
        input.set(*field, (*value).to_owned());
    }
    let reading = kind.read(input);
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals);
    let mut values = Values::default();
    reading.changes.clone().apply(&mut values);
    (values, reading.secrets)
}

/// Checks the kind's sample with other values.
pub(crate) async fn check(checker: &Checker, kind: KindId, changes: &[(&str, &str)]) -> Report {
    let (values, secrets) = credential(kind, changes);
    let report = checker.check(kind, &values, &secrets).await;
    let shown = format!("{report:?}");
    for (field, secret) in secrets.iter() {
        assert!(!shown.contains(secret.expose()), "the report shows {field}: {shown}");
    }
    report
}

/// Checks, and asserts what it comes to.
pub(crate) async fn expect(
    checker: &Checker,
    kind: KindId,
    changes: &[(&str, &str)],
    verdict: Verdict,
    field: Option<&str>,
) -> Report {
    let report = check(checker, kind, changes).await;
    assert_eq!((report.verdict, report.field), (verdict, field), "{changes:?}: {report:?}");
    report
}

/// What can go into a field, as values.
pub(crate) async fn values(checker: &Checker, kind: KindId, field: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let (values, secrets) = credential(kind, changes);
    let found: Vec<Suggestion> = checker.discover(kind, field, &values, &secrets).await.unwrap();
    found.into_iter().map(|one| one.value).collect()
}
