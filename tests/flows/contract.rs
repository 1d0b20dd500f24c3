//! The command line's contract: answers, exit codes, options.

use credenza_model::KindId;
use credenza_tests::{Keychain, Session};

use crate::sample::{Sample, error, lab, problem_at, workspace};

#[test]
fn workspaces_are_created_chosen_and_deleted() {
    let session = Session::start(Keychain::Unlocked);
    let none = session.credenza(&["list", "--json"], "");
    assert_eq!(none.code, 1);
    assert_eq!(error(&none)["code"], "not_found");
    workspace(&session);
    let second =
        session.credenza(&["workspace", "create", "edge", "--role", "manager", "--organization", "Edge", "--json"], "");
    let second = second.json();
    assert_eq!(second["current"], false, "only the first one made becomes current");
    assert_eq!(second["role"], "manager");
    assert_eq!(second["organizations"][0]["name"], "Edge");
    let used = session.credenza(&["workspace", "use", "edge", "--json"], "").json();
    assert_eq!(used["current"], true);
    let list = session.credenza(&["workspace", "list", "--json"], "").json();
    let current: Vec<_> =
        list.as_array().unwrap().iter().map(|one| (one["name"].clone(), one["current"].clone())).collect();
    assert_eq!(current, [("edge".into(), true.into()), ("lab".into(), false.into())]);

    assert_eq!(session.credenza(&["list", "--workspace", "lab", "--json"], "").code, 0);
    assert_eq!(session.credenza(&["list", "--workspace", "nowhere", "--json"], "").code, 1);
    assert_eq!(session.credenza(&["workspace", "use", "nowhere"], "").code, 1);
    assert_eq!(
        session.credenza(&["workspace", "create", "lab", "--role", "manager", "--organization", "X"], "").code,
        2
    );
    assert_eq!(session.credenza(&["workspace", "create", "y", "--role", "member", "--organization", "X"], "").code, 2);
    assert_eq!(session.credenza(&["workspace", "delete", "edge"], "").code, 2, "without a terminal it takes --yes");
    assert_eq!(session.credenza(&["workspace", "delete", "edge", "--yes", "--json"], "").json()["name"], "edge");
    assert_eq!(session.credenza(&["workspace", "list", "--json"], "").json().as_array().unwrap().len(), 1);
}

#[test]
fn a_deleted_workspace_takes_its_secrets_along() {
    let session = lab();
    let id = Sample::of(KindId::Backup).added(&session);
    session.credenza(&["lock", &id], "");
    let refused = session.credenza(&["workspace", "delete", "lab", "--yes", "--json"], "");
    assert_eq!((refused.code, error(&refused)["code"].as_str()), (1, Some("locked")));
    session.credenza(&["unlock", &id], "");
    assert_eq!(session.credenza(&["workspace", "delete", "lab", "--yes"], "").code, 0);
    assert_eq!(crate::crash::items(&session), 0);
}

