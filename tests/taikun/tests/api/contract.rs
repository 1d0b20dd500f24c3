//! Every answer against the API's description.

use std::collections::BTreeSet;

use credenza_taikun::{Generation, Taikun};
use serde_json::{Value, json};

use crate::client::{Client, Heard, demo};
use crate::schema::Schema;

/// Clusters that are imported; no credential comes of them here.
const NOT_SERVED: &[&str] = &[
    "/api/v1/aws/eks-clusters/{cloudId}",
    "/api/v1/azure/aks-clusters",
    "/api/v1/googlecloud/gke-clusters",
    "/api/v1/project-deployment/import-cluster",
    "/api/v1/checker/import-cluster-kube-config",
    "/api/v1/checker/kube-config",
];

#[test]
fn every_answer_of_the_current_generation_is_as_described() {
    let Some(schema) = Schema::load() else { return };
    let taikun = demo(Generation::Current);
    let mut asked = ask_all(&schema, &taikun, &|source, _| source != "taikun-2026-04-legacy", &|_, _, _| true);
    asked.extend(sign_in(&schema, &taikun));
    let missing: Vec<_> = schema
        .operations()
        .into_iter()
        .filter(|(source, ..)| *source != "taikun-2026-04-legacy")
        .map(|(_, method, path, _)| format!("{method} {path}"))
        .filter(|operation| !asked.contains(operation) && !NOT_SERVED.iter().any(|path| operation.ends_with(path)))
        .collect();
    assert!(missing.is_empty(), "never answered: {missing:#?}");
    let unknown: Vec<_> = taikun.world().log().into_iter().filter(|logged| !logged.unknown.is_empty()).collect();
    assert!(unknown.is_empty(), "fields that the description has and the server does not know: {unknown:#?}");
}

#[test]
fn every_answer_of_the_older_generation_is_as_described_as_far_as_it_is() {
    let Some(schema) = Schema::load() else { return };
    let taikun = demo(Generation::Legacy);
    // Its words for Azure's subscriptions are others too. Lists, rows and people of the older generation have other shapes than the current description tells.
    let described = |source: &str, method: &str, path: &str| {
        source == "taikun-2026-04-legacy" || (method != "get" && !path.ends_with("checker/openstack"))
    };
    let only_new = |path: &str| {
        [
            "/robot/",
            "azure/subscriptions",
            "vpc-list",
            "subnet-list",
            "efs-",
            "vnet",
            "file-share",
            "subnetwork",
            "filestore",
            "storage-types",
            "generic-",
        ]
        .iter()
        .any(|part| path.contains(part))
    };
    let asked = ask_all(&schema, &taikun, &|_, path| !only_new(path), &described);
    assert!(asked.contains("get /api/v1/tanzu/list") && asked.contains("post /api/v1/zededa/create"), "{asked:#?}");
}

