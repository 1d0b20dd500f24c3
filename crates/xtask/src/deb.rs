//! The Debian package: built, installed, started as a person would, seen, removed.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use xtask::desktop::{Desktop, Keychain, Plan};
use xtask::picture;

use crate::cargo::Tree;
use crate::process::{Running, interrupted, read, run};
use crate::setup;

/// Installing needs root, and changes the machine: this is why it is not a step of every run.
pub(crate) fn check(tree: &Tree) -> Result<()> {
    setup::node_modules(tree)?;
    setup::front_end(tree)?;
    let started = SystemTime::now();
    let tauri = tree.root.join("ui/node_modules/.bin/tauri");
    run(Command::new(tauri).current_dir(&tree.root).args(["build", "--ci", "--bundles", "deb"]))?;
    let package = package(tree, started)?;
    let name = read(Command::new("dpkg-deb").arg("-f").arg(&package).arg("Package"))?;
    let _installed = Installed::new(package, name.trim().to_owned())?;

    let plan = Plan { keychain: Keychain::Unlocked, screen: true, home: None, limit: Duration::from_secs(10 * 60) };
    let desktop = Desktop::start(&plan)?;
    let mut window = Running::start(&mut desktop.command("credenza-desktop"))?;
    let image = tree.target.join("run/deb.png");
    picture::of_first_window(&desktop, Duration::from_secs(30), &image, || match window.ended()? {
        _ if interrupted() => bail!("interrupted"),
        Some(status) => {
            bail!("the installed program ends before its window is there: {status}")
        }
        None => Ok(()),
    })?;
    println!("The installed program's window: {}", image.display());
    Ok(())
}

/// The package that this build has made; an older one of another version may lie beside it.
fn package(tree: &Tree, since: SystemTime) -> Result<PathBuf> {
    let folder = tree.target.join("release/bundle/deb");
    std::fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .find(|path| path.metadata().and_then(|data| data.modified()).is_ok_and(|at| at >= since))
        .with_context(|| format!("the build leaves no package in {}", folder.display()))
}

/// An installed package; dropping it removes it again.
struct Installed {
    name: String,
}

impl Installed {
    fn new(package: PathBuf, name: String) -> Result<Self> {
        if setup::root().is_none() {
            bail!("installing the package needs root, or sudo without a question");
        }
        // apt rather than dpkg: it brings what the package depends on, and so proves that it says so.
        let file = package.to_string_lossy().into_owned();
        setup::apt(&["install", "-y", "--no-install-recommends", "--reinstall", &file])?;
        Ok(Self { name })
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if let Err(error) = setup::apt(&["purge", "-y", &self.name]) {
            eprintln!("{} stays installed: {error:#}", self.name);
        }
    }
}
