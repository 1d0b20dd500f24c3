//! A kubeconfig as somebody uses it who reaches the cluster with it.

use chrono::{DateTime, Utc};
use url::Url;
use x509_cert::time::Time;
use zeroize::Zeroizing;

use super::file::{read, resolve};
use super::{certificates, pem, shape};
use crate::shapes::{Leaf, jwt};

/// Where the current context leads, and with what. What is secret in it is wiped after use.
pub struct Kubeconfig {
    /// The cluster's address.
    pub server: Url,
    /// The only authorities that are believed, in DER; none means those of the machine.
    pub authorities: Vec<Vec<u8>>,
    /// The name that the certificate has, when it is not the address's.
    pub tls_server_name: Option<String>,
    /// Whether any certificate is believed.
    pub skips_tls: bool,
    /// The proxy in between. It may hold a password.
    pub proxy: Option<Zeroizing<String>>,
    /// What the file calls the user.
    pub user: String,
    /// A token.
    pub token: Option<Zeroizing<String>>,
    /// When the token says of itself that it ends.
    pub token_end: Option<DateTime<Utc>>,
    /// A client certificate.
    pub certificate: Option<ClientCertificate>,
    /// A user name and a password, of which clusters have long stopped to take notice.
    pub password: Option<(String, Zeroizing<String>)>,
}

/// A client certificate and its key.
pub struct ClientCertificate {
    /// The certificate, and those that lead to its authority, in DER.
    pub chain: Vec<Vec<u8>>,
    /// The key in DER: PKCS#8, PKCS#1 or SEC 1.
    pub key: Zeroizing<Vec<u8>>,
    /// From when on it is valid.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

impl Kubeconfig {
    /// Reads a kubeconfig.
    ///
    /// # Errors
    /// The sentence of the field's shape, when the file has another one.
    pub fn read(text: &str) -> Result<Self, String> {
        shape(text)?;
        let current = resolve(read(text)?)?;
        let (cluster, user) = (current.cluster, current.user);
        let server = cluster.server.text().and_then(|server| Url::parse(server).ok());
        let server = server.ok_or("The cluster in Kubeconfig File has no server address.")?;
        let ders = |data| certificates(data).unwrap_or_default().into_iter().map(|(der, _)| der).collect();
        let text = |leaf: &Leaf| leaf.text().map(|text| Zeroizing::new(text.trim().to_owned()));
        let token = text(&user.token);
        Ok(Self {
            server,
            authorities: cluster.certificate_authority_data.text().map(ders).unwrap_or_default(),
            tls_server_name: cluster.tls_server_name.text().map(|name| name.trim().to_owned()),
            skips_tls: matches!(cluster.insecure_skip_tls_verify, Leaf::On),
            proxy: text(&cluster.proxy_url),
            user: current.user_name,
            token_end: token.as_ref().and_then(|token| jwt::expiry(token)),
            token,
            certificate: user
                .client_certificate_data
                .text()
                .zip(user.client_key_data.text())
                .and_then(|(chain, key)| ClientCertificate::read(chain, key)),
            password: user.username.text().map(str::to_owned).zip(text(&user.password)),
        })
    }
}

impl ClientCertificate {
    fn read(chain: &str, key: &str) -> Option<Self> {
        let chain = certificates(chain)?;
        let validity = chain.first()?.1.tbs_certificate.validity;
        let pem = pem::decode(key)?;
        let blocks = pem::blocks(std::str::from_utf8(&pem).ok()?)?;
        let key = blocks.into_iter().find(|block| pem::PrivateKey::read(block).is_some())?;
        Some(Self {
            chain: chain.into_iter().map(|(der, _)| der).collect(),
            key: key.der,
            from: moment(validity.not_before)?,
            until: moment(validity.not_after)?,
        })
    }
}

fn moment(time: Time) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0)
}
