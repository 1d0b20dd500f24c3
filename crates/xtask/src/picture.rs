//! The window of a private desktop, seen from outside: is it there, has it drawn itself, what does it look like.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::desktop::Desktop;
use crate::wait_for;

/// Waits until a window is on the screen of the desktop and has drawn itself, and saves a picture of the screen.
///
/// A window that never comes to rest (something on it moves) is taken as it is when `limit` is over; one that stays
/// blank is an error. `go_on` is asked all the time and ends the waiting with its error.
pub fn of_first_window(
    desktop: &Desktop,
    limit: Duration,
    to: &Path,
    mut go_on: impl FnMut() -> Result<()>,
) -> Result<()> {
    let started = Instant::now();
    let window = wait_for("a window", limit, || match go_on() {
        Ok(()) => first_window(desktop).map(Ok),
        Err(error) => Some(Err(error)),
    })??;
    let mut seen = HashSet::new();
    loop {
        go_on()?;
        let now = pixels(desktop, &window)?;
        let drawn = colours(&now) >= DRAWN;
        // At rest is what looks as it has looked before, not only as it looked last: a caret blinks for ever.
        if drawn && seen.contains(&now) {
            return save(desktop, to);
        }
        if started.elapsed() > limit {
            save(desktop, to)?;
            if !drawn {
                bail!("the window stays blank: see {}", to.display());
            }
            return Ok(());
        }
        seen.insert(now);
        std::thread::sleep(Duration::from_millis(150));
    }
}

/// Saves a picture of the whole screen.
pub fn save(desktop: &Desktop, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let done = import(desktop, "root").arg(to).status().context("import does not start")?;
    if !done.success() {
        bail!("import saves no picture of the screen");
    }
    Ok(())
}

/// Smooth text alone has more colours than this; a window without any has one or two.
const DRAWN: usize = 16;

/// The first window that the window manager knows and that is mapped.
fn first_window(desktop: &Desktop) -> Option<String> {
    let list = desktop.ask("xprop", &["-root", "_NET_CLIENT_LIST"])?;
    let id = first_id(&list)?;
    let window = desktop.ask("xwininfo", &["-id", id])?;
    window.contains("IsViewable").then(|| id.to_owned())
}

/// The first id in a list of windows as xprop prints it, which is empty at first.
fn first_id(list: &str) -> Option<&str> {
    let id = list.split("window id #").nth(1)?.split(',').next()?.trim();
    id.starts_with("0x").then_some(id)
}

/// What the window shows, without the frame that the window manager draws around it.
fn pixels(desktop: &Desktop, window: &str) -> Result<Vec<u8>> {
    let mut import = import(desktop, window);
    let output = import.args(["-depth", "8", "rgb:-"]).output()?;
    Ok(output.stdout)
}

fn import(desktop: &Desktop, window: &str) -> Command {
    let mut command = desktop.brief("import");
    command.args(["-window", window]);
    command
}

fn colours(rgb: &[u8]) -> usize {
    rgb.chunks_exact(3).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_first_window_in_a_list_and_none_in_an_empty_one() {
        let list = "_NET_CLIENT_LIST(WINDOW): window id # 0x600003, 0x600008\n";
        assert_eq!(super::first_id(list), Some("0x600003"));
        assert_eq!(super::first_id("_NET_CLIENT_LIST(WINDOW): window id # \n"), None);
        assert_eq!(super::first_id("_NET_CLIENT_LIST:  no such atom on any window.\n"), None);
    }

    #[test]
    fn counts_colours_not_pixels() {
        assert_eq!(super::colours(&[0, 0, 0, 9, 9, 9, 0, 0, 0]), 2);
        assert_eq!(super::colours(&[]), 0);
    }
}
