//! The ways in, and how a session ends.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credenza_taikun::{Generation, Options, User};
use serde_json::{Value, json};

use crate::client::{Client, current, legacy, server};

fn bearer(client: &Client, token: &Value) -> Client {
    client.with(&format!("Bearer {}", token["token"].as_str().unwrap()))
}

#[test]
fn a_token_looks_like_one_and_lets_in() {
    let (taikun, ..) = current();
    let client = Client::new(&taikun);
    let token = client.login("manager@test").expect(200).json();
    let parts: Vec<&str> = token["token"].as_str().unwrap().split('.').collect();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert_eq!((parts.len(), &claims["email"]), (3, &json!("manager@test")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    let who = bearer(&client, &token).get("/api/v1/users/userinfo").expect(200).json();
    assert_eq!(who["data"]["organizations"]["1"], json!({ "role": "Manager", "organizationName": "First" }));
}

#[test]
fn the_account_name_counts_where_there_are_accounts() {
    let body = json!({ "email": "manager@test", "password": "secret", "accountName": "other" });
    let (taikun, ..) = current();
    let refused = Client::new(&taikun).post("/api/v1/auth/login", &body).expect(400);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let (taikun, ..) = legacy();
    Client::new(&taikun).post("/api/v1/auth/login", &body).expect(200);
}

#[test]
fn a_refresh_token_works_once() {
    let (taikun, ..) = current();
    let client = Client::new(&taikun);
    let first = client.login("manager@test").json();
    let pair = json!({ "token": first["token"], "refreshToken": first["refreshToken"] });
    let second = client.post("/api/v1/auth/refresh", &pair).expect(200).json();
    client.post("/api/v1/auth/refresh", &pair).expect(401);
    taikun.world().expire_tokens();
    bearer(&client, &second).get("/api/v1/users/userinfo").expect(401);
    let pair = json!({ "token": second["token"], "refreshToken": second["refreshToken"] });
    let third = client.post("/api/v1/auth/refresh", &pair).expect(200).json();
    bearer(&client, &third).get("/api/v1/users/userinfo").expect(200);
    taikun.world().revoke_sessions();
    let pair = json!({ "token": third["token"], "refreshToken": third["refreshToken"] });
    client.post("/api/v1/auth/refresh", &pair).expect(401);
}

#[test]
fn a_token_ends_by_itself() {
    let (taikun, ..) = server(Options { token_life: Duration::from_millis(50), ..Options::default() });
    let client = Client::of(&taikun, "manager@test");
    std::thread::sleep(Duration::from_millis(80));
    client.get("/api/v1/users/userinfo").expect(401);
}

#[test]
fn a_second_factor_keeps_the_first_half_out() {
    let (taikun, first, _) = current();
    let careful = User::new("careful@test", "secret").manager_of(first).second_factor("123456", &["one", "two"]);
    taikun.world().add_user(careful);
    taikun.world().add_user(User { forced: true, ..User::new("forced@test", "secret") });
    let client = Client::new(&taikun);
    let token = client.login("careful@test").expect(200).json();
    assert_eq!((&token["twoFaEnabled"], &token["refreshToken"]), (&json!(true), &Value::Null));
    let half = bearer(&client, &token);
    half.get("/api/v1/aws/list").expect(401);
    half.post("/api/v1/two-factor-auth/login", &json!({ "verificationCode": "654321" })).expect(400);
    let whole = half.post("/api/v1/two-factor-auth/login", &json!({ "verificationCode": "123456" })).expect(200).json();
    let whole = bearer(&client, &whole);
    whole.get("/api/v1/aws/list").expect(200);
    whole.post("/api/v1/two-factor-auth/login", &json!({ "verificationCode": "123456" })).expect(401);
    half.post("/api/v1/two-factor-auth/recovery", &json!({ "recoveryCode": "one" })).expect(200);
    half.post("/api/v1/two-factor-auth/recovery", &json!({ "recoveryCode": "one" })).expect(400);

    let token = client.login("forced@test").expect(200).json();
    assert_eq!((&token["twoFaEnabled"], &token["isForcedToEnabled2Fa"]), (&json!(false), &json!(true)));
    bearer(&client, &token).get("/api/v1/users/userinfo").expect(401);
}

#[test]
fn keys_let_robots_in_at_each_request_and_people_once() {
    let (taikun, first, _) = current();
    taikun.world().add_robot("ACCESS", "secret:key", "builder", Some(first));
    taikun.world().add_token("MINE", "own", "manager@test");
    let mut client = Client::new(&taikun);
    let basic = |pair: &str| Some(format!("Basic {}", STANDARD.encode(pair)));
    client.authorization = basic("ACCESS:secret:key");
    let details = client.get("/api/v1/robot/details").expect(200).json();
    assert_eq!((&details["name"], &details["organizationId"]), (&json!("builder"), &json!(first)));
    client.get("/api/v1/aws/list").expect(200);
    client.get("/api/v1/users/userinfo").expect(403);
    client.authorization = basic("ACCESS:other");
    client.get("/api/v1/aws/list").expect(401);
    client.authorization = basic("MINE:own");
    client.get("/api/v1/aws/list").expect(401);
    client.authorization = None;
    let body = json!({ "mode": "token", "accessKey": "MINE", "secretKey": "own" });
    let token = client.post("/api/v1/auth/login", &body).expect(200).json();
    let client = bearer(&client, &token);
    client.get("/api/v1/users/userinfo").expect(200);
    taikun.world().set_maintenance(true);
    let who = client.get("/api/v1/users/userinfo").expect(200).json();
    assert_eq!(who["isMaintenanceModeEnabled"], json!(true));
    taikun.world().remove_user("manager@test");
    client.get("/api/v1/users/userinfo").expect(401);
}

#[test]
fn the_older_generation_knows_one_organization() {
    let (taikun, first, _) = server(Options { generation: Generation::Legacy, ..Options::default() });
    let who = Client::of(&taikun, "manager@test").get("/api/v1/users/userinfo").expect(200).json()["data"].clone();
    assert_eq!((&who["role"], &who["organizationId"]), (&json!("Manager"), &json!(first)));
    assert_eq!((&who["partner"]["name"], who.get("organizations")), (&json!("demo"), None));
    let date = who["createdAt"].as_str().unwrap();
    assert_eq!(date, "2023-11-14 22:13:20+00:00");
}
