//! What a whole listing means for what is here: which rows are new, changed, gone, in conflict. Planning changes nothing;
//! each step names what it was made from, and is dropped when that has changed meanwhile.

use std::collections::{HashMap, HashSet};

use credenza_model::{Code, CredentialId, KindId, OrganizationId};
use credenza_store::{Agreed, Credential, Operation, State};

use super::conflict::Conflict;
use super::desk::{Table, need_of, secrets_changed};
use super::merge::{Need, changed_here, compatible, merge};
use super::theirs::Theirs;
use super::view::ConflictReason;

/// One thing to be done here.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A row that is new here.
    Add { kind: KindId, organization: OrganizationId, theirs: Box<Theirs> },
    /// A credential as it is to be after the comparison, and what is agreed on then.
    Set { row: Box<Credential>, agreed: Box<Agreed>, taken: Vec<String> },
    /// The row of the account and this credential are one and the same.
    Adopt { id: CredentialId, theirs: Box<Theirs> },
    /// A person has to settle it.
    Conflict { id: CredentialId, conflict: Conflict, theirs: Option<Box<Theirs>> },
    /// It is gone there, and nothing was changed here.
    Gone { id: CredentialId },
    /// Its name is not taken there any more, so that it can be made.
    Free { id: CredentialId },
    /// It was deleted here or there before, and is there all the same.
    Back { id: CredentialId, theirs: Box<Theirs> },
}

/// The steps that the rows of a listing lead to.
pub(crate) fn present(
    table: &Table,
    kind: KindId,
    rows: Vec<Theirs>,
    whole: bool,
    remarks: &mut Vec<String>,
) -> Vec<Step> {
    let mine: Vec<&Credential> = table.rows.values().filter(|row| row.kind == kind).collect();
    let by_number: HashMap<i32, &Credential> =
        mine.iter().filter(|row| row.deleted_at.is_none()).filter_map(|row| Some((row.remote_id?, *row))).collect();
    let tombstones: HashMap<i32, &Credential> =
        mine.iter().filter(|row| row.deleted_at.is_some()).filter_map(|row| Some((row.remote_id?, *row))).collect();
    let names = Names::of(table, &mine);
    let mut steps = Vec::new();
    let mut taken: HashSet<CredentialId> = HashSet::new();
    let mut elsewhere = 0;
    for theirs in rows {
        if let Some(row) = by_number.get(&theirs.id) {
            if table.replacing(row.id).is_none() {
                steps.extend(compare(table, row, theirs));
            }
            continue;
        }
        if table.is_leaving(kind, theirs.id) {
            continue;
        }
        if let Some(row) = tombstones.get(&theirs.id) {
            steps.extend(deleted(table, row, theirs));
            continue;
        }
        let Some(organization) = theirs.organization.and_then(|number| table.open.get(&number)).copied() else {
            // What comes with Taikun itself belongs to no organization, and is nobody's to keep here.
            if !(theirs.built_in && theirs.organization.is_none()) {
                elsewhere += 1;
            }
            continue;
        };
        match names.namesake(table, organization, &theirs).filter(|(row, _)| !taken.contains(&row.id)) {
            Some((row, Namesake::Same)) => {
                taken.insert(row.id);
                steps.push(Step::Adopt { id: row.id, theirs: Box::new(theirs) });
            }
            Some((row, Namesake::Other)) => {
                taken.insert(row.id);
                let conflict = Conflict::of(ConflictReason::NameTaken);
                if !is_known(table, row, &conflict, &theirs) {
                    steps.push(Step::Conflict { id: row.id, conflict, theirs: Some(Box::new(theirs)) });
                }
            }
            // The replacement that made it goes on by itself.
            Some((_, Namesake::Replacing)) => {}
            None => steps.push(Step::Add { kind, organization, theirs: Box::new(theirs) }),
        }
    }
    if whole {
        let free = mine.iter().filter(|row| row.state == State::Conflict && row.remote_id.is_none());
        let free = free.filter(|row| row.deleted_at.is_none() && !taken.contains(&row.id)).filter(|row| {
            let conflict = table.agreed.get(&row.id).and_then(Conflict::read);
            conflict.is_some_and(|conflict| conflict.reason == ConflictReason::NameTaken)
        });
        steps.extend(free.map(|row| Step::Free { id: row.id }));
    }
    if elsewhere > 0 {
        remarks.push(format!(
            "{elsewhere} {} left out, of organizations in which you have no role.",
            if elsewhere == 1 { "credential was" } else { "credentials were" }
        ));
    }
    steps
}

/// What a credential here is to a row of its name that is not known here.
enum Namesake {
    Same,
    Other,
    Replacing,
}

/// The credentials here by organization and name, and by the names under which they may be being made there.
struct Names<'t>(HashMap<(OrganizationId, String), Vec<&'t Credential>>);

