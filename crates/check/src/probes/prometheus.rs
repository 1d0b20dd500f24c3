//! Prometheus, and what speaks its API, with basic authentication: billing and showback.
//!
//! The query `vector(1)` needs no data and is answered by Thanos, Mimir and VictoriaMetrics too. A server without
//! authentication would answer it to anybody, which a control request tells.

use reqwest::Url;
use serde::Deserialize;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{CONTROL, Checked, Probe, below};
use crate::{Report, Verdict};

/// What a kind calls its fields.
pub(super) struct Fields {
    url: &'static str,
    user: &'static str,
    password: &'static str,
}

pub(super) const BILLING: Fields =
    Fields { url: "prometheusUrl", user: "prometheusUsername", password: "prometheusPassword" };
pub(super) const SHOWBACK: Fields = Fields { url: "url", user: "username", password: "password" };

const SERVER: &str = "a Prometheus";

#[derive(Deserialize)]
struct Reply<T> {
    status: String,
    data: Option<T>,
}

#[derive(Deserialize)]
struct Build {
    version: String,
}

pub(super) async fn check(probe: &Probe<'_>, fields: &Fields) -> Checked {
    let url = probe.url(fields.url)?;
    let user = probe.text(fields.user)?;
    let password = probe.secret(fields.password)?;
    let mut query = below(&url, &["api", "v1", "query"]);
    query.set_query(Some("query=vector(1)"));

    let answer = probe.send(Ask::get(query.clone()).basic(user, password)).await?;
    if !succeeded(&answer) {
        return Err(refused(probe, fields, &answer, &query, user).await);
    }
    // Under a name that is nobody's, so that no real user is refused and locked for it.
    let control = probe.send(Ask::get(query).basic(CONTROL, CONTROL)).await;
    probe.proved(control, |answer| matches!(answer.code(), 401 | 403), fields.password)?;
    let report = Report::new(Verdict::Works, format!("The server lets {} query it.", probe.clean(user))).identity(user);
    // Some that speak the API have no build to tell of.
    let build = probe.send(Ask::get(below(&url, &["api", "v1", "status", "buildinfo"])).basic(user, password)).await;
    let version = build.ok().and_then(|answer| answer.json::<Reply<Build>>()?.data).map(|build| build.version);
    Ok(report.detail("Version", version.map(|version| probe.clean(&version)).unwrap_or_default()))
}

fn succeeded(answer: &Answer) -> bool {
    let reply = answer.status.is_success().then(|| answer.json::<Reply<serde_json::Value>>()).flatten();
    reply.is_some_and(|reply| reply.status == "success")
}

/// Why the query was refused.
async fn refused(probe: &Probe<'_>, fields: &Fields, answer: &Answer, query: &Url, user: &str) -> Report {
    let challenge = answer.header("www-authenticate").unwrap_or_default().to_ascii_lowercase();
    let wrong = || {
        Report::new(
            Verdict::WrongIdentityOrSecret,
            format!(
                "The server refuses {} or {}, and does not say which. Check both.",
                probe.label(fields.user),
                probe.label(fields.password)
            ),
        )
        .at(fields.password)
    };
    match answer.code() {
        401 if challenge.contains("basic") => wrong(),
        401 => Report::new(
            Verdict::WrongServer,
            "The server wants to be signed in to in another way than by a user and a password. Check the address, and what \
             stands before the server.",
        )
        .at(fields.url),
        403 if !answer.is_html() => {
            // Whoever refuses a stranger in the same way has not said that it knows this user.
            let control = probe.send(Ask::get(query.clone()).basic(CONTROL, CONTROL)).await;
            if control.is_ok_and(|control| control.code() == 403) {
                return Report::new(
                    Verdict::WrongIdentityOrSecret,
                    format!(
                        "The server denies access, and would deny it to anybody in the same way. Check {} and {}, and whether this \
                         machine may reach it.",
                        probe.label(fields.user),
                        probe.label(fields.password)
                    ),
                )
                .at(fields.password);
            }
            Report::new(
                Verdict::NotEnoughRights,
                format!(
                    "The server knows {}, who may not query it. Ask whoever runs it for the right to read.",
                    probe.clean(user)
                ),
            )
            .at(fields.user)
        }
        _ => probe.unexpected(answer, query, SERVER).at(fields.url),
    }
}
