//! Nothing is said to a host before it has shown who it is.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::{Arc, Mutex};

use credenza_model::Secret;
use credenza_remote::{Account, Host, Outcome, RemoteError, SignIn};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use support::{Forget, limits, read};

/// An authority of one's own.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for a name, which answers every sign-in. What arrives inside of TLS is recorded.
async fn server(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    until: i32,
) -> (u16, Arc<Mutex<Vec<String>>>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 2, 3);
    let certificate: CertificateDer<'static> = params.signed_by(&key, authority).unwrap().der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let seen = arrived.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let Some(request) = read(&mut stream).await else { continue };
            seen.lock().unwrap().push(format!("{request:?}"));
            let body = r#"{"token": "t"}"#;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, arrived)
}

async fn sign_in(host: &Host) -> Result<(), RemoteError> {
    let sign_in = SignIn::Password {
        account: None,
        email: "ann@example.com".into(),
        password: Secret::new("canary-password".into()),
        second: None,
    };
    Account::sign_in_within(&limits(), host, &sign_in, Arc::new(Forget)).await.map(|_| ())
}

fn host(port: u16, authority: Option<&CertifiedIssuer<'static, KeyPair>>) -> Host {
    let pem = authority.map(|authority| authority.pem());
    Host::parse(&format!("localhost:{port}"), pem.as_deref().map(str::as_bytes)).unwrap()
}

fn assert_unreachable(error: &RemoteError, words: &str) {
    let RemoteError::Unreachable { sentence, outcome: Outcome::None } = error else { panic!("{error:?}") };
    assert!(sentence.contains(words), "{sentence}");
}

#[tokio::test]
async fn an_authority_that_came_with_the_account_is_trusted() {
    let authority = authority("ours");
    let (port, arrived) = server(&authority, "localhost", 2090).await;
    sign_in(&host(port, Some(&authority))).await.unwrap();
    assert!(arrived.lock().unwrap()[0].contains("canary-password"), "the test sees what arrives");
}

#[tokio::test]
async fn a_host_that_cannot_show_who_it_is_is_told_nothing() {
    // An authority can be called as ours is; its key is another.
    let (ours, theirs, namesake) = (authority("ours"), authority("theirs"), authority("ours"));
    for (name, until, trusted, words) in [
        ("localhost", 2090, None, "is not trusted"),
        ("localhost", 2090, Some(&theirs), "is not trusted"),
        ("localhost", 2090, Some(&namesake), "is not trusted"),
        ("other.example.com", 2090, Some(&ours), "is for another host (other.example.com)"),
        ("localhost", 2021, Some(&ours), "has expired since 2021-02-03"),
    ] {
        let (port, arrived) = server(&ours, name, until).await;
        assert_unreachable(&sign_in(&host(port, trusted)).await.unwrap_err(), words);
        assert!(arrived.lock().unwrap().is_empty(), "{words}");
    }
}

#[tokio::test]
async fn only_a_greeting_is_sent_before_tls_stands() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let recorded = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 65536];
        let count = stream.read(&mut bytes).await.unwrap();
        bytes.truncate(count);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        // Whatever else comes until the other side goes away.
        let _ = stream.read_to_end(&mut bytes).await;
        bytes
    });
    let authority = authority("ours");
    let error = sign_in(&host(port, Some(&authority))).await.unwrap_err();
    assert_unreachable(&error, "does not speak TLS");
    let bytes = recorded.await.unwrap();
    // A handshake record with a ClientHello, and at most an alert behind it.
    assert_eq!((bytes[0], bytes[5]), (22, 1));
    let length = usize::from(u16::from_be_bytes([bytes[3], bytes[4]])) + 5;
    assert!(bytes.len() == length || bytes[length] == 21, "{} bytes behind the greeting", bytes.len() - length);
    assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
}

#[tokio::test]
async fn a_name_that_is_none_is_not_found() {
    let host = Host::parse("no-such-host.invalid", Some(authority("ours").pem().as_bytes())).unwrap();
    assert_unreachable(&sign_in(&host).await.unwrap_err(), "was not found. Check the address.");
}
