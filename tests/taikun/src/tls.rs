//! Certificates, made when the server starts, good and bad ones.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::Tls;

/// Speaks TLS, and the certificate of the authority to trust in PEM.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) authority: String,
}

/// Makes what the options ask for.
pub(crate) fn identity(tls: Tls) -> io::Result<Option<Identity>> {
    if tls == Tls::None {
        return Ok(None);
    }
    make(tls).map(Some).map_err(|error| io::Error::other(error.to_string()))
}

fn make(tls: Tls) -> Result<Identity, Box<dyn std::error::Error>> {
    let (told, signing) = (authority()?, authority()?);
    let names = if tls == Tls::WrongHost { vec!["elsewhere.example".to_owned()] } else { own_names() };
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "Taikun stand-in");
    if tls == Tls::Expired {
        server.not_before = date_time_ymd(2019, 1, 1);
        server.not_after = date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate()?;
    let signer = if tls == Tls::Untrusted { &signing.1 } else { &told.1 };
    let certificate = server.signed_by(&key, signer)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), authority: told.0 })
}

fn own_names() -> Vec<String> {
    vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
}

/// An authority: its certificate in PEM, and what signs in its name.
fn authority() -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Taikun stand-in authority");
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}
