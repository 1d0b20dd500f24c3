//! The cluster of a kubeconfig, and how it is reached with what the file holds.

use chrono::{DateTime, Utc};
use credenza_model::Kubeconfig;
use credenza_model::discreet::clean;
use reqwest::{Client, Proxy, Url};
use rustls::pki_types::{CertificateDer, ServerName};

use super::{CONFIG, SERVER, is_status};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{Probe, below};
use crate::tls::{self, Trust};
use crate::{Report, Verdict};

/// A cluster, with a client that believes whom the kubeconfig believes and shows its client certificate.
pub(super) struct Cluster {
    pub(super) file: Kubeconfig,
    client: Client,
    /// When that with which it is asked ends.
    pub(super) end: Option<DateTime<Utc>>,
}

impl Cluster {
    /// Reads the kubeconfig. What has expired is told without asking anybody.
    pub(super) fn open(probe: &Probe<'_>) -> Result<Self, Report> {
        let incomplete = |sentence: String| Report::new(Verdict::Incomplete, sentence).at(CONFIG);
        let mut file = Kubeconfig::read(probe.secret(CONFIG)?).map_err(incomplete)?;
        let end = in_time(&mut file, probe.now())?;
        let client = client(probe, &file, true)?;
        Ok(Self { file, client, end })
    }

    pub(super) fn url(&self, path: &[&str]) -> Url {
        below(&self.file.server, path)
    }

    /// Asks as the kubeconfig's user.
    pub(super) async fn send(&self, probe: &Probe<'_>, ask: Ask) -> Result<Answer, Report> {
        let ask = match (&self.file.token, &self.file.password) {
            (Some(token), _) => ask.bearer(token),
            (None, Some((user, password))) if self.file.certificate.is_none() => ask.basic(user, password),
            _ => ask,
        };
        probe.send_by(&self.client, ask).await
    }

    /// Asks with what the request itself holds and nothing else.
    pub(super) async fn send_as_stranger(&self, probe: &Probe<'_>, ask: Ask) -> Result<Answer, Report> {
        probe.send_by(&client(probe, &self.file, false)?, ask).await
    }

    /// The cluster's words without the secrets of the file. Its names are no secret, though they stand in it, too.
    pub(super) fn show(&self, text: &str) -> String {
        let password = self.file.password.as_ref().map(|(_, password)| password.as_str());
        let hidden = [self.file.token.as_ref().map(|token| token.as_str()), password];
        clean(text, &hidden.into_iter().flatten().collect::<Vec<_>>())
    }

    /// What a refusal means.
    pub(super) fn refused(&self, probe: &Probe<'_>, answer: &Answer, url: &Url) -> Report {
        let report = match answer.code() {
            401 if is_status(answer) => self.unknown(),
            403 if is_status(answer) && super::said(answer).contains(super::NOBODY) => self.nobody(),
            _ => probe.unexpected(answer, url, SERVER),
        };
        report.at(CONFIG)
    }

    fn unknown(&self) -> Report {
        let (verdict, sentence) = match (&self.file.token, &self.file.certificate) {
            (Some(_), None) => (
                Verdict::WrongSecret,
                "The cluster refuses the kubeconfig's token: it is wrong, was revoked or has expired. Sign in again and take a \
                 new kubeconfig.",
            ),
            (None, Some(_)) => (
                Verdict::WrongSecret,
                "The cluster refuses the kubeconfig's client certificate: an authority that it does not know has signed it. \
                 Take a new kubeconfig.",
            ),
            _ => (
                Verdict::WrongIdentityOrSecret,
                "The cluster refuses what the kubeconfig signs in with, and does not say why. Take a new kubeconfig.",
            ),
        };
        Report::new(verdict, sentence).at(CONFIG)
    }

    /// The cluster has taken no notice of what was sent.
    pub(super) fn nobody(&self) -> Report {
        let what = match (&self.file.token, &self.file.certificate) {
            (Some(_), _) => "token",
            (None, Some(_)) => "client certificate",
            (None, None) => "user name and password, which clusters no longer take",
        };
        let sentence = format!(
            "The cluster answers, but does not know the kubeconfig's {what}. Take a new kubeconfig with a token."
        );
        Report::new(Verdict::WrongIdentityOrSecret, sentence).at(CONFIG)
    }
}

/// Drops what has expired. What is left ends at the time that is given back; when nothing is left, that is the answer.
fn in_time(file: &mut Kubeconfig, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Report> {
    let day = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M UTC").to_string();
    let mut late = None;
    if let Some(certificate) = &file.certificate {
        if certificate.from > now && file.token.is_none() {
            let sentence = format!(
                "The client certificate in Kubeconfig File is valid only from {} on. Check this machine's clock.",
                day(certificate.from)
            );
            return Err(Report::new(Verdict::ClockSkew, sentence).at(CONFIG));
        }
        if certificate.until <= now {
            late = Some(("client certificate", certificate.until));
            file.certificate = None;
        }
    }
    if let Some(end) = file.token_end.filter(|end| *end <= now) {
        late = Some(("token", end));
        file.token = None;
        file.token_end = None;
    }
    match late {
        Some((what, end)) if file.token.is_none() && file.certificate.is_none() && file.password.is_none() => {
            let sentence = format!(
                "The {what} in Kubeconfig File has expired on {}. Sign in again and take a new kubeconfig.",
                day(end)
            );
            Err(Report::new(Verdict::Expired, sentence).at(CONFIG).expires(Some(end)))
        }
        _ if file.token.is_some() => Ok(file.token_end),
        _ => Ok(file.certificate.as_ref().map(|certificate| certificate.until)),
    }
}

fn client(probe: &Probe<'_>, file: &Kubeconfig, known: bool) -> Result<Client, Report> {
    let unusable = |sentence: &str| Report::new(Verdict::Incomplete, sentence).at(CONFIG);
    let certificates = |ders: &[Vec<u8>]| ders.iter().map(|der| CertificateDer::from(der.clone())).collect::<Vec<_>>();
    let identity = match file.certificate.as_ref().filter(|_| known) {
        None => None,
        Some(own) => Some(tls::identity(certificates(&own.chain), &own.key).ok_or_else(|| {
            unusable("The client key in Kubeconfig File cannot be used, or does not belong to its client certificate.")
        })?),
    };
    let name = match file.tls_server_name.clone() {
        None => None,
        Some(name) => Some(
            ServerName::try_from(name)
                .map_err(|_| unusable("The tls-server-name in Kubeconfig File is no host name."))?,
        ),
    };
    let proxy = match &file.proxy {
        None => None,
        Some(address) => Some(http_proxy(address).ok_or_else(|| {
            unusable("Kubeconfig File goes through a proxy that the check cannot use: it takes http and https ones.")
        })?),
    };
    let trust = Trust {
        skip: file.skips_tls,
        only: !file.authorities.is_empty(),
        authorities: certificates(&file.authorities),
        name,
        identity,
    };
    probe.checker.own_client(&file.server, trust, proxy).map_err(|report| report.at(CONFIG))
}

fn http_proxy(address: &str) -> Option<Proxy> {
    let url = Url::parse(address).ok()?;
    if matches!(url.scheme(), "http" | "https") { Proxy::all(url).ok() } else { None }
}
