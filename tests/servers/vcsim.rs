//! vCenter as govmomi's simulator has it: SOAP with its own check of the password, REST in front by `vcsim/main.go`.

use std::process::Command;

use credenza_check::Verdict;
use credenza_model::KindId::Vsphere;
use serde_json::Value;

use crate::server::{Server, checker, expect, place, ports, values};

const USER: &str = "administrator@vsphere.local";
/// With what XML has trouble with.
const PASSWORD: &str = "Canary<&>\"1!";

fn start(port: u16, more: &[&str]) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(place("vcsim").join("vcsim"));
    command.args(["-l", &format!("127.0.0.1:{port}"), "-u", USER, "-p", PASSWORD]).args(more);
    command.current_dir(dir.path());
    let mut server = Server::start(&command, dir);
    server.says("ready");
    server
}

/// What is in the simulator's inventory.
fn right(url: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("url", url),
        ("username", USER),
        ("password", PASSWORD),
        ("datacenterName", "DC0"),
        ("resourcePoolName", "DC0_C0_RP1"),
        ("datastoreName", "LocalDS_0"),
        ("hypervisors", "DC0_H0,DC0_C0_H1"),
        ("vmTemplateName", "ubuntu-24.04"),
        ("publicNetwork.name", "VM Network"),
        ("privateNetwork.name", "DC0_DVPG0"),
    ]
}

#[tokio::test]
async fn every_age_of_vcenter_is_checked() {
    for rest in ["api", "rest", "none"] {
        let [port] = ports();
        let _server = start(port, &["-rest", rest]);
        let url = format!("http://127.0.0.1:{port}");
        let checker = checker(&[]);
        let with = |field: &'static str, value: &'static str| {
            let mut changes = right(&url);
            changes.push((field, value));
            changes
        };
        let report = expect(&checker, Vsphere, &right(&url), Verdict::Works, None).await;
        assert_eq!(report.identity.as_deref(), Some(USER));

        for (field, value) in [("password", "Canary-another"), ("username", "nobody@vsphere.local")] {
            expect(&checker, Vsphere, &with(field, value), Verdict::WrongIdentityOrSecret, Some("password")).await;
        }
        for field in [
            "datacenterName",
            "resourcePoolName",
            "datastoreName",
            "hypervisors",
            "publicNetwork.name",
            "privateNetwork.name",
        ] {
            let report = expect(&checker, Vsphere, &with(field, "gone"), Verdict::WrongScope, Some(field)).await;
            assert!(report.message.contains("it shows "), "{report:?}");
        }
        for (field, there) in [
            ("datacenterName", "DC0"),
            ("resourcePoolName", "DC0_C0_RP1"),
            ("datastoreName", "LocalDS_0"),
            ("hypervisors", "DC0_H0"),
            ("publicNetwork.name", "DC0_DVPG0"),
        ] {
            let listed = values(&checker, Vsphere, field, &right(&url)).await;
            assert!(listed.contains(&there.to_owned()), "{field}: {listed:?}");
        }
        assert_eq!(values(&checker, Vsphere, "vmTemplateName", &right(&url)).await, ["ubuntu-24.04"]);
        if rest == "api" {
            assert_eq!(open_sessions(&url).await, 1, "its own alone");
        }
    }
}

/// How many sessions there are at REST, the one that asks included.
async fn open_sessions(url: &str) -> u64 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let session = format!("{url}/api/session");
    let made = client.post(&session).basic_auth(USER, Some(PASSWORD)).send().await.unwrap().text().await.unwrap();
    let id: String = serde_json::from_str(&made).unwrap();
    let told = client.get(&session).header("vmware-api-session-id", id).send().await.unwrap().text().await.unwrap();
    serde_json::from_str::<Value>(&told).unwrap()["open"].as_u64().unwrap()
}

#[tokio::test]
async fn the_switch_lets_a_certificate_of_its_own_through() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (dir.path().join("vc.crt"), dir.path().join("vc.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let [port] = ports();
    let files = [certificate.to_string_lossy().into_owned(), key.to_string_lossy().into_owned()];
    let _server = start(port, &["-cert", &files[0], "-key", &files[1]]);
    let url = format!("https://localhost:{port}");
    let checker = checker(&[]);
    expect(&checker, Vsphere, &right(&url), Verdict::TlsNotTrusted, None).await;
    let mut skipping = right(&url);
    skipping.push(("skipTlsFlag", "true"));
    let report = expect(&checker, Vsphere, &skipping, Verdict::Works, None).await;
    assert!(report.dangers.iter().any(|warning| warning.contains("not verified")), "{report:?}");
}
