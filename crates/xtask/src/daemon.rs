//! A program in the background that cannot outlive its owner.
//!
//! Three things can leave a daemon behind, and each has its answer: the owner drops it (it is ended with all that it
//! started), the owner hangs (a time limit ends it), the owner is killed (the kernel ends it). On Linux the last two are
//! `timeout` and `setpriv`, which every system has; elsewhere only the first holds, and no daemon is needed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A running background program; dropping it ends the program and everything that it started.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
    lines: Receiver<String>,
}

impl Daemon {
    /// Starts `command` for at most `limit`, hands it `input` and closes its standard input; what it says on standard
    /// error goes to `NAME.log` in `logs`.
    pub fn start(command: &Command, input: &str, limit: Duration, logs: &Path) -> Result<Self> {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = File::options().create(true).append(true).open(logs.join(format!("{name}.log")))?;
        let mut bounded = bounded(command, limit);
        bounded.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = spawn_for_good(bounded).with_context(|| format!("{name} does not start"))?;

        if let Some(mut stdin) = child.stdin.take() {
            // A program that reads nothing may be gone already; whether it is well is asked of itself, not here.
            let _ = stdin.write_all(input.as_bytes());
        }
        let (said, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            // The thread reads to the end even when nobody listens: a full pipe would stop the daemon.
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    let _ = said.send(line);
                }
            });
        }
        Ok(Self { name, child, lines })
    }

    /// The next line that the program says on its standard output.
    pub fn line(&mut self, within: Duration) -> Result<String> {
        match self.lines.recv_timeout(within) {
            Ok(line) => Ok(line),
            Err(_) => bail!("{} says nothing", self.name),
        }
    }

    /// Whether the program still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The process that stands for the program: its own, or that of the `timeout` around it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        end(&mut self.child, Duration::from_secs(3));
    }
}

/// Ends a child and the process group that it leads: asks first, insists after `patience`.
pub fn end(child: &mut Child, patience: Duration) {
    if matches!(child.try_wait(), Ok(None)) {
        signal(child, false);
        let asked = Instant::now();
        while asked.elapsed() < patience && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    // The leader may be gone while a member of its group is not.
    signal(child, true);
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
fn signal(child: &Child, insist: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if insist { Signal::KILL } else { Signal::TERM };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal(_child: &Child, _insist: bool) {}

/// `command` inside `setpriv` and `timeout`; the latter also makes the process group that [`end`] needs.
fn bounded(command: &Command, limit: Duration) -> Command {
    if !cfg!(target_os = "linux") {
        return copy(command, Command::new(command.get_program()));
    }
    let mut outer = Command::new("setpriv");
    outer.args(["--pdeathsig", "TERM", "timeout", "--kill-after=5"]);
    outer.arg(limit.as_secs().to_string());
    outer.arg(command.get_program());
    copy(command, outer)
}

fn copy(from: &Command, mut to: Command) -> Command {
    to.args(from.get_args());
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    if let Some(dir) = from.get_current_dir() {
        to.current_dir(dir);
    }
    to
}

/// Spawns from a thread that lives as long as the process: the kernel's parent-death signal is bound to the thread that
/// spawned, and the thread of a test ends long before its process does.
fn spawn_for_good(command: Command) -> io::Result<Child> {
    type Order = (Command, Sender<io::Result<Child>>);
    static SPAWNER: LazyLock<Mutex<Sender<Order>>> = LazyLock::new(|| {
        let (orders, queue) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, reply) in queue {
                let _ = reply.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let gone = || io::Error::other("the spawning thread is gone");
    let (reply, answer) = mpsc::channel();
    let orders = SPAWNER.lock().map_err(|_| gone())?;
    orders.send((command, reply)).map_err(|_| gone())?;
    drop(orders);
    answer.recv().map_err(|_| gone())?
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn exists(pid: &str) -> bool {
        // A zombie still has a directory; only one that has a command line runs.
        std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
    }

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn hears_what_the_program_says_and_hands_it_its_input() {
        let dir = tempfile::tempdir().unwrap();
        let cat = Command::new("cat");
        let mut daemon = Daemon::start(&cat, "hello\n", Duration::from_secs(20), dir.path()).unwrap();
        assert_eq!(daemon.line(Duration::from_secs(5)).unwrap(), "hello");
    }

    #[test]
    fn drop_ends_the_program_and_its_children_even_when_they_ignore_the_asking() {
        let dir = tempfile::tempdir().unwrap();
        let script = sh("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done'");
        let mut daemon = Daemon::start(&script, "", Duration::from_secs(60), dir.path()).unwrap();
        let pid = daemon.line(Duration::from_secs(5)).unwrap();
        assert!(exists(&pid));
        drop(daemon);
        crate::wait_for("the child is gone", Duration::from_secs(5), || (!exists(&pid)).then_some(())).unwrap();
    }

    #[test]
    fn the_time_limit_ends_a_program_that_nobody_ends() {
        let dir = tempfile::tempdir().unwrap();
        let mut daemon = Daemon::start(&sh("sleep 60"), "", Duration::from_secs(1), dir.path()).unwrap();
        crate::wait_for("ended", Duration::from_secs(8), || (!daemon.is_alive()).then_some(())).unwrap();
    }

    #[test]
    fn a_program_that_is_not_there_is_told_by_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let none = Command::new("credenza-no-such-program");
        let mut daemon = Daemon::start(&none, "", Duration::from_secs(5), dir.path()).unwrap();
        assert!(daemon.line(Duration::from_secs(5)).is_err());
        let log = std::fs::read_to_string(dir.path().join("credenza-no-such-program.log")).unwrap();
        assert!(log.contains("No such file"), "{log}");
    }
}
