//! Making, changing, locking, defaulting and deleting rows, and paging through many of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use credenza_model::KindId;
use credenza_taikun::{Generation, Options, Taikun};
use serde_json::{Value, json};

use crate::client::{Client, aws, current, legacy, server};

#[test]
fn a_row_goes_through_its_life() {
    let (taikun, first, _) = current();
    let (world, client) = (taikun.world(), Client::of(&taikun, "manager@test"));
    let made = client.post("/api/v1/aws/create", &aws("life", first)).expect(200).json();
    let id: i32 = made["id"].as_str().unwrap().parse().unwrap();
    let list = || client.get(&format!("/api/v1/aws/list?Id={id}")).expect(200);
    let row = list().data().remove(0);
    assert_eq!((&row["region"], &row["createdBy"]["displayName"]), (&json!("eu-central-1"), &json!("manager")));
    assert!(!list().text.contains("first-secret") && !list().text.contains("AKIA"));

    let update = json!({ "id": id, "name": "renamed", "awsSecretAccessKey": "second-secret", "awsAccessKeyId": null });
    client.post("/api/v1/aws/update", &update).expect(200);
    let stored = world.row(KindId::Aws, id).unwrap();
    assert_eq!(stored["awsSecretAccessKey"], json!("second-secret"));
    assert_eq!(stored["awsAccessKeyId"], json!("AKIAQ3EGQKJ5R7UEXMPL"));
    let changed = list().data().remove(0);
    assert_ne!(changed["lastModified"], row["lastModified"]);
    assert_eq!(changed["createdAt"], row["createdAt"]);

    let lock = |mode: &str| client.post("/api/v1/cloudcredentials/lockmanager", &json!({ "id": id, "mode": mode }));
    assert!(lock("lock").expect(200).text.is_empty());
    assert!(lock("lock").expect(400).text.contains("already lock"));
    assert!(client.post("/api/v1/aws/update", &update).expect(400).text.contains("is locked"));
    assert!(client.delete(&format!("/api/v1/cloudcredentials/{id}")).expect(400).text.contains("is locked"));
    lock("unlock").expect(200);
    assert!(lock("unlock").expect(400).text.contains("already unlock"));

    world.attach_project(KindId::Aws, id, "shop");
    assert_eq!(list().data()[0]["projects"][0]["name"], json!("shop"));
    assert!(client.delete(&format!("/api/v1/cloudcredentials/{id}")).expect(400).text.contains("shop"));
    world.detach_project(KindId::Aws, id, "shop");
    client.delete(&format!("/api/v1/cloudcredentials/{id}")).expect(200);
    assert!(client.delete("/api/v1/cloudcredentials/0").expect(404).text.contains("(0) was not found"));
    assert_eq!(world.creates(KindId::Aws, first, "life"), 1);
}

#[test]
fn the_default_moves_within_a_kind_and_an_organization() {
    let (taikun, first, second) = current();
    let (world, client) = (taikun.world(), Client::of(&taikun, "partner@test"));
    let one = world.add_row(KindId::Aws, first, json!({ "name": "one", "isDefault": true }));
    let two = world.add_row(KindId::Aws, first, json!({ "name": "two" }));
    let other = world.add_row(KindId::Aws, second, json!({ "name": "other", "isDefault": true }));
    let azure = world.add_row(KindId::Azure, first, json!({ "name": "azure", "isDefault": true }));
    client.post("/api/v1/cloudcredentials/makedefault", &json!({ "id": two })).expect(200);
    let default = |kind, id| world.row(kind, id).unwrap()["isDefault"] == json!(true);
    assert!(!default(KindId::Aws, one) && default(KindId::Aws, two));
    assert!(default(KindId::Aws, other) && default(KindId::Azure, azure));
}

