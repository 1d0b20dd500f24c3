//! The check that nothing under `crates/` knows the window.

use anyhow::{Result, bail};

use crate::cargo::Tree;
use crate::process::read;

/// Fails when a member under `crates/` depends, however far down and on whatever system, on Tauri or its parts.
pub(crate) fn check(tree: &Tree) -> Result<()> {
    let members = tree.members_under("crates");
    if members.is_empty() {
        bail!("there is no member under crates/");
    }
    for member in members {
        let mut command = tree.cargo("tree");
        command.args(["-p", &member, "-e", "normal", "--target", "all", "--prefix", "none"]);
        let found = windows_in(&read(&mut command)?);
        if !found.is_empty() {
            bail!("{member} depends on {}: nothing under crates/ knows the window", found.join(", "));
        }
    }
    Ok(())
}

/// The packages in the output of `cargo tree --prefix none` that belong to the window.
fn windows_in(tree: &str) -> Vec<String> {
    let mut found: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| matches!(*name, "tauri" | "wry" | "tao" | "muda" | "tray-icon") || name.starts_with("tauri-"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::windows_in;

    #[test]
    fn finds_the_window_wherever_it_is_in_the_tree() {
        let tree = "credenza-app v0.1.0 (/w/crates/app)\nserde v1.0.1\ntauri-specta v2.0.0 (*)\nwry v0.55.0\n\
                    tauri v2.12.5\ntauri v2.12.5 (*)\n";
        assert_eq!(windows_in(tree), ["tauri", "tauri-specta", "wry"]);
    }

    #[test]
    fn a_name_that_only_sounds_like_it_is_fine() {
        assert!(windows_in("taurine v1.0.0\ntaoist v0.1.0\nwryly v1.0.0\n\n").is_empty());
    }
}
