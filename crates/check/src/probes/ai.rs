//! OpenAI, and what speaks its API: the models that a key may use.
//!
//! The list of models costs nothing. Some servers show it to anybody, which a control request tells.

use reqwest::Url;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{CONTROL, Checked, Probe, at_path};
use crate::{Report, Verdict};

const KEY: &str = "apiKey";
const URL: &str = "url";
const SERVER: &str = "an OpenAI API";

/// A list of models: under `data` as OpenAI has it, or bare as a few others do.
#[derive(Deserialize)]
#[serde(untagged)]
enum Models {
    Listed { data: Vec<IgnoredAny> },
    Bare(Vec<IgnoredAny>),
}

/// An error as OpenAI writes it; others wrap it in a list, or give one sentence.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    code: Code,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Failed {
    Told { error: Fault },
    Sentence { error: String },
    Wrapped([Box<Failed>; 1]),
}

/// OpenAI's codes are words, those of others are numbers.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Code {
    Word(String),
    #[default]
    None,
    Other(IgnoredAny),
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let key = probe.secret(KEY)?;
    let places = places(&base(probe)?);
    let (url, answer) = first(probe, &places, key).await?;
    let Some(count) = models(&answer) else { return refused(probe, key, &url, &answer) };

    let control = probe.send(Ask::get(url.clone()).bearer(CONTROL)).await;
    // Google's gateway calls a wrong key a bad request.
    let keyless = |answer: &Answer| answer.text().is_some_and(|text| text.to_lowercase().contains("api key"));
    let refused = |answer: &Answer| matches!(answer.code(), 401 | 403) || answer.code() == 400 && keyless(answer);
    probe.proved(control, refused, KEY)?;
    let report = Report::new(Verdict::Works, "The key is accepted, and models are listed for it.");
    let organization = answer.header("openai-organization").unwrap_or_default();
    Ok(report.detail("Models", count.to_string()).detail("Organization", probe.clean(organization)))
}

/// The address that was given, or else the public service.
fn base(probe: &Probe<'_>) -> Result<Url, Report> {
    let default = probe.kind.field(URL).and_then(|field| field.default).unwrap_or_default();
    probe.address(URL, probe.values.text(URL).unwrap_or(default))
}

/// Where the list of models can be, given what people take for the base address: with `/v1` or without it, or the
/// address of a single call.
fn places(base: &Url) -> Vec<Url> {
    let mut path = base.path().trim_end_matches('/');
    for call in ["/models", "/chat/completions", "/completions", "/responses", "/embeddings"] {
        path = path.strip_suffix(call).unwrap_or(path);
    }
    let versioned = path.rsplit('/').next().is_some_and(|last| {
        let number = last.strip_prefix('v').unwrap_or_default();
        number.starts_with(|c: char| c.is_ascii_digit())
    });
    let ends: &[&str] = match () {
        () if versioned => &["/models"],
        () if path.is_empty() => &["/v1/models", "/models"],
        () => &["/models", "/v1/models"],
    };
    ends.iter().map(|end| at_path(base, &format!("{path}{end}"))).collect()
}

/// The answer of the first place that is there at all.
async fn first(probe: &Probe<'_>, places: &[Url], key: &str) -> Result<(Url, Answer), Report> {
    let mut missing = None;
    for place in places {
        let answer = probe.send(Ask::get(place.clone()).bearer(key)).await?;
        // A web page in its place is what a gateway shows for a path that is not there.
        let absent = matches!(answer.code(), 404 | 405) || answer.status.is_success() && models(&answer).is_none();
        if !absent {
            return Ok((place.clone(), answer));
        }
        missing.get_or_insert((place.clone(), answer));
    }
    missing.ok_or_else(|| probe.missing(URL))
}

fn models(answer: &Answer) -> Option<usize> {
    if !answer.status.is_success() {
        return None;
    }
    answer.json::<Models>().map(|models| match models {
        Models::Listed { data } | Models::Bare(data) => data.len(),
    })
}

