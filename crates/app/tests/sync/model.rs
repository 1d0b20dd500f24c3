//! Random lives: edits on both sides, faults, crashes and restarts, in any order; and what must be true whatever happened.
//!
//! A schedule is made from one number, so that one that fails can be run again: `CREDENZA_SCHEDULE=123`. How many are run
//! says `CREDENZA_SCHEDULES`.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use credenza_app::{App, Cancel, ListQuery, Resolution, Side, SyncOptions};
use credenza_model::{CredentialId, KindId, SecretState, Values};
use credenza_store::State;
use credenza_taikun::{Fault, Options, Taikun, User, When, World};
use credenza_vault::Memory;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::desk::{EMAIL, PASSWORD, input, open, sample, typed, wire};

/// Two that can be changed, one of them with another verb; one that can only be replaced; one without lock and default.
const KINDS: [KindId; 4] = [KindId::Backup, KindId::Openstack, KindId::Showback, KindId::Ai];
/// What a crash says, so that it can be told from a failure.
const CRASH: &str = "the process is killed here";
const EVERYTHING: SyncOptions =
    SyncOptions { dry_run: false, accept_missing: true, retry_parked: true, everything: true };

/// A field of a kind that both sides change, which the API takes as a change where there is any.
fn field(kind: KindId) -> &'static str {
    match kind {
        KindId::Backup => "s3AccessKeyId",
        KindId::Openstack => "openStackUser",
        KindId::Showback => "username",
        _ => "name",
    }
}

struct Life {
    random: fastrand::Rng,
    seed: u64,
    taikun: Taikun,
    organization: i32,
    dir: TempDir,
    memory: Memory,
    app: Option<App>,
    /// Steps until the next crash.
    fuse: Arc<AtomicUsize>,
    /// Every secret that was ever typed.
    secrets: Vec<String>,
    drafts: BTreeSet<CredentialId>,
    next: u32,
    log: Vec<String>,
    /// Whether nothing goes wrong between the two, so that what happens depends on the seed alone.
    calm: bool,
}

impl Life {
    fn begin(seed: u64) -> Self {
        let status = if seed.is_multiple_of(2) { 400 } else { 409 };
        Self::begin_with(seed, status, false)
    }

