//! Bad input in the form: a sentence each, nothing frozen, nothing lost.

use credenza_model::KindId;
use credenza_tests::Keychain;
use credenza_tests::webdriver::Window;
use serde_json::json;

use crate::form::{first_start, form_title, open_form, paste, says, type_field, wait_says};

#[test]
fn each_slip_is_said_at_its_field_and_loses_nothing() {
    let kind = KindId::Proxmox.kind();
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    open_form(&window, kind);
    let gateway = || window.by_role("group", "Public network").by_label("Gateway");
    type_field(&window, kind, "name", "ab");
    type_field(&window, kind, "url", "https://root:hunter22@pve.example.com:8006");
    type_field(&window, kind, "publicNetwork.ipAddress", "10.3.0.0/24");
    type_field(&window, kind, "publicNetwork.gateway", "10.9.9.9");
    window.by_role("button", "Save").click();
    window.wait_text("Cloud Name has 3 to 30 characters; this has 2.");
    window.wait_text("The gateway 10.9.9.9 is not inside 10.3.0.0/24.");
    wait_says(&window, "holds a user or a password");
    window.wait_text("Proxmox Client Secret is required.");
    assert!(window.by_label("Cloud Name").has_focus(), "the first of them has the keyboard");
    assert_eq!(gateway().value(), "10.9.9.9");
    assert_eq!(gateway().attribute("aria-invalid").as_deref(), Some("true"));
    type_field(&window, kind, "publicNetwork.gateway", "10.3.0.1");
    window.wait_until("the mended one is no longer marked", |_| {
        gateway().attribute("aria-invalid").as_deref() != Some("true")
    });
    // What is only incomplete is kept as a draft; what would put a password on the disk is not.
    window.by_role("button", "Save draft").click();
    window.wait_until("it is refused", |window| window.has_role("dialog", &form_title(kind)));
    type_field(&window, kind, "url", "https://pve.example.com:8006");
    window.by_role("button", "Save draft").click();
    window.wait_gone("dialog", &form_title(kind));
    window.by_role("row", "ab");
    let list = window.session().credenza(&["list", "--state", "draft", "--json"], "").json();
    assert_eq!(list["total"], 1);
}

#[test]
fn five_megabytes_and_wrong_fields_freeze_nothing() {
    let kind = KindId::Gcp.kind();
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    open_form(&window, kind);
    window.by_label("Cloud Name").click();
    paste(&window, &"x".repeat(5 * 1024 * 1024));
    wait_says(&window, "larger than 1 MB");
    window.by_label("Cloud Name").fill("gcp-one");
    window.by_label("Config file").click();
    paste(&window, "<!doctype html><title>Sign in</title>");
    window.by_role("button", "Save").click();
    window.wait_until("the file is judged", |window| {
        window.by_label("Config file").attribute("aria-invalid").as_deref() == Some("true")
    });
    assert_eq!(window.by_label("Cloud Name").value(), "gcp-one");
    // A file from the desktop, dropped on the field.
    drop_file(&window, "photo.png", "new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff, 0xfe])");
    wait_says(&window, "is not a text file");
    drop_file(&window, "dump.json", "'x'.repeat(2 * 1024 * 1024)");
    wait_says(&window, "is larger than 1 MB");
    let key = KindId::Gcp.kind().sample.iter().find(|(field, _)| *field == "config").unwrap().1;
    drop_file(&window, "key.json", &json!(key).to_string());
    window.wait_until("the right file is taken", |window| {
        window.by_label("Config file").attribute("aria-invalid").as_deref() != Some("true")
    });
}

/// Drops a file on the field for the key file. The page gets the very event that the system makes of a drag.
fn drop_file(window: &Window, name: &str, content: &str) {
    let script = format!(
        "const field = [...document.querySelectorAll('label')].find((label) => label.textContent === 'Config file').control;
         const data = new DataTransfer();
         data.items.add(new File([{content}], {}));
         field.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}));",
        json!(name)
    );
    window.eval(&script, vec![]);
}

#[test]
fn a_name_that_would_fool_the_eye_is_spelt_out() {
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    let mut backup: serde_json::Map<_, _> =
        KindId::Backup.kind().sample.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
    backup.insert("s3Name".into(), json!("nightly\u{202e}gpj"));
    let added = window
        .session()
        .credenza(&["add", "backup", "--from", "-", "--json"], &serde_json::Value::from(backup).to_string());
    assert_eq!(added.code, 0, "{added:?}");
    window.by_role("tab", "Backup").click();
    wait_says(&window, "202");
    assert!(!says(&window, "\u{202e}"));
}
