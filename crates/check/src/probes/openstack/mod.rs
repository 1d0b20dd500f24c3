//! OpenStack: Keystone gives a token for a user, or for an application credential, which it is asked to take back at
//! the end. A user signs in first for nothing in particular, so that a wrong project is not taken for a wrong password:
//! Keystone refuses both in the same words.

mod discover;
mod keystone;
mod wire;

use std::collections::BTreeSet;

use self::keystone::{Keystone, Session};
use crate::ask::Ask;
use crate::probe::{Checked, Probe};
use crate::{Report, Verdict};

pub(super) use discover::{DISCOVERED, discover};

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let project = probe.text("openStackProject")?;
    let region = probe.text("openStackRegion")?;
    let keystone = Keystone::of(probe)?;
    let visit = keystone.within(project).await?;
    let outcome = judge(probe, visit.session(), region).await;
    visit.end().await;
    outcome
}

/// What a token for the project says.
async fn judge(probe: &Probe<'_>, session: &Session<'_>, region: &str) -> Checked {
    let token = &session.token;
    let there: BTreeSet<_> =
        token.catalog.iter().flat_map(|service| &service.endpoints).map(wire::Place::region).collect();
    if !there.is_empty() && !there.contains(region) {
        let there: Vec<_> = there.into_iter().filter(|name| !name.is_empty()).collect();
        let there = probe.clean(&there.join(", "));
        return Err(Report::new(
            Verdict::WrongScope,
            format!("The credential is right, but the cloud has no region {region} for it. It has {there}."),
        )
        .at("openStackRegion"));
    }
    let user = probe.clean(&token.user.name);
    let domain = probe.clean(&token.user.domain.name);
    let project = token.project.as_ref().map(|project| probe.clean(&project.name)).unwrap_or_default();
    let roles: Vec<_> = token.roles.iter().map(|role| role.name.as_str()).collect();
    let sentence = match &token.application_credential {
        None => format!("Keystone knows {user}, who may use the project {project}."),
        Some(_) => {
            format!("Keystone knows the application credential, with which {user} may use the project {project}.")
        }
    };
    let mut report = Report::new(Verdict::Works, sentence)
        .identity(user)
        .detail("Domain", domain)
        .detail("Project", project)
        .detail("Roles", probe.clean(&roles.join(", ")))
        .detail("Version", version(probe, session).await);
    if probe.values.flag("isAdmin") && !roles.contains(&"admin") {
        report = report.warning(format!(
            "{} is on, but the role admin is not among the roles in this project.",
            probe.label("isAdmin")
        ));
    }
    if there.is_empty() {
        report = report.warning("Keystone names no services, so that the region could not be checked.");
    }
    Ok(report.expires(session.expiry().await))
}

/// The version of the interface, which Keystone tells anybody.
async fn version(probe: &Probe<'_>, session: &Session<'_>) -> String {
    let answer = probe.send(Ask::get(session.base().clone())).await;
    let about = answer.ok().and_then(|answer| answer.json::<wire::About>());
    about.map(|about| probe.clean(&about.version.id)).unwrap_or_default()
}