    fn begin_with(seed: u64, duplicate_status: u16, calm: bool) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let options = Options { duplicate_status, events: false, ..Options::default() };
        let taikun = Taikun::start(options).unwrap();
        let organization = taikun.world().add_organization("Acme");
        taikun.world().add_user(User::new(EMAIL, PASSWORD).manager_of(organization));
        if random.bool() {
            // The server's clock is anywhere; nothing may depend on it.
            let skew = random.i64(-4_000_000..4_000_000);
            taikun.world().faults().push(When::always(), Fault::ClockSkew(skew));
        }
        let mut life = Self {
            random,
            seed,
            taikun,
            organization,
            dir: tempfile::tempdir().unwrap(),
            memory: Memory::new(),
            app: None,
            fuse: Arc::new(AtomicUsize::new(usize::MAX)),
            secrets: Vec::new(),
            drafts: BTreeSet::new(),
            next: 0,
            log: Vec::new(),
            calm,
        };
        life.start();
        life.app().sign_in(typed(&life.taikun), &Cancel::default()).unwrap();
        life
    }

    fn start(&mut self) {
        let fuse = Arc::clone(&self.fuse);
        // Each time the clock of this machine may be another one; nothing may depend on it.
        let clocks: [fn() -> DateTime<Utc>; 3] = [Utc::now, ahead, behind];
        let clock = *self.random.choice(&clocks).unwrap();
        self.app = Some(open(&self.dir, &self.memory).with_clock(clock).on_step(move |_| {
            let left = fuse.load(Ordering::SeqCst);
            if left == 0 {
                fuse.store(usize::MAX, Ordering::SeqCst);
                panic::panic_any(CRASH);
            }
            if left != usize::MAX {
                fuse.store(left - 1, Ordering::SeqCst);
            }
        }));
        let _ = self.app().sweep();
    }

    fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    fn world(&self) -> &World {
        self.taikun.world()
    }

    fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn secret(&mut self) -> String {
        let number = self.fresh();
        let secret = format!("sk-cnry{}x{number}", self.seed);
        self.secrets.push(secret.clone());
        secret
    }

    /// Runs something that may be killed in the middle, and starts again when it was.
    fn survive(&mut self, what: &str, act: impl FnOnce(&App)) {
        self.log.push(what.to_owned());
        let result = {
            let app = self.app();
            panic::catch_unwind(AssertUnwindSafe(|| act(app)))
        };
        if let Err(payload) = result {
            if payload.downcast_ref::<&str>() != Some(&CRASH) {
                panic::resume_unwind(payload);
            }
            self.log.push("killed".into());
            self.app = None;
            self.start();
        }
    }

    fn here(&self) -> Vec<credenza_app::CredentialView> {
        let query = ListQuery { limit: 1000, ..ListQuery::default() };
        self.app().list(&query).unwrap().items
    }

    fn any_here(&mut self) -> Option<credenza_app::CredentialView> {
        let rows = self.here();
        self.random.choice(rows)
    }

    fn id(row: &credenza_app::CredentialView) -> CredentialId {
        row.id.parse().unwrap()
    }

    /// One thing that somebody does, on either side.
    fn step(&mut self) {
        let kind = *self.random.choice(&KINDS).unwrap();
        let secret_field = kind.kind().secrets().next().unwrap().id;
        match self.random.u8(0..20) {
            0..=3 => {
                let name = format!("name-{}", self.random.u8(0..6));
                let mut body = sample(kind, &name);
                body[secret_field] = json!(self.secret());
                if kind != KindId::Ai {
                    body[field(kind)] = json!(format!("mine-{}", self.next));
                }
                self.survive("add", |app| drop(app.add(kind, Some("Acme"), input(&body), false)));
            }
            4 => {
                let draft = json!({ kind.kind().name_field: format!("draft-{}", self.fresh()) });
                let saved = self.app().add(kind, Some("Acme"), input(&draft), true).unwrap();
                self.drafts.insert(saved.credential.id.parse().unwrap());
            }
            5..=8 => {
                let Some(row) = self.any_here() else { return };
                let kind = row.kind.kind();
                if row.state == State::Draft {
                    return;
                }
                let mut change = serde_json::Map::new();
                if self.random.bool() {
                    change.insert(kind.name_field.into(), json!(format!("name-{}", self.random.u8(0..6))));
                }
                if self.random.bool() {
                    let text = format!("mine-{}", self.fresh());
                    change.insert(field(row.kind).into(), json!(text));
                }
                if self.random.u8(0..3) > 0 {
                    change.insert(kind.secrets().next().unwrap().id.into(), json!(self.secret()));
                }
                let change = Value::Object(change);
                self.survive("edit", |app| {
                    drop(app.edit(Self::id(&row), None, input(&change), credenza_app::Completeness::Complete));
                });
            }
            9 => {
                let Some(row) = self.any_here().filter(|row| row.state != State::Draft) else { return };
                self.survive("delete", |app| drop(app.delete(&[Self::id(&row)])));
                if self.random.bool() {
                    self.survive("undo", |app| drop(app.undo(Self::id(&row))));
                }
            }
            10 => {
                let Some(row) = self.any_here() else { return };
                let locked = self.random.bool();
                self.survive("lock", |app| drop(app.set_locked(Self::id(&row), locked)));
                self.survive("default", |app| drop(app.set_default(Self::id(&row))));
            }
            11 => {
                let Some(row) = self.any_here() else { return };
                let side = if self.random.bool() { Side::Mine } else { Side::Theirs };
                let id = Self::id(&row);
                self.survive("settle", |app| {
                    drop(app.resolve(id, &Resolution { all: Some(side), ..Resolution::default() }));
                });
            }
            12 => {
                let Some(row) = self.any_here() else { return };
                let id = Self::id(&row);
                match self.random.u8(0..3) {
                    0 => self.survive("consent", |app| drop(app.consent(id))),
                    1 => self.survive("retry", |app| drop(app.retry(id))),
                    _ => self.survive("discard", |app| drop(app.discard(id))),
                }
            }
            13 => {
                let mut body = wire(kind, &format!("name-{}", self.random.u8(0..6)));
                if self.world().rows(kind).iter().any(|row| row[kind.kind().name_field] == body[kind.kind().name_field])
                {
                    return;
                }
                if kind != KindId::Ai {
                    body[field(kind)] = json!(format!("theirs-{}", self.fresh()));
                }
                self.log.push("they add".into());
                self.world().add_row(kind, self.organization, body);
            }
            14..=16 => {
                let rows = self.world().rows(kind);
                let Some(row) = self.random.choice(rows.clone()) else { return };
                let number = i32::try_from(row["id"].as_i64().unwrap()).unwrap();
                let mut change = serde_json::Map::new();
                let name = format!("name-{}", self.random.u8(0..6));
                let free = !rows.iter().any(|row| row[kind.kind().name_field] == name.as_str());
                if free && self.random.bool() {
                    change.insert(kind.kind().name_field.into(), json!(name));
                }
                if kind != KindId::Ai && self.random.bool() {
                    change.insert(field(kind).into(), json!(format!("theirs-{}", self.fresh())));
                }
                if self.random.u8(0..4) == 0 {
                    change.insert(secret_field.into(), json!(format!("theirs-secret-{}", self.fresh())));
                }
                self.log.push("they change".into());
                self.world().change_row(kind, number, Value::Object(change));
            }
            17 => {
                let rows = self.world().rows(kind);
                let Some(row) = self.random.choice(rows) else { return };
                self.log.push("they delete".into());
                self.world().remove_row(kind, i32::try_from(row["id"].as_i64().unwrap()).unwrap());
            }
            _ => self.sync_on_a_bad_day(),
        }
    }

    fn sync_on_a_bad_day(&mut self) {
        let rate = *self.random.choice(&[0.0, 0.05, 0.2]).unwrap();
        let seed = self.random.u64(..);
        let short = (self.random.u8(0..4) == 0, self.random.bool());
        let killed = (self.random.bool(), self.random.usize(0..12));
        if !self.calm {
            self.world().faults().random(seed, rate);
            if short.0 {
                let fault = if short.1 { Fault::EmptyPage } else { Fault::TruncatedPage };
                self.world().faults().push(When::once().path("/list"), fault);
            }
            if killed.0 {
                self.fuse.store(killed.1, Ordering::SeqCst);
            }
        }
        let options = SyncOptions { accept_missing: self.random.bool(), ..EVERYTHING };
        let before = self.changed_here();
        let mut said = None;
        self.survive("sync", |app| {
            said = Some(match app.sync(options, &|_| (), &Cancel::default()) {
                Ok(report) => format!("{report:?}"),
                Err(error) => error.to_string(),
            });
        });
        self.fuse.store(usize::MAX, Ordering::SeqCst);
        self.world().faults().random(0, 0.0);
        self.sign_in_again();
        // No secret is in what a sync says.
        if let Some(said) = said {
            assert!(!self.secrets.iter().any(|secret| said.contains(secret.as_str())), "{}: {said}", self.seed);
        }
        self.nothing_typed_is_dropped(&before);
    }

    /// Two refusals in a row end a session, and then a person signs in again.
    fn sign_in_again(&self) {
        let account = self.app().sync_status().unwrap().account.unwrap();
        if !account.signed_in {
            self.app().sign_in(typed(&self.taikun), &Cancel::default()).unwrap();
        }
    }

    /// What was changed here and is not in the account yet: by credential, its values.
    fn changed_here(&self) -> BTreeMap<CredentialId, (Values, Vec<String>)> {
        let here = self.here();
        self.app()
            .store()
            .read(|reader| {
                let mut changed = BTreeMap::new();
                for row in here {
                    let id = Self::id(&row);
                    let base = reader.agreed(id)?.and_then(|agreed| agreed.base).unwrap_or_default().values;
                    let fields = row
                        .fields
                        .0
                        .iter()
                        .filter(|(field, value)| base.get(field) != Some(value))
                        .filter(|(field, _)| !row.kind.kind().field(field).is_some_and(|field| field.local))
                        .map(|(field, _)| field.clone())
                        .collect();
                    changed.insert(id, (row.fields, fields));
                }
                Ok::<_, credenza_store::StoreError>(changed)
            })
            .unwrap()
    }

    /// A sync never takes away what a person typed and the account does not have.
    fn nothing_typed_is_dropped(&self, before: &BTreeMap<CredentialId, (Values, Vec<String>)>) {
        let after: BTreeMap<CredentialId, Values> =
            self.here().into_iter().map(|row| (Self::id(&row), row.fields)).collect();
        for (id, (values, fields)) in before.iter().filter(|(_, (_, fields))| !fields.is_empty()) {
            let now = after.get(id).unwrap_or_else(|| panic!("{}: {id} is gone\n{:?}", self.seed, self.log));
            for field in fields {
                assert_eq!(now.get(field), values.get(field), "{}: {field} of {id}\n{:?}", self.seed, self.log);
            }
        }
    }

    /// Nothing goes wrong any more, and a person settles what is asked: both sides come to the same.
    fn come_to_rest(&mut self) {
        self.world().faults().clear();
        // The server's clock is right again, by which the session may be over.
        self.app().sign_in(typed(&self.taikun), &Cancel::default()).unwrap();
        for round in 0..12 {
            let report = self
                .app()
                .sync(EVERYTHING, &|_| (), &Cancel::default())
                .unwrap_or_else(|error| panic!("{}: {error}\n{:?}", self.seed, self.log));
            let conflicts = self.app().conflicts().unwrap();
            for conflict in &conflicts {
                let id: CredentialId = conflict.id.parse().unwrap();
                let side = if self.random.bool() { Side::Mine } else { Side::Theirs };
                let settled = self.app().resolve(id, &Resolution { all: Some(side), ..Resolution::default() });
                if settled.is_err() {
                    let theirs = Resolution { all: Some(Side::Theirs), ..Resolution::default() };
                    // Where neither can be, the next sync says what has become of it.
                    let _ = self.app().resolve(id, &theirs);
                }
            }
            let pending = self.app().pending().unwrap();
            for change in &pending {
                let id: CredentialId = change.id.parse().unwrap();
                match change.state.as_str() {
                    "asks" if self.random.bool() => drop(self.app().consent(id)),
                    "asks" => drop(self.app().discard(id)),
                    // Refused for good: its name is taken, it is locked there. A person gives in.
                    "parked" if round > 2 => {
                        let discarded = self.app().discard(id);
                        if discarded.is_err() {
                            let _ = self.app().set_locked(id, false);
                            let name = self.app().show(id).unwrap().kind.kind().name_field;
                            let fresh = json!({ name: format!("free-{}", self.fresh()) });
                            let _ = self.app().edit(id, None, input(&fresh), credenza_app::Completeness::Complete);
                        }
                    }
                    _ => {}
                }
            }
            if report.pending == 0 && conflicts.is_empty() && pending.is_empty() && round > 1 {
                return;
            }
        }
        panic!("{}: it does not come to rest: {:?}\n{:?}", self.seed, self.app().pending().unwrap(), self.log);
    }

    fn both_sides_are_the_same(&self) {
        let case = || format!("{}\n{:?}", self.seed, self.log);
        let here = self.here();
        for kind in KINDS {
            let mut there: BTreeMap<i64, Value> =
                self.world().rows(kind).into_iter().map(|row| (row["id"].as_i64().unwrap(), row)).collect();
            for row in here.iter().filter(|row| row.kind == kind && row.state != State::Draft) {
                assert_eq!(row.state, State::Synced, "{} {row:?}", case());
                let number = i64::from(row.account_id.unwrap());
                let other = there.remove(&number).unwrap_or_else(|| panic!("{} is not there: {}", row.name, case()));
                assert_eq!(other[kind.kind().name_field].as_str(), Some(row.name.as_str()), "{}", case());
                let observed = credenza_remote::observed(kind);
                for (id, value) in row.fields.0.iter().filter(|(id, _)| observed.contains(&id.as_str())) {
                    if !kind.kind().field(id).unwrap().local && !matches!(value, credenza_model::Value::Bool(_)) {
                        assert_eq!(json!(value), other[id.as_str()], "{id} {}", case());
                    }
                }
                if kind.kind().wire.lock.is_some() {
                    assert_eq!(other["isLocked"].as_bool(), Some(row.locked), "{}", case());
                }
                for secret in kind.kind().secrets() {
                    // A secret that somebody else put there is never told, and so not known to be another one.
                    let ours = self.secrets.iter().any(|mine| other[secret.id] == mine.as_str());
                    if ours && row.secrets[secret.id] == SecretState::Set {
                        let mine = self.app().reveal(Self::id(row), secret.id).unwrap();
                        assert_eq!(other[secret.id].as_str(), Some(mine.expose()), "{}", case());
                    }
                }
            }
            assert!(there.is_empty(), "only there: {there:?} {}", case());
        }
        for draft in &self.drafts {
            assert!(here.iter().any(|row| Self::id(row) == *draft), "a draft is lost: {}", case());
        }
    }

    /// Nothing on the disk holds a secret, and the keychain holds nothing but what rows refer to.
    fn nothing_leaked(&mut self) {
        self.app = None;
        for file in std::fs::read_dir(self.dir.path()).unwrap().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            for secret in &self.secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{}: a secret is in {:?}", self.seed, file.file_name());
            }
        }
        self.start();
        self.app().sweep().unwrap();
        let refs = self.app().store().read(|reader| reader.secret_refs()).unwrap();
        // One item a credential, and the session.
        assert_eq!(self.memory.items().len(), refs.len() + 1, "{}: {:?}", self.seed, self.log);
    }

    fn live(mut self) {
        let steps = self.random.usize(8..30);
        for _ in 0..steps {
            self.step();
        }
        self.come_to_rest();
        self.both_sides_are_the_same();
        self.nothing_leaked();
    }
}

