//! A sync that is killed again and again while the account has a bad day: in the end everything is there, once.

use std::process::{Command, Stdio};
use std::time::Duration;

use credenza_model::KindId;
use credenza_taikun::Options;
use credenza_tests::session::credenza_bin;
use credenza_tests::{Run, canary};
use serde_json::json;

use crate::crash::items;
use crate::desk::{Desk, PASSWORD, desk_with};
use crate::sample::Sample;

const SEED: u64 = 0x5eed_0001;
/// Those that are made in one request, in several, and in a form.
const KINDS: [KindId; 4] = [KindId::Backup, KindId::Billing, KindId::Showback, KindId::Openshift];

#[test]
fn a_sync_killed_at_any_moment_loses_nothing_and_makes_nothing_twice() {
    // A server that minds no name, so that what is made twice is there twice.
    let desk = desk_with(Options { unique_names: false, ..Options::default() });
    let mut canaries = vec![PASSWORD.to_owned()];
    let mut made = Vec::new();
    for number in 0..20 {
        let kind = KINDS[number % KINDS.len()];
        let name = format!("made-{number}");
        let sample = Sample::of(kind).with(kind.kind().name_field, name.as_str());
        // The key files of the samples stand in this test's own program, and prove nothing.
        canaries.extend(sample.secrets.iter().map(|(_, secret)| secret.clone()).filter(|text| text.contains("cAnArY")));
        made.push((kind, name, sample.added(&desk.session), sample.secrets));
    }
    let theirs: Vec<i32> = (0..5).map(|number| desk.given(KindId::Aws, &format!("theirs-{number}"))).collect();
    let mut printed = rounds(&desk, SEED, 30);
    let last = settled(&desk);
    let status = desk.run(&["status", "--json"]);
    assert_eq!(status.json()["changes"], json!([]), "{status:?}");
    for (kind, name, id, secrets) in &made {
        assert_eq!(desk.world().creates(*kind, desk.acme, name), 1, "{kind:?} {name}");
        let there = desk.world().rows(*kind);
        let there: Vec<_> = there.iter().filter(|row| row[kind.kind().name_field] == name.as_str()).collect();
        assert_eq!(there.len(), 1, "{kind:?} {name}");
        let here = desk.show(id);
        assert_eq!((here["state"].as_str(), &here["accountId"]), (Some("synced"), &there[0]["id"]), "{here}");
        for (field, secret) in secrets {
            assert_eq!(desk.run(&["reveal", id, field]).stdout, format!("{secret}\n"), "{name} {field}");
        }
    }
    assert_eq!(desk.run(&["list", "--state", "synced", "--json"]).json()["total"], made.len() + theirs.len());
    assert_eq!(items(&desk.session), made.len() + 1, "each secret, the session, and no orphan");
    printed += &(last.stdout + &status.stdout);
    let canaries: Vec<&str> = canaries.iter().map(String::as_str).collect();
    assert!(canaries.len() > 15);
    assert_eq!(canary::scan(&desk.session.dirs(), &canaries), [], "found on the disk");
    assert_eq!(canary::scan_text(&printed, &canaries), [], "found in what was printed");
}

