//! Azure against a double of Microsoft's sign-in and of Azure Resource Manager, as their documentation describes them:
//! "OAuth 2.0 client credentials flow" and "Microsoft Entra authentication and authorization error codes"
//! (learn.microsoft.com/entra/identity-platform), and the REST references "Subscriptions - Get", "… - List Locations",
//! "Resource Groups - List", "Virtual Networks - List" and "Permissions - List" (learn.microsoft.com/rest/api).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::collections::HashMap;

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use credenza_check::{Checker, Endpoint, Report, Verdict};
use credenza_model::KindId;
use serde_json::{Value, json};
use support::{check, checker, credential, serve};

const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const SECRET: &str = "xK28Q~Canary.Tf0nV3bLr9-mWc7YdUe1sHpGaZ2";
const TENANT: &str = "4f8a1c0e-93b7-4f0a-9a55-0d2f6b7c8e91";
const SUBSCRIPTION: &str = "b1f3c2a4-5d6e-4f70-8192-a3b4c5d6e7f8";
const EMPTY: &str = "00000000-5d6e-4f70-8192-a3b4c5d6e7f8";
const ELSEWHERE: &str = "11111111-5d6e-4f70-8192-a3b4c5d6e7f8";
const FORBIDDEN: &str = "22222222-5d6e-4f70-8192-a3b4c5d6e7f8";
const DISABLED: &str = "33333333-5d6e-4f70-8192-a3b4c5d6e7f8";
const OVERDUE: &str = "44444444-5d6e-4f70-8192-a3b4c5d6e7f8";
const TOKEN: &str = "eyJ0eXAiOiJKV1Qi.Canary-access-token.c2ln";

