//! Listings: page by page, several at once, and an honest word on whether that was all.

use std::collections::{BTreeMap, HashSet};

use credenza_model::KindId;
use futures_util::{StreamExt, stream};

use crate::account::Progress;
use crate::json::Json;
use crate::link::Ask;
use crate::refusal::nonsense;
use crate::{Account, Listing, RemoteError, Row, rows};

/// How many different remarks of one sort a listing has at most.
const REASONS: usize = 5;

/// One page as it came.
struct Page {
    items: Vec<Json>,
    total: Option<usize>,
    /// Whether it says itself that more follow.
    more: Option<bool>,
}

/// What a listing has so far.
struct Gathered {
    kind: KindId,
    rows: Vec<Row>,
    ids: HashSet<i32>,
    /// How many items came, readable or not: the offset of what follows.
    received: usize,
    total: Option<usize>,
    /// Whether the count changed on the way. Where a row goes, the next one moves to a page that is read already: then the
    /// numbers fit and a row is missing all the same.
    unsteady: bool,
    more: Option<bool>,
    /// Reasons for which rows could not be read, and how often each.
    unread: BTreeMap<String, usize>,
    replaced: usize,
    twice: usize,
}

impl Account {
    /// Every row of a kind, over all organizations, page by page. [`RemoteError::NotFound`]: the server does not know the kind.
    ///
    /// # Errors
    /// Whatever a request can meet.
    pub async fn list(&self, kind: KindId, progress: Progress<'_>) -> Result<Listing, RemoteError> {
        self.listed(kind, &[], progress).await
    }

