//! What holds for any input whatever.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod common;

use common::{Typed, complete, fixture, input, judge, judge_typed};
use credenza_model::{FieldType, Input, KindId, SecretState, Values};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

fn kinds() -> impl Strategy<Value = KindId> {
    select(KindId::ALL)
}

/// Texts of many sorts: any at all, and those near to what fields take.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "[a-z0-9./:@!=-]{0,40}",
        "10\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}(/[0-9]{1,2})?",
        "https?://[a-z.:@/#?]{0,30}",
        select(vec![
            "true",
            "false",
            "Create",
            "Import",
            "Existing",
            "eu",
            "\u{202e}",
            "\u{feff}",
            "\"\"",
            "-----BEGIN PRIVATE KEY-----"
        ])
        .prop_map(str::to_owned),
    ]
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..100_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-zA-Z.]{0,12}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A kind and an object whose members are mostly fields of it.
fn objects() -> impl Strategy<Value = (KindId, Value)> {
    kinds().prop_flat_map(|id| {
        let ids: Vec<&'static str> = id.kind().fields.iter().map(|field| field.id).collect();
        let key = prop_oneof![9 => select(ids).prop_map(str::to_owned), 1 => any::<String>()];
        vec((key, json_values()), 0..24)
            .prop_map(move |members| (id, Value::Object(members.into_iter().collect::<Map<String, Value>>())))
    })
}

/// A complete credential with some of its texts replaced: deep enough into the rules to meet them all.
fn nearly_complete() -> impl Strategy<Value = (KindId, Typed)> {
    let all: Vec<(KindId, Typed)> =
        KindId::ALL.iter().flat_map(|id| complete(*id).into_iter().map(|typed| (*id, typed))).collect();
    (select(all), vec((any::<prop::sample::Index>(), texts()), 0..4)).prop_map(|((id, mut typed), changes)| {
        for (place, text) in changes {
            let field = id.kind().fields[place.index(id.kind().fields.len())].id;
            typed.retain(|(given, _)| *given != field);
            typed.push((field, text));
        }
        (id, typed)
    })
}

/// The secret files as they are, cut, doubled or with bytes changed.
fn mutated_files() -> impl Strategy<Value = String> {
    let files = [
        "gcp-service-account.json",
        "kubeconfig.yaml",
        "kubeconfig-token.yaml",
        "kubeconfig-exec.yaml",
        "pull-secret.json",
    ];
    let files: Vec<Vec<u8>> = files.iter().map(|name| fixture(name).into_bytes()).collect();
    (select(files), vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 0..6)).prop_map(|(mut bytes, changes)| {
        for (place, how, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn reading_any_bytes_ends_in_an_input_or_an_error(bytes in vec(any::<u8>(), 0..400)) {
        let _ = Input::from_json(&bytes);
    }

    #[test]
    fn any_object_is_read_and_judged_without_a_panic((id, object) in objects()) {
        // Dots in keys can name one field twice, which is told as such.
        let Ok(input) = Input::from_json(object.to_string().as_bytes()) else { return Ok(()) };
        let judged = judge(id.kind(), input);
        // One problem a field at the most.
        let mut fields: Vec<_> = judged.findings.problems.iter().map(|problem| &problem.field).collect();
        fields.dedup();
        prop_assert_eq!(fields.len(), judged.findings.problems.len());
        // What is kept belongs to the kind, and no secret is among it.
        for (field, value) in &judged.values.0 {
            let field = id.kind().field(field).unwrap();
            prop_assert!(!field.secret);
            let text = serde_json::to_string(value).unwrap();
            prop_assert!(!text.contains("\\u0000") && !text.contains("PRIVATE KEY-----"));
        }
        prop_assert!(!judged.values.text("tokenId").unwrap_or_default().contains('='));
    }

    #[test]
    fn a_nearly_complete_credential_is_judged_twice_alike((id, typed) in nearly_complete()) {
        let kind = id.kind();
        let mut reading = kind.read(input(&typed));
        let mut values = Values::default();
        std::mem::take(&mut reading.changes).apply(&mut values);
        let judge = || kind.judge(&values, &|_| SecretState::Unset, &reading.secrets);
        prop_assert_eq!(judge(), judge());
        let facts = || (kind.value_facts)(&values).or((kind.secret_facts)(&reading.secrets));
        prop_assert_eq!(facts(), facts());
    }

    #[test]
    fn a_file_in_any_state_gets_a_sentence_or_is_taken(file in prop_oneof![mutated_files(), texts()]) {
        for (id, field) in [(KindId::Gcp, "config"), (KindId::Openshift, "kubeConfig"), (KindId::Openshift, "pullSecret")] {
            let judged = judge_typed(id.kind(), &[(field, file.clone())]);
            let _ = (id.kind().secret_facts)(&judged.reading.secrets);
            let said = judged.said_of(field);
            prop_assert!(said.len() < 400, "{}", said);
            // No stretch of the file is in the sentence, but for words that the sentences use themselves.
            for piece in file.split(|c: char| !c.is_ascii_alphanumeric()).filter(|piece| piece.len() > 24) {
                prop_assert!(!said.contains(piece), "{}", said);
            }
        }
    }

    #[test]
    fn no_remark_ever_holds_a_secret((id, typed) in nearly_complete(), noise in texts(), before in any::<bool>()) {
        let kind = id.kind();
        let mut typed = typed;
        let canaries: Vec<String> = kind.secrets().map(|field| format!("canary-{}-Eiph9quo", field.id)).collect();
        for (field, canary) in kind.secrets().zip(&canaries) {
            let value = if before { format!("{noise}{canary}") } else { format!("{canary}{noise}") };
            typed.retain(|(given, _)| *given != field.id);
            typed.push((field.id, value));
        }
        // A whole Proxmox token in the wrong field is a secret too.
        if id == KindId::Proxmox {
            typed.push(("tokenId", format!("taikun@pve!credenza={}", canaries[0])));
        }
        let judged = judge_typed(kind, &typed);
        let said = judged.messages().concat();
        for canary in &canaries {
            prop_assert!(!said.contains(canary.as_str()), "{}", said);
            prop_assert!(!serde_json::to_string(&judged.values).unwrap().contains(canary.as_str()));
            let facts = (kind.value_facts)(&judged.values).or((kind.secret_facts)(&judged.reading.secrets));
            prop_assert!(!serde_json::to_string(&facts).unwrap().contains(canary.as_str()));
            let debugged = format!("{:?}", judged.reading);
            prop_assert!(!debugged.contains(canary.as_str()));
        }
    }

    #[test]
    fn an_address_with_a_password_is_never_kept(address in "(https?:|HTTP:|ftp:)?[/\\\\]{0,4}[a-z:@%.]{0,12}(/[a-z@:]{0,6})?") {
        let judged = judge_typed(KindId::Openstack.kind(), &[("openStackUrl", address)]);
        let kept = judged.values.text("openStackUrl").unwrap_or_default();
        let url = url::Url::parse(kept).ok();
        prop_assert!(url.is_none_or(|url| url.username().is_empty() && url.password().is_none()), "{}", kept);
    }

    #[test]
    fn numbers_in_bounds_are_taken_and_others_are_told(id in kinds(), number in any::<i32>()) {
        for field in id.kind().fields {
            let FieldType::Int(min, max) = field.ty else { continue };
            let object = json!({ field.id: number });
            let judged = judge(id.kind(), Input::from_json(object.to_string().as_bytes()).unwrap());
            let told = judged.findings.problems.iter().any(|problem| problem.field == field.id);
            prop_assert_eq!(told, !(min..=max).contains(&number));
        }
    }
}
