//! What can go into a field, as a provider tells through the account.

pub(crate) mod source;
pub(crate) mod sources;

use std::collections::HashSet;

use credenza_model::{KindId, SecretMap, TEXT_BYTES, Value, Values, printable};
use reqwest::Method;

use crate::check::pick;
use crate::content::{Content, Node, Part};
use crate::json::Json;
use crate::link::{Ask, Pace};
use crate::refusal::nonsense;
use crate::{Account, RemoteError, Suggestion, bodies};

use source::{How, Source};

/// More than this no one looks through.
const MOST: usize = 2_000;

/// The longest label, in characters.
const LABEL: usize = 200;

impl Account {
    /// The fields of a kind that [`Account::suggest`] can fill.
    pub fn suggested(kind: KindId) -> &'static [&'static str] {
        sources::fields(kind)
    }

    /// What can go into a field, as the provider tells through the account; `id` names the row whose secrets the account
    /// has, for the calls that take one.
    ///
    /// # Errors
    /// [`RemoteError::Rejected`] when the provider refuses, and whatever a request can meet.
    pub async fn suggest(
        &self,
        kind: KindId,
        field: &str,
        id: Option<i32>,
        values: &Values,
        secrets: &SecretMap,
    ) -> Result<Vec<Suggestion>, RemoteError> {
        let Some(source) = sources::of(kind, field) else { return Ok(Vec::new()) };
        let found;
        let mut values = values;
        if kind == KindId::Vsphere && source.needs("datacenterId") && !values.has("datacenterId") {
            found = self.with_datacenter(values, secrets).await?;
            values = &found;
        }
        let mut more = Vec::new();
        let project;
        if source.needs("openStackProject") && kind == KindId::Openstack {
            project = self.project_id(values, secrets).await?;
            more.extend(project.as_deref().map(|id| ("openStackProjectId", Node::Text(id))));
        }
        let json = match self.discover(source, id, values, secrets, more).await {
            Err(error @ RemoteError::Rejected { .. }) if !source.older.is_empty() => {
                // What the older generation calls otherwise is missing to it. The first refusal is the one to tell.
                let body = Content::json(&Node::Object(pick(source.older, values, secrets)));
                let ask = Ask::new(Method::POST, source.path, Pace::Slow).body(body, bodies::hidden(secrets));
                self.answered(&ask).await.map_err(|_| error)?
            }
            other => other?,
        };
        Ok(suggestions(source, &json))
    }

    /// vSphere's values with the id of the datacenter, which the API wants beside its name. Without a sure one they stay
    /// as they are, and the server decides.
    pub(crate) async fn with_datacenter(&self, values: &Values, secrets: &SecretMap) -> Result<Values, RemoteError> {
        let mut values = values.clone();
        let Some(source) = sources::of(KindId::Vsphere, "datacenterId") else { return Ok(values) };
        let json = match self.discover(source, None, &values, secrets, Vec::new()).await {
            Ok(json) => json,
            Err(error @ (RemoteError::Unreachable { .. } | RemoteError::SignedOut(_))) => return Err(error),
            Err(_) => return Ok(values),
        };
        let name = values.text("datacenterName").map(str::to_owned);
        let id = items(&json)
            .iter()
            .find(|item| item.text("name") == name.as_deref())
            .and_then(|item| item.text("datacenter"));
        if let Some(id) = id.filter(|id| name.is_some() && usable(id)) {
            values.set("datacenterId", Value::Text(id.to_owned()));
        }
        Ok(values)
    }

    /// The id of OpenStack's project, which some calls want instead of its name.
    async fn project_id(&self, values: &Values, secrets: &SecretMap) -> Result<Option<String>, RemoteError> {
        let (Some(name), Some(source)) =
            (values.text("openStackProject"), sources::of(KindId::Openstack, "openStackProject"))
        else {
            return Ok(None);
        };
        let json = self.discover(source, None, values, secrets, Vec::new()).await?;
        let found = items(&json).iter().find(|item| item.text("name") == Some(name) || item.text("id") == Some(name));
        Ok(found.and_then(|item| item.text("id")).filter(|id| usable(id)).map(str::to_owned))
    }

    /// One question, sent once: it reaches the provider, which counts questions.
    async fn discover(
        &self,
        source: &Source,
        id: Option<i32>,
        values: &Values,
        secrets: &SecretMap,
        more: Vec<(&str, Node<'_>)>,
    ) -> Result<Json, RemoteError> {
        let id = id.filter(|_| source.takes_row);
        let ask = match source.how {
            How::Get => Ask::get(source.path),
            How::Json => {
                let mut body = pick(source.picked, values, secrets);
                body.extend(more);
                body.extend(id.map(|id| ("cloudId", Node::Int(id.into()))));
                let body = Content::json(&Node::Object(body));
                Ask::new(Method::POST, source.path, Pace::Slow).body(body, bodies::hidden(secrets))
            }
            How::Form(file, field) => {
                let id = id.map(|id| id.to_string());
                let mut parts: Vec<_> = secrets
                    .expose(field)
                    .map(|value| Part { name: "config", file: Some(file), value })
                    .into_iter()
                    .collect();
                parts.extend(
                    source
                        .picked
                        .iter()
                        .filter_map(|(name, field)| Some(Part { name, file: None, value: values.text(field)? })),
                );
                parts.extend(id.as_deref().map(|value| Part { name: "cloudId", file: None, value }));
                Ask::new(Method::POST, source.path, Pace::Slow).body(Content::form(&parts), bodies::hidden(secrets))
            }
        };
        self.answered(&ask).await
    }

    async fn answered(&self, ask: &Ask<'_>) -> Result<Json, RemoteError> {
        let reply = self.once(ask).await.map_err(|trouble| trouble.error)?;
        Json::parse(&reply.body)
            .filter(|_| !reply.html)
            .ok_or_else(|| nonsense(&self.link.host, "answers with something else than JSON"))
    }
}