impl<'t> Names<'t> {
    fn of(table: &Table, mine: &[&'t Credential]) -> Self {
        let mut names: HashMap<(OrganizationId, String), Vec<&Credential>> = HashMap::new();
        for row in mine {
            let sent = table.making(row.id).or_else(|| table.replacing(row.id));
            let here = row.remote_id.is_none() && row.deleted_at.is_none();
            let own = (here && (row.state != State::Draft || is_copy(row))).then(|| row.name.clone());
            for name in own.into_iter().chain(sent.map(|sent| sent.name)) {
                names.entry((row.organization, name)).or_default().push(row);
            }
        }
        Self(names)
    }

    /// The credential here that has the name of a row which is new. Drafts have no name to defend, but one that is a copy
    /// without its secrets is that row when it is the same.
    fn namesake(
        &self,
        table: &Table,
        organization: OrganizationId,
        theirs: &Theirs,
    ) -> Option<(&'t Credential, Namesake)> {
        let mut copy = None;
        for row in self.0.get(&(organization, theirs.name.clone()))? {
            let kind = row.kind.kind();
            if let Some(sent) = table.making(row.id).filter(|sent| sent.name == theirs.name) {
                let same = compatible(kind, &sent.values, theirs);
                return Some((row, if same { Namesake::Same } else { Namesake::Other }));
            }
            if table.replacing(row.id).is_some_and(|sent| sent.name == theirs.name) {
                return Some((row, Namesake::Replacing));
            }
            if row.state == State::Draft {
                if compatible(kind, &row.values, theirs) {
                    copy = copy.or(Some((*row, Namesake::Same)));
                }
                continue;
            }
            if row.deleted_at.is_none() && row.remote_id.is_none() {
                let same = row.state != State::Conflict && is_same(kind, row, theirs);
                return Some((row, if same { Namesake::Same } else { Namesake::Other }));
            }
        }
        copy
    }
}

/// Whether a draft is complete but for its secrets and has none of them: what signing out leaves of a credential whose
/// secrets only the account has.
fn is_copy(row: &Credential) -> bool {
    let kind = row.kind.kind();
    let wanting = |field: &str| kind.field(field).is_some_and(|field| field.secret);
    row.state == State::Draft
        && row.secret.is_none()
        && !row.problems.is_empty()
        && row.problems.iter().all(|problem| problem.code == Code::Required && wanting(&problem.field))
}

/// A credential that both sides have.
fn compare(table: &Table, row: &Credential, theirs: Theirs) -> Option<Step> {
    let agreed = table.agreed.get(&row.id).cloned().unwrap_or_default();
    if row.state == State::Conflict
        && let Some(conflict) =
            Conflict::read(&agreed).filter(|conflict| conflict.reason == ConflictReason::DeletedHere)
    {
        // Only a person takes a deletion back.
        let known = is_known(table, row, &conflict, &theirs);
        return (!known).then(|| Step::Conflict { id: row.id, conflict, theirs: Some(Box::new(theirs)) });
    }
    set(table, row, &agreed, theirs)
}

/// Whether a row of the same name that was never sent from here is the same credential: by all that it tells, and by as
/// whom it acts. Of kinds whose rows do not tell that, a person is asked.
pub(crate) fn is_same(kind: &credenza_model::Kind, row: &Credential, theirs: &Theirs) -> bool {
    let told = (kind.value_facts)(&theirs.told());
    told.identity.is_some() && compatible(kind, &row.values, theirs)
}

/// Whether a conflict is kept exactly so already.
fn is_known(table: &Table, row: &Credential, conflict: &Conflict, theirs: &Theirs) -> bool {
    let Some(agreed) = table.agreed.get(&row.id).filter(|_| row.state == State::Conflict) else { return false };
    Conflict::read(agreed).as_ref() == Some(conflict) && super::conflict::theirs(agreed).as_ref() == Some(theirs)
}

/// What a row that is there makes of a credential here. Nothing when all is as it was.
pub(crate) fn set(table: &Table, row: &Credential, agreed: &Agreed, theirs: Theirs) -> Option<Step> {
    let kind = row.kind.kind();
    let base = agreed.base.clone().unwrap_or_default();
    if lags(Some(agreed), table.now) && base.modified_at.is_some() && base.modified_at == theirs.modified_at {
        return None;
    }
    let merged = merge(kind, &base, &row.values, &theirs);
    let moved = base.modified_at != theirs.modified_at && !theirs.changed_by(&table.me);
    let secret = moved && base.modified_at.is_some() && secrets_changed(row, agreed);
    if !merged.conflicts.is_empty() || secret {
        let reason = if merged.conflicts.is_empty() { ConflictReason::Secret } else { ConflictReason::Fields };
        let before = Conflict::read(agreed);
        let remark = before.as_ref().and_then(|before| before.remark.clone());
        let conflict = Conflict { reason, fields: merged.conflicts, secret, remark };
        let known = super::conflict::theirs(agreed).as_ref() == Some(&theirs);
        if row.state == State::Conflict && before.as_ref() == Some(&conflict) && known {
            return None;
        }
        return Some(Step::Conflict { id: row.id, conflict, theirs: Some(Box::new(theirs)) });
    }
    let mut next = row.clone();
    next.values = merged.values;
    next.name = next.values.text(kind.name_field).unwrap_or_default().to_owned();
    next.used_by = theirs.used_by.clone();
    next.account = theirs.facts();
    // A flag that is about to be pushed is this side's for now.
    let pending = |operations: &[Operation]| operations.iter().any(|operation| table.waits_for(row.id, *operation));
    if !pending(&[Operation::Lock, Operation::Unlock]) {
        next.locked = theirs.locked;
    }
    if !table.default_is_pending(row) {
        next.default = theirs.default;
    }
    if let Some(at) = theirs.created_at.as_deref().and_then(super::theirs::instant) {
        next.created_at = at;
    }
    if let Some(at) = theirs.modified_at.as_deref().and_then(super::theirs::instant)
        && base.modified_at != theirs.modified_at
    {
        next.modified_at = at;
    }
    let after = Agreed { base: Some(merged.base), pushed: agreed.pushed, theirs: None, conflict: None };
    let needs = need_of(&next, &after) != Need::Nothing;
    next.state = if needs { State::Changed } else { State::Synced };
    let queued = table.waiting(row.id).iter().any(|entry| is_change(entry.operation));
    if next == *row && after == *agreed && needs == queued {
        return None;
    }
    Some(Step::Set { row: Box::new(next), agreed: Box::new(after), taken: merged.taken })
}

/// Whether an operation makes the account have the values that are here.
pub(crate) fn is_change(operation: Operation) -> bool {
    matches!(operation, Operation::Update | Operation::Replace)
}

/// A row whose credential is deleted here.
fn deleted(table: &Table, row: &Credential, theirs: Theirs) -> Option<Step> {
    if !table.waits_for(row.id, Operation::Delete) {
        return Some(Step::Back { id: row.id, theirs: Box::new(theirs) });
    }
    let agreed = table.agreed.get(&row.id).cloned().unwrap_or_default();
    let base = agreed.base.unwrap_or_default();
    // What was changed here before the deletion has gone with it; only what was changed there since counts.
    let changed = changed_there(row.kind, &base, &theirs);
    changed.then(|| Step::Conflict {
        id: row.id,
        conflict: Conflict::of(ConflictReason::DeletedHere),
        theirs: Some(Box::new(theirs)),
    })
}

/// Whether a row is not as both sides last had it.
pub(crate) fn changed_there(kind: KindId, base: &credenza_store::Base, theirs: &Theirs) -> bool {
    let kind = kind.kind();
    let mut now = base.values.clone();
    theirs.overlay(&mut now);
    kind.fields.iter().any(|field| !field.secret && !super::merge::alike(base.values.get(field.id), now.get(field.id)))
}

/// The credentials that a whole listing lacks, to be asked for one by one.
pub(crate) fn missing<'t>(table: &'t Table, kind: KindId, rows: &HashSet<i32>) -> Vec<&'t Credential> {
    let open: HashSet<OrganizationId> = table.open.values().copied().collect();
    let mut missing: Vec<&Credential> = table
        .rows
        .values()
        .filter(|row| row.kind == kind && row.deleted_at.is_none() && open.contains(&row.organization))
        .filter(|row| row.remote_id.is_some_and(|id| !rows.contains(&id)) && table.replacing(row.id).is_none())
        .filter(|row| !lags(table.agreed.get(&row.id), table.now))
        .filter(|row| {
            // One that is known to be gone, and in conflict for it, is not news.
            let known = table.agreed.get(&row.id).and_then(Conflict::read);
            known.is_none_or(|conflict| conflict.reason != ConflictReason::DeletedThere)
        })
        .collect();
    missing.sort_by_key(|row| row.id);
    missing
}

