//! Every kind is well formed: what holds for all of them, whatever they are.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use std::collections::BTreeSet;

use common::{complete, judge_typed, sample_with};
use credenza_model::{Code, FieldType, Input, KindId, SecretState, Tab, Values};

/// The fields marked "yes" under Secret in the contract's sections C and D, and `externalId`.
#[rustfmt::skip]
const SECRETS: &[(&str, &[&str])] = &[
    ("aws", &["awsSecretAccessKey", "externalId"]),
    ("azure", &["azureClientSecret"]),
    ("gcp", &["config"]),
    ("openstack", &["openStackPassword"]),
    ("tanzu", &["password"]),
    ("proxmox", &["tokenSecret"]),
    ("openshift", &["kubeConfig", "pullSecret"]),
    ("vsphere", &["password"]),
    ("zededa", &["apiToken"]),
    ("zadara", &["zadaraSecretAccessKey"]),
    ("backup", &["s3SecretKey"]),
    ("billing", &["prometheusPassword"]),
    ("showback", &["password"]),
    ("ai", &["apiKey"]),
];

#[test]
fn there_are_fourteen_kinds_under_five_tabs() {
    let words: Vec<&str> = KindId::ALL.iter().map(|id| id.as_str()).collect();
    assert_eq!(words.len(), 14);
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 14);
    let under = |tab: Tab| tab.kinds().map(|kind| kind.id.as_str()).collect::<Vec<_>>();
    assert_eq!(
        under(Tab::Cloud),
        ["aws", "azure", "gcp", "openstack", "tanzu", "proxmox", "openshift", "vsphere", "zededa", "zadara"]
    );
    assert_eq!(under(Tab::Backup), ["backup"]);
    assert_eq!(under(Tab::Billing), ["billing"]);
    assert_eq!(under(Tab::Showback), ["showback"]);
    assert_eq!(under(Tab::Ai), ["ai"]);
}

#[test]
fn every_kind_and_field_has_its_words() {
    for id in KindId::ALL {
        let kind = id.kind();
        assert_eq!(kind.id, *id);
        assert!(!kind.label.is_empty() && !kind.summary.is_empty(), "{id:?}");
        assert_eq!(kind.mark.len(), 2, "{id:?}");
        assert!(kind.field(kind.name_field).is_some_and(|field| field.required && !field.secret), "{id:?}");
        let ids: BTreeSet<&str> = kind.fields.iter().map(|field| field.id).collect();
        assert_eq!(ids.len(), kind.fields.len(), "{id:?}: ids are unique");
        let labels: BTreeSet<(&str, &str)> = kind.fields.iter().map(|field| (field.group, field.label)).collect();
        assert_eq!(labels.len(), kind.fields.len(), "{id:?}: labels are unique within a group");
        for field in kind.fields {
            assert!(!field.label.trim().is_empty(), "{id:?} {}", field.id);
            assert!(field.help.is_empty() || field.help.ends_with('.'), "{id:?} {}: help is a sentence", field.id);
            assert!(!(field.secret && field.default.is_some()), "{id:?} {}", field.id);
            if let Some(condition) = field.shown_when {
                let decider = kind.field(condition.field).unwrap_or_else(|| panic!("{id:?} {}", field.id));
                let possible: Vec<&str> = match decider.ty {
                    FieldType::Bool => vec!["true", "false"],
                    FieldType::Choice(choices) => choices.iter().map(|choice| choice.value).collect(),
                    other => panic!("{id:?} {}: {other:?} decides nothing", field.id),
                };
                assert!(condition.values.iter().all(|value| possible.contains(value)), "{id:?} {}", field.id);
            }
        }
        assert!(kind.columns.iter().all(|column| !column.label.is_empty()), "{id:?}");
    }
}

#[test]
fn secret_are_exactly_the_fields_that_the_contract_marks() {
    assert_eq!(SECRETS.len(), KindId::ALL.len());
    for (word, expected) in SECRETS {
        let kind = word.parse::<KindId>().unwrap().kind();
        assert_eq!(kind.secrets().map(|field| field.id).collect::<Vec<_>>(), *expected, "{word}");
    }
}

#[test]
fn field_ids_are_the_committed_ones() {
    let now: Vec<String> = KindId::ALL
        .iter()
        .flat_map(|id| id.kind().fields.iter().map(move |field| format!("{} {}", id.as_str(), field.id)))
        .collect();
    let committed: Vec<&str> = include_str!("field_ids.txt").lines().collect();
    assert_eq!(
        now, committed,
        "Field ids key stored values and secrets, and are for ever: add to tests/field_ids.txt, never change it."
    );
}

#[test]
fn complete_credentials_are_clean_and_give_every_field() {
    for id in KindId::ALL {
        let kind = id.kind();
        let mut given = BTreeSet::new();
        for typed in complete(*id) {
            let judged = judge_typed(kind, &typed);
            assert!(judged.is_clean(), "{id:?}: {:?}", judged.messages());
            assert!(judged.reading.notes.is_empty(), "{id:?}: {:?}", judged.reading.notes);
            given.extend(typed.iter().map(|(field, _)| *field));
        }
        for field in kind.fields {
            assert!(given.contains(field.id), "{id:?}: no complete credential gives {}", field.id);
        }
    }
}

