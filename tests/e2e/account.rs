//! The window with an account: the first sign-in, ten thousand rows, offline and back, a conflict, a replacement, a role
//! that is lost.

use credenza_model::KindId;
use credenza_taikun::{Membership, Options, Taikun, User};
use credenza_tests::Keychain;
use credenza_tests::webdriver::Window;
use serde_json::json;

use crate::form::{added, choose, first_start, press_in_drawer, wait_says};

const EMAIL: &str = "petra@example.com";
const PASSWORD: &str = "correct horse battery";

/// An account with the organization Acme, and a window that is connected to it.
struct Connected {
    window: Window,
    taikun: Taikun,
    acme: i32,
}

/// A server with a person on it.
fn server(person: impl FnOnce(User, i32) -> User) -> (Taikun, i32) {
    let taikun = Taikun::start(Options::default()).unwrap();
    let acme = taikun.world().add_organization("Acme");
    taikun.world().add_user(person(User::new(EMAIL, PASSWORD), acme));
    (taikun, acme)
}

/// Opens the dialog and types into it, as a person does.
fn sign_in(window: &Window, taikun: &Taikun) {
    window.by_role("button", "Connect an account…").click();
    window.by_role("dialog", "Connect an account");
    window.by_label("Host").fill(&taikun.address());
    window.by_label("E-mail").fill(EMAIL);
    window.by_label("Password").fill(PASSWORD);
    window.by_role("button", "Sign in").click();
}

fn connected(person: impl FnOnce(User, i32) -> User) -> Connected {
    let (taikun, acme) = server(person);
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    sign_in(&window, &taikun);
    window.by_role("dialog", "You are signed in");
    window.by_role("button", "Done").click();
    wait_synced(&window);
    Connected { window, taikun, acme }
}

fn wait_synced(window: &Window) {
    wait_says(window, "Synced just now");
}

/// The command line's view of the same data, for what the screen does not show.
fn status(window: &Window) -> serde_json::Value {
    window.session().credenza(&["status", "--json"], "").json()
}

fn sync_now(window: &Window) {
    window.by_role("button", "Sync details").click();
    window.by_role("dialog", "Sync with the account").by_role("button", "Sync now").click();
}

#[test]
fn the_first_sign_in_makes_what_was_drafted_here_and_brings_what_is_there() {
    let (taikun, acme) = server(|user, _| user.partner().second_factor("123456", &["recovery-one"]));
    taikun.world().add_row(KindId::Aws, acme, credenza_taikun::sample(KindId::Aws));
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Manager", "Acme");
    added(&window, KindId::Backup, "mine", "Acme");
    sign_in(&window, &taikun);
    // A wrong code is said, and nothing that was typed is asked for again.
    window.by_label("Code").fill("000000");
    window.by_role("button", "Continue").click();
    wait_says(&window, "not right");
    window.by_label("Code").fill("123456");
    window.by_role("button", "Continue").click();
    let told = window.by_role("dialog", "You are signed in").text();
    assert!(told.contains("Partner") && told.contains("1 credential"), "{told}");
    window.by_role("button", "Done").click();
    wait_synced(&window);
    window.by_role("row", "aws-prod");
    window.wait_until("what was drafted here is there", |_| taikun.world().rows(KindId::Backup).len() == 1);
    let kept = window.eval("return JSON.stringify(window.localStorage) + document.body.innerHTML", vec![]);
    assert!(!kept.as_str().unwrap().contains(PASSWORD), "the page keeps no password");
}

#[test]
fn a_wrong_password_is_said_and_the_form_stays() {
    let (taikun, _) = server(|user, _| user.partner());
    taikun.world().set_password(EMAIL, "another");
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    sign_in(&window, &taikun);
    wait_says(&window, "is wrong");
    assert_eq!(window.by_label("E-mail").value(), EMAIL);
}

#[test]
fn ten_thousand_rows_come_and_scroll_as_ten_do() {
    let (taikun, acme) = server(|user, _| user.partner());
    taikun.world().fill(KindId::Backup, acme, 10_000);
    let window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    sign_in(&window, &taikun);
    window.by_role("dialog", "You are signed in");
    window.by_role("button", "Done").click();
    window.wait_until("all rows are here", |window| status(window)["syncedAt"].is_string());
    window.by_role("tab", "Backup").click();
    wait_says(&window, "10,000");
    let total = window.session().credenza(&["list", "--kind", "backup", "--limit", "1", "--json"], "").json();
    assert_eq!(total["total"], 10_000);
}

#[test]
fn what_is_changed_offline_is_pushed_when_the_account_is_back() {
    let Connected { window, taikun, acme: _ } = connected(|user, _| user.partner());
    let (world, port) = (taikun.world().clone(), taikun.port());
    drop(taikun);
    let id = added(&window, KindId::Backup, "made-offline", "Acme");
    wait_says(&window, "Offline, will try again");
    window.by_role("tab", "Backup").click();
    window.by_role("row", "made-offline");
    let _back = Taikun::resume(world.clone(), port).unwrap();
    sync_now(&window);
    window.wait_until("it is there", |_| world.rows(KindId::Backup).len() == 1);
    let shown = || window.session().credenza(&["show", &id, "--json"], "").json()["state"].clone();
    window.wait_until("it is synced", |_| shown() == "synced");
}

