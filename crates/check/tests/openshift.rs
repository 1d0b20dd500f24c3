//! OpenShift against a double of its API over TLS, as the references describe it: "Kubernetes API" (SelfSubjectAccessReview,
//! SelfSubjectReview, StorageClass, Status) at kubernetes.io/docs/reference, "Authenticating" and "Authorization" there, and
//! "OpenShift Container Platform: API overview" (ClusterVersion, DNS and User of config.openshift.io and user.openshift.io).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use serde_json::{Value, json};
use support::{checker, credential};
use tls::{Authority, Identity, NOW, Peer};

const ADMIN: &str = "sha256~Canary-admin-token-0123456789abcdef";
const WEAK: &str = "sha256~Canary-weak-token-0123456789abcdef";
const DOMAIN: &str = "ocp.example.com";
const CLASS: &str = "ocs-storagecluster-ceph-rbd";

/// What a cluster is.
#[derive(Clone, Copy, Default)]
struct Like {
    /// Kubernetes without OpenShift on it.
    plain: bool,
    /// Before there were SelfSubjectReviews.
    old: bool,
    /// Takes everybody for an administrator.
    open: bool,
    /// Whom it does not know it lets ask, as anonymous.
    anonymous: bool,
}

struct Cluster {
    like: Like,
    certificate: Vec<u8>,
}

fn status(code: u16, reason: &str, message: &str) -> Response {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code});
    (StatusCode::from_u16(code).unwrap(), Json(body)).into_response()
}

async fn api(
    State(cluster): State<Arc<Cluster>>,
    ConnectInfo(Peer(shown)): ConnectInfo<Peer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let like = cluster.like;
    let given = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    // A certificate or a token that is not known is refused, even where nobody needs one.
    let user = match (shown, given.as_deref().and_then(|given| given.strip_prefix("Bearer "))) {
        (Some(shown), _) if shown == cluster.certificate => "system:admin",
        (_, Some(ADMIN)) => "kube:admin",
        (_, Some(WEAK)) => "weak",
        _ if like.open => "everybody",
        (None, None) => "system:anonymous",
        _ => return status(401, "Unauthorized", "Unauthorized"),
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let admin = !matches!(user, "weak" | "system:anonymous");
    let forbidden = || status(403, "Forbidden", &format!("User \"{user}\" cannot get resource at the cluster scope"));
    match (method.as_str(), uri.path().trim_start_matches("/prefix")) {
        ("GET", "/version") => Json(json!({"major": "1", "minor": "31", "gitVersion": "v1.31.6"})).into_response(),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") => {
            if user == "system:anonymous" && !like.anonymous {
                return forbidden();
            }
            assert_eq!((&body["kind"], &body["apiVersion"]), (&json!("SelfSubjectAccessReview"), &json!("authorization.k8s.io/v1")));
            assert_eq!(body["spec"]["resourceAttributes"], json!({"verb": "*", "group": "*", "resource": "*"}));
            (StatusCode::CREATED, Json(json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": admin}}))).into_response()
        }
        ("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews") if !like.old => {
            assert_eq!(body, json!({"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1"}));
            (StatusCode::CREATED, Json(json!({"status": {"userInfo": {"username": user, "groups": ["system:authenticated"]}}}))).into_response()
        }
        ("GET", "/apis/user.openshift.io/v1/users/~") if !like.plain => Json(json!({"kind": "User", "metadata": {"name": user}})).into_response(),
        // The group is listed to everybody who is known; whether its things may be read comes before whether they are there.
        ("GET", "/apis/config.openshift.io/v1") if !like.plain => Json(json!({"kind": "APIResourceList"})).into_response(),
        ("GET", "/apis/config.openshift.io/v1") => status(404, "NotFound", "the server could not find the requested resource"),
        ("GET", _) if !admin => forbidden(),
        ("GET", "/apis/config.openshift.io/v1/clusterversions/version") if !like.plain => {
            Json(json!({"metadata": {"name": "version"}, "status": {"desired": {"version": "4.18.3"}}})).into_response()
        }
        ("GET", "/apis/config.openshift.io/v1/dnses/cluster") if !like.plain => {
            Json(json!({"metadata": {"name": "cluster"}, "spec": {"baseDomain": DOMAIN}})).into_response()
        }
        ("GET", "/apis/storage.k8s.io/v1/storageclasses") => Json(json!({"kind": "StorageClassList", "items": [
            {"metadata": {"name": CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}, "provisioner": "rbd"},
            {"metadata": {"name": "slow"}, "provisioner": "nfs"}]}))
        .into_response(),
        _ => status(404, "NotFound", "the server could not find the requested resource"),
    }
}

/// A cluster under way, and how its kubeconfigs are written.
struct Double {
    port: u16,
    authority: Authority,
    admin: Identity,
}

impl Double {
    async fn new(like: Like) -> Self {
        let authority = Authority::new("kubernetes");
        let admin = authority.identity("system:admin", NOW);
        let cluster = Cluster { like, certificate: admin.certificate.der().to_vec() };
        let double = Router::new().fallback(api).with_state(Arc::new(cluster));
        let port = tls::serve(double, &authority.identity("localhost", NOW)).await;
        Self { port, authority, admin }
    }

    fn kubeconfig(&self, user: Value) -> Value {
        let authority = STANDARD.encode(self.authority.pem());
        json!({"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "k", "cluster": {"server": format!("https://localhost:{}", self.port), "certificate-authority-data": authority}}],
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "robot"}}],
            "users": [{"name": "robot", "user": user}]})
    }

    fn certificate(&self, identity: &Identity) -> Value {
        json!({"client-certificate-data": STANDARD.encode(identity.certificate.pem()),
            "client-key-data": STANDARD.encode(identity.key.serialize_pem())})
    }
}

