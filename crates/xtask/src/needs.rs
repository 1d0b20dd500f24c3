//! What a machine must have, how to see that it has it, and what that is called where.
//!
//! Adding a need is one row. Package names differ between systems, so each row names them all; a name that is empty is
//! brought by another row's package.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One thing that a machine must have.
#[derive(Debug)]
pub(crate) struct Need {
    /// What it is, for the person who has to install it.
    pub(crate) what: &'static str,
    pub(crate) purpose: For,
    sign: Sign,
    pub(crate) apt: &'static str,
    pub(crate) dnf: &'static str,
    pub(crate) pacman: &'static str,
    pub(crate) zypper: &'static str,
}

/// What a need is for; a task asks only for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// The front end.
    Ui,
    /// Building the window.
    Window,
    /// A private desktop with a keychain and a screen.
    Desktop,
    /// Driving the window from a test.
    Driver,
    /// The servers that credentials are checked against.
    Servers,
    /// Those of them that are built from their source.
    LargeServers,
}

#[derive(Debug)]
enum Sign {
    Program(&'static str),
    /// As pkg-config names it.
    Library(&'static str),
    Font(&'static str),
    /// Source that a package brings.
    Folder(&'static str),
    /// Node.js of at least this major version.
    Node(u32),
    /// Python, with what it takes to install packages in a place of their own.
    Python,
}

const fn need(what: &'static str, purpose: For, sign: Sign, packages: [&'static str; 4]) -> Need {
    let [apt, dnf, pacman, zypper] = packages;
    Need { what, purpose, sign, apt, dnf, pacman, zypper }
}

use For::{Desktop, Driver, LargeServers, Servers, Ui, Window};
use Sign::{Folder, Font, Library, Node, Program, Python};

#[rustfmt::skip] // A table reads best as one.
pub(crate) const LINUX: &[Need] = &[
    need("Node.js 20 or newer", Ui, Node(20), ["nodejs", "nodejs", "nodejs", "nodejs22"]),
    need("npm", Ui, Program("npm"), ["npm", "nodejs-npm", "npm", "npm22"]),
    need("a C compiler", Window, Program("cc"), ["build-essential", "gcc", "base-devel", "gcc"]),
    need("pkg-config", Window, Program("pkg-config"), ["pkg-config", "pkgconf-pkg-config", "pkgconf", "pkg-config"]),
    need("WebKitGTK 4.1", Window, Library("webkit2gtk-4.1"), ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1", "webkit2gtk3-devel"]),
    need("AppIndicator (the tray)", Window, Library("ayatana-appindicator3-0.1"), ["libayatana-appindicator3-dev", "libayatana-appindicator-gtk3-devel", "libayatana-appindicator", "libayatana-appindicator3-devel"]),
    need("librsvg", Window, Library("librsvg-2.0"), ["librsvg2-dev", "librsvg2-devel", "librsvg", "librsvg-devel"]),
    need("Xvfb", Desktop, Program("Xvfb"), ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb", "xorg-x11-server-Xvfb"]),
    need("openbox", Desktop, Program("openbox"), ["openbox", "openbox", "openbox", "openbox"]),
    need("xprop", Desktop, Program("xprop"), ["x11-utils", "xprop", "xorg-xprop", "xprop"]),
    need("xwininfo", Desktop, Program("xwininfo"), ["x11-utils", "xwininfo", "xorg-xwininfo", "xwininfo"]),
    need("import (ImageMagick)", Desktop, Program("import"), ["imagemagick", "ImageMagick", "imagemagick", "ImageMagick"]),
    need("dbus-daemon", Desktop, Program("dbus-daemon"), ["dbus", "dbus-daemon", "dbus", "dbus-1-daemon"]),
    need("dbus-send", Desktop, Program("dbus-send"), ["dbus", "dbus-tools", "dbus", "dbus-1-tools"]),
    need("GNOME Keyring", Desktop, Program("gnome-keyring-daemon"), ["gnome-keyring", "gnome-keyring", "gnome-keyring", "gnome-keyring"]),
    need("setpriv", Desktop, Program("setpriv"), ["util-linux", "util-linux", "util-linux", "util-linux"]),
    need("timeout", Desktop, Program("timeout"), ["coreutils", "coreutils", "coreutils", "coreutils"]),
    need("fc-list", Desktop, Program("fc-list"), ["fontconfig", "fontconfig", "fontconfig", "fontconfig"]),
    need("the font Inter", Desktop, Font("Inter"), ["fonts-inter", "rsms-inter-fonts", "inter-font", "inter-fonts"]),
    need("the font JetBrains Mono", Desktop, Font("JetBrains Mono"), ["fonts-jetbrains-mono", "jetbrains-mono-fonts", "ttf-jetbrains-mono", "jetbrains-mono-fonts"]),
    need("WebKitWebDriver", Driver, Program("WebKitWebDriver"), ["webkit2gtk-driver", "webkit2gtk-driver", "webkit2gtk-4.1", "webkit2gtk-4_1-injected-bundles"]),
    need("xclip", Driver, Program("xclip"), ["xclip", "xclip", "xclip", "xclip"]),
    need("Python with venv", Servers, Python, ["python3-venv", "python3", "python", "python3"]),
    need("Go", LargeServers, Program("go"), ["golang-go", "golang", "go", "go"]),
    need("the source of govmomi", LargeServers, Folder("/usr/share/gocode/src/github.com/vmware/govmomi"), ["golang-github-vmware-govmomi-dev"; 4]),
    need("the source of reflect2", LargeServers, Folder("/usr/share/gocode/src/github.com/modern-go/reflect2"), ["golang-github-modern-go-reflect2-dev"; 4]),
];

const ELSEWHERE: &[Need] = &[
    need("Node.js 20 or newer", Ui, Node(20), [""; 4]),
    need("npm", Ui, Program(if cfg!(windows) { "npm.cmd" } else { "npm" }), [""; 4]),
];

/// The needs of these purposes that this machine does not meet.
pub(crate) fn missing(purposes: &[For]) -> Vec<&'static Need> {
    let all = if cfg!(target_os = "linux") { LINUX } else { ELSEWHERE };
    all.iter().filter(|need| purposes.contains(&need.purpose) && !is_there(&need.sign)).collect()
}

/// Where a program is.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Program(name) => on_path(name).is_some(),
        Library(name) => quiet(Command::new("pkg-config").args(["--exists", name])).is_some(),
        Font(family) => {
            quiet(Command::new("fc-list").args([family, "family"])).is_some_and(|found| !found.trim().is_empty())
        }
        Folder(path) => Path::new(path).is_dir(),
        Node(least) => quiet(Command::new("node").arg("--version"))
            .and_then(|version| major(&version))
            .is_some_and(|major| major >= *least),
        Python => quiet(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_some(),
    }
}

fn quiet(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_of_linux_says_what_to_install_everywhere() {
        for need in LINUX {
            for package in [need.apt, need.dnf, need.pacman, need.zypper] {
                assert!(!package.is_empty(), "{}", need.what);
            }
        }
    }

    #[test]
    fn reads_the_version_of_node() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
    }

    #[test]
    #[cfg(unix)]
    fn tells_what_is_there_from_what_is_not() {
        assert!(is_there(&Program("sh")));
        assert!(!is_there(&Program("credenza-no-such-program")));
        assert!(!is_there(&Library("credenza-no-such-library")));
        assert!(!is_there(&Font("Credenza No Such Font")));
        assert!(!is_there(&Node(100_000)));
    }
}
