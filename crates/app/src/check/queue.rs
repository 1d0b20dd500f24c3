//! Whose turn it is: which of the waiting credentials may be asked about now, and which need not be asked about at all.
//!
//! Three things are kept apart. A *host* is asked by few at a time. An *identity* at a host is asked about one after the
//! other, since providers count refusals and lock. What a host or an identity has answered a moment ago is not asked again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use credenza_model::{CredentialId, FieldType, SecretMap, Verdict};
use credenza_store::{Check, Credential};
use url::Url;

/// After how many refusals an identity is left alone, whatever secrets its other credentials have.
const REFUSALS: usize = 2;
/// After how many silences a host is taken to be away.
const SILENCES: usize = 2;

/// One credential that waits. It holds no secret.
#[derive(Clone)]
pub(super) struct Waiting {
    /// Its place in the report.
    pub place: usize,
    pub id: CredentialId,
    host: String,
    /// As whom it acts there, where that is known before it is asked.
    who: Option<String>,
}

impl Waiting {
    pub(super) fn of(place: usize, row: &Credential) -> Self {
        let kind = row.kind.kind();
        let addresses = kind.fields.iter().filter(|field| field.ty == FieldType::Url);
        let hosts: Vec<String> = addresses
            .filter_map(|field| Url::parse(row.values.text(field.id)?).ok())
            .filter_map(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)))
            .collect();
        // The public providers are each one host.
        let host = if hosts.is_empty() { row.kind.as_str().to_owned() } else { hosts.join(" ") };
        Self { place, id: row.id, host, who: row.facts.identity.as_ref().map(|identity| identity.to_lowercase()) }
    }

    /// Whether the row still is at the host and of the identity that it was queued for.
    pub(super) fn is_still(&self, row: &Credential) -> bool {
        let now = Self::of(self.place, row);
        now.host == self.host && now.who == self.who
    }

    fn key(&self) -> Option<(String, String)> {
        Some((self.host.clone(), self.who.clone()?))
    }
}

/// What waits for one host, and how the host does.
#[derive(Default)]
struct Host {
    waiting: VecDeque<Waiting>,
    under_way: usize,
    silences: usize,
    /// What is said of all others, once the host is away.
    away: Option<Check>,
}

/// A refusal, and of what.
type Refused = (Credential, Arc<SecretMap>, Check);

/// All that wait.
pub(super) struct Queues {
    per_host: usize,
    hosts: Vec<Host>,
    places: HashMap<String, usize>,
    /// The host whose turn is next, so that a slow one holds up nobody else.
    turn: usize,
    /// The identities that are being asked about.
    busy: HashSet<(String, String)>,
    /// How many of an identity are still to come: nothing of it is remembered beyond the last.
    left: HashMap<(String, String), usize>,
    refused: HashMap<(String, String), Vec<Refused>>,
}

impl Queues {
    pub(super) fn new(waiting: Vec<Waiting>, per_host: usize) -> Self {
        let mut queues = Self {
            per_host: per_host.max(1),
            hosts: Vec::new(),
            places: HashMap::new(),
            turn: 0,
            busy: HashSet::new(),
            left: HashMap::new(),
            refused: HashMap::new(),
        };
        for one in waiting {
            if let Some(key) = one.key() {
                *queues.left.entry(key).or_default() += 1;
            }
            let next = queues.hosts.len();
            let place = *queues.places.entry(one.host.clone()).or_insert(next);
            if place == next {
                queues.hosts.push(Host::default());
            }
            queues.hosts[place].waiting.push_back(one);
        }
        queues
    }

    /// The next one that may be asked about now.
    pub(super) fn next(&mut self) -> Option<Waiting> {
        for step in 0..self.hosts.len() {
            let place = (self.turn + step) % self.hosts.len();
            let host = &mut self.hosts[place];
            if host.under_way >= self.per_host {
                continue;
            }
            let busy = &self.busy;
            let free = host.waiting.iter().position(|one| one.key().is_none_or(|key| !busy.contains(&key)));
            let Some(one) = free.and_then(|free| host.waiting.remove(free)) else { continue };
            host.under_way += 1;
            self.busy.extend(one.key());
            self.turn = place + 1;
            return Some(one);
        }
        None
    }

    /// Whether nothing waits any more.
    pub(super) fn is_empty(&self) -> bool {
        self.hosts.iter().all(|host| host.waiting.is_empty())
    }

