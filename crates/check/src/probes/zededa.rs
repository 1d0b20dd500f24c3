//! Zededa: whose the token is, then whether its project and its edge nodes are there.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::{MOST, Suggestion};
use crate::probe::{CONTROL, Checked, Discovered, Probe, at_path, below};
use crate::{Report, Verdict};

const URL: &str = "apiUrl";
const TOKEN: &str = "apiToken";
const PROJECT: &str = "project";
const NODES: &str = "edgeNodes";
const PUBLIC: &str = "publicNetwork.interface";
const PRIVATE: &str = "privateNetwork.interface";
const SERVER: &str = "a Zedcontrol";

/// How many nodes are looked up one by one.
const LOOKED_UP: usize = 20;

pub(super) const DISCOVERED: &[&str] = &[PROJECT, NODES, PUBLIC, PRIVATE];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct User {
    id: String,
    username: String,
    email: String,
    full_name: String,
    role_name: String,
    state: String,
}

/// The user as it is sent, or inside the envelope that the published description names.
#[derive(Deserialize)]
struct Me {
    result: Option<Envelope>,
    #[serde(flatten)]
    user: User,
}

#[derive(Deserialize)]
struct Envelope {
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    json: Option<Written>,
}

#[derive(Deserialize)]
struct Written {
    json: String,
}

/// A project or a node.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Thing {
    id: String,
    name: String,
    title: String,
    project_id: String,
    interfaces: Vec<Interface>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Interface {
    intfname: String,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    list: Vec<Thing>,
    next: Option<Cursor>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cursor {
    page_token: String,
}

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let base = base(probe)?;
    let expiry = in_time(probe)?;
    let me: Me = get(probe, &below(&base, &["users", "self"])).await?.ok_or_else(|| nothing(probe, &base))?;
    let user = me.user().ok_or_else(|| nothing(probe, &base))?;
    let name = probe.clean(user.name());
    if user.state.contains("INACTIVE") || user.state.contains("SUSPENDED") {
        let sentence =
            format!("The token is that of {name}, who was deactivated. Ask an administrator of the enterprise.");
        return Err(Report::new(Verdict::Disabled, sentence).at(TOKEN));
    }
    // A server that answers anybody would answer this, too.
    let control = probe.send(Ask::get(below(&base, &["users", "self"])).bearer(CONTROL)).await;
    probe.proved(control, |answer| matches!(answer.code(), 401 | 403), TOKEN)?;
    let mut report = match name.as_str() {
        "" => Report::new(Verdict::Works, "The token is accepted."),
        name => Report::new(Verdict::Works, format!("The token is that of {name}.")).identity(name),
    };
    report = report.detail("Role", probe.clean(&user.role_name)).expires(expiry);
    let mut project_id = None;
    if let Some(project) = probe.values.text(PROJECT) {
        let Some(found) = get::<Thing>(probe, &below(&base, &["projects", "name", project])).await? else {
            let there = named(probe, &list(probe, &base, "projects").await.unwrap_or_default());
            let sentence = format!(
                "The token is accepted, but it sees no project {project}; {there}. Correct {}.",
                probe.label(PROJECT)
            );
            return Err(Report::new(Verdict::WrongScope, sentence).at(PROJECT));
        };
        project_id = Some(found.id);
        report = report.detail("Project", project);
    }
    for node in probe.values.list(NODES).iter().take(LOOKED_UP) {
        let found = get::<Thing>(probe, &below(&base, &["devices", "name", node])).await?;
        let why = match (&found, &project_id) {
            (None, _) => "it sees no edge node",
            (Some(found), Some(project)) if !found.project_id.is_empty() && found.project_id != *project => {
                "another project has the edge node"
            }
            _ => continue,
        };
        let there = named(probe, &list(probe, &base, "devices").await.unwrap_or_default());
        let sentence = format!("The token is accepted, but {why} {node}; {there}. Correct {}.", probe.label(NODES));
        return Err(Report::new(Verdict::WrongScope, sentence).at(NODES));
    }
    Ok(report.detail("Edge nodes", probe.values.list(NODES).join(", ")))
}

pub(super) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    let base = base(probe)?;
    in_time(probe)?;
    let words = |one: &Thing| if one.title == one.name { String::new() } else { one.title.clone() };
    if field == PROJECT {
        let found = list(probe, &base, "projects").await?;
        return Ok(found.iter().map(|one| Suggestion::with(&one.name, &words(one))).collect());
    }
    let nodes = list(probe, &base, "devices").await?;
    if field == NODES {
        return Ok(nodes.iter().map(|one| Suggestion::with(&one.name, &words(one))).collect());
    }
    // The interfaces of the nodes that were chosen, or of all.
    let chosen = probe.values.list(NODES);
    let chosen = nodes.into_iter().filter(|one| chosen.is_empty() || chosen.contains(&one.name));
    Ok(chosen.flat_map(|one| one.interfaces).map(|one| Suggestion::plain(one.intfname)).collect())
}

