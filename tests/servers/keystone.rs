//! OpenStack against Keystone itself (PyPI), in SQLite.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::Utc;
use credenza_check::{Checker, Verdict};
use credenza_model::KindId::Openstack;
use reqwest::Client;
use serde_json::{Value, json};

use crate::server::{Server, check, checker, client, expect, place, ports, values};

const ADMIN: &str = "Adm1n-Pass-Of-Tests";

#[tokio::test]
async fn users_projects_and_application_credentials_are_told_apart() {
    let [port] = ports();
    let url = format!("http://127.0.0.1:{port}/v3");
    let _server = start(port, &url);
    let admin = Admin::sign_in(&url).await;
    let checker = checker(&[]);
    let user = |name: &'static str, password: &'static str| {
        [
            ("openStackUrl", url.as_str()),
            ("openStackUser", name),
            ("openStackPassword", password),
            ("openStackDomain", "Default"),
            ("openStackProject", "admin"),
        ]
    };
    let with = |more: &[(&'static str, &'static str)]| [&user("admin", ADMIN)[..], more].concat();

    let report = expect(&checker, Openstack, &with(&[("isAdmin", "true")]), Verdict::Works, None).await;
    assert_eq!((report.identity.as_deref(), report.warnings.len()), (Some("admin"), 0), "{report:?}");
    assert!(
        report.details.iter().any(|detail| detail.label == "Roles" && detail.value.contains("admin")),
        "{report:?}"
    );
    // Both tokens were taken back.
    assert_eq!(admin.revoked().await, 2);

    let secret = Some("openStackPassword");
    let refused = Verdict::WrongIdentityOrSecret;
    expect(&checker, Openstack, &with(&[("openStackPassword", "Another-Pass-Of-Tests")]), refused, secret).await;
    expect(&checker, Openstack, &with(&[("openStackUser", "nobody")]), refused, secret).await;
    expect(&checker, Openstack, &with(&[("openStackDomain", "Elsewhere")]), refused, secret).await;
    let project = Some("openStackProject");
    let report =
        expect(&checker, Openstack, &with(&[("openStackProject", "prod")]), Verdict::WrongScope, project).await;
    assert!(report.message.contains("there are admin"), "{report:?}");
    let region = [("openStackRegion", "RegionTwo")];
    let report = expect(&checker, Openstack, &with(&region), Verdict::WrongScope, Some("openStackRegion")).await;
    assert!(report.message.contains("RegionOne"), "{report:?}");
    let root = format!("http://127.0.0.1:{port}/prefix");
    let elsewhere = [&user("admin", ADMIN)[..], &[("openStackUrl", root.as_str())]].concat();
    expect(&checker, Openstack, &elsewhere, Verdict::WrongServer, Some("openStackUrl")).await;

    // Without a role, with one that is not the administrator's, switched off, with a first password, with two factors.
    let kept = json!({"ignore_password_expiry": true});
    admin.user(json!({"name": "idle", "password": "Idle-Pass-Of-Tests", "options": kept})).await;
    let member = admin.user(json!({"name": "member", "password": "Member-Pass-Of-Tests", "options": kept})).await;
    admin.grant(&member, "member").await;
    admin.user(json!({"name": "off", "password": "Off-Pass-Of-Tests", "options": kept, "enabled": false})).await;
    admin.user(json!({"name": "fresh", "password": "Fresh-Pass-Of-Tests"})).await;
    let factors = json!({
        "ignore_password_expiry": true, "multi_factor_auth_enabled": true, "multi_factor_auth_rules": [["password", "totp"]],
    });
    admin.user(json!({"name": "careful", "password": "Careful-Pass-Of-Tests", "options": factors})).await;
    expect(&checker, Openstack, &user("idle", "Idle-Pass-Of-Tests"), Verdict::NotEnoughRights, project).await;
    let as_admin = [&user("member", "Member-Pass-Of-Tests")[..], &[("isAdmin", "true")]].concat();
    let report = expect(&checker, Openstack, &as_admin, Verdict::Works, None).await;
    assert!(report.warnings[0].contains("admin"), "{report:?}");
    expect(&checker, Openstack, &user("off", "Off-Pass-Of-Tests"), refused, secret).await;
    expect(&checker, Openstack, &user("fresh", "Fresh-Pass-Of-Tests"), Verdict::Expired, secret).await;
    let human = Verdict::NeedsHuman;
    expect(&checker, Openstack, &user("careful", "Careful-Pass-Of-Tests"), human, Some("openStackUser")).await;

    // Three failures lock an account: two checks of a wrong password must not be more than two.
    for _ in 0..2 {
        expect(&checker, Openstack, &user("member", "Another-Pass-Of-Tests"), refused, secret).await;
    }
    expect(&checker, Openstack, &user("member", "Member-Pass-Of-Tests"), Verdict::Works, None).await;

    assert_eq!(values(&checker, Openstack, "openStackProject", &with(&[])).await, ["admin"]);
    assert_eq!(values(&checker, Openstack, "openStackRegion", &with(&[])).await, ["RegionOne"]);

    application_credentials(&checker, &admin, &url).await;
}