async fn report(kubeconfig: &Value, changes: &[(&str, &str)]) -> Report {
    let text = kubeconfig.to_string();
    let mut all = vec![("kubeConfig", text.as_str())];
    all.extend(changes);
    let (values, secrets) = credential(KindId::Openshift, &all);
    let report = checker(&[]).check(KindId::Openshift, &values, &secrets).await;
    let shown = format!("{report:?}");
    for secret in ["Canary", "PRIVATE KEY"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    report
}

fn jwt(exp: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.Canary", part(json!({"alg": "RS256"})), part(json!({"exp": exp})))
}

#[tokio::test]
async fn a_token_and_a_certificate_work() {
    let double = Double::new(Like::default()).await;
    let report = report(&double.kubeconfig(json!({"token": ADMIN})), &[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!((report.identity.as_deref(), report.expiry), (Some("kube:admin"), None));
    let details: Vec<_> = report.details.iter().skip(1).map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Version", "4.18.3"), ("Kubernetes", "v1.31.6"), ("Rights", "administrates the cluster")]);
    assert!(report.warnings.is_empty(), "{report:?}");

    let report = self::report(&double.kubeconfig(double.certificate(&double.admin)), &[]).await;
    assert_eq!((report.verdict, report.identity.as_deref()), (Verdict::Works, Some("system:admin")), "{report:?}");
    assert_eq!(report.expiry.unwrap().to_rfc3339(), "4000-01-01T00:00:00+00:00");
}

#[tokio::test]
async fn what_the_cluster_does_not_know_is_refused() {
    let double = Double::new(Like::default()).await;
    let stranger = Authority::new("another").identity("system:admin", NOW);
    for (user, verdict) in [
        (json!({"token": "sha256~Canary-another-token-01234567"}), Verdict::WrongSecret),
        (double.certificate(&stranger), Verdict::WrongSecret),
        (json!({"username": "robot", "password": "Canary-password-0123"}), Verdict::WrongIdentityOrSecret),
    ] {
        let report = report(&double.kubeconfig(user), &[]).await;
        assert_eq!((report.verdict, report.field), (verdict, Some("kubeConfig")), "{report:?}");
    }
    // A cluster that lets strangers ask tells them that they are nobody.
    let double = Double::new(Like { anonymous: true, ..Like::default() }).await;
    let mut nobody = double.kubeconfig(json!({"token": ADMIN}));
    nobody["users"][0]["user"] = json!({"username": "robot", "password": "Canary-password-0123"});
    let report = report(&nobody, &[]).await;
    assert_eq!(report.verdict, Verdict::WrongIdentityOrSecret, "{report:?}");
}

#[tokio::test]
async fn what_has_expired_is_told_without_asking() {
    let double = Double::new(Like::default()).await;
    let old = double.authority.identity("system:admin", (2000, 2001));
    let early = double.authority.identity("system:admin", (3000, 3001));
    let mut cases = vec![
        (double.kubeconfig(double.certificate(&old)), Verdict::Expired),
        (double.kubeconfig(json!({"token": jwt(1_600_000_000)})), Verdict::Expired),
        (double.kubeconfig(double.certificate(&early)), Verdict::ClockSkew),
    ];
    for (kubeconfig, verdict) in &mut cases {
        // Nobody is there to ask.
        kubeconfig["clusters"][0]["cluster"]["server"] = json!("https://nosuch.invalid:6443");
        let report = report(kubeconfig, &[]).await;
        assert_eq!((report.verdict, report.field), (*verdict, Some("kubeConfig")), "{report:?}");
    }
    // With a token that is right, an old certificate beside it does not matter.
    let mut both = double.certificate(&old);
    both["token"] = json!(ADMIN);
    assert_eq!(report(&double.kubeconfig(both), &[]).await.verdict, Verdict::Works);
}

#[tokio::test]
async fn a_plain_kubernetes_is_no_openshift() {
    let double = Double::new(Like { plain: true, ..Like::default() }).await;
    for token in [ADMIN, WEAK] {
        let report = report(&double.kubeconfig(json!({"token": token})), &[]).await;
        assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("kubeConfig")), "{report:?}");
        assert!(report.message.contains("plain Kubernetes"), "{report:?}");
    }
}

#[tokio::test]
async fn a_user_with_few_rights_works_and_is_told_what_was_not_compared() {
    let double = Double::new(Like::default()).await;
    let report = report(&double.kubeconfig(json!({"token": WEAK})), &[]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 3), "{report:?}");
    assert!(report.details.iter().any(|detail| detail.value == "limited"), "{report:?}");
}

