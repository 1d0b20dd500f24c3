//! A real kube-apiserver over a real etcd, with what the check asks of an OpenShift defined in it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use credenza_check::{Report, Verdict};
use credenza_model::KindId::Openshift;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use reqwest::Client;
use serde_json::{Value, json};

use crate::server::{Server, check, checker, expect, place, ports, values};

const ADMIN: &str = "sha256~Canary-admin-token-0123456789abcdef";
const WEAK: &str = "sha256~Canary-weak-token-0123456789abcdef";

type Authority = CertifiedIssuer<'static, KeyPair>;

struct Cluster {
    url: String,
    client: Client,
    authority: Authority,
    servers: [Server; 2],
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, in PEM.
fn identity(authority: &Authority, params: CertificateParams) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

/// Of an administrator, as Kubernetes reads a certificate: the name is the user, the organization a group.
fn administrator(authority: &Authority) -> Value {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "robot");
    params.distinguished_name.push(DnType::OrganizationName, "system:masters");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2090, 1, 1);
    let (certificate, key) = identity(authority, params);
    json!({"client-certificate-data": STANDARD.encode(certificate), "client-key-data": STANDARD.encode(key)})
}

impl Cluster {
    async fn start() -> Self {
        let [clients, peers, port] = ports();
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        let dir = tempfile::tempdir().unwrap();
        let mut etcd = Command::new(place("kubernetes").join("usr/bin/etcd"));
        etcd.arg("--data-dir").arg(dir.path().join("data"));
        etcd.args(["--listen-client-urls", &at(clients), "--advertise-client-urls", &at(clients)]);
        etcd.args(["--listen-peer-urls", &at(peers), "--initial-advertise-peer-urls", &at(peers)]);
        etcd.args(["--initial-cluster", &format!("default={}", at(peers)), "--unsafe-no-fsync"]);
        let mut etcd = Server::start(&etcd, dir);
        etcd.answers(clients, "/health", &[200]);

        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        let authority = authority("kubernetes");
        let (certificate, key) = identity(&authority, CertificateParams::new(vec!["localhost".to_owned()]).unwrap());
        write("server.crt", &certificate);
        write("server.key", &key);
        write("ca.crt", &authority.as_ref().pem());
        let accounts = KeyPair::generate().unwrap();
        write("accounts.key", &accounts.serialize_pem());
        write("accounts.pub", &accounts.public_key_pem());
        write("tokens.csv", &format!("{ADMIN},admin,1,\"system:masters\"\n{WEAK},weak,2\n"));
        let api = Server::start(&apiserver(dir.path(), &at(clients), port), dir);

        let _ = rustls::crypto::ring::default_provider().install_default();
        // It is this test's own, on this machine.
        let client = Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap();
        let cluster = Self { url: format!("https://localhost:{port}"), client, authority, servers: [etcd, api] };
        cluster.serves("/readyz").await;
        cluster
    }

    /// Waits until something is there.
    async fn serves(&self, path: &str) {
        let there = async {
            loop {
                let answer = self.client.get(format!("{}{path}", self.url)).bearer_auth(ADMIN).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(90), there)
            .await
            .unwrap_or_else(|_| panic!("{path} is not served:\n{}", self.servers[1].log()));
    }

    async fn create(&self, path: &str, object: Value) {
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(ADMIN);
        let answer = request.header("content-type", "application/json").body(object.to_string()).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{path}: {status} {}", answer.text().await.unwrap());
    }

    /// Makes of the cluster what an OpenShift is to a check.
    async fn become_openshift(&self) {
        for (kind, plural, name, object) in [
            ("ClusterVersion", "clusterversions", "version", json!({"status": {"desired": {"version": "4.18.3"}}})),
            ("DNS", "dnses", "cluster", json!({"spec": {"baseDomain": "ocp.example.com"}})),
        ] {
            let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
            let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": format!("{plural}.config.openshift.io")},
                "spec": {"group": "config.openshift.io", "scope": "Cluster",
                    "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
                    "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": open}}]}});
            self.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition).await;
            let path = format!("/apis/config.openshift.io/v1/{plural}");
            self.serves(&path).await;
            let mut object = object;
            object["apiVersion"] = json!("config.openshift.io/v1");
            object["kind"] = json!(kind);
            object["metadata"] = json!({"name": name});
            self.create(&path, object).await;
        }
    }

    fn kubeconfig(&self, user: &Value) -> String {
        json!({"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "k", "cluster": {"server": self.url,
                "certificate-authority-data": STANDARD.encode(self.authority.as_ref().pem())}}],
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "robot-in-file"}}],
            "users": [{"name": "robot-in-file", "user": user}]})
        .to_string()
    }

    async fn check(&self, user: &Value) -> Report {
        check(&checker(&[]), Openshift, &[("kubeConfig", &self.kubeconfig(user))]).await
    }
}