/// Whether the account may not show yet what it was given a moment ago.
pub(crate) fn lags(agreed: Option<&Agreed>, now: chrono::DateTime<chrono::Utc>) -> bool {
    let base = agreed.and_then(|agreed| agreed.base.as_ref());
    // A clock that was set back since must not make this last.
    base.and_then(|base| base.lag_until).is_some_and(|until| until > now && until <= now + super::create::LAG)
}

/// How many of a kind the account had.
pub(crate) fn had(table: &Table, kind: KindId) -> usize {
    let open: HashSet<OrganizationId> = table.open.values().copied().collect();
    table
        .rows
        .values()
        .filter(|row| row.kind == kind && row.deleted_at.is_none() && row.remote_id.is_some())
        .filter(|row| open.contains(&row.organization))
        .count()
}

/// Whether so many missing are more than anybody deletes in passing, so that a person is asked: an empty list where there
/// were some, or more than a fifth and more than three.
pub(crate) fn fuse(missing: usize, had: usize, listed: usize) -> bool {
    missing > 0 && (listed == 0 || (missing > 3 && missing * 5 > had))
}

/// What it means that a credential is gone, once that is confirmed.
pub(crate) fn gone(table: &Table, row: &Credential) -> Step {
    let agreed = table.agreed.get(&row.id).cloned().unwrap_or_default();
    let base = agreed.base.clone().unwrap_or_default();
    let changed = !changed_here(row.kind.kind(), &base.values, &row.values).is_empty() || secrets_changed(row, &agreed);
    if changed {
        Step::Conflict { id: row.id, conflict: Conflict::of(ConflictReason::DeletedThere), theirs: None }
    } else {
        Step::Gone { id: row.id }
    }
}
