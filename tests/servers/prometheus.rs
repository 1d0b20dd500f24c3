//! Billing and showback against Debian's Prometheus, with its own basic authentication.

use std::process::Command;

use credenza_check::Verdict;
use credenza_model::KindId::{Billing, Showback};

use crate::server::{Server, checker, expect, place, ports};

/// The user `billing` with the password `Prom-Pass-Of-Tests`, by bcrypt at its cheapest.
const USERS: &str = "basic_auth_users:\n  billing: $2b$04$iwZkdWEz5wGIQE9GiS0g7OB0K40lhWJN7PW5vuWVqF4Y.ZMPvJxIi\n";

#[tokio::test]
async fn a_password_is_checked_and_a_server_without_one_is_told() {
    let guarded = start(USERS, 401);
    let open = start("", 200);
    let checker = checker(&[]);
    let url = &guarded.1;
    let right = [
        ("prometheusUrl", url.as_str()),
        ("prometheusUsername", "billing"),
        ("prometheusPassword", "Prom-Pass-Of-Tests"),
    ];
    let report = expect(&checker, Billing, &right, Verdict::Works, None).await;
    assert_eq!(report.identity.as_deref(), Some("billing"));
    assert!(report.details.iter().any(|detail| detail.label == "Version"), "{report:?}");
    let showback = [("url", url.as_str()), ("username", "billing"), ("password", "Prom-Pass-Of-Tests")];
    expect(&checker, Showback, &showback, Verdict::Works, None).await;

    let wrong = Verdict::WrongIdentityOrSecret;
    let password = [right[0], right[1], ("prometheusPassword", "Another-Pass-Of-Tests")];
    expect(&checker, Billing, &password, wrong, Some("prometheusPassword")).await;
    let user = [right[0], ("prometheusUsername", "nobody"), right[2]];
    expect(&checker, Billing, &user, wrong, Some("prometheusPassword")).await;
    let below = format!("{url}/prometheus");
    let path = [("prometheusUrl", below.as_str()), right[1], right[2]];
    expect(&checker, Billing, &path, Verdict::WrongServer, Some("prometheusUrl")).await;
    let anybody = [("prometheusUrl", open.1.as_str()), right[1], right[2]];
    expect(&checker, Billing, &anybody, Verdict::Unproven, Some("prometheusPassword")).await;
}

/// Starts one with this configuration of its web side, which greets with this status.
fn start(web: &str, greeting: u16) -> (Server, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (config, web) = (file("prometheus.yml", "scrape_configs: []\n"), file("web.yml", web));
    let [port] = ports();
    let mut command = Command::new(place("prometheus").join("usr/bin/prometheus"));
    command.arg(format!("--config.file={}", config.display())).arg(format!("--web.config.file={}", web.display()));
    command.arg(format!("--storage.tsdb.path={}", dir.path().join("data").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}")).current_dir(dir.path());
    let mut server = Server::start(&command, dir);
    server.answers(port, "/-/ready", &[greeting]);
    (server, format!("http://127.0.0.1:{port}"))
}
