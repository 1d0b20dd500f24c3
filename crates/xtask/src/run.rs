//! `cargo xtask run`: the window, as a person starts it; where there is no screen, on a private desktop, with a picture.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xtask::desktop::{Desktop, Keychain, Plan};
use xtask::picture;

use crate::cargo::Tree;
use crate::needs::For;
use crate::process::{Running, interrupted, run as finish};
use crate::setup;

/// Builds the window and runs it to its end; with `once`, until its first picture is taken.
pub(crate) fn run(once: bool, arguments: &[OsString]) -> Result<()> {
    let private = once || !has_screen();
    let mut needs = vec![For::Ui, For::Window];
    if private {
        needs.push(For::Desktop);
    }
    setup::system(&needs)?;
    let tree = Tree::read()?;
    setup::node_modules(&tree)?;
    finish(setup::npm(&tree).args(["run", "build"]))?;
    let package = ["-p", "credenza-desktop", "--features", "custom-protocol"];
    finish(tree.cargo("build").args(package))?;

    let program = tree.program("debug", "credenza-desktop");
    if private {
        return run_privately(&tree, program, arguments, once);
    }
    Running::start(Command::new(program).args(arguments))?.finish(NEVER)
}

const NEVER: Duration = Duration::from_secs(u64::MAX);

fn run_privately(tree: &Tree, program: PathBuf, arguments: &[OsString], once: bool) -> Result<()> {
    let folder = tree.target.join("run");
    let plan = Plan {
        keychain: Keychain::Unlocked,
        screen: true,
        // Kept: what was entered the last time is there the next time, as it is for a person.
        home: Some(folder.join("home")),
        limit: Duration::from_secs(24 * 60 * 60),
    };
    let desktop = Desktop::start(&plan)?;
    let mut window = Running::start(desktop.command(program).args(arguments))?;
    let image = folder.join("credenza.png");
    picture::of_first_window(&desktop, Duration::from_secs(30), &image, || {
        if interrupted() {
            bail!("interrupted");
        }
        match window.ended()? {
            Some(status) => bail!("credenza-desktop ends before its window is there: {status}"),
            None => Ok(()),
        }
    })
    .context("no picture of the window")?;
    println!("There is no screen here, so the window is on one of its own: {}", image.display());
    if once {
        return Ok(());
    }
    println!("It runs until Ctrl-C.");
    window.finish(NEVER)
}

fn has_screen() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
