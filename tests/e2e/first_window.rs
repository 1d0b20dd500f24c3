//! The first window: two questions, five tabs, credentials typed by a person and kept, and what the command line does
//! meanwhile.

use std::path::Path;

use credenza_model::KindId;
use credenza_tests::webdriver::Window;
use credenza_tests::{Keychain, canary};
use serde_json::json;

use crate::form::{first_start, open_form, type_field, type_sample};

#[test]
fn what_a_person_types_is_kept_and_what_the_command_line_adds_appears() {
    let aws_secret = "e2eAwsCanaryM0nday/K7MDENG+bPxRfiCYzQ9kL";
    let proxmox_secret = "5f0c1e9a-77aa-4c1d-9b1e-e2e0ca9a4712";
    let mut window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");

    for tab in ["Cloud", "Backup", "Billing", "Showback", "AI"] {
        window.by_role("tab", tab);
    }

    open_form(&window, KindId::Aws.kind());
    // A slip is said at its field while one types, and nothing of it is saved.
    type_field(&window, KindId::Aws.kind(), "name", "not a name");
    window.by_role("button", "Save").click();
    window.wait_text("Cloud Name takes letters a to z, digits and dashes only.");
    assert_eq!(window.by_label("Cloud Name").attribute("aria-invalid").as_deref(), Some("true"));
    type_sample(&window, KindId::Aws, &[("name", "aws-typed"), ("awsSecretAccessKey", aws_secret)]);
    window.by_role("button", "Save").click();
    window.wait_gone("dialog", "New Amazon Web Services credential");
    window.wait_text("aws-typed");

    open_form(&window, KindId::Proxmox.kind());
    type_sample(&window, KindId::Proxmox, &[("name", "pve-typed"), ("tokenSecret", proxmox_secret)]);
    window.by_role("button", "Save").click();
    window.wait_gone("dialog", "New Proxmox VE credential");
    window.wait_text("pve-typed");
    if let Some(directory) = std::env::var_os("CREDENZA_PICTURES") {
        window.screenshot(&Path::new(&directory).join("typed.png"));
    }

    window.restart();
    window.wait_text("aws-typed");
    window.wait_text("pve-typed");

    // Another process adds one, and it appears without anything being pressed.
    let backup = json!({
        "s3Name": "from-the-command-line", "s3AccessKeyId": "AKIDCOMMANDLINE", "s3SecretKey": "e2e-canary-s3-secret",
        "s3Endpoint": "https://s3.example.com", "s3Region": "eu-west-1",
    });
    let added = window.session().credenza(&["add", "backup", "--from", "-", "--json"], &backup.to_string());
    assert_eq!(added.code, 0, "{added:?}");
    window.by_role("tab", "Backup").click();
    window.wait_text("from-the-command-line");
    let second = json!({"name": "second-from-outside", "apiKey": "sk-e2e-canary-ai-key"});
    window.by_role("tab", "AI").click();
    let added = window.session().credenza(&["add", "ai", "--from", "-", "--json"], &second.to_string());
    assert_eq!(added.code, 0, "{added:?}");
    window.wait_text("second-from-outside");

    // Both faces see the same, and the keychain has what was typed.
    let list = window.session().credenza(&["list", "--json"], "").json();
    assert_eq!(list["total"], 4);
    let reveal = |name: &str, field: &str| {
        let items = list["items"].as_array().unwrap();
        let id = items.iter().find(|item| item["name"] == name).unwrap()["id"].as_str().unwrap();
        window.session().credenza(&["reveal", id, field], "").stdout
    };
    assert_eq!(reveal("aws-typed", "awsSecretAccessKey"), format!("{aws_secret}\n"));
    assert_eq!(reveal("pve-typed", "tokenSecret"), format!("{proxmox_secret}\n"));
    let canaries = [aws_secret, proxmox_secret, "e2e-canary-s3-secret", "sk-e2e-canary-ai-key"];
    assert_eq!(canary::scan(&window.session().dirs(), &canaries), [], "found on the disk");
}
