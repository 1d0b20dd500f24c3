//! One line in the audit table for everything that changes or reveals.

use credenza_store::{AuditEvent, Credential, Writer};

use crate::{App, AppError};

impl App {
    /// Records what was done with a credential. `detail` names fields, never values.
    pub(crate) fn record(
        &self,
        writer: &Writer<'_>,
        row: &Credential,
        action: &str,
        detail: impl Into<String>,
    ) -> Result<(), AppError> {
        Ok(writer.audit(&AuditEvent {
            workspace: row.workspace,
            credential: Some(row.id),
            name: row.name.clone(),
            action: action.to_owned(),
            detail: detail.into(),
            at: (self.now)(),
        })?)
    }
}