    /// What can be said of one without asking.
    pub(super) fn known(
        &self,
        one: &Waiting,
        row: &Credential,
        secrets: &SecretMap,
        now: DateTime<Utc>,
    ) -> Option<Check> {
        let host = self.places.get(&one.host).map(|place| &self.hosts[*place]);
        if let Some(away) = host.and_then(|host| host.away.as_ref()) {
            // What is said of another credential's connection is not said of this one.
            return Some(Check { at: now, warnings: Vec::new(), dangers: Vec::new(), ..away.clone() });
        }
        let refused = self.refused.get(&one.key()?)?;
        // The very same was refused a moment ago: asking again helps only to lock it.
        let same = |(other, known, _): &&Refused| other.is_sent_alike(row) && **known == *secrets;
        if let Some((_, _, check)) = refused.iter().find(same) {
            return Some(Check { at: now, ..check.clone() });
        }
        // It says nothing of the credential, so that it is told and not kept.
        (refused.len() >= REFUSALS).then(|| Check {
            verdict: Verdict::RateLimited,
            message:
                "Others of this name were refused there a moment ago. This one was not tried, for a provider locks \
                      whoever is refused too often. Check it by itself."
                    .into(),
            field: None,
            identity: None,
            details: Vec::new(),
            warnings: Vec::new(),
            dangers: Vec::new(),
            expires: None,
            at: now,
        })
    }

    /// One is done with: what its host and its identity have answered counts for those that follow.
    pub(super) fn answered(&mut self, one: &Waiting, found: Option<(&Credential, &Arc<SecretMap>, &Check)>) {
        let named = one.host.contains(':');
        if let Some(host) = self.places.get(&one.host).map(|place| &mut self.hosts[*place]) {
            host.under_way = host.under_way.saturating_sub(1);
            match found.map(|(_, _, check)| check) {
                Some(check) if named && matches!(check.verdict, Verdict::HostNotFound | Verdict::Refused) => {
                    host.away = Some(check.clone());
                }
                Some(check) if named && check.verdict == Verdict::TimedOut => {
                    host.silences += 1;
                    if host.silences >= SILENCES {
                        host.away = Some(check.clone());
                    }
                }
                Some(_) => host.silences = 0,
                None => {}
            }
        }
        let Some(key) = one.key() else { return };
        self.busy.remove(&key);
        let left = self.left.entry(key.clone()).or_default();
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.refused.remove(&key);
        } else if let Some((row, secrets, check)) = found.filter(|(_, _, check)| locks(check.verdict)) {
            self.refused.entry(key).or_default().push((row.clone(), Arc::clone(secrets), check.clone()));
        }
    }
}

/// Whether a provider counts such an answer against the one who asked.
fn locks(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::WrongSecret | Verdict::WrongIdentityOrSecret)
}

#[cfg(test)]
mod tests {
    use credenza_model::{Facts, KindId, OrganizationId, Secret, Value, Values, WorkspaceId};
    use credenza_store::{AccountFacts, State};
    use uuid::Uuid;

    use super::*;

    fn row(url: &str, who: &str) -> Credential {
        let mut values = Values::default();
        values.set("prometheusUrl", Value::Text(url.into()));
        Credential {
            id: CredentialId::new(Uuid::now_v7()),
            workspace: WorkspaceId::new(Uuid::nil()),
            organization: OrganizationId::new(Uuid::nil()),
            kind: KindId::Billing,
            name: String::new(),
            state: State::Ready,
            locked: false,
            default: false,
            version: 1,
            values,
            secrets: Default::default(),
            facts: Facts { identity: Some(who.into()), ..Facts::default() },
            secret_facts: Facts::default(),
            problems: Vec::new(),
            secret: None,
            remote_id: None,
            used_by: Vec::new(),
            created_at: DateTime::UNIX_EPOCH,
            modified_at: DateTime::UNIX_EPOCH,
            deleted_at: None,
            erase_at: None,
            account: AccountFacts::default(),
            trouble: None,
            note: String::new(),
            expires_by_hand: None,
            check: None,
        }
    }

    fn queues(rows: &[Credential]) -> Queues {
        Queues::new(rows.iter().enumerate().map(|(place, row)| Waiting::of(place, row)).collect(), 2)
    }

    fn secrets(text: &str) -> Arc<SecretMap> {
        let mut map = SecretMap::default();
        map.insert("prometheusPassword", Secret::new(text.into()));
        Arc::new(map)
    }

