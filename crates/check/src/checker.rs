//! The way in: one credential, one answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use credenza_model::{KindId, SecretMap, Values};
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Semaphore;

use crate::hosts::Hosts;
use crate::probe::Probe;
use crate::tls::{self, NoTls, Trust};
use crate::{Endpoints, Limits, Report, Verdict, probes};

/// Makes checks. One is enough for a process: it keeps connections, and counts how many are open to each host.
pub struct Checker {
    pub(crate) limits: Limits,
    pub(crate) endpoints: Endpoints,
    pub(crate) hosts: Hosts,
    pub(crate) now: fn() -> DateTime<Utc>,
    /// One permit for each farewell that may be out.
    pub(crate) farewells: Arc<Semaphore>,
    authorities: Vec<CertificateDer<'static>>,
    /// With the verification of TLS or without, through the system's proxy or not.
    clients: [Mutex<Option<Client>>; 4],
}

/// One value that a provider offers for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What goes into the field.
    pub value: String,
    /// The words for it.
    pub label: String,
}

/// How many farewells are counted at a time.
const FAREWELLS: u32 = 1024;

/// The most suggestions for a field.
pub(crate) const MOST: usize = 1000;

impl Default for Checker {
    fn default() -> Self {
        Self::new(Endpoints::default(), Limits::default())
    }
}

impl Checker {
    /// With other addresses of the public providers, and within other bounds.
    pub fn new(endpoints: Endpoints, limits: Limits) -> Self {
        Self {
            hosts: Hosts::new(limits.per_host),
            limits,
            endpoints,
            now: Utc::now,
            farewells: Arc::new(Semaphore::new(FAREWELLS as usize)),
            authorities: Vec::new(),
            clients: Default::default(),
        }
    }

    /// Trusts these authorities, in PEM, beside the system's.
    ///
    /// # Errors
    /// A sentence, when a certificate among them cannot be read.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, String> {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            self.authorities.push(certificate.map_err(|_| "The CA file holds a certificate that cannot be read.")?);
        }
        Ok(self)
    }

    /// Tells the time by another clock.
    #[must_use]
    pub fn with_clock(mut self, now: fn() -> DateTime<Utc>) -> Self {
        self.now = now;
        self
    }

    /// Checks a credential. Every failure is an answer too.
    pub async fn check(&self, kind: KindId, values: &Values, secrets: &SecretMap) -> Report {
        let probe = Probe::new(self, kind.kind(), values, secrets);
        if let Some(report) = self.half_set(kind) {
            return report;
        }
        let asked = tokio::time::timeout(self.limits.whole, probes::check(&probe)).await;
        let report = asked.unwrap_or_else(|_| {
            Err(Report::new(Verdict::TimedOut, "The provider took too long over its answers. Try again later."))
        });
        probe.caveats(report.unwrap_or_else(|report| report))
    }

    /// What can go into a field, as the provider lists it.
    ///
    /// # Errors
    /// The report of a check that failed there, or that the list needs a field that is not filled.
    pub async fn discover(
        &self,
        kind: KindId,
        field: &str,
        values: &Values,
        secrets: &SecretMap,
    ) -> Result<Vec<Suggestion>, Report> {
        let probe = Probe::new(self, kind.kind(), values, secrets);
        if let Some(report) = self.half_set(kind) {
            return Err(report);
        }
        let asked = tokio::time::timeout(self.limits.whole, probes::discover(&probe, field)).await;
        let mut found = asked.unwrap_or_else(|_| {
            Err(Report::new(Verdict::TimedOut, "The provider took too long over its answers. Try again later."))
        })?;
        let mut seen = std::collections::HashSet::new();
        found.retain(|one| crate::probe::usable(&one.value) && seen.insert(one.value.clone()));
        found.truncate(MOST);
        Ok(found)
    }

    /// Waits until sessions that were cut off are ended, for two seconds at most: for whoever ends the program next.
    pub async fn farewell(&self) {
        let _ = tokio::time::timeout(crate::probe::FAREWELL, self.farewells.acquire_many(FAREWELLS)).await;
    }

    /// The fields of a kind for which [`Checker::discover`] has something.
    pub fn discovered(kind: KindId) -> &'static [&'static str] {
        probes::discovered(kind)
    }

    /// Why nothing is asked while only some of a provider's services have an address of their own.
    fn half_set(&self, kind: KindId) -> Option<Report> {
        let provider = match kind {
            KindId::Aws => "aws",
            KindId::Azure => "azure",
            KindId::Gcp => "google",
            _ => return None,
        };
        let lacking = self.endpoints.lacking(provider)?;
        let sentence = format!(
            "Other services of this provider have an address of their own here, and {} has none. Set it with `credenza endpoint \
             set`, or clear the others: what one gives is not shown to the other.",
            lacking.as_str()
        );
        Some(Report::new(Verdict::Incomplete, sentence))
    }

    /// The client for an address.
    pub(crate) fn client(&self, url: &Url, skip: bool) -> Result<Client, Report> {
        let place = &self.clients[usize::from(skip) + 2 * usize::from(is_loopback(url))];
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = place.as_ref() {
            return Ok(client.clone());
        }
        let client = self.own_client(url, Trust { skip, ..Trust::default() }, None)?;
        Ok(place.insert(client).clone())
    }

    /// Forgets the clients, which have read the system's authorities and proxies once: somebody may have mended these.
    pub(crate) fn forget_clients(&self) {
        for place in &self.clients {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// A client with a trust of its own, and through a proxy of its own when there is one.
    pub(crate) fn own_client(&self, url: &Url, mut trust: Trust, proxy: Option<Proxy>) -> Result<Client, Report> {
        if !trust.skip {
            trust.authorities.extend(self.authorities.iter().cloned());
        }
        let config = tls::config(trust).map_err(|NoTls(sentence)| unusable(&sentence))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(config)
            // No redirect is followed, so that no credential goes where nobody sent it, and no cookie is kept.
            .redirect(Policy::none())
            .connect_timeout(self.limits.connect)
            .timeout(self.limits.request)
            .pool_idle_timeout(Duration::from_secs(10))
            .user_agent(concat!("credenza/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        } else if is_loopback(url) {
            builder = builder.no_proxy();
        }
        builder.build().map_err(|_| unusable("The connection could not be set up."))
    }
}

fn unusable(sentence: &str) -> Report {
    Report::new(Verdict::TlsNotTrusted, sentence)
}

/// Whether an address is this machine's own, for which no proxy is used.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        host == "localhost"
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_can_be_made_on_any_thread() {
        fn on_any_thread(_: impl Send) {}
        let (checker, values, secrets) = (Checker::default(), Values::default(), SecretMap::default());
        on_any_thread(checker.check(KindId::Aws, &values, &secrets));
        on_any_thread(checker.discover(KindId::Aws, "awsRegion", &values, &secrets));
    }
}
