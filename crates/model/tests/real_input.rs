//! Files as the providers' own tools write them: what is in them goes into the fields and is taken.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use common::{fixture, judge_typed, sample_with};
use credenza_model::KindId;
use serde_json::Value;

#[test]
fn the_pair_of_an_aws_access_keys_file() {
    let file = fixture("accessKeys.csv");
    // The last line goes through with its line break, as a careless script leaves it.
    let (id, secret) = file.lines().nth(1).unwrap().split_once(',').unwrap();
    let typed =
        sample_with(KindId::Aws.kind(), &[("awsAccessKeyId", id), ("awsSecretAccessKey", &format!("{secret}\r\n"))]);
    let judged = judge_typed(KindId::Aws.kind(), &typed);
    assert!(judged.is_clean(), "{:?}", judged.messages());
    assert_eq!(judged.reading.secrets.expose("awsSecretAccessKey"), Some(secret));
}

#[test]
fn the_output_of_an_azure_credential_reset() {
    let file: Value = serde_json::from_str(&fixture("azure-app-credential-reset.json")).unwrap();
    let of = |member: &str| file[member].as_str().unwrap();
    let typed = sample_with(
        KindId::Azure.kind(),
        &[("azureClientId", of("appId")), ("azureClientSecret", of("password")), ("azureTenantId", of("tenant"))],
    );
    let judged = judge_typed(KindId::Azure.kind(), &typed);
    assert!(judged.is_clean(), "{:?}", judged.messages());
}

#[test]
fn the_values_of_a_clouds_yaml() {
    let file: Value = yaml_serde::from_str(&fixture("clouds.yaml")).unwrap();
    let cloud = &file["clouds"]["openstack"];
    let of = |member: &str| cloud["auth"][member].as_str().unwrap();
    let typed = sample_with(
        KindId::Openstack.kind(),
        &[
            ("openStackUrl", of("auth_url")),
            ("openStackUser", of("username")),
            ("openStackPassword", of("password")),
            ("openStackProject", of("project_name")),
            ("openStackDomain", of("user_domain_name")),
            ("openStackRegion", cloud["region_name"].as_str().unwrap()),
        ],
    );
    let judged = judge_typed(KindId::Openstack.kind(), &typed);
    assert!(judged.is_clean(), "{:?}", judged.messages());
}
