//! Where the public providers are, and how somebody says otherwise: for sovereign clouds, private gateways and tests.

use std::collections::BTreeMap;

use reqwest::Url;

macro_rules! endpoints {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)*) => {
        /// A public service that no credential names, so that it has an address of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Endpoint { $($(#[$doc])* $variant,)* }

        impl Endpoint {
            /// Every one.
            pub const ALL: &'static [Endpoint] = &[$(Endpoint::$variant,)*];

            /// The stable word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Endpoint::$variant => $word,)* }
            }
        }
    };
}

endpoints! {
    /// AWS Security Token Service, by default `https://sts.<region>.amazonaws.com`.
    AwsSts = "aws.sts";
    /// AWS EC2, by default `https://ec2.<region>.amazonaws.com`.
    AwsEc2 = "aws.ec2";
    /// AWS EFS, by default `https://elasticfilesystem.<region>.amazonaws.com`.
    AwsEfs = "aws.efs";
    /// Microsoft's sign-in, by default `https://login.microsoftonline.com`.
    AzureLogin = "azure.login";
    /// Azure Resource Manager, by default `https://management.azure.com`.
    AzureManagement = "azure.management";
    /// Google's token service, by default `https://oauth2.googleapis.com`.
    GoogleToken = "google.token";
    /// Google's Cloud Resource Manager, by default `https://cloudresourcemanager.googleapis.com`.
    GoogleProjects = "google.projects";
    /// Google's IAM, by default `https://iam.googleapis.com`.
    GoogleIam = "google.iam";
    /// Google's Compute Engine, by default `https://compute.googleapis.com`.
    GoogleCompute = "google.compute";
}

impl std::str::FromStr for Endpoint {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|endpoint| endpoint.as_str() == word).ok_or(())
    }
}

/// The addresses that are used instead of the public ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints(BTreeMap<Endpoint, Url>);

impl Endpoints {
    /// Uses another address from now on.
    ///
    /// # Errors
    /// A sentence, when it is no address that a secret may be sent to: `https`, or `http` on this machine itself.
    pub fn set(&mut self, endpoint: Endpoint, address: &str) -> Result<(), String> {
        let url = Url::parse(address.trim()).map_err(|_| "This is no address such as https://sts.example.com.")?;
        let Some(host) = url.host_str() else { return Err("This address names no host.".into()) };
        let local = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme() != "https" && !(local && url.scheme() == "http") {
            return Err("The address has to begin with https://: secrets are sent there.".into());
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err("The address holds more than a host and a path.".into());
        }
        self.0.insert(endpoint, url);
        Ok(())
    }

    /// The service of a provider that has no address of its own while another service of it has one. A token that the one
    /// gives is not to be shown to the public other.
    pub(crate) fn lacking(&self, provider: &str) -> Option<Endpoint> {
        let mut all =
            Endpoint::ALL.iter().copied().filter(|endpoint| endpoint.as_str().split('.').next() == Some(provider));
        let set = all.clone().any(|endpoint| self.0.contains_key(&endpoint));
        all.find(|endpoint| set && !self.0.contains_key(endpoint))
    }

    /// The address that was set.
    pub fn get(&self, endpoint: Endpoint) -> Option<&Url> {
        self.0.get(&endpoint)
    }
}