#[test]
fn networks_are_two_going_in_and_one_list_coming_out() {
    let (taikun, first, _) = legacy();
    let client = Client::of(&taikun, "partner@test");
    let network = |name: &str, mask: i32| json!({ "interface": name, "vlanId": 7, "gateway": "10.0.0.1", "ipAddress": "10.0.0.0", "netMask": mask });
    let body = json!({
        "name": "edge", "apiToken": "in-clear", "apiUrl": "https://z.example", "edgeNodes": ["a", "b"], "continent": "as",
        "publicNetwork": network("eth0", 17), "privateNetwork": network("eth1", 24), "organizationId": first,
    });
    client.post("/api/v1/zededa/create", &body).expect(200);
    let row = client.get("/api/v1/zededa/list").expect(200).data().remove(0);
    assert_eq!((&row["apiToken"], &row["continentName"]), (&json!("in-clear"), &json!("Asia")));
    assert_eq!(row["edgeNodes"], json!([{ "id": 1, "name": "a" }, { "id": 2, "name": "b" }]));
    let networks = row["zededaNetworks"].as_array().unwrap();
    assert_eq!((&networks[0]["netMask"], &networks[0]["isPrivate"]), (&json!(17), &json!(false)));
    assert_eq!((&networks[1]["bridge"], &networks[1]["isPrivate"]), (&json!("eth1"), &json!(true)));
    assert_eq!(row["createdBy"], json!("partner"));
    let update = json!({ "id": row["id"], "edgeNodes": ["c"] });
    client.post("/api/v1/zededa/update/edge-nodes", &update).expect(200);
    assert_eq!(client.get("/api/v1/zededa/list").data()[0]["edgeNodes"], json!([{ "id": 1, "name": "c" }]));
}

#[test]
fn openshift_answers_with_nothing_and_google_takes_a_form() {
    let (taikun, first, _) = current();
    let client = Client::of(&taikun, "manager@test");
    let body = json!({ "name": "shift", "kubeConfig": "k", "pullSecret": "p", "organizationId": first });
    assert!(client.post("/api/v1/openshift/create", &body).expect(200).text.is_empty());
    assert_eq!(client.get("/api/v1/openshift/list").data()[0]["name"], json!("shift"));

    let key = "{\"project_id\": \"the-project\"}";
    let parts = json!({
        "name": "google", "config": key, "importProject": true, "region": "europe-west4", "azCount": 3,
        "subnets": ["one", "two"], "organizationId": first,
    });
    let refused = client.form("/api/v1/googlecloud/create", &parts, "application/octet-stream").expect(400);
    assert!(refused.text.contains("octet-stream"));
    let made = client.form("/api/v1/googlecloud/create", &parts, "application/json").expect(200).json();
    let row = client.get("/api/v1/googlecloud/list").data().remove(0);
    assert_eq!((&row["projectId"], row["zones"].as_array().unwrap().len()), (&json!("the-project"), 3));
    let id = made["id"].as_str().unwrap().parse().unwrap();
    let stored = taikun.world().row(KindId::Gcp, id).unwrap();
    assert_eq!((&stored["config"], &stored["subnets"]), (&json!(key), &json!(["one", "two"])));
}

#[test]
fn fifty_thousand_rows_are_made_at_once_and_paged_through() {
    let options = Options { page_limit_most: 1000, ..Options::default() };
    let (taikun, first, _) = server(options);
    let start = Instant::now();
    taikun.world().fill(KindId::Backup, first, 50_000);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let client = Client::of(&taikun, "manager@test");
    let (mut ids, mut offset) = (BTreeSet::new(), 0);
    loop {
        let page = client.get(&format!("/api/v1/s3credentials/list?Limit=5000&Offset={offset}")).expect(200).json();
        assert_eq!((&page["limit"], &page["totalCount"]), (&json!(1000), &json!(50_000)));
        ids.extend(page["data"].as_array().unwrap().iter().filter_map(|row| row["id"].as_i64()));
        match page["nextOffset"].as_i64() {
            Some(next) => offset = next,
            None => break assert_eq!(page["hasMore"], json!(false)),
        }
    }
    assert_eq!(ids.len(), 50_000);
    assert_eq!(client.get("/api/v1/s3credentials/list").data().len(), 50);
}

