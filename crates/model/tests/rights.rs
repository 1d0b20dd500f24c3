//! The table of rights, cell by cell, against the contract's section G.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

use credenza_model::{Action, KindId, Role};

/// One line a kind, one cell an action, in the order of [`Action::ALL`]: M a Manager may, P a Partner may, - no such
/// action. "(none)" under Edit means that the API has no update; who may add may edit.
#[rustfmt::skip]
const MATRIX: &[(&str, [&str; 9])] = &[
    //             see   add   edit  delete lock  default reveal check filter
    ("aws",       ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("azure",     ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("gcp",       ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("openstack", ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("tanzu",     ["MP", "P",  "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("proxmox",   ["MP", "P",  "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("openshift", ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("vsphere",   ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("zededa",    ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("zadara",    ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("backup",    ["MP", "MP", "MP", "MP",  "MP", "MP",   "MP",  "MP", "P"]),
    ("billing",   ["P",  "P",  "P",  "P",   "P",  "P",    "P",   "P",  "P"]),
    ("showback",  ["MP", "MP", "MP", "MP",  "MP", "-",    "MP",  "MP", "P"]),
    ("ai",        ["MP", "MP", "MP", "MP",  "-",  "-",    "MP",  "MP", "P"]),
];

#[test]
fn each_cell_is_as_documented() {
    assert_eq!(MATRIX.len(), KindId::ALL.len());
    for (word, cells) in MATRIX {
        let kind = word.parse::<KindId>().unwrap().kind();
        for (action, cell) in Action::ALL.into_iter().zip(cells) {
            for role in Role::ALL {
                let expected = match role {
                    Role::Member => false,
                    Role::Manager => cell.contains('M'),
                    Role::Partner => cell.contains('P'),
                };
                let may = kind.offers(action) && kind.allows(role, action);
                assert_eq!(may, expected, "{} {} {word}", role.label(), action.verb());
            }
            assert_eq!(kind.offers(action), *cell != "-", "{word}: {action:?}");
        }
    }
}
