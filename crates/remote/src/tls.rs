//! TLS as this program does it: rustls with ring, the system's authorities, and those that came with the account.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::Verifier;

use crate::host::certificates;
use crate::{Host, Limits, Outcome, RemoteError};

/// A client for one host.
///
/// It follows no redirect, so that no credential goes where nobody sent it, and keeps no cookie.
pub(crate) fn client(host: &Host, limits: &Limits) -> Result<reqwest::Client, RemoteError> {
    let mut builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(limits.connect)
        // Shorter than any server or balancer on the way keeps one: a write on a connection that the other side is just
        // closing would leave it open what became of it.
        .pool_idle_timeout(Duration::from_secs(20))
        .user_agent(concat!("credenza/", env!("CARGO_PKG_VERSION")));
    builder = builder.tls_backend_preconfigured(config(host)?);
    if host.is_loopback() {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|_| unusable("The connection to the account could not be set up."))
}

fn config(host: &Host) -> Result<ClientConfig, RemoteError> {
    let provider = Arc::new(ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|_| unusable("TLS could not be set up."))?;
    // Plain http, which only this machine's own addresses may have, needs no authority, not even where the system has none.
    if host.base().starts_with("http://") {
        return Ok(versions.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
    }
    let extra = match host.authorities() {
        Some(pem) => certificates(pem).map_err(|error| unusable(&error.0))?,
        None => Vec::new(),
    };
    let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(|_| {
        unusable("This machine has no list of trusted authorities. Install its package of CA certificates, or give a CA file with the account.")
    })?;
    let mut config = versions.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn unusable(sentence: &str) -> RemoteError {
    RemoteError::Unreachable { sentence: sentence.to_owned(), outcome: Outcome::None }
}
