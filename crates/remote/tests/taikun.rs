//! The client and the stand-in for the Taikun API: every kind's whole life, in both generations.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use credenza_model::{Field, FieldType, Input, Kind, KindId, Role, Secret, SecretMap, Value, Values};
use credenza_remote::{Account, Answer, Host, Outcome, RemoteError, Second, SignIn, WhoRole, observed};
use credenza_taikun::{Fault, Generation, Options, Taikun, Tls, User, When};
use futures_util::future::join_all;

use support::{Forget, Kept, limits};

const QUIET: &(dyn Fn(u32, Option<u32>) + Send + Sync) = &|_, _| ();

/// It makes a runtime of its own, which it cannot from inside of a test's.
fn start(options: Options) -> Taikun {
    std::thread::spawn(|| Taikun::start(options).unwrap()).join().unwrap()
}

fn server(generation: Generation) -> (Taikun, i32) {
    let server = start(Options { generation, ..Options::default() });
    let organization = server.world().add_organization("Acme");
    server.world().add_user(User::new("partner@example.com", "canary-password").partner());
    server.world().add_user(User::new("manager@example.com", "canary-password").manager_of(organization));
    (server, organization)
}

fn host(server: &Taikun) -> Host {
    Host::parse(&server.address(), server.authority_pem().as_deref().map(str::as_bytes)).unwrap()
}

async fn signed_in_as(server: &Taikun, email: &str, second: Option<Second>) -> Result<Account, RemoteError> {
    let sign_in = SignIn::Password {
        account: Some("demo".into()),
        email: email.into(),
        password: Secret::new("canary-password".into()),
        second,
    };
    Account::sign_in_within(&limits(), &host(server), &sign_in, Arc::new(Forget)).await.map(|(account, _)| account)
}

async fn partner(server: &Taikun) -> Account {
    signed_in_as(server, "partner@example.com", None).await.unwrap()
}

/// A kind's sample as it would be typed.
fn sample(kind: &'static Kind) -> (Values, SecretMap) {
    let mut input = Input::default();
    for (field, text) in kind.sample {
        input.set(*field, (*text).to_owned());
    }
    let reading = kind.read(input);
    let mut values = Values::default();
    reading.changes.apply(&mut values);
    (values, reading.secrets)
}