#[test]
fn organizations_are_named_by_name_or_id() {
    let session = lab();
    let sample = Sample::of(KindId::Ai);
    let which = session.credenza(&["add", "ai", "--from", "-", "--json"], &sample.json.to_string());
    assert_eq!(which.code, 2, "several organizations and none named: {which:?}");
    let list = session.credenza(&["organization", "list", "--json"], "").json();
    let beta =
        list.as_array().unwrap().iter().find(|one| one["name"] == "Beta").unwrap()["id"].as_str().unwrap().to_owned();
    let added =
        session.credenza(&["add", "ai", "--organization", &beta, "--from", "-", "--json"], &sample.json.to_string());
    assert_eq!(added.json()["organization"], "Beta");
    let gamma = session.credenza(&["organization", "add", "Gamma", "--json"], "").json();
    assert_eq!(gamma["name"], "Gamma");
    assert_eq!(session.credenza(&["organization", "add", "gamma"], "").code, 2);
    let renamed = session.credenza(&["organization", "rename", "Beta", "Beta Labs", "--json"], "").json();
    assert_eq!((renamed["id"].as_str(), renamed["name"].as_str()), (Some(beta.as_str()), Some("Beta Labs")));
    let found = session.credenza(&["list", "--search", "beta labs", "--json"], "").json();
    assert_eq!(found["total"], 1);
    assert_eq!(found["items"][0]["organization"], "Beta Labs");
    assert_eq!(session.credenza(&["list", "--organization", "Acme", "--json"], "").json()["total"], 0);
    assert_eq!(session.credenza(&["list", "--organization", "Nobody", "--json"], "").code, 1);
    assert_eq!(session.credenza(&["add", "ai", "--organization", "Nobody", "--json"], "").code, 1);
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    let session = lab();
    for (id, name) in [(KindId::Aws, "b-aws"), (KindId::Gcp, "a-gcp"), (KindId::Aws, "c-aws")] {
        Sample::of(id).with("name", name).added(&session);
    }
    Sample::of(KindId::Backup).added(&session);
    let names = |arguments: &[&str]| -> Vec<String> {
        let mut all = vec!["list", "--json"];
        all.extend(arguments);
        let list = session.credenza(&all, "").json();
        list["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["--tab", "cloud"]), ["a-gcp", "b-aws", "c-aws"]);
    assert_eq!(names(&["--kind", "aws"]), ["b-aws", "c-aws"]);
    assert_eq!(names(&["--tab", "cloud", "--desc"]), ["c-aws", "b-aws", "a-gcp"]);
    assert_eq!(names(&["--tab", "cloud", "--limit", "1", "--offset", "1"]), ["b-aws"]);
    assert_eq!(names(&["--tab", "cloud", "--limit", "0"]), [""; 0]);
    assert_eq!(names(&["--kind", "aws", "--sort", "awsRegion"]).len(), 2);
    assert_eq!(names(&["--search", "B-AW"]), ["b-aws"]);
    assert_eq!(names(&["--state", "draft"]), [""; 0]);
    let page = session.credenza(&["list", "--tab", "cloud", "--limit", "1", "--json"], "").json();
    assert_eq!(page["total"], 3);
    for wrong in [
        ["--tab", "clouds"],
        ["--kind", "amazon"],
        ["--state", "done"],
        ["--sort", "colour"],
        ["--sort", "awsSecretAccessKey"],
        ["--limit", "-1"],
    ] {
        let run = session.credenza(&["list", wrong[0], wrong[1], "--json"], "");
        assert_eq!(run.code, 2, "{wrong:?}: {run:?}");
        error(&run);
    }
}

#[test]
fn locked_is_neither_edited_nor_deleted() {
    let session = lab();
    let id = Sample::of(KindId::Aws).added(&session);
    assert_eq!(session.credenza(&["lock", &id, "--json"], "").json()["locked"], true);
    for refused in [vec!["edit", &id, "--set", "name=other", "--json"], vec!["delete", &id, "--yes", "--json"]] {
        let run = session.credenza(&refused, "");
        assert_eq!((run.code, error(&run)["code"].as_str()), (1, Some("locked")));
    }
    assert_eq!(session.credenza(&["unlock", &id, "--json"], "").json()["locked"], false);
    assert_eq!(session.credenza(&["edit", &id, "--set", "name=other", "--json"], "").json()["name"], "other");
}

#[test]
fn one_default_per_organization_and_kind() {
    let session = lab();
    let first = Sample::of(KindId::Aws).added(&session);
    let second = Sample::of(KindId::Aws).with("name", "second").added(&session);
    let elsewhere = Sample::of(KindId::Azure).added(&session);
    for id in [&first, &elsewhere, &second] {
        assert_eq!(session.credenza(&["default", id, "--json"], "").json()["default"], true);
    }
    let default = |id: &str| session.credenza(&["show", id, "--json"], "").json()["default"].clone();
    assert_eq!((default(&first), default(&second), default(&elsewhere)), (false.into(), true.into(), true.into()));
    for (kind, action) in [(KindId::Ai, "lock"), (KindId::Ai, "default"), (KindId::Showback, "default")] {
        let sample = Sample::of(kind).with("name", format!("{}-{action}", kind.as_str()));
        let id = sample.added(&session);
        let run = session.credenza(&[action, &id, "--json"], "");
        assert_eq!((run.code, error(&run)["code"].as_str()), (2, Some("unavailable")), "{kind:?} {action}");
    }
}

#[test]
fn deletions_can_be_undone() {
    let session = lab();
    let sample = Sample::of(KindId::Zadara);
    let id = sample.added(&session);
    let other = Sample::of(KindId::Tanzu).added(&session);
    let deleted = session.credenza(&["delete", &id, &other, "--yes", "--json"], "").json();
    assert_eq!(deleted["deleted"], serde_json::json!([id, other]));
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 0);
    assert_eq!(session.credenza(&["show", &id, "--json"], "").code, 1);
    assert_eq!(session.credenza(&["reveal", &id, sample.secrets[0].0, "--json"], "").code, 1);
    assert_eq!(session.credenza(&["delete", &id, "--yes", "--json"], "").code, 1);
    let back = session.credenza(&["undo", &id, "--json"], "");
    assert_eq!(back.json()["id"], id, "{back:?}");
    assert_eq!(
        session.credenza(&["reveal", &id, sample.secrets[0].0], "").stdout,
        format!("{}\n", sample.secrets[0].1)
    );
    assert_eq!(session.credenza(&["undo", &id, "--json"], "").code, 1, "nothing to undo");
    // A name that was taken meanwhile keeps the deleted one where it is.
    session.credenza(&["delete", &id, "--yes"], "");
    Sample::of(KindId::Zadara).added(&session);
    let taken = session.credenza(&["undo", &id, "--json"], "");
    assert_eq!(taken.code, 2);
    assert_eq!(problem_at(&error(&taken), "name").as_deref(), Some("duplicate"));
}

#[test]
fn one_that_cannot_be_deleted_keeps_all() {
    let session = lab();
    let free = Sample::of(KindId::Aws).added(&session);
    let locked = Sample::of(KindId::Azure).added(&session);
    session.credenza(&["lock", &locked], "");
    assert_eq!(session.credenza(&["delete", &free, &locked, "--yes"], "").code, 1);
    assert_eq!(session.credenza(&["delete", &free, "no-such-id", "--yes"], "").code, 1);
    assert_eq!(session.credenza(&["list", "--json"], "").json()["total"], 2);
}

#[test]
fn people_read_tables_and_programs_read_json() {
    let session = lab();
    let id = Sample::of(KindId::Openstack).added(&session);
    let table = session.credenza(&["list"], "").stdout;
    assert!(table.contains("NAME") && table.contains(&id), "{table}");
    let shown = session.credenza(&["show", &id], "").stdout;
    assert!(shown.contains("Domain") && shown.contains("(set)"), "{shown}");
    let kinds = session.credenza(&["kinds"], "").stdout;
    assert!(kinds.contains("openStackPassword") && kinds.contains("secret"), "{kinds}");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = session.credenza(&["completions", shell], "").stdout;
        assert!(script.contains("credenza") && script.contains("workspace"), "{shell}");
    }
    let help = session.credenza(&["--help"], "");
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Exit codes"), "{}", help.stdout);
    assert_eq!(session.credenza(&["add", "--help"], "").code, 0);
}

