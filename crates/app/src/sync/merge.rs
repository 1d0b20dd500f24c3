//! The three-way comparison: what both sides last had, what is here, what is there. Pure, and the heart of the sync.
//!
//! No clock decides anything. A field changed on one side only is taken from that side; changed on both in the same way
//! it is agreed on; changed differently it is a conflict, and then nothing of the credential moves until a person has
//! settled it.

use std::collections::BTreeSet;

use credenza_model::{Field, Kind, Value, Values};
use credenza_store::Base;

use crate::sync::theirs::Theirs;

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    /// What is here afterwards.
    pub values: Values,
    /// What both sides have then, beside what is still to be pushed.
    pub base: Base,
    /// The fields whose value was taken from there.
    pub taken: Vec<String>,
    /// The fields that were changed on both sides, differently.
    pub conflicts: Vec<String>,
}

/// Compares the plain values. Fields that the account does not tell of stay as they are here.
pub(crate) fn merge(kind: &Kind, base: &Base, local: &Values, theirs: &Theirs) -> Merged {
    let mut merged = Merged {
        values: local.clone(),
        base: Base {
            locked: theirs.locked,
            modified_at: theirs.modified_at.clone(),
            values: base.values.clone(),
            lag_until: None,
        },
        taken: Vec::new(),
        conflicts: Vec::new(),
    };
    for (id, there) in &theirs.values {
        let Some(field) = kind.field(id).filter(|field| !field.secret) else { continue };
        let (before, here, there) = (base.values.get(id), local.get(id), there.as_ref());
        if !alike(here, there) {
            if alike(before, here) {
                put(&mut merged.values, id, there);
                merged.taken.push(id.clone());
            } else if !alike(before, there) && !field.local {
                merged.conflicts.push(id.clone());
                continue;
            }
        }
        put(&mut merged.base.values, id, there);
    }
    if !merged.conflicts.is_empty() {
        return Merged { values: local.clone(), base: base.clone(), taken: Vec::new(), ..merged };
    }
    merged
}

/// The plain fields that differ here from what both sides had, of those that the account is told of.
pub(crate) fn changed_here(kind: &Kind, base: &Values, local: &Values) -> Vec<&'static Field> {
    kind.fields
        .iter()
        .filter(|field| !field.secret && !field.local && !alike(base.get(field.id), local.get(field.id)))
        .filter(|field| {
            // What the account never told and nothing can change there is only known better here.
            let unknown = !base.has(field.id) && !credenza_remote::observed(kind.id).contains(&field.id);
            !(unknown && kind.wire.update.is_some() && !field.updatable)
        })
        .collect()
}

/// What has to be done in the account for it to have what is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// The update call, the call of the own list, or both.
    Update {
        /// Fields or secrets by the update call.
        fields: bool,
        /// The list that has a call of its own.
        list: bool,
    },
    /// A new one in its place: the API cannot change it.
    Replace,
}

/// See [`Need`].
pub(crate) fn need(kind: &Kind, changed: &[&'static Field], secrets: bool) -> Need {
    let own = kind.own_list();
    let is_own = |field: &Field| own.is_some_and(|own| own.id == field.id);
    let list = changed.iter().any(|field| is_own(field));
    let rest: Vec<&&Field> = changed.iter().filter(|field| !is_own(field)).collect();
    let fields = secrets || !rest.is_empty();
    match (fields, list) {
        (false, false) => Need::Nothing,
        (true, _) if kind.wire.update.is_none() || rest.iter().any(|field| !field.updatable) => Need::Replace,
        (fields, list) => Need::Update { fields, list },
    }
}

/// Whether a row can be what was sent: every field that it tells of is as it was sent, or was left to the server.
pub(crate) fn compatible(kind: &Kind, sent: &Values, theirs: &Theirs) -> bool {
    theirs.values.iter().all(|(id, there)| {
        let Some(field) = kind.field(id) else { return true };
        field.local || !has(sent.get(id)) || alike(sent.get(id), there.as_ref())
    })
}

/// Whether two values say the same: a switch that is off is as good as none, and the order of a list means nothing.
pub(crate) fn alike(one: Option<&Value>, two: Option<&Value>) -> bool {
    match (one, two) {
        (Some(Value::List(one)), Some(Value::List(two))) => {
            one.iter().collect::<BTreeSet<_>>() == two.iter().collect::<BTreeSet<_>>()
        }
        _ => one.filter(|value| has(Some(value))) == two.filter(|value| has(Some(value))),
    }
}

fn has(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Bool(false)) => false,
        Some(Value::Text(text)) => !text.is_empty(),
        Some(Value::List(items)) => !items.is_empty(),
        Some(_) => true,
    }
}

