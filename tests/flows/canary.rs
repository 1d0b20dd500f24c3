//! Every secret is in the keychain, and nowhere else that the program can have written.

use credenza_model::{FieldType, KindId};
use credenza_tests::canary;

use crate::sample::{Sample, lab};

#[test]
fn no_secret_is_found_outside_the_keychain() {
    let session = lab();
    let mut canaries = Vec::new();
    let mut printed = String::new();
    for id in KindId::ALL {
        let sample = Sample::of(*id);
        let run = sample.add(&session);
        assert_eq!(run.code, 0, "{run:?}");
        printed += &(run.stdout.clone() + &run.stderr);
        let added = run.json()["id"].as_str().unwrap().to_owned();
        for (field, secret) in &sample.secrets {
            let file = sample.kind.field(field).unwrap().ty == FieldType::File;
            canaries.push(if file { heart(secret) } else { secret.clone() });
        }
        // Refusals and warnings are where a careless message would quote what was typed.
        for (field, secret) in &sample.secrets {
            let wrong = format!("\u{feff} {secret}’\n");
            let run = Sample::of(*id).with(field, wrong).add_with(&session, &["--draft"]);
            printed += &(run.stdout + &run.stderr);
            let misplaced = Sample::of(*id).with(sample.kind.name_field, 7).add(&session);
            printed += &(misplaced.stdout + &misplaced.stderr);
        }
        for arguments in
            [&["show", &added][..], &["show", &added, "--json"], &["lock", &added, "--json"], &["list", "--json"]]
        {
            let run = session.credenza(arguments, "");
            printed += &(run.stdout + &run.stderr);
        }
        for (field, secret) in &sample.secrets {
            let revealed = session.credenza(&["reveal", &added, field], "");
            assert_eq!(revealed.stdout, format!("{secret}\n"), "the keychain holds it");
        }
    }
    assert!(canaries.len() >= 15);
    let canaries: Vec<&str> = canaries.iter().map(String::as_str).collect();
    assert_eq!(canary::scan(&session.dirs(), &canaries), [], "found on the disk");
    assert_eq!(canary::scan_text(&printed, &canaries), [], "found in what was printed");
}

/// The part of a key file that is secret: the longest run of its text that has no break in it, without its ends.
fn heart(file: &str) -> String {
    let longest =
        file.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/').max_by_key(|run| run.len()).unwrap();
    longest.chars().skip(longest.len() / 4).take(40).collect()
}
