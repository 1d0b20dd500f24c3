//! A server that is broken or means harm.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::time::Instant;

use credenza_model::{KindId, Secret, SecretMap, Value, Values};
use credenza_remote::{Answer, Outcome, RemoteError};

use support::{Act, Stub, answer, impatient, json, limits, page, row};

const QUIET: &(dyn Fn(u32, Option<u32>) + Send + Sync) = &|_, _| ();

/// A complete backup with secrets that nobody else has.
fn backup() -> (Values, SecretMap) {
    let mut values = Values::default();
    for (field, text) in
        [("s3Name", "nightly"), ("s3AccessKeyId", "id"), ("s3Endpoint", "https://s3"), ("s3Region", "eu")]
    {
        values.set(field, Value::Text(text.into()));
    }
    let mut secrets = SecretMap::default();
    secrets.insert("s3SecretKey", Secret::new("canary-secret".into()));
    (values, secrets)
}

fn assert_discreet(error: &RemoteError) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(!shown.contains('<') && !shown.contains('\u{1b}'), "{shown}");
    assert!(error.to_string().chars().count() < 700 && !error.to_string().contains('\n'), "{shown}");
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_told_and_the_others_are_there() {
    let rows = [
        row(1),
        r#"{"id": 2, "s3Name": 5}"#.into(),
        r#"{"id": 99999999999, "s3Name": "a"}"#.into(),
        r#"{"id": -1, "s3Name": "a"}"#.into(),
        r#"{"id": 3}"#.into(),
        r#"{"id": 4, "s3Name": "a", "isLocked": "yes"}"#.into(),
        r#"{"id": 5, "s3Name": "a", "projects": {}}"#.into(),
        format!(r#"{{"id": 6, "s3Name": "{}"}}"#, "x".repeat(20_000)),
        "7".into(),
        r#"{"id": 8, "s3Name": "two\u0000\u001b[31m<script>", "unknown": [{}], "createdBy": "Ann", "isDefault": null}"#
            .into(),
    ];
    let stub = Stub::start(move |_| page(&rows, 10, false)).await;
    let listing = stub.account().list(KindId::Backup, QUIET).await.unwrap();
    assert_eq!(listing.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [1, 8]);
    assert_eq!(listing.rows[1].name, "two\u{fffd}\u{fffd}[31m<script>");
    assert_eq!(listing.rows[1].created_by.as_ref().unwrap().name, "Ann");
    assert!(!listing.whole, "a row that was not read may be any row");
    let remarks = listing.remarks.join("\n");
    assert!(remarks.contains("S3 backup could not be read"), "{remarks}");
    assert!(remarks.contains("control characters"), "{remarks}");
    assert_eq!(stub.seen().len(), 1, "another look makes no row readable");
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n[".to_vec();
    let stub = Stub::start(move |_| Act::Repeat(head.clone(), vec![b' '; 65536])).await;
    let error = stub.account().list(KindId::Backup, QUIET).await.unwrap_err();
    assert!(matches!(error, RemoteError::Nonsense { outcome: Outcome::None, .. }), "{error:?}");
    let (values, secrets) = backup();
    let error = stub.account().create(KindId::Backup, 1, &values, &secrets).await.unwrap_err();
    assert!(matches!(error, RemoteError::Nonsense { outcome: Outcome::Unknown, .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_list_is_nonsense() {
    for body in ["", "null", "[]", "{}", "true", "{\"data\": 5}", "{\"data\": [", "<html></html>", &"[".repeat(200_000)]
    {
        let body = body.to_owned();
        let stub = Stub::start(move |_| json(200, &body)).await;
        let error = stub.account().list(KindId::Backup, QUIET).await.unwrap_err();
        assert!(matches!(error, RemoteError::Nonsense { .. }), "{error:?}");
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn errors_are_one_discreet_sentence() {
    let bodies = [
        r#"{"title": "Bad\nRequest\u001b[0m", "detail": "key canary-secret of canary-token is wrong"}"#.to_owned(),
        "<html><body>canary-secret</body></html>".to_owned(),
        format!("canary-secret {}", "x".repeat(100_000)),
        String::new(),
        r#"{"errors": {"S3SecretKey": ["canary-secret"]}}"#.to_owned(),
    ];
    for status in [400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504] {
        for body in bodies.clone() {
            let stub = Stub::start(move |_| json(status, &body)).await;
            let (values, secrets) = backup();
            let error = stub.account().create(KindId::Backup, 1, &values, &secrets).await.unwrap_err();
            assert_discreet(&error);
            let outcome = if matches!(status, 502 | 504) { Outcome::Unknown } else { Outcome::None };
            assert_eq!(error.outcome(), outcome, "{status}: {error:?}");
            let creates = stub.count("/api/v1/s3credentials");
            assert_eq!(creates, 1, "{status}: a write is sent once");
        }
    }
}

#[tokio::test]
async fn a_server_that_quotes_what_it_got_is_not_quoted() {
    // The whole body, the half of it, and each as plain text and within problem details.
    for (half, plain) in [(false, false), (true, false), (false, true), (true, true)] {
        let stub = Stub::start(move |request| {
            let body = if half { request.body.split_at(request.body.len() / 2).1 } else { &request.body };
            match plain {
                true => json(400, format!("got {body}")),
                false => json(400, serde_json::json!({"detail": format!("got {body}")}).to_string()),
            }
        })
        .await;
        let account = stub.account();
        for id in KindId::ALL {
            let mut input = credenza_model::Input::default();
            for (field, text) in id.kind().sample {
                input.set(*field, (*text).to_owned());
            }
            let reading = id.kind().read(input);
            let mut values = Values::default();
            reading.changes.apply(&mut values);
            let secrets = reading.secrets;
            let mut said = vec![format!("{:?}", account.create(*id, 1, &values, &secrets).await.unwrap_err())];
            said.push(format!("{:?}", account.check(*id, &values, &secrets).await.unwrap()));
            if id.kind().wire.update.is_some() {
                said.push(format!("{:?}", account.update(*id, 1, &values, &secrets).await.unwrap_err()));
            }
            for field in credenza_remote::Account::suggested(*id) {
                said.push(format!("{:?}", account.suggest(*id, field, None, &values, &secrets).await));
            }
            for (field, secret) in secrets.iter() {
                let key = |word: &&str| word.len() >= 16 && word.contains(char::is_numeric);
                let words = secret.expose().split(|c: char| !c.is_ascii_alphanumeric()).filter(key);
                for word in words.chain(std::iter::once(secret.expose())) {
                    assert!(said.iter().all(|said| !said.contains(word)), "{id:?}: {field}: {said:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_is_followed_nowhere() {
    let elsewhere = Stub::start(|_| json(200, "{}")).await;
    let to = format!("Location: http://{}/api/v1/s3credentials/list?x=1\r\n", elsewhere.address);
    for status in [301, 302, 303, 307, 308] {
        let to = to.clone();
        let stub = Stub::start(move |_| answer(status, &to, "")).await;
        let (values, secrets) = backup();
        let errors = [
            stub.account().list(KindId::Backup, QUIET).await.unwrap_err(),
            stub.account().create(KindId::Backup, 1, &values, &secrets).await.unwrap_err(),
            stub.account().who().await.unwrap_err(),
            stub.account().nudge().await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, RemoteError::Nonsense { .. }), "{error:?}");
            assert!(error.to_string().contains("redirects"), "{error}");
        }
    }
    assert!(elsewhere.seen().is_empty(), "nothing arrives there");
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_a_write_open() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"id\":".to_vec();
    for act in
        [|_: &[u8]| Act::Close, |cut: &[u8]| Act::Send(cut.to_vec()), |_: &[u8]| Act::Send(b"garbage\r\n\r\n".to_vec())]
    {
        let cut = cut.clone();
        let stub = Stub::start(move |_| act(&cut)).await;
        let (values, secrets) = backup();
        let error = stub.account().create(KindId::Backup, 1, &values, &secrets).await.unwrap_err();
        assert!(matches!(error, RemoteError::Unreachable { outcome: Outcome::Unknown, .. }), "{error:?}");
        assert_discreet(&error);
        assert_eq!(stub.seen().len(), 1, "a write is sent once");
        let error = stub.account().delete(KindId::Backup, 1).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        let error = stub.account().find(KindId::Backup, 1).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::None, "a read has no effect");
        assert_eq!(stub.count("/api/v1/s3credentials/list"), 4, "a read is tried again");
    }
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let begun = Instant::now();
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n[".to_vec();
    let trickle = |head: &[u8]| Act::Repeat(head.to_vec(), vec![b' ']);
    for act in [|_: &[u8]| Act::Hang(Vec::new()), |head: &[u8]| Act::Hang(head.to_vec()), trickle] {
        let head = head.clone();
        let stub = Stub::start(move |_| act(&head)).await;
        let account = stub.account_within(&impatient());
        let (values, secrets) = backup();
        let error = account.create(KindId::Backup, 1, &values, &secrets).await.unwrap_err();
        assert!(matches!(error, RemoteError::Unreachable { outcome: Outcome::Unknown, .. }), "{error:?}");
        let error = account.list(KindId::Backup, QUIET).await.unwrap_err();
        assert!(matches!(error, RemoteError::Unreachable { outcome: Outcome::None, .. }), "{error:?}");
        let answer = account.check(KindId::Backup, &values, &secrets).await.unwrap();
        assert!(matches!(answer, Answer::NoAnswer(_)), "{answer:?}");
    }
    assert!(begun.elapsed().as_secs() < 30);
}

#[tokio::test]
async fn a_host_that_is_not_there_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let host = credenza_remote::Host::parse(&format!("http://{address}"), None).unwrap();
    let session = support::session(&[("token", "canary-token")]);
    let account =
        credenza_remote::Account::resume_within(&limits(), &host, session, std::sync::Arc::new(support::Forget))
            .unwrap();
    let (values, secrets) = backup();
    let error = account.create(KindId::Backup, 1, &values, &secrets).await.unwrap_err();
    assert!(matches!(error, RemoteError::Unreachable { outcome: Outcome::None, .. }), "{error:?}");
    assert!(error.to_string().contains("refuses connections"), "{error}");
}

#[tokio::test]
async fn a_200_can_mean_no() {
    for (body, duplicate, locked) in [
        (r#"{"isError": true, "message": "nightly already exists", "status": 400}"#, true, false),
        (r#"{"isError": true, "message": "It is locked."}"#, false, true),
        (r#"{"isSuccess": false, "errorMessage": "canary-secret <b>"}"#, false, false),
    ] {
        let stub = Stub::start(move |_| json(200, body)).await;
        let (values, secrets) = backup();
        let error = stub.account().create(KindId::Backup, 1, &values, &secrets).await.unwrap_err();
        let RemoteError::Rejected { duplicate: d, locked: l, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*d, *l), (duplicate, locked));
        assert!(!error.to_string().contains("canary"));
    }
    let stub = Stub::start(|_| answer(200, "Content-Type: text/html\r\n", "<html>sign in to the hotel</html>")).await;
    let error = stub.account().set_default(KindId::Backup, 1).await.unwrap_err();
    assert!(matches!(error, RemoteError::Nonsense { outcome: Outcome::Unknown, .. }), "{error:?}");
}

#[tokio::test]
async fn the_number_of_a_new_row_is_believed_when_it_is_one() {
    for (body, id) in [
        (r#"{"id": "42"}"#, Some(42)),
        (r#"{"id": 42}"#, Some(42)),
        ("", None),
        (r#"{"id": null}"#, None),
        (r#"{"id": "-1"}"#, None),
        (r#"{"id": "99999999999"}"#, None),
        (r#"{"id": {"x": 1}}"#, None),
        ("null", None),
    ] {
        let stub = Stub::start(move |_| json(200, body)).await;
        let (values, secrets) = backup();
        assert_eq!(stub.account().create(KindId::Backup, 1, &values, &secrets).await.unwrap(), id, "{body}");
    }
}

#[tokio::test]
async fn what_is_done_already_is_done() {
    for (status, text, locked) in [(400, "Credential is already locked", true), (409, "already unlocked", false)] {
        let stub = Stub::start(move |_| json(status, format!(r#"{{"detail": "{text}"}}"#))).await;
        stub.account().set_locked(KindId::Aws, 1, locked).await.unwrap();
        stub.account().set_locked(KindId::Aws, 1, !locked).await.unwrap_err();
    }
    let stub = Stub::start(|_| json(404, "")).await;
    stub.account().delete(KindId::Aws, 1).await.unwrap();
}

#[tokio::test]
async fn checks_tell_a_no_from_no_answer() {
    let no = |text: &str| Answer::Invalid(text.to_owned());
    for (kind, status, body, wanted) in [
        (KindId::Backup, 200, "", Answer::Valid),
        (KindId::Backup, 400, r#"{"detail": "Failed with canary-secret"}"#, no("Failed with •••.")),
        (KindId::Gcp, 200, "true", Answer::Valid),
        (KindId::Gcp, 200, "false", no("The provider refuses it, without a reason.")),
        (KindId::Openstack, 200, r#"{"isOpenstackAvailable": true}"#, Answer::Valid),
        (KindId::Openstack, 200, r#"{"isOpenstackAvailable": false, "errorMessage": "no way"}"#, no("no way.")),
        (KindId::Openstack, 200, "", Answer::Valid),
        (KindId::Ai, 404, "", Answer::NoAnswer("This account has no check for such credentials.".into())),
        (KindId::Ai, 500, "", Answer::NoAnswer("The account's check failed (500).".into())),
    ] {
        let stub = Stub::start(move |_| json(status, body)).await;
        let (values, secrets) = backup();
        assert_eq!(stub.account().check(kind, &values, &secrets).await.unwrap(), wanted, "{kind:?} {body}");
        assert_eq!(stub.seen().len(), 1);
    }
    let stub = Stub::start(|_| json(403, "")).await;
    let (values, secrets) = backup();
    let error = stub.account().check(KindId::Aws, &values, &secrets).await.unwrap_err();
    assert!(matches!(error, RemoteError::Forbidden(_)), "{error:?}");
}

#[tokio::test]
async fn an_event_wakes_and_nothing_else_does() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let stub = Stub::start(move |_| Act::Hang(format!("{head}: alive\n\nevent: x\ndata: y\n\n").into_bytes())).await;
    stub.account().nudge().await.unwrap();
    let request = &stub.seen()[0];
    assert_eq!(request.target, "/api/v1/sse/notifications");
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    let stub = Stub::start(move |_| Act::Send(format!("{head}: alive\n\n").into_bytes())).await;
    assert!(matches!(stub.account().nudge().await.unwrap_err(), RemoteError::Unreachable { .. }));
    let stub = Stub::start(move |_| Act::Repeat(head.as_bytes().to_vec(), vec![b':'; 4096])).await;
    assert!(matches!(stub.account().nudge().await.unwrap_err(), RemoteError::Nonsense { .. }));
    for act in [|| json(404, ""), || json(405, ""), || json(200, "{}")] {
        let stub = Stub::start(move |_| act()).await;
        assert!(matches!(stub.account().nudge().await.unwrap_err(), RemoteError::NotFound(_)));
    }
    // Whoever waits may go away at any moment.
    let stub = Stub::start(move |_| Act::Hang(format!("{head}: alive\n\n").into_bytes())).await;
    let waited = tokio::time::timeout(std::time::Duration::from_millis(50), stub.account().nudge()).await;
    assert!(waited.is_err());
}

/// Whoever polls an account's futures may do so on any thread.
#[test]
fn everything_can_be_awaited_anywhere() {
    fn anywhere<T: Send>(_: fn(&'static Fixture) -> T) {}
    struct Fixture {
        account: credenza_remote::Account,
        values: Values,
        secrets: SecretMap,
    }
    anywhere(|at| at.account.who());
    anywhere(|at| at.account.list(KindId::Backup, QUIET));
    anywhere(|at| at.account.find(KindId::Backup, 1));
    anywhere(|at| at.account.named(KindId::Backup, 1, "name", true));
    anywhere(|at| at.account.create(KindId::Backup, 1, &at.values, &at.secrets));
    anywhere(|at| at.account.update(KindId::Backup, 1, &at.values, &at.secrets));
    anywhere(|at| at.account.update_list(KindId::Proxmox, 1, &[]));
    anywhere(|at| at.account.set_locked(KindId::Backup, 1, true));
    anywhere(|at| at.account.set_default(KindId::Backup, 1));
    anywhere(|at| at.account.delete(KindId::Backup, 1));
    anywhere(|at| at.account.check(KindId::Backup, &at.values, &at.secrets));
    anywhere(|at| at.account.suggest(KindId::Aws, "awsRegion", None, &at.values, &at.secrets));
    anywhere(|at| at.account.nudge());
}