#[test]
fn without_a_required_field_exactly_that_is_said() {
    for id in KindId::ALL {
        let kind = id.kind();
        let mut asked = BTreeSet::new();
        for typed in complete(*id) {
            for field in kind.fields.iter().filter(|field| field.required) {
                let mut without = typed.clone();
                without.retain(|(given, _)| *given != field.id);
                if without.len() == typed.len() {
                    continue;
                }
                let judged = judge_typed(kind, &without);
                assert_eq!(judged.wrong(), [(field.id.to_owned(), Code::Required)], "{id:?}");
                assert!(judged.said_of(field.id).contains(field.label), "{id:?}: {}", judged.said_of(field.id));
                asked.insert(field.id);
            }
        }
        let required = kind.fields.iter().filter(|field| field.required).count();
        assert_eq!(asked.len(), required, "{id:?}: every required field was taken away once");
    }
}

#[test]
fn an_empty_form_lists_what_is_required_and_nothing_else() {
    for id in KindId::ALL {
        let judged = judge_typed(id.kind(), &[]);
        assert!(!judged.findings.problems.is_empty(), "{id:?}");
        assert!(judged.wrong().iter().all(|(_, code)| *code == Code::Required), "{id:?}: {:?}", judged.wrong());
        assert!(judged.findings.warnings.is_empty(), "{id:?}: {:?}", judged.findings.warnings);
    }
}

#[test]
fn a_conditional_field_is_refused_while_its_condition_does_not_hold() {
    for id in KindId::ALL {
        let kind = id.kind();
        for typed in complete(*id) {
            for field in kind.fields.iter().filter(|field| field.shown_when.is_some()) {
                let condition = field.shown_when.unwrap();
                if !typed.iter().any(|(given, _)| *given == field.id) {
                    continue;
                }
                let off = if condition.values.contains(&"false") { "true" } else { "" };
                let mut other = typed.clone();
                other.retain(|(given, _)| *given != condition.field);
                other.push((condition.field, off.to_owned()));
                let judged = judge_typed(kind, &other);
                let wrong = judged.wrong();
                assert!(wrong.contains(&(field.id.to_owned(), Code::NotApplicable)), "{id:?} {}: {wrong:?}", field.id);
            }
        }
    }
}

#[test]
fn a_secret_in_the_account_is_no_problem() {
    for id in KindId::ALL {
        let kind = id.kind();
        let typed = common::sample(kind);
        let mut reading = kind.read(common::input(&typed));
        let mut values = Values::default();
        std::mem::take(&mut reading.changes).apply(&mut values);
        let given = std::mem::take(&mut reading.secrets);
        let held = |field: &str| {
            if given.get(field).is_some() { SecretState::Account } else { SecretState::Unset }
        };
        let findings = kind.judge(&values, &held, &reading.secrets);
        assert!(findings.problems.is_empty() && findings.warnings.is_empty(), "{id:?}: {findings:?}");
    }
}

#[test]
fn values_read_back_through_json_are_the_same() {
    for id in KindId::ALL {
        for typed in complete(*id) {
            let judged = judge_typed(id.kind(), &typed);
            let json = serde_json::to_vec(&judged.values).unwrap();
            let mut again = id.kind().read(Input::from_json(&json).unwrap());
            assert!(again.refusals.is_empty() && again.notes.is_empty(), "{id:?}: {again:?}");
            let mut values = Values::default();
            std::mem::take(&mut again.changes).apply(&mut values);
            assert_eq!(values, judged.values, "{id:?}");
        }
    }
}

#[test]
fn defaults_are_values_that_the_field_takes() {
    for id in KindId::ALL {
        let kind = id.kind();
        for field in kind.fields {
            if let Some(default) = field.default {
                let judged = judge_typed(kind, &sample_with(kind, &[(field.id, default)]));
                assert!(judged.is_clean(), "{id:?} {}: {:?}", field.id, judged.messages());
            }
        }
    }
}

#[test]
fn kinds_without_an_update_call_let_every_field_be_edited() {
    let replaced: Vec<&str> =
        KindId::ALL.iter().filter(|id| id.kind().wire.update.is_none()).map(|id| id.as_str()).collect();
    assert_eq!(replaced, ["gcp", "openshift", "zededa", "billing", "showback", "ai"]);
    for id in KindId::ALL {
        let kind = id.kind();
        let editable = kind.fields.iter().filter(|field| kind.updatable(field)).count();
        if kind.wire.update.is_none() {
            assert_eq!(editable, kind.fields.len(), "{id:?}");
        } else {
            assert!((1..kind.fields.len()).contains(&editable), "{id:?}");
            assert!(kind.field(kind.name_field).unwrap().updatable, "{id:?}");
        }
    }
}