fn put(values: &mut Values, id: &str, value: Option<&Value>) {
    match value {
        Some(value) => values.set(id, value.clone()),
        None => drop(values.0.remove(id)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use credenza_model::KindId;
    use proptest::prelude::*;

    use super::*;

    const KINDS: [KindId; 4] = [KindId::Aws, KindId::Openstack, KindId::Proxmox, KindId::Ai];

    fn text(value: &str) -> Value {
        Value::Text(value.into())
    }

    fn list(items: &[&str]) -> Value {
        Value::List(items.iter().map(|item| (*item).to_owned()).collect())
    }

    /// A value or none, of few enough that sides often agree, and some that say the same in other words.
    fn cell() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            Just(None),
            Just(Some(text(""))),
            Just(Some(text("a"))),
            Just(Some(text("b"))),
            Just(Some(text("c"))),
            Just(Some(Value::Int(1))),
            Just(Some(Value::Bool(false))),
            Just(Some(Value::Bool(true))),
            Just(Some(list(&[]))),
            Just(Some(list(&["x", "y"]))),
            Just(Some(list(&["y", "x"]))),
        ]
    }

    fn plain(kind: &Kind) -> Vec<&'static str> {
        kind.fields.iter().filter(|field| !field.secret).map(|field| field.id).collect()
    }

    fn values_of(kind: &Kind, cells: Vec<Option<Value>>) -> Values {
        let cells = plain(kind).into_iter().zip(cells);
        Values(cells.filter_map(|(id, cell)| Some((id.to_owned(), cell?))).collect())
    }

    fn told(values: BTreeMap<String, Option<Value>>) -> Theirs {
        Theirs { id: 7, values, locked: true, modified_at: Some("yesterday".into()), ..Theirs::default() }
    }

    fn based(values: Values) -> Base {
        Base { values, locked: true, modified_at: Some("yesterday".into()), lag_until: None }
    }

    /// A kind, the base, what is here, and what is there of some fields; each side is the base with some changes.
    fn sides() -> impl Strategy<Value = (&'static Kind, Base, Values, Theirs)> {
        prop::sample::select(&KINDS).prop_flat_map(|id| {
            let kind = id.kind();
            let field =
                || (cell(), prop::option::weighted(0.4, cell()), prop::option::weighted(0.4, cell()), any::<bool>());
            prop::collection::vec(field(), plain(kind).len()).prop_map(move |fields| {
                let base = fields.iter().map(|(base, ..)| base.clone()).collect();
                let local = fields.iter().map(|(base, here, ..)| here.clone().unwrap_or(base.clone())).collect();
                let there = plain(kind).into_iter().zip(&fields).filter(|(_, (.., tells))| *tells);
                let there = there.map(|(id, (base, _, there, _))| (id.into(), there.clone().unwrap_or(base.clone())));
                (kind, based(values_of(kind, base)), values_of(kind, local), told(there.collect()))
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn merging_again_changes_nothing((kind, base, local, theirs) in sides()) {
            let once = merge(kind, &base, &local, &theirs);
            let twice = merge(kind, &once.base, &once.values, &theirs);
            prop_assert_eq!(&twice.values, &once.values);
            prop_assert_eq!(&twice.base, &once.base);
            prop_assert_eq!(&twice.conflicts, &once.conflicts);
            prop_assert!(twice.taken.is_empty());
        }

        #[test]
        fn changes_of_different_fields_come_in_any_order(
            (kind, base, local, theirs) in sides(),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(theirs.values.len() + 1);
            let one = told(theirs.values.clone().into_iter().take(cut).collect());
            let two = told(theirs.values.into_iter().skip(cut).collect());
            let in_order = |first: &Theirs, second: &Theirs| {
                let merged = merge(kind, &base, &local, first);
                let merged = merge(kind, &merged.base, &merged.values, second);
                (merged.values, merged.base)
            };
            prop_assert_eq!(in_order(&one, &two), in_order(&two, &one));
        }

        #[test]
        fn equal_content_is_no_conflict((kind, base, local, theirs) in sides()) {
            let same = theirs.values.into_keys().map(|id| { let here = local.get(&id).cloned(); (id, here) });
            let theirs = told(same.collect());
            let merged = merge(kind, &base, &local, &theirs);
            prop_assert!(merged.conflicts.is_empty() && merged.taken.is_empty());
            prop_assert_eq!(&merged.values, &local);
            for (id, there) in &theirs.values {
                prop_assert_eq!(merged.base.values.get(id), there.as_ref());
            }
        }

        #[test]
        fn a_field_changed_on_one_side_is_taken_from_there((kind, base, local, theirs) in sides()) {
            let merged = merge(kind, &base, &local, &theirs);
            for (id, there) in &theirs.values {
                let (before, here, there) = (base.values.get(id), local.get(id), there.as_ref());
                let (mine, others) = (!alike(before, here), !alike(before, there));
                let expected = if mine && others && !alike(here, there) && !kind.field(id).unwrap().local {
                    prop_assert!(merged.conflicts.contains(id));
                    here
                } else {
                    prop_assert!(!merged.conflicts.contains(id));
                    if others && !mine && merged.conflicts.is_empty() { there } else { here }
                };
                prop_assert_eq!(merged.values.get(id), expected, "{}", id);
                prop_assert_eq!(merged.taken.contains(id), merged.conflicts.is_empty() && others && !mine);
            }
        }

        #[test]
        fn a_conflict_moves_nothing((kind, base, local, theirs) in sides()) {
            let merged = merge(kind, &base, &local, &theirs);
            prop_assume!(!merged.conflicts.is_empty());
            prop_assert_eq!(merged.values, local);
            prop_assert_eq!(merged.base, base);
            prop_assert!(merged.taken.is_empty());
        }

        #[test]
        fn what_the_row_does_not_tell_of_stays((kind, base, local, theirs) in sides()) {
            let merged = merge(kind, &base, &local, &theirs);
            for id in plain(kind).into_iter().filter(|id| !theirs.values.contains_key(*id)) {
                prop_assert_eq!(merged.values.get(id), local.get(id));
                prop_assert_eq!(merged.base.values.get(id), base.values.get(id));
            }
        }
    }

    #[test]
    fn secrets_and_fields_that_nobody_knows_are_not_merged() {
        let kind = KindId::Aws.kind();
        let row = [("awsSecretAccessKey", "leaked"), ("somethingNew", "x"), ("awsRegion", "eu-west-1")];
        let theirs = told(row.map(|(id, value)| (id.to_owned(), Some(text(value)))).into());
        let merged = merge(kind, &Base::default(), &Values::default(), &theirs);
        assert_eq!(merged.values, Values([("awsRegion".to_owned(), text("eu-west-1"))].into()));
        assert_eq!(merged.base.values, merged.values);
        assert_eq!((merged.base.locked, merged.base.modified_at.as_deref()), (true, Some("yesterday")));
    }

    #[test]
    fn what_has_to_be_done_for_each_sort_of_change() {
        let update = |fields, list| Need::Update { fields, list };
        let table: &[(KindId, &[&str], bool, Need)] = &[
            (KindId::Aws, &[], false, Need::Nothing),
            (KindId::Aws, &["name"], false, update(true, false)),
            (KindId::Aws, &[], true, update(true, false)),
            (KindId::Aws, &["awsRegion"], false, Need::Replace),
            (KindId::Aws, &["name", "awsRegion"], true, Need::Replace),
            (KindId::Gcp, &[], false, Need::Nothing),
            (KindId::Gcp, &["name"], false, Need::Replace),
            (KindId::Gcp, &[], true, Need::Replace),
            (KindId::Billing, &["prometheusUrl"], false, Need::Replace),
            (KindId::Ai, &[], true, Need::Replace),
            (KindId::Backup, &["s3Name"], false, update(true, false)),
            (KindId::Backup, &["s3Region"], false, Need::Replace),
            (KindId::Proxmox, &["hypervisors"], false, update(false, true)),
            (KindId::Proxmox, &["hypervisors"], true, update(true, true)),
            (KindId::Proxmox, &["hypervisors", "name"], false, update(true, true)),
            (KindId::Proxmox, &["hypervisors", "storage"], false, Need::Replace),
            (KindId::Proxmox, &["storage"], false, Need::Replace),
            (KindId::Vsphere, &["hypervisors"], false, update(false, true)),
        ];
        for (kind, changed, secrets, expected) in table {
            let kind = kind.kind();
            let fields: Vec<_> = changed.iter().map(|id| kind.field(id).unwrap()).collect();
            assert_eq!(need(kind, &fields, *secrets), *expected, "{:?} {changed:?} {secrets}", kind.id);
        }
    }

    #[test]
    fn only_what_the_account_is_told_of_is_changed_here() {
        let changed = |kind: KindId, base: &[(&str, &str)], local: &[(&str, &str)]| -> Vec<&str> {
            let values =
                |of: &[(&str, &str)]| Values(of.iter().map(|(id, value)| ((*id).into(), text(value))).collect());
            changed_here(kind.kind(), &values(base), &values(local)).into_iter().map(|field| field.id).collect()
        };
        assert_eq!(changed(KindId::Aws, &[("name", "a")], &[("name", "b")]), ["name"]);
        assert_eq!(changed(KindId::Aws, &[("name", "a")], &[("name", "a")]), [""; 0]);
        assert_eq!(changed(KindId::Aws, &[("awsRegion", "a")], &[]), ["awsRegion"]);
        assert_eq!(changed(KindId::Ai, &[], &[("url", "https://ai.example.com")]), [""; 0], "kept only here");
        // The account never told it, and nothing could change it there: it is only known better here.
        assert_eq!(changed(KindId::Azure, &[], &[("azureSubscriptionId", "a")]), [""; 0]);
        let both = changed(KindId::Azure, &[("azureSubscriptionId", "a")], &[("azureSubscriptionId", "b")]);
        assert_eq!(both, ["azureSubscriptionId"]);
    }

    #[test]
    fn a_row_is_what_was_sent_when_nothing_in_it_differs() {
        let kind = KindId::Proxmox.kind();
        let sent = Values(
            [("name", text("prod")), ("skipTlsFlag", Value::Bool(false)), ("hypervisors", list(&["a", "b"]))]
                .map(|(id, value)| (id.to_owned(), value))
                .into(),
        );
        let fits = |row: &[(&str, Option<Value>)]| {
            compatible(kind, &sent, &told(row.iter().map(|(id, value)| ((*id).into(), value.clone())).collect()))
        };
        assert!(fits(&[]), "it tells of nothing");
        assert!(fits(&[("name", Some(text("prod"))), ("hypervisors", Some(list(&["b", "a"])))]));
        assert!(fits(&[("continent", Some(text("eu")))]), "left to the server");
        assert!(fits(&[("skipTlsFlag", None)]) && fits(&[("skipTlsFlag", Some(Value::Bool(true)))]), "off is none");
        assert!(fits(&[("somethingNew", Some(text("x")))]));
        assert!(!fits(&[("name", Some(text("Prod")))]));
        assert!(!fits(&[("name", None)]));
        assert!(!fits(&[("name", Some(text("prod"))), ("hypervisors", Some(list(&["a"])))]));
    }
}
