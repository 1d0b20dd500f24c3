//! What is done with a credential that is there: lock, default, delete and undo, reveal, copy, edit.

use credenza_model::KindId;
use credenza_tests::Keychain;
use credenza_tests::webdriver::Window;

use crate::form::{added, choose, clipboard, first_start, press_in_drawer};

fn desk() -> Window {
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    window
}

#[test]
fn a_locked_credential_waits_until_it_is_unlocked() {
    let window = desk();
    let id = added(&window, KindId::Aws, "aws-one", "Acme");
    choose(&window, "aws-one");
    press_in_drawer(&window, "aws-one", "Lock");
    window.by_role("complementary", "aws-one").by_role("button", "Unlock");
    window.by_role("row", "aws-one").by_role("img", "Locked");
    let shown = |flag: &str| window.session().credenza(&["show", &id, "--json"], "").json()[flag].clone();
    assert_eq!(shown("locked"), true);
    for refused in ["Edit", "Delete"] {
        assert!(!window.by_role("complementary", "aws-one").by_role("button", refused).is_enabled(), "{refused}");
    }
    press_in_drawer(&window, "aws-one", "Unlock");
    window.by_role("complementary", "aws-one").by_role("button", "Lock");
    assert_eq!(shown("locked"), false);
    press_in_drawer(&window, "aws-one", "Set as default");
    window.by_role("row", "aws-one").by_role("img", "Default");
    assert_eq!(shown("default"), true);
}

#[test]
fn a_deletion_asks_once_and_can_be_undone() {
    let window = desk();
    let id = added(&window, KindId::Aws, "aws-one", "Acme");
    choose(&window, "aws-one");
    press_in_drawer(&window, "aws-one", "Delete");
    window.by_role("alertdialog", "Delete aws-one?").by_role("button", "Delete").click();
    window.wait_gone("row", "aws-one");
    assert_eq!(window.session().credenza(&["show", &id], "").code, 1);
    window.by_role("button", "Undo").click();
    window.by_role("row", "aws-one");
    assert_eq!(window.session().credenza(&["show", &id], "").code, 0);
}

#[test]
fn a_secret_is_revealed_hidden_and_copied() {
    let window = desk();
    let secret = KindId::Aws.kind().sample.iter().find(|(field, _)| *field == "awsSecretAccessKey").unwrap().1;
    added(&window, KindId::Aws, "aws-one", "Acme");
    choose(&window, "aws-one");
    assert!(!window.has_text(secret));
    press_in_drawer(&window, "aws-one", "Reveal");
    window.wait_text(secret);
    press_in_drawer(&window, "aws-one", "Hide");
    window.wait_until("it is hidden", |window| !window.has_text(secret));
    press_in_drawer(&window, "aws-one", "Reveal");
    window.wait_text(secret);
    // A window that is left shows no secret to whoever comes by.
    window.eval("window.dispatchEvent(new Event('blur'))", vec![]);
    window.wait_until("it is hidden at blur", |window| !window.has_text(secret));
    press_in_drawer(&window, "aws-one", "Copy");
    window.wait_until("it is on the clipboard", |window| clipboard(window) == secret);
    // What is somebody else's by now is left alone; the program's own is taken away after half a minute.
    let patience = std::time::Duration::from_secs(45);
    credenza_tests::wait_for("the clipboard is cleared", patience, || (clipboard(&window) != secret).then_some(()))
        .unwrap();
}

#[test]
fn an_edit_keeps_what_is_not_touched() {
    let window = desk();
    let id = added(&window, KindId::Openstack, "os-one", "Acme");
    let before = window.session().credenza(&["reveal", &id, "openStackPassword"], "").stdout;
    choose(&window, "os-one");
    press_in_drawer(&window, "os-one", "Edit");
    window.by_label("Project").fill("another-project");
    window.by_role("button", "Save").click();
    window.wait_gone("dialog", "Edit os-one");
    let shown = window.session().credenza(&["show", &id, "--json"], "").json();
    assert_eq!(shown["fields"]["openStackProject"], "another-project");
    assert_eq!(window.session().credenza(&["reveal", &id, "openStackPassword"], "").stdout, before);
    press_in_drawer(&window, "os-one", "Edit");
    window.by_label("Password").fill("typed-over-the-old-one");
    window.by_role("button", "Save").click();
    window.wait_gone("dialog", "Edit os-one");
    let after = window.session().credenza(&["reveal", &id, "openStackPassword"], "").stdout;
    assert_eq!(after, "typed-over-the-old-one\n");
}

#[test]
fn the_keyboard_reaches_everything() {
    let window = desk();
    for name in ["aws-one", "aws-two"] {
        added(&window, KindId::Aws, name, "Acme");
    }
    window.by_role("row", "aws-two");
    window.press("/");
    window.by_role("searchbox", "Search").type_text("two");
    window.wait_gone("row", "aws-one");
    window.press("Escape");
    window.by_role("row", "aws-one");
    window.press("Control+k");
    window.by_role("dialog", "Go to anything");
    window.press("Escape");
    window.wait_gone("dialog", "Go to anything");
}