#[test]
fn lists_are_sorted_searched_and_narrowed() {
    let (taikun, first, second) = current();
    for (name, organization) in [("beta", first), ("alpha", second), ("gamma-x", first)] {
        taikun.world().add_row(KindId::Aws, organization, aws(name, organization));
    }
    let client = Client::of(&taikun, "partner@test");
    let names = |query: &str| -> Vec<String> {
        let rows = client.get(&format!("/api/v1/aws/list?{query}")).expect(200).data();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(""), ["beta", "alpha", "gamma-x"]);
    assert_eq!(names("SortBy=name&SortDirection=desc"), ["gamma-x", "beta", "alpha"]);
    assert_eq!(names("SortBy=region&Limit=2&Offset=1"), ["alpha", "gamma-x"]);
    assert_eq!(names("search=MMA"), ["gamma-x"]);
    assert_eq!(names(&format!("OrganizationId={second}")), ["alpha"]);
    assert!(names("Id=99").is_empty());
    client.get("/api/v1/aws/list?AccountId=99").expect(403);
    client.get("/api/v1/aws/list?AccountId=1&SearchId=").expect(200);
    client.get("/api/v1/aws/list?SortBy=nothing").expect(400);
    client.get("/api/v1/aws/list?Limit=many").expect(400);
}

#[test]
fn the_older_generation_has_other_shapes() {
    let (taikun, first, _) = legacy();
    taikun.world().add_row(KindId::Aws, first, aws("old", first));
    taikun.world().add_row(KindId::Gcp, first, json!({ "name": "old", "config": "{}", "region": "r" }));
    let client = Client::of(&taikun, "manager@test");
    let page = client.get("/api/v1/aws/list").expect(200).json();
    assert_eq!(page.as_object().unwrap().keys().collect::<Vec<_>>(), ["data", "totalCount"]);
    let row = &page["data"][0];
    assert_eq!((&row["createdBy"], row.get("vpcMode")), (&json!("Dana Wild"), None));
    assert_eq!(row["lastModified"].as_str().unwrap().len(), "2023-11-21 12:09:23+00:00".len());
    let google = client.get("/api/v1/googlecloud/list").data().remove(0);
    assert!(google.get("createdBy").is_none() && google.get("lastModified").is_none());
    client.get("/api/v1/tanzu/list").expect(200);
    let (taikun, ..) = server(Options { generation: Generation::Current, ..Options::default() });
    Client::of(&taikun, "manager@test").get("/api/v1/tanzu/list").expect(404);
}

#[test]
fn data_outlives_the_server_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().join("taikun.db")), ..Options::default() };
    let (taikun, first, _) = server(options());
    let id = taikun.world().add_row(KindId::Ai, first, json!({ "name": "kept", "apiKey": "k" }));
    drop(taikun);
    let taikun = Taikun::start(options()).unwrap();
    assert_eq!(taikun.world().row(KindId::Ai, id).unwrap()["name"], json!("kept"));
    let rows = Client::of(&taikun, "manager@test").get("/api/v1/ai-credential/list").data();
    assert_eq!((rows.len(), &rows[0]["type"]), (1, &json!("OpenAi")));
    assert_eq!(taikun.world().rows(KindId::Ai), [taikun.world().row(KindId::Ai, id).unwrap()]);
}

#[test]
fn a_server_comes_back_at_the_same_address() {
    let (taikun, first, _) = current();
    let client = Client::of(&taikun, "manager@test");
    let (world, port) = (taikun.world().clone(), taikun.port());
    drop(taikun);
    assert!(client.send("GET", "/api/v1/aws/list", None).is_err());
    world.add_row(KindId::Aws, first, aws("meanwhile", first));
    let _taikun = Taikun::resume(world, port).unwrap();
    assert_eq!(client.get("/api/v1/aws/list").expect(200).data()[0]["name"], json!("meanwhile"));
}

#[test]
fn another_person_changes_rows() {
    let (taikun, first, _) = current();
    let world = taikun.world();
    let id = world.add_row(KindId::Azure, first, json!({ "name": "watched", "azureClientSecret": "old" }));
    let client = Client::of(&taikun, "manager@test");
    let before = client.get("/api/v1/azure/list").data().remove(0);
    world.change_row(KindId::Azure, id, json!({ "name": "turned", "azureClientSecret": "new", "isLocked": true }));
    let after = client.get("/api/v1/azure/list").data().remove(0);
    assert_eq!((&after["name"], &after["isLocked"]), (&json!("turned"), &json!(true)));
    assert_ne!(after["lastModified"], before["lastModified"]);
    world.remove_row(KindId::Azure, id);
    assert_eq!(client.get("/api/v1/azure/list").json()["totalCount"], json!(0));
    assert_eq!(world.row(KindId::Azure, id), None::<Value>);
}