fn quiet_crashes() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&CRASH) {
                usual(info);
            }
        }));
    });
}

fn many(default: u64) -> u64 {
    std::env::var("CREDENZA_SCHEDULES").ok().and_then(|count| count.parse().ok()).unwrap_or(default)
}

#[test]
fn whatever_happens_both_sides_come_to_the_same_and_nothing_is_lost() {
    quiet_crashes();
    if let Some(seed) = std::env::var("CREDENZA_SCHEDULE").ok().and_then(|seed| seed.parse().ok()) {
        return Life::begin(seed).live();
    }
    let next = AtomicUsize::new(0);
    let total = usize::try_from(many(1000)).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= total {
                        return;
                    }
                    Life::begin(seed as u64).live();
                }
            });
        }
    });
}

fn ahead() -> DateTime<Utc> {
    Utc::now() + TimeDelta::days(400)
}

fn behind() -> DateTime<Utc> {
    Utc::now() - TimeDelta::days(400)
}

/// A server that says 409 where another says 400 means the same.
#[test]
fn the_status_of_a_refusal_changes_nothing() {
    quiet_crashes();
    for seed in 0..many(1000) / 50 {
        let end = |status| {
            let mut life = Life::begin_with(seed, status, true);
            for _ in 0..25 {
                life.step();
            }
            let rows = life.here().into_iter().map(|row| (row.kind, row.name, row.state, row.locked, row.default));
            let mut rows: Vec<String> = rows.map(|row| format!("{row:?}")).collect();
            rows.sort();
            (rows, life.log)
        };
        assert_eq!(end(400), end(409), "{seed}");
    }
}

