//! The key file of a Google Cloud service account.

use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::Leaf;
use super::pem::{self, PrivateKey};
use crate::Facts;

/// The key of a service account, as it signs with it.
pub struct ServiceAccountKey {
    /// The account.
    pub email: String,
    /// Its own project.
    pub project: String,
    /// Which of its keys this is.
    pub key_id: String,
    /// The RSA key in PKCS#8, wiped after use.
    pub private_key: Zeroizing<Vec<u8>>,
    /// Where the file has tokens from: an address of Google's, or nothing.
    pub token_uri: Option<Url>,
}

impl ServiceAccountKey {
    /// Reads a key file.
    ///
    /// # Errors
    /// The sentence of the field's shape, when the file has another one.
    pub fn read(text: &str) -> Result<Self, String> {
        shape(text)?;
        let file = read(text)?;
        let part = |leaf: &Leaf| leaf.text().unwrap_or_default().trim().to_owned();
        let key = file.private_key.text().and_then(pem::blocks).and_then(|mut blocks| blocks.drain(..).next());
        let key = key.ok_or("Config file lacks its private_key.")?;
        Ok(Self {
            email: part(&file.client_email),
            project: part(&file.project_id),
            key_id: part(&file.private_key_id),
            private_key: key.der,
            token_uri: file.token_uri.text().and_then(|address| Url::parse(address.trim()).ok()),
        })
    }
}

/// What of the file is looked at.
#[derive(Default, Deserialize)]
#[serde(default)]
struct KeyFile {
    r#type: Leaf,
    project_id: Leaf,
    private_key_id: Leaf,
    private_key: Leaf,
    client_email: Leaf,
    token_uri: Leaf,
    universe_domain: Leaf,
    /// The key of an OAuth client has everything under one of these.
    installed: Leaf,
    web: Leaf,
}

/// The shape of "Config file".
pub(crate) fn shape(text: &str) -> Result<(), String> {
    let file = read(text)?;
    of_a_service_account(&file)?;
    let parts = [
        ("project_id", &file.project_id),
        ("private_key_id", &file.private_key_id),
        ("client_email", &file.client_email),
    ];
    for (name, part) in parts {
        if part.text().is_none() {
            return Err(format!("Config file lacks its {name}. Download the key again, or copy the whole of it."));
        }
    }
    private_key(file.private_key.text())?;
    googles_own(&file)
}

/// What is legal but unusual.
pub(crate) fn warnings(text: &str) -> Vec<String> {
    let email = read(text).ok().and_then(|file| file.client_email.text().map(str::to_owned));
    if email.is_some_and(|email| !email.contains('@') || !email.ends_with(".gserviceaccount.com")) {
        return vec!["The client_email in Config file does not end in .gserviceaccount.com, as is usual.".into()];
    }
    Vec::new()
}

/// The account, its project and the key's own id.
pub(crate) fn facts(text: &str) -> Facts {
    let Ok(file) = read(text) else {
        return Facts::default();
    };
    if of_a_service_account(&file).is_err() {
        return Facts::default();
    }
    let fact = |leaf: &Leaf| leaf.text().and_then(super::fact);
    Facts {
        identity: fact(&file.client_email),
        project: fact(&file.project_id),
        fingerprint: fact(&file.private_key_id),
        expiry: None,
    }
}

fn read(text: &str) -> Result<KeyFile, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    // A sequence would be read as the fields in their order.
    if text.starts_with('{') {
        if let Ok(file) = serde_json::from_str(text) {
            return Ok(file);
        }
    } else if text.starts_with("-----BEGIN ") {
        return Err("Config file is a key without its file: the whole JSON file is needed.".into());
    } else if text.starts_with("AIza") {
        return Err("Config file holds an API key. The JSON key file of a service account is needed.".into());
    } else if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return Err("Config file is JSON, but not the key file of a service account.".into());
    }
    Err("Config file is not JSON. Choose the key file that Google Cloud gave for the service account.".into())
}

fn of_a_service_account(file: &KeyFile) -> Result<(), String> {
    let told = match file.r#type.text() {
        Some("service_account") => return Ok(()),
        Some("authorized_user") => "a person's own sign-in (authorized_user)",
        Some("external_account" | "external_account_authorized_user") => {
            "the settings of workload identity federation (external_account), which hold no key"
        }
        Some("impersonated_service_account") => "an impersonation (impersonated_service_account), which holds no key",
        Some("gdch_service_account") => "an account of Google Distributed Cloud (gdch_service_account)",
        _ if file.installed.is_given() || file.web.is_given() => "the key of an OAuth client",
        Some(_) => "a file of another type",
        None => {
            return Err("Config file is JSON, but not the key file of a service account.".into());
        }
    };
    Err(format!("Config file holds {told}. The key file of a service account is needed."))
}

fn private_key(key: Option<&str>) -> Result<(), String> {
    let Some(key) = key else {
        return Err("Config file lacks its private_key. Download the key again, or copy the whole of it.".into());
    };
    if pem::is_encrypted(key) {
        return Err("The private key in Config file is encrypted with a passphrase. Give one without.".into());
    }
    if key.contains("\\n") {
        return Err(
            "The line breaks in the private_key of Config file are escaped twice. Download the key again.".into()
        );
    }
    let broken =
        || "The private_key in Config file cannot be read. Download the key again, or copy the whole of it.".to_owned();
    let blocks = pem::blocks(key).ok_or_else(broken)?;
    let block = blocks.first().ok_or_else(broken)?;
    if block.label != "PRIVATE KEY" {
        return Err("The private_key in Config file is not in PKCS#8 form, which begins with BEGIN PRIVATE KEY.".into());
    }
    match PrivateKey::read(block).ok_or_else(broken)? {
        PrivateKey::Rsa(modulus) if pem::bits(&modulus) >= 2048 => Ok(()),
        PrivateKey::Rsa(_) => {
            Err("The private_key in Config file has fewer than 2048 bits, which Google does not take.".into())
        }
        PrivateKey::Other => {
            Err("The private_key in Config file is not an RSA key, as those of service accounts are.".into())
        }
    }
}

/// A file that names another host would have a signed assertion sent there.
fn googles_own(file: &KeyFile) -> Result<(), String> {
    // Some addresses of Google's keep what anybody sends there, so that the host alone says too little.
    const TOKENS: &[&str] = &[
        "https://oauth2.googleapis.com/token",
        "https://accounts.google.com/o/oauth2/token",
        "https://www.googleapis.com/oauth2/v3/token",
        "https://www.googleapis.com/oauth2/v4/token",
    ];
    let google = |address: &str| TOKENS.contains(&address.trim());
    if file.token_uri.is_given() && !file.token_uri.text().is_some_and(google) {
        return Err("The token_uri in Config file is not Google's: sign-ins would be sent elsewhere.".into());
    }
    if file.universe_domain.is_given() && file.universe_domain.text() != Some("googleapis.com") {
        return Err("The universe_domain in Config file is not googleapis.com, the public Google Cloud.".into());
    }
    Ok(())
}
