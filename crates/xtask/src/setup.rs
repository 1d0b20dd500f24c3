//! Makes a fresh machine fit: system packages, node modules, tools. Does nothing, quickly, when there is nothing to do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::cargo::Tree;
use crate::needs::{self, For, Need};
use crate::process::run;

/// Sees to it that the machine has what these purposes need: installs it where that is possible without a question,
/// and otherwise says what to type.
pub(crate) fn system(purposes: &[For]) -> Result<()> {
    let missing = needs::missing(purposes);
    if missing.is_empty() {
        return Ok(());
    }
    println!("This machine lacks {}.", list(&missing));
    if root().is_some() && needs::on_path("apt-get").is_some() {
        apt(&["update"])?;
        let mut install = vec!["install", "-y", "--no-install-recommends"];
        install.extend(packages(&missing, |need| need.apt));
        apt(&install)?;
    }
    let missing = needs::missing(purposes);
    if missing.is_empty() {
        return Ok(());
    }
    bail!("this machine lacks {}; {}", list(&missing), what_to_type(&missing));
}

/// Sees to it that the node modules are those of the lock file.
pub(crate) fn node_modules(tree: &Tree) -> Result<()> {
    let ui = tree.root.join("ui");
    // npm writes this one last, so it is also the sign that an installation was not broken off.
    let stamp = changed(&ui.join("node_modules/.package-lock.json"));
    if stamp.is_some() && stamp >= changed(&ui.join("package-lock.json")) {
        return Ok(());
    }
    let install = || run(npm(tree).args(["ci", "--no-audit", "--no-fund"]));
    // A registry hiccup is the usual reason, and the second time the first half comes from the cache.
    install().or_else(|_| install())
}

/// `npm` in the front end's folder.
pub(crate) fn npm(tree: &Tree) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(tree.root.join("ui"));
    npm
}

/// Sees to it that there is a built front end: the window does not compile without one.
pub(crate) fn front_end(tree: &Tree) -> Result<()> {
    if tree.root.join("ui/dist/index.html").is_file() {
        return Ok(());
    }
    node_modules(tree)?;
    run(npm(tree).args(["run", "build"]))
}

/// A tool by the name of its package, of one version, kept with the build.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    options: &'static [&'static str],
}

/// Without its default features it does not bring a whole git along, and builds in two minutes rather than five.
pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", options: &["--no-default-features"] };

pub(crate) const TAURI_DRIVER: Tool = Tool { name: "tauri-driver", version: "2.1.0", options: &[] };

/// Where the tool is; it is built when it is not there.
pub(crate) fn tool(tree: &Tree, tool: &Tool) -> Result<PathBuf> {
    // The version is in the path: a change of version is a new tool, never a stale one.
    let root = tree.target.join("tools").join(format!("{}-{}", tool.name, tool.version));
    let program = root.join("bin").join(format!("{}{}", tool.name, std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        let mut install = tree.cargo("install");
        install.args(["--locked", "--quiet", tool.name, "--version", tool.version]);
        run(install.args(tool.options).arg("--root").arg(root))?;
    }
    Ok(program)
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|data| data.modified()).ok()
}

fn list(needs: &[&Need]) -> String {
    needs.iter().map(|need| need.what).collect::<Vec<_>>().join(", ")
}

fn packages(needs: &[&Need], of: fn(&Need) -> &'static str) -> Vec<&'static str> {
    let mut packages: Vec<_> = needs.iter().map(|need| of(need)).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// What to put before a command to run it as root without a question, where that is possible.
pub(crate) fn root() -> Option<&'static [&'static str]> {
    #[cfg(unix)]
    {
        if rustix::process::geteuid().is_root() {
            return Some(&[]);
        }
        let asked = Command::new("sudo").args(["-n", "true"]).output().ok()?;
        asked.status.success().then_some(&["sudo", "-n"])
    }
    #[cfg(not(unix))]
    None
}

/// `apt-get`, as root.
pub(crate) fn apt(arguments: &[&str]) -> Result<()> {
    let mut words = root().unwrap_or_default().to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o=Dpkg::Use-Pty=0"]);
    words.extend(arguments);
    let mut command = Command::new(words.remove(0));
    run(command.args(words))
}

/// What a person types to get what is missing, on the system that this is.
fn what_to_type(missing: &[&Need]) -> String {
    type Name = fn(&Need) -> &'static str;
    let known: [(&str, &str, Name); 4] = [
        ("apt-get", "sudo apt-get install", |need| need.apt),
        ("dnf", "sudo dnf install", |need| need.dnf),
        ("pacman", "sudo pacman -S --needed", |need| need.pacman),
        ("zypper", "sudo zypper install", |need| need.zypper),
    ];
    if missing.iter().any(|need| need.purpose == For::Ui && need.what.starts_with("Node.js")) {
        return String::from("get Node.js 20 or newer, from your system or from nodejs.org");
    }
    for (program, install, name) in known {
        if needs::on_path(program).is_some() {
            return format!("install it with\n\n    {install} {}\n", packages(missing, name).join(" "));
        }
    }
    String::from(
        "on macOS it takes the Xcode command line tools (`xcode-select --install`) and Node.js; on Windows the MSVC \
         build tools with the C++ workload, the WebView2 runtime and Node.js; elsewhere your system's packages of those \
         names",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_meets_two_needs_is_named_once() {
        let all: Vec<_> = needs::LINUX.iter().collect();
        let apt = packages(&all, |need| need.apt);
        assert_eq!(apt.iter().filter(|name| **name == "x11-utils").count(), 1);
    }
}
