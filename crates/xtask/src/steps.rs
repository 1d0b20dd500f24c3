//! The steps of `cargo xtask test`: quick ones first, the first failure ends the run.
//!
//! The order is also that of what they need: the front end is built before anything compiles the window, and the
//! programs that the end-to-end tests drive come out of what the earlier steps built.

use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xtask::desktop::{Desktop, Keychain, Plan};

use crate::cargo::Tree;
use crate::needs::{self, For};
use crate::process::{interrupted, run, run_tests};
use crate::setup::{self, CARGO_DENY, TAURI_DRIVER, npm, tool};
use crate::{deb, layers, servers};

struct Step {
    name: &'static str,
    needs: &'static [For],
    run: fn(&Tree) -> Result<()>,
}

const WINDOW: &[For] = &[For::Ui, For::Window];
const DESKTOP: &[For] = &[For::Ui, For::Window, For::Desktop];
const DRIVER: &[For] = &[For::Ui, For::Window, For::Desktop, For::Driver];

const SERVERS: &[For] = &[For::Ui, For::Window, For::Servers];
const LARGE_SERVERS: &[For] = &[For::Ui, For::Window, For::Servers, For::LargeServers];

const STEPS: &[Step] = &[
    Step { name: "fmt", needs: &[], run: fmt },
    Step { name: "ui", needs: &[For::Ui], run: ui },
    Step { name: "deny", needs: &[], run: deny },
    Step { name: "tauri-free", needs: &[], run: layers::check },
    Step { name: "clippy", needs: WINDOW, run: clippy },
    Step { name: "rust", needs: DESKTOP, run: rust },
    Step { name: "doc", needs: WINDOW, run: doc },
    Step { name: "bindings", needs: WINDOW, run: bindings },
    Step { name: "servers", needs: SERVERS, run: servers::small },
    Step { name: "e2e", needs: DRIVER, run: e2e },
];

/// Steps that take too long for every change: `--all` runs them, and so does `--only`.
const MORE: &[Step] = &[
    Step { name: "large-servers", needs: LARGE_SERVERS, run: servers::large },
    Step { name: "schedules", needs: &[], run: schedules },
    Step { name: "deb", needs: DESKTOP, run: deb::check },
];

/// Runs the steps and prints how many passed.
pub(crate) fn test(all: bool, only: Option<&str>) -> Result<()> {
    let steps: Vec<&Step> = match only {
        Some(name) => STEPS.iter().chain(MORE).filter(|step| step.name == name).collect(),
        None if all => STEPS.iter().chain(MORE).collect(),
        None => STEPS.iter().collect(),
    };
    if steps.is_empty() {
        let names: Vec<_> = STEPS.iter().chain(MORE).map(|step| step.name).collect();
        bail!("no such step; there are {}", names.join(", "));
    }
    // Where the servers' step skips itself, nobody needs what it needs.
    let served = needs::on_path("apt-get").is_some();
    let wanted = |purpose: &For| served || !matches!(purpose, For::Servers | For::LargeServers);
    let needs: Vec<For> = steps.iter().flat_map(|step| step.needs).copied().filter(wanted).collect();
    setup::system(&needs)?;
    let tree = Tree::read()?;

    let mut times = Vec::new();
    let mut failure = None;
    for step in &steps {
        println!("\n== {} ==", step.name);
        let started = Instant::now();
        let outcome = (step.run)(&tree);
        let took = started.elapsed().as_secs_f32();
        println!("== {}: {} in {took:.1} s ==", step.name, if outcome.is_ok() { "ok" } else { "FAILED" });
        times.push(format!("{:>10} {took:>7.1} s", step.name));
        if let Err(error) = outcome {
            failure = Some(error.context(step.name));
            break;
        }
    }
    if interrupted() {
        bail!("interrupted");
    }
    println!("\n{}", times.join("\n"));
    let failed = usize::from(failure.is_some());
    let left = steps.len() - times.len();
    if left > 0 {
        println!("{left} not run");
    }
    if let Some(error) = &failure {
        println!("error: {error:#}");
    }
    // The last line, alone, in the form that readers of such runs know.
    println!("{} passed, {failed} failed", times.len() - failed);
    if failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

/// Measures, in release, with a keychain to measure.
pub(crate) fn bench() -> Result<()> {
    setup::system(&[For::Window, For::Desktop])?;
    let tree = Tree::read()?;
    run(tree.cargo("build").args([
        "--release",
        "-p",
        "credenza",
        "-p",
        "credenza-tests",
        "--bin",
        "credenza",
        "--bin",
        "bench",
    ]))?;
    let mut bench = Command::new(tree.program("release", "bench"));
    on_a_desktop(bench.env("CREDENZA_BIN", tree.program("release", "credenza")), run)
}

/// Takes pictures of every screen and state of the window.
pub(crate) fn screens() -> Result<()> {
    setup::system(DRIVER)?;
    let tree = Tree::read()?;
    let driver = tool(&tree, &TAURI_DRIVER)?;
    build(&tree)?;
    let mut screens = Command::new(tree.program("debug", "screens"));
    screens.arg(tree.root.join("docs/screens")).env("TAURI_DRIVER", driver);
    run(with_programs(&tree, &mut screens))
}

/// Starts the stand-in for the Taikun API, and stays until it is interrupted.
pub(crate) fn taikun(arguments: &[OsString]) -> Result<()> {
    let tree = Tree::read()?;
    run(tree.cargo("run").args(["--quiet", "-p", "credenza-taikun", "--"]).args(arguments))
}

/// Writes the bindings anew.
pub(crate) fn write_bindings() -> Result<()> {
    setup::system(WINDOW)?;
    let tree = Tree::read()?;
    setup::front_end(&tree)?;
    run_tests(bindings_test(&tree).env("UPDATE_BINDINGS", "1"))
}

fn fmt(tree: &Tree) -> Result<()> {
    run(tree.cargo("fmt").args(["--all", "--check"]))?;
    // The kinds are modules that a macro names, which cargo fmt does not see.
    let kinds = std::fs::read_dir(tree.root.join("crates/model/src/kinds"))?.flatten().map(|entry| entry.path());
    run(Command::new("rustfmt").args(["--check", "--edition", "2024"]).args(kinds))
}

fn ui(tree: &Tree) -> Result<()> {
    setup::node_modules(tree)?;
    for script in ["check", "test", "build"] {
        run(npm(tree).args(["run", script]).env("CI", "true"))?;
    }
    Ok(())
}

fn deny(tree: &Tree) -> Result<()> {
    let deny = tool(tree, &CARGO_DENY)?;
    let mut command = Command::new(deny);
    run(command.current_dir(&tree.root).args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))
}

