//! Checks in the real window, against a server that looks at passwords: before saving, a selection, all, and what is kept.

use credenza_model::KindId;
use credenza_tests::Keychain;
use credenza_tests::prometheus::Prometheus;
use credenza_tests::webdriver::Window;
use serde_json::json;

use crate::form::{first_start, open_form, save, type_sample, wait_says};

const GOOD: &str = "Kx7-good-password";

/// Adds a credential as the command line does, beside the window.
fn billing(window: &Window, name: &str, url: &str, password: &str) {
    let json =
        json!({"name": name, "prometheusUrl": url, "prometheusUsername": "billing", "prometheusPassword": password});
    let run = window.session().credenza(&["add", "billing", "--from", "-", "--json"], &json.to_string());
    assert_eq!(run.code, 0, "{run:?}");
}

fn opened() -> Window {
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    window
}

#[test]
fn a_credential_is_checked_before_it_is_saved_by_a_click_and_by_a_key() {
    let server = Prometheus::start("billing", GOOD);
    let window = opened();
    let kind = KindId::Billing.kind();
    open_form(&window, kind);
    type_sample(
        &window,
        KindId::Billing,
        &[
            ("prometheusUrl", &server.url),
            ("prometheusUsername", "billing"),
            ("prometheusPassword", "Kx7-bad-password"),
        ],
    );
    window.by_role("button", "Check").click();
    wait_says(&window, "Wrong identity or secret");
    window.by_label("Password").fill(GOOD);
    window.press("Control+Shift+Enter");
    wait_says(&window, "The server lets billing query it.");
    window.by_label("Note").fill("asked by petra");
    window.by_label("Expires").fill("2031-03-01");
    save(&window, kind);
    // What was just checked is known of the row too, without anybody asking.
    window.by_role("gridcell", "Works · now");
    let shown = window.session().credenza(&["list", "--json"], "").json();
    assert_eq!(shown["items"][0]["check"]["verdict"], "works");
    assert_eq!(
        (&shown["items"][0]["note"], &shown["items"][0]["expiresFrom"]),
        (&json!("asked by petra"), &json!("hand"))
    );
}

#[test]
fn all_are_checked_and_can_be_stopped_and_the_faults_are_shown_first() {
    let server = Prometheus::start("billing", GOOD);
    let window = opened();
    window.by_role("tab", "Billing").click();
    billing(&window, "prom-a", &server.url, GOOD);
    billing(&window, "prom-b", &server.url, "Kx7-bad-password");
    billing(&window, "prom-c", &server.url, GOOD);
    window.by_role("row", "prom-c");
    server.close();
    window.first_by_role("button", "Check all").click();
    window.by_role("button", "Stop checking").click();
    window.wait_gone("button", "Stop checking");
    server.open();
    window.first_by_role("button", "Check all").click();
    wait_says(&window, "2 work");
    window.by_role("gridcell", "Wrong identity or secret · now");
    window.by_role("row", "prom-a").by_role("gridcell", "Works · now");
    window.by_role("row", "prom-c").by_role("gridcell", "Works · now");
    let listed = window.session().credenza(&["list", "--sort", "check", "--json"], "").json();
    assert_eq!(listed["items"][0]["name"], "prom-b");
}
