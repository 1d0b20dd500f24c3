//! Locks and prompts against a provider made for the test, at the other end of a socket.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use zbus::blocking::connection::Builder;
use zbus::object_server::SignalEmitter;

use super::*;

/// What the person does with the prompt.
#[derive(Clone, Copy, PartialEq)]
enum Person {
    Accepts,
    Dismisses,
    IsAway,
}

struct Provider {
    default: &'static str,
}

#[zbus::interface(name = "org.freedesktop.Secret.Service")]
impl Provider {
    fn read_alias(&self, _name: String) -> OwnedObjectPath {
        path(self.default)
    }

    fn search_items(&self, _attributes: HashMap<String, String>) -> (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) {
        (vec![], vec![path("/other/1"), path("/other/2")])
    }

    fn unlock(&self, objects: Vec<OwnedObjectPath>) -> (Vec<OwnedObjectPath>, OwnedObjectPath) {
        assert_eq!(objects, [path("/other"), path("/default")]);
        (vec![], path("/prompt"))
    }

    fn create_collection(
        &self,
        _properties: HashMap<String, OwnedValue>,
        alias: String,
    ) -> (OwnedObjectPath, OwnedObjectPath) {
        assert_eq!(alias, "default");
        (path("/"), path("/prompt"))
    }
}

struct Collection {
    locked: bool,
}

#[zbus::interface(name = "org.freedesktop.Secret.Collection")]
impl Collection {
    #[zbus(property)]
    fn locked(&self) -> bool {
        self.locked
    }
}

struct Prompt {
    person: Person,
    dismissals: Arc<AtomicUsize>,
}

#[zbus::interface(name = "org.freedesktop.Secret.Prompt")]
impl Prompt {
    async fn prompt(
        &self,
        _window: String,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        if self.person != Person::IsAway {
            Self::completed(&emitter, self.person == Person::Dismisses, Value::from("")).await?;
        }
        Ok(())
    }

    async fn dismiss(&self, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> zbus::fdo::Result<()> {
        self.dismissals.fetch_add(1, Ordering::SeqCst);
        Ok(Self::completed(&emitter, true, Value::from("")).await?)
    }

    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, dismissed: bool, result: Value<'_>) -> zbus::Result<()>;
}

fn path(path: &str) -> OwnedObjectPath {
    path.to_owned().try_into().unwrap()
}

/// A provider at the other end of a socket, and how often it was told to take its prompt away.
fn provider(default: &'static str, locked: [bool; 2], person: Person) -> (System, Connection, Arc<AtomicUsize>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let dismissals = Arc::new(AtomicUsize::new(0));
    let prompt = Prompt { person, dismissals: Arc::clone(&dismissals) };
    let server = std::thread::spawn(move || {
        let [default_locked, other_locked] = locked;
        Builder::async_io_unix_stream(theirs)
            .server(zbus::OwnedGuid::from(zbus::Guid::try_from("0123456789abcdef0123456789abcdef").unwrap()))
            .unwrap()
            .p2p()
            .serve_at(PATH, Provider { default })
            .unwrap()
            .serve_at("/default", Collection { locked: default_locked })
            .unwrap()
            .serve_at("/other", Collection { locked: other_locked })
            .unwrap()
            .serve_at("/prompt", prompt)
            .unwrap()
            .build()
            .unwrap()
    });
    let bus = Builder::async_io_unix_stream(ours).p2p().build().unwrap();
    (System { bus }, server.join().unwrap(), dismissals)
}

#[test]
fn a_prompt_is_accepted_or_dismissed() {
    // Also where there is no default collection yet, which the prompt then makes.
    for default in ["/default", "/"] {
        for (person, answer) in [(Person::Accepts, Ok(())), (Person::Dismisses, Err(VaultError::Denied))] {
            let (system, _server, dismissals) = provider(default, [true, true], person);
            assert_eq!(system.unlock(Duration::from_secs(10)), answer);
            assert_eq!(dismissals.load(Ordering::SeqCst), 0);
        }
    }
}

#[test]
fn a_prompt_that_nobody_answers_is_taken_away_at_the_bound() {
    let (system, _server, dismissals) = provider("/default", [true, true], Person::IsAway);
    let asked = Instant::now();
    assert_eq!(system.unlock(Duration::from_millis(100)), Err(VaultError::TimedOut));
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert_eq!(dismissals.load(Ordering::SeqCst), 1);
}

#[test]
fn a_lock_anywhere_is_seen_before_the_store_would_prompt() {
    for (default, locked, user, answer) in [
        ("/default", [false, false], Some("user"), Ok(())),
        ("/default", [true, false], None, Err(VaultError::Locked)),
        ("/default", [false, true], None, Ok(())),
        ("/default", [false, true], Some("user"), Err(VaultError::Locked)),
        ("/", [false, false], None, Err(VaultError::Locked)),
    ] {
        let (system, _server, _) = provider(default, locked, Person::IsAway);
        assert_eq!(system.check(user), answer, "{default} {locked:?} {user:?}");
    }
}
