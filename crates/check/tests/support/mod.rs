//! What the tests of probes share: doubles that listen on this machine, and credentials to try on them.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

use std::time::Duration;

use axum::Router;
use credenza_check::{Checker, Endpoint, Endpoints, Limits, Report};
use credenza_model::{Input, KindId, SecretMap, Values};

/// Serves a double on a free port until the test ends; gives its address without a slash at the end.
pub async fn serve(double: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, double).await.unwrap() });
    format!("http://{address}")
}

/// The kind's sample with other values: what a form would hold. An empty value clears.
pub fn credential(kind: KindId, changes: &[(&str, &str)]) -> (Values, SecretMap) {
    let kind = kind.kind();
    let mut input = Input::default();
    for (field, value) in kind.sample.iter().chain(changes) {
        input.set(*field, (*value).to_owned());
    }
    let reading = kind.read(input);
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals);
    let mut values = Values::default();
    reading.changes.clone().apply(&mut values);
    (values, reading.secrets)
}

/// A checker with short bounds, and these addresses instead of the public ones.
pub fn checker(endpoints: &[(Endpoint, &str)]) -> Checker {
    let mut set = Endpoints::default();
    for (endpoint, address) in endpoints {
        set.set(*endpoint, address).unwrap();
    }
    let limits = Limits {
        connect: Duration::from_secs(2),
        request: Duration::from_secs(5),
        whole: Duration::from_secs(15),
        ..Limits::default()
    };
    Checker::new(set, limits)
}

/// Checks the kind's sample with other values.
pub async fn check(kind: KindId, changes: &[(&str, &str)], endpoints: &[(Endpoint, &str)]) -> Report {
    let (values, secrets) = credential(kind, changes);
    let report = checker(endpoints).check(kind, &values, &secrets).await;
    for (field, secret) in secrets.iter() {
        let shown = format!("{report:?}");
        assert!(!shown.contains(secret.expose()), "the report shows {field}: {shown}");
    }
    report
}
