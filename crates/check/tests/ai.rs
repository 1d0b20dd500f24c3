//! AI against doubles of the OpenAI API, as its reference and its guide to error codes describe it
//! (platform.openai.com/docs/api-reference/models and …/guides/error-codes).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use support::{check, serve};

const KEY: &str = "sk-proj-Canary7Tq2vXc9LmN4rW8sKd3Jf6";
const MODELS: &str = r#"{"object":"list","data":[{"id":"gpt-5","object":"model","created":1,"owned_by":"openai"},
    {"id":"gpt-5-mini","object":"model","created":1,"owned_by":"openai"}]}"#;

/// A server below a path that takes one key, and refuses another with this.
async fn openai(prefix: &str, refusal: (u16, &'static str)) -> String {
    let models = move |headers: HeaderMap| async move {
        let right = headers.get(header::AUTHORIZATION).is_some_and(|given| given == &format!("Bearer {KEY}"));
        let kind = [("content-type", "application/json"), ("openai-organization", "acme-1")];
        let status = StatusCode::from_u16(refusal.0).unwrap();
        if right { (StatusCode::OK, kind, MODELS) } else { (status, kind, refusal.1) }
    };
    serve(Router::new().route(&format!("{prefix}/models"), get(models))).await
}

/// The code and the body of OpenAI's refusal of a wrong key.
const INVALID: (u16, &str) = (
    401,
    r#"{"error":{"message":"Incorrect API key provided: sk-proj-*****3Jf6. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
);

async fn ai(url: &str, key: &str) -> Report {
    check(KindId::Ai, &[("url", url), ("apiKey", key)], &[]).await
}

/// A report on a server that answers everything with this.
async fn told(status: u16, body: &'static str, key: &str) -> Report {
    let answer = move || async move {
        (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json"), ("retry-after", "7")], body)
    };
    let url = serve(Router::new().fallback(answer)).await;
    ai(&format!("{url}/v1"), key).await
}

#[tokio::test]
async fn a_right_key_works_and_a_wrong_one_does_not() {
    let url = openai("/v1", INVALID).await;
    let report = ai(&format!("{url}/v1"), KEY).await;
    assert_eq!(report.verdict, Verdict::Works, "{report:?}");
    let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
    assert_eq!(details, [("Models", "2"), ("Organization", "acme-1")]);
    let report = ai(&format!("{url}/v1"), "sk-proj-another-Canary-0011").await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongSecret, Some("apiKey")));
}

#[tokio::test]
async fn the_base_address_is_taken_with_its_version_or_without() {
    let url = openai("/v1", INVALID).await;
    for path in ["", "/", "/v1", "/v1/", "/v1/models", "/v1/chat/completions"] {
        let report = ai(&format!("{url}{path}"), KEY).await;
        assert_eq!(report.verdict, Verdict::Works, "{path}: {report:?}");
    }
    let url = openai("/gateway/v1", INVALID).await;
    assert_eq!(ai(&format!("{url}/gateway"), KEY).await.verdict, Verdict::Works);
    let report = ai(&url, KEY).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("url")), "the path is missing");
}

#[tokio::test]
async fn an_open_list_proves_nothing() {
    let report = told(200, MODELS, KEY).await;
    assert_eq!((report.verdict, report.field), (Verdict::Unproven, Some("apiKey")));
}

#[tokio::test]
async fn a_compatible_server_refuses_in_its_own_words() {
    for (status, body) in [
        (401, r#"{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}"#),
        (401, r#"{"error":"Unauthorized"}"#),
        (401, r#"{"detail":"Invalid token"}"#),
        (
            400,
            r#"[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]"#,
        ),
    ] {
        let report = told(status, body, KEY).await;
        assert_eq!((report.verdict, report.field), (Verdict::WrongSecret, Some("apiKey")), "{body}");
    }
}

#[tokio::test]
async fn a_restricted_key_works_with_a_warning() {
    // OpenAI sends this with either status, and without a code.
    let body = r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read. Check that you have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a restricted API key, that it has the necessary scopes.","type":"invalid_request_error","param":null,"code":null}}"#;
    for status in [401, 403] {
        let report = told(status, body, KEY).await;
        assert_eq!((report.verdict, report.warnings.len()), (Verdict::Works, 1), "{report:?}");
        assert_eq!(report.details[0].value, "api.model.read");
    }
    let report = told(401, body, "sk-admin-Canary7Tq2vXc9LmN4rW8s").await;
    assert_eq!(report.verdict, Verdict::NotEnoughRights);
}

#[tokio::test]
async fn refusals_for_other_reasons_than_the_key_are_told_apart() {
    for (status, code, message, verdict) in [
        (401, "ip_not_authorized", "Your IP is not authorized to access this API.", Verdict::NotEnoughRights),
        (
            401,
            "organization_membership_required",
            "You must be a member of an organization to use the API.",
            Verdict::NotEnoughRights,
        ),
        (
            401,
            "account_deactivated",
            "You are not allowed to access this account, which was deactivated.",
            Verdict::Disabled,
        ),
        (403, "unsupported_country_region_territory", "Country, region, or territory not supported", Verdict::Unproven),
        (
            429,
            "insufficient_quota",
            "You exceeded your current quota, please check your plan and billing details.",
            Verdict::NotEnoughRights,
        ),
        (402, "", "Insufficient Balance", Verdict::NotEnoughRights),
        (429, "rate_limit_exceeded", "Rate limit reached for requests", Verdict::RateLimited),
        (403, "", "Project does not have access", Verdict::NotEnoughRights),
        (500, "", "The server had an error while processing your request", Verdict::ProviderFailed),
        (503, "", "The engine is currently overloaded, please try again later", Verdict::ProviderFailed),
        (404, "", "Invalid URL (GET /v1/models)", Verdict::WrongServer),
    ] {
        let body = format!(r#"{{"error":{{"message":"{message}","type":"x","param":null,"code":"{code}"}}}}"#);
        let report = told(status, body.leak(), KEY).await;
        assert_eq!(report.verdict, verdict, "{code} {message}: {report:?}");
    }
    let report = told(429, r#"{"error":{"message":"Slow down","type":"x","code":"rate_limit_exceeded"}}"#, KEY).await;
    assert!(report.message.contains("in 7 seconds"), "{report:?}");
}

#[tokio::test]
async fn a_server_that_quotes_the_key_has_it_hidden() {
    let body = format!(r#"{{"error":{{"message":"No access for {KEY}","code":"forbidden"}}}}"#);
    let report = told(403, body.leak(), KEY).await;
    assert!(report.message.contains("•••"), "{report:?}");
}

#[tokio::test]
async fn a_key_is_needed() {
    let report = check(KindId::Ai, &[("apiKey", "")], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("apiKey")));
}