/// What a refusal means. A restricted key that may not list models still works.
fn refused(probe: &Probe<'_>, key: &str, url: &Url, answer: &Answer) -> Checked {
    let Some(fault) = answer.json::<Failed>().map(Failed::fault) else {
        // A refusal in another form is still one, unless it is a web page.
        return Err(match answer.code() {
            401 if !answer.is_html() => wrong(probe),
            403 if !answer.is_html() => Report::new(
                Verdict::WrongIdentityOrSecret,
                format!(
                    "The server denies access, and does not say why. Check {}, and whether it may be used from here.",
                    probe.label(KEY)
                ),
            )
            .at(KEY),
            _ => probe.unexpected(answer, url, SERVER).at(URL),
        });
    };
    let message = fault.message.unwrap_or_default();
    let said = message.to_lowercase();
    let code = match &fault.code {
        Code::Word(word) => word.as_str(),
        Code::None | Code::Other(_) => "",
    };
    let report = match (answer.code(), code) {
        // OpenAI gives no code with this, and either status.
        (401 | 403, _) if said.contains("missing scopes") => return restricted(probe, key, &message),
        (401 | 403, "ip_not_authorized") => elsewhere(),
        (401 | 403, _) if said.contains("ip is not authorized") || said.contains("ip not authorized") => elsewhere(),
        (403, "unsupported_country_region_territory") => Report::new(
            Verdict::Unproven,
            "OpenAI does not serve the country that this machine is in, and looks at no key from there. Check from another \
             network.",
        ),
        (401 | 403, _) if code == "account_deactivated" || said.contains("deactivated") => Report::new(
            Verdict::Disabled,
            "The account of this key was deactivated. Ask its owner, or use a key of another account.",
        )
        .at(KEY),
        (401 | 403, _)
            if matches!(code, "organization_membership_required" | "invalid_organization" | "mismatched_organization")
                || said.contains("member of an organization") =>
        {
            Report::new(
                Verdict::NotEnoughRights,
                "The account of this key belongs to no organization that may use the API. Ask an owner of the organization \
                 for an invitation.",
            )
            .at(KEY)
        }
        (402 | 429, "insufficient_quota" | "billing_hard_limit_reached" | "billing_not_active") | (402, _) => penniless(),
        (401, _) => wrong(probe),
        // Google's gateway calls a wrong key a bad request.
        (400, _) if said.contains("api key") => wrong(probe),
        (403, _) => Report::new(
            Verdict::NotEnoughRights,
            format!("The server knows the key, which may not list models: {}", probe.clean(&message)),
        )
        .at(KEY),
        _ => probe.unexpected(answer, url, SERVER).at(URL),
    };
    Err(report)
}

fn wrong(probe: &Probe<'_>) -> Report {
    let sentence = format!("The server refuses {}: it is wrong, or was revoked. Make a new one.", probe.label(KEY));
    Report::new(Verdict::WrongSecret, sentence).at(KEY)
}

/// The key of a project or an organization that is used from some addresses only.
fn elsewhere() -> Report {
    Report::new(
        Verdict::NotEnoughRights,
        "The key may not be used from this machine's address. Add the address to the IP allowlist of its project, or check \
         from another network.",
    )
    .at(KEY)
}

fn penniless() -> Report {
    Report::new(
        Verdict::NotEnoughRights,
        "The key is right, but its account has no credit left or has reached its limit. Look at its billing.",
    )
    .at(KEY)
}

fn restricted(probe: &Probe<'_>, key: &str, message: &str) -> Checked {
    if key.starts_with("sk-admin-") {
        return Err(Report::new(
            Verdict::NotEnoughRights,
            "This is an admin key, which cannot run models. Make a project key instead.",
        )
        .at(KEY));
    }
    let scopes =
        message.split_once("Missing scopes:").map(|(_, rest)| rest.split_whitespace().next().unwrap_or_default());
    let scopes = probe.clean(scopes.unwrap_or_default().trim_end_matches(['.', ',']));
    Ok(Report::new(Verdict::Works, "The key is accepted. It is restricted, and may not list models.")
        .detail("Lacks", scopes)
        .warning("Whether the key may run a model was not tried, for that costs money. Look at its permissions."))
}

impl Failed {
    fn fault(self) -> Fault {
        match self {
            Self::Told { error } => error,
            Self::Sentence { error } => Fault { message: Some(error), ..Fault::default() },
            Self::Wrapped([one]) => one.fault(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_found_below_what_people_take_for_the_base() {
        for (base, first) in [
            ("https://api.openai.com", "https://api.openai.com/v1/models"),
            ("https://api.openai.com/v1", "https://api.openai.com/v1/models"),
            ("https://api.openai.com/v1/", "https://api.openai.com/v1/models"),
            ("https://api.openai.com/v1/models", "https://api.openai.com/v1/models"),
            ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/models"),
            ("https://ai.example.com:8443/gateway/", "https://ai.example.com:8443/gateway/models"),
            ("https://ai.example.com/v1beta/openai", "https://ai.example.com/v1beta/openai/models"),
            ("https://ai.example.com/v1beta", "https://ai.example.com/v1beta/models"),
        ] {
            assert_eq!(places(&Url::parse(base).unwrap())[0].as_str(), first, "{base}");
        }
    }
}
