//! The kubeconfig as a file: what of it is read, within which bounds, and where its current context leads.

use serde::Deserialize;

use super::FLATTEN;
use crate::shapes::Leaf;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    kind: Leaf,
    #[serde(rename = "current-context")]
    current_context: Leaf,
    clusters: Option<Vec<ClusterEntry>>,
    contexts: Option<Vec<ContextEntry>>,
    users: Option<Vec<UserEntry>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ClusterEntry {
    name: Leaf,
    cluster: Option<Cluster>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContextEntry {
    name: Leaf,
    context: Option<Context>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserEntry {
    name: Leaf,
    user: Option<User>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Context {
    cluster: Leaf,
    user: Leaf,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Cluster {
    pub(super) server: Leaf,
    pub(super) certificate_authority: Leaf,
    pub(super) certificate_authority_data: Leaf,
    pub(super) insecure_skip_tls_verify: Leaf,
    pub(super) tls_server_name: Leaf,
    pub(super) proxy_url: Leaf,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct User {
    pub(super) client_certificate: Leaf,
    pub(super) client_certificate_data: Leaf,
    pub(super) client_key: Leaf,
    pub(super) client_key_data: Leaf,
    pub(super) token: Leaf,
    #[serde(rename = "tokenFile")]
    pub(super) token_file: Leaf,
    pub(super) username: Leaf,
    pub(super) password: Leaf,
    pub(super) exec: Leaf,
    pub(super) auth_provider: Leaf,
}

/// What the current context leads to.
pub(super) struct Current {
    pub(super) user_name: String,
    pub(super) cluster: Cluster,
    pub(super) user: User,
    pub(super) contexts: usize,
}

/// Kubeconfigs have no aliases, though YAML has; a handful is taken, a bomb of them is not.
const ALIASES: usize = 16;

/// Tag directives, of which kubeconfigs have none. libyaml compares each with all before it.
const DIRECTIVES: usize = 16;

/// Opening brackets times bytes. libyaml looks at every open bracket again with every token: at this bound that is half
/// a second, and without one a file of a megabyte takes hours. A real one in YAML has hardly a bracket a context.
const BRACKET_BYTES: usize = 1 << 28;

const NOT_ONE: &str = "Kubeconfig File is not a kubeconfig: that is YAML with apiVersion: v1 and kind: Config.";

/// Reads the file, within bounds that no real one comes near.
pub(super) fn read(text: &str) -> Result<File, String> {
    let text = text.trim_start_matches('\u{feff}');
    // JSON is YAML too, and its own parser is linear and knows no aliases.
    if text.trim_start().starts_with('{')
        && let Ok(file) = serde_json::from_str(text)
    {
        return of_its_kind(file);
    }
    if !is_plain(text) {
        return Err(format!("Kubeconfig File has YAML aliases or nesting that no kubeconfig has. {FLATTEN}"));
    }
    if text.starts_with("YXBpVmVyc2lvbj") || text.starts_with("LS0tCmFwaVZlcnNpb24") {
        return Err("Kubeconfig File is in base64. Give the file as it is before that.".into());
    }
    yaml_serde::from_str(text).map_err(|_| NOT_ONE.to_owned()).and_then(of_its_kind)
}

fn of_its_kind(file: File) -> Result<File, String> {
    if file.kind.text() == Some("Config") { Ok(file) } else { Err(NOT_ONE.into()) }
}

/// Follows the current context.
pub(super) fn resolve(file: File) -> Result<Current, String> {
    let Some(wanted) = file.current_context.text() else {
        return Err("Kubeconfig File has no current-context. Choose one with `kubectl config use-context`.".into());
    };
    let contexts = file.contexts.unwrap_or_default();
    let count = contexts.len();
    let Some(context) = contexts.into_iter().find(|entry| entry.name.text() == Some(wanted)) else {
        return Err("The current-context of Kubeconfig File is none of its contexts.".into());
    };
    let context = context.context.unwrap_or_default();
    let cluster = file.clusters.unwrap_or_default().into_iter();
    let Some(cluster) =
        cluster.filter(|entry| entry.name.text().is_some()).find(|entry| entry.name.text() == context.cluster.text())
    else {
        return Err("The current context of Kubeconfig File names a cluster that is not in the file.".into());
    };
    let user = file.users.unwrap_or_default().into_iter();
    let Some(user) =
        user.filter(|entry| entry.name.text().is_some()).find(|entry| entry.name.text() == context.user.text())
    else {
        return Err("The current context of Kubeconfig File names a user that is not in the file.".into());
    };
    Ok(Current {
        user_name: user.name.text().unwrap_or_default().to_owned(),
        cluster: cluster.cluster.unwrap_or_default(),
        user: user.user.unwrap_or_default(),
        contexts: count,
    })
}

/// Whether a text keeps to the little of YAML that kubeconfigs use, so that reading it is quick whatever it says.
fn is_plain(text: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let alias = |pair: &&[u8]| matches!(pair, [b'*', byte] if named(*byte));
    let aliases = text.as_bytes().windows(2).filter(alias).count();
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    aliases <= ALIASES
        && text.matches("%TAG").count() <= DIRECTIVES
        && brackets.saturating_mul(text.len()) <= BRACKET_BYTES
}
