//! Sign-in, the second factor, and the renewal of a session.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use crate::Generation;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::shape::Takes;
use crate::world::Key;

/// `POST auth/login`
pub(crate) fn login(asked: &Asked) -> Answer {
    let mut known = vec![
        ("email", Takes::Text),
        ("password", Takes::Text),
        ("mode", Takes::Text),
        ("accessKey", Takes::Text),
        ("secretKey", Takes::Text),
    ];
    if asked.generation() == Generation::Current {
        known.push(("accountName", Takes::Text));
    }
    asked.check_fields(&known)?;
    let refused = || Refusal::new(asked.world.options().refused_status, "Incorrect account, email or password.");
    let text = |field: &str| asked.text(field).unwrap_or_default();
    let row = match (text("mode"), text("accessKey")) {
        ("token" | "keycloak" | "autoscaling" | "autoscaler", key) if !key.is_empty() => {
            match asked.world.by_key(key, text("secretKey"))? {
                Some(Key::Token(row)) => Some(row),
                _ => None,
            }
        }
        ("" | "default" | "keycloak", _) => asked.world.by_password(text("email"), text("password"))?,
        _ => return Err(Refusal::bad("Unknown mode")),
    };
    let row = row.ok_or_else(refused)?;
    let person = asked.world.person(row)?;
    // A request without an account's name is let in: no source says that the server demands one.
    if asked.generation() == Generation::Current
        && asked.text("accountName").is_some_and(|name| !name.eq_ignore_ascii_case(&person.account_name))
    {
        return Err(refused());
    }
    begin(asked, row, person.second_factor, person.forced && !person.second_factor)
}

/// `POST auth/refresh`: a refresh token works once.
pub(crate) fn refresh(asked: &Asked) -> Answer {
    asked.check_fields(&[("token", Takes::Text), ("refreshToken", Takes::Text)])?;
    let refresh = asked.text("refreshToken").unwrap_or_default();
    let row = asked.world.sessions().take_refresh(refresh, asked.now());
    let row = row.filter(|_| asked.text("token").is_some());
    let row = row.ok_or_else(|| Refusal::new(401, "The refresh token is invalid or was used before."))?;
    begin(asked, row, false, false)
}

/// `POST two-factor-auth/login`
pub(crate) fn code(asked: &Asked) -> Answer {
    asked.check_fields(&[("verificationCode", Takes::Text)])?;
    second(asked, |row| asked.world.is_code(row, asked.text("verificationCode").unwrap_or_default()))
}

/// `POST two-factor-auth/recovery`: each code works once.
pub(crate) fn recovery(asked: &Asked) -> Answer {
    asked.check_fields(&[("recoveryCode", Takes::Text)])?;
    second(asked, |row| asked.world.use_recovery(row, asked.text("recoveryCode").unwrap_or_default()))
}

/// Ends the first half of a session and begins it as a whole.
fn second(asked: &Asked, right: impl FnOnce(i64) -> rusqlite::Result<bool>) -> Answer {
    let holder = asked.bearer().and_then(|token| asked.world.sessions().holder(token, asked.now()));
    let Some((row, true)) = holder else { return Err(Refusal::unauthorized()) };
    if !right(row)? {
        return Err(Refusal::bad("Verification code is invalid"));
    }
    begin(asked, row, false, false)
}

fn begin(asked: &Asked, row: i64, second: bool, forced: bool) -> Answer {
    let person = asked.world.person(row)?;
    let pending = second || forced;
    let session = asked.world.begin_session(row, &person, pending, asked.now());
    let until = DateTime::from_timestamp_micros(session.refresh_until).unwrap_or_default();
    Ok(Reply::Json(json!({
        "token": session.token,
        "refreshToken": if pending { Value::Null } else { session.refresh.into() },
        "refreshTokenExpireTime": until.to_rfc3339_opts(SecondsFormat::Micros, true),
        "twoFaEnabled": second,
        "isForcedToEnabled2Fa": forced,
    })))
}
