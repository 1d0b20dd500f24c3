//! Pages out of many rows, and the whole list through the command line.

use std::path::Path;
use std::process::Command;

use chrono::{TimeDelta, Utc};
use credenza_app::{App, ListQuery};
use credenza_model::{CredentialId, KindId, Role, Tab, Value};
use credenza_store::{Credential, State, StoreError};
use credenza_tests::session::credenza_bin;

use crate::{median, ratio, shown};

pub(crate) fn run() {
    let few = tempfile::tempdir().expect("a directory");
    let many = tempfile::tempdir().expect("a directory");
    let (few, many) = (fill(few.path(), 1_000), fill(many.path(), 100_000));
    let queries: [(&str, ListQuery); 7] = [
        ("by name", page()),
        ("by name, the 500th page", ListQuery { offset: 50_000, ..page() }),
        ("by last change, newest first", ListQuery { sort: Some("modifiedAt".into()), descending: true, ..page() }),
        ("by a provider's own column", ListQuery { kind: Some(KindId::Aws), sort: Some("awsRegion".into()), ..page() }),
        ("of one organization", ListQuery { organization: Some("Beta".into()), ..page() }),
        ("searched: some 10 hits", ListQuery { search: Some("00042".into()), ..page() }),
        ("searched: every row hits", ListQuery { search: Some("cred".into()), ..page() }),
    ];
    println!("{:32} {:>11} {:>11} {:>7} {:>13}", "", "of 1,000", "of 100,000", "ratio", "seen before");
    for (name, query) in queries {
        let look = |app: &App| drop(app.list(&query).expect("a page"));
        // What a store remembers of a list lasts until something is written; a page is looked at for the first time after.
        let first = |app: &App| {
            let mut times: Vec<_> = (0..9)
                .map(|count| {
                    app.store().write(|writer| writer.set_setting("bench", Some(&count.to_string()))).expect("a write");
                    median(1, || look(app))
                })
                .collect();
            times.sort();
            times[times.len() / 2]
        };
        let (small, large) = (first(&few), first(&many));
        let again = median(9, || look(&many));
        println!("{name:32} {} {} {}   {}", shown(small), shown(large), ratio(large, small), shown(again));
    }
}

pub(crate) fn command_line() {
    let dir = tempfile::tempdir().expect("a directory");
    drop(fill(dir.path(), 10_000));
    let call = |arguments: &[&str]| {
        let output =
            Command::new(credenza_bin()).arg("--data-dir").arg(dir.path()).args(arguments).output().expect("an answer");
        assert!(output.status.success());
    };
    let nothing = median(9, || call(&["list", "--json", "--limit", "0"]));
    let page = median(9, || call(&["list", "--json", "--limit", "100"]));
    let all = median(5, || call(&["list", "--json"]));
    println!("list --json, an empty page         {}", shown(nothing));
    println!("list --json, 100 of 10,000         {} {}", shown(page), ratio(page, nothing));
    println!("list --json, all 10,000            {} {}", shown(all), ratio(all, nothing));
}

fn page() -> ListQuery {
    ListQuery { tab: Some(Tab::Cloud), limit: 100, ..ListQuery::default() }
}

/// A Partner's workspace of two organizations with this many cloud credentials.
fn fill(dir: &Path, count: u32) -> App {
    let app = App::open(dir).expect("a data directory");
    let workspace = app.create_workspace("lab", Role::Partner, &["Acme".into(), "Beta".into()]).expect("a workspace");
    let now = Utc::now();
    let regions = ["eu-central-1", "eu-west-1", "us-east-1"];
    app.store()
        .write(|writer| {
            for number in 0..count {
                let kind = if number % 2 == 0 { KindId::Aws } else { KindId::Openstack };
                let organization = &workspace.organizations[usize::from(number % 10 == 0)];
                let mut values = credenza_model::Values::default();
                values.set("awsRegion", Value::Text(regions[number as usize % regions.len()].into()));
                values
                    .set("openStackUrl", Value::Text(format!("https://keystone-{}.example.com:5000/v3", number % 500)));
                // Spread, so that neither the order of the names nor of the times is that of the rows.
                let spread = number.wrapping_mul(2_654_435_761) % 1_000_000;
                writer.insert_credential(&Credential {
                    id: CredentialId::new(uuid::Uuid::now_v7()),
                    workspace: workspace.id.parse().expect("an id"),
                    organization: organization.id.parse().expect("an id"),
                    kind,
                    name: format!("cred-{spread:06}-{number:06}"),
                    state: State::Ready,
                    locked: number % 100 == 0,
                    default: false,
                    version: 1,
                    values,
                    secrets: Default::default(),
                    facts: credenza_model::Facts { identity: Some(format!("AKIA{spread:016}")), ..Default::default() },
                    secret_facts: Default::default(),
                    problems: Vec::new(),
                    secret: None,
                    remote_id: None,
                    used_by: Vec::new(),
                    created_at: now,
                    modified_at: now - TimeDelta::seconds(i64::from(spread)),
                    deleted_at: None,
                    erase_at: None,
                    account: Default::default(),
                    trouble: None,
                    note: String::new(),
                    expires_by_hand: None,
                    check: None,
                })?;
            }
            Ok::<_, StoreError>(())
        })
        .expect("rows");
    app
}
