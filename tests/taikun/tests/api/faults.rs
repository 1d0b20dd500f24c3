//! What goes wrong on demand.

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use credenza_model::KindId;
use credenza_taikun::{Fault, Options, When, World};
use serde_json::json;

use crate::client::{Client, aws, current, server};

fn made(world: &World) -> usize {
    world.rows(KindId::Aws).len()
}

#[test]
fn a_connection_is_dropped_before_or_after_the_effect() {
    let (taikun, first, _) = current();
    let (world, client) = (taikun.world(), Client::of(&taikun, "manager@test"));
    let create = |name: &str| client.send("POST", "/api/v1/aws/create", Some(&aws(name, first)));
    world.faults().push(When::once().path("aws/create"), Fault::DropBefore);
    assert!(create("before").is_err());
    assert_eq!(made(world), 0);
    world.faults().push(When::once().path("aws/create"), Fault::DropAfter);
    assert!(create("after").is_err());
    assert_eq!((made(world), world.creates(KindId::Aws, first, "after")), (1, 1));
    world.faults().push(When::once().path("aws/create"), Fault::ResetInBody);
    assert!(create("reset").is_err());
    assert_eq!(made(world), 2);
    assert_eq!(create("whole").unwrap().status, 200);
    let log = world.log();
    let outcomes: Vec<_> =
        log.iter().filter(|logged| logged.path.ends_with("create")).map(|logged| logged.status).collect();
    assert_eq!(outcomes, [None, None, Some(200), Some(200)]);
    assert!(log[1].faulted.as_deref() == Some("DropBefore"), "{log:?}");
}

