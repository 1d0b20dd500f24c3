//! Commands of a step: their output is live, they end within a limit, and Ctrl-C leaves nothing of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use xtask::daemon;

static STOP: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C, and being asked to end, are noticed by what waits rather than ending the process: the
/// destructors that end the background programs run.
pub(crate) fn catch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed)).context("no interrupt handler")
}

/// Whether somebody asked to end.
pub(crate) fn interrupted() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// A started command; dropping it ends it and all that it started.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    shown: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let shown = shown(command);
        // A group of its own: Ctrl-C reaches only us, and we end the whole group.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("{shown}: does not start"))?;
        Ok(Self { child, shown })
    }

    /// How it ended, when it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for the end; an error when it fails, takes longer than `limit`, or somebody asks to end.
    pub(crate) fn finish(mut self, limit: Duration) -> Result<()> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                if status.success() {
                    return Ok(());
                }
                bail!("{}: {status}", self.shown);
            }
            if interrupted() {
                bail!("interrupted");
            }
            if started.elapsed() > limit {
                bail!("{}: still running after {} min", self.shown, limit.as_secs() / 60);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        daemon::end(&mut self.child, Duration::from_secs(5));
    }
}

/// Runs a command to its end. Nothing that is run here needs longer, unless it hangs.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    Running::start(command)?.finish(LIMIT)
}

/// Runs `cargo test` to its end, and fails when no test ran: a step that tests nothing is broken, not green.
pub(crate) fn run_tests(command: &mut Command) -> Result<()> {
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("no standard output")?;
    let reader = std::thread::spawn(move || relay(stdout, std::io::stdout()));
    running.finish(LIMIT)?;
    if reader.join().unwrap_or(0) == 0 {
        bail!("{}: no test ran", shown(command));
    }
    Ok(())
}

/// Shows what a test run says as it says it, and counts the tests that passed.
fn relay(from: impl Read, mut to: impl Write) -> u32 {
    let mut passed = 0;
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        passed += passed_in(&line).unwrap_or(0);
        let _ = writeln!(to, "{line}");
    }
    passed
}

/// The standard output of a command that must succeed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("{}: does not start", shown(command)))?;
    if !output.status.success() {
        bail!("{}: {}", shown(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A cold build of everything takes a third of this on two cores.
const LIMIT: Duration = Duration::from_secs(40 * 60);

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// How many tests passed, where the line is a closing line of the Rust test runner.
fn passed_in(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("test result: ")?;
    let (_, rest) = rest.split_once(". ")?;
    rest.split_once(" passed")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn reads_the_closing_line_of_the_test_runner() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out";
        assert_eq!(passed_in(line), Some(12));
        assert_eq!(passed_in("test result: FAILED. 3 passed; 1 failed;"), Some(3));
        assert_eq!(passed_in("12 passed"), None);
    }

    #[test]
    #[cfg(unix)]
    fn refuses_a_test_run_without_tests() {
        let none = run_tests(&mut sh("echo nothing to do"));
        assert!(none.unwrap_err().to_string().contains("no test ran"));
    }

    #[test]
    fn shows_and_counts_what_a_test_run_says() {
        let said = "test result: ok. 1 passed; 0 failed\nelse\ntest result: ok. 2 passed; 0 failed\n";
        let mut shown = Vec::new();
        assert_eq!(relay(said.as_bytes(), &mut shown), 3);
        assert_eq!(shown, said.as_bytes());
    }

    #[test]
    #[cfg(unix)]
    fn says_which_command_failed_and_how() {
        let error = run(&mut sh("exit 3")).unwrap_err().to_string();
        assert!(error.contains("sh -c exit 3") && error.contains("exit status: 3"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn ends_what_takes_too_long() {
        let running = Running::start(&mut sh("sleep 60")).unwrap();
        let error = running.finish(Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("still running"), "{error}");
    }
}
