//! Certificates that are good, and those that are not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use credenza_taikun::{Options, Taikun, Tls};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};

/// The status line that a client gets which trusts what the server says to trust.
fn status(tls: Tls) -> std::io::Result<String> {
    let taikun = Taikun::start(Options { tls, ..Options::default() }).unwrap();
    let address = taikun.address();
    let port = address.strip_prefix("https://localhost:").unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(taikun.authority_pem().unwrap().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(format!("127.0.0.1:{port}"))?);
    stream.write_all(b"GET /api/v1/users/userinfo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn only_the_good_certificate_is_accepted() {
    assert_eq!(status(Tls::Good).unwrap(), "HTTP/1.1 401");
    for (tls, word) in [(Tls::Expired, "Expired"), (Tls::WrongHost, "NotValidForName"), (Tls::Untrusted, "")] {
        let error = status(tls).unwrap_err();
        assert!(error.to_string().contains("invalid peer certificate"), "{tls:?}: {error}");
        assert!(format!("{error:?}").contains(word), "{tls:?}: {error:?}");
    }
}
