//! How cargo is called: always with the same features over the same members, so that no step builds again what another
//! has built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::read;

/// The features of every step. Cargo unifies features over the members that are selected: one step with fewer members
/// or features would build the window's whole tree a second time.
const FEATURES: &str = "credenza-desktop/custom-protocol,credenza-tests/e2e,credenza-tests/servers";

/// The place that the program is built from.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    metadata: Value,
}

impl Tree {
    pub(crate) fn read() -> Result<Self> {
        let metadata = read(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from).with_context(|| format!("no {key}"));
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")?, metadata })
    }

    /// `cargo SUBCOMMAND` over the whole workspace.
    pub(crate) fn workspace(&self, subcommand: &str) -> Command {
        let mut command = self.cargo(subcommand);
        command.args(["--workspace", "--features", FEATURES]);
        command
    }

    /// `cargo SUBCOMMAND` at the root.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root).arg(subcommand);
        command
    }

    /// A program that a build leaves.
    pub(crate) fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The members whose folder is under `folder`.
    pub(crate) fn members_under(&self, folder: &str) -> Vec<String> {
        let folder = self.root.join(folder);
        self.packages()
            .filter(|package| {
                let manifest = package["manifest_path"].as_str().unwrap_or_default();
                Path::new(manifest).starts_with(&folder)
            })
            .filter_map(|package| package["name"].as_str().map(str::to_owned))
            .collect()
    }

    /// The integration tests that need nothing but themselves. The others have a feature each, and a step.
    pub(crate) fn plain_tests(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .packages()
            .flat_map(|package| package["targets"].as_array().into_iter().flatten())
            .filter(|target| target["kind"][0] == "test")
            .filter(|target| target["required-features"].as_array().is_none_or(Vec::is_empty))
            .filter_map(|target| target["name"].as_str().map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// What selects the test targets of one member in a command over all: the selection of members must not change.
    pub(crate) fn test_targets_of(&self, member: &str) -> Vec<String> {
        let mut words = Vec::new();
        for package in self.packages().filter(|package| package["name"] == member) {
            for target in package["targets"].as_array().into_iter().flatten() {
                let name = target["name"].as_str().unwrap_or_default();
                match target["kind"][0].as_str() {
                    Some("bin") => words.extend(["--bin".into(), name.into()]),
                    Some("test") => words.extend(["--test".into(), name.into()]),
                    Some("lib" | "rlib" | "cdylib" | "staticlib") => words.push("--lib".into()),
                    _ => {}
                }
            }
        }
        words
    }

    fn packages(&self) -> impl Iterator<Item = &Value> {
        self.metadata["packages"].as_array().into_iter().flatten()
    }
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_plain_tests_from_the_others() {
        let metadata = serde_json::json!({"packages": [
            {"name": "a", "manifest_path": "/w/crates/a/Cargo.toml", "targets": [
                {"name": "a", "kind": ["lib"]}, {"name": "flows", "kind": ["test"]}]},
            {"name": "t", "manifest_path": "/w/tests/Cargo.toml", "targets": [
                {"name": "e2e", "kind": ["test"], "required-features": ["e2e"]},
                {"name": "servers", "kind": ["test"], "required-features": ["servers"]},
                {"name": "flows", "kind": ["test"]}]},
        ]});
        let tree = Tree { root: "/w".into(), target: "/w/target".into(), metadata };
        assert_eq!(tree.plain_tests(), ["flows"]);
        assert_eq!(tree.members_under("crates"), ["a"]);
    }
}
