//! What is refused, and the checkers, which refuse for the providers.

use credenza_model::KindId;
use credenza_taikun::Options;
use serde_json::json;

use crate::client::{Client, aws, current, legacy, server};

#[test]
fn a_name_is_taken_once_in_an_organization_and_kind() {
    for status in [400, 409] {
        let (taikun, first, second) = server(Options { duplicate_status: status, ..Options::default() });
        let client = Client::of(&taikun, "partner@test");
        client.post("/api/v1/aws/create", &aws("twin", first)).expect(200);
        let refused = client.post("/api/v1/aws/create", &aws("twin", first)).expect(status);
        assert!(refused.text.contains("twin already exists"));
        let other = client.post("/api/v1/aws/create", &aws("twin", second)).expect(200).json();
        client.post("/api/v1/aws/create", &aws("free", second)).expect(200);
        let id: i32 = other["id"].as_str().unwrap().parse().unwrap();
        client.post("/api/v1/aws/update", &json!({ "id": id, "name": "free" })).expect(status);
        client.post("/api/v1/aws/update", &json!({ "id": id, "name": "twin" })).expect(200);
        assert_eq!(taikun.world().creates(KindId::Aws, first, "twin"), 1);
    }
}

#[test]
fn bodies_are_read_as_they_are_declared() {
    let (taikun, first, _) = current();
    let client = Client::of(&taikun, "manager@test");
    let create = |change: serde_json::Value| {
        let mut body = aws("strict", first);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        client.post("/api/v1/aws/create", &body)
    };
    assert!(create(json!({ "azCount": "2" })).expect(400).json()["errors"]["$.azCount"].is_array());
    create(json!({ "vpcMode": "Sideways" })).expect(400);
    create(json!({ "name": "no" })).expect(400);
    create(json!({ "name": "not a name" })).expect(400);
    create(json!({ "awsSecretAccessKey": null })).expect(400);
    create(json!({ "organizationId": 0 })).expect(400);
    create(json!({ "organizationId": null, "name": "own", "colour": "red" })).expect(200);
    assert_eq!(taikun.world().log().pop().unwrap().unknown, ["colour"]);
    client.raw("POST", "/api/v1/aws/create", "application/json", "{\"name\": ".into()).unwrap().expect(400);
    client.raw("POST", "/api/v1/aws/create", "text/plain", "name".into()).unwrap().expect(415);
    client.raw("POST", "/api/v1/aws/create", "application/json", " ".repeat(11 << 20)).unwrap().expect(413);
    client.get("/api/v1/aws/create").expect(405);
    assert_eq!(client.get("/api/v1/aws/nothing").expect(404).json()["status"], json!(404));
    let showback = json!({ "name": "s", "url": "u", "username": "n", "password": "p" });
    client.post("/showback/v1/showbackcredentials/create", &showback).expect(400);
}

#[test]
fn rows_of_taikun_itself_stay() {
    let (taikun, first, _) = current();
    let world = taikun.world();
    let built_in = world.add_built_in("Taikun AI");
    let infra = world.add_row(KindId::Backup, first, json!({ "s3Name": "infra", "isInfra": true }));
    let client = Client::of(&taikun, "manager@test");
    let rows = client.get("/api/v1/ai-credential/list").data();
    assert_eq!((&rows[0]["type"], &rows[0]["organizationId"]), (&json!("Taikun"), &json!(null)));
    client.delete(&format!("/api/v1/ai-credential/{built_in}")).expect(400);
    client.delete(&format!("/api/v1/s3credentials/{infra}")).expect(400);
}

#[test]
fn checkers_tell_a_wrong_secret_from_a_broken_checker() {
    let (taikun, ..) = current();
    let client = Client::of(&taikun, "manager@test");
    let s3 = |secret: &str| client.post("/api/v1/checker/s3", &json!({ "s3AccessKeyId": "i", "s3SecretKey": secret }));
    assert!(s3("right").expect(200).text.is_empty());
    assert!(s3("a wrong one").expect(400).text.contains("Invalid S3 credentials"));
    s3("broken").expect(500);
    s3("").expect(400);
    let body = |secret: &str| json!({ "openStackUser": "u", "openStackPassword": secret, "openStackUrl": "https://k" });
    let openstack = |secret: &str| client.post("/api/v1/checker/openstack", &body(secret)).expect(200).json();
    assert_eq!(openstack("right")["isOpenstackAvailable"], json!(true));
    assert_eq!(openstack("wrong")["isOpenstackAvailable"], json!(false));
    let google = |text: &str| client.form("/api/v1/checker/google", &json!({ "config": text }), "application/json");
    assert_eq!((google("{}").expect(200).json(), google("wrong").expect(200).json()), (json!(true), json!(false)));
    let prometheus = json!({ "userName": "u", "password": "p", "url": "https://p.example" });
    client.post("/api/v1/checker/prometheus", &prometheus).expect(200);
    client.post("/api/v1/checker/openai", &json!({ "token": "wrong" })).expect(400);
    let (taikun, ..) = legacy();
    let client = Client::of(&taikun, "manager@test");
    assert!(client.post("/api/v1/checker/openstack", &body("right")).expect(200).text.is_empty());
    client.post("/api/v1/checker/openstack", &body("wrong")).expect(400);
    client.post("/api/v1/checker/zededa", &json!({ "url": "https://z", "token": "t" })).expect(200);
    let subscriptions = |secret: &str| client.post("/api/v1/azure/subscriptions", &json!({ secret: "s" }));
    subscriptions("clientSecret").expect(200);
    subscriptions("azureClientSecret").expect(400);
}

#[test]
fn questions_take_a_secret_or_a_row_that_has_one() {
    let (taikun, first, _) = current();
    let id = taikun.world().add_row(KindId::Aws, first, aws("asked", first));
    let client = Client::of(&taikun, "manager@test");
    let regions = |body| client.post("/api/v1/aws/regions", &body);
    assert_eq!(regions(json!({ "awsSecretAccessKey": "s" })).expect(200).json()[0]["region"], json!("eu-central-1"));
    regions(json!({ "cloudId": id })).expect(200);
    regions(json!({ "cloudId": 99 })).expect(404);
    regions(json!({})).expect(400);
    regions(json!({ "awsSecretAccessKey": "wrong" })).expect(400);
    let body = json!({ "openStackPassword": "p", "openStackRegion": "RegionTwo" });
    let networks = client.post("/api/v1/openstack/networks", &body).expect(200).json();
    assert_eq!(networks[1]["name"], json!("public-regiontwo"));
}
