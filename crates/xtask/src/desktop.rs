//! A private desktop: home, session bus, unlocked keychain and, when asked, a screen with a window manager, all of them
//! gone when it is dropped.
//!
//! It is made of the real programs, so what passes here passes against the keychain that people have. Nothing of the
//! person's own desktop is reachable from inside: neither their keychain nor their files nor their screen.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::daemon::Daemon;
use crate::wait_for;

/// How the keychain of a private desktop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keychain {
    /// There, and open.
    Unlocked,
    /// There, with a login keyring that nothing here can open.
    Locked,
    /// A session bus on which nobody offers one.
    NoProvider,
    /// Not even a session bus.
    NoBus,
}

/// What a private desktop is to have.
#[derive(Debug)]
pub struct Plan {
    /// How its keychain is.
    pub keychain: Keychain,
    /// Whether there is a screen, 1280 by 800, with a window manager.
    pub screen: bool,
    /// A home that is kept; without one it is made anew and removed.
    pub home: Option<PathBuf>,
    /// After this the daemons end by themselves.
    pub limit: Duration,
}

/// A running private desktop.
#[derive(Debug)]
pub struct Desktop {
    daemons: Vec<Daemon>,
    env: Vec<(&'static str, Option<OsString>)>,
    home: PathBuf,
    // Last: the directories go when nothing that uses them runs any more.
    dir: TempDir,
}

/// A daemon that is not up by then is broken; a busy machine of two cores needs a few of these seconds.
const START: Duration = Duration::from_secs(30);

/// The keyrings hold nothing but test values, and whoever can read this can read those.
const PASSWORD: &str = "private desktop";

impl Desktop {
    /// Starts what the plan asks for, and returns when all of it answers.
    pub fn start(plan: &Plan) -> Result<Self> {
        if !cfg!(target_os = "linux") && (plan.screen || plan.keychain != Keychain::Unlocked) {
            bail!("a private screen or session bus is made on Linux only");
        }
        let dir = tempfile::Builder::new().prefix("credenza-").tempdir_in(parent_dir())?;
        let home = plan.home.clone().unwrap_or_else(|| dir.path().join("home"));
        let mut desktop = Self { daemons: Vec::new(), env: Vec::new(), home, dir };
        desktop.make_dirs()?;
        if cfg!(target_os = "linux") {
            if plan.screen {
                desktop.start_screen(plan.limit)?;
            }
            if plan.keychain != Keychain::NoBus {
                desktop.start_bus(plan.limit)?;
            }
            match plan.keychain {
                Keychain::Unlocked => desktop.start_keychain(PASSWORD, plan.limit)?,
                Keychain::Locked => desktop.start_locked_keychain(plan.limit)?,
                Keychain::NoProvider | Keychain::NoBus => {}
            }
        }
        Ok(desktop)
    }

    /// A command that runs inside.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        self.enter(&mut command);
        command
    }

    /// Puts a command inside.
    pub fn enter(&self, command: &mut Command) {
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }

    /// A command that runs inside and that is ended when it takes too long: one that waits for a person, or for a screen
    /// that hangs, would otherwise hang whoever asks.
    pub fn brief(&self, program: &str) -> Command {
        let mut command = self.command("timeout");
        command.args(["20", program]);
        command
    }

    /// What a brief command prints, when it succeeds.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.brief(program).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts a program inside that ends with the desktop.
    pub fn start_daemon(&mut self, command: &Command, limit: Duration) -> Result<()> {
        let daemon = Daemon::start(command, "", limit, &self.logs())?;
        self.daemons.push(daemon);
        Ok(())
    }