#[test]
fn changes_killed_at_any_moment_are_there_as_a_whole() {
    let desk = desk_with(Options { unique_names: false, ..Options::default() });
    let made: Vec<_> =
        (0..9).map(|number| (KINDS[number % 3], desk.add(KINDS[number % 3], &format!("made-{number}")))).collect();
    desk.sync();
    let mut secrets = Vec::new();
    for (number, (kind, id)) in made.iter().enumerate() {
        if number >= 6 {
            assert_eq!(desk.run(&["delete", id, "--yes"]).code, 0);
            continue;
        }
        let field = kind.kind().certain_secrets().next().unwrap().id;
        let secret = format!("cAnArY-changed-{number}");
        desk.edit(id, &json!({kind.kind().name_field: format!("changed-{number}"), field: secret}));
        // What the API cannot change is replaced, and a replacement takes a word.
        if desk.show(id)["trouble"]["asks"] == true {
            let _ = desk.run(&["sync", "--replace", id, "--json"]);
        } else {
            let _ = desk.run(&["lock", id, "--json"]);
        }
        secrets.push((*kind, id.clone(), field, secret));
    }
    let mut printed = rounds(&desk, SEED + 1, 20);
    printed += &settled(&desk).stdout;
    let count: usize = KINDS.iter().map(|kind| desk.world().rows(*kind).len()).sum();
    assert_eq!(count, secrets.len(), "nothing is there twice, and what was deleted is gone");
    assert_eq!(items(&desk.session), made.len() + 1, "what was deleted can be brought back; no orphan");
    for (number, (kind, id, field, secret)) in secrets.iter().enumerate() {
        let here = desk.show(id);
        let there = desk.world().row(*kind, desk.number(id)).unwrap();
        assert_eq!(here["state"], "synced", "{here}");
        assert_eq!(there[kind.kind().name_field], format!("changed-{number}"));
        assert_eq!(there[*field], secret.as_str(), "{kind:?}");
        assert_eq!(desk.run(&["reveal", id, field]).stdout, format!("{secret}\n"));
        assert_eq!(here["locked"], there["isLocked"].as_bool().unwrap_or_default());
    }
    let canaries: Vec<&str> = secrets.iter().map(|(.., secret)| secret.as_str()).collect();
    assert_eq!(canary::scan(&desk.session.dirs(), &canaries), [], "found on the disk");
    assert_eq!(canary::scan_text(&printed, &canaries), [], "found in what was printed");
}

/// So many syncs on a bad day, each killed at some moment. What they said.
fn rounds(desk: &Desk, seed: u64, rounds: u64) -> String {
    desk.world().faults().random(seed, 0.08);
    let mut draw = Draw(seed);
    let (mut printed, mut killed) = (String::new(), 0);
    for round in 0..rounds {
        if round % 7 == 3 {
            // A session that is renewed at the moment of the kill is lost; that is a sign-in, and nothing else.
            desk.world().expire_tokens();
        }
        let (signal, said) = killed_after(desk, Duration::from_millis(draw.below(301)));
        killed += u64::from(signal);
        printed += &said;
        if desk.run(&["whoami", "--offline", "--json"]).json()["account"]["signedIn"] == false {
            again(desk);
        }
    }
    assert!(killed > rounds / 3, "too few were killed while they were at it: {killed}");
    printed
}

/// The day is good again, and a few syncs are left alone; the last of them.
fn settled(desk: &Desk) -> Run {
    desk.world().faults().clear();
    if desk.run(&["whoami", "--json"]).code == 5 {
        again(desk);
    }
    for _ in 0..4 {
        let run = desk.run(&["sync", "--retry", "--json"]);
        assert_eq!(run.code, 0, "{run:?}");
        if run.json()["pending"] == 0 {
            return run;
        }
    }
    panic!("something is still to be pushed: {:?}", desk.run(&["status", "--json"]));
}

fn again(desk: &Desk) {
    let run = desk.login(&json!({"password": PASSWORD}), &[]);
    assert_eq!(run.code, 0, "{run:?}");
}

/// Starts a sync and kills it after a while. Whether it was still at it, and what it had said.
fn killed_after(desk: &Desk, after: Duration) -> (bool, String) {
    let mut command: Command = desk.session.command(credenza_bin());
    command.args(["sync", "--json"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Nothing is waited for: that the moment is any moment is what is tested.
    std::thread::sleep(after);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    // One that ended by itself said why, in the form that was asked for.
    assert!(matches!(run.code, -1 | 0 | 1 | 5), "{run:?}");
    (run.code == -1, run.stdout + &run.stderr)
}

/// The same moments each time, by splitmix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }
}
