//! Syncing with an account on this machine, against a plain client that fetches the same pages and does nothing with them.

use std::time::{Duration, Instant};

use credenza_app::{App, Cancel, SignInInput, SignInMethod, SyncOptions, SyncReport};
use credenza_model::{Input, KindId, Secret};
use credenza_taikun::{Options, Taikun, User};
use credenza_vault::{Memory, Vault};
use serde_json::{Value, json};

use crate::{ratio, shown};

const ROWS: u32 = 10_000;
const PUSHES: u32 = 1_000;

pub(crate) fn run() {
    let taikun = Taikun::start(Options { events: false, ..Options::default() }).expect("a server");
    let acme = taikun.world().add_organization("Acme");
    taikun.world().add_user(User::new("petra@example.com", "a password").partner());
    taikun.world().fill(KindId::Backup, acme, ROWS);
    let dir = tempfile::tempdir().expect("a directory");
    let app = App::open_with(dir.path(), Vault::memory(Memory::new())).expect("a data directory");
    let input = SignInInput {
        host: taikun.address(),
        authorities: None,
        method: SignInMethod::Password,
        account: None,
        login: "petra@example.com".into(),
        secret: Secret::new("a password".into()),
        code: None,
        recovery: None,
        workspace: None,
    };
    app.sign_in(input, &Cancel::default()).expect("a session");

    let plain = timed(|| plain_fetch(&taikun.address()));
    let (first, report) = sync(&app);
    assert_eq!(report.added, ROWS);
    let (second, report) = sync(&app);
    assert_eq!((report.added, report.changed), (0, 0));
    println!("{:48} {:>11} {:>7}", format!("{ROWS} rows by a plain client, page after page"), shown(plain), "");
    println!("{:48} {:>11} {}", "first pull of the same, into the database", shown(first), ratio(first, plain));
    println!("{:48} {:>11} {}", "a sync with nothing to do", shown(second), ratio(second, plain));

    let mut fields: serde_json::Map<String, Value> =
        KindId::Backup.kind().sample.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
    for number in 0..PUSHES {
        fields.insert("s3Name".into(), json!(format!("pushed-{number}")));
        let input = Input::from_json(json!(fields).to_string().as_bytes()).expect("an input");
        app.add(KindId::Backup, Some("Acme"), input, false).expect("an add");
    }
    let (pushed, report) = sync(&app);
    assert_eq!(report.created, PUSHES);
    let each = (pushed.saturating_sub(second)) / PUSHES;
    let request = timed(|| plain_requests(&taikun.address(), 300)) / 300;
    println!("{:48} {:>11}", "one small request by a plain client", shown(request));
    println!(
        "{:48} {:>11} {}",
        format!("one of {PUSHES} creations: look, make, read back"),
        shown(each),
        ratio(each, request)
    );
}

fn sync(app: &App) -> (Duration, SyncReport) {
    let start = Instant::now();
    let options = SyncOptions { everything: true, ..SyncOptions::default() };
    let report = app.sync(options, &|_| (), &Cancel::default()).expect("a sync");
    (start.elapsed(), report)
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn session(address: &str) -> (tokio::runtime::Runtime, reqwest::Client, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(no_tls()).build().expect("a client");
    let body = json!({ "email": "petra@example.com", "password": "a password" }).to_string();
    let token = runtime.block_on(async {
        let request = client.post(format!("{address}/api/v1/auth/login")).header("content-type", "application/json");
        let answer: Value = json_of(request.body(body).send().await.expect("an answer")).await;
        answer["token"].as_str().expect("a token").to_owned()
    });
    (runtime, client, token)
}

/// The pages one after the other, read as JSON and let go of.
fn plain_fetch(address: &str) {
    let (runtime, client, token) = session(address);
    runtime.block_on(async {
        let mut read = 0;
        while read < ROWS {
            let page = format!("{address}/api/v1/s3credentials/list?Limit=200&Offset={read}");
            let answer = client.get(page).bearer_auth(&token).send().await.expect("an answer");
            read += u32::try_from(json_of(answer).await["data"].as_array().expect("rows").len()).expect("a number");
        }
    });
}

fn plain_requests(address: &str, count: u32) {
    let (runtime, client, token) = session(address);
    runtime.block_on(async {
        for _ in 0..count {
            let page = format!("{address}/api/v1/s3credentials/list?Limit=1");
            json_of(client.get(page).bearer_auth(&token).send().await.expect("an answer")).await;
        }
    });
}

async fn json_of(answer: reqwest::Response) -> Value {
    serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
}

/// The server speaks plain http, and the client is built without a provider of TLS.
fn no_tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
