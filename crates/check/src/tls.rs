//! TLS as this program does it, and whose certificate it was that is not trusted.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// Whom to believe, and who one is oneself.
#[derive(Default)]
pub(crate) struct Trust {
    /// Any certificate is taken: the credential itself says so.
    pub skip: bool,
    /// Authorities beside the system's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// Whether those are all, and the system's are none.
    pub only: bool,
    /// The name that the certificate has, when it is not the address's.
    pub name: Option<ServerName<'static>>,
    /// A client certificate and its key.
    pub identity: Option<CertifiedKey>,
}

/// A client certificate with its key, whose bytes stay the caller's, who wipes them. Nothing, when the two cannot be used
/// or do not belong together.
pub(crate) fn identity(chain: Vec<CertificateDer<'static>>, key: &[u8]) -> Option<CertifiedKey> {
    let key = crypto::ring::sign::any_supported_type(&PrivateKeyDer::try_from(key).ok()?).ok()?;
    let identity = CertifiedKey::new(chain, key);
    identity.keys_match().ok().map(|()| identity)
}

/// Why TLS cannot be set up at all, as a sentence.
pub(crate) struct NoTls(pub(crate) String);

/// The configuration for that trust.
pub(crate) fn config(trust: Trust) -> Result<ClientConfig, NoTls> {
    let provider = Arc::new(crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|_| NoTls("TLS could not be set up.".into()))?;
    let verifier: Arc<dyn ServerCertVerifier> = if trust.skip {
        Arc::new(Anyone(provider))
    } else if trust.only {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trust.authorities);
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let verifier =
            verifier.map_err(|_| NoTls("None of the authorities that were given can be used. Check them.".into()))?;
        Arc::new(Naming { verifier, name: trust.name })
    } else {
        let verifier = Verifier::new_with_extra_roots(trust.authorities, provider).map_err(|_| {
            NoTls("This machine has no list of trusted authorities. Install its package of CA certificates.".into())
        })?;
        Arc::new(Naming { verifier: Arc::new(verifier), name: trust.name })
    };
    let builder = versions.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match trust.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate that was not believed, and why.
#[derive(Debug)]
pub(crate) struct Distrust {
    pub why: CertificateError,
    /// Whose it says it is.
    pub subject: String,
    /// Who has signed it.
    pub issuer: String,
    /// Its fingerprint would tell two of a name apart; its end tells an old one.
    pub until: Option<DateTime<Utc>>,
}

impl std::fmt::Display for Distrust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.why)
    }
}

impl std::error::Error for Distrust {}

/// A verifier whose refusals name the certificate, and which may be told the name to look for.
#[derive(Debug)]
struct Naming {
    verifier: Arc<dyn ServerCertVerifier>,
    name: Option<ServerName<'static>>,
}

impl ServerCertVerifier for Naming {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let name = self.name.as_ref().unwrap_or(server_name);
        self.verifier.verify_server_cert(end_entity, intermediates, name, ocsp_response, now).map_err(|error| {
            match error {
                rustls::Error::InvalidCertificate(why) => {
                    let error = Arc::new(distrust(end_entity, why));
                    rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(error)))
                }
                other => other,
            }
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn distrust(certificate: &CertificateDer<'_>, why: CertificateError) -> Distrust {
    let read = Certificate::from_der(certificate).ok();
    let parts = read.as_ref().map(|certificate| &certificate.tbs_certificate);
    let until = parts.and_then(|parts| i64::try_from(parts.validity.not_after.to_unix_duration().as_secs()).ok());
    Distrust {
        why,
        subject: parts.map(|parts| parts.subject.to_string()).unwrap_or_default(),
        issuer: parts.map(|parts| parts.issuer.to_string()).unwrap_or_default(),
        until: until.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
    }
}

/// Takes any certificate, as a credential can ask for. That the other side has its key is still proved.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