#[test]
fn usage_errors_are_json_too() {
    let session = lab();
    for wrong in [&["frobnicate", "--json"][..], &["--json"], &["show", "--json"], &["list", "--no-such", "--json"]] {
        let run = session.credenza(wrong, "");
        assert_eq!(run.code, 2, "{wrong:?}");
        error(&run);
    }
    let unknown = session.credenza(&["add", "amazon", "--json"], "");
    assert_eq!(unknown.code, 2);
    error(&unknown);
    assert_eq!(session.credenza(&["show", "0192", "--json"], "").code, 1);
}

#[test]
fn the_data_directory_can_be_moved() {
    let session = lab();
    let elsewhere = session.data_dir().with_file_name("elsewhere");
    let sample = Sample::of(KindId::Aws);
    let id = sample.added(&session);
    std::fs::rename(session.data_dir(), &elsewhere).unwrap();
    let dir = elsewhere.to_str().unwrap();
    let revealed = session.credenza(&["--data-dir", dir, "reveal", &id, sample.secrets[0].0], "");
    assert_eq!(revealed.stdout, format!("{}\n", sample.secrets[0].1), "{revealed:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let session = lab();
    let id = Sample::of(KindId::Backup).added(&session);
    for arguments in [&["reveal", &id, "s3SecretKey"][..], &["list", "--json"], &["show", &id]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = session.command(credenza_tests::session::credenza_bin());
        assert_eq!(command.args(arguments).stdout(full).status().unwrap().code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn a_stray_word_is_not_repeated() {
    let session = lab();
    for json in [&[][..], &["--json"]] {
        let mut arguments = vec!["add", "backup", "s3SecretKey=leaked-by-mistake"];
        arguments.extend(json);
        let run = session.credenza(&arguments, "");
        assert_eq!(run.code, 2);
        assert!(!run.stderr.contains("leaked-by-mistake"), "{run:?}");
    }
    let missing = error(&session.credenza(&["workspace", "create", "x", "--json"], ""));
    assert!(missing["message"].as_str().unwrap().contains("--role"), "{missing}");
    let role =
        error(&session.credenza(&["workspace", "create", "x", "--role", "boss", "--organization", "A", "--json"], ""));
    assert!(role["message"].as_str().unwrap().contains("partner"), "{role}");
}

#[test]
fn every_command_around_an_account_explains_itself() {
    let session = Session::start(Keychain::NoBus);
    for (command, words) in [
        (
            "login",
            &["--host", "--account", "--email", "--access-key", "--token", "--ca", "--from", "--new-workspace"][..],
        ),
        ("logout", &["--remove", "--yes"]),
        ("whoami", &["--offline"]),
        ("sync", &["--dry-run", "--accept-missing", "--retry", "--replace", "code is 6"]),
        ("status", &[]),
        ("conflicts", &[]),
        ("resolve", &["<ID>", "--mine", "--theirs", "--field"]),
        ("discard", &["<ID>"]),
    ] {
        let help = session.credenza(&[command, "--help"], "");
        assert_eq!((help.code, help.stderr.as_str()), (0, ""), "{command}");
        let text = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words.iter().chain(&["--json", "--data-dir", "--workspace"]) {
            assert!(text.contains(word), "{command} {word}: {}", help.stdout);
        }
        assert!(session.credenza(&["--help"], "").stdout.contains(&format!("  {command} ")), "{command}");
        let wrong = session.credenza(&[command, "--nonsense", "--json"], "");
        assert_eq!((wrong.code, error(&wrong)["code"].as_str()), (2, Some("usage")), "{command}");
        let nowhere = match command {
            "resolve" => session.credenza(&[command, "x", "--mine", "--json"], ""),
            "discard" => session.credenza(&[command, "x", "--json"], ""),
            "login" => session.credenza(&[command, "--from", "-", "--json"], ""),
            _ => session.credenza(&[command, "--json"], ""),
        };
        assert!(matches!(nowhere.code, 1 | 2), "{command} without a workspace: {nowhere:?}");
        error(&nowhere);
    }
}
