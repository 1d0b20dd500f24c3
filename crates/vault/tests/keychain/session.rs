//! A private session: a bus, a GNOME Keyring, and vaults in child processes, all ended with their handles.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Tells a child which namespace its vault has.
pub(crate) const NAMESPACE: &str = "CREDENZA_VAULT_TEST_NAMESPACE";
/// Begins a child's answers, among what the test harness writes.
pub(crate) const ANSWER: &str = "answer: ";

const PATIENCE: Duration = Duration::from_secs(20);

/// Without service directories nothing is started by a call: what runs is what a test has started.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=DIR</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

pub(crate) struct Session {
    dir: TempDir,
    address: String,
    _bus: Process,
}

impl Session {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["home/.local/share/keyrings", "run", "nobus"] {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        let config = dir.path().join("bus.conf");
        std::fs::write(&config, BUS.replace("DIR", dir.path().to_str().unwrap())).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.arg("--config-file").arg(&config).args(["--nofork", "--print-address=1"]);
        let mut bus = Process::start(command.stdout(Stdio::piped()));
        let mut address = String::new();
        BufReader::new(bus.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let session = Self { dir, address: address.trim().to_owned(), _bus: bus };
        assert!(!session.address.is_empty(), "the bus did not start");
        session
    }

    /// A keyring that is unlocked at its start, as signing in to a desktop does.
    pub(crate) fn open_keyring(&self) -> Process {
        self.keyring(&["--unlock"])
    }

    /// A keyring that nobody has unlocked.
    pub(crate) fn closed_keyring(&self) -> Process {
        self.keyring(&[])
    }

    fn keyring(&self, arguments: &[&str]) -> Process {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]).args(arguments).stdin(Stdio::piped());
        let mut keyring = Process::start(&mut command);
        keyring.0.stdin.take().unwrap().write_all(b"sesame").unwrap();
        keyring
    }

    /// Waits for the keyring without the vault under test noticing.
    pub(crate) fn wait_until_open(&self) {
        self.vault_of("waiting").wait_for("state", "ready");
    }

    pub(crate) fn vault(&self) -> Orders {
        self.vault_of("namespace")
    }

    pub(crate) fn vault_of(&self, namespace: &str) -> Orders {
        Orders::start(self.command(std::env::current_exe().unwrap()).env(NAMESPACE, namespace))
    }

    pub(crate) fn vault_without_bus(&self) -> Orders {
        let mut command = self.command(std::env::current_exe().unwrap());
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", self.dir.path().join("nobus"));
        Orders::start(command.env(NAMESPACE, "namespace"))
    }

    /// All bytes of all keyring files.
    pub(crate) fn keyring_files(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(self.data().join("keyrings")).unwrap() {
            std::fs::File::open(entry.unwrap().path()).unwrap().read_to_end(&mut bytes).unwrap();
        }
        bytes
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("home/.local/share")
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", self.dir.path().join("home"))
            .env("XDG_DATA_HOME", self.data())
            .env("XDG_RUNTIME_DIR", self.dir.path().join("run"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }
}

/// A process that ends with its handle.
#[must_use]
pub(crate) struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let child = command.stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{program:?} is needed for this test: {error}")))
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A vault in a process of its own.
pub(crate) struct Orders {
    _process: Process,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Orders {
    fn start(command: &mut Command) -> Self {
        command.args(["--exact", "child", "--nocapture"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Process::start(command);
        let (orders, answers) = (process.0.stdin.take().unwrap(), process.0.stdout.take().unwrap());
        Self { _process: process, orders, answers: BufReader::new(answers) }
    }

    pub(crate) fn ask(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        loop {
            let mut line = String::new();
            assert_ne!(self.answers.read_line(&mut line).unwrap(), 0, "the child ended at: {order}");
            // The harness writes the test's name without ending the line.
            if let Some((_, answer)) = line.split_once(ANSWER) {
                return answer.trim_end().to_owned();
            }
        }
    }

    pub(crate) fn wait_for(&mut self, order: &str, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.ask(order);
            if answer == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "{order} still answers {answer}, not {wanted}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
