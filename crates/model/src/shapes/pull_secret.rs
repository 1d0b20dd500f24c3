//! A pull secret: the registries' passwords in Docker's form.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Leaf, pem};

#[derive(Default, Deserialize)]
#[serde(default)]
struct PullSecret {
    auths: Option<BTreeMap<String, Registry>>,
    #[serde(rename = "credsStore")]
    store: Leaf,
    #[serde(rename = "credHelpers")]
    helpers: Leaf,
    /// A Kubernetes secret that wraps one.
    kind: Leaf,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Registry {
    auth: Leaf,
    username: Leaf,
    password: Leaf,
}

/// The registries that every installation of OpenShift pulls from.
const USUAL: [&str; 4] = ["cloud.openshift.com", "quay.io", "registry.connect.redhat.com", "registry.redhat.io"];

/// The shape of "Pull Secret".
pub(crate) fn shape(text: &str) -> Result<(), String> {
    let file = read(text)?;
    let helped = file.store.is_given() || file.helpers.is_given();
    let Some(registries) = file.auths else {
        return Err(if file.kind.text() == Some("Secret") {
            "Pull Secret is a Kubernetes Secret. Decode its .dockerconfigjson and give that.".into()
        } else {
            "Pull Secret is JSON, but has no auths. Copy the whole of what the Red Hat console offers.".into()
        });
    };
    if registries.is_empty() {
        return Err("Pull Secret has an empty auths, so it opens no registry.".into());
    }
    for registry in registries.values() {
        match registry.auth.text() {
            Some(auth) if is_user_and_password(auth) => {}
            Some(_) => {
                return Err("Pull Secret has a registry whose auth is not base64 of user:password.".into());
            }
            None if registry.username.text().is_some() && registry.password.text().is_some() => {}
            None if helped => {
                return Err("Pull Secret leaves its passwords to a credential helper of one machine.".into());
            }
            None => {
                return Err("Pull Secret has a registry without auth. Copy the whole of it again.".into());
            }
        }
    }
    Ok(())
}

/// What is legal but unusual.
pub(crate) fn warnings(text: &str) -> Vec<String> {
    let Some(registries) = read(text).ok().and_then(|file| file.auths).filter(|registries| !registries.is_empty())
    else {
        return Vec::new();
    };
    let missing: Vec<&str> = USUAL.into_iter().filter(|host| !registries.contains_key(*host)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    vec![format!("Pull Secret has nothing for {}, which OpenShift usually pulls from.", missing.join(", "))]
}

fn read(text: &str) -> Result<PullSecret, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{')
        && let Ok(file) = serde_json::from_str(text)
    {
        return Ok(file);
    }
    Err(if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        "Pull Secret is JSON, but not a pull secret with auths.".into()
    } else {
        "Pull Secret is not JSON. Copy the whole of what the Red Hat console offers.".into()
    })
}

fn is_user_and_password(auth: &str) -> bool {
    pem::decode(auth).is_some_and(|decoded| {
        let colon = decoded.iter().position(|byte| *byte == b':');
        colon.is_some_and(|colon| colon > 0 && colon + 1 < decoded.len())
    })
}
