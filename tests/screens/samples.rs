//! A desk with something on it: credentials of every kind and state, some with names that test the layout.

use credenza_model::{KindId, Verdict};
use credenza_tests::Session;
use serde_json::{Map, Value, json};

/// Adds everything through the command line.
pub(crate) fn fill(session: &Session) {
    for organization in ["Beta Labs", "Delta", "Gamma"] {
        run(session, &["organization", "add", organization], "");
    }
    let cloud = [
        (KindId::Aws, "aws-prod", "Acme"),
        (KindId::Aws, "aws-sandbox", "Acme"),
        (KindId::Aws, "aws-dr", "Beta Labs"),
        (KindId::Azure, "azure-westeurope", "Acme"),
        (KindId::Azure, "azure-gov", "Delta"),
        (KindId::Gcp, "gcp-analytics", "Beta Labs"),
        (KindId::Gcp, "gcp-ml", "Acme"),
        (KindId::Openstack, "os-prague-1", "Beta Labs"),
        (KindId::Openstack, "os-vienna", "Delta"),
        (KindId::Openshift, "ocp-core", "Acme"),
        (KindId::Proxmox, "pve-brno", "Delta"),
        (KindId::Vsphere, "vc-dc0", "Delta"),
        (KindId::Tanzu, "tanzu-lab", "Gamma"),
        (KindId::Zadara, "zadara-tlv", "Gamma"),
        (KindId::Zededa, "edge-fleet", "Gamma"),
    ];
    let others = [
        (KindId::Backup, "nightly", "Acme"),
        (KindId::Backup, "a name of thirty characters ok", "Beta Labs"),
        (KindId::Billing, "prometheus-main", "Acme"),
        (KindId::Showback, "teams", "Delta"),
        (KindId::Ai, "assistant", "Acme"),
    ];
    for (kind, name, organization) in cloud.into_iter().chain(others) {
        add(session, kind, name, organization, &[]);
    }
    add(session, KindId::Azure, "azure-draft", "Gamma", &["azureClientSecret", "azureSubscriptionId"]);
    for (name, action) in
        [("aws-prod", "lock"), ("aws-prod", "default"), ("os-prague-1", "default"), ("vc-dc0", "lock")]
    {
        run(session, &[action, &id(session, name)], "");
    }
}

/// Gives some of them a last check and an end, as providers that are not to be had here would.
pub(crate) fn check(session: &Session) {
    let found = [
        ("aws-prod", Verdict::Works, "AWS knows this key as arn:aws:iam::123456789012:user/taikun.", Some(210), 2),
        (
            "azure-westeurope",
            Verdict::Expired,
            "Azure Client Secret has expired. Make a new secret in the app registration.",
            Some(-3),
            61,
        ),
        ("gcp-analytics", Verdict::Works, "The key signs in, and may work in the project acme-prod.", None, 190),
        (
            "ocp-core",
            Verdict::TlsNotTrusted,
            "The certificate of api.ocp.example.com:6443 has expired since 2026-11-20.",
            None,
            1500,
        ),
        ("os-prague-1", Verdict::Works, "Keystone knows taikun, who may use the project prod.", Some(12), 4),
        (
            "os-vienna",
            Verdict::WrongIdentityOrSecret,
            "Keystone refuses User, Password or Domain, and does not say which.",
            None,
            9,
        ),
        (
            "pve-brno",
            Verdict::NotEnoughRights,
            "The token is right, but has no permissions. Give it some under Datacenter, Permissions.",
            None,
            3000,
        ),
        ("vc-dc0", Verdict::TimedOut, "The host vc.example.com did not answer in time. Check the address.", None, 130),
        ("zadara-tlv", Verdict::Unproven, "The server answers, but it would answer anybody.", None, 20_000),
    ];
    let database = rusqlite::Connection::open(session.data_dir().join("credenza.db")).unwrap();
    for (name, verdict, message, days, minutes) in found {
        let now = chrono::Utc::now();
        let ends = days.map(|days| now + chrono::TimeDelta::days(days));
        let mut report =
            json!({"verdict": verdict, "message": message, "at": now - chrono::TimeDelta::minutes(minutes)});
        if let Some(ends) = ends {
            report["expires"] = json!(ends);
        }
        if verdict.works() {
            report["identity"] = json!("taikun");
            report["details"] =
                json!([{"label": "Project", "value": "prod"}, {"label": "Roles", "value": "member, reader"}]);
        }
        let key = ends.map_or("~".to_owned(), |ends| ends.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        let changed = database.execute(
            "UPDATE credentials SET report = ?2, check_rank = ?3, expiry = ?4 WHERE name = ?1",
            rusqlite::params![name, report.to_string(), verdict.rank(), key],
        );
        assert_eq!(changed.unwrap(), 1, "{name}");
    }
    drop(database);
    edit(session, "aws-dr", "expires=2027-01-31");
    edit(session, "os-prague-1", "note=Rotated each spring by the network team; ask Petra.");
}

/// Changes one field behind the window's back.
pub(crate) fn edit(session: &Session, name: &str, set: &str) {
    run(session, &["edit", &id(session, name), "--set", set], "");
}

/// Gives the one workspace another role, as only an account can.
pub(crate) fn become_role(session: &Session, role: &str) {
    let database = rusqlite::Connection::open(session.data_dir().join("credenza.db")).unwrap();
    assert_eq!(database.execute("UPDATE workspaces SET role = ?1", [role]).unwrap(), 1);
}

fn add(session: &Session, id: KindId, name: &str, organization: &str, without: &[&str]) {
    let kind = id.kind();
    let mut fields: Map<String, Value> = kind
        .sample
        .iter()
        .filter(|(field, _)| !without.contains(field))
        .map(|(field, value)| ((*field).to_owned(), json!(value)))
        .collect();
    fields.insert(kind.name_field.to_owned(), json!(name));
    let mut arguments = vec!["add", id.as_str(), "--organization", organization, "--from", "-"];
    if !without.is_empty() {
        arguments.push("--draft");
    }
    run(session, &arguments, &Value::from(fields).to_string());
}

/// Adds one and answers with its id.
pub(crate) fn added(session: &Session, kind: KindId, name: &str, organization: &str) -> String {
    add(session, kind, name, organization, &[]);
    id(session, name)
}

fn id(session: &Session, name: &str) -> String {
    let found = session.credenza(&["list", "--search", name, "--json"], "").json();
    let items = found["items"].as_array().unwrap();
    items.iter().find(|item| item["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

fn run(session: &Session, arguments: &[&str], stdin: &str) {
    let run = session.credenza(arguments, stdin);
    assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
}