/// The server does not mind two of one name here, so that a second creation would be seen.
#[test]
fn nothing_is_ever_made_twice() {
    quiet_crashes();
    for seed in 0..many(1000) / 10 {
        let mut random = fastrand::Rng::with_seed(seed);
        let taikun = Taikun::start(Options { unique_names: false, events: false, ..Options::default() }).unwrap();
        let organization = taikun.world().add_organization("Acme");
        taikun.world().add_user(User::new(EMAIL, PASSWORD).manager_of(organization));
        let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::new());
        let fuse = Arc::new(AtomicUsize::new(usize::MAX));
        let start = || {
            let fuse = Arc::clone(&fuse);
            open(&dir, &memory).on_step(move |_| {
                if fuse.load(Ordering::SeqCst) != usize::MAX && fuse.fetch_sub(1, Ordering::SeqCst) == 0 {
                    fuse.store(usize::MAX, Ordering::SeqCst);
                    panic::panic_any(CRASH);
                }
            })
        };
        let mut app = start();
        app.sign_in(typed(&taikun), &Cancel::default()).unwrap();
        let names: Vec<(KindId, String)> = (0..6).map(|number| (KINDS[number % 4], format!("name-{number}"))).collect();
        for (kind, name) in &names {
            app.add(*kind, Some("Acme"), input(&sample(*kind, name)), false).unwrap();
        }
        for _ in 0..6 {
            taikun.world().faults().random(random.u64(..), 0.25);
            fuse.store(random.usize(0..20), Ordering::SeqCst);
            let killed =
                panic::catch_unwind(AssertUnwindSafe(|| drop(app.sync(EVERYTHING, &|_| (), &Cancel::default()))));
            fuse.store(usize::MAX, Ordering::SeqCst);
            if killed.is_err() {
                drop(app);
                app = start();
            }
        }
        taikun.world().faults().clear();
        app.sign_in(typed(&taikun), &Cancel::default()).unwrap();
        for _ in 0..2 {
            app.sync(EVERYTHING, &|_| (), &Cancel::default()).unwrap();
        }
        assert!(app.pending().unwrap().is_empty() && app.conflicts().unwrap().is_empty(), "{seed}");
        for (kind, name) in &names {
            assert_eq!(taikun.world().creates(*kind, organization, name), 1, "{seed}: {kind:?} {name}");
        }
    }
}