    /// The home inside.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Everything that is made anew for each desktop: runtime directory, logs and, where it is not kept, the home.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What the daemons say on standard error, one file each.
    pub fn logs(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    fn make_dirs(&mut self) -> Result<()> {
        let runtime = self.dir.path().join("run");
        let home = self.home.clone();
        // The real ones, before HOME moves: otherwise cargo would fetch the toolchain and every crate again.
        let real = std::env::home_dir().context("no home directory")?;
        for (name, dir) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let value = std::env::var_os(name).unwrap_or_else(|| real.join(dir).into());
            self.env.push((name, Some(value)));
        }
        let dirs = [
            ("HOME", home.clone()),
            ("XDG_DATA_HOME", home.join(".local/share")),
            ("XDG_STATE_HOME", home.join(".local/state")),
            ("XDG_CONFIG_HOME", home.join(".config")),
            ("XDG_CACHE_HOME", home.join(".cache")),
            ("XDG_RUNTIME_DIR", runtime.clone()),
            // What a killed program leaves goes with the desktop, the desktop of a test within it included.
            ("TMPDIR", self.dir.path().join("tmp")),
        ];
        for (name, dir) in dirs {
            std::fs::create_dir_all(&dir)?;
            self.env.push((name, Some(dir.into())));
        }
        std::fs::create_dir_all(self.logs())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&runtime, PermissionsExt::from_mode(0o700))?;
        }
        let outer = [
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
            "DBUS_SESSION_BUS_ADDRESS",
            "GNOME_KEYRING_CONTROL",
            "SSH_AUTH_SOCK",
        ];
        self.env.extend(outer.map(|name| (name, None)));
        // GTK looks for a settings daemon and an accessibility bus that a private desktop does not have.
        self.env.push(("GSETTINGS_BACKEND", Some("memory".into())));
        self.env.push(("NO_AT_BRIDGE", Some("1".into())));
        Ok(())
    }

    fn start_screen(&mut self, limit: Duration) -> Result<()> {
        let mut xvfb = self.command("Xvfb");
        // The server picks a free display itself and says which; two runs at once cannot take the same.
        xvfb.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]);
        let mut daemon = Daemon::start(&xvfb, "", limit, &self.logs())?;
        let number = daemon.line(START).map_err(|error| self.blame(error, "Xvfb"))?;
        self.daemons.push(daemon);
        self.env.push(("DISPLAY", Some(format!(":{}", number.trim()).into())));
        self.env.push(("GDK_BACKEND", Some("x11".into())));

        let openbox = self.command("openbox");
        self.start_daemon(&openbox, limit)?;
        wait_for("the window manager manages", START, || {
            let root = self.ask("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"])?;
            root.contains("window id").then_some(())
        })
        .map_err(|error| self.blame(error, "openbox"))
    }

    fn start_bus(&mut self, limit: Duration) -> Result<()> {
        let socket = self.dir.path().join("run/bus");
        let config = self.dir.path().join("bus.conf");
        // No service directories: the bus starts nothing by itself, so a keychain that nobody unlocked cannot appear.
        let text = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
             <allow own=\"*\"/></policy></busconfig>",
            socket.display()
        );
        std::fs::write(&config, text)?;
        let mut bus = self.command("dbus-daemon");
        bus.args(["--nofork", "--print-address=1"]);
        bus.arg(format!("--config-file={}", config.display()));
        let mut daemon = Daemon::start(&bus, "", limit, &self.logs())?;
        let address = daemon.line(START).map_err(|error| self.blame(error, "dbus-daemon"))?;
        self.daemons.push(daemon);
        self.env.push(("DBUS_SESSION_BUS_ADDRESS", Some(address.trim().into())));
        Ok(())
    }

    fn start_keychain(&mut self, password: &str, limit: Duration) -> Result<()> {
        let mut keyring = self.command("gnome-keyring-daemon");
        keyring.args(["--foreground", "--components=secrets", "--unlock"]);
        let daemon = Daemon::start(&keyring, password, limit, &self.logs())?;
        self.daemons.push(daemon);
        self.wait_for_keychain("boolean false")
    }

    /// The daemon exits well when the password is wrong, and leaves the keyring locked: just what is wanted here.
    fn start_locked_keychain(&mut self, limit: Duration) -> Result<()> {
        self.start_keychain("known to nobody", limit)?;
        self.daemons.pop();
        wait_for("the first keychain leaves", START, || {
            self.ask_keychain("/", "org.freedesktop.Secret.Service.ReadAlias", &["string:default"])
                .is_none()
                .then_some(())
        })?;
        let mut keyring = self.command("gnome-keyring-daemon");
        keyring.args(["--foreground", "--components=secrets", "--unlock"]);
        let daemon = Daemon::start(&keyring, PASSWORD, limit, &self.logs())?;
        self.daemons.push(daemon);
        self.wait_for_keychain("boolean true")
    }

    fn wait_for_keychain(&self, locked: &str) -> Result<()> {
        let service = "/org/freedesktop/secrets";
        wait_for("the keychain answers", START, || {
            let alias = self.ask_keychain(service, "org.freedesktop.Secret.Service.ReadAlias", &["string:default"])?;
            let collection = alias.split('"').nth(1).filter(|path| *path != "/")?;
            let property = ["string:org.freedesktop.Secret.Collection", "string:Locked"];
            let answer = self.ask_keychain(collection, "org.freedesktop.DBus.Properties.Get", &property)?;
            answer.contains(locked).then_some(())
        })
        .map_err(|error| self.blame(error, "gnome-keyring-daemon"))
    }

    fn ask_keychain(&self, object: &str, method: &str, arguments: &[&str]) -> Option<String> {
        let mut words = vec!["--session", "--print-reply", "--reply-timeout=5000"];
        words.extend(["--dest=org.freedesktop.secrets", object, method]);
        words.extend(arguments);
        self.ask("dbus-send", &words)
    }

    /// The error, with what the daemon that causes it has to say.
    fn blame(&self, error: anyhow::Error, daemon: &str) -> anyhow::Error {
        let log = std::fs::read_to_string(self.logs().join(format!("{daemon}.log")));
        error.context(format!("{daemon} says: {}", log.unwrap_or_default().trim()))
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // Backwards: the bus goes before the screen, and what hangs on the bus before it.
        while let Some(daemon) = self.daemons.pop() {
            drop(daemon);
        }
    }
}

/// Where the directory of a desktop is made: sockets live in it, and their paths may not be longer than 107 bytes.
fn parent_dir() -> PathBuf {
    let temp = std::env::temp_dir();
    if cfg!(unix) && temp.as_os_str().len() > 50 { PathBuf::from("/tmp") } else { temp }
}
