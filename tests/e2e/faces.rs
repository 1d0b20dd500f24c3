//! Both faces at once: what the other one does appears, and an edit of what changed meanwhile is refused with both shown.

use credenza_model::KindId;
use credenza_tests::webdriver::Window;
use credenza_tests::{Keychain, Session};

use crate::form::{added, choose, first_start, form_title, open_form, press_in_drawer, type_sample, wait_says};

#[test]
fn an_edit_of_what_changed_meanwhile_shows_both() {
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    let id = added(&window, KindId::Openstack, "os-one", "Acme");
    choose(&window, "os-one");
    press_in_drawer(&window, "os-one", "Edit");
    window.by_label("Project").fill("mine");
    let outside = window.session().credenza(&["edit", &id, "--set", "openStackProject=theirs", "--json"], "");
    assert_eq!(outside.code, 0, "{outside:?}");
    window.by_role("button", "Save").click();
    window.wait_text("os-one changed while you were editing");
    window.wait_text("mine");
    window.wait_text("theirs");
    let project =
        || window.session().credenza(&["show", &id, "--json"], "").json()["fields"]["openStackProject"].clone();
    assert_eq!(project(), "theirs", "nothing is written until the person decides");
    window.by_role("button", "Use the marked values").click();
    window.wait_until("the person's own is written", |_| project() == "mine");
}

#[test]
fn what_the_command_line_does_appears() {
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    let id = added(&window, KindId::Aws, "aws-one", "Acme");
    window.by_role("row", "aws-one");
    window.session().credenza(&["edit", &id, "--set", "name=aws-renamed"], "");
    window.by_role("row", "aws-renamed");
    window.session().credenza(&["lock", &id], "");
    window.by_role("row", "aws-renamed").by_role("img", "Locked");
    window.session().credenza(&["unlock", &id], "");
    window.session().credenza(&["delete", &id, "--yes"], "");
    window.wait_gone("row", "aws-renamed");
    window.session().credenza(&["organization", "add", "Beta"], "");
    added(&window, KindId::Aws, "aws-of-beta", "Beta");
    window.by_role("row", "aws-of-beta").by_text("Beta");
}

#[test]
fn without_a_keychain_a_draft_is_kept_and_the_reason_is_said() {
    for keychain in [Keychain::Locked, Keychain::NoProvider] {
        let window = Window::open_in(Session::with_screen(keychain));
        first_start(&window, "Partner", "Acme");
        open_form(&window, KindId::Backup.kind());
        type_sample(&window, KindId::Backup, &[]);
        window.by_role("button", "Save").click();
        let form = window.by_role("dialog", &form_title(KindId::Backup.kind()));
        window.wait_until("the reason is said in the form", |_| {
            form.all_by_role("alert").iter().any(|alert| alert.text().contains("keychain"))
        });
        assert_eq!(window.session().credenza(&["list", "--json"], "").json()["total"], 0);
        let name = KindId::Backup.kind().sample.iter().find(|(field, _)| *field == "s3Name").unwrap().1;
        assert_eq!(window.by_label("S3 Name").value(), name, "nothing that was typed is lost");
    }
}

#[test]
fn a_database_of_a_newer_program_is_said_and_tried_again() {
    let mut window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    added(&window, KindId::Aws, "aws-one", "Acme");
    window.quit();
    let file = window.session().data_dir().join("credenza.db");
    let database = || rusqlite::Connection::open(&file).unwrap();
    let version: u32 = database().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    database().pragma_update(None, "user_version", 999).unwrap();
    window.start();
    wait_says(&window, "newer");
    database().pragma_update(None, "user_version", version).unwrap();
    window.by_role("button", "Try again").click();
    window.by_role("row", "aws-one");
    // And it hears of what others do, as a window that opened at once does.
    added(&window, KindId::Aws, "aws-two", "Acme");
    window.by_role("row", "aws-two");
}
