//! Every kind, added as a script does it, and found again by other processes.

use credenza_model::{KindId, SecretState, Value};
use serde_json::json;

use crate::sample::{Sample, lab};

#[test]
fn every_kind_is_kept_and_found_again() {
    let session = lab();
    let mut added = Vec::new();
    for id in KindId::ALL {
        let sample = Sample::of(*id);
        let run = sample.add(&session);
        assert_eq!(run.code, 0, "{}: {run:?}", sample.kind.label);
        let credential = run.json();
        assert_eq!(credential["state"], "ready");
        assert_eq!(credential["kind"], id.as_str());
        assert_eq!(credential["tab"], sample.kind.tab.as_str());
        assert_eq!(credential["organization"], "Acme");
        assert_eq!(credential["name"], sample.json[sample.kind.name_field]);
        added.push((sample, credential["id"].as_str().unwrap().to_owned()));
    }
    let list = session.credenza(&["list", "--json"], "").json();
    assert_eq!(list["total"], KindId::ALL.len());
    for (sample, id) in added {
        let shown = session.credenza(&["show", &id, "--json"], "").json();
        for field in sample.kind.fields {
            match shown["secrets"].get(field.id) {
                Some(state) => {
                    assert!(field.secret);
                    let given = sample.secrets.iter().any(|(secret, _)| *secret == field.id);
                    let expected = if given { SecretState::Set } else { SecretState::Unset };
                    assert_eq!(*state, json!(expected), "{} {}", sample.kind.label, field.id);
                }
                None => assert!(!field.secret, "{} has a state", field.id),
            }
            assert!(!field.secret || shown["fields"].get(field.id).is_none(), "{} is no plain value", field.id);
        }
        for (field, secret) in &sample.secrets {
            let revealed = session.credenza(&["reveal", &id, field], "");
            assert_eq!(revealed.code, 0, "{revealed:?}");
            assert_eq!(revealed.stdout, format!("{secret}\n"), "{} {field}", sample.kind.label);
        }
    }
}

#[test]
fn kinds_are_described_for_programs() {
    let session = lab();
    let kinds = session.credenza(&["kinds", "--json"], "").json();
    let kinds = kinds.as_array().unwrap();
    assert_eq!(kinds.len(), 14);
    for (described, id) in kinds.iter().zip(KindId::ALL) {
        let kind = id.kind();
        assert_eq!(described["id"], id.as_str());
        assert_eq!(described["tab"], kind.tab.as_str());
        let fields = described["fields"].as_array().unwrap();
        assert_eq!(fields.len(), kind.fields.len());
        for (described, field) in fields.iter().zip(kind.fields) {
            assert_eq!(described["id"], field.id);
            assert_eq!(described["label"], field.label);
            assert_eq!(described["secret"], field.secret);
            assert_eq!(described["required"], field.required);
        }
    }
    let proxmox = kinds.iter().find(|kind| kind["id"] == "proxmox").unwrap();
    assert_eq!(proxmox["addRole"], "partner");
}

#[test]
fn nested_objects_and_dotted_ids_are_the_same() {
    let session = lab();
    let sample = Sample::of(KindId::Proxmox);
    let mut nested = serde_json::Map::new();
    for (field, value) in sample.json.as_object().unwrap() {
        match field.split_once('.') {
            Some((block, inner)) => {
                let block = nested.entry(block.to_owned()).or_insert_with(|| json!({}));
                block[inner] = value.clone();
            }
            None => drop(nested.insert(field.clone(), value.clone())),
        }
    }
    let flat = sample.add(&session).json();
    let nested = Sample { json: nested.into(), ..Sample::of(KindId::Proxmox) }.with("name", "nested");
    let nested = nested.add(&session).json();
    for (field, value) in flat["fields"].as_object().unwrap() {
        if field != "name" {
            assert_eq!(nested["fields"][field], *value, "{field}");
        }
    }
}

#[test]
fn files_are_kept_byte_for_byte() {
    let session = lab();
    let sample = Sample::of(KindId::Gcp);
    let (field, file) = &sample.secrets[0];
    let odd = format!("\n  {file}\r\n\n");
    let id = Sample::of(KindId::Gcp).with(field, odd.clone()).added(&session);
    let revealed = session.credenza(&["reveal", &id, field, "--json"], "").json();
    assert_eq!(revealed["value"], odd);
    assert_eq!(revealed["id"], id);
    assert_eq!(revealed["field"], *field);
}

#[test]
fn samples_name_their_values_as_the_kind_does() {
    for id in KindId::ALL {
        for (field, _) in id.kind().sample {
            assert!(id.kind().field(field).is_some(), "{id:?} {field}");
        }
    }
    assert_eq!(json!(Value::List(vec!["a".into()])), json!(["a"]));
}