#[test]
fn a_dropped_connection_is_really_closed() {
    use std::io::Write;

    let (taikun, ..) = current();
    taikun.world().faults().push(When::once(), Fault::DropAfter);
    let mut stream = TcpStream::connect(taikun.address().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"GET /api/v1/users/userinfo HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut answer = Vec::new();
    // Closed in order or reset: either way there is no answer, and no waiting for one.
    let closed = stream.read_to_end(&mut answer).is_ok_and(|read| read == 0) || answer.is_empty();
    assert!(closed, "{answer:?}");
}

#[test]
fn a_status_comes_with_the_effect_or_without() {
    let (taikun, first, _) = current();
    let (world, client) = (taikun.world(), Client::of(&taikun, "manager@test"));
    let when = || When::once().method("POST").path("aws/create");
    world.faults().push(when(), Fault::Status(503));
    client.post("/api/v1/aws/create", &aws("one", first)).expect(503);
    assert_eq!(made(world), 0);
    world.faults().push(when(), Fault::StatusAfter(504));
    client.post("/api/v1/aws/create", &aws("two", first)).expect(504);
    assert_eq!(made(world), 1);
    world.faults().push(when(), Fault::RetryAfter(Duration::from_secs(7)));
    let answer = client.post("/api/v1/aws/create", &aws("three", first)).expect(429);
    assert_eq!(answer.header("retry-after"), "7");
    world.faults().push(when(), Fault::RedirectTo("https://elsewhere.example/".into()));
    let answer = client.post("/api/v1/aws/create", &aws("four", first)).expect(307);
    assert_eq!(answer.header("location"), "https://elsewhere.example/");
}

#[test]
fn faults_fall_on_the_nth_request_and_so_many_times() {
    let (taikun, ..) = current();
    let client = Client::of(&taikun, "manager@test");
    taikun.world().faults().push(When::once().path("azure").nth(2).times(2), Fault::Status(500));
    let statuses: Vec<u16> = (0..5).map(|_| client.get("/api/v1/azure/list").status).collect();
    assert_eq!(statuses, [200, 500, 500, 200, 200]);
    client.get("/api/v1/aws/list").expect(200);
    taikun.world().faults().push(When::always(), Fault::Status(500));
    client.get("/api/v1/aws/list").expect(500);
    taikun.world().faults().clear();
    client.get("/api/v1/aws/list").expect(200);
}

#[test]
fn pages_lose_rows() {
    let (taikun, first, _) = server(Options::default());
    let world = taikun.world();
    world.fill(KindId::Backup, first, 10);
    let client = Client::of(&taikun, "manager@test");
    let page =
        |offset: u32| client.get(&format!("/api/v1/s3credentials/list?Limit=4&Offset={offset}")).expect(200).json();
    world.faults().push(When::once(), Fault::EmptyPage);
    let empty = page(0);
    assert_eq!((&empty["data"], &empty["totalCount"]), (&json!([]), &json!(10)));
    world.faults().push(When::once(), Fault::TruncatedPage);
    assert_eq!(page(0)["data"].as_array().unwrap().len(), 2);
    world.faults().push(When::always(), Fault::VanishBetweenPages);
    assert_eq!(page(0)["totalCount"], json!(10));
    assert_eq!(page(4)["totalCount"], json!(9));
    assert_eq!(world.rows(KindId::Backup).len(), 9);
}

#[test]
fn clocks_are_off() {
    let (taikun, first, _) = current();
    let client = Client::of(&taikun, "manager@test");
    taikun.world().faults().push(When::once().path("create"), Fault::ClockSkew(-86_400 * 365));
    let answer = client.post("/api/v1/aws/create", &aws("past", first)).expect(200);
    let row = client.get("/api/v1/aws/list").data().remove(0);
    let year = |text: &str| text.chars().filter(char::is_ascii_digit).take(4).collect::<String>();
    let now = client.get("/api/v1/aws/list").header("date").to_owned();
    assert_ne!(answer.header("date").split(' ').nth(3), now.split(' ').nth(3));
    assert_eq!(Some(year(row["createdAt"].as_str().unwrap()).as_str()), answer.header("date").split(' ').nth(3));
}

#[test]
fn answers_come_slowly() {
    let (taikun, ..) = current();
    let client = Client::of(&taikun, "manager@test");
    let timed = |fault: Fault| {
        taikun.world().faults().push(When::once(), fault);
        let start = Instant::now();
        client.get("/api/v1/aws/list").expect(200).json();
        start.elapsed()
    };
    assert!(timed(Fault::Latency(Duration::from_millis(150))) >= Duration::from_millis(150));
    assert!(timed(Fault::Trickle(400)) >= Duration::from_millis(150));
}

#[test]
fn a_request_is_carried_out_when_nobody_waits_for_it_any_more() {
    use std::io::Write;

    let (taikun, first, _) = current();
    let world = taikun.world();
    let token = Client::of(&taikun, "manager@test").authorization.unwrap();
    for (name, fault) in
        [("late", Fault::Latency(Duration::from_millis(100))), ("soon", Fault::LatencyAfter(Duration::from_secs(60)))]
    {
        world.faults().push(When::once().path("create"), fault);
        let body = aws(name, first).to_string();
        let mut stream = TcpStream::connect(taikun.address().strip_prefix("http://").unwrap()).unwrap();
        let head = "POST /api/v1/aws/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        let length = body.len();
        write!(stream, "{head}\r\nContent-Length: {length}\r\nAuthorization: {token}\r\n\r\n{body}").unwrap();
        std::thread::sleep(Duration::from_millis(30));
        drop(stream);
        let start = Instant::now();
        while world.creates(KindId::Aws, first, name) == 0 {
            assert!(start.elapsed() < Duration::from_secs(5), "{name}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn answers_are_nonsense() {
    let (taikun, first, _) = current();
    taikun.world().add_row(KindId::Aws, first, aws("plain", first));
    let client = Client::of(&taikun, "manager@test");
    let heard = |fault: Fault| {
        taikun.world().faults().push(When::once(), fault);
        client.get("/api/v1/aws/list").expect(200)
    };
    assert_eq!(heard(Fault::WrongTypes).json()["data"][0]["id"], json!("1"));
    assert!(heard(Fault::HtmlInNames).json()["data"][0]["name"].as_str().unwrap().contains("<b>plain</b>"));
    let name = heard(Fault::ControlCharactersInNames).json()["data"][0]["name"].as_str().unwrap().to_owned();
    assert!(name.contains('\u{1b}') && name.contains('\n') && name.contains("plain"));
    assert_eq!(heard(Fault::NoBody).text, "");
    taikun.world().faults().push(When::once(), Fault::HtmlPage(502));
    let page = client.get("/api/v1/aws/list").expect(502);
    assert_eq!((page.header("content-type"), page.text.starts_with("<html>")), ("text/html", true));
    assert!(heard(Fault::DeepJson(500)).text.contains(&"[".repeat(500)));
    assert!(heard(Fault::HugeBody(1 << 20)).text.len() > 1 << 20);
}

#[test]
fn the_same_seed_gives_the_same_bad_day() {
    let day = |seed: u64| -> Vec<Option<u16>> {
        let (taikun, ..) = current();
        let client = Client::of(&taikun, "manager@test");
        taikun.world().faults().random(seed, 0.5);
        (0..60).map(|_| client.send("GET", "/api/v1/aws/list", None).ok().map(|heard| heard.status)).collect()
    };
    let first = day(7);
    assert_eq!(first, day(7));
    assert_ne!(first, day(8));
    let fine = first.iter().filter(|status| **status == Some(200)).count();
    assert!((15..45).contains(&fine), "{first:?}");
}

#[test]
fn events_tell_of_changes() {
    let (taikun, first, _) = server(Options { heartbeat: Duration::from_millis(50), ..Options::default() });
    let token = Client::of(&taikun, "manager@test").authorization.unwrap();
    let mut stream = TcpStream::connect(taikun.address().strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let request =
        format!("GET /api/v1/sse/notifications HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut heard = String::new();
    let mut until = |word: &str| {
        while !heard.contains(word) {
            let mut chunk = [0; 4096];
            let read = stream.read(&mut chunk).unwrap();
            heard += &String::from_utf8_lossy(&chunk[..read]);
        }
    };
    until("text/event-stream");
    until(": still here");
    taikun.world().add_row(KindId::Aws, first, aws("told", first));
    until("\"kind\":\"aws\"");
    drop(taikun);
    let (taikun, ..) = server(Options { events: false, ..Options::default() });
    Client::of(&taikun, "manager@test").get("/api/v1/sse/notifications").expect(404);
}
