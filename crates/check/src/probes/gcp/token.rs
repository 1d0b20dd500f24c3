//! The assertion that a service account signs, and the token that Google gives for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credenza_model::ServiceAccountKey;
use reqwest::Url;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{CONFIG, refusal};
use crate::ask::Ask;
use crate::probe::{Probe, below};
use crate::{Endpoint, Report, Verdict};

/// For whom an assertion is meant, wherever it is sent: Google's own clients put this, too.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A sign-in that came about. Its token ends by itself within the hour, and none is kept.
pub(super) struct Session {
    pub(super) token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: Zeroizing<String>,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl Session {
    pub(super) async fn open(probe: &Probe<'_>, key: &ServiceAccountKey) -> Result<Self, Report> {
        let url = token_url(probe, key)?;
        let assertion = assertion(key, probe.now().timestamp()).ok_or_else(|| {
            let sentence = "The private key in Config file cannot sign. Download the key again, or make a new one.";
            Report::new(Verdict::Incomplete, sentence).at(CONFIG)
        })?;
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())];
        let answer = probe.send(Ask::post(url.clone()).form(&form)).await?;
        match answer.status.is_success().then(|| answer.json::<Token>()).flatten() {
            Some(token) => Ok(Self { token: token.access_token }),
            None => Err(refusal::of_sign_in(probe, &answer, &url)),
        }
    }
}

/// Where tokens are asked for: at the address that was set here, or else at the file's, which its reader has found to be
/// Google's own.
fn token_url(probe: &Probe<'_>, key: &ServiceAccountKey) -> Result<Url, Report> {
    match (probe.checker.endpoints.get(Endpoint::GoogleToken), &key.token_uri) {
        (Some(url), _) => Ok(below(url, &["token"])),
        (None, Some(url)) => Ok(url.clone()),
        (None, None) => probe.address(CONFIG, AUDIENCE),
    }
}

/// What the account signs: who it is, what for, and for which hour.
fn assertion(key: &ServiceAccountKey, now: i64) -> Option<Zeroizing<String>> {
    let pair = RsaKeyPair::from_pkcs8(&key.private_key).ok()?;
    let header = serde_json::to_vec(&Header { alg: "RS256", typ: "JWT", kid: &key.key_id }).ok()?;
    let claims = Claims { iss: &key.email, scope: SCOPE, aud: AUDIENCE, iat: now, exp: now + 3600 };
    let claims = serde_json::to_vec(&claims).ok()?;
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
    Some(Zeroizing::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
}
