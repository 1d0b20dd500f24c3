//! Every kind against what can be at an address instead of its provider. What could not be reached is never told as wrong.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use credenza_check::{Checker, Endpoint, Endpoints, Limits, Report, Verdict};
use credenza_model::{KindId, SecretMap, Value, Values};
use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What is there instead.
#[derive(Clone, Copy)]
enum Does {
    /// Takes everything and says nothing.
    Silent,
    /// Says what it is told.
    Echoes,
    /// Gives this answer to every request.
    Answers(&'static str),
    /// Gives this answer and never ends it.
    Endless(&'static str),
}

/// Somebody at an address, and how often they were asked.
struct Somebody {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Somebody {
    /// With TLS, or without it.
    async fn new(does: Does, tls: Option<&tls::Identity>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let (seen, acceptor) = (asked.clone(), tls.map(tls::acceptor));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, does, acceptor.clone()));
            }
        });
        let scheme = if tls.is_some() { "https" } else { "http" };
        Self { address: format!("{scheme}://localhost:{port}"), asked }
    }
}

async fn serve(stream: tokio::net::TcpStream, does: Does, acceptor: Option<TlsAcceptor>) {
    match acceptor {
        None => play(stream, does).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                play(stream, does).await;
            }
        }
    }
}

async fn play<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, does: Does) {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        match does {
            Does::Silent => continue,
            Does::Echoes => drop(stream.write_all(&chunk[..count]).await),
            Does::Answers(_) | Does::Endless(_) => head.extend_from_slice(&chunk[..count]),
        }
        // The body of a request is let go by: no answer here depends on it.
        if !head.windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        match does {
            Does::Answers(answer) => {
                head.clear();
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            Does::Endless(start) => {
                let _ = stream.write_all(start.as_bytes()).await;
                let filling = format!("4000\r\n{}\r\n", "[".repeat(0x4000));
                while stream.write_all(filling.as_bytes()).await.is_ok() {}
                return;
            }
            Does::Silent | Does::Echoes => {}
        }
    }
}

/// The certificates of a place with TLS, for the one kind that takes no other.
struct Secure {
    authority: tls::Authority,
    identity: tls::Identity,
}

impl Secure {
    fn new() -> Self {
        let authority = tls::Authority::new("kubernetes");
        let identity = authority.identity("localhost", tls::NOW);
        Self { authority, identity }
    }
}

/// The sample of a kind with an address instead of its provider's.
fn aimed(kind: KindId, address: &str, secure: &Secure, endpoints: &mut Endpoints) -> (Values, SecretMap) {
    let mut public = |all: &[Endpoint]| {
        for endpoint in all {
            endpoints.set(*endpoint, address).unwrap();
        }
    };
    let changes = match kind {
        KindId::Aws => {
            public(&[Endpoint::AwsSts, Endpoint::AwsEc2, Endpoint::AwsEfs]);
            vec![]
        }
        KindId::Azure => {
            public(&[Endpoint::AzureLogin, Endpoint::AzureManagement]);
            vec![]
        }
        KindId::Gcp => {
            public(&[Endpoint::GoogleToken, Endpoint::GoogleProjects, Endpoint::GoogleIam, Endpoint::GoogleCompute]);
            vec![]
        }
        KindId::Openshift => vec![("kubeConfig", kubeconfig(address, secure))],
        KindId::Openstack => vec![("openStackUrl", address.to_owned())],
        KindId::Zededa => vec![("apiUrl", address.to_owned())],
        KindId::Zadara => vec![("zadaraUrl", address.to_owned())],
        KindId::Backup => vec![("s3Endpoint", address.to_owned())],
        KindId::Billing => vec![("prometheusUrl", address.to_owned())],
        KindId::Tanzu | KindId::Proxmox | KindId::Vsphere | KindId::Showback | KindId::Ai => {
            vec![("url", address.to_owned())]
        }
    };
    let changes: Vec<(&str, &str)> = changes.iter().map(|(field, value)| (*field, value.as_str())).collect();
    support::credential(kind, &changes)
}

fn kubeconfig(address: &str, secure: &Secure) -> String {
    json!({"apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": address.replace("http://", "https://"),
            "certificate-authority-data": STANDARD.encode(secure.authority.pem())}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "robot"}}],
        "users": [{"name": "robot", "user": {"token": "sha256~Canary-admin-token-0123456789abcdef"}}]})
    .to_string()
}

const SHORT: Limits = Limits {
    connect: Duration::from_millis(500),
    request: Duration::from_millis(700),
    whole: Duration::from_secs(5),
    body_bytes: 64 * 1024,
    per_host: 2,
};

const LONG: Limits = Limits { connect: Duration::from_secs(5), request: Duration::from_secs(10), ..SHORT };

/// Has each kind checked at its address, all at the same time, and looks at each report.
async fn each(
    limits: Limits,
    secure: &Secure,
    address: impl AsyncFn(KindId) -> String,
    judge: impl Fn(KindId, &Report),
) {
    let (mut endpoints, mut credentials) = (Endpoints::default(), Vec::new());
    for kind in KindId::ALL {
        credentials.push((*kind, aimed(*kind, &address(*kind).await, secure, &mut endpoints)));
    }
    let checker = Checker::new(endpoints, limits);
    let reports = join_all(credentials.iter().map(async |(kind, (values, secrets))| {
        let started = Instant::now();
        let report = checker.check(*kind, values, secrets).await;
        assert!(started.elapsed() < Duration::from_secs(10), "{kind:?} waits beyond its bounds");
        let shown = format!("{report:?}");
        for (field, secret) in secrets.iter() {
            assert!(!shown.contains(secret.expose()), "{kind:?} shows {field}: {shown}");
        }
        assert!(!shown.contains("Canary"), "{shown}");
        assert!(report.message.ends_with('.') && !report.verdict.is_refusal(), "{kind:?}: {report:?}");
        (*kind, report)
    }))
    .await;
    assert_eq!(reports.len(), 14, "every kind");
    for (kind, report) in &reports {
        judge(*kind, report);
    }
}

