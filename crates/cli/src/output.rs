//! Answers: one JSON document for programs, tables and sentences for people. An answer that cannot be written is a
//! failure: a script that asked for a secret must not take silence for one.

use std::io::{self, Write};

use credenza_app::{
    Check, CheckReport, ConflictView, CredentialView, EndpointView, ErrorCode, OrganizationView, Page, PendingView,
    Saved, SyncReport, SyncStatus, WhoView, WorkspaceView,
};
use credenza_model::{KindView, Secret, printable};
use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::{account_tables, check, tables};

/// Prints answers in the form asked for.
pub(crate) struct Printer {
    json: bool,
}

type Printed = Result<(), Failure>;

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// A text as it is.
    pub(crate) fn text(&self, text: &str) -> Printed {
        out(text.as_bytes())
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        if failure.told {
            return;
        }
        let view = &failure.view;
        if self.json {
            let mut error = json!({"error": {"code": view.code, "message": view.message, "problems": view.problems}});
            if let Some(report) = &failure.report {
                error["report"] = report.clone();
            }
            return err(&format!("{error}\n"));
        }
        match view.problems.as_slice() {
            [] => err(&format!("{}\n", view.message)),
            problems => {
                for problem in problems {
                    err(&format!("{}: {}\n", printable(&problem.field), problem.message));
                }
            }
        }
    }

    pub(crate) fn saved(&self, saved: &Saved) -> Printed {
        if !self.json {
            for warning in &saved.warnings {
                err(&format!("Note: {}\n", warning.message));
            }
            return self.credential(&saved.credential);
        }
        let mut document = json!(saved.credential);
        if let (false, Some(object)) = (saved.warnings.is_empty(), document.as_object_mut()) {
            object.insert("warnings".into(), json!(saved.warnings));
        }
        document_out(&document)
    }

    pub(crate) fn credential(&self, credential: &CredentialView) -> Printed {
        if self.json { document_out(credential) } else { self.text(&tables::credential(credential)) }
    }

    pub(crate) fn page(&self, page: &Page) -> Printed {
        if self.json { document_out(page) } else { self.text(&tables::page(page)) }
    }

    pub(crate) fn deleted(&self, ids: &[String]) -> Printed {
        if self.json {
            return document_out(&json!({ "deleted": ids }));
        }
        let lines = ids.iter().map(|id| format!("Deleted {id}. `credenza undo {id}` brings it back for an hour.\n"));
        self.text(&lines.collect::<String>())
    }

    pub(crate) fn secret(&self, id: &str, field: &str, secret: &Secret) -> Printed {
        /// Borrows the value, so that it is not copied on its way out.
        #[derive(Serialize)]
        struct Revealed<'a> {
            id: &'a str,
            field: &'a str,
            value: &'a str,
        }
        if self.json {
            return document_out(&Revealed { id, field, value: secret.expose() });
        }
        let mut line = Zeroizing::new(Vec::with_capacity(secret.expose().len() + 1));
        line.extend_from_slice(secret.expose().as_bytes());
        line.push(b'\n');
        out(&line)
    }

    pub(crate) fn workspace(&self, workspace: &WorkspaceView) -> Printed {
        if self.json {
            document_out(workspace)
        } else {
            self.text(&tables::workspaces(std::slice::from_ref(workspace)))
        }
    }

    pub(crate) fn workspaces(&self, workspaces: &[WorkspaceView]) -> Printed {
        if self.json { document_out(&workspaces) } else { self.text(&tables::workspaces(workspaces)) }
    }

    pub(crate) fn organization(&self, organization: &OrganizationView) -> Printed {
        if self.json {
            document_out(organization)
        } else {
            self.text(&tables::organizations(std::slice::from_ref(organization)))
        }
    }

    pub(crate) fn organizations(&self, organizations: &[OrganizationView]) -> Printed {
        if self.json { document_out(&organizations) } else { self.text(&tables::organizations(organizations)) }
    }

    pub(crate) fn who(&self, who: &WhoView) -> Printed {
        if self.json { document_out(who) } else { self.text(&account_tables::who(who)) }
    }

    pub(crate) fn report(&self, report: &SyncReport) -> Printed {
        if self.json { document_out(report) } else { self.text(&account_tables::report(report)) }
    }

    pub(crate) fn status(&self, status: &SyncStatus, changes: &[PendingView]) -> Printed {
        if !self.json {
            return self.text(&account_tables::status(status, changes));
        }
        let mut document = json!(status);
        if let Some(object) = document.as_object_mut() {
            object.insert("changes".into(), json!(changes));
        }
        document_out(&document)
    }

    pub(crate) fn conflicts(&self, conflicts: &[ConflictView]) -> Printed {
        if self.json { document_out(&conflicts) } else { self.text(&account_tables::conflicts(conflicts)) }
    }

    pub(crate) fn checked(&self, report: &CheckReport) -> Printed {
        if self.json { document_out(report) } else { self.text(&check::report(report)) }
    }

    pub(crate) fn probed(&self, found: &Check) -> Printed {
        if self.json { document_out(found) } else { self.text(&check::probed(found)) }
    }

    pub(crate) fn endpoints(&self, endpoints: &[EndpointView]) -> Printed {
        if self.json { document_out(&endpoints) } else { self.text(&tables::endpoints(endpoints)) }
    }

    /// Whether what is told beside the answer has a reader.
    pub(crate) fn is_for_people(&self) -> bool {
        !self.json
    }

    pub(crate) fn kinds(&self, kinds: &[KindView]) -> Printed {
        if self.json { document_out(&kinds) } else { self.text(&tables::kinds(kinds)) }
    }
}

fn document_out(document: &impl Serialize) -> Printed {
    let mut bytes = Zeroizing::new(Vec::new());
    serde_json::to_writer(&mut *bytes, document)
        .map_err(|_| Failure::new(ErrorCode::Failed, "The answer could not be written as JSON."))?;
    bytes.push(b'\n');
    out(&bytes)
}

/// Whoever reads may close the pipe early, as `head` does; then there is nobody left to tell, and nothing is wrong.
fn out(bytes: &[u8]) -> Printed {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(ErrorCode::Failed, "The answer could not be written. Check where the output goes to."))
        }
        _ => Ok(()),
    }
}

fn err(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
