//! AI: the key of an OpenAI account, or of a server that speaks the same.

use url::Url;

use crate::kind::{Column, Kind, Subject, Tab};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Ai,
    tab: Tab::Ai,
    label: "AI service",
    summary: "An OpenAI API key",
    mark: "AI",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Name").required(),
        Field::secret("apiKey", "OpenAI API Key").required().placeholder("sk-…"),
        Field::url("url", "URL")
            .local()
            .default("https://api.openai.com/v1")
            .placeholder("https://api.openai.com/v1")
            .help("Only the check here uses it; it is not sent to the account."),
    ],
    columns: &[
        Column::new("accountId", "ID").numeric().unsorted(),
        Column::new("name", "Name"),
        Column::new("organization", "Organization"),
        Column::new("type", "Type").unsorted(),
        Column::new("url", "URL"),
        Column::new("usedBy", "Associated Projects").unsorted(),
        Column::new("default", "Default"),
    ],
    rules: &[key_form],
    tidy: &[],
    value_facts: |_: &Values| Facts::default(),
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire {
        list: "/api/v1/ai-credential/list",
        create: Call::post("/api/v1/ai-credential/create"),
        update: None,
        delete: "/api/v1/ai-credential",
        lock: None,
        default: None,
    },
    sample: &[
        ("name", "OpenAI prod"),
        ("apiKey", "sk-proj-sample7Tq2vXc9LmN4rW8sKd3Jf6Hb1Zy5Gp0A"),
        ("url", "https://api.openai.com/v1"),
    ],
};

fn key_form(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(key) = subject.fresh.expose("apiKey") else { return };
    // Without a URL the public endpoint is meant. Other servers take any key, so their keys have no form to check.
    let public = subject
        .values
        .text("url")
        .is_none_or(|url| Url::parse(url).is_ok_and(|url| url.host_str() == Some("api.openai.com")));
    let warning = if key.trim().contains(char::is_whitespace) {
        "OpenAI API Key holds a space, which keys do not have."
    } else if key.trim().starts_with("sk-admin-") {
        "This is an admin key, which cannot run models. Make a project key instead."
    } else if public && !key.trim().starts_with("sk-") {
        "A key of the public OpenAI service begins with sk-; this one does not."
    } else {
        return;
    };
    findings.warn("apiKey", Code::Suspicious, warning);
}
