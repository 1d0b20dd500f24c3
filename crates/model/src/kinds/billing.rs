//! Billing: a Prometheus that usage is read from.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules;
use crate::wire::{Call, Wire};
use crate::{Access, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Billing,
    tab: Tab::Billing,
    label: "Prometheus billing",
    summary: "A Prometheus URL and its user",
    mark: "PR",
    name_field: "name",
    access: Access::PARTNERS,
    fields: &[
        Field::text("name", "Name").required().shape(name),
        Field::text("prometheusUsername", "Username").required().shape(username),
        Field::secret("prometheusPassword", "Password").required(),
        Field::url("prometheusUrl", "URL").required().placeholder("https://prometheus.example.com"),
    ],
    columns: &[
        Column::new("accountId", "ID").numeric().unsorted(),
        Column::new("name", "Name"),
        Column::new("organization", "Organization"),
        Column::new("prometheusUsername", "Username"),
        Column::new("prometheusUrl", "URL"),
        Column::new("usedBy", "Associated Rules").unsorted(),
        Column::new("locked", "Locked"),
        Column::new("default", "Default"),
        Column::new("createdBy", "Created By").unsorted(),
        Column::new("modifiedAt", "Last Modified"),
        Column::new("modifiedBy", "Last Modified By").unsorted(),
    ],
    rules: &[api_root],
    tidy: &[],
    value_facts: |values: &Values| Facts { identity: rules::fact(values, "prometheusUsername"), ..Facts::default() },
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire {
        list: "/api/v1/opscredentials/list",
        create: Call::post("/api/v1/opscredentials"),
        update: None,
        delete: "/api/v1/opscredentials",
        lock: Some("/api/v1/opscredentials/lockmanager"),
        default: Some("/api/v1/opscredentials/makedefault"),
    },
    sample: &[
        ("name", "Billing prod"),
        ("prometheusUsername", "billing"),
        ("prometheusPassword", "sample-Ahk5-prometheus-pass"),
        ("prometheusUrl", "https://prometheus.example.com"),
    ],
};

fn api_root(subject: &Subject<'_>, findings: &mut Findings) {
    rules::prometheus_root("prometheusUrl", "URL", subject, findings);
}

fn name(name: &str) -> Result<(), String> {
    rules::of_length("Name", name, 3, 30)
}

fn username(name: &str) -> Result<(), String> {
    rules::basic_auth_user("Username", name)
}