fn refused(status: u16, error: &str, code: u32) -> Response {
    let body = json!({
        "error": error,
        "error_description": format!("AADSTS{code}: … Trace ID: 255d1aef-8c98-452f-ac51-23d051240864"),
        "error_codes": [code], "timestamp": "2026-11-24 02:02:12Z",
        "trace_id": "255d1aef-8c98-452f-ac51-23d051240864", "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    });
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

async fn token(Path(tenant): Path<String>, Form(form): Form<HashMap<String, String>>) -> Response {
    let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if given("grant_type") != "client_credentials" {
        return refused(400, "unsupported_grant_type", 70_003);
    }
    if given("scope") != "https://management.azure.com/.default" {
        return refused(400, "invalid_scope", 70_011);
    }
    if tenant != TENANT {
        return refused(400, "invalid_request", 90_002);
    }
    match (given("client_id"), given("client_secret")) {
        (CLIENT, SECRET) => {
            Json(json!({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})).into_response()
        }
        (CLIENT, "Canary-expired-0123456789") => refused(401, "invalid_client", 7_000_222),
        // Tells any of its refusals on demand.
        (CLIENT, told) if told.starts_with("Canary-code-") => {
            let mut parts = told.split('-').skip(2);
            let code = parts.next().unwrap().parse().unwrap();
            refused(parts.next().unwrap().parse().unwrap(), parts.next().unwrap(), code)
        }
        (CLIENT, _) => refused(401, "invalid_client", 7_000_215),
        _ => refused(400, "unauthorized_client", 700_016),
    }
}

fn fault(status: u16, code: &str) -> Response {
    let body = json!({"error": {"code": code, "message": format!("{code} in words")}});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

/// Resource Manager below `/subscriptions`.
async fn manage(uri: Uri, query: Query<HashMap<String, String>>, headers: HeaderMap) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != &format!("Bearer {TOKEN}")) {
        return fault(401, "InvalidAuthenticationToken");
    }
    if !query.contains_key("api-version") {
        return fault(400, "MissingApiVersionParameter");
    }
    let subscription = |id: &str, state: &str| json!({"id": format!("/subscriptions/{id}"), "subscriptionId": id, "tenantId": TENANT, "displayName": "Acme production", "state": state});
    let path: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
    let answer = match path[1..] {
        [] => json!({"value": [subscription(SUBSCRIPTION, "Enabled")]}),
        [EMPTY, ..] => return fault(404, "SubscriptionNotFound"),
        [ELSEWHERE, ..] => return fault(401, "InvalidAuthenticationTokenTenant"),
        [FORBIDDEN, ..] => return fault(403, "AuthorizationFailed"),
        [DISABLED] => subscription(DISABLED, "Disabled"),
        [OVERDUE] => subscription(OVERDUE, "PastDue"),
        [SUBSCRIPTION] => subscription(SUBSCRIPTION, "Enabled"),
        [SUBSCRIPTION, "providers", "Microsoft.Authorization", "permissions"] => {
            json!({"value": [{"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]}]})
        }
        [OVERDUE, "providers", ..] => json!({"value": [{"actions": ["*/read"], "notActions": []}]}),
        [SUBSCRIPTION, "locations"] => json!({"value": [
            {"name": "westeurope", "displayName": "West Europe", "metadata": {"regionType": "Physical"}},
            {"name": "europe", "displayName": "Europe", "metadata": {"regionType": "Logical"}}]}),
        [SUBSCRIPTION, "resourcegroups"] if query.contains_key("page") => {
            json!({"value": [{"name": "spokes", "location": "uksouth"}]})
        }
        [SUBSCRIPTION, "resourcegroups"] => {
            let host = headers[header::HOST].to_str().unwrap();
            json!({"value": [{"name": "hub", "location": "westeurope"}],
                "nextLink": format!("http://{host}{}?api-version=1&page=2", uri.path())})
        }
        [SUBSCRIPTION, "resourceGroups", "hub", "providers", "Microsoft.Network", "virtualNetworks"] => json!({
            "value": [{"name": "hub-net", "location": "westeurope", "properties": {"subnets": [
                {"name": "nodes", "properties": {"addressPrefix": "10.1.0.0/24"}}]}}],
            "nextLink": "https://another.invalid/subscriptions"}),
        [SUBSCRIPTION, "resourceGroups", ..] => return fault(404, "ResourceGroupNotFound"),
        _ => return fault(404, "ResourceNotFound"),
    };
    Json(answer).into_response()
}

async fn azure() -> String {
    serve(
        Router::new()
            .route("/login/{tenant}/oauth2/v2.0/token", post(token))
            .route("/subscriptions", get(manage))
            .route("/subscriptions/{*rest}", get(manage)),
    )
    .await
}

async fn report(changes: &[(&str, &str)]) -> Report {
    let url = azure().await;
    let login = format!("{url}/login");
    let mut all = vec![("azureClientSecret", SECRET)];
    all.extend(changes);
    check(KindId::Azure, &all, &[(Endpoint::AzureLogin, &login), (Endpoint::AzureManagement, &url)]).await
}

#[tokio::test]
async fn the_right_secret_reaches_its_subscription() {
    let report = report(&[]).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    assert_eq!(report.identity.as_deref(), Some(CLIENT));
    let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Subscription", "Acme production"), ("State", "Enabled"), ("Rights", "reads and changes")]);
    assert!(report.warnings.is_empty(), "{report:?}");
}

#[tokio::test]
async fn the_sign_in_tells_what_is_wrong() {
    const APP: &str = "99999999-14a6-49ae-97bc-6eba6914391e";
    for (field, value, verdict) in [
        ("azureClientSecret", "Canary-another-0123456789", Verdict::WrongSecret),
        ("azureClientSecret", "Canary-expired-0123456789", Verdict::Expired),
        ("azureClientId", APP, Verdict::UnknownIdentity),
        ("azureTenantId", APP, Verdict::WrongScope),
    ] {
        let report = report(&[(field, value)]).await;
        assert_eq!((report.verdict, report.field), (verdict, Some(field)), "{report:?}");
    }
    // The secret's ID instead of its value is the usual mistake.
    let report = report(&[("azureClientSecret", "5ec1e700-14a6-49ae-97bc-6eba6914391e")]).await;
    assert!(report.message.contains("secret's ID"), "{report:?}");
}

#[tokio::test]
async fn refusals_are_told_by_their_numbers() {
    for (told, verdict) in [
        ("7000112-400-unauthorized_client", Verdict::Disabled),
        ("7000229-401-invalid_client", Verdict::UnknownIdentity),
        ("53003-400-access_denied", Verdict::NeedsHuman),
        ("50076-400-interaction_required", Verdict::NeedsHuman),
        ("50079-400-invalid_grant", Verdict::NeedsHuman),
        ("65001-400-invalid_grant", Verdict::NeedsHuman),
        ("50105-400-invalid_grant", Verdict::NotEnoughRights),
        ("900382-400-invalid_request", Verdict::WrongScope),
        ("50196-429-invalid_grant", Verdict::RateLimited),
        ("90033-400-temporarily_unavailable", Verdict::ProviderFailed),
        // Of numbers that are not known the name of the error is left.
        ("4711-401-invalid_client", Verdict::WrongIdentityOrSecret),
        ("4711-400-unauthorized_client", Verdict::UnknownIdentity),
        ("4711-400-interaction_required", Verdict::NeedsHuman),
        ("4711-400-invalid_request", Verdict::WrongIdentityOrSecret),
        ("4711-503-server_error", Verdict::ProviderFailed),
    ] {
        let report = report(&[("azureClientSecret", &format!("Canary-code-{told}"))]).await;
        assert_eq!(report.verdict, verdict, "{told}: {report:?}");
    }
}

#[tokio::test]
async fn the_subscription_is_judged_apart_from_the_secret() {
    for (id, verdict, part) in [
        (EMPTY, Verdict::WrongScope, "Acme production"),
        (ELSEWHERE, Verdict::WrongScope, "another tenant"),
        (FORBIDDEN, Verdict::NotEnoughRights, "Contributor"),
        (DISABLED, Verdict::Disabled, "is disabled"),
    ] {
        let report = report(&[("azureSubscriptionId", id)]).await;
        assert_eq!((report.verdict, report.field), (verdict, Some("azureSubscriptionId")), "{report:?}");
        assert!(report.message.contains(part), "{report:?}");
    }
    let report = report(&[("azureSubscriptionId", OVERDUE)]).await;
    assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 2), "overdue, and it only reads: {report:?}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for field in ["azureClientId", "azureClientSecret", "azureTenantId", "azureSubscriptionId"] {
        let report = report(&[(field, "")]).await;
        assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some(field)));
    }
}

#[tokio::test]
async fn a_location_of_another_cloud_is_asked_there() {
    // The double's own sign-in knows the scope of the public cloud alone, so that another one is seen to be sent.
    for location in ["usgovvirginia", "chinaeast2"] {
        let report = report(&[("azureLocation", location)]).await;
        assert!(report.message.contains("AADSTS70011"), "{location}: {report:?}");
    }
}

async fn found(checker: &Checker, field: &str, changes: &[(&str, &str)]) -> Result<Vec<String>, Report> {
    // Only what a list needs is filled in.
    let mut all = vec![("azureClientSecret", SECRET), ("azureLocation", ""), ("name", "")];
    all.extend(changes);
    let (values, secrets) = credential(KindId::Azure, &all);
    let found = checker.discover(KindId::Azure, field, &values, &secrets).await?;
    Ok(found.into_iter().map(|one| format!("{}|{}", one.value, one.label)).collect())
}

#[tokio::test]
async fn azure_lists_what_can_go_into_its_fields() {
    let url = azure().await;
    let checker = checker(&[(Endpoint::AzureLogin, &format!("{url}/login")), (Endpoint::AzureManagement, &url)]);
    let hub = [
        ("vnetMode", "Import"),
        ("existingVirtualNetworkResourceGroupName", "hub"),
        ("existingVirtualNetworkName", "hub-net"),
    ];
    let subscription = format!("{SUBSCRIPTION}|{SUBSCRIPTION} (Acme production)");
    for (field, changes, expected) in [
        ("azureSubscriptionId", &[("azureSubscriptionId", "")][..], vec![subscription.as_str()]),
        ("azureLocation", &[], vec!["westeurope|westeurope (West Europe)"]),
        // The second page is on the same host and is asked for; the one of another host is not.
        ("existingVirtualNetworkResourceGroupName", &[], vec!["hub|hub (westeurope)", "spokes|spokes (uksouth)"]),
        ("existingVirtualNetworkName", &hub, vec!["hub-net|hub-net (westeurope)"]),
        ("subnets", &hub, vec!["nodes|nodes (10.1.0.0/24)"]),
    ] {
        assert_eq!(found(&checker, field, changes).await.unwrap(), expected, "{field}");
    }
    let report = found(&checker, "existingVirtualNetworkName", &[]).await.unwrap_err();
    assert_eq!(report.field, Some("existingVirtualNetworkResourceGroupName"), "{report:?}");
    let gone = [("vnetMode", "Existing"), ("existingVirtualNetworkResourceGroupName", "gone")];
    let report = found(&checker, "existingVirtualNetworkName", &gone).await.unwrap_err();
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("existingVirtualNetworkResourceGroupName")));
    let report =
        found(&checker, "azureLocation", &[("azureClientSecret", "Canary-another-0123456789")]).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::WrongSecret);
}

#[tokio::test]
async fn an_answer_without_a_token_is_another_server() {
    let url = serve(Router::new().fallback(|| async { Json::<Value>(json!({"ok": true})) })).await;
    let report = check(KindId::Azure, &[], &[(Endpoint::AzureLogin, &url), (Endpoint::AzureManagement, &url)]).await;
    assert_eq!(report.verdict, Verdict::WrongServer);
}
