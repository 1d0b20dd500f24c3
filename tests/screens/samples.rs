//! A desk with something on it: credentials of every kind and state, some with names that test the layout.

use credenza_model::KindId;
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
