//! Proxmox VE, simulated by fakepve (PyPI) over PVE's own schema, with TLS by an authority of its own.

use std::process::Command;

use credenza_check::Verdict;
use credenza_model::KindId::Proxmox;

use crate::server::{Server, checker, expect, place, ports, values};

#[tokio::test]
async fn every_refusal_of_a_token_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (dir.path().join("pve.crt"), dir.path().join("pve.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let [port] = ports();
    let mut command = Command::new(place("fakepve").join("bin/python"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/servers/run_fakepve.py"));
    command.args([&certificate, &key]).arg(port.to_string()).current_dir(dir.path());
    let mut server = Server::start(&command, dir);
    server.says("listening");

    let url = format!("https://localhost:{port}");
    let trusting = checker(&[]).trusting(made.cert.pem().as_bytes()).unwrap();
    let with = |more: &[(&'static str, &'static str)]| {
        let mut changes = vec![("url", url.as_str()), ("hypervisors", "pve1")];
        changes.extend_from_slice(more);
        changes
    };
    let report = expect(&trusting, Proxmox, &with(&[]), Verdict::Works, None).await;
    assert_eq!(report.identity.as_deref(), Some("taikun@pve!credenza"));
    assert!(
        report.details.iter().any(|detail| detail.label == "Version" && detail.value.starts_with('9')),
        "{report:?}"
    );

    // Whom nobody vouches for is not asked, unless the credential says so.
    let plain = checker(&[]);
    expect(&plain, Proxmox, &with(&[]), Verdict::TlsNotTrusted, None).await;
    let skipped = expect(&plain, Proxmox, &with(&[("skipTlsFlag", "true")]), Verdict::Works, None).await;
    assert!(skipped.dangers.iter().any(|warning| warning.contains("not verified")), "{skipped:?}");

    let another = "9f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b58";
    for (changes, verdict, field) in [
        (&[("tokenSecret", another)][..], Verdict::WrongSecret, "tokenSecret"),
        (&[("tokenId", "taikun@pve!other")], Verdict::UnknownIdentity, "tokenId"),
        (&[("tokenId", "nobody@pve!credenza")], Verdict::UnknownIdentity, "tokenId"),
        (&[("tokenId", "taikun@pve!old")], Verdict::Expired, "tokenId"),
        (&[("tokenId", "off@pve!credenza")], Verdict::Disabled, "tokenId"),
        (
            &[("tokenId", "taikun@pve!bare"), ("tokenSecret", "1f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b59")],
            Verdict::NotEnoughRights,
            "tokenId",
        ),
        (&[("hypervisors", "pve1,pve7")], Verdict::WrongScope, "hypervisors"),
    ] {
        expect(&trusting, Proxmox, &with(changes), verdict, Some(field)).await;
    }

    assert_eq!(values(&trusting, Proxmox, "storage", &with(&[])).await, ["local-lvm"]);
    assert_eq!(values(&trusting, Proxmox, "vmTemplateName", &with(&[])).await, ["ubuntu-24.04"]);
    assert!(values(&trusting, Proxmox, "hypervisors", &with(&[])).await.contains(&"pve1".to_owned()));
    let bridges = values(&trusting, Proxmox, "publicNetwork.bridge", &with(&[])).await;
    assert!(bridges.contains(&"vmbr0".to_owned()), "{bridges:?}");
}