#[test]
fn a_conflict_is_settled_field_by_field() {
    let Connected { window, taikun, acme: _ } = connected(|user, _| user.partner());
    let id = added(&window, KindId::Backup, "nightly", "Acme");
    let world = taikun.world().clone();
    window.wait_until("it is there", |_| world.rows(KindId::Backup).len() == 1);
    let shown = |field: &str| window.session().credenza(&["show", &id, "--json"], "").json()[field].clone();
    window.wait_until("it is synced", |_| shown("state") == "synced");
    let number = i32::try_from(shown("accountId").as_i64().unwrap()).unwrap();
    world.change_row(KindId::Backup, number, json!({"s3Name": "theirs", "s3AccessKeyId": "AKIATHEIRS"}));
    let edit = ["edit", &id, "--from", "-"];
    let both = json!({"s3Name": "mine", "s3SecretKey": "typed-again"}).to_string();
    assert_eq!(window.session().credenza(&edit, &both).code, 0);
    sync_now(&window);
    window.first_by_role("button", "1 conflict").click();
    let dialog = window.by_role("dialog", "mine: changed here and in the account");
    dialog.by_role("radio", "S3 Name here: mine").click();
    dialog.by_role("radio", "S3 Secret Key here: different").click();
    dialog.by_role("button", "Settle").click();
    wait_says(&window, "No conflicts");
    window.by_role("button", "Close").click();
    window.wait_until("mine is there, and what only they changed stayed", |_| {
        let row = world.rows(KindId::Backup).remove(0);
        row["s3Name"] == "mine" && row["s3AccessKeyId"] == "AKIATHEIRS" && row["s3SecretKey"] == "typed-again"
    });
    window.wait_until("it is synced", |_| shown("state") == "synced");
}

#[test]
fn a_replacement_shows_its_plan_and_waits_for_a_word() {
    let Connected { window, taikun, acme: _ } = connected(|user, _| user.partner());
    added(&window, KindId::Billing, "prom", "Acme");
    let world = taikun.world().clone();
    window.wait_until("it is there", |_| world.rows(KindId::Billing).len() == 1);
    window.by_role("tab", "Billing").click();
    wait_says(&window, "Synced just now");
    choose(&window, "prom");
    press_in_drawer(&window, "prom", "Edit");
    window.by_label("URL").fill("https://new.example.com");
    window.by_role("button", "Save").click();
    window.wait_gone("dialog", "Edit prom");
    wait_says(&window, "Replacing in the account");
    wait_says(&window, "From here until the next step the account has none");
    assert_eq!(world.rows(KindId::Billing)[0]["prometheusUrl"], "https://prometheus.example.com");
    press_in_drawer(&window, "prom", "Replace in the account");
    window.wait_until("it is replaced", |_| {
        world.rows(KindId::Billing).first().is_some_and(|row| row["prometheusUrl"] == "https://new.example.com")
    });
}

#[test]
fn a_role_that_is_lost_there_is_lost_here() {
    let Connected { window, taikun, acme } = connected(User::manager_of);
    let id = added(&window, KindId::Backup, "nightly", "Acme");
    window.by_role("tab", "Backup").click();
    window.by_role("row", "nightly");
    let state = || window.session().credenza(&["show", &id, "--json"], "").json()["state"].clone();
    window.wait_until("it is synced", |_| state() == "synced");
    taikun.world().set_role(EMAIL, acme, Membership::Member);
    sync_now(&window);
    wait_says(&window, "no longer gives you a role");
    assert_eq!(window.session().credenza(&["list", "--tab", "backup"], "").code, 3);
    taikun.world().set_role(EMAIL, acme, Membership::Manager);
    window.first_by_role("button", "Sync now").click();
    window.by_role("row", "nightly");
}

#[test]
fn an_ended_session_asks_to_sign_in_and_loses_nothing() {
    let Connected { window, taikun, acme: _ } = connected(|user, _| user.partner());
    taikun.world().revoke_sessions();
    added(&window, KindId::Backup, "kept", "Acme");
    window.by_role("button", "Signed out – sign in again").click();
    window.by_role("dialog", "Sign in again");
    window.by_label("Password").fill(PASSWORD);
    window.by_role("button", "Sign in").click();
    window.by_role("button", "Done").click();
    window.wait_until("it is there", |_| taikun.world().rows(KindId::Backup).len() == 1);
}

#[test]
fn signing_out_asks_about_the_copies() {
    let Connected { window, taikun, acme } = connected(|user, _| user.partner());
    taikun.world().add_row(KindId::Aws, acme, credenza_taikun::sample(KindId::Aws));
    sync_now(&window);
    window.by_role("row", "aws-prod");
    window.by_role("button", "Sync details").click();
    window.by_role("dialog", "Sync with the account").by_role("button", "Sign out…").click();
    window.by_role("radio", "Remove the copies here").click();
    window.by_role("button", "Sign out").click();
    window.wait_gone("row", "aws-prod");
    window.by_role("button", "Connect an account…");
    assert_eq!(taikun.world().rows(KindId::Aws).len(), 1, "the account keeps it");
}

#[test]
fn values_and_checks_come_through_the_account_where_this_machine_cannot_reach() {
    let Connected { window, taikun: _taikun, acme: _ } = connected(|user, _| user.partner());
    window.first_by_role("button", "Add credentials").click();
    window.by_role("button", KindId::Openstack.kind().label).click();
    // Nothing listens there on this machine, and the stand-in asks nobody.
    let unreachable = [("openStackRegion", ""), ("openStackUrl", "https://127.0.0.1:1/v3")];
    crate::form::type_sample(&window, KindId::Openstack, &unreachable);
    window.by_label("Region").click();
    window.press("ArrowDown");
    window.by_role("option", "RegionOne").click();
    assert_eq!(window.by_label("Region").value(), "RegionOne");
    window.by_role("button", "Check").click();
    wait_says(&window, "Connection refused");
    window.by_role("button", "Check through the account").click();
    wait_says(&window, "Works");
    window.by_label("Password").fill("a-wrong-password");
    window.by_role("button", "Check").click();
    wait_says(&window, "Connection refused");
    window.by_role("button", "Check through the account").click();
    wait_says(&window, "Wrong identity or secret");
}