fn apiserver(dir: &Path, etcd: &str, port: u16) -> Command {
    let mut command = Command::new(place("kubernetes").join("kube-apiserver"));
    let mut option = |name: &str, value: &str| {
        command.arg(format!("--{name}={value}"));
    };
    option("etcd-servers", etcd);
    option("secure-port", &port.to_string());
    option("authorization-mode", "RBAC");
    option("service-account-issuer", "https://kubernetes.default.svc");
    option("service-cluster-ip-range", "10.0.0.0/24");
    for (name, value) in
        [("bind-address", "127.0.0.1"), ("advertise-address", "127.0.0.1"), ("allow-privileged", "false")]
    {
        option(name, value);
    }
    for (name, file) in [
        ("tls-cert-file", "server.crt"),
        ("tls-private-key-file", "server.key"),
        ("client-ca-file", "ca.crt"),
        ("token-auth-file", "tokens.csv"),
        ("service-account-signing-key-file", "accounts.key"),
        ("service-account-key-file", "accounts.pub"),
        ("cert-dir", "certs"),
    ] {
        option(name, &dir.join(file).to_string_lossy());
    }
    command.current_dir(dir);
    command
}

/// One cluster for all of it: it takes its time to start.
#[tokio::test]
async fn a_kubeconfig_is_checked_at_a_real_cluster() {
    let cluster = Cluster::start().await;
    let (admin, weak) = (json!({"token": ADMIN}), json!({"token": WEAK}));
    let certificate = administrator(&cluster.authority);

    // Whom it does not know it says so, to everyone in its own way.
    for (user, verdict) in [
        (json!({"token": "sha256~Canary-another-token-0123456789"}), Verdict::WrongSecret),
        (administrator(&authority("another")), Verdict::WrongSecret),
        (json!({"username": "robot", "password": "Canary-password-0123"}), Verdict::WrongIdentityOrSecret),
    ] {
        let report = cluster.check(&user).await;
        assert_eq!((report.verdict, report.field), (verdict, Some("kubeConfig")), "{report:?}");
    }
    for user in [&admin, &weak, &certificate] {
        let report = cluster.check(user).await;
        assert_eq!(report.verdict, Verdict::WrongServer, "a plain Kubernetes: {report:?}");
        assert!(report.message.contains("plain Kubernetes"), "{report:?}");
    }

    cluster.become_openshift().await;
    let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "rbd",
        "metadata": {"name": "ocs-storagecluster-ceph-rbd", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}});
    cluster.create("/apis/storage.k8s.io/v1/storageclasses", class).await;

    for user in [&admin, &certificate] {
        let report = cluster.check(user).await;
        assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 0), "{report:?}");
        let details: Vec<_> = report.details.iter().skip(1).map(|detail| detail.value.as_str()).collect();
        assert_eq!(details, ["4.18.3", "v1.20.2", "administrates the cluster"], "{report:?}");
        assert_eq!(report.expiry.is_some(), user == &certificate);
    }
    let report = cluster.check(&weak).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 3), "{report:?}");

    let (file, checker) = (cluster.kubeconfig(&admin), checker(&[]));
    for (field, value) in [("baseDomain", "example.org"), ("storageClass", "gone")] {
        expect(&checker, Openshift, &[("kubeConfig", &file), (field, value)], Verdict::WrongScope, Some(field)).await;
    }
    assert_eq!(values(&checker, Openshift, "baseDomain", &[("kubeConfig", &file)]).await, ["ocp.example.com"]);
    let classes = values(&checker, Openshift, "storageClass", &[("kubeConfig", &file)]).await;
    assert_eq!(classes, ["ocs-storagecluster-ceph-rbd"]);

    let mut alone: Value = serde_json::from_str(&file).unwrap();
    drop(alone["clusters"][0]["cluster"].as_object_mut().unwrap().remove("certificate-authority-data"));
    let file = alone.to_string();
    expect(&checker, Openshift, &[("kubeConfig", &file)], Verdict::TlsNotTrusted, None).await;
}
