//! Signing in, and staying so.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use credenza_model::{KindId, Role, Secret, SecretMap};
use credenza_remote::{Account, Generation, RemoteError, Second, SignIn, WhoRole};
use futures_util::future::join_all;
use tokio::sync::Notify;

use support::{Act, Forget, Kept, Request, Stub, answer, json, jwt, limits, page, session};

const REFRESH: &str = "/api/v1/auth/refresh";

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn password(second: Option<Second>) -> SignIn {
    SignIn::Password {
        account: Some("acme".into()),
        email: "ann@example.com".into(),
        password: Secret::new("canary-password".into()),
        second,
    }
}

/// A server whose tokens are numbered; only the newest is good.
struct Numbered {
    newest: Mutex<usize>,
    /// How long each lives, in seconds.
    life: i64,
}

impl Numbered {
    fn token(&self, number: usize) -> String {
        jwt(&format!("t{number}"), now(), now() + self.life)
    }

    fn act(&self, request: &Request) -> Act {
        let mut newest = self.newest.lock().unwrap();
        if request.path() == REFRESH {
            assert_eq!(request.header("authorization"), None, "a renewal goes unsigned");
            assert_eq!(request.json()["refreshToken"], "canary-refresh");
            *newest += 1;
            return json(200, format!(r#"{{"token": "{}", "refreshToken": null}}"#, self.token(*newest)));
        }
        let good =
            request.header("authorization").is_some_and(|value| value.starts_with(&format!("Bearer t{newest}.")));
        if good { page(&[], 0, false) } else { json(401, "") }
    }
}

fn resumed(stub: &Stub, token: &str, keeper: Arc<Kept>) -> Account {
    let kept = session(&[("token", token), ("refreshToken", "canary-refresh"), ("refreshUntil", "2030-01-01")]);
    Account::resume_within(&limits(), &stub.host(), kept, keeper).unwrap()
}

async fn look(account: &Account) -> Result<(), RemoteError> {
    account.list(KindId::Backup, &|_, _| ()).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_share_one_renewal_after_a_refusal() {
    let server = Arc::new(Numbered { newest: Mutex::new(1), life: 3600 });
    let old = server.token(0);
    let stub = Stub::start(move |request| server.act(request)).await;
    let keeper = Arc::new(Kept::default());
    let account = resumed(&stub, &old, keeper.clone());
    let looks = join_all((0..20).map(|_| look(&account))).await;
    assert!(looks.iter().all(Result::is_ok), "{looks:?}");
    assert_eq!(stub.count(REFRESH), 1);
    let kept = keeper.0.lock().unwrap();
    assert_eq!(kept.len(), 1, "it is told once");
    let told = |name: &str| kept[0].iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert!(told("token").starts_with("t2."));
    assert_eq!(told("refreshToken"), "canary-refresh", "none in the answer keeps the old one");
    assert_eq!(told("refreshUntil"), "2030-01-01");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let server = Arc::new(Numbered { newest: Mutex::new(1), life: 3600 });
    let stub = Stub::start(move |request| server.act(request)).await;
    let account = resumed(&stub, &jwt("t1", now() - 3570, now() + 30), Arc::new(Kept::default()));
    join_all((0..5).map(|_| look(&account))).await.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(stub.count(REFRESH), 1);
    assert_eq!(stub.seen()[0].path(), REFRESH, "nothing is refused first");
    look(&account).await.unwrap();
    assert_eq!(stub.count(REFRESH), 1, "the new one is good for an hour");
}

#[tokio::test]
async fn the_servers_clock_decides() {
    // The server lives a day ahead, and so its token is over by this machine's clock only tomorrow.
    let ahead = 86_400;
    let newest = Arc::new(AtomicUsize::new(0));
    let count = newest.clone();
    let stub = Stub::start(move |request| {
        let at = chrono::DateTime::from_timestamp(now() + ahead, 0).unwrap();
        let date = format!("Content-Type: application/json\r\nDate: {}\r\n", at.format("%a, %d %b %Y %H:%M:%S GMT"));
        if request.path() == REFRESH {
            count.fetch_add(1, Ordering::SeqCst);
            let token = jwt("new", now() + ahead, now() + ahead + 30);
            return answer(200, &date, format!(r#"{{"token": "{token}", "refreshToken": "next"}}"#));
        }
        answer(200, &date, r#"{"data": [], "totalCount": 0}"#)
    })
    .await;
    let account = resumed(&stub, &jwt("old", now(), now() + ahead), Arc::new(Kept::default()));
    look(&account).await.unwrap();
    assert_eq!(newest.load(Ordering::SeqCst), 0, "before the first answer only this machine's clock is known");
    for _ in 0..3 {
        look(&account).await.unwrap();
    }
    assert_eq!(newest.load(Ordering::SeqCst), 1, "then it is due, and the new one of 30 seconds is not due at once");
}

#[tokio::test]
async fn a_token_that_is_over_when_it_comes_is_not_renewed_each_time() {
    let stub = Stub::start(move |request| {
        let token = jwt("odd", 1000, 2000);
        match request.path() {
            REFRESH => json(200, format!(r#"{{"token": "{token}"}}"#)),
            _ => page(&[], 0, false),
        }
    })
    .await;
    let account = resumed(&stub, &jwt("odd", 1000, 2000), Arc::new(Kept::default()));
    for _ in 0..4 {
        look(&account).await.unwrap();
    }
    assert_eq!(stub.count(REFRESH), 1);
}

#[tokio::test]
async fn a_renewal_that_is_refused_signs_out() {
    for status in [400, 401, 403] {
        let stub = Stub::start(move |request| json(if request.path() == REFRESH { status } else { 401 }, "")).await;
        let account = resumed(&stub, "opaque", Arc::new(Kept::default()));
        let error = look(&account).await.unwrap_err();
        assert!(matches!(&error, RemoteError::SignedOut(sentence) if sentence.contains("2030-01-01")), "{error:?}");
        assert_eq!(stub.count(REFRESH), 1);
    }
    let stub = Stub::start(move |_| json(401, "")).await;
    let account = Account::resume(&stub.host(), session(&[("token", "opaque")]), Arc::new(Forget)).unwrap();
    assert!(matches!(look(&account).await.unwrap_err(), RemoteError::SignedOut(_)));
    assert_eq!(stub.count(REFRESH), 0, "there is nothing to renew it with");
}

#[tokio::test]
async fn a_server_that_fails_to_renew_signs_nobody_out() {
    let stub = Stub::start(move |request| json(if request.path() == REFRESH { 503 } else { 401 }, "")).await;
    let account = resumed(&stub, "opaque", Arc::new(Kept::default()));
    let error = look(&account).await.unwrap_err();
    assert!(matches!(error, RemoteError::Failed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_renewal_outlives_whoever_began_it() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (ask, wait) = (asked.clone(), go.clone());
    let stub = Stub::start(move |request| {
        if request.path() == REFRESH {
            let (asked, go) = (ask.clone(), wait.clone());
            let token = json(200, r#"{"token": "second", "refreshToken": "next"}"#);
            let wait = async move {
                asked.notify_one();
                go.notified().await;
            };
            return Act::After(Box::pin(wait), Box::new(token));
        }
        if request.header("authorization") == Some("Bearer second") { page(&[], 0, false) } else { json(401, "") }
    })
    .await;
    let keeper = Arc::new(Kept::default());
    let account = resumed(&stub, "first", keeper.clone());
    {
        let mut first = Box::pin(look(&account));
        tokio::select! {
            _ = &mut first => panic!("it waits for its renewal"),
            () = asked.notified() => {}
        }
    }
    go.notify_one();
    look(&account).await.unwrap();
    assert_eq!(stub.count(REFRESH), 1, "the token that the server gave is not lost");
    assert_eq!(keeper.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_is_read_as_it_was_kept() {
    let stub = Stub::start(|request| match request.path() {
        "/api/v1/auth/login" => {
            json(200, r#"{"token": "t", "refreshToken": "r", "refreshTokenExpireTime": "2030-01-01T00:00:00Z"}"#)
        }
        _ => page(&[], 0, false),
    })
    .await;
    let (_, kept) = Account::sign_in(&stub.host(), &password(None), Arc::new(Forget)).await.unwrap();
    let names: Vec<&str> = kept.fields().collect();
    assert_eq!(names, ["refreshToken", "refreshUntil", "token"]);
    let account = Account::resume(&stub.host(), kept, Arc::new(Forget)).unwrap();
    look(&account).await.unwrap();
    assert_eq!(stub.seen().last().unwrap().header("authorization"), Some("Bearer t"));
    let login = &stub.seen()[0];
    assert_eq!(login.header("authorization"), None);
    let sent = serde_json::json!({"accountName": "acme", "email": "ann@example.com", "password": "canary-password"});
    assert_eq!(login.json(), sent);
    let Err(error) = Account::resume(&stub.host(), SecretMap::default(), Arc::new(Forget)) else { panic!() };
    assert!(matches!(error, RemoteError::SignedOut(_)));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_given() {
    let act = |request: &Request| match request.path() {
        "/api/v1/auth/login" => json(200, r#"{"token": "half", "twoFaEnabled": true}"#),
        path => {
            assert_eq!(request.header("authorization"), Some("Bearer half"));
            let (field, code) = match path {
                "/api/v1/two-factor-auth/login" => ("verificationCode", "123456"),
                _ => ("recoveryCode", "abcd-efgh"),
            };
            match request.json()[field] == code {
                true => json(200, r#"{"token": "whole", "refreshToken": "r", "twoFaEnabled": true}"#),
                false => json(400, r#"{"detail": "canary-code is wrong"}"#),
            }
        }
    };
    let stub = Stub::start(act).await;
    let sign_in = |second| {
        let host = stub.host();
        async move { Account::sign_in(&host, &password(second), Arc::new(Forget)).await.map(|(_, kept)| kept) }
    };
    let code = |code: &str| Some(Second::Code(Secret::new(code.into())));
    assert_eq!(sign_in(None).await.unwrap_err(), RemoteError::SecondFactorNeeded);
    assert_eq!(sign_in(code("123456")).await.unwrap().expose("token"), Some("whole"));
    let recovery = Some(Second::Recovery(Secret::new("abcd-efgh".into())));
    assert_eq!(sign_in(recovery).await.unwrap().expose("token"), Some("whole"));
    let error = sign_in(code("canary-code")).await.unwrap_err();
    assert!(matches!(&error, RemoteError::WrongCode(sentence) if !sentence.contains("canary")), "{error:?}");
}

#[tokio::test]
async fn a_wrong_sign_in_is_told_from_other_failures() {
    for (status, body, wrong) in [
        (400, r#"{"detail": "canary-password is not it"}"#, true),
        (401, "", true),
        (403, "<html>", true),
        (429, "", false),
        (500, "", false),
        (200, "{}", false),
        (200, r#"{"token": 5}"#, false),
        (200, "{\"token\": \"a\\nb\"}", false),
    ] {
        let stub = Stub::start(move |_| json(status, body)).await;
        let Err(error) = Account::sign_in(&stub.host(), &password(None), Arc::new(Forget)).await else { panic!() };
        assert_eq!(matches!(error, RemoteError::WrongSignIn(_)), wrong, "{status} {body}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    let stub = Stub::start(move |_| json(200, r#"{"token": "", "isForcedToEnabled2Fa": true}"#)).await;
    let Err(error) = Account::sign_in(&stub.host(), &password(None), Arc::new(Forget)).await else { panic!() };
    assert!(matches!(error, RemoteError::SetUpNeeded(_)), "{error:?}");
}

#[tokio::test]
async fn a_users_token_is_exchanged() {
    let stub = Stub::start(|_| json(200, r#"{"token": "t"}"#)).await;
    let token = SignIn::Token { account: None, access_key: "access".into(), secret_key: Secret::new("canary".into()) };
    Account::sign_in(&stub.host(), &token, Arc::new(Forget)).await.unwrap();
    let sent = serde_json::json!({"mode": "token", "accessKey": "access", "secretKey": "canary"});
    assert_eq!(stub.seen()[0].json(), sent);
}

#[tokio::test]
async fn a_robots_key_is_proven_and_then_sent_each_time() {
    let act = |request: &Request| {
        // access:canary
        if request.header("authorization") != Some("Basic YWNjZXNzOmNhbmFyeQ==") {
            return json(401, "");
        }
        match request.path() {
            "/api/v1/users/userinfo" => json(403, ""),
            "/api/v1/robot/details" => json(
                200,
                r#"{"userId": "r-1", "name": "robot", "accountId": 7, "accountName": "acme", "organizationId": 3,
                    "organizationName": "Three", "scopes": ["scope:x:read"], "accessKey": "access"}"#,
            ),
            _ => page(&[], 0, false),
        }
    };
    let stub = Stub::start(act).await;
    let key = |secret: &str| SignIn::Key { access_key: "access".into(), secret_key: Secret::new(secret.into()) };
    let (account, kept) = Account::sign_in(&stub.host(), &key("canary"), Arc::new(Forget)).await.unwrap();
    assert_eq!(kept.fields().collect::<Vec<_>>(), ["accessKey", "secretKey"]);
    let who = account.who().await.unwrap();
    assert_eq!((who.id.as_str(), who.account.clone()), ("r-1", Some((7, "acme".into()))));
    assert_eq!(who.organizations[0].role, Role::Manager);
    let account = Account::resume(&stub.host(), kept, Arc::new(Forget)).unwrap();
    look(&account).await.unwrap();
    let Err(error) = Account::sign_in(&stub.host(), &key("wrong"), Arc::new(Forget)).await else { panic!() };
    assert!(matches!(error, RemoteError::WrongSignIn(_)), "{error:?}");
}

#[tokio::test]
async fn both_generations_say_who_one_is() {
    let who = |info: &'static str, organizations: u16| async move {
        let stub = Stub::start(move |request| match request.path() {
            "/api/v1/organizations/list" => {
                json(organizations, r#"[{"id": 1, "name": "One"}, {"id": 2, "name": null}, {"id": "x"}, {"id": 1}]"#)
            }
            _ => json(200, info),
        })
        .await;
        stub.account().who().await.unwrap()
    };
    let manager = who(
        r#"{"data": {"id": "u", "username": "ann", "email": "a@x", "displayName": "Ann", "role": "None",
            "account": {"accountId": 7, "name": "acme"}, "organizations": {
                "3": {"role": "Manager", "organizationName": "Three"}, "4": {"role": "Member", "organizationName": "Four"},
                "5": {"role": "None"}, "6": {"role": "Inventor"}, "x": {"role": "Manager"}, "8": {"role": null}}},
            "isMaintenanceModeEnabled": true}"#,
        500,
    )
    .await;
    assert_eq!(
        (manager.generation, manager.role, manager.maintenance),
        (Generation::Accounts, WhoRole::PerOrganization, true)
    );
    let roles: Vec<_> = manager.organizations.iter().map(|o| (o.id, o.role)).collect();
    assert_eq!(roles, [(3, Role::Manager), (4, Role::Member), (6, Role::Member)]);
    let owner =
        r#"{"data": {"id": "u", "username": "ann", "role": "AccountOwner", "organizations": {"3": {"role": "None"}}}}"#;
    let all = who(owner, 200).await;
    assert_eq!(all.role, WhoRole::Partner);
    assert!(all.organizations.iter().map(|o| (o.id, o.role)).eq([(1, Role::Partner), (2, Role::Partner)]));
    let legacy = who(
        r#"{"data": {"id": "u", "username": "bob", "role": "Manager", "organizationId": 9, "organizationName": "Nine",
            "partner": {"id": 2, "name": "P"}}, "isMaintenanceModeEnabled": false}"#,
        500,
    )
    .await;
    assert_eq!((legacy.generation, legacy.account), (Generation::Legacy, Some((2, "P".into()))));
    assert_eq!((legacy.organizations[0].id, legacy.organizations[0].role), (9, Role::Manager));
    let partner =
        r#"{"data": {"id": "u", "username": "b", "role": "Partner", "organizationId": 9, "organizationName": "N"}}"#;
    assert_eq!(who(partner, 200).await.organizations.len(), 2);
    assert_eq!(who(partner, 403).await.organizations[0].role, Role::Partner);
}
