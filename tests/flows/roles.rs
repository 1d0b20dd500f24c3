//! A Manager at every closed door.

use credenza_model::KindId;
use credenza_tests::{Keychain, Session};

use crate::sample::{Sample, error, lab};

fn manager() -> Session {
    let session = Session::start(Keychain::Unlocked);
    let made = session.credenza(&["workspace", "create", "mine", "--role", "manager", "--organization", "Acme"], "");
    assert_eq!(made.code, 0, "{made:?}");
    session
}

#[test]
fn a_manager_adds_what_a_manager_may() {
    let session = manager();
    for id in KindId::ALL {
        let run = Sample::of(*id).add(&session);
        let refused = matches!(id, KindId::Proxmox | KindId::Tanzu | KindId::Billing);
        assert_eq!(run.code, if refused { 3 } else { 0 }, "{id:?}: {run:?}");
        if refused {
            assert_eq!(error(&run)["code"], "forbidden");
            assert!(error(&run)["message"].as_str().unwrap().contains("Partner"));
        }
    }
    let list = session.credenza(&["list", "--json"], "").json();
    assert_eq!(list["total"], 11);
    for closed in [
        &["list", "--tab", "billing", "--json"][..],
        &["list", "--kind", "billing", "--json"],
        &["list", "--organization", "Acme", "--json"],
        &["organization", "add", "Other", "--json"],
        &["organization", "rename", "Acme", "Other", "--json"],
    ] {
        let run = session.credenza(closed, "");
        assert_eq!(run.code, 3, "{closed:?}: {run:?}");
    }
    assert_eq!(session.credenza(&["organization", "list", "--json"], "").json()[0]["name"], "Acme");
}

#[test]
fn what_a_role_may_not_see_it_hears_nothing_of() {
    let session = lab();
    let id = Sample::of(KindId::Billing).added(&session);
    let database = rusqlite::Connection::open(session.data_dir().join("credenza.db")).unwrap();
    database.execute("UPDATE workspaces SET role = 'manager'", []).unwrap();
    drop(database);
    for arguments in [
        &["show", &id, "--json"][..],
        &["undo", &id, "--json"],
        &["lock", &id, "--json"],
        &["reveal", &id, "prometheusPassword", "--json"],
        &["delete", &id, "--yes", "--json"],
        &["edit", &id, "--set", "name=x", "--json"],
    ] {
        let run = session.credenza(arguments, "");
        assert_eq!((run.code, error(&run)["code"].as_str()), (3, Some("forbidden")), "{arguments:?}");
    }
}

#[test]
fn a_partner_adds_everything_and_filters_every_tab() {
    let session = lab();
    for id in KindId::ALL {
        Sample::of(*id).added(&session);
    }
    for tab in ["cloud", "backup", "billing", "showback", "ai"] {
        let all = session.credenza(&["list", "--tab", tab, "--organization", "Acme", "--json"], "").json();
        let none = session.credenza(&["list", "--tab", tab, "--organization", "Beta", "--json"], "").json();
        assert!(all["total"].as_u64().unwrap() > 0);
        assert_eq!(none["total"], 0);
    }
}
