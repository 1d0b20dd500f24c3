//! What is suspicious but legal is told and never refused.

mod common;

use common::{judge_typed, sample_with};
use credenza_model::KindId::{
    Ai, Aws, Azure, Backup, Billing, Gcp, Openstack, Proxmox, Showback, Tanzu, Vsphere, Zadara, Zededa,
};
use credenza_model::{Code, KindId};

/// A kind, what is typed over its sample, the field warned of and a part of the sentence.
type Case = (KindId, &'static [(&'static str, &'static str)], &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (Aws, &[("awsRegion", "eu-nowhere-9")], "awsRegion", "spelling"),
    (Aws, &[("awsAccessKeyId", "ASIAQ3EGQKJ5R7UEXMPL")], "awsAccessKeyId", "temporary"),
    (Aws, &[("awsSecretAccessKey", "short")], "awsSecretAccessKey", "40 letters"),
    (Azure, &[("azureClientSecret", "9a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9")], "azureClientSecret", "secret's ID, not its value"),
    (Azure, &[("azureTenantId", "6731DE76-14a6-49ae-97bc-6eba6914391e")], "azureTenantId", "the same as Azure Client ID"),
    (Azure, &[("azureLocation", "atlantis")], "azureLocation", "spelling"),
    (Gcp, &[("region", "europe-west99")], "region", "spelling"),
    (Gcp, &[("folderId", "folders/12")], "folderId", "a number"),
    (Gcp, &[("billingAccountId", "01ab23-45cd67")], "billingAccountId", "01AB23-45CD67-89EF01"),
    (Gcp, &[("importedFilestoreProjectId", "acme")], "importedFilestoreProjectId", "without a Filestore ID"),
    (Openstack, &[("openStackUrl", "https://keystone.example.com:5000/v2.0")], "openStackUrl", "/v3"),
    (Openstack, &[("openStackUrl", "https://keystone.example.com:5000")], "openStackUrl", "/v3"),
    (Openstack, &[("applicationCredEnabled", "true"), ("openStackDomain", "")], "openStackUser", "32 hexadecimal digits"),
    (Openstack, &[("openStackPassword", " padded")], "openStackPassword", "space"),
    (Openstack, &[("openStackPassword", "“quoted”")], "openStackPassword", "typographic"),
    (Tanzu, &[("url", "https://supervisor.example.com/ui")], "url", "no path"),
    (Tanzu, &[("username", "administrator")], "username", "domain"),
    (Proxmox, &[("url", "https://pve.example.com:8006/#v1:0:18")], "url", "/api2/json"),
    (Proxmox, &[("tokenSecret", "not-a-uuid")], "tokenSecret", "UUID"),
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0.5/17")], "publicNetwork.ipAddress", "host bits"),
    (Proxmox, &[("publicNetwork.gateway", "10.3.0.50")], "publicNetwork.beginAllocationRange", "gateway"),
    (Vsphere, &[("username", "administrator")], "username", "domain"),
    (Vsphere, &[("url", "https://vcenter.example.com/ui")], "url", "/ui"),
    (Vsphere, &[("publicNetwork.endAllocationRange", "10.3.0.255")], "publicNetwork.beginAllocationRange", "broadcast"),
    (Zededa, &[("apiToken", "Bearer abc")], "apiToken", "Bearer"),
    (Zededa, &[("apiToken", "abc def")], "apiToken", "space"),
    (Zadara, &[("zadaraRegion", "us-east-1")], "zadaraRegion", "symphony"),
    (Zadara, &[("zadaraVolumeType", "fast")], "zadaraVolumeType", "spelling"),
    (Zadara, &[("zadaraUrl", "https://compute.example.zadara.com/api/v2/aws")], "zadaraUrl", "no path"),
    (Backup, &[("s3Endpoint", "https://s3.example.com/bucket")], "s3Endpoint", "path or a query"),
    (Backup, &[("s3Endpoint", "https://s3.example.com?x=1")], "s3Endpoint", "path or a query"),
    (Backup, &[("s3Name", "nightly\u{202e}sab")], "s3Name", "direction of writing"),
    (Backup, &[("s3SecretKey", "two words")], "s3SecretKey", "space"),
    (Billing, &[("prometheusUrl", "https://prometheus.example.com/graph")], "prometheusUrl", "/graph"),
    (Showback, &[("url", "https://prometheus.example.com/prom/api/v1/")], "url", "/api/v1"),
    (Ai, &[("apiKey", "sk-admin-0123456789")], "apiKey", "admin key"),
    (Ai, &[("apiKey", "0123456789")], "apiKey", "begins with sk-"),
    (Ai, &[("apiKey", "0123456789"), ("url", "")], "apiKey", "begins with sk-"),
    (Ai, &[("apiKey", "sk-01234 56789")], "apiKey", "space"),
];

#[test]
fn each_is_told_at_its_field_and_refuses_nothing() {
    for (id, typed, field, part) in CASES {
        let kind = id.kind();
        let judged = judge_typed(kind, &sample_with(kind, typed));
        assert_eq!(judged.wrong(), [], "{id:?} {typed:?}: {:?}", judged.messages());
        assert_eq!(judged.warned(), [*field], "{id:?} {typed:?}");
        assert!(judged.findings.warnings.iter().all(|warning| warning.code == Code::Suspicious), "{id:?}");
        let said = judged.said_of(field);
        assert!(said.contains(part) && said.ends_with('.'), "{id:?} {typed:?}: {said}");
    }
}

#[test]
fn what_only_looks_unusual_is_clean() {
    let clean: &[(KindId, &[(&'static str, &str)])] = &[
        (Backup, &[("s3Name", "Zálohy 東京 🗄")]),
        (Backup, &[("s3Name", "גיבוי לילי")]),
        (Backup, &[("s3Endpoint", "http://10.0.0.9:8333/")]),
        (Proxmox, &[("url", "https://pve.example.com")]),
        (Proxmox, &[("url", "https://pve.example.com:8006/api2/json/")]),
        (Proxmox, &[("tokenId", "root@pam!a1"), ("skipTlsFlag", "true")]),
        (Vsphere, &[("username", "EXAMPLE\\taikun")]),
        (Vsphere, &[("hypervisors", "10.3.0.5,10.4.0.201")]),
        (Openstack, &[("openStackUrl", "https://example.com/identity/v3/")]),
        (Ai, &[("url", "http://127.0.0.1:8080/v1"), ("apiKey", "anything")]),
        (Showback, &[("name", "x")]),
        (Billing, &[("prometheusUrl", "https://example.com/prometheus")]),
    ];
    for (id, typed) in clean {
        let judged = judge_typed(id.kind(), &sample_with(id.kind(), typed));
        assert!(judged.is_clean(), "{id:?} {typed:?}: {:?}", judged.messages());
    }
}
