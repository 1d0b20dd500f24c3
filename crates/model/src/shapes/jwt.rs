//! A token that says of itself who it is and when it ends. Its signature is the server's business.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, Utc};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::Facts;

const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who the token is and when it ends, when it is a JWT; nothing otherwise.
pub(crate) fn facts(token: &str) -> Facts {
    let Some(claims) = claims(token) else {
        return Facts::default();
    };
    let name = |claim: &str| claims.get(claim).and_then(Value::as_str).and_then(super::fact);
    Facts { identity: name("name").or_else(|| name("sub")), expiry: end(&claims), ..Facts::default() }
}

/// When the token ends.
pub(super) fn expiry(token: &str) -> Option<DateTime<Utc>> {
    end(&claims(token)?)
}

fn end(claims: &Value) -> Option<DateTime<Utc>> {
    let exp = claims.get("exp")?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction of a second is of no account, and the cast saturates"
    )]
    let seconds = exp.as_i64().or_else(|| exp.as_f64().map(|seconds| seconds as i64))?;
    DateTime::from_timestamp(seconds, 0)
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.trim().split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || payload.len() > crate::TEXT_BYTES {
        return None;
    }
    let json = Zeroizing::new(BASE64_URL.decode(payload).ok()?);
    serde_json::from_slice(&json).ok().filter(Value::is_object)
}