async fn application_credentials(checker: &Checker, admin: &Admin, url: &str) {
    let secret = Some("openStackPassword");
    let (id, key) = admin.application("steady", "2040-01-02T03:04:05.000000").await;
    let with = |id: &str, key: &str, project: &str| {
        [
            ("openStackUrl", url.to_owned()),
            ("applicationCredEnabled", "true".to_owned()),
            ("openStackDomain", String::new()),
            ("openStackUser", id.to_owned()),
            ("openStackPassword", key.to_owned()),
            ("openStackProject", project.to_owned()),
        ]
    };
    fn lent<'a>(owned: &'a [(&'static str, String); 6]) -> [(&'a str, &'a str); 6] {
        std::array::from_fn(|nth| (owned[nth].0, owned[nth].1.as_str()))
    }
    let right = with(&id, &key, "admin");
    let report = expect(checker, Openstack, &lent(&right), Verdict::Works, None).await;
    assert_eq!(report.expiry, Some("2040-01-02T03:04:05Z".parse().unwrap()));
    let wrong = with(&id, "another-secret-of-an-application", "admin");
    expect(checker, Openstack, &lent(&wrong), Verdict::WrongIdentityOrSecret, secret).await;
    let unknown = with("00112233445566778899aabbccddeeff", &key, "admin");
    expect(checker, Openstack, &lent(&unknown), Verdict::UnknownIdentity, Some("openStackUser")).await;
    let elsewhere = with(&id, &key, "prod");
    expect(checker, Openstack, &lent(&elsewhere), Verdict::WrongScope, Some("openStackProject")).await;
    assert_eq!(values(checker, Openstack, "openStackProject", &lent(&right)).await, ["admin"]);

    // One that ends in a moment is refused from then on, in the words for a wrong one.
    let soon = (Utc::now() + chrono::TimeDelta::seconds(2)).format("%Y-%m-%dT%H:%M:%S.000000").to_string();
    let (id, key) = admin.application("brief", &soon).await;
    let brief = with(&id, &key, "admin");
    let started = Instant::now();
    let report = loop {
        let report = check(checker, Openstack, &lent(&brief)).await;
        if report.verdict != Verdict::Works {
            break report;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "it still works");
    };
    assert_eq!((report.verdict, report.field), (Verdict::WrongIdentityOrSecret, secret), "{report:?}");
    assert!(report.message.contains("expired"), "{report:?}");
}

/// Makes a Keystone with one region and one administrator, and starts it.
fn start(port: u16, url: &str) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let at = |name: &str| root.join(name).display().to_string();
    // The keys of receipts have a place too, or the setup writes into /etc.
    let mut config = format!(
        "[database]\nconnection=sqlite:///{}\n[token]\nprovider=fernet\n[fernet_tokens]\nkey_repository={}\n\
         [fernet_receipts]\nkey_repository={}\n[credential]\nkey_repository={}\n[auth]\n\
         methods=password,token,application_credential,totp\n[security_compliance]\n\
         lockout_failure_attempts=3\n",
        at("keystone.db"),
        at("tokens"),
        at("receipts"),
        at("credentials")
    );
    let file = root.join("keystone.conf");
    std::fs::write(&file, &config).unwrap();
    let bin = place("keystone").join("bin");
    manage(&bin, &file, &["db_sync"]);
    let (user, group) = (root.metadata().unwrap().uid().to_string(), root.metadata().unwrap().gid().to_string());
    for setup in ["fernet_setup", "receipt_setup", "credential_setup"] {
        manage(&bin, &file, &[setup, "--keystone-user", &user, "--keystone-group", &group]);
    }
    let first = ["--bootstrap-username", "admin", "--bootstrap-password", ADMIN, "--bootstrap-project-name", "admin"];
    let there = ["--bootstrap-role-name", "admin", "--bootstrap-region-id", "RegionOne", "--bootstrap-public-url", url];
    manage(&bin, &file, &[&["bootstrap"], &first[..], &there].concat());

    // From here on a password that somebody else has set is good for nothing but to be changed.
    config.push_str("change_password_upon_first_use=true\n");
    std::fs::write(&file, config).unwrap();
    let mut gunicorn = Command::new(bin.join("gunicorn"));
    gunicorn.args(["--workers", "1", "--threads", "4", "--no-control-socket", "--bind", &format!("127.0.0.1:{port}")]);
    gunicorn.args(["--pythonpath", concat!(env!("CARGO_MANIFEST_DIR"), "/servers"), "run_keystone:application"]);
    gunicorn.env("OS_KEYSTONE_CONFIG_DIR", root).env("OS_KEYSTONE_CONFIG_FILES", "keystone.conf");
    gunicorn.env("PYTHONWARNINGS", "ignore").env("PYTHONDONTWRITEBYTECODE", "1").current_dir(root);
    let mut server = Server::start(&gunicorn, dir);
    server.answers(port, "/v3", &[200]);
    server
}