fn clippy(tree: &Tree) -> Result<()> {
    setup::front_end(tree)?;
    run(tree.workspace("clippy").args(["--all-targets", "--", "-D", "warnings"]))
}

fn rust(tree: &Tree) -> Result<()> {
    build(tree)?;
    let mut tests = tree.workspace("test");
    tests.args(["--lib", "--bins"]);
    for name in tree.plain_tests() {
        tests.args(["--test", &name]);
    }
    on_a_desktop(with_programs(tree, &mut tests), run_tests)
}

/// Ten times as many random schedules of the sync as the usual step runs.
fn schedules(tree: &Tree) -> Result<()> {
    let mut tests = tree.cargo("test");
    tests.args(["-p", "credenza-app", "--test", "sync", "model"]).env("CREDENZA_SCHEDULES", "10000");
    run_tests(&mut tests)
}

fn doc(tree: &Tree) -> Result<()> {
    setup::front_end(tree)?;
    run_tests(tree.workspace("test").arg("--doc"))
}

fn bindings(tree: &Tree) -> Result<()> {
    setup::front_end(tree)?;
    run_tests(&mut bindings_test(tree))
}

fn bindings_test(tree: &Tree) -> Command {
    let mut test = tree.workspace("test");
    test.args(tree.test_targets_of("credenza-desktop")).arg("bindings");
    test
}

fn e2e(tree: &Tree) -> Result<()> {
    let driver = tool(tree, &TAURI_DRIVER)?;
    build(tree)?;
    let mut tests = tree.workspace("test");
    tests.args(["--test", "e2e"]).env("TAURI_DRIVER", driver);
    on_a_desktop(with_programs(tree, &mut tests), run_tests)
}

/// Builds everything that the tests run: all targets, since a build without the tests has other features in its tree.
fn build(tree: &Tree) -> Result<()> {
    setup::front_end(tree)?;
    run(tree.workspace("build").arg("--all-targets"))
}

/// Tells the tests where the programs are that [`build`] leaves; without being told they would build them themselves.
fn with_programs<'c>(tree: &Tree, tests: &'c mut Command) -> &'c mut Command {
    tests
        .env("CREDENZA_BIN", tree.program("debug", "credenza"))
        .env("CREDENZA_DESKTOP_BIN", tree.program("debug", "credenza-desktop"))
}

/// Runs a command where there is a keychain that is not the person's own. On macOS and Windows the keychain belongs to
/// the login and cannot be private.
fn on_a_desktop(command: &mut Command, run: fn(&mut Command) -> Result<()>) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return run(command);
    }
    let plan = Plan { keychain: Keychain::Unlocked, screen: true, home: None, limit: Duration::from_secs(60 * 60) };
    let desktop = Desktop::start(&plan)?;
    desktop.enter(command);
    run(command)
}
