//! Showback: a Prometheus or the like that costs are shown from.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules;
use crate::wire::{Call, Wire};
use crate::{Access, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Showback,
    tab: Tab::Showback,
    label: "Showback",
    summary: "A source's URL and its user",
    mark: "SB",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Name").required(),
        Field::url("url", "URL of the source").required().placeholder("https://prometheus.example.com"),
        Field::text("username", "Username").required().shape(username).help("A user of Prometheus or another source."),
        Field::secret("password", "Password").required(),
    ],
    columns: &[
        Column::new("accountId", "ID").numeric().unsorted(),
        Column::new("name", "Name"),
        Column::new("organization", "Organization"),
        Column::new("url", "URL of the source"),
        Column::new("username", "Username"),
        Column::new("usedBy", "Associated Rules").unsorted(),
        Column::new("locked", "Locked"),
        Column::new("createdAt", "Created At"),
        Column::new("createdBy", "Created By").unsorted(),
        Column::new("modifiedAt", "Last Modified"),
        Column::new("modifiedBy", "Last Modified By").unsorted(),
    ],
    rules: &[api_root],
    tidy: &[],
    value_facts: |values: &Values| Facts { identity: rules::fact(values, "username"), ..Facts::default() },
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire {
        list: "/showback/v1/showbackcredentials",
        create: Call::post("/showback/v1/showbackcredentials/create"),
        update: None,
        delete: "/showback/v1/showbackcredentials",
        lock: Some("/showback/v1/showbackcredentials/lockmanager"),
        default: None,
    },
    sample: &[
        ("name", "showback-prod"),
        ("url", "https://metrics.example.com"),
        ("username", "showback"),
        ("password", "sample-Ieth3-showback-pass"),
    ],
};

fn api_root(subject: &Subject<'_>, findings: &mut Findings) {
    rules::prometheus_root("url", "URL of the source", subject, findings);
}

fn username(name: &str) -> Result<(), String> {
    rules::basic_auth_user("Username", name)
}
