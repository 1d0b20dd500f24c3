//! A Manager and a Member at every closed door.

use credenza_model::KindId;
use credenza_tests::webdriver::Window;
use credenza_tests::{Keychain, Session};

use crate::form::{added, choose, first_start, press_in_drawer};

/// Gives the one workspace another role, as only an account can.
fn become_role(session: &Session, role: &str) {
    let database = rusqlite::Connection::open(session.data_dir().join("credenza.db")).unwrap();
    assert_eq!(database.execute("UPDATE workspaces SET role = ?1", [role]).unwrap(), 1);
}

#[test]
fn a_manager_sees_what_is_closed_and_why() {
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Manager", "Acme");
    window.by_role("tab", "Billing").click();
    window.wait_text("Only a Partner can see Billing credentials; you are a Manager here.");
    window.by_role("tab", "Cloud").click();
    window.first_by_role("button", "Add credentials").click();
    for closed in [KindId::Proxmox, KindId::Tanzu] {
        let card = window.by_role("button", closed.kind().label);
        assert!(!card.is_enabled(), "{closed:?}");
        assert!(card.text().contains("Only a Partner can add it"), "{}", card.text());
        card.click();
        assert!(window.has_role("dialog", "Add cloud credentials"), "nothing opens");
    }
    assert!(window.by_role("button", KindId::Aws.kind().label).is_enabled());
    window.press("Escape");
    window.wait_gone("dialog", "Add cloud credentials");
    assert!(!window.has_role("combobox", "Filter by organization"), "the filter is a Partner's");
}

#[test]
fn a_manager_works_with_what_a_partner_added() {
    let mut window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    let id = added(&window, KindId::Proxmox, "pve-one", "Acme");
    window.by_role("row", "pve-one");
    window.by_role("combobox", "Filter by organization");
    window.quit();
    become_role(window.session(), "manager");
    window.start();
    choose(&window, "pve-one");
    press_in_drawer(&window, "pve-one", "Edit");
    window.by_label("Cloud Name").fill("pve-renamed");
    window.by_role("button", "Save").click();
    window.by_role("row", "pve-renamed");
    assert_eq!(window.session().credenza(&["show", &id, "--json"], "").json()["name"], "pve-renamed");
}

#[test]
fn a_member_is_told_why_there_is_nothing() {
    let mut window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    added(&window, KindId::Aws, "aws-one", "Acme");
    window.quit();
    become_role(window.session(), "member");
    window.start();
    window.wait_text("Nothing here for a Member");
    assert!(!window.has_text("aws-one"));
    assert!(!window.has_role("button", "Add credentials"));
    let list = window.session().credenza(&["list", "--json"], "");
    assert_eq!(list.json()["total"], 0);
    assert_eq!(window.session().credenza(&["list", "--tab", "cloud", "--json"], "").code, 3);
}
