//! A server that speaks OpenAI's API: llama.cpp's own, from xllamacpp (PyPI), with a tiny model that is made on the spot.

use std::process::Command;

use credenza_check::Verdict;
use credenza_model::KindId::Ai;

use crate::server::{Server, checker, expect, place, ports};

fn start(port: u16, key: &str) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(place("llama").join("bin/python"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/servers/run_llama.py"));
    command.arg(dir.path()).arg(port.to_string()).arg(key);
    let mut server = Server::start(&command, dir);
    // It answers with 503 until the model is loaded.
    server.answers(port, "/health", &[200]);
    server
}

#[tokio::test]
async fn a_key_is_checked_at_the_list_of_models() {
    let [port] = ports();
    let _server = start(port, "sk-local-Canary-good-key");
    let checker = checker(&[]);
    for path in ["", "/v1", "/v1/", "/v1/chat/completions"] {
        let url = format!("http://127.0.0.1:{port}{path}");
        let right = [("url", url.as_str()), ("apiKey", "sk-local-Canary-good-key")];
        let report = expect(&checker, Ai, &right, Verdict::Works, None).await;
        assert_eq!((report.details[0].label, report.details[0].value.as_str()), ("Models", "1"), "{path}: {report:?}");
        let wrong = [("url", url.as_str()), ("apiKey", "sk-local-Canary-bad-key")];
        expect(&checker, Ai, &wrong, Verdict::WrongSecret, Some("apiKey")).await;
    }
    let url = format!("http://127.0.0.1:{port}/prefix/v1");
    let elsewhere = [("url", url.as_str()), ("apiKey", "sk-local-Canary-good-key")];
    // The key is looked at before the path.
    expect(&checker, Ai, &elsewhere, Verdict::WrongServer, Some("url")).await;
}

#[tokio::test]
async fn a_server_without_a_key_proves_nothing() {
    let [port] = ports();
    let _server = start(port, "");
    let url = format!("http://127.0.0.1:{port}/v1");
    let any = [("url", url.as_str()), ("apiKey", "sk-local-Canary-any-key")];
    expect(&checker(&[]), Ai, &any, Verdict::Unproven, Some("apiKey")).await;
}
