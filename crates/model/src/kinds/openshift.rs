//! OpenShift: a cluster's kubeconfig and the pull secret of its registries.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules;
use crate::shapes::{kubeconfig, pull_secret};
use crate::wire::{Call, Wire};
use crate::{Access, Code, Facts, Field, Findings, KindId, SecretMap, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Openshift,
    tab: Tab::Cloud,
    label: "OpenShift",
    summary: "A kubeconfig and a pull secret",
    mark: "SH",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().shape(rules::cloud_name).group("Cloud settings"),
        Field::secret_file("kubeConfig", "Kubeconfig File")
            .required()
            .shape(kubeconfig::shape)
            .help("Its current context is used. Keys and certificates stand in it, not beside it.")
            .group("Cloud settings"),
        Field::secret_file("pullSecret", "Pull Secret")
            .required()
            .shape(pull_secret::shape)
            .help("The JSON that the Red Hat console offers for download.")
            .group("Cloud settings"),
        Field::text("storageClass", "Storage Class").required().shape(storage_class).group("Cloud settings"),
        Field::text("baseDomain", "Base Domain")
            .required()
            .shape(base_domain)
            .placeholder("example.com")
            .group("Cloud settings"),
    ],
    columns: &[Column::new("baseDomain", "Base Domain"), Column::new("storageClass", "Storage Class")],
    rules: &[files],
    tidy: &[],
    value_facts: |_: &Values| Facts::default(),
    secret_facts: |secrets: &SecretMap| secrets.expose("kubeConfig").map(kubeconfig::facts).unwrap_or_default(),
    wire: Wire::cloud("/api/v1/openshift/list", Call::post("/api/v1/openshift/create"), None),
    sample: &[
        ("name", "openshift-prod"),
        ("kubeConfig", include_str!("../../fixtures/kubeconfig.yaml")),
        ("pullSecret", include_str!("../../fixtures/pull-secret.json")),
        ("storageClass", "ocs-storagecluster-ceph-rbd"),
        ("baseDomain", "ocp.example.com"),
    ],
};

fn files(subject: &Subject<'_>, findings: &mut Findings) {
    file("kubeConfig", kubeconfig::warnings, subject, findings);
    file("pullSecret", pull_secret::warnings, subject, findings);
}

/// A file that is refused has nothing to be warned of besides.
fn file(field: &str, warnings: fn(&str) -> Vec<String>, subject: &Subject<'_>, findings: &mut Findings) {
    let Some(text) = subject.fresh.expose(field).filter(|_| !findings.troubled(field)) else { return };
    for sentence in warnings(text) {
        findings.warn(field, Code::Suspicious, sentence);
    }
}

/// The name of a Kubernetes object: DNS labels in small letters, joined by dots.
fn storage_class(name: &str) -> Result<(), String> {
    if name.len() <= 253 && name.split('.').all(rules::is_dns_label) {
        Ok(())
    } else {
        Err("Storage Class is the name of a class: small letters, digits, dashes and dots.".into())
    }
}

fn base_domain(domain: &str) -> Result<(), String> {
    rules::dns_name("Base Domain", domain)
}