/// Asks every operation once with everything in it; answers those that were answered with 200.
fn ask_all(
    schema: &Schema,
    taikun: &Taikun,
    wanted: &dyn Fn(&str, &str) -> bool,
    described: &dyn Fn(&str, &str, &str) -> bool,
) -> BTreeSet<String> {
    let client = Client::of(taikun, "partner@test");
    let robot = client.with("Basic REVNT1JPQk9US0VZOmRlbW8tcm9ib3Qtc2VjcmV0");
    let mut asked = BTreeSet::new();
    let mut problems = Vec::new();
    let mut operations = schema.operations();
    // What makes rows comes first, so that lists show them; what removes rows comes last.
    operations.sort_by_key(|(_, method, path, _)| (*method == "delete", !is_create(method, path), *method == "get"));
    for (source, method, path, operation) in operations {
        if !wanted(source, path) || NOT_SERVED.contains(&path) || path.contains("auth/") {
            continue;
        }
        let client = if path.contains("/robot/") { &robot } else { &client };
        let id = id_for(client, method, path);
        let mut address = path.replace("{id}", &id.to_string()).replace("{cloudId}", &id.to_string());
        address = address.replace("{type}", "cloud-credentials");
        let heard = match schema.body(operation) {
            None => client.send(&method.to_uppercase(), &address, None).unwrap(),
            Some((mut body, form)) => {
                prepare(&mut body, id, method, path);
                if form {
                    client.form(&address, &body, "application/json")
                } else {
                    client.send(&method.to_uppercase(), &address, Some(&body)).unwrap()
                }
            }
        };
        if heard.status == 200 {
            asked.insert(format!("{method} {path}"));
        }
        if heard.status != 200 || described(source, method, path) {
            problems.extend(judge(schema, operation, &heard, &format!("{method} {path}")));
        }
        if heard.status != 200 {
            problems.push(format!("{method} {address}: {} {}", heard.status, heard.text));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    asked
}

fn is_create(method: &str, path: &str) -> bool {
    method == "post"
        && (path.ends_with("/create") || path.ends_with("/s3credentials") || path.ends_with("/opscredentials"))
}

/// A row that the operation can be done to.
fn id_for(client: &Client, method: &str, path: &str) -> i64 {
    let provider = path.split('/').nth(3).unwrap_or_default();
    let list = match provider {
        "cloudcredentials" => "/api/v1/aws/list".to_owned(),
        "showbackcredentials" => "/showback/v1/showbackcredentials".to_owned(),
        provider => format!("/api/v1/{provider}/list"),
    };
    let changes = path.contains("update")
        || path.contains("manager")
        || path.contains("default")
        || path.contains('{')
        || method == "put";
    if !changes || path.contains("generic-") || path.contains("{type}") {
        return 1;
    }
    let rows = client.get(&format!("{list}?Limit=100")).expect(200).data();
    let free = |row: &&Value| {
        row["isLocked"] != json!(true)
            && row["isInfra"] != json!(true)
            && row["type"] != json!("Taikun")
            && ["projects", "rules"].iter().all(|users| row[*users].as_array().is_none_or(Vec::is_empty))
    };
    rows.iter().find(free).and_then(|row| row["id"].as_i64()).unwrap_or_else(|| panic!("nothing to change for {path}"))
}

fn prepare(body: &mut Value, id: i64, method: &str, path: &str) {
    if body.get("id").is_some() {
        body["id"] = json!(id);
    }
    if body.get("mode").is_some() {
        body["mode"] = json!("lock");
    }
    if path.ends_with("/update") || method == "put" {
        for name in ["name", "s3Name"] {
            if body.get(name).is_some() {
                body[name] = json!(format!("changed-{id}"));
            }
        }
    }
}

fn judge(schema: &Schema, operation: &Value, heard: &Heard, name: &str) -> Vec<String> {
    schema
        .problems(operation, heard.status, &heard.text)
        .into_iter()
        .map(|problem| format!("{name}: {problem}"))
        .collect()
}

/// The ways in, whose answers are tokens.
fn sign_in(schema: &Schema, taikun: &Taikun) -> Vec<String> {
    let operations = schema.operations();
    let mut client = Client::new(taikun);
    let mut asked = Vec::new();
    let mut ask = |client: &Client, path: &str, body: Value, status: u16| {
        let heard = client.post(path, &body).expect(status);
        let (.., operation) =
            operations.iter().find(|(_, method, other, _)| *method == "post" && *other == path).unwrap();
        assert_eq!(judge(schema, operation, &heard, path), Vec::<String>::new());
        if status == 200 {
            asked.push(format!("post {path}"));
        }
        heard.json()
    };
    let demo = |email: &str| json!({ "accountName": "demo", "email": email, "password": "demo" });
    let token = ask(&client, "/api/v1/auth/login", demo("manager@example.com"), 200);
    ask(
        &client,
        "/api/v1/auth/refresh",
        json!({ "token": token["token"], "refreshToken": token["refreshToken"] }),
        200,
    );
    ask(
        &client,
        "/api/v1/auth/refresh",
        json!({ "token": token["token"], "refreshToken": token["refreshToken"] }),
        401,
    );
    ask(&client, "/api/v1/auth/login", demo("nobody@example.com"), 400);
    for (path, body) in [
        ("/api/v1/two-factor-auth/login", json!({ "verificationCode": "123456" })),
        ("/api/v1/two-factor-auth/recovery", json!({ "recoveryCode": "recovery-one" })),
    ] {
        let pending = ask(&client, "/api/v1/auth/login", demo("careful@example.com"), 200);
        client.authorization = Some(format!("Bearer {}", pending["token"].as_str().unwrap()));
        ask(&client, path, body, 200);
    }
    asked
}
