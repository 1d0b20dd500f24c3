//! S3 backups against SeaweedFS (PyPI), a real S3 server with its own check of signatures and clocks. It takes
//! signatures for any region: the doubles of `credenza-check` tell a wrong one.

use std::process::Command;

use chrono::{TimeDelta, Utc};
use credenza_check::Verdict;
use credenza_model::KindId::Backup;

use crate::server::{Server, checker, expect, place, ports, values};

const KEYS: &str = r#"{"identities":[
    {"name":"backup","credentials":[{"accessKey":"AKIDBACKUPEXAMPLE001","secretKey":"s3cretBackupExampleKey0001"}],"actions":["Admin","Read","Write","List"]},
    {"name":"reader","credentials":[{"accessKey":"AKIDREADEREXAMPLE001","secretKey":"s3cretReaderExampleKey0001"}],"actions":["Read:backups","List:backups"]}
]}"#;

#[tokio::test]
async fn keys_clocks_and_buckets_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("s3.json");
    std::fs::write(&keys, KEYS).unwrap();
    let all: [u16; 8] = ports();
    let [port, ..] = all;
    let mut command = Command::new(place("seaweed").join("bin/weed"));
    command.env("HOME", dir.path()).current_dir(dir.path());
    // Nothing is told to anybody, and every part has a port of its own.
    command.args(["server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-filer", "-s3"]);
    command.args(["-master.volumeSizeLimitMB=64", "-volume.max=20", "-s3.port.iceberg=0", "-s3.port.lance=0"]);
    let parts = ["s3.port", "s3.port.grpc", "master.port", "master.port.grpc"].into_iter();
    let parts = parts.chain(["volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"]);
    command.args(parts.zip(all).map(|(part, port)| format!("-{part}={port}")));
    command.arg(format!("-dir={}", dir.path().display())).arg(format!("-s3.config={}", keys.display()));
    let mut server = Server::start(&command, dir);
    // Whom it does not know it denies, once it is there.
    server.answers(port, "/", &[403]);

    let url = format!("http://127.0.0.1:{port}");
    let now = checker(&[]);
    let backup = [
        ("s3Endpoint", url.as_str()),
        ("s3AccessKeyId", "AKIDBACKUPEXAMPLE001"),
        ("s3SecretKey", "s3cretBackupExampleKey0001"),
    ];
    let reader = [("s3AccessKeyId", "AKIDREADEREXAMPLE001"), ("s3SecretKey", "s3cretReaderExampleKey0001")];
    let report = expect(&now, Backup, &backup, Verdict::Works, None).await;
    assert_eq!((report.identity.as_deref(), report.details[0].value.as_str()), (Some("backup"), "0"));

    let wrong = [backup[0], backup[1], ("s3SecretKey", "s3cretBackupExampleKey0002")];
    expect(&now, Backup, &wrong, Verdict::WrongSecret, Some("s3SecretKey")).await;
    let unknown = [backup[0], ("s3AccessKeyId", "AKIDNOBODYEXAMPLE001"), backup[2]];
    expect(&now, Backup, &unknown, Verdict::UnknownIdentity, Some("s3AccessKeyId")).await;

    // A bucket in the address that is not there, and one that the key may not see.
    let gone = format!("{url}/nowhere");
    expect(&now, Backup, &[("s3Endpoint", &gone), backup[1], backup[2]], Verdict::WrongScope, Some("s3Endpoint")).await;
    let denied = expect(&now, Backup, &[("s3Endpoint", &gone), reader[0], reader[1]], Verdict::Works, None).await;
    assert!(denied.warnings[0].contains("may not list"), "{denied:?}");

    let early = checker(&[]).with_clock(|| Utc::now() - TimeDelta::minutes(17));
    let report = expect(&early, Backup, &backup, Verdict::ClockSkew, None).await;
    assert!(report.message.contains("17 minutes behind") || report.message.contains("16 minutes behind"), "{report:?}");
    let late = checker(&[]).with_clock(|| Utc::now() + TimeDelta::minutes(21));
    let report = expect(&late, Backup, &backup, Verdict::ClockSkew, None).await;
    assert!(report.message.contains("21 minutes ahead") || report.message.contains("20 minutes ahead"), "{report:?}");
    let near = checker(&[]).with_clock(|| Utc::now() - TimeDelta::minutes(8));
    let report = expect(&near, Backup, &backup, Verdict::Works, None).await;
    assert!(report.warnings.iter().any(|warning| warning.contains("behind")), "{report:?}");

    // Its master has a page for people on a port of its own.
    let page = format!("http://127.0.0.1:{}", all[2]);
    expect(&now, Backup, &[("s3Endpoint", &page), backup[1], backup[2]], Verdict::WrongServer, Some("s3Endpoint"))
        .await;

    assert_eq!(values(&now, Backup, "s3Region", &backup).await, [""; 0]);
}
