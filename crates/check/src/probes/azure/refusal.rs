//! What Microsoft's refusals mean, by their numbers and codes: its texts change, and are in the reader's language.

use reqwest::Url;
use serde::Deserialize;

use super::discover::GROUP;
use super::{CLIENT, LOCATION, LOGIN_SERVER, MANAGEMENT_SERVER, SECRET, SUBSCRIPTION, Subscription, TENANT};
use crate::answer::Answer;
use crate::probe::Probe;
use crate::{Report, Verdict};

/// A refusal of the sign-in.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}

/// A refusal of the management.
#[derive(Deserialize)]
struct Fault {
    error: Code,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Code {
    code: String,
}

pub(super) fn of_sign_in(probe: &Probe<'_>, answer: &Answer, url: &Url) -> Report {
    let refusal = if answer.status.is_success() { None } else { answer.json::<Refusal>() };
    let Some(refusal) = refusal else { return probe.unexpected(answer, url, LOGIN_SERVER) };
    if answer.code() == 429 {
        return probe.rate_limited(answer, url);
    }
    let known = refusal.error_codes.iter().find_map(|code| numbered(probe, *code, answer, url));
    known.unwrap_or_else(|| named(probe, &refusal, answer, url))
}

/// What a number means. Those that say more stand first in Microsoft's own lists too.
fn numbered(probe: &Probe<'_>, code: u32, answer: &Answer, url: &Url) -> Option<Report> {
    let (client, tenant) = (probe.values.text(CLIENT).unwrap_or_default(), probe.label(TENANT));
    let report = match code {
        7_000_215 | 70_002 | 50_012 => {
            let guid = |text: &str| text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
            let hint = if probe.secret(SECRET).is_ok_and(guid) {
                "What is given looks like the secret's ID; its value is needed, which Azure shows once."
            } else {
                "Give the secret's value, not its ID, or make a new secret."
            };
            let sentence = format!("The app {client} is known, but {} is wrong. {hint}", probe.label(SECRET));
            Report::new(Verdict::WrongSecret, sentence).at(SECRET)
        }
        7_000_222 => Report::new(
            Verdict::Expired,
            format!("{} has expired. Make a new secret in the app registration.", probe.label(SECRET)),
        )
        .at(SECRET),
        700_016 => Report::new(
            Verdict::UnknownIdentity,
            format!("No app {client} is known in this tenant. Check {} and {tenant}.", probe.label(CLIENT)),
        )
        .at(CLIENT),
        7_000_229 => Report::new(
            Verdict::UnknownIdentity,
            format!(
                "The app {client} has no service principal in this tenant. Make one with: az ad sp create --id {client}"
            ),
        )
        .at(CLIENT),
        90_002 | 900_023 | 90_019 => Report::new(
            Verdict::WrongScope,
            format!("There is no tenant of this ID in this cloud. Check {tenant} and {}.", probe.label(LOCATION)),
        )
        .at(TENANT),
        90_038 | 900_382 | 900_439 | 900_432 => Report::new(
            Verdict::WrongScope,
            format!(
                "The tenant belongs to another of Microsoft's clouds. Put a location of that cloud into {}.",
                probe.label(LOCATION)
            ),
        )
        .at(LOCATION),
        7_000_112 | 50_057 => Report::new(
            Verdict::Disabled,
            format!("The app {client} was disabled. Somebody with rights in the tenant has to enable it."),
        )
        .at(CLIENT),
        50_105 | 501_051 | 500_011 => Report::new(
            Verdict::NotEnoughRights,
            format!("The app {client} was not given access to Azure's management in this tenant. Ask its administrator."),
        )
        .at(CLIENT),
        50_072 | 50_074 | 50_076 | 50_079 | 50_158 | 53_000..=53_004 | 530_001..=530_999 | 50_097 => Report::new(
            Verdict::NeedsHuman,
            "A Conditional Access policy of the tenant stops this sign-in: it asks for a second factor, a known device or \
             another network. An administrator has to exempt the app, or the check has to run elsewhere.",
        )
        .at(CLIENT),
        500_021 | 500_022 => Report::new(
            Verdict::NeedsHuman,
            format!(
                "The network that this machine is in does not let anybody sign in to that tenant. Check from another network, or \
                 ask whoever runs its proxy; if the tenant is a slip, correct {tenant}."
            ),
        )
        .at(TENANT),
        65_001 | 65_004 | 65_005 | 90_008 | 90_094 => Report::new(
            Verdict::NeedsHuman,
            format!("The app {client} lacks a consent in this tenant. An administrator has to give it."),
        )
        .at(CLIENT),
        50_196 | 90_055 => probe.rate_limited(answer, url),
        90_006 | 90_024 | 90_033 | 90_036 | 90_020 => Report::new(
            Verdict::ProviderFailed,
            "Microsoft's sign-in failed by itself. Nothing is known of the credential; try again later.",
        ),
        _ => return None,
    };
    Some(report)
}

/// What is left to say when no number is known, by the name that OAuth gives it.
fn named(probe: &Probe<'_>, refusal: &Refusal, answer: &Answer, url: &Url) -> Report {
    let number = refusal.error_codes.first().map(|code| format!(" (AADSTS{code})")).unwrap_or_default();
    match refusal.error.as_str() {
        "invalid_client" => Report::new(
            Verdict::WrongIdentityOrSecret,
            format!(
                "Microsoft refuses the app or its secret{number}. Check {} and {}.",
                probe.label(CLIENT),
                probe.label(SECRET)
            ),
        )
        .at(SECRET),
        "unauthorized_client" => Report::new(
            Verdict::UnknownIdentity,
            format!("Microsoft does not let this app sign in{number}. Check {}.", probe.label(CLIENT)),
        )
        .at(CLIENT),
        "invalid_tenant" => Report::new(
            Verdict::WrongScope,
            format!("Microsoft knows no such tenant{number}. Check {}.", probe.label(TENANT)),
        )
        .at(TENANT),
        "interaction_required" | "consent_required" | "login_required" | "access_denied" | "invalid_grant" => {
            Report::new(
                Verdict::NeedsHuman,
                format!(
                    "Microsoft wants something that only a person can give{number}. Ask an administrator of the tenant."
                ),
            )
            .at(CLIENT)
        }
        "temporarily_unavailable" | "server_error" => Report::new(
            Verdict::ProviderFailed,
            "Microsoft's sign-in failed by itself. Nothing is known of the credential; try again later.",
        ),
        _ if answer.status.is_client_error() && !refusal.error_codes.is_empty() => Report::new(
            Verdict::WrongIdentityOrSecret,
            format!(
                "Microsoft refuses the sign-in{number}. Check {}, {} and {}.",
                probe.label(TENANT),
                probe.label(CLIENT),
                probe.label(SECRET)
            ),
        )
        .at(CLIENT),
        _ => probe.unexpected(answer, url, LOGIN_SERVER),
    }
}

/// Why the subscription was not shown to an app that has signed in.
pub(super) fn of_subscription(probe: &Probe<'_>, answer: &Answer, url: &Url, others: &[Subscription]) -> Report {
    if let Some(report) = of_management(probe, answer, url) {
        return if report.verdict == Verdict::WrongScope { naming(probe, report, others) } else { report };
    }
    probe.unexpected(answer, url, MANAGEMENT_SERVER)
}

/// What a code of the management means; nothing when it is none that is known.
pub(super) fn of_management(probe: &Probe<'_>, answer: &Answer, url: &Url) -> Option<Report> {
    let label = probe.label(SUBSCRIPTION);
    let code = if answer.status.is_success() { return None } else { answer.json::<Fault>()?.error.code };
    let report = match code.as_str() {
        "SubscriptionNotFound" | "InvalidSubscriptionId" => Report::new(
            Verdict::WrongScope,
            format!("The app signs in, but there is no subscription of this ID in the tenant. Check {label}."),
        ),
        "InvalidAuthenticationTokenTenant" => Report::new(
            Verdict::WrongScope,
            format!(
                "The app signs in, but the subscription belongs to another tenant. Check {label} and {}.",
                probe.label(TENANT)
            ),
        ),
        "ReadOnlyDisabledSubscription" | "DisabledSubscription" => Report::new(
            Verdict::Disabled,
            "The app signs in, but the subscription is disabled. Reactivate it in the Azure portal, or choose another.",
        ),
        "AuthorizationFailed" | "LinkedAuthorizationFailed" | "Forbidden" | "RequestDisallowedByPolicy" => Report::new(
            Verdict::NotEnoughRights,
            "The app signs in, but has no role that lets it see this. Give it a role such as Contributor on the subscription.",
        ),
        "ResourceGroupNotFound" => {
            let sentence = "The app signs in, but there is no such resource group in the subscription. Check its name.";
            return Some(Report::new(Verdict::WrongScope, sentence).at(GROUP));
        }
        _ if answer.code() == 429 => return Some(probe.rate_limited(answer, url)),
        _ => return None,
    };
    Some(report.at(SUBSCRIPTION))
}

/// Adds which subscriptions there are.
fn naming(probe: &Probe<'_>, mut report: Report, others: &[Subscription]) -> Report {
    let shown: Vec<String> = others
        .iter()
        .take(5)
        .map(|one| format!("{} ({})", probe.clean(&one.display_name), probe.clean(&one.subscription_id)))
        .collect();
    if shown.is_empty() {
        report.message.push_str(" The app has no role on any subscription there.");
    } else {
        report.message.push_str(&format!(" The app sees {}.", shown.join(", ")));
    }
    report
}