    fn found(verdict: Verdict) -> Check {
        Check {
            verdict,
            message: "A sentence.".into(),
            field: None,
            identity: None,
            details: Vec::new(),
            warnings: Vec::new(),
            dangers: Vec::new(),
            expires: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_host_is_asked_by_few_and_an_identity_one_after_the_other() {
        let rows =
            [("https://a", "x"), ("https://a/", "X"), ("https://a", "y"), ("https://a", "z"), ("https://b:9", "x")];
        let rows: Vec<_> = rows.iter().map(|(url, who)| row(url, who)).collect();
        let mut queues = queues(&rows);
        let mut next = || queues.next().map(|one| one.place);
        // The same name in another case at the same host is the same; a slow host holds up no other.
        assert_eq!([next(), next(), next(), next()], [Some(0), Some(4), Some(2), None]);
        queues.answered(&Waiting::of(2, &rows[2]), None);
        assert_eq!(queues.next().unwrap().place, 3);
        queues.answered(&Waiting::of(0, &rows[0]), None);
        assert_eq!(queues.next().unwrap().place, 1);
        assert!(queues.is_empty());
    }

    #[test]
    fn a_refusal_is_one_of_the_very_same_only() {
        let mut other = row("https://a", "x");
        other.values.set("prometheusUsername", Value::Text("X".into()));
        let rows = [row("https://a", "x"), row("https://a", "x"), other];
        let mut queues = queues(&rows);
        let one = queues.next().unwrap();
        let (bad, good, now) = (secrets("bad"), secrets("good"), DateTime::UNIX_EPOCH);
        assert_eq!(queues.known(&one, &rows[0], &bad, now), None);
        queues.answered(&one, Some((&rows[0], &bad, &found(Verdict::WrongIdentityOrSecret))));
        let one = queues.next().unwrap();
        assert_eq!(queues.known(&one, &rows[1], &bad, now).unwrap().verdict, Verdict::WrongIdentityOrSecret);
        assert_eq!(queues.known(&one, &rows[1], &good, now), None, "another secret is another");
        assert_eq!(queues.known(&one, &rows[2], &bad, now), None, "so is what differs in anything that is sent");
    }

    #[test]
    fn an_identity_that_was_refused_twice_is_left_alone_and_forgotten_at_its_last() {
        let rows: Vec<_> = (0..4).map(|_| row("https://a", "x")).collect();
        let mut queues = queues(&rows);
        for (place, secret) in ["one", "two"].into_iter().enumerate() {
            let one = queues.next().unwrap();
            let secrets = secrets(secret);
            assert_eq!(queues.known(&one, &rows[place], &secrets, DateTime::UNIX_EPOCH), None);
            queues.answered(&one, Some((&rows[place], &secrets, &found(Verdict::WrongSecret))));
        }
        for row in &rows[2..] {
            let one = queues.next().unwrap();
            let known = queues.known(&one, row, &secrets("three"), DateTime::UNIX_EPOCH).unwrap();
            assert_eq!(known.verdict, Verdict::RateLimited);
            queues.answered(&one, None);
        }
        assert!(queues.refused.is_empty(), "no secret is remembered beyond the last that it could be for");
    }

    #[test]
    fn a_host_that_is_away_is_not_asked_again_and_a_public_provider_always_is() {
        let rows: Vec<_> = (0..4).map(|number| row("https://a", &number.to_string())).collect();
        let mut queues = queues(&rows);
        let nothing = secrets("x");
        let known = |queues: &Queues, one: &Waiting| {
            queues.known(one, &rows[one.place], &nothing, DateTime::UNIX_EPOCH).map(|check| check.verdict)
        };
        let (first, second) = (queues.next().unwrap(), queues.next().unwrap());
        queues.answered(&first, Some((&rows[0], &nothing, &found(Verdict::TimedOut))));
        let third = queues.next().unwrap();
        assert_eq!(known(&queues, &third), None, "one silence may be chance");
        queues.answered(&second, Some((&rows[1], &nothing, &found(Verdict::TimedOut))));
        assert_eq!(known(&queues, &third), Some(Verdict::TimedOut));

        let mut aws = [row("", "x"), row("", "y")];
        aws.iter_mut().for_each(|row| row.kind = KindId::Aws);
        let mut queues = Queues::new(aws.iter().enumerate().map(|(place, row)| Waiting::of(place, row)).collect(), 2);
        let (one, other) = (queues.next().unwrap(), queues.next().unwrap());
        queues.answered(&one, Some((&aws[0], &nothing, &found(Verdict::HostNotFound))));
        // Each region of it is another host, which is not known before it is asked.
        assert_eq!(queues.known(&other, &aws[1], &nothing, DateTime::UNIX_EPOCH), None);
    }
}