/// Has each kind checked where somebody does this; the one kind that takes no plain address finds TLS around it.
async fn each_where(limits: Limits, does: Does, judge: impl Fn(KindId, &Report)) {
    let secure = Secure::new();
    let address = async |kind| {
        let tls = (kind == KindId::Openshift).then_some(&secure.identity);
        Somebody::new(does, tls).await.address
    };
    each(limits, &secure, address, judge).await;
}

fn is(verdict: Verdict) -> impl Fn(KindId, &Report) {
    move |kind, report| assert_eq!(report.verdict, verdict, "{kind:?}: {report:?}")
}

#[tokio::test]
async fn nobody_listens() {
    // A port that was just free, and is so again.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    each(LONG, &Secure::new(), async |_| format!("http://127.0.0.1:{port}"), is(Verdict::Refused)).await;
}

#[tokio::test]
async fn the_host_has_no_address() {
    each(LONG, &Secure::new(), async |_| "https://nosuch.invalid".to_owned(), is(Verdict::HostNotFound)).await;
}

#[tokio::test]
async fn somebody_says_nothing() {
    each_where(SHORT, Does::Silent, is(Verdict::TimedOut)).await;
    // Not even TLS comes about.
    let secure = Secure::new();
    let silent = Somebody::new(Does::Silent, None).await.address;
    each(SHORT, &secure, async |_| silent.replace("http://", "https://"), is(Verdict::TimedOut)).await;
}

#[tokio::test]
async fn somebody_says_what_they_are_told() {
    each_where(LONG, Does::Echoes, is(Verdict::WrongServer)).await;
    let secure = Secure::new();
    let echo = Somebody::new(Does::Echoes, None).await.address;
    each(LONG, &secure, async |_| echo.replace("http://", "https://"), is(Verdict::WrongServer)).await;
}

#[tokio::test]
async fn a_web_page_is_no_provider() {
    let page =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 36\r\n\r\n<!doctype html><title>Hello</title>\n";
    each_where(LONG, Does::Answers(page), is(Verdict::WrongServer)).await;
    let denied =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 28\r\n\r\n<html>Blocked by proxy</html>";
    let denied = denied.replace("28", "29");
    each_where(LONG, Does::Answers(denied.leak()), is(Verdict::WrongServer)).await;
}

#[tokio::test]
async fn nobody_is_asked_to_whom_an_answer_leads() {
    let other = Somebody::new(Does::Answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), None).await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let answer = format!("HTTP/1.1 {status}\r\nLocation: {}/there\r\nContent-Length: 0\r\n\r\n", other.address);
        each_where(LONG, Does::Answers(answer.leak()), is(Verdict::WrongServer)).await;
    }
    assert_eq!(other.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_provider_that_fails_says_nothing_of_the_credential() {
    for status in ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>");
        each_where(LONG, Does::Answers(answer.leak()), is(Verdict::ProviderFailed)).await;
    }
}

#[tokio::test]
async fn whoever_was_asked_too_often_says_for_how_long() {
    let answer = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 37\r\nContent-Length: 0\r\n\r\n";
    each_where(LONG, Does::Answers(answer), |kind, report| {
        is(Verdict::RateLimited)(kind, report);
        assert!(report.message.contains("in 37 seconds"), "{kind:?}: {report:?}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_never_ends_is_left() {
    for kind in ["application/json", "text/xml"] {
        let start = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n");
        each_where(LONG, Does::Endless(start.leak()), is(Verdict::WrongServer)).await;
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{";
    each_where(SHORT, Does::Answers(answer), is(Verdict::TimedOut)).await;
    let garbage = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n\x00{[\"";
    each_where(LONG, Does::Answers(garbage), is(Verdict::WrongServer)).await;
}

#[tokio::test]
async fn a_list_is_no_list_where_somebody_else_is() {
    let secure = Secure::new();
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    let failed = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n";
    let mut held = HashMap::new();
    for (answer, verdict) in [(page, Verdict::WrongServer), (failed, Verdict::ProviderFailed)] {
        let (mut endpoints, mut credentials) = (Endpoints::default(), Vec::new());
        for kind in KindId::ALL {
            let tls = (*kind == KindId::Openshift).then_some(&secure.identity);
            let address = Somebody::new(Does::Answers(answer), tls).await.address;
            let (mut values, secrets) = aimed(*kind, &address, &secure, &mut endpoints);
            // What one list needs of the form is filled for all of them.
            for (field, value) in [
                ("existingVirtualNetworkResourceGroupName", "hub"),
                ("existingVirtualNetworkName", "net"),
                ("importedVpcName", "net"),
            ] {
                values.set(field, Value::Text(value.to_owned()));
            }
            if *kind == KindId::Tanzu {
                values.set("port", Value::Int(address.rsplit(':').next().unwrap().parse().unwrap()));
            }
            credentials.extend(Checker::discovered(*kind).iter().map(|field| (*kind, *field, values.clone())));
            held.insert(*kind, secrets);
        }
        assert!(credentials.len() > 30, "{}", credentials.len());
        let checker = Checker::new(endpoints, LONG);
        for (kind, field, values) in credentials {
            let report = checker.discover(kind, field, &values, &held[&kind]).await.unwrap_err();
            assert_eq!(report.verdict, verdict, "{kind:?} {field}: {report:?}");
        }
    }
}