fn exists(kind: KindId, generation: Generation) -> bool {
    generation == Generation::Legacy || !matches!(kind, KindId::Tanzu | KindId::Zededa)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_lives_its_whole_life_in_both_generations() {
    for generation in [Generation::Current, Generation::Legacy] {
        let (server, organization) = server(generation);
        let account = partner(&server).await;
        for id in KindId::ALL {
            if exists(*id, generation) {
                whole_life(&server, &account, organization, id.kind()).await;
            } else {
                let error = account.list(*id, QUIET).await.unwrap_err();
                assert!(matches!(error, RemoteError::NotFound(_)), "{id:?}: {error:?}");
            }
        }
        // The older generation has no accounts and passes their name over.
        for asked in server.world().log().iter().filter(|asked| !asked.path.ends_with("auth/login")) {
            assert!(asked.unknown.is_empty(), "{generation:?}: {} {}: {:?}", asked.method, asked.path, asked.unknown);
        }
    }
}

async fn whole_life(server: &Taikun, account: &Account, organization: i32, kind: &'static Kind) {
    let id = kind.id;
    let (mut values, mut secrets) = sample(kind);
    let name = values.text(kind.name_field).unwrap().to_owned();
    let told = account.create(id, organization, &values, &secrets).await.unwrap();
    assert_eq!(told.is_none(), id == KindId::Openshift, "{id:?}: only OpenShift does not tell");

    let rows = account.named(id, organization, &name, true).await.unwrap();
    assert_eq!(rows.len(), 1, "{id:?}");
    let number = rows[0].id;
    assert_eq!(told.unwrap_or(number), number);
    let row = account.find(id, number).await.unwrap().unwrap();
    assert_eq!(row, rows[0]);
    assert_eq!((row.organization, row.organization_name.as_deref()), (Some(organization), Some("Acme")), "{id:?}");
    for field in observed(id) {
        if let Some(value) = values.get(field) {
            assert_eq!(row.values.0.get(*field), Some(&Some(value.clone())), "{id:?}: {field}");
        }
    }
    if id == KindId::Vsphere {
        let looked_up = Value::Text("datacenter-3".into());
        assert_eq!(row.values.0["datacenterId"], Some(looked_up), "its name was typed alone");
    }
    let shown = format!("{row:?}");
    for (field, secret) in secrets.iter() {
        assert!(!shown.contains(secret.expose()), "{id:?}: {field}");
        let stored = server.world().row(id, number).unwrap();
        assert!(
            stored.to_string().contains(&serde_json::json!(secret.expose()).to_string()),
            "{id:?}: {field} arrived"
        );
    }

    if kind.wire.update.is_some() {
        values.set(kind.name_field, Value::Text(format!("{name}-2")));
        let updatable = |field: &&'static Field| field.updatable && secrets.get(field.id).is_some();
        let updatable: Vec<_> = kind.secrets().filter(updatable).collect();
        for field in &updatable {
            secrets.insert(field.id, Secret::new(format!("canary-{}", field.id)));
        }
        account.update(id, number, &values, &secrets).await.unwrap();
        let row = account.find(id, number).await.unwrap().unwrap();
        assert_eq!(row.name, format!("{name}-2"), "{id:?}");
        let stored = server.world().row(id, number).unwrap().to_string();
        for field in &updatable {
            assert!(stored.contains(&format!("canary-{}", field.id)), "{id:?}: {} arrived", field.id);
        }
    }
    let list =
        kind.fields.iter().find(|field| field.ty == FieldType::List && matches!(field.id, "hypervisors" | "edgeNodes"));
    if let Some(list) = list {
        account.update_list(id, number, &["one".into(), "two".into()]).await.unwrap();
        let row = account.find(id, number).await.unwrap().unwrap();
        let items = Value::List(vec!["one".into(), "two".into()]);
        assert_eq!(row.values.0.get(list.id), Some(&Some(items)), "{id:?}");
    }
    if kind.wire.lock.is_some() {
        for locked in [true, true, false, false] {
            account.set_locked(id, number, locked).await.unwrap();
            assert_eq!(account.find(id, number).await.unwrap().unwrap().locked, locked, "{id:?}");
        }
    }
    if kind.wire.default.is_some() {
        account.set_default(id, number).await.unwrap();
        assert!(account.find(id, number).await.unwrap().unwrap().default, "{id:?}");
    }
    let listing = account.list(id, QUIET).await.unwrap();
    assert!(listing.whole && listing.remarks.is_empty(), "{id:?}: {:?}", listing.remarks);
    assert!(listing.rows.iter().any(|row| row.id == number), "{id:?}");
    account.delete(id, number).await.unwrap();
    account.delete(id, number).await.unwrap();
    assert_eq!(account.find(id, number).await.unwrap(), None, "{id:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_taken_and_rows_that_are_locked_are_told_apart() {
    for duplicate_status in [400, 409] {
        let server = start(Options { duplicate_status, ..Options::default() });
        let organization = server.world().add_organization("Acme");
        server.world().add_user(User::new("partner@example.com", "canary-password").partner());
        let account = partner(&server).await;
        let (values, secrets) = sample(KindId::Backup.kind());
        let id = account.create(KindId::Backup, organization, &values, &secrets).await.unwrap().unwrap();
        let error = account.create(KindId::Backup, organization, &values, &secrets).await.unwrap_err();
        assert!(matches!(error, RemoteError::Rejected { duplicate: true, .. }), "{error:?}");
        account.set_locked(KindId::Backup, id, true).await.unwrap();
        for error in [
            account.delete(KindId::Backup, id).await.unwrap_err(),
            account.update(KindId::Backup, id, &values, &secrets).await.unwrap_err(),
        ] {
            assert!(matches!(error, RemoteError::Rejected { locked: true, duplicate: false, .. }), "{error:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signs_in_in_every_way() {
    for generation in [Generation::Current, Generation::Legacy] {
        let (server, organization) = server(generation);
        let world = server.world();
        world.add_user(
            User::new("careful@example.com", "canary-password")
                .manager_of(organization)
                .second_factor("123456", &["recovery-one"]),
        );
        let who = partner(&server).await.who().await.unwrap();
        assert_eq!(who.role, WhoRole::Partner);
        assert_eq!(
            who.organizations.iter().map(|o| (o.id, o.role)).collect::<Vec<_>>(),
            [(organization, Role::Partner)]
        );
        let who = signed_in_as(&server, "manager@example.com", None).await.unwrap().who().await.unwrap();
        assert_eq!(who.role, WhoRole::PerOrganization);
        assert_eq!(who.organizations[0].role, Role::Manager);
        assert_eq!(who.generation == credenza_remote::Generation::Legacy, generation == Generation::Legacy);

        let Err(error) = signed_in_as(&server, "nobody@example.com", None).await else { panic!() };
        assert!(matches!(error, RemoteError::WrongSignIn(_)), "{error:?}");
        let second = |second| signed_in_as(&server, "careful@example.com", second);
        assert_eq!(second(None).await.err().unwrap(), RemoteError::SecondFactorNeeded);
        let wrong = Second::Code(Secret::new("canary".into()));
        assert!(matches!(second(Some(wrong)).await.err().unwrap(), RemoteError::WrongCode(_)));
        second(Some(Second::Code(Secret::new("123456".into())))).await.unwrap().who().await.unwrap();
        let recovery = || Some(Second::Recovery(Secret::new("recovery-one".into())));
        second(recovery()).await.unwrap().who().await.unwrap();
        assert!(matches!(second(recovery()).await.err().unwrap(), RemoteError::WrongCode(_)), "once each");

        world.add_token("USERKEY", "canary-secret", "manager@example.com");
        let token = |secret: &str| SignIn::Token {
            account: None,
            access_key: "USERKEY".into(),
            secret_key: Secret::new(secret.into()),
        };
        Account::sign_in(&host(&server), &token("canary-secret"), Arc::new(Forget))
            .await
            .unwrap()
            .0
            .who()
            .await
            .unwrap();
        let error = Account::sign_in(&host(&server), &token("canary-other"), Arc::new(Forget)).await.err().unwrap();
        assert!(matches!(error, RemoteError::WrongSignIn(_)), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_robot_works_with_its_key() {
    let (server, organization) = server(Generation::Current);
    server.world().add_robot("ROBOT", "canary-secret", "robot", Some(organization));
    let key = |secret: &str| SignIn::Key { access_key: "ROBOT".into(), secret_key: Secret::new(secret.into()) };
    let (account, _) = Account::sign_in(&host(&server), &key("canary-secret"), Arc::new(Forget)).await.unwrap();
    let who = account.who().await.unwrap();
    assert_eq!(who.organizations.iter().map(|o| (o.id, o.role)).collect::<Vec<_>>(), [(organization, Role::Manager)]);
    let (values, secrets) = sample(KindId::Showback.kind());
    account.create(KindId::Showback, organization, &values, &secrets).await.unwrap();
    assert_eq!(account.list(KindId::Showback, QUIET).await.unwrap().rows.len(), 1);
    let error = Account::sign_in(&host(&server), &key("canary-other"), Arc::new(Forget)).await.err().unwrap();
    assert!(matches!(error, RemoteError::WrongSignIn(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_role_may_not_do_is_forbidden() {
    let (server, organization) = server(Generation::Current);
    let account = signed_in_as(&server, "manager@example.com", None).await.unwrap();
    let (values, secrets) = sample(KindId::Proxmox.kind());
    let error = account.create(KindId::Proxmox, organization, &values, &secrets).await.unwrap_err();
    assert!(matches!(error, RemoteError::Forbidden(_)), "{error:?}");
    assert!(!format!("{error:?}").contains(secrets.expose("tokenSecret").unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_through_renewals() {
    let (server, _) = server(Generation::Current);
    let sign_in = SignIn::Password {
        account: Some("demo".into()),
        email: "partner@example.com".into(),
        password: Secret::new("canary-password".into()),
        second: None,
    };
    let keeper = Arc::new(Kept::default());
    let (account, _) = Account::sign_in_within(&limits(), &host(&server), &sign_in, keeper.clone()).await.unwrap();
    let refreshes = || server.world().log().iter().filter(|asked| asked.path.ends_with("auth/refresh")).count();
    for round in 1..=3 {
        server.world().expire_tokens();
        let looks = join_all((0..12).map(|_| account.list(KindId::Backup, QUIET))).await;
        assert!(looks.iter().all(Result::is_ok), "{looks:?}");
        assert_eq!(refreshes(), round, "all share one");
        assert_eq!(keeper.0.lock().unwrap().len(), round);
    }
    server.world().revoke_sessions();
    let error = account.list(KindId::Backup, QUIET).await.unwrap_err();
    assert!(matches!(error, RemoteError::SignedOut(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_clock_on_either_side_is_no_trouble() {
    for skew in [-86_400, 86_400] {
        let (server, _) = server(Generation::Current);
        server.world().faults().push(When::always(), Fault::ClockSkew(skew));
        let account = partner(&server).await;
        for _ in 0..5 {
            account.list(KindId::Backup, QUIET).await.unwrap();
        }
        let refreshes = server.world().log().iter().filter(|asked| asked.path.ends_with("auth/refresh")).count();
        assert_eq!(refreshes, 0, "{skew}: the token is good for an hour of the server's");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_rows_are_whole_in_both_generations() {
    for generation in [Generation::Current, Generation::Legacy] {
        let (server, organization) = server(generation);
        server.world().fill(KindId::Aws, organization, 10_000);
        let listing = partner(&server).await.list(KindId::Aws, QUIET).await.unwrap();
        assert!(listing.whole, "{:?}", listing.remarks);
        assert_eq!(listing.rows.len(), 10_000);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_is_not_whole_says_so() {
    for generation in [Generation::Current, Generation::Legacy] {
        let (server, organization) = server(generation);
        server.world().fill(KindId::Aws, organization, 450);
        let account = partner(&server).await;
        let faults = server.world().faults();
        for fault in [Fault::EmptyPage, Fault::TruncatedPage] {
            faults.push(When::always().path("aws/list"), fault.clone());
            let listing = account.list(KindId::Aws, QUIET).await.unwrap();
            assert!(!listing.whole, "{fault:?}");
            faults.clear();
            // Once is mended by the second look.
            faults.push(When::once().path("aws/list").nth(2), fault.clone());
            let listing = account.list(KindId::Aws, QUIET).await.unwrap();
            assert!(listing.whole, "{fault:?}: {:?}", listing.remarks);
            assert_eq!(listing.rows.len(), 450);
            faults.clear();
        }
        faults.push(When::once().path("aws/list"), Fault::VanishBetweenPages);
        let listing = account.list(KindId::Aws, QUIET).await.unwrap();
        assert!(listing.whole, "{:?}", listing.remarks);
        assert_eq!(listing.rows.len(), 449);
        faults.clear();
        for fault in [
            Fault::RetryAfter(Duration::from_millis(10)),
            Fault::Status(503),
            Fault::Status(429),
            Fault::DropBefore,
            Fault::ResetInBody,
        ] {
            faults.push(When::once().path("aws/list").nth(2), fault.clone());
            assert!(account.list(KindId::Aws, QUIET).await.unwrap().whole, "{fault:?}");
            faults.clear();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_write_is_never_guessed() {
    let (server, organization) = server(Generation::Current);
    let account = partner(&server).await;
    let (values, secrets) = sample(KindId::Backup.kind());
    let name = values.text("s3Name").unwrap();
    for (fault, outcome, done) in [
        (Fault::Status(503), Outcome::None, false),
        (Fault::DropBefore, Outcome::Unknown, false),
        (Fault::DropAfter, Outcome::Unknown, true),
        (Fault::ResetInBody, Outcome::Unknown, true),
        (Fault::StatusAfter(502), Outcome::Unknown, true),
        (Fault::StatusAfter(504), Outcome::Unknown, true),
    ] {
        server.world().faults().push(When::once().method("POST").path("s3credentials"), fault.clone());
        let error = account.create(KindId::Backup, organization, &values, &secrets).await.unwrap_err();
        assert_eq!(error.outcome(), outcome, "{fault:?}: {error:?}");
        for (_, secret) in secrets.iter() {
            assert!(!format!("{error} {error:?}").contains(secret.expose()), "{fault:?}");
        }
        server.world().faults().clear();
        let rows = account.named(KindId::Backup, organization, name, true).await.unwrap();
        assert_eq!(rows.len(), usize::from(done), "{fault:?}");
        for row in rows {
            account.delete(KindId::Backup, row.id).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_is_checked_and_suggested_for() {
    for generation in [Generation::Current, Generation::Legacy] {
        let (server, _) = server(generation);
        let account = partner(&server).await;
        for id in KindId::ALL {
            let (values, secrets) = sample(id.kind());
            let answer = account.check(*id, &values, &secrets).await.unwrap();
            assert_eq!(answer == Answer::Valid, exists(*id, generation), "{id:?}: {answer:?}");
        }
        for id in KindId::ALL.iter().filter(|id| exists(**id, generation)) {
            let (values, secrets) = sample(id.kind());
            for field in Account::suggested(*id) {
                let suggestions = account.suggest(*id, field, None, &values, &secrets).await;
                match suggestions {
                    Ok(suggestions) => assert!(!suggestions.is_empty(), "{id:?}: {field}"),
                    // The older generation imports no networks.
                    Err(RemoteError::NotFound(_)) if generation == Generation::Legacy => {}
                    Err(error) => panic!("{id:?}: {field}: {error:?}"),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_wakes_whoever_waits() {
    let (server, organization) = server(Generation::Current);
    let account = partner(&server).await;
    let other = partner(&server).await;
    let (values, secrets) = sample(KindId::Backup.kind());
    let mut nudge = Box::pin(account.nudge());
    // The stream has to stand before the change; until it does, the change is made again.
    let mut made = false;
    loop {
        tokio::select! {
            nudged = &mut nudge => break nudged.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        if let Some(id) =
            made.then_some(()).and(server.world().rows(KindId::Backup).first().and_then(|row| row["id"].as_i64()))
        {
            other.delete(KindId::Backup, i32::try_from(id).unwrap()).await.unwrap();
        } else {
            other.create(KindId::Backup, organization, &values, &secrets).await.unwrap();
        }
        made = !made;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_are_looked_at() {
    for (tls, words) in [
        (Tls::Good, None),
        (Tls::Expired, Some("has expired since")),
        (Tls::WrongHost, Some("is for another host")),
        (Tls::Untrusted, Some("is not trusted")),
    ] {
        let server = start(Options { tls, ..Options::default() });
        server.world().add_user(User::new("partner@example.com", "canary-password").partner());
        match (signed_in_as(&server, "partner@example.com", None).await, words) {
            (Ok(_), None) => {}
            (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{error}"),
            (result, _) => panic!("{tls:?}: {:?}", result.err()),
        }
        assert_eq!(server.world().log().is_empty(), words.is_some(), "{tls:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_told_and_never_believed() {
    let (server, organization) = server(Generation::Current);
    server.world().fill(KindId::Aws, organization, 30);
    let account = partner(&server).await;
    let faults = server.world().faults();
    for fault in [
        Fault::WrongTypes,
        Fault::HugeBody(20 * 1024 * 1024),
        Fault::DeepJson(100_000),
        Fault::RedirectTo("http://127.0.0.1:9/".into()),
    ] {
        faults.push(When::always().path("aws/list"), fault.clone());
        match account.list(KindId::Aws, QUIET).await {
            Ok(listing) => {
                assert!(!listing.whole && !listing.remarks.is_empty(), "{fault:?}: {:?}", listing.rows.len())
            }
            Err(error) => assert!(matches!(error, RemoteError::Nonsense { .. }), "{fault:?}: {error:?}"),
        }
        faults.clear();
    }
    for (fault, remarks) in [(Fault::ControlCharactersInNames, 1), (Fault::HtmlInNames, 0)] {
        faults.push(When::always().path("aws/list"), fault.clone());
        let listing = account.list(KindId::Aws, QUIET).await.unwrap();
        assert_eq!((listing.rows.len(), listing.whole, listing.remarks.len()), (30, true, remarks), "{fault:?}");
        assert!(!listing.rows.iter().any(|row| row.name.contains(char::is_control)), "{fault:?}");
        faults.clear();
    }
}
