//! The kinds beside the clouds.

use credenza_model::KindId;
use serde_json::{Value, json};

use super::{Adds, As, Shape, Takes};

pub(super) static BACKUP: Shape = Shape {
    kind: KindId::Backup,
    cloud: "",
    list: "/api/v1/s3credentials/list",
    create: "/api/v1/s3credentials",
    name: "s3Name",
    takes: &[
        ("s3Name", Takes::Text),
        ("s3AccessKeyId", Takes::Text),
        ("s3SecretKey", Takes::Text),
        ("s3Endpoint", Takes::Text),
        ("s3Region", Takes::Text),
    ],
    secrets: &["s3SecretKey"],
    update: ("/api/v1/s3credentials", &["s3Name", "s3AccessKeyId", "s3SecretKey"]),
    shows: &[
        ("s3AccessKeyId", "s3AccessKeyId", As::Text),
        ("s3Endpoint", "s3Endpoint", As::Text),
        ("s3Region", "s3Region", As::Text),
    ],
    extra: |_, _| {},
    newer: &[],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static BILLING: Shape = Shape {
    kind: KindId::Billing,
    cloud: "",
    list: "/api/v1/opscredentials/list",
    create: "/api/v1/opscredentials",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("prometheusUsername", Takes::Text),
        ("prometheusPassword", Takes::Text),
        ("prometheusUrl", Takes::Text),
    ],
    secrets: &["prometheusPassword"],
    update: ("", &[]),
    shows: &[("prometheusUsername", "prometheusUsername", As::Text), ("prometheusUrl", "prometheusUrl", As::Text)],
    extra: |_, _| {},
    newer: &[],
    adds: Adds::Partners,
    legacy_only: false,
};

pub(super) static SHOWBACK: Shape = Shape {
    kind: KindId::Showback,
    cloud: "",
    list: "/showback/v1/showbackcredentials",
    create: "/showback/v1/showbackcredentials/create",
    name: "name",
    takes: &[("name", Takes::Text), ("url", Takes::Text), ("username", Takes::Text), ("password", Takes::Text)],
    secrets: &["password"],
    update: ("", &[]),
    shows: &[("url", "url", As::Maybe), ("username", "username", As::Maybe)],
    extra: |_, row| {
        // The field is there, and the API no longer fills it.
        row.insert("password".into(), Value::Null);
    },
    newer: &[],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static AI: Shape = Shape {
    kind: KindId::Ai,
    cloud: "",
    list: "/api/v1/ai-credential/list",
    create: "/api/v1/ai-credential/create",
    name: "name",
    takes: &[("name", Takes::Text), ("apiKey", Takes::Text)],
    secrets: &["apiKey"],
    update: ("", &[]),
    shows: &[("url", "url", As::Maybe)],
    extra: |given, row| {
        row.insert("type".into(), json!(if given.contains_key("builtIn") { "Taikun" } else { "OpenAi" }));
    },
    newer: &[],
    adds: Adds::Managers,
    legacy_only: false,
};