#[tokio::test]
async fn the_domain_and_the_storage_class_have_to_be_the_clusters() {
    let double = Double::new(Like::default()).await;
    let good = double.kubeconfig(json!({"token": ADMIN}));
    for (field, value, there) in [("baseDomain", "example.org", DOMAIN), ("storageClass", "gone", CLASS)] {
        let report = report(&good, &[(field, value)]).await;
        assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some(field)), "{report:?}");
        assert!(report.message.contains(there), "{report:?}");
    }
    // The installer is given what follows the cluster's own name.
    for same in ["OCP.example.com", "example.com"] {
        assert_eq!(report(&good, &[("baseDomain", same)]).await.verdict, Verdict::Works, "{same}");
    }
    for field in ["kubeConfig", "baseDomain", "storageClass"] {
        let report = report(&good, &[(field, "")]).await;
        assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some(field)), "{report:?}");
    }
}

#[tokio::test]
async fn older_clusters_are_asked_in_older_ways() {
    let double = Double::new(Like { old: true, ..Like::default() }).await;
    let report = report(&double.kubeconfig(json!({"token": ADMIN})), &[]).await;
    assert_eq!((report.verdict, report.identity.as_deref()), (Verdict::Works, Some("kube:admin")), "{report:?}");
}

#[tokio::test]
async fn a_cluster_that_lets_everybody_in_proves_nothing() {
    let double = Double::new(Like { old: true, open: true, plain: true, ..Like::default() }).await;
    let report = report(&double.kubeconfig(json!({"token": "sha256~Canary-anything-0123456789"})), &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Unproven, Some("kubeConfig")), "{report:?}");
}

#[tokio::test]
async fn the_kubeconfig_says_whom_to_believe() {
    let double = Double::new(Like::default()).await;
    let good = double.kubeconfig(json!({"token": ADMIN}));
    let with = |change: fn(&mut Value)| {
        let mut kubeconfig = good.clone();
        change(&mut kubeconfig["clusters"][0]["cluster"]);
        kubeconfig
    };
    let alone = with(|cluster| drop(cluster.as_object_mut().unwrap().remove("certificate-authority-data")));
    assert_eq!(report(&alone, &[]).await.verdict, Verdict::TlsNotTrusted);
    let mut skips = alone.clone();
    skips["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = json!(true);
    let skipped = report(&skips, &[]).await;
    assert_eq!((skipped.verdict, skipped.dangers.len()), (Verdict::Works, 1), "{skipped:?}");
    let another = with(|cluster| {
        cluster["certificate-authority-data"] = json!(STANDARD.encode(Authority::new("another").pem()));
    });
    assert_eq!(report(&another, &[]).await.verdict, Verdict::TlsNotTrusted);

    // The certificate is for localhost; reached by another name, the file says so.
    let by_number = format!("https://127.0.0.1:{}/prefix", double.port);
    let mut numbered = good.clone();
    numbered["clusters"][0]["cluster"]["server"] = json!(by_number);
    assert_eq!(report(&numbered, &[]).await.verdict, Verdict::TlsNotTrusted);
    numbered["clusters"][0]["cluster"]["tls-server-name"] = json!("localhost");
    assert_eq!(report(&numbered, &[]).await.verdict, Verdict::Works, "below a path, too");

    let socks = with(|cluster| cluster["proxy-url"] = json!("socks5://127.0.0.1:1"));
    assert_eq!(report(&socks, &[]).await.verdict, Verdict::Incomplete);
    let proxied = with(|cluster| cluster["proxy-url"] = json!("http://robot:Canary-proxy@127.0.0.1:1"));
    let refused = report(&proxied, &[]).await;
    assert_eq!(refused.verdict, Verdict::Refused, "the proxy is what is asked: {refused:?}");
}

#[tokio::test]
async fn the_cluster_lists_what_can_go_into_its_fields() {
    let double = Double::new(Like::default()).await;
    let found = async |token: &str, field: &str| {
        let text = double.kubeconfig(json!({"token": token})).to_string();
        let changes =
            [("kubeConfig", text.as_str()), ("baseDomain", ""), ("storageClass", ""), ("pullSecret", ""), ("name", "")];
        let (values, secrets) = credential(KindId::Openshift, &changes);
        let found = checker(&[]).discover(KindId::Openshift, field, &values, &secrets).await;
        found.map(|found| found.into_iter().map(|one| one.label).collect::<Vec<_>>())
    };
    assert_eq!(found(ADMIN, "baseDomain").await.unwrap(), [DOMAIN]);
    assert_eq!(found(ADMIN, "storageClass").await.unwrap(), [&format!("{CLASS} (default)"), "slow"]);
    for field in ["baseDomain", "storageClass"] {
        let report = found(WEAK, field).await.unwrap_err();
        assert_eq!((report.verdict, report.field), (Verdict::NotEnoughRights, Some(field)));
    }
}