fn manage(bin: &Path, config: &Path, arguments: &[&str]) {
    let mut command = Command::new(bin.join("keystone-manage"));
    command.arg("--config-file").arg(config).args(arguments).env("PYTHONWARNINGS", "ignore");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whoever fills the cloud.
struct Admin {
    client: Client,
    url: String,
    token: String,
    user: String,
    project: String,
}

impl Admin {
    async fn sign_in(url: &str) -> Self {
        let client = client();
        let domain = json!({"id": "default"});
        let login = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {"name": "admin", "domain": domain, "password": ADMIN}}},
            "scope": {"project": {"name": "admin", "domain": domain}},
        }});
        let request = client.post(format!("{url}/auth/tokens")).header("content-type", "application/json");
        let answer = request.body(login.to_string()).send().await.unwrap();
        let token = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
        let about: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let text = |of: &str| about["token"][of]["id"].as_str().unwrap().to_owned();
        let (user, project) = (text("user"), text("project"));
        Self { client, url: url.to_owned(), token, user, project }
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Value {
        let request = request.header("x-auth-token", &self.token).header("content-type", "application/json");
        let answer = request.send().await.unwrap();
        let (status, bytes) = (answer.status(), answer.bytes().await.unwrap());
        assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    async fn user(&self, about: Value) -> String {
        let body = json!({ "user": about }).to_string();
        let made = self.ask(self.client.post(format!("{}/users", self.url)).body(body)).await;
        made["user"]["id"].as_str().unwrap().to_owned()
    }

    async fn grant(&self, user: &str, role: &str) {
        let roles = self.ask(self.client.get(format!("{}/roles?name={role}", self.url))).await;
        let role = roles["roles"][0]["id"].as_str().unwrap();
        let url = format!("{}/projects/{}/users/{user}/roles/{role}", self.url, self.project);
        self.ask(self.client.put(url)).await;
    }

    async fn application(&self, name: &str, expires_at: &str) -> (String, String) {
        let body = json!({"application_credential": {"name": name, "expires_at": expires_at}}).to_string();
        let url = format!("{}/users/{}/application_credentials", self.url, self.user);
        let made = self.ask(self.client.post(url).body(body)).await;
        let text = |of: &str| made["application_credential"][of].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// How many tokens were taken back.
    async fn revoked(&self) -> usize {
        let events = self.ask(self.client.get(format!("{}/OS-REVOKE/events", self.url))).await;
        // One is for the token itself, and another for all that came out of it.
        let events = events["events"].as_array().unwrap();
        events.iter().filter(|event| event["audit_id"].is_string()).count()
    }
}
