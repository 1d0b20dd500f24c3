//! The columns of the tables.

use std::collections::BTreeSet;

use credenza_model::{KindId, Tab};

/// Columns that belong to no field: what the store knows of every credential, and facts.
#[rustfmt::skip]
const COMMON_COLUMNS: &[&str] = &[
    "accountId", "organization", "usedBy", "createdAt", "createdBy", "modifiedAt", "modifiedBy", "locked", "default",
    "type", "identity", "project", "fingerprint", "expiry",
];

#[test]
fn no_column_shows_a_secret_or_what_does_not_exist() {
    for id in KindId::ALL {
        let kind = id.kind();
        for column in kind.columns {
            let plain = kind.field(column.id).map(|field| !field.secret);
            assert!(plain.unwrap_or_else(|| COMMON_COLUMNS.contains(&column.id)), "{id:?}: {}", column.id);
        }
        let ids: BTreeSet<&str> = kind.columns.iter().map(|column| column.id).collect();
        assert_eq!(ids.len(), kind.columns.len(), "{id:?}: columns are unique");
    }
}

#[test]
fn backup_has_the_documented_columns_in_their_order() {
    let labels: Vec<&str> = KindId::Backup.kind().columns.iter().map(|column| column.label).collect();
    assert_eq!(
        labels,
        [
            "ID",
            "Organization",
            "S3 Access Key ID",
            "S3 Endpoint",
            "S3 Name",
            "S3 Region",
            "Associated Projects",
            "Created By",
            "Last Modified",
            "Last Modified By",
        ]
    );
}

/// Every row field of the contract's section D but passwords, by the words on the screen.
#[test]
fn the_other_tabs_offer_every_row_field() {
    let labels = |id: KindId| id.kind().columns.iter().map(|column| column.label).collect::<BTreeSet<_>>();
    let common =
        ["ID", "Name", "Organization", "Locked", "Created By", "Last Modified", "Last Modified By", "Associated Rules"];
    let with = |more: &[&'static str]| common.iter().chain(more).copied().collect::<BTreeSet<_>>();
    assert_eq!(labels(KindId::Billing), with(&["Username", "URL", "Default"]));
    assert_eq!(labels(KindId::Showback), with(&["Username", "URL of the source", "Created At"]));
    assert_eq!(
        labels(KindId::Ai),
        ["ID", "Name", "Organization", "Type", "URL", "Associated Projects", "Default"].into()
    );
}

#[test]
fn every_cloud_kind_has_columns_of_its_own() {
    for kind in Tab::Cloud.kinds() {
        assert!(!kind.columns.is_empty(), "{:?}", kind.id);
        assert!(kind.columns.iter().all(|column| kind.field(column.id).is_some()), "{:?}", kind.id);
    }
}
