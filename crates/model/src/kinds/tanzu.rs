//! VMware Tanzu: a user of a Supervisor and one namespace of it.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, CONTINENTS};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Tanzu,
    tab: Tab::Cloud,
    label: "VMware Tanzu",
    summary: "A Supervisor's user and namespace",
    mark: "TZ",
    name_field: "name",
    access: Access::PARTNER_ADDS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::url("url", "URL")
            .required()
            .placeholder("https://supervisor.example.com")
            .help("The address of the Supervisor, not that of vCenter.")
            .group("Cloud settings"),
        Field::text("username", "User").required().placeholder("administrator@vsphere.local").group("Cloud settings"),
        Field::secret("password", "Password").required().updatable().group("Cloud settings"),
        Field::text("namespace", "Namespace").required().shape(namespace).group("Cloud settings"),
        Field::int("port", "Port", 1, 65_535).group("Cloud settings"),
        Field::text("volumeType", "Volume Type").required().group("Cloud settings"),
        Field::choice("tanzuContinent", "Continent", CONTINENTS).required().group("Cloud settings"),
    ],
    columns: &[
        Column::new("username", "User"),
        Column::new("url", "URL"),
        Column::new("namespace", "Namespace"),
        Column::new("volumeType", "Volume Type"),
        Column::new("port", "Port").numeric(),
        Column::new("tanzuContinent", "Continent"),
    ],
    rules: &[bare_host, user_with_domain],
    tidy: &[],
    value_facts,
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud(
        "/api/v1/tanzu/list",
        Call::post("/api/v1/tanzu/create"),
        Some(Call::post("/api/v1/tanzu/update")),
    ),
    sample: &[
        ("name", "tanzu-prod"),
        ("url", "https://supervisor.example.com"),
        ("username", "taikun@vsphere.local"),
        ("password", "sample-Eim7-supervisor-pass"),
        ("namespace", "taikun-prod"),
        ("port", "6443"),
        ("volumeType", "vsan-default"),
        ("tanzuContinent", "eu"),
    ],
};

fn bare_host(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("url").and_then(rules::path_of).is_some_and(|path| path != "/") {
        findings.warn("url", Code::Suspicious, "A Supervisor's URL has no path; this one has.");
    }
}

fn user_with_domain(subject: &Subject<'_>, findings: &mut Findings) {
    rules::user_has_domain("username", "User", subject, findings);
}

/// A Kubernetes namespace is one DNS label.
fn namespace(name: &str) -> Result<(), String> {
    if rules::is_dns_label(name) {
        Ok(())
    } else {
        Err("Namespace has 1 to 63 small letters, digits and dashes, with no dash at either end.".into())
    }
}

fn value_facts(values: &Values) -> Facts {
    Facts { identity: rules::fact(values, "username"), project: rules::fact(values, "namespace"), ..Facts::default() }
}