impl Me {
    /// The user; nothing when this is no such answer at all: any object would read as a user without a name.
    fn user(self) -> Option<User> {
        if !self.user.name().is_empty() {
            return Some(self.user);
        }
        let written = self.result?.content.and_then(|content| content.json);
        Some(written.and_then(|written| serde_json::from_str(&written.json).ok()).unwrap_or_default())
    }
}

impl User {
    fn name(&self) -> &str {
        let names = [&self.username, &self.email, &self.full_name, &self.id];
        names.into_iter().find(|name| !name.is_empty()).map_or("", String::as_str)
    }
}

/// The root of the API, whether or not the address has it already.
fn base(probe: &Probe<'_>) -> Result<Url, Report> {
    let url = probe.url(URL)?;
    let mut path = url.path().trim_end_matches('/');
    for end in ["/v1", "/api"] {
        path = path.strip_suffix(end).unwrap_or(path);
    }
    Ok(at_path(&url, &format!("{path}/api/v1")))
}

/// A token that says of itself that it has ended is not sent.
fn in_time(probe: &Probe<'_>) -> Result<Option<chrono::DateTime<chrono::Utc>>, Report> {
    probe.secret(TOKEN)?;
    let end = (probe.kind.secret_facts)(probe.secrets).expiry;
    match end.filter(|end| *end <= probe.now()) {
        None => Ok(end),
        Some(end) => {
            let day = end.format("%Y-%m-%d %H:%M UTC");
            let sentence = format!("{} has expired on {day}. Make a new one in Zedcontrol.", probe.label(TOKEN));
            Err(Report::new(Verdict::Expired, sentence).at(TOKEN).expires(Some(end)))
        }
    }
}

/// One thing; nothing when it is not there.
async fn get<T: DeserializeOwned>(probe: &Probe<'_>, url: &Url) -> Result<Option<T>, Report> {
    let answer = probe.send(Ask::get(url.clone()).bearer(probe.secret(TOKEN)?)).await?;
    if answer.code() == 404 && answer.json::<serde::de::IgnoredAny>().is_some() {
        return Ok(None);
    }
    read(probe, &answer, url).map(Some)
}

/// All pages of a list.
async fn list(probe: &Probe<'_>, base: &Url, what: &str) -> Result<Vec<Thing>, Report> {
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let mut url = below(base, &[what]);
        url.query_pairs_mut().append_pair("summary", "true").append_pair("next.pageSize", "100");
        if !token.is_empty() {
            url.query_pairs_mut().append_pair("next.pageToken", &token);
        }
        let answer = probe.send(Ask::get(url.clone()).bearer(probe.secret(TOKEN)?)).await?;
        let page: List = read(probe, &answer, &url)?;
        let more = !page.list.is_empty() && found.len() < MOST;
        found.extend(page.list);
        match page.next.map(|next| next.page_token) {
            Some(next) if more && !next.is_empty() && next != token => token = next,
            _ => return Ok(found),
        }
    }
}

fn read<T: DeserializeOwned>(probe: &Probe<'_>, answer: &Answer, url: &Url) -> Result<T, Report> {
    if let Some(value) = answer.status.is_success().then(|| answer.json()).flatten() {
        return Ok(value);
    }
    Err(match answer.code() {
        401 if !answer.is_html() => {
            let pasted = probe.secret(TOKEN)?.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
            let hint =
                if pasted { "The word Bearer before it is no part of it." } else { "Make a new one in Zedcontrol." };
            let label = probe.label(TOKEN);
            let sentence = format!("Zedcontrol refuses {label}: it is wrong, was revoked or has expired. {hint}");
            Report::new(Verdict::WrongSecret, sentence).at(TOKEN)
        }
        403 if !answer.is_html() => {
            let sentence = "Zedcontrol knows the token, whose role does not reach this. Ask an administrator for a role that \
                            reads projects and edge nodes.";
            Report::new(Verdict::NotEnoughRights, sentence).at(TOKEN)
        }
        _ => probe.unexpected(answer, url, SERVER).at(URL),
    })
}

/// An answer that no Zedcontrol gives to somebody whom it knows.
fn nothing(probe: &Probe<'_>, base: &Url) -> Report {
    let sentence = format!(
        "The host {} answers, but not as {SERVER} does. Check the address; it is that of the API, such as \
         https://zcontrol.zededa.net.",
        probe.clean(&crate::probe::host_of(base))
    );
    Report::new(Verdict::WrongServer, sentence).at(URL)
}

fn named(probe: &Probe<'_>, things: &[Thing]) -> String {
    match things {
        [] => "it is shown none".to_owned(),
        things => {
            let names: Vec<String> = things.iter().take(10).map(|one| probe.clean(&one.name)).collect();
            format!("there are {}", names.join(", "))
        }
    }
}
