//! Single rows: by their number, and by their name.

use credenza_model::KindId;

use crate::{Account, Listing, Outcome, RemoteError, Row};

impl Account {
    /// One row by its number; `None` when there is none.
    ///
    /// # Errors
    /// Whatever a request can meet. A list that cannot be read in full says nothing of a row that is not in it, and is
    /// [`RemoteError::Nonsense`].
    pub async fn find(&self, kind: KindId, id: i32) -> Result<Option<Row>, RemoteError> {
        // There is no call for one row: it is a list of one.
        let listing = self.listed(kind, &[("Id", id.to_string())], &|_, _| ()).await?;
        self.sure(kind, listing, |row| row.id == id).map(|mut rows| rows.pop())
    }

    /// The rows of exactly this name in an organization. How the server searches is said nowhere: `thorough` reads the whole
    /// list when the search finds nothing, for when being wrong would make something twice.
    ///
    /// # Errors
    /// As [`Account::find`].
    pub async fn named(
        &self,
        kind: KindId,
        organization: i32,
        name: &str,
        thorough: bool,
    ) -> Result<Vec<Row>, RemoteError> {
        let of = |row: &Row| row.name == name && row.organization.is_none_or(|of| of == organization);
        let within = ("OrganizationId", organization.to_string());
        let filter = [within.clone(), ("Search", name.to_owned())];
        let found = self.listed(kind, &filter, &|_, _| ()).await.map(|listing| listing.rows.into_iter().filter(of));
        // How the server searches is said nowhere. What it finds is there; what it does not find may be there all the same.
        match found?.collect::<Vec<_>>() {
            rows if !rows.is_empty() || !thorough => Ok(rows),
            _ => {
                let listing = self.listed(kind, &[within], &|_, _| ()).await?;
                self.sure(kind, listing, of)
            }
        }
    }

    /// The rows that are looked for. That there are none is only said of a whole list.
    fn sure(&self, kind: KindId, listing: Listing, wanted: impl Fn(&Row) -> bool) -> Result<Vec<Row>, RemoteError> {
        let whole = listing.whole;
        let rows: Vec<Row> = listing.rows.into_iter().filter(wanted).collect();
        if rows.is_empty() && !whole {
            let label = kind.kind().label;
            let sentence = format!(
                "The list of {label} could not be read in full, which leaves it open whether the credential is there. Try again later."
            );
            return Err(RemoteError::Nonsense { sentence, outcome: Outcome::None });
        }
        Ok(rows)
    }
}
