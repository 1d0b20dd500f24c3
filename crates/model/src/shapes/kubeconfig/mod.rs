//! A kubeconfig: whether its current context can be used from another machine.

mod file;
mod reader;

use url::Url;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use self::file::{Cluster, Current, read, resolve};
pub use self::reader::{ClientCertificate, Kubeconfig};
use super::pem::{self, PrivateKey};
use super::{Leaf, jwt};
use crate::Facts;

/// How a file that stands on its own is made.
const FLATTEN: &str = "Make one that stands on its own with: kubectl config view --raw --flatten --minify";

/// The shape of "Kubeconfig File".
pub(crate) fn shape(text: &str) -> Result<(), String> {
    let current = resolve(read(text)?)?;
    server(&current.cluster)?;
    nothing_elsewhere(&current)?;
    credentials(&current)
}

/// What is legal but unusual.
pub(crate) fn warnings(text: &str) -> Vec<String> {
    let Ok(current) = read(text).and_then(resolve) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    if matches!(current.cluster.insecure_skip_tls_verify, Leaf::On) {
        warnings
            .push("Kubeconfig File does not check the cluster's certificate (insecure-skip-tls-verify).".to_owned());
    }
    if current.cluster.proxy_url.is_given() {
        warnings.push("Kubeconfig File reaches the cluster through a proxy, which others may not reach.".to_owned());
    }
    let user = &current.user;
    let password = user.username.text().is_some() && user.password.text().is_some();
    if password && user.token.text().is_none() && user.client_certificate_data.text().is_none() {
        warnings.push("Kubeconfig File has a user name and a password, which clusters no longer take.".to_owned());
    }
    if current.contexts > 1 {
        warnings
            .push(format!("Kubeconfig File has {} contexts, and keeps the keys of all. {FLATTEN}", current.contexts));
    }
    warnings
}

/// The current context's user, its cluster's host, and the certificate's or the token's end.
pub(crate) fn facts(text: &str) -> Facts {
    let Ok(current) = read(text).and_then(resolve) else {
        return Facts::default();
    };
    let host = current.cluster.server.text().and_then(|server| Url::parse(server).ok()?.host_str().map(str::to_owned));
    let mut facts = Facts {
        identity: super::fact(&current.user_name),
        project: host.and_then(|host| super::fact(&host)),
        ..Facts::default()
    };
    if let Some(chain) = current.user.client_certificate_data.text().and_then(certificates) {
        if let Some((der, leaf)) = chain.first() {
            let end = leaf.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
            facts.fingerprint = Some(sha256(der));
            facts.expiry = i64::try_from(end).ok().and_then(|end| chrono::DateTime::from_timestamp(end, 0));
        }
    } else if let Some(token) = current.user.token.text() {
        facts.expiry = jwt::expiry(token);
    }
    facts
}

fn server(cluster: &Cluster) -> Result<(), String> {
    let Some(url) = cluster.server.text().and_then(|server| Url::parse(server).ok()).filter(Url::has_host) else {
        return Err("The cluster in Kubeconfig File has no server address.".into());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The server address in Kubeconfig File holds a user or a password. Take it out.".into());
    }
    if url.scheme() != "https" {
        return Err("The server address in Kubeconfig File does not begin with https://.".into());
    }
    Ok(())
}

/// What stands outside the file is not there on another machine.
fn nothing_elsewhere(current: &Current) -> Result<(), String> {
    let Current { cluster, user, .. } = current;
    for (name, plugin) in [("exec", &user.exec), ("auth-provider", &user.auth_provider)] {
        if plugin.is_given() {
            return Err(format!(
                "The user in Kubeconfig File gets a key from a plugin ({name}), which only runs on your machine. \
                 Use one with a token or a client certificate."
            ));
        }
    }
    let files = [
        ("certificate-authority", &cluster.certificate_authority, &cluster.certificate_authority_data),
        ("client-certificate", &user.client_certificate, &user.client_certificate_data),
        ("client-key", &user.client_key, &user.client_key_data),
        ("tokenFile", &user.token_file, &user.token),
    ];
    for (name, path, data) in files {
        if path.text().is_some() && data.text().is_none() {
            return Err(format!("Kubeconfig File refers to a file on your machine ({name}). {FLATTEN}"));
        }
    }
    Ok(())
}

fn credentials(current: &Current) -> Result<(), String> {
    let Current { cluster, user, .. } = current;
    let unreadable = |name: &str| format!("The {name} in Kubeconfig File cannot be read: it is a PEM file in base64.");
    if cluster.certificate_authority_data.text().is_some_and(|data| certificates(data).is_none()) {
        return Err(unreadable("certificate-authority-data"));
    }
    let leaf = match user.client_certificate_data.text() {
        Some(data) => Some(certificates(data).ok_or_else(|| unreadable("client-certificate-data"))?),
        None => None,
    };
    let key = match user.client_key_data.text() {
        Some(data) => Some(private_key(data).ok_or_else(|| unreadable("client-key-data"))??),
        None => None,
    };
    match (&leaf, &key) {
        (Some(_), None) => {
            return Err("Kubeconfig File has a client certificate without its client-key-data.".into());
        }
        (None, Some(_)) => {
            return Err("Kubeconfig File has a client key without its client-certificate-data.".into());
        }
        (Some(chain), Some(PrivateKey::Rsa(modulus))) => {
            let public =
                chain.first().map(|(_, leaf)| &leaf.tbs_certificate.subject_public_key_info.subject_public_key);
            let public = public.and_then(|bits| pkcs1::RsaPublicKey::try_from(bits.raw_bytes()).ok());
            if public.is_some_and(|public| public.modulus.as_bytes() != modulus.as_slice()) {
                return Err("The client key in Kubeconfig File does not belong to its client certificate.".into());
            }
        }
        _ => {}
    }
    let password = user.username.text().is_some() && user.password.text().is_some();
    if leaf.is_none() && user.token.text().is_none() && !password {
        return Err("The user in Kubeconfig File has neither a token nor a client certificate.".into());
    }
    Ok(())
}

/// The certificates of a `…-data` value, each with its own bytes; `None` when there is none or one is broken.
fn certificates(data: &str) -> Option<Vec<(Vec<u8>, Certificate)>> {
    let pem = pem::decode(data)?;
    let blocks = pem::blocks(std::str::from_utf8(&pem).ok()?)?;
    let chain: Option<Vec<_>> = blocks
        .iter()
        .filter(|block| block.label == "CERTIFICATE")
        .map(|block| Some((block.der.to_vec(), Certificate::from_der(&block.der).ok()?)))
        .collect();
    chain.filter(|chain| !chain.is_empty())
}

/// The key of a `…-data` value: `None` when it is none, a sentence when it is one that cannot be used.
fn private_key(data: &str) -> Option<Result<PrivateKey, String>> {
    let pem = pem::decode(data)?;
    let text = std::str::from_utf8(&pem).ok()?;
    if pem::is_encrypted(text) {
        return Some(Err("The client key in Kubeconfig File is encrypted with a passphrase. Give one without.".into()));
    }
    pem::blocks(text)?.iter().find_map(PrivateKey::read).map(Ok)
}

fn sha256(der: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}
