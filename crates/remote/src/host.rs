//! Where an account lives: an address, and whom to trust there.

use std::net::IpAddr;

use reqwest::Url;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The largest CA file, in bytes. The list of all public authorities has a quarter of that.
const AUTHORITIES_BYTES: usize = 1024 * 1024;

/// The host of an account: `https` always, but for this machine's own loopback addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// `https://api.example.com`, without a path.
    base: String,
    /// Certificates in PEM, trusted beside the system's.
    authorities: Option<Vec<u8>>,
}

/// Why a text is no host, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

impl Host {
    /// Reads what a person types: `api.example.com`, `host:8443`, `https://host/`. `authorities` is the content of a CA file.
    ///
    /// What people copy along is forgiven: a slash at the end, and the API's own paths (`/api/v1`, `/swagger/…`).
    ///
    /// # Errors
    /// [`HostError`] with the next step: no host, a path, user or password in it, plain http to another machine, a file without certificates.
    pub fn parse(typed: &str, authorities: Option<&[u8]>) -> Result<Self, HostError> {
        let base = base(typed.trim())?;
        let authorities = authorities.map(|pem| certificates(pem).map(|_| pem.to_vec())).transpose()?;
        Ok(Self { base, authorities })
    }

    /// The address: scheme, host and port.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The CA file's content, to be stored with the account.
    pub fn authorities(&self) -> Option<&[u8]> {
        self.authorities.as_deref()
    }

    /// Host and port, as sentences name it.
    pub(crate) fn name(&self) -> &str {
        self.base.split_once("://").map_or(&self.base, |(_, name)| name)
    }

    /// Whether it is this machine itself, which no proxy reaches.
    pub(crate) fn is_loopback(&self) -> bool {
        Url::parse(&self.base).is_ok_and(|url| is_loopback(&url))
    }
}

/// Reads the address alone.
fn base(typed: &str) -> Result<String, HostError> {
    let refuse = |sentence: &str| Err(HostError(sentence.to_owned()));
    if typed.is_empty() {
        return refuse("Host is required, such as api.taikun.cloud.");
    }
    let with_scheme =
        if typed.contains("://") { typed.to_owned() } else { format!("https://{}", typed.trim_start_matches('/')) };
    let Ok(url) = Url::parse(&with_scheme) else {
        return refuse("This is no host. It has the form api.taikun.cloud or host:8443.");
    };
    if !matches!(url.scheme(), "https" | "http") {
        return refuse("The host is reached over https; leave out what stands before ://.");
    }
    if !url.username().is_empty() || url.password().is_some() || typed.contains('@') {
        return refuse(
            "A user or a password does not belong into the host. Take it out; both are asked for separately.",
        );
    }
    let Some(name) = url.host_str().filter(|name| !name.is_empty()) else {
        return refuse("This is no host. It has the form api.taikun.cloud or host:8443.");
    };
    if url.query().is_some() || url.fragment().is_some() || !is_forgiven(url.path()) {
        return refuse("Only the host is needed, without a path: what comes after it is known here.");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return refuse(
            "Over plain http everyone on the way reads along. Give the host with https, or without a scheme.",
        );
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{}://{}{port}", url.scheme(), name.trim_end_matches('.')))
}

/// The paths that are the API's own, which say nothing of another place.
fn is_forgiven(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.is_empty()
        || path == "/api"
        || ["/api/v1", "/swagger", "/showback"]
            .iter()
            .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// 127.0.0.0/8, ::1 and localhost.
fn is_loopback(url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default().trim_end_matches('.');
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The certificates of a CA file, of which there is at least one.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, HostError> {
    if pem.len() > AUTHORITIES_BYTES {
        return Err(HostError("The CA file is larger than 1 MB. Give the one certificate that the host needs.".into()));
    }
    let broken = || HostError("The CA file holds a certificate that cannot be read. Export it again, as PEM.".into());
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| broken())?;
    if found.is_empty() {
        return Err(HostError(
            "The CA file holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.".into(),
        ));
    }
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store.add(certificate.clone()).map_err(|_| broken())?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_one_form() {
        for (typed, base) in [
            ("api.example.com", "https://api.example.com"),
            (" API.Example.com/ ", "https://api.example.com"),
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com:443/", "https://api.example.com"),
            ("host:8443", "https://host:8443"),
            ("https://api.example.com/api/v1/", "https://api.example.com"),
            ("api.example.com/swagger/index.html", "https://api.example.com"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("http://127.8.9.1:5000/", "http://127.8.9.1:5000"),
            ("http://localhost:5000", "http://localhost:5000"),
            ("http://[::1]:5000", "http://[::1]:5000"),
            ("api.example.com.", "https://api.example.com"),
        ] {
            assert_eq!(Host::parse(typed, None).unwrap().base(), base, "{typed}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for typed in [
            "",
            "  ",
            "https://",
            "ftp://api.example.com",
            "http://api.example.com",
            "http://localhost.example.com",
            "http://128.0.0.1",
            "user@api.example.com",
            "https://user:password@api.example.com",
            "https://api.example.com@evil.example.com",
            "api.example.com/other",
            "api.example.com/api/v2",
            "api.example.com/?token=1",
            "api.example.com/#x",
            "two words",
        ] {
            assert!(Host::parse(typed, None).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_ca_file_has_certificates() {
        let key = rcgen::generate_simple_self_signed(vec!["ca.example.com".into()]).unwrap();
        let pem = key.cert.pem();
        let host = Host::parse("api.example.com", Some(pem.as_bytes())).unwrap();
        assert_eq!(host.authorities(), Some(pem.as_bytes()));
        let oversize = vec![b'\n'; AUTHORITIES_BYTES + 1];
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in [&b""[..], b"no pem", key.signing_key.serialize_pem().as_bytes(), broken, &oversize] {
            assert!(Host::parse("api.example.com", Some(pem)).is_err());
        }
    }
}
