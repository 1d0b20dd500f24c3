//! The table of rights, cell by cell: what it allows works, what it does not is refused before anything else happens.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod common;

use common::{Lab, input, lab, sample};
use credenza_app::{AppError, Completeness, ErrorCode, ListQuery};
use credenza_model::{Action, KindId, Role};
use serde_json::json;

/// Does one thing with one kind, as a person in this role would.
fn attempt(lab: &Lab, kind: KindId, action: Action) -> Result<(), AppError> {
    let app = &lab.app;
    let known = kind.kind();
    let id = if action == Action::Add { None } else { Some(lab.given(kind, "given")) };
    let id = || id.expect("a credential that is there");
    match action {
        Action::See => app.show(id()).map(drop),
        Action::Add => app.add(kind, Some("Acme"), input(&sample(kind)), false).map(drop),
        Action::Edit => {
            let change = json!({known.name_field: "renamed"});
            app.edit(id(), None, input(&change), Completeness::Complete).map(drop)
        }
        Action::Delete => app.delete(&[id()]).map(drop),
        Action::Lock => app.set_locked(id(), true).map(drop),
        Action::Default => app.set_default(id()).map(drop),
        Action::Reveal => app.reveal(id(), known.secrets().next().unwrap().id).map(drop),
        // A check asks the provider; whether it may be asked for is what the table says.
        Action::Check => Ok(()),
        Action::Filter => {
            let query =
                ListQuery { kind: Some(kind), organization: Some("Acme".into()), limit: 10, ..ListQuery::default() };
            app.list(&query).map(drop)
        }
    }
}

#[test]
fn every_cell_of_the_table_is_enforced() {
    for role in [Role::Manager, Role::Partner] {
        for kind in KindId::ALL {
            for action in Action::ALL.into_iter().filter(|action| *action != Action::Check) {
                let lab = lab(role);
                let expected = if !kind.kind().allows(role, action) {
                    Err(ErrorCode::Forbidden)
                } else if !kind.kind().offers(action) {
                    Err(ErrorCode::Unavailable)
                } else {
                    Ok(())
                };
                let found = attempt(&lab, *kind, action).map_err(|error| error.code());
                assert_eq!(found, expected, "a {} would {} {kind:?}", role.label(), action.verb());
            }
        }
    }
}

#[test]
fn a_member_is_told_so_everywhere() {
    let lab = lab(Role::Manager);
    for kind in KindId::ALL {
        for action in Action::ALL {
            assert!(!kind.kind().allows(Role::Member, action), "{kind:?} {action:?}");
        }
    }
    assert!(matches!(lab.app.create_workspace("m", Role::Member, &["X".into()]), Err(AppError::Usage(_))));
}

#[test]
fn a_closed_tab_says_why() {
    let manager = lab(Role::Manager);
    let tabs = manager.app.tabs(None).unwrap();
    let open: Vec<bool> = tabs.iter().map(|tab| tab.open).collect();
    assert_eq!(open, [true, true, false, true, true]);
    assert!(tabs[2].reason.as_ref().unwrap().contains("Partner"));
    assert!(lab(Role::Partner).app.tabs(None).unwrap().iter().all(|tab| tab.open));
    assert!(matches!(manager.app.tabs(Some("Acme")), Err(AppError::Forbidden(_))));
}

#[test]
fn another_workspace_is_out_of_sight() {
    let lab = lab(Role::Partner);
    let id = lab.add(KindId::Aws, "mine");
    lab.app.create_workspace("other", Role::Partner, &["Acme".into()]).unwrap();
    lab.app.use_workspace("other").unwrap();
    assert!(matches!(lab.app.show(id), Err(AppError::NoCredential)));
    assert!(matches!(lab.app.delete(&[id]), Err(AppError::NoCredential)));
    assert!(matches!(lab.app.reveal(id, "awsSecretAccessKey"), Err(AppError::NoCredential)));
}
