//! What Google's refusals mean.

use reqwest::Url;
use serde::Deserialize;

use super::{CONFIG, SERVER, named};
use crate::answer::Answer;
use crate::probe::Probe;
use crate::{Report, Verdict};

/// A refusal of the token service.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// A refusal of any other service.
#[derive(Deserialize)]
struct Fault {
    error: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    status: String,
    message: String,
    details: Vec<Info>,
    errors: Vec<Info>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    reason: String,
}

pub(super) fn of_sign_in(probe: &Probe<'_>, answer: &Answer, url: &Url) -> Report {
    let server = "Google's token service";
    if answer.status.is_success() || answer.code() == 429 || answer.status.is_server_error() {
        return probe.unexpected(answer, url, server).at(CONFIG);
    }
    let Some(refusal) = answer.json::<Refusal>() else { return probe.unexpected(answer, url, server).at(CONFIG) };
    let (email, _) = named(probe);
    let said = refusal.error_description.to_lowercase();
    let report = match refusal.error.as_str() {
        "invalid_grant"
            if said.contains("timeframe")
                || said.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "iat") =>
        {
            return probe.clock_skew(answer.clock_ahead());
        }
        "disabled_client" => {
            Report::new(Verdict::Disabled, format!("This key of {email} was disabled. Enable it, or make a new one."))
        }
        "deleted_client" => gone(&email),
        "invalid_grant" | "invalid_client" if said.contains("disabled") => Report::new(
            Verdict::Disabled,
            format!("The service account {email} was disabled. Somebody with rights in its project has to enable it."),
        ),
        "invalid_grant" if said.contains("not found") || said.contains("not a valid email") => gone(&email),
        "invalid_grant" if said.contains("signature") => Report::new(
            Verdict::WrongSecret,
            format!(
                "Google knows {email}, but not this key of it: the key was deleted, has expired, or belongs to another \
                 account. Make a new one."
            ),
        ),
        "admin_policy_enforced" | "org_internal" | "access_denied" => Report::new(
            Verdict::NotEnoughRights,
            format!(
                "A policy of its organization does not let {email} sign in. Ask an administrator of the organization."
            ),
        ),
        "invalid_grant" | "invalid_client" | "unauthorized_client" => Report::new(
            Verdict::WrongIdentityOrSecret,
            format!(
                "Google refuses {email} and its key, and does not say which is wrong: {}",
                probe.clean(&refusal.error_description)
            ),
        ),
        _ => probe.unexpected(answer, url, server),
    };
    report.at(CONFIG)
}

fn gone(email: &str) -> Report {
    Report::new(
        Verdict::UnknownIdentity,
        format!("Google knows no service account {email}: it was deleted, or the file is of another. Check the file."),
    )
}

/// Why an account that has signed in does not get at a project or a folder. `place` names it with its article.
pub(super) fn of_a_place(probe: &Probe<'_>, answer: &Answer, url: &Url, place: &str, field: &'static str) -> Report {
    let fault = if answer.status.is_success() { None } else { answer.json::<Fault>() };
    let Some(Fault { error }) = fault else { return probe.unexpected(answer, url, SERVER) };
    let reason = |reason: &str| error.details.iter().chain(&error.errors).any(|info| info.reason == reason);
    let report = match answer.code() {
        403 if reason("SERVICE_DISABLED") || reason("accessNotConfigured") => Report::new(
            Verdict::NotEnoughRights,
            format!(
                "The key signs in, but an API is switched off in its project. Enable {} there, then try again.",
                url.host_str().filter(|host| host.ends_with(".googleapis.com")).unwrap_or("the API that was asked")
            ),
        ),
        403 if reason("CONSUMER_INVALID") || reason("CONSUMER_SUSPENDED") || reason("USER_PROJECT_DENIED") => {
            Report::new(
                Verdict::WrongScope,
                format!("The key signs in, but {place} was deleted or suspended. Restore it, or choose another."),
            )
        }
        403 if reason("RATE_LIMIT_EXCEEDED") || reason("rateLimitExceeded") || reason("quotaExceeded") => {
            return probe.rate_limited(answer, url);
        }
        403 => Report::new(
            Verdict::NotEnoughRights,
            format!(
                "The key signs in, but its account has no role on {place}, or there is no such place: Google does not say which. Check it, or give a role."
            ),
        ),
        404 | 400 if matches!(error.status.as_str(), "NOT_FOUND" | "INVALID_ARGUMENT") || reason("notFound") => {
            Report::new(Verdict::WrongScope, format!("The key signs in, but {place} does not exist. Check it."))
        }
        401 => Report::new(
            Verdict::ProviderFailed,
            format!("Google gave a token and then refused it: {} Try again later.", probe.clean(&error.message)),
        ),
        _ => return probe.unexpected(answer, url, SERVER),
    };
    report.at(field)
}