    /// As [`Account::list`], narrowed by a filter of the server's.
    pub(crate) async fn listed(
        &self,
        kind: KindId,
        filter: &[(&'static str, String)],
        progress: Progress<'_>,
    ) -> Result<Listing, RemoteError> {
        let first = self.gather(kind, filter, progress, self.link.limits.pages_at_once).await?;
        // Rows come and go between two pages. A second look, one page after the other, usually finds them at rest; a row
        // that cannot be read stays so.
        if first.is_whole() || !first.unread.is_empty() || first.received >= self.link.limits.rows {
            return Ok(first.finish());
        }
        Ok(self.gather(kind, filter, progress, 1).await?.finish())
    }

    async fn gather(
        &self,
        kind: KindId,
        filter: &[(&'static str, String)],
        progress: Progress<'_>,
        at_once: usize,
    ) -> Result<Gathered, RemoteError> {
        let limits = &self.link.limits;
        let mut gathered = Gathered::new(kind);
        let take = |gathered: &mut Gathered, page: Page| {
            let new = gathered.take(page);
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            progress(count(gathered.rows.len()), gathered.total.map(count));
            new
        };
        let first = self.page(kind, filter, 0, limits.page).await?;
        // What came is how large pages are here: servers give fewer rows than they are asked for.
        let size = first.items.len();
        take(&mut gathered, first);
        let end = gathered.total.unwrap_or_default().min(limits.rows);
        if at_once > 1 && size > 0 && gathered.goes_on() && end > 2 * size {
            let offsets = (1..end.div_ceil(size)).map(|number| number * size);
            let mut pages = stream::iter(offsets.map(|offset| self.page(kind, filter, offset, size))).buffered(at_once);
            while let Some(page) = pages.next().await {
                // A short page or one without anything new: the offsets behind it are no longer right.
                let page = page?;
                let short = page.items.len() < size;
                if !take(&mut gathered, page) || short {
                    break;
                }
            }
        }
        while gathered.goes_on() && gathered.received < limits.rows {
            let page = self.page(kind, filter, gathered.received, limits.page).await?;
            if !take(&mut gathered, page) {
                break;
            }
        }
        Ok(gathered)
    }

    /// One page; with other listings there are never more than a few under way.
    async fn page(
        &self,
        kind: KindId,
        filter: &[(&'static str, String)],
        offset: usize,
        limit: usize,
    ) -> Result<Page, RemoteError> {
        // The semaphore is never closed, so that there is always a permit to come.
        let _permit = self.link.pages.acquire().await;
        let mut ask = Ask::get(kind.kind().wire.list).with("Limit", limit).with("Offset", offset);
        ask.query.extend(filter.iter().cloned());
        Page::read(self.read_json(&ask).await?).ok_or_else(|| {
            nonsense(&self.link.host, &format!("answers with no list of {} credentials", kind.kind().label))
        })
    }
}

impl Page {
    fn read(json: Json) -> Option<Self> {
        let Json::Object(mut page) = json else { return None };
        let number = |json: &Json| json.as_int().and_then(|number| usize::try_from(number).ok());
        let total = page.get("totalCount").and_then(number);
        let more = page.get("hasMore").and_then(Json::as_bool);
        match page.remove("data")? {
            Json::List(items) => Some(Self { items, total, more }),
            // An empty list is null now and then.
            Json::Null => Some(Self { items: Vec::new(), total, more }),
            _ => None,
        }
    }
}

impl Gathered {
    fn new(kind: KindId) -> Self {
        Self {
            kind,
            rows: Vec::new(),
            ids: HashSet::new(),
            received: 0,
            total: None,
            unsteady: false,
            more: None,
            unread: BTreeMap::new(),
            replaced: 0,
            twice: 0,
        }
    }

    /// Takes a page in, and says whether anything in it was new. A server that ignores offsets would go on for ever.
    fn take(&mut self, page: Page) -> bool {
        let before = (self.ids.len(), self.unread.len());
        self.received += page.items.len();
        self.unsteady |= self.total.is_some() && page.total.is_some() && self.total != page.total;
        self.total = page.total.or(self.total);
        self.more = if page.items.is_empty() { Some(false) } else { page.more };
        for item in &page.items {
            match rows::read(self.kind, item) {
                Ok((row, replaced)) => {
                    if self.ids.insert(row.id) {
                        self.rows.push(row);
                        self.replaced += usize::from(replaced);
                    } else {
                        self.twice += 1;
                    }
                }
                Err(odd) => *self.unread.entry(odd.0).or_default() += 1,
            }
        }
        before != (self.ids.len(), self.unread.len())
    }

    /// Whether another page is to be expected.
    fn goes_on(&self) -> bool {
        self.more.unwrap_or_else(|| self.total.is_some_and(|total| self.received < total))
    }

    /// Whether these are all rows there are, by the server's own count.
    fn is_whole(&self) -> bool {
        self.total == Some(self.ids.len()) && self.unread.is_empty() && !self.unsteady && !self.goes_on()
    }

    fn finish(self) -> Listing {
        let label = self.kind.kind().label;
        let rows = |count: usize| format!("{count} {}", if count == 1 { "row" } else { "rows" });
        let mut remarks = Vec::new();
        for (reason, count) in self.unread.iter().take(REASONS) {
            remarks.push(format!("{} of {label} could not be read: {reason}.", rows(*count)));
        }
        let left: usize = self.unread.values().skip(REASONS).sum();
        if left > 0 {
            remarks.push(format!("{} of {label} could not be read for other reasons.", rows(left)));
        }
        if self.replaced > 0 {
            let count = rows(self.replaced);
            remarks.push(format!("{count} of {label} had control characters, which are shown as \u{fffd}."));
        }
        if self.twice > 0 {
            remarks.push(format!("{} of {label} came twice.", rows(self.twice)));
        }
        let whole = self.is_whole();
        if !whole && self.unread.is_empty() {
            let came = rows(self.ids.len());
            remarks.push(match self.total {
                _ if self.unsteady => format!("Rows of {label} came or went while they were listed."),
                Some(total) => format!("{came} of {label} came, and the account counts {total}."),
                None => format!("{came} of {label} came, and the account does not say how many there are."),
            });
        }
        Listing { rows: self.rows, whole, remarks }
    }
}
