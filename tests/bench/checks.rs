//! Checking many credentials against servers on this machine, against a bare client that sends the same requests, as many
//! at a time.

use std::time::{Duration, Instant};

use credenza_app::{App, Cancel, ListQuery};
use credenza_model::{Input, KindId, Role};
use credenza_tests::prometheus::Prometheus;
use credenza_vault::{Memory, Vault};
use futures_util::StreamExt;
use serde_json::json;

use crate::{ratio, shown};

const CHECKS: usize = 1000;
/// Several hosts, for one host is asked politely and would be all that is measured.
const SERVERS: usize = 20;
/// How many the program asks at a time.
const AT_ONCE: usize = 8;

pub(crate) fn run() {
    let servers: Vec<Prometheus> = (0..SERVERS).map(|_| Prometheus::start("billing", "a password")).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let app = App::open_with(dir.path(), Vault::memory(Memory::new())).expect("a data directory");
    app.create_workspace("bench", Role::Partner, &["Acme".into()]).expect("a workspace");
    for number in 0..CHECKS {
        let server = &servers[number % SERVERS];
        let fields = json!({
            "name": format!("prom-{number:04}"),
            "prometheusUrl": server.url, "prometheusUsername": "billing", "prometheusPassword": "a password",
        });
        let input = Input::from_json(fields.to_string().as_bytes()).expect("an input");
        app.add(KindId::Billing, None, input, false).expect("an add");
    }
    let bare = bare(&servers);
    let sent = requests(&servers);
    let start = Instant::now();
    let report = app.check_all(&ListQuery::default(), &|_| (), &Cancel::default()).expect("a report");
    let checked = start.elapsed();
    assert_eq!(report.works as usize, CHECKS);
    assert_eq!(requests(&servers), 2 * sent, "both send the same");
    let count = sent / CHECKS;
    println!("{:48} {:>11}", format!("{sent} requests by a bare client, {AT_ONCE} at a time"), shown(bare));
    println!(
        "{:48} {:>11} {}",
        format!("{CHECKS} checks of {count} requests each, kept in the database"),
        shown(checked),
        ratio(checked, bare)
    );
}

fn requests(servers: &[Prometheus]) -> usize {
    servers.iter().map(Prometheus::requests).sum()
}

/// The query, the query under a name that is nobody's, and the version: what one check asks.
fn bare(servers: &[Prometheus]) -> Duration {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    // Somebody else in this process may have said so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let start = Instant::now();
    runtime.block_on(async {
        let one = |number: usize| {
            let (url, client) = (servers[number % SERVERS].url.clone(), client.clone());
            async move {
                for (path, user) in [
                    ("/api/v1/query?query=vector(1)", "billing"),
                    ("/api/v1/query?query=vector(1)", "nobody"),
                    ("/api/v1/status/buildinfo", "billing"),
                ] {
                    let request = client.get(format!("{url}{path}")).basic_auth(user, Some("a password"));
                    request.send().await.expect("an answer").bytes().await.expect("a body");
                }
            }
        };
        futures_util::stream::iter((0..CHECKS).map(one)).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    });
    start.elapsed()
}
