//! Pasted noise goes, what was done is said, and what belongs to a secret stays.

mod common;

use common::{fixture, judge, judge_typed, sample_with};
use credenza_model::KindId::{Aws, Azure, Backup, Openstack, Proxmox, Vsphere};
use credenza_model::{Code, Input, KindId, Value};

#[test]
fn plain_values_lose_their_noise_and_that_is_said() {
    let cases: &[(KindId, &'static str, &str, &str, &str)] = &[
        (Aws, "name", "  aws-prod  ", "aws-prod", "spaces"),
        (Aws, "name", "\"aws-prod\"", "aws-prod", "quotation marks"),
        (Aws, "name", "“aws-prod”", "aws-prod", "quotation marks"),
        (Aws, "name", "aws\u{200b}-prod", "aws-prod", "invisible"),
        (Aws, "name", "\u{feff}aws-prod", "aws-prod", "invisible"),
        (Aws, "awsAccessKeyId", "AKIAQ3EGQKJ5R7UEXMPL\r\n", "AKIAQ3EGQKJ5R7UEXMPL", "spaces"),
        (
            Openstack,
            "openStackUrl",
            "<https://keystone.example.com:5000/v3>",
            "https://keystone.example.com:5000/v3",
            "quotation marks",
        ),
        (Azure, "azureLocation", "West Europe", "westeurope", "read as westeurope"),
        (Openstack, "openStackContinent", "Europe", "eu", "read as eu"),
        (Openstack, "lbProvider", "OVN", "ovn", "read as ovn"),
    ];
    for (id, field, typed, kept, part) in cases {
        let judged = judge_typed(id.kind(), &sample_with(id.kind(), &[(field, typed)]));
        assert!(judged.is_clean(), "{id:?} {field}: {:?}", judged.messages());
        assert_eq!(judged.values.text(field), Some(*kept), "{id:?} {field}");
        let notes: Vec<_> = judged.reading.notes.iter().filter(|note| note.field == *field).collect();
        assert_eq!(notes.len(), 1, "{id:?} {field}: {notes:?}");
        assert_eq!(notes[0].code, Code::Normalised);
        assert!(notes[0].message.contains(part), "{id:?} {field}: {}", notes[0].message);
    }
}

#[test]
fn lists_are_parted_at_commas_and_lose_their_doubles() {
    let judged = judge_typed(Vsphere.kind(), &sample_with(Vsphere.kind(), &[("hypervisors", " esxi1, esxi2,,esxi1 ")]));
    assert_eq!(judged.values.list("hypervisors"), ["esxi1", "esxi2"]);
    assert!(judged.reading.notes.iter().any(|note| note.message.contains("twice")));
}

#[test]
fn a_secret_keeps_its_spaces_and_quotes_but_no_trailing_line_break() {
    for (typed, kept, noted, warned) in [
        ("pass", "pass", false, false),
        ("pass\n", "pass", true, false),
        ("\u{feff}pass\r\n", "pass", true, false),
        (" pass ", " pass ", false, true),
        ("“pass”", "“pass”", false, true),
        ("\"pass\"", "\"pass\"", false, false),
    ] {
        let judged = judge_typed(Openstack.kind(), &sample_with(Openstack.kind(), &[("openStackPassword", typed)]));
        assert_eq!(judged.reading.secrets.expose("openStackPassword"), Some(kept));
        assert_eq!(judged.reading.notes.len(), usize::from(noted), "{typed:?}");
        assert_eq!(judged.findings.warnings.len(), usize::from(warned), "{typed:?}");
        assert!(judged.findings.problems.is_empty(), "{typed:?}");
    }
}

#[test]
fn files_are_kept_byte_for_byte() {
    let key = fixture("gcp-service-account.json");
    for text in [key.clone(), key.replace('\n', "\r\n"), format!("\u{feff}{key}\n\n")] {
        let judged = judge_typed(KindId::Gcp.kind(), &sample_with(KindId::Gcp.kind(), &[("config", &text)]));
        assert!(judged.is_clean() && judged.reading.notes.is_empty(), "{:?}", judged.messages());
        assert_eq!(judged.reading.secrets.expose("config"), Some(text.as_str()));
    }
}

#[test]
fn a_whole_proxmox_token_is_taken_apart() {
    let kind = Proxmox.kind();
    let secret = "1d2c3b4a-5e6f-4708-8192-a3b4c5d6e7f8";
    for pasted in [
        format!("taikun@pve!credenza={secret}"),
        format!(" PVEAPIToken=taikun@pve!credenza={secret}\n"),
        format!("Authorization: PVEAPIToken=taikun@pve!credenza={secret}"),
    ] {
        let judged = judge_typed(kind, &sample_with(kind, &[("tokenId", &pasted), ("tokenSecret", "")]));
        assert!(judged.is_clean(), "{:?}", judged.messages());
        assert_eq!(judged.values.text("tokenId"), Some("taikun@pve!credenza"));
        assert_eq!(judged.reading.secrets.expose("tokenSecret"), Some(secret));
        assert!(
            judged
                .reading
                .notes
                .iter()
                .any(|note| note.field == "tokenId" && note.message.contains("Proxmox Client Secret"))
        );
    }
    // A form sends an empty text for a secret that was left alone.
    let json = format!("{{\"tokenId\": \"taikun@pve!credenza={secret}\", \"tokenSecret\": \"\"}}");
    let Ok(input) = Input::from_json(json.as_bytes()) else { panic!("this is JSON") };
    let judged = judge(kind, input);
    assert_eq!(judged.reading.secrets.expose("tokenSecret"), Some(secret));
    assert!(judged.reading.cleared.is_empty());
}

#[test]
fn a_token_id_with_a_secret_in_it_is_never_kept() {
    let kind = Proxmox.kind();
    for pasted in ["a=b", "taikun@pve!x=", "=x", "taikun@pve!credenza=1=2", "x@y!z==", "PVEAPIToken=", "ñ=ñ"] {
        for secret in ["", "0f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b58"] {
            let judged = judge_typed(kind, &sample_with(kind, &[("tokenId", pasted), ("tokenSecret", secret)]));
            let kept = judged.values.text("tokenId").unwrap_or_default();
            assert!(!kept.contains('='), "{pasted}: {kept}");
            assert!(!judged.messages().concat().contains(pasted), "{pasted}");
        }
    }
}

#[test]
fn null_and_an_empty_text_clear() {
    let Ok(input) = Input::from_json(br#"{"s3Region": null, "s3Endpoint": "", "s3SecretKey": null}"#) else {
        panic!("this is JSON")
    };
    let reading = Backup.kind().read(input);
    assert_eq!(reading.changes.0.get("s3Region"), Some(&None));
    assert_eq!(reading.changes.0.get("s3Endpoint"), Some(&None));
    assert_eq!(reading.cleared, ["s3SecretKey"]);
}

#[test]
fn numbers_and_switches_are_read_from_text() {
    let judged = judge_typed(
        Azure.kind(),
        &sample_with(Azure.kind(), &[("azCount", " 3 "), ("sharedFileSystemEnabled", "Yes")]),
    );
    assert_eq!(judged.values.int("azCount"), Some(3));
    assert_eq!(judged.values.get("sharedFileSystemEnabled"), Some(&Value::Bool(true)));
    let Ok(input) = Input::from_json(br#"{"azCount": 2.0}"#) else { panic!("this is JSON") };
    assert_eq!(judge(Azure.kind(), input).values.int("azCount"), Some(2));
}
