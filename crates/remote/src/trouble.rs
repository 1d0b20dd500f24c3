//! What kept a request from being answered, in words that say what to do.

use std::error::Error;
use std::io;

use chrono::DateTime;
use credenza_model::printable;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::{Outcome, RemoteError};

/// An error, and what only this crate needs to know of it.
pub(crate) struct Trouble {
    pub error: RemoteError,
    pub cause: Cause,
}

/// Why a request had no answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It was not sent, and sending it again in a moment is of no use: the certificate stays what it is.
    Lasting,
    /// It was sent, and no answer came in time.
    Late,
    /// Anything else.
    Other,
}

impl From<RemoteError> for Trouble {
    fn from(error: RemoteError) -> Self {
        Self { error, cause: Cause::Other }
    }
}

/// No answer within the time for it.
pub(crate) fn late(host: &str, outcome: Outcome) -> Trouble {
    let sentence = format!("The host {host} did not answer in time. Try again later.");
    Trouble { error: RemoteError::Unreachable { sentence, outcome }, cause: Cause::Late }
}

/// What a failure of the connection means. `sent` is what it means once the request was on its way.
pub(crate) fn of(error: &reqwest::Error, host: &str, sent: Outcome) -> Trouble {
    if !error.is_connect() {
        let (what, cause) = if error.is_timeout() {
            ("did not answer in time", Cause::Late)
        } else {
            ("broke the connection off", Cause::Other)
        };
        let sentence = format!("The host {host} {what}. Try again later.");
        return Trouble { error: RemoteError::Unreachable { sentence, outcome: sent }, cause };
    }
    let (sentence, cause) = match find::<rustls::Error>(error) {
        Some(tls) => (distrust(tls, host), Cause::Lasting),
        None => (unreached(error, host), Cause::Other),
    };
    Trouble { error: RemoteError::Unreachable { sentence, outcome: Outcome::None }, cause }
}

/// Why there was no connection at all.
fn unreached(error: &reqwest::Error, host: &str) -> String {
    let said = chain(error);
    if error.is_timeout() {
        return format!("The host {host} could not be reached in time. Check the address and this machine's network.");
    }
    if error.is_dns() || said.contains("dns error") || said.contains("failed to lookup address") {
        return format!("The host {host} was not found. Check the address.");
    }
    if said.contains("proxy") || said.contains("tunnel") {
        return format!("The proxy of this machine did not lead to {host}. Check its settings.");
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("The host {host} refuses connections. Check the address and the port.")
        }
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
            format!("There is no way to the host {host}. Check this machine's network.")
        }
        _ => format!("The host {host} could not be reached. Check the address and this machine's network."),
    }
}

/// Why the host is not believed to be who it says.
fn distrust(error: &rustls::Error, host: &str) -> String {
    let rustls::Error::InvalidCertificate(why) = error else {
        return match error {
            rustls::Error::InvalidMessage(_) => {
                format!("The host {host} does not speak TLS on this port. Check the address and the port.")
            }
            other => format!("No secure connection to {host} came about: {}.", said(&other.to_string())),
        };
    };
    match why {
        // An authority of the right name with another key has signed it.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "The certificate of {host} is not trusted: no authority known to this machine has signed it. If the host is yours, give its CA file with the account."
        ),
        CertificateError::Expired => {
            format!(
                "The certificate of {host} has expired. Whoever runs the host has to renew it; if it is valid, check this machine's clock."
            )
        }
        CertificateError::ExpiredContext { not_after, .. } => format!(
            "The certificate of {host} has expired since {}. Whoever runs the host has to renew it; if it is valid, check this machine's clock.",
            day(*not_after)
        ),
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
        CertificateError::Revoked => format!("The certificate of {host} was revoked. Do not sign in there."),
        other => format!("The certificate of {host} is not valid: {}.", said(&other.to_string())),
    }
}

fn day(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map_or_else(|| "long ago".into(), |time| time.format("%Y-%m-%d").to_string())
}

/// What another machine or program said, short and on one line.
fn said(text: &str) -> String {
    printable(text).chars().take(200).collect::<String>().trim_end_matches('.').to_owned()
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

/// The whole chain in small letters, for what has no type of its own.
fn chain(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        said.push_str("; ");
        said.push_str(&error.to_string());
        next = error.source();
    }
    said.to_lowercase()
}
