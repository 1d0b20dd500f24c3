//! Checks from the command line: what scripts read, and what the exit code says.

use credenza_tests::prometheus::Prometheus;
use credenza_tests::{Session, canary};
use serde_json::{Value, json};

use crate::sample::{error, lab};

const GOOD: &str = "cAnArY-prometheus-pass-9";
const BAD: &str = "cAnArY-other-pass-4";

fn billing(session: &Session, name: &str, url: &str, password: &str) -> String {
    let json = json!({"name": name, "prometheusUrl": url, "prometheusUsername": "billing", "prometheusPassword": password,
        "note": "asked by petra"});
    let added = session
        .credenza(&["add", "billing", "--organization", "Acme", "--from", "-", "--json"], &json.to_string())
        .json();
    added["id"].as_str().unwrap().to_owned()
}

fn document(run: &credenza_tests::Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

#[test]
fn the_exit_code_is_0_only_when_all_work() {
    let server = Prometheus::start("billing", GOOD);
    let session = lab();
    let good = billing(&session, "prom-good", &server.url, GOOD);
    let run = session.credenza(&["check", &good, "--json"], "");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let found = document(&run);
    assert_eq!((&found["total"], &found["works"], &found["drafts"]), (&json!(1), &json!(1), &json!(0)));
    let item = &found["items"][0];
    assert_eq!((&item["id"], &item["verdict"], &item["identity"]), (&json!(good), &json!("works"), &json!("billing")));

    let bad = billing(&session, "prom-bad", &server.url, BAD);
    for arguments in [vec!["check", &good, &bad, "--json"], vec!["check", "--all", "--json"]] {
        let run = session.credenza(&arguments, "");
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "the answer is on standard output: {run:?}");
        assert_eq!((&document(&run)["total"], &document(&run)["works"]), (&json!(2), &json!(1)));
    }
    let people = session.credenza(&["check", "--all"], "");
    assert_eq!(people.code, 1);
    assert!(people.stdout.contains("1 of 2 work.") && people.stdout.contains("prom-bad: "), "{people:?}");
    // Kept with its age, and shown by everything that shows credentials.
    let shown = session.credenza(&["show", &bad, "--json"], "").json();
    assert_eq!(shown["check"]["verdict"], "wrongIdentityOrSecret");
    assert!(shown["check"]["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{shown}");
    let sorted = session.credenza(&["list", "--sort", "check", "--json"], "").json();
    let names: Vec<&str> =
        sorted["items"].as_array().unwrap().iter().filter_map(|item| item["name"].as_str()).collect();
    assert_eq!(names, ["prom-bad", "prom-good"]);
    assert!(session.credenza(&["list"], "").stdout.contains("Wrong identity or secret"));
    assert_eq!(canary::scan(&session.dirs(), &[GOOD, BAD]), [], "no secret is where it should not be");
}

#[test]
fn what_is_not_saved_is_checked_too() {
    let server = Prometheus::start("billing", GOOD);
    let session = lab();
    let probe = |password: &str| {
        let json =
            json!({"prometheusUrl": server.url, "prometheusUsername": "billing", "prometheusPassword": password});
        session.credenza(&["check", "--new", "billing", "--from", "-", "--json"], &json.to_string())
    };
    let works = probe(GOOD);
    assert_eq!((works.code, document(&works)["verdict"].as_str()), (0, Some("works")), "{works:?}");
    let refused = probe(BAD);
    assert_eq!((refused.code, document(&refused)["field"].as_str()), (1, Some("prometheusPassword")), "{refused:?}");
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 0);
}

#[test]
fn a_check_that_cannot_be_begun_is_an_error_like_any_other() {
    let session = lab();
    for (arguments, code, word) in [
        (vec!["check", "--json"], 2, "usage"),
        (vec!["check", "--all", "--tab", "clouds", "--json"], 2, "usage"),
        (vec!["check", "--set", "name=x", "--json"], 2, "usage"),
        (vec!["check", "--new", "nothing", "--json"], 2, "usage"),
        (vec!["check", "0199a8e0-0000-7000-8000-000000000000", "--json"], 1, "not_found"),
        (vec!["check", "not-an-id", "--json"], 1, "not_found"),
    ] {
        let run = session.credenza(&arguments, "");
        assert_eq!((run.code, error(&run)["code"].as_str()), (code, Some(word)), "{arguments:?}: {run:?}");
        assert_eq!(run.stdout, "");
    }
    let nothing = session.credenza(&["check", "--all", "--json"], "");
    assert_eq!((nothing.code, &document(&nothing)["total"]), (0, &json!(0)));
}

#[test]
fn dates_and_notes_are_set_by_hand_and_found() {
    let session = lab();
    let id = billing(&session, "prom", "https://prometheus.example.com", GOOD);
    let edited = session.credenza(&["edit", &id, "--set", "expires=2027-03-01", "--json"], "").json();
    assert_eq!((&edited["expires"], &edited["expiresFrom"]), (&json!("2027-03-01T00:00:00.000Z"), &json!("hand")));
    assert_eq!(edited["note"], "asked by petra");
    assert!(edited["fields"].get("note").is_none(), "it is no field: {edited}");
    let refused = session.credenza(&["edit", &id, "--set", "expires=tomorrow", "--json"], "");
    assert_eq!((refused.code, &error(&refused)["problems"][0]["field"]), (2, &json!("expires")), "{refused:?}");
    let found = session.credenza(&["list", "--search", "by petra", "--json"], "").json();
    assert_eq!(found["total"], 1);
    let cleared = session.credenza(&["edit", &id, "--set", "expires=", "--json"], "").json();
    assert_eq!(cleared["expires"], Value::Null);
}

#[test]
fn another_address_of_a_public_provider_is_kept() {
    let session = lab();
    let set = session.credenza(&["endpoint", "set", "azure.login", "https://login.example.com", "--json"], "").json();
    let azure = set.as_array().unwrap().iter().find(|endpoint| endpoint["name"] == "azure.login").unwrap();
    assert_eq!(azure["address"], "https://login.example.com");
    let refused = session.credenza(&["endpoint", "set", "azure.login", "http://login.example.com", "--json"], "");
    assert_eq!((refused.code, error(&refused)["code"].as_str()), (2, Some("usage")));
    assert!(session.credenza(&["endpoint", "list"], "").stdout.contains("https://login.example.com"));
    assert_eq!(session.credenza(&["endpoint", "clear", "azure.login"], "").code, 0);
    assert!(!session.credenza(&["endpoint", "list"], "").stdout.contains("example.com"));
}
