//! What kept a provider from being reached, told apart and in words that say what to do.

use std::error::Error;
use std::io;

use chrono::{DateTime, Utc};
use credenza_model::discreet::clean;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::tls::Distrust;
use crate::{Report, Verdict};

/// What a failed request means. `host` is host and port, as sentences name them.
pub(crate) fn of(error: &reqwest::Error, host: &str) -> Report {
    // A silent host is a failed connection too: what happened is that nothing came.
    if error.is_timeout() {
        return late(host);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return untrusted(tls, host);
    }
    let said = chain(error);
    if said.contains("proxy") || said.contains("tunnel") {
        let sentence = format!("The proxy of this machine did not lead to {host}. Check the system's proxy settings.");
        return Report::new(Verdict::Refused, sentence);
    }
    if error.is_dns() || said.contains("dns error") || said.contains("failed to lookup address") {
        return Report::new(
            Verdict::HostNotFound,
            format!(
                "The host {host} was not found. Check the address, and whether this machine has to be in another network."
            ),
        );
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => Report::new(
            Verdict::Refused,
            format!("The host {host} refuses connections. Check the address and the port."),
        ),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => Report::new(
            Verdict::HostNotFound,
            format!("There is no way to the host {host}. Check this machine's network."),
        ),
        _ if error.is_connect() => Report::new(
            Verdict::Refused,
            format!("The host {host} could not be reached. Check the address and this machine's network."),
        ),
        _ => Report::new(
            Verdict::WrongServer,
            format!(
                "The host {host} broke the connection off. Check the address, the port, and whether it begins with https or http."
            ),
        ),
    }
}

/// No answer within the time for it.
pub(crate) fn late(host: &str) -> Report {
    Report::new(
        Verdict::TimedOut,
        format!(
            "The host {host} did not answer in time. Check the address, and whether this machine has to be in another network."
        ),
    )
}

/// Why the host is not believed to be who it says.
fn untrusted(error: &rustls::Error, host: &str) -> Report {
    let rustls::Error::InvalidCertificate(why) = error else {
        return match error {
            rustls::Error::InvalidMessage(_)
            | rustls::Error::InappropriateMessage { .. }
            | rustls::Error::InappropriateHandshakeMessage { .. } => Report::new(
                Verdict::WrongServer,
                format!("The host {host} does not speak TLS on this port. Check the port of the address."),
            ),
            rustls::Error::AlertReceived(_) => Report::new(
                Verdict::TlsNotTrusted,
                format!(
                    "The host {host} refused the secure connection: {}. Check the address and the port.",
                    said(&error.to_string())
                ),
            ),
            other => Report::new(
                Verdict::TlsNotTrusted,
                format!(
                    "No secure connection to {host} came about: {}. Check the address and the port.",
                    said(&other.to_string())
                ),
            ),
        };
    };
    let named = match why {
        CertificateError::Other(other) => other.0.downcast_ref::<Distrust>(),
        _ => None,
    };
    let sentence = distrust(named.map_or(why, |named| &named.why), named, host);
    let mut report = Report::new(Verdict::TlsNotTrusted, sentence);
    if let Some(named) = named {
        report = report
            .detail("Certificate of", said(&named.subject))
            .detail("Signed by", said(&named.issuer))
            .detail("Valid until", named.until.map(|until| until.format("%Y-%m-%d").to_string()).unwrap_or_default());
    }
    report
}

fn distrust(why: &CertificateError, named: Option<&Distrust>, host: &str) -> String {
    let own = named.is_some_and(|named| named.subject == named.issuer && !named.subject.is_empty());
    match why {
        // A certificate that signs others and stands alone is one that somebody made for this host.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => unknown_authority(host, own),
        CertificateError::Expired => expired(host, "has expired".into()),
        CertificateError::ExpiredContext { not_after, .. } => {
            expired(host, format!("has expired since {}", day(*not_after)))
        }
        CertificateError::NotValidYet => {
            format!("The certificate of {host} is not valid yet. Check this machine's clock.")
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("The certificate of {host} is valid only from {} on. Check this machine's clock.", day(*not_before))
        }
        CertificateError::NotValidForName => {
            format!("The certificate of {host} is for another host. Check the address.")
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            // Each comes as `DnsName("api.example.com")`.
            let names: Vec<&str> = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name)).collect();
            let names = said(&names.join(", "));
            format!("The certificate of {host} is for another host ({names}). Check the address.")
        }
        CertificateError::Revoked => {
            format!("The certificate of {host} was revoked. Send nothing there; ask whoever runs the host.")
        }
        other if own || other.to_string().contains("CaUsedAsEndEntity") => unknown_authority(host, true),
        other => format!("The certificate of {host} is not valid: {}.", said(&other.to_string())),
    }
}

fn unknown_authority(host: &str, own: bool) -> String {
    let why = if own { "it has signed itself" } else { "no authority known to this machine has signed it" };
    format!(
        "The certificate of {host} is not trusted: {why}. Add its authority to those of this machine, or let the credential \
         skip the verification where it has a switch for that."
    )
}

fn expired(host: &str, how: String) -> String {
    format!(
        "The certificate of {host} {how}. Whoever runs the host has to renew it; if it is valid, check this machine's clock."
    )
}

fn day(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0))
        .map_or_else(|| "long ago".into(), |time| time.format("%Y-%m-%d").to_string())
}

/// What another machine said, short and on one line.
fn said(text: &str) -> String {
    clean(text, &[]).trim_end_matches('.').to_owned()
}

/// The error of a type in a chain of errors. What an I/O error wraps is not in its chain, but beside it.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// The causes in small letters, for what has no type of its own. The error itself quotes the address, whose words are not
/// its own.
fn chain(error: &dyn Error) -> String {
    let mut said = String::new();
    let mut next = error.source();
    while let Some(error) = next {
        said.push_str(&error.to_string());
        said.push_str("; ");
        next = error.source();
    }
    said.to_lowercase()
}