/// The items of a bare list, or of one in an envelope.
fn items(json: &Json) -> &[Json] {
    json.as_list().or_else(|| json.get("data")?.as_list()).unwrap_or_default()
}

/// The values, each once, with the words for it.
fn suggestions(source: &Source, json: &Json) -> Vec<Suggestion> {
    let mut seen = HashSet::new();
    let mut suggestions = Vec::new();
    for item in items(json) {
        let value = item.as_text().or_else(|| item.text(source.value)).filter(|value| usable(value));
        let Some(value) = value.filter(|value| seen.insert(value.to_owned())) else { continue };
        let details = source.label.iter().filter_map(|name| item.text(name)).filter(|word| *word != value);
        let words: Vec<&str> = details.collect();
        let label = if words.is_empty() { value.to_owned() } else { format!("{value} ({})", words.join(", ")) };
        let label = printable(&label).chars().take(LABEL).collect();
        suggestions.push(Suggestion { value: value.to_owned(), label });
        if suggestions.len() == MOST {
            break;
        }
    }
    suggestions
}

/// Whether a value can go into a field as it is.
fn usable(value: &str) -> bool {
    !value.trim().is_empty() && value.len() <= TEXT_BYTES && printable(value) == value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_of_a_plain_field_and_sends_what_the_kind_has() {
        for kind in KindId::ALL {
            for field in Account::suggested(*kind) {
                let known = kind.kind().field(field).unwrap_or_else(|| panic!("{kind:?} has no {field}"));
                assert!(!known.secret, "{kind:?}: {field}");
                let source = sources::of(*kind, field).unwrap();
                for (name, field) in source.picked {
                    assert!(kind.kind().field(field).is_some(), "{kind:?}: {name} is filled from {field}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_go_into_a_field_is_left_out() {
        let source = sources::of(KindId::Aws, "importedVpcId").unwrap();
        let json = Json::parse(
            br#"[{"vpcId": "vpc-1", "name": "main", "cidrBlock": "10.0.0.0/8"}, {"vpcId": "vpc-1"}, {"vpcId": "a\u0000b"},
                {"vpcId": "\u202e"}, {"vpcId": 5}, {"name": "none"}, 7, null, "vpc-2"]"#,
        );
        let found = suggestions(source, &json.unwrap());
        let found: Vec<_> = found.iter().map(|one| (one.value.as_str(), one.label.as_str())).collect();
        assert_eq!(found, [("vpc-1", "vpc-1 (main, 10.0.0.0/8)"), ("vpc-2", "vpc-2")]);
    }

    #[test]
    fn there_are_never_too_many() {
        let source = sources::of(KindId::Zadara, "zadaraVolumeType").unwrap();
        let many: Vec<String> = (0..3000).map(|number| format!("\"type-{number}\"")).collect();
        let json = Json::parse(format!("[{}]", many.join(",")).as_bytes()).unwrap();
        assert_eq!(suggestions(source, &json).len(), MOST);
    }
}
