//! Proxmox VE against a double that checks the token, with the texts of PVE/AccessControl.pm (pve-access-control) in
//! the status line and the answers of the API viewer (pve.proxmox.com/pve-docs/api-viewer). It speaks bare HTTP, since
//! a text of one's own in the status line is what has to be read.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use credenza_check::{Checker, Report, Suggestion, Verdict};
use credenza_model::KindId;
use support::{check, checker, credential};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "0f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b58";
const ANOTHER: &str = "11112222-5a7e-4d39-b1c4-9e6d7a2f3b58";

#[derive(Clone, Copy, Default)]
struct Server {
    no_rights: bool,
    /// A status line for everything.
    always: Option<&'static str>,
    /// When the token ends, where that can be read.
    expire: Option<&'static str>,
    down: bool,
}

impl Server {
    /// The status line after the version, and the body.
    fn answer(&self, path: &str, token: Option<&str>) -> (String, String) {
        let refuse = |line: &str| (line.to_owned(), r#"{"data":null}"#.to_owned());
        if let Some(line) = self.always {
            return refuse(line);
        }
        let Some(token) = token.and_then(|token| token.strip_prefix("PVEAPIToken=")) else {
            return refuse("401 No ticket");
        };
        let (id, secret) = token.split_once('=').unwrap();
        match id {
            "taikun@pve!credenza" if secret == SECRET => {}
            "taikun@pve!credenza" => return refuse("401 invalid token value!"),
            "taikun@pve!old" => return refuse("401 token 'old' access expired"),
            "gone@pve!credenza" => return refuse("401 no such user ('gone@pve')"),
            "off@pve!credenza" => return refuse("401 user 'off@pve' is disabled"),
            _ => return refuse("401 no such token 'other' for user 'taikun@pve'"),
        }
        let ok = |data: &str| ("200 OK".to_owned(), format!("{{\"data\":{data}}}"));
        match path {
            "/api2/json/version" => ok(r#"{"version":"8.2.4","release":"8.2","repoid":"faa83925c9641325"}"#),
            "/api2/json/access/permissions" if self.no_rights => ok("{}"),
            "/api2/json/access/permissions" => ok(r#"{"/":{"VM.Allocate":1,"Sys.Audit":1},"/vms":{"VM.Audit":0}}"#),
            "/api2/json/nodes" if self.down => {
                ok(r#"[{"node":"pve1","status":"online"},{"node":"pve2","status":"offline"}]"#)
            }
            "/api2/json/nodes" => ok(r#"[{"node":"pve1","status":"online"},{"node":"pve2","status":"online"}]"#),
            "/api2/json/access/users/taikun@pve/token/credenza" => match self.expire {
                Some(expire) => ok(&format!(r#"{{"expire":{expire},"privsep":1}}"#)),
                None => refuse("403 Permission check failed (/access/users, User.Modify)"),
            },
            "/api2/json/storage" if self.no_rights => refuse("403 Permission check failed (/storage, Datastore.Audit)"),
            "/api2/json/storage" => ok(
                r#"[{"storage":"local","type":"dir","content":"iso,backup"},{"storage":"local-lvm","type":"lvmthin","content":"images,rootdir"}]"#,
            ),
            "/api2/json/cluster/resources?type=vm" => ok(
                r#"[{"type":"qemu","vmid":100,"name":"web","node":"pve1","template":0},{"type":"qemu","vmid":"9000","name":"ubuntu-24.04","node":"pve2","template":"1"},{"type":"qemu","vmid":9001,"name":"debian-12","node":"pve1","template":1},{"type":"lxc","vmid":9002,"name":"alpine","node":"pve1","template":1}]"#,
            ),
            "/api2/json/nodes/pve1/network?type=any_bridge" => {
                ok(r#"[{"iface":"vmbr0","type":"bridge","comments":"uplink\n"},{"iface":"vmbr1","type":"bridge"}]"#)
            }
            _ => refuse("501 Method 'GET' not implemented"),
        }
    }
}

async fn pve(server: Server) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Arc::new(server);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, Arc::clone(&server)));
        }
    });
    format!("http://{address}")
}

/// One connection, which asks as often as it likes.
async fn talk(mut stream: TcpStream, server: Arc<Server>) {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(request)) = lines.next_line().await {
        let path = request.split(' ').nth(1).unwrap().to_owned();
        let mut token = None;
        while let Ok(Some(header)) = lines.next_line().await {
            match header.split_once(": ") {
                Some(("authorization", value)) => token = Some(value.to_owned()),
                None => break,
                _ => {}
            }
        }
        let (status, body) = server.answer(&path, token.as_deref());
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn checked(server: Server, changes: &[(&str, &str)]) -> Report {
    let url = pve(server).await;
    let mut all = vec![("url", url.as_str())];
    all.extend_from_slice(changes);
    check(KindId::Proxmox, &all, &[]).await
}

#[tokio::test]
async fn a_right_token_works_with_the_path_of_the_api_or_without() {
    let url = pve(Server::default()).await;
    for url in [url.clone(), format!("{url}/"), format!("{url}/api2/json"), format!("{url}/api2/json/")] {
        let report = check(KindId::Proxmox, &[("url", &url)], &[]).await;
        assert_eq!(report.verdict, Verdict::Works, "{url}: {report:?}");
        assert_eq!(report.identity.as_deref(), Some("taikun@pve!credenza"));
        let details: Vec<_> = report.details.iter().map(|detail| (detail.label, detail.value.as_str())).collect();
        assert_eq!(details, [("Version", "8.2.4"), ("Nodes", "2"), ("Rights on", "/, /vms")]);
        assert_eq!(report.expiry, None);
    }
}

#[tokio::test]
async fn the_end_of_a_token_is_told_where_it_can_be_read() {
    for expire in ["1893456000", "\"1893456000\""] {
        let report = checked(Server { expire: Some(expire), ..Server::default() }, &[]).await;
        assert_eq!(report.expiry, Some("2030-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap()), "{report:?}");
    }
    assert_eq!(checked(Server { expire: Some("0"), ..Server::default() }, &[]).await.expiry, None);
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_read_from_the_status_line() {
    for (field, value, verdict, at) in [
        ("tokenSecret", ANOTHER, Verdict::WrongSecret, "tokenSecret"),
        ("tokenId", "taikun@pve!other", Verdict::UnknownIdentity, "tokenId"),
        ("tokenId", "gone@pve!credenza", Verdict::UnknownIdentity, "tokenId"),
        ("tokenId", "taikun@pve!old", Verdict::Expired, "tokenId"),
        ("tokenId", "off@pve!credenza", Verdict::Disabled, "tokenId"),
    ] {
        let report = checked(Server::default(), &[(field, value)]).await;
        assert_eq!((report.verdict, report.field), (verdict, Some(at)), "{value}: {report:?}");
    }
    for (line, verdict) in [
        ("401 authentication failure", Verdict::WrongIdentityOrSecret),
        ("401 No ticket", Verdict::WrongServer),
        ("403 Permission check failed (/nodes, Sys.Audit)", Verdict::NotEnoughRights),
        ("595 Errors during connection establishment, proxy handshake: Connection refused", Verdict::ProviderFailed),
        ("502 Bad Gateway", Verdict::ProviderFailed),
        ("404 Not Found", Verdict::WrongServer),
        ("429 Too Many Requests", Verdict::RateLimited),
    ] {
        let report = checked(Server { always: Some(line), ..Server::default() }, &[]).await;
        assert_eq!(report.verdict, verdict, "{line}: {report:?}");
    }
    let lacking = Server { always: Some("403 Permission check failed (/nodes, Sys.Audit)"), ..Server::default() };
    assert!(checked(lacking, &[]).await.message.contains("(/nodes, Sys.Audit)"));
}

#[tokio::test]
async fn a_token_without_permissions_is_told_so() {
    let report = checked(Server { no_rights: true, ..Server::default() }, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::NotEnoughRights, Some("tokenId")), "{report:?}");
}

#[tokio::test]
async fn a_node_that_is_not_there_is_told_with_those_that_are() {
    let report = checked(Server::default(), &[("hypervisors", "pve1,pve3")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some("hypervisors")), "{report:?}");
    assert!(report.message.contains("no node pve3") && report.message.contains("pve1, pve2"), "{report:?}");
    let report = checked(Server { down: true, ..Server::default() }, &[]).await;
    assert_eq!((report.verdict, report.warnings.as_slice()), (Verdict::Works, &["Offline: pve2.".to_owned()][..]));
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let report = checked(Server::default(), &[("tokenSecret", "")]).await;
    assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some("tokenSecret")));
}

async fn suggestions(server: Server, field: &str, changes: &[(&str, &str)]) -> Result<Vec<Suggestion>, Report> {
    let url = pve(server).await;
    let mut all = vec![("url", url.as_str())];
    all.extend_from_slice(changes);
    let (values, secrets) = credential(KindId::Proxmox, &all);
    checker(&[]).discover(KindId::Proxmox, field, &values, &secrets).await
}

#[tokio::test]
async fn storages_templates_nodes_and_bridges_are_listed() {
    for (field, values, label) in [
        ("storage", &["local-lvm"][..], "local-lvm (lvmthin)"),
        ("vmTemplateName", &["ubuntu-24.04", "debian-12"], "ubuntu-24.04 (pve2)"),
        ("hypervisors", &["pve1", "pve2"], "pve1 (online)"),
        ("publicNetwork.bridge", &["vmbr0", "vmbr1"], "vmbr0 (uplink)"),
        ("privateNetwork.bridge", &["vmbr0", "vmbr1"], "vmbr0 (uplink)"),
    ] {
        assert!(Checker::discovered(KindId::Proxmox).contains(&field));
        for chosen in ["pve1,pve2", ""] {
            let found = suggestions(Server::default(), field, &[("hypervisors", chosen)]).await.unwrap();
            assert_eq!(found[0].label, label);
            assert_eq!(found.into_iter().map(|one| one.value).collect::<Vec<_>>(), values);
        }
    }
}

#[tokio::test]
async fn a_list_that_may_not_be_seen_names_the_right() {
    let report = suggestions(Server { no_rights: true, ..Server::default() }, "storage", &[]).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::NotEnoughRights);
    assert!(report.message.contains("Datastore.Audit"), "{report:?}");
    let report = suggestions(Server::default(), "storage", &[("tokenSecret", ANOTHER)]).await.unwrap_err();
    assert_eq!(report.verdict, Verdict::WrongSecret);
}
