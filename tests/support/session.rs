//! A private session with one data directory, and the command line run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

pub use xtask::desktop::Keychain;
use xtask::desktop::{Desktop, Plan};

/// A home, a session bus and a keychain that only this session has; all of it is gone when the session is dropped.
#[derive(Debug)]
pub struct Session {
    desktop: Desktop,
}

/// No test takes this long, unless it hangs; the daemons of a hung one end by themselves.
const LIMIT: Duration = Duration::from_secs(15 * 60);

impl Session {
    /// Starts one without a screen.
    pub fn start(keychain: Keychain) -> Self {
        Self::with(keychain, false)
    }

    /// Starts one with a screen and a window manager.
    pub fn with_screen(keychain: Keychain) -> Self {
        Self::with(keychain, true)
    }

    fn with(keychain: Keychain, screen: bool) -> Self {
        let plan = Plan { keychain, screen, home: None, limit: LIMIT };
        let desktop = Desktop::start(&plan).expect("a private desktop");
        Self { desktop }
    }

    /// A command that runs inside.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.desktop.command(program);
        command.env("CREDENZA_DATA_DIR", self.data_dir());
        command
    }

    /// Runs `credenza` with these arguments, hands it `stdin`, and waits for its end. One that does not end by itself
    /// within a minute fails the test.
    pub fn credenza(&self, arguments: &[&str], stdin: &str) -> Run {
        let mut command = self.command(credenza_bin());
        Run::of(command.args(arguments), stdin)
    }

    /// The data directory of the program; it is the program that makes it.
    pub fn data_dir(&self) -> PathBuf {
        self.desktop.dir().join("credenza")
    }

    /// Everything that the program can have written to: home, data directory, runtime directory, logs.
    pub fn dirs(&self) -> Vec<PathBuf> {
        vec![self.desktop.dir().to_owned()]
    }

    /// The private desktop itself, for what needs more of it.
    pub fn desktop(&self) -> &Desktop {
        &self.desktop
    }

    /// The private desktop itself, to start more in it.
    pub fn desktop_mut(&mut self) -> &mut Desktop {
        &mut self.desktop
    }

    /// Saves a picture of the screen, once the window on it is drawn and at rest: it may have been a second or two since
    /// the page said what it shows.
    pub fn screenshot(&self, to: &Path) {
        let limit = Duration::from_secs(10);
        xtask::picture::of_first_window(&self.desktop, limit, to, || Ok(())).expect("a picture of the window");
    }
}

/// How a program ended and what it said.
#[derive(Debug)]
pub struct Run {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Run {
    /// Runs a command to its end, with `stdin` as its standard input.
    pub fn of(command: &mut Command, stdin: &str) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = child.stdin.take().expect("a standard input");
        let text = stdin.to_owned();
        // From a thread of its own: a program that answers before it has read all would otherwise block both sides.
        // A program may also end without reading; that is no failure of the test.
        let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
        let id = child.id();
        let (ended, end) = std::sync::mpsc::channel::<()>();
        let watch = std::thread::spawn(move || {
            let hangs = end.recv_timeout(Duration::from_secs(60)).is_err();
            if hangs {
                kill(id);
            }
            hangs
        });
        let output = child.wait_with_output().expect("the program ends");
        let _ = ended.send(());
        let _ = writer.join();
        assert!(!watch.join().unwrap_or(true), "{command:?} does not end by itself");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }
}

/// The command line: the one that `CREDENZA_BIN` names, or else the one beside the running test, which is built when it
/// is not there.
pub fn credenza_bin() -> &'static Path {
    static BIN: LazyLock<PathBuf> = LazyLock::new(|| program("CREDENZA_BIN", "credenza", "credenza"));
    &BIN
}

/// A program of the workspace: what `variable` names, or `name` of `package` beside the running test.
///
/// Beside the test it is built again each time, which is a moment when it is fresh: a test never passes against what the
/// sources were yesterday.
pub(crate) fn program(variable: &str, package: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let test = std::env::current_exe().expect("the running test");
    // A test is target/debug/deps/flows-0123, a program that tests is target/debug/bench: programs are in target/debug.
    let dir = test.ancestors().skip(1).find(|dir| !dir.ends_with("deps")).expect("a target directory");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--manifest-path"]);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    build.args(["-p", package]).arg("--target-dir").arg(dir.parent().expect("a target directory"));
    if dir.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().expect("cargo starts").success(), "{package} does not build");
    dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(unix)]
fn kill(id: u32) {
    let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
}

#[cfg(not(unix))]
fn kill(id: u32) {
    let _ = Command::new("taskkill").args(["/F", "/PID", &id.to_string()]).status();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn secret_tool(session: &Session, arguments: &[&str], stdin: &str) -> Run {
        let mut command = session.command("dbus-send");
        command.args(arguments);
        Run::of(&mut command, stdin)
    }

    fn aliases(session: &Session) -> Run {
        let call = [
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.ReadAlias",
            "string:default",
        ];
        secret_tool(session, &call, "")
    }

    fn login_is_locked(session: &Session) -> bool {
        let call = [
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets/collection/login",
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection",
            "string:Locked",
        ];
        let run = secret_tool(session, &call, "");
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout.contains("boolean true")
    }

    #[test]
    fn an_unlocked_keychain_is_open_and_in_the_session_only() {
        let session = Session::start(Keychain::Unlocked);
        assert!(!login_is_locked(&session));
        let keyring = "home/.local/share/keyrings/login.keyring";
        assert!(session.dirs()[0].join(keyring).is_file());
    }

    #[test]
    fn a_locked_keychain_is_there_and_locked() {
        assert!(login_is_locked(&Session::start(Keychain::Locked)));
    }

    #[test]
    fn without_a_provider_nobody_answers() {
        let run = aliases(&Session::start(Keychain::NoProvider));
        assert!(run.stderr.contains("ServiceUnknown"), "{run:?}");
    }

    #[test]
    fn without_a_bus_there_is_nobody_to_ask() {
        let run = aliases(&Session::start(Keychain::NoBus));
        assert_ne!(run.code, 0);
        assert!(!run.stderr.contains("ServiceUnknown"), "{run:?}");
    }

    #[test]
    fn two_sessions_share_nothing_and_leave_nothing() {
        let (one, two) = (Session::start(Keychain::Unlocked), Session::start(Keychain::Unlocked));
        let dirs = [one.dirs(), two.dirs()].concat();
        assert_ne!(dirs[0], dirs[1]);
        drop((one, two));
        assert!(dirs.iter().all(|dir| !dir.exists()));
    }

    #[test]
    fn a_command_inside_has_no_screen_of_the_person() {
        let session = Session::start(Keychain::NoBus);
        let run = Run::of(&mut session.command("env"), "");
        assert!(!run.stdout.lines().any(|line| line.starts_with("DISPLAY=")));
        let dir = session.dirs()[0].display().to_string();
        assert!(run.stdout.contains(&format!("CREDENZA_DATA_DIR={dir}/credenza\n")));
        assert!(run.stdout.contains(&format!("TMPDIR={dir}/tmp\n")));
    }

    #[test]
    fn a_run_keeps_what_the_program_said() {
        let mut sh = Command::new("sh");
        let run = Run::of(sh.args(["-c", "cat; echo oh >&2; exit 3"]), "{\"a\": 1}");
        assert_eq!((run.code, run.stderr.as_str()), (3, "oh\n"));
        assert_eq!(run.json()["a"], 1);
    }
}
