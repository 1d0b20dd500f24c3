//! How a credential lies in its row: the statements over all columns, and both directions.

use credenza_model::SecretRef;
use rusqlite::{Row as SqlRow, ToSql, named_params};

use crate::search::fold;
use crate::{Check, Credential, Row, StoreError, column};

/// Everything that [`read_row`] wants.
pub(crate) const SELECT: &str = "
    SELECT c.seq, c.id, w.id AS workspace, o.id AS organization, o.name AS organization_name, c.kind, c.name, c.state,
           c.locked, c.is_default, c.version, c.remote_id, c.generation, c.parts, c.created_at, c.modified_at,
           c.deleted_at, c.field_values, c.secrets, c.facts, c.secret_facts, c.problems, c.used_by,
           c.account, c.trouble, c.erase_at, c.note, c.expires_by_hand, c.report
    FROM credentials c JOIN organizations o ON o.seq = c.organization JOIN workspaces w ON w.seq = c.workspace";

/// Adds what [`write()`] binds.
pub(crate) const INSERT: &str = "
    INSERT INTO credentials (
        id, workspace, organization, tab, kind, name, state, locked, is_default, version, remote_id, generation, parts,
        created_at, modified_at, deleted_at, name_key, identity_key, project_key, expiry,
        field_values, secrets, facts, secret_facts, problems, used_by, account, trouble, erase_at,
        note, expires_by_hand, check_rank, report
    ) VALUES (
        :id, :workspace, :organization, :tab, :kind, :name, :state, :locked, :is_default, :version, :remote_id, :generation, :parts,
        :created_at, :modified_at, :deleted_at, :name_key, :identity_key, :project_key, :expiry,
        :field_values, :secrets, :facts, :secret_facts, :problems, :used_by, :account, :trouble, :erase_at,
        :note, :expires_by_hand, :check_rank, :report
    )";

/// Puts what [`write()`] binds in the place of the row.
pub(crate) const UPDATE: &str = "
    UPDATE credentials SET
        workspace = :workspace, organization = :organization, tab = :tab, kind = :kind, name = :name, state = :state, locked = :locked, is_default = :is_default,
        version = :version, remote_id = :remote_id, generation = :generation, parts = :parts,
        created_at = :created_at, modified_at = :modified_at, deleted_at = :deleted_at,
        name_key = :name_key, identity_key = :identity_key, project_key = :project_key, expiry = :expiry,
        field_values = :field_values, secrets = :secrets, facts = :facts, secret_facts = :secret_facts,
        problems = :problems, used_by = :used_by, account = :account, trouble = :trouble, erase_at = :erase_at,
        note = :note, expires_by_hand = :expires_by_hand, check_rank = :check_rank, report = :report
    WHERE id = :id";

/// Binds a credential to one of the two statements above.
pub(crate) fn write(
    credential: &Credential,
    home: &Home,
    execute: impl FnOnce(&[(&str, &dyn ToSql)]) -> rusqlite::Result<usize>,
) -> Result<(), StoreError> {
    let facts = &credential.facts;
    let key = |fact: &Option<String>| fact.as_deref().map(fold).unwrap_or_default();
    execute(named_params! {
        ":id": credential.id.to_string(),
        ":workspace": home.workspace,
        ":organization": home.organization,
        ":tab": credential.kind.kind().tab.as_str(),
        ":kind": credential.kind.as_str(),
        ":name": credential.name,
        ":state": credential.state.as_str(),
        ":locked": credential.locked,
        ":is_default": credential.default,
        ":version": credential.version,
        ":remote_id": credential.remote_id,
        ":generation": credential.secret.map(|secret| secret.generation.to_string()),
        ":parts": credential.secret.map(|secret| secret.parts),
        ":created_at": column::time(credential.created_at),
        ":modified_at": column::time(credential.modified_at),
        ":deleted_at": credential.deleted_at.map(column::time),
        ":name_key": fold(&credential.name),
        ":identity_key": key(&facts.identity),
        ":project_key": key(&facts.project),
        ":expiry": expiry_key(credential),
        ":field_values": column::json(&credential.values),
        ":secrets": column::json(&credential.secrets),
        ":facts": column::json(facts),
        ":secret_facts": column::json(&credential.secret_facts),
        ":problems": column::json(&credential.problems),
        ":used_by": column::json(&credential.used_by),
        ":account": column::json(&credential.account),
        ":trouble": credential.trouble.as_ref().map(column::json),
        ":erase_at": credential.erase_at.map(column::time),
        ":note": credential.note,
        ":expires_by_hand": credential.expires_by_hand.map(column::time),
        ":check_rank": rank(credential.check.as_ref()),
        ":report": credential.check.as_ref().map(column::json),
    })?;
    Ok(())
}

/// What a list is sorted by for the end of a credential. What has none comes after all that has one.
pub(crate) fn expiry_key(credential: &Credential) -> String {
    credential.expires().map_or_else(|| "~".to_owned(), |(at, _)| column::time(at))
}

/// Where a check puts a credential in a list: those that nobody has checked come last.
pub(crate) fn rank(check: Option<&Check>) -> u8 {
    check.map_or(UNCHECKED, |check| check.verdict.rank())
}

/// After every verdict.
const UNCHECKED: u8 = 9;

/// Reads a row of [`SELECT`].
pub(crate) fn read_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let id = column::parsed(row, "id")?;
    let secret = match (row.get::<_, Option<String>>("generation")?, row.get("parts")?) {
        (Some(generation), Some(parts)) => {
            let generation = generation.parse().map_err(|_| column::unreadable())?;
            Some(SecretRef { credential: id, generation, parts })
        }
        _ => None,
    };
    let credential = Credential {
        id,
        workspace: column::parsed(row, "workspace")?,
        organization: column::parsed(row, "organization")?,
        kind: column::parsed(row, "kind")?,
        name: row.get("name")?,
        state: column::parsed(row, "state")?,
        locked: row.get("locked")?,
        default: row.get("is_default")?,
        version: row.get("version")?,
        values: column::read_json(row, "field_values")?,
        secrets: column::read_json(row, "secrets")?,
        facts: column::read_json(row, "facts")?,
        secret_facts: column::read_json(row, "secret_facts")?,
        problems: column::read_json(row, "problems")?,
        secret,
        remote_id: row.get("remote_id")?,
        used_by: column::read_json(row, "used_by")?,
        created_at: column::read_time(row, "created_at")?,
        modified_at: column::read_time(row, "modified_at")?,
        deleted_at: column::read_time_if_any(row, "deleted_at")?,
        erase_at: column::read_time_if_any(row, "erase_at")?,
        account: column::read_json(row, "account")?,
        trouble: column::read_json_if_any(row, "trouble")?,
        note: row.get("note")?,
        expires_by_hand: column::read_time_if_any(row, "expires_by_hand")?,
        // A report is made again by a check, so that one which cannot be read hides no credential.
        check: column::read_json_if_any(row, "report").unwrap_or_default(),
    };
    Ok(Row { credential, organization_name: row.get("organization_name")? })
}

/// Where a credential is, in numbers.
pub(crate) struct Home {
    pub(crate) workspace: i64,
    pub(crate) organization: i64,
    pub(crate) organization_name: String,
}
