//! Lists, page by page.

use credenza_model::KindId;
use serde_json::{Value, json};

use super::rights;
use crate::Generation;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::shape::{Shape, shown, sort_key};
use crate::world::{Page, Person};

/// Every `list` of a kind.
pub(crate) fn list(asked: &Asked, person: &Person) -> Answer {
    let shape = Shape::all()
        .find(|shape| shape.list == asked.path)
        .ok_or_else(|| Refusal::new(404, "There is no such list."))?;
    let generation = asked.generation();
    let organization = asked.number("OrganizationId")?;
    let scope = rights::scope(person, shape.kind, organization)?;
    if generation == Generation::Current && asked.number("AccountId")?.is_some_and(|account| account != person.account)
    {
        return Err(Refusal::forbidden());
    }
    let (limit, offset) = paging(asked)?;
    let key = match asked.query("SortBy") {
        Some(property) => {
            sort_key(shape, property).ok_or_else(|| Refusal::bad(format!("{property} is not sortable")))?
        }
        None => "rows.id".to_owned(),
    };
    let descends = match asked.query("SortDirection") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => return Err(Refusal::bad(format!("Unknown sort direction {other}"))),
    };
    let (rows, total) = asked.world.page(&Page {
        kind: shape.kind,
        scope: &scope,
        organization,
        id: asked.number("Id")?,
        search: asked.query("Search"),
        infra: asked.flag("IsInfra")?.filter(|_| shape.kind == KindId::Openstack),
        order: (&key, descends),
        limit,
        offset,
    })?;
    let rows = rows.iter().map(|row| shown(row, generation)).collect();
    let paged = generation == Generation::Current && !matches!(shape.kind, KindId::Ai | KindId::Showback);
    Ok(Reply::Json(envelope(rows, total, limit, offset, paged)))
}

/// The imported clusters, of which there are none here.
pub(crate) fn generic(asked: &Asked, person: &Person) -> Answer {
    rights::scope(person, KindId::Aws, asked.number("OrganizationId")?)?;
    let (limit, offset) = paging(asked)?;
    Ok(Reply::Json(envelope(Vec::new(), 0, limit, offset, true)))
}

/// How much is asked for, and from where; more than the server gives is cut to that without a word.
pub(super) fn paging(asked: &Asked) -> Result<(u32, u32), Refusal> {
    let options = asked.world.options();
    let part = |name: &str| -> Result<Option<u32>, Refusal> {
        let number = asked.number(name)?;
        number
            .map(|number| u32::try_from(number).map_err(|_| Refusal::invalid(name, "Must not be negative.")))
            .transpose()
    };
    let limit = part("Limit")?.filter(|limit| *limit > 0).unwrap_or(options.page_limit).min(options.page_limit_most);
    Ok((limit, part("Offset")?.unwrap_or(0)))
}

/// A page in its envelope.
pub(super) fn envelope(rows: Vec<Value>, total: i64, limit: u32, offset: u32, paged: bool) -> Value {
    let next = i64::from(offset) + i64::try_from(rows.len()).unwrap_or_default();
    let more = next < total && !rows.is_empty();
    let mut envelope = json!({ "data": rows, "totalCount": total });
    if paged {
        envelope["limit"] = json!(limit);
        envelope["offset"] = json!(offset);
        envelope["hasMore"] = json!(more);
        envelope["nextOffset"] = if more { json!(next) } else { Value::Null };
    }
    envelope
}
