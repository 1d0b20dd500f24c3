//! Hands and eyes on the real window: it is started by tauri-driver on a private screen, and used as a person uses it,
//! by roles and names.
//!
//! Every call blocks and has a limit: a window that hangs fails its test, with a picture and an outline of what was on
//! the screen, instead of stopping the run.

mod element;
mod find;
mod process;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::session::{Keychain, Session, program};
use crate::wait_for;

pub use element::Element;

/// The window of a running program, in a session of its own.
pub struct Window {
    // Ahead of the session: the connection goes before what it is connected to.
    client: Option<Client>,
    runtime: Runtime,
    application: PathBuf,
    arguments: Vec<String>,
    port: u16,
    session: Session,
}

/// How long a thing that a person waits for may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long one call to the driver may take; the longest is the start of the program.
const CALL: Duration = Duration::from_secs(30);

impl Window {
    /// Starts `credenza-desktop` on a fresh data directory.
    pub fn open(keychain: Keychain) -> Self {
        Self::open_in(Session::with_screen(keychain))
    }

    /// Starts `credenza-desktop` in a session that has a screen, and perhaps something in its data directory.
    pub fn open_in(session: Session) -> Self {
        let application = program("CREDENZA_DESKTOP_BIN", "credenza-desktop", "credenza-desktop");
        Self::open_program(session, application, &[])
    }

    /// Starts any program that shows a web view.
    pub fn open_program(mut session: Session, application: PathBuf, arguments: &[&str]) -> Self {
        let [port, native] = free_ports();
        let driver = std::env::var_os("TAURI_DRIVER").unwrap_or_else(|| "tauri-driver".into());
        let mut command = session.command(driver);
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        session.desktop_mut().start_daemon(&command, Duration::from_secs(15 * 60)).expect("tauri-driver starts");
        for port in [port, native] {
            wait_for("the driver listens", PATIENCE, || std::net::TcpStream::connect(("127.0.0.1", port)).ok())
                .expect("tauri-driver and WebKitWebDriver run");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        let mut window = Self { client: None, runtime, application, arguments, port, session };
        window.start();
        window
    }

    /// The session that the window is in.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Starts the program again, after [`Window::quit`] or [`Window::kill`].
    pub fn start(&mut self) {
        let options = json!({ "application": self.application, "args": self.arguments });
        let capabilities = serde_json::Map::from_iter([(String::from("tauri:options"), options)]);
        let address = format!("http://127.0.0.1:{}", self.port);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let client = self.within(CALL, builder.connect(&address));
        let client = client.unwrap_or_else(|| self.fail("the program does not start in time"));
        self.client = Some(client.unwrap_or_else(|error| self.fail(&format!("no window: {error}"))));
    }

    /// Ends the program, as logging out does, and waits until it is gone.
    pub fn quit(&mut self) {
        if let Some(client) = self.client.take() {
            // The driver may lose the window before it answers, which is what is asked of it.
            self.within(CALL, client.close());
        }
        process::end(&self.application, self.session.desktop().dir(), "TERM");
        self.wait_until("the program is gone", |window| !window.is_running());
    }

    /// Kills the program where it stands, as a power cut does, and waits until it is gone.
    pub fn kill(&mut self) {
        process::end(&self.application, self.session.desktop().dir(), "KILL");
        self.wait_until("the program is gone", |window| !window.is_running());
        if let Some(client) = self.client.take() {
            self.within(CALL, client.close());
        }
    }

    /// [`Window::quit`] and [`Window::start`].
    pub fn restart(&mut self) {
        self.quit();
        self.start();
    }

    /// Whether the program runs.
    pub fn is_running(&self) -> bool {
        !process::of(&self.application, self.session.desktop().dir()).is_empty()
    }

    /// Waits until it is so, and fails with `what` when it does not come.
    pub fn wait_until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        if wait_for(what, PATIENCE, || so(self).then_some(())).is_err() {
            self.fail(&format!("not in time: {what}"));
        }
    }

    /// Presses keys together, the last one being let go first: `"Control+k"`, `"Escape"`, `"Shift+Tab"`, `"/"`.
    pub fn press(&self, chord: &str) {
        let keys: Vec<char> = element::chord(chord);
        let mut actions = KeyActions::new(String::from("keyboard"));
        for key in &keys {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        self.call(&format!("press {chord}"), self.client().perform_actions(actions));
    }

    /// Runs a script as the body of a function with these arguments.
    pub fn eval(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.call("a script", self.client().execute(script, arguments))
    }

    /// Everything on the screen that has a role and a name, a line each; good to read in a failure.
    pub fn outline(&self) -> String {
        let outline = self.try_find(&json!({ "outline": true }), None);
        outline.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Makes the window this large.
    pub fn resize(&self, width: u32, height: u32) {
        self.call("resize", self.client().set_window_size(width, height));
    }

    /// Saves a picture of the screen, once the window is at rest.
    pub fn screenshot(&self, to: &Path) {
        // Of the screen and not through the driver, which hangs under some renderers.
        self.session.screenshot(to);
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("the window is open")
    }

    fn call<T>(&self, what: &str, call: impl Future<Output = Result<T, CmdError>>) -> T {
        self.try_call(call).unwrap_or_else(|error| self.fail(&format!("{what}: {error}")))
    }

    fn try_call<T>(&self, call: impl Future<Output = Result<T, CmdError>>) -> Result<T, String> {
        self.within(CALL, call)
            .ok_or_else(|| format!("no answer in {} s", CALL.as_secs()))?
            .map_err(|error| error.to_string())
    }

    /// What the driver answers, unless it takes too long.
    fn within<T>(&self, limit: Duration, call: impl Future<Output = T>) -> Option<T> {
        // The timer is made inside, where there is a runtime to make it.
        self.runtime.block_on(async { tokio::time::timeout(limit, call).await.ok() })
    }

    /// Fails the test, with what is on the screen in words and as a picture.
    fn fail(&self, message: &str) -> ! {
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let exe = std::env::current_exe().unwrap_or_default();
        let folder = exe.ancestors().nth(2).unwrap_or(Path::new(".")).join("e2e");
        let picture = folder.join(format!("{test}.png"));
        // As it is at this moment; waiting for a better one may be what just failed.
        let saved = xtask::picture::save(self.session.desktop(), &picture);
        let picture = saved.map_or_else(|error| error.to_string(), |()| picture.display().to_string());
        let outline = if self.client.is_some() { self.outline() } else { String::new() };
        let said = std::fs::read_to_string(self.session.desktop().dir().join("logs/tauri-driver.log"));
        panic!(
            "{message}\npicture: {picture}\nthe program said: {}\non the screen:\n{outline}",
            said.unwrap_or_default()
        );
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Without this the driver would keep a session for a program that the end of the desktop takes away.
        if let Some(client) = self.client.take() {
            self.within(Duration::from_secs(5), client.close());
        }
        process::end(&self.application, self.session.desktop().dir(), "KILL");
    }
}

/// Two ports that nobody uses. The system hands them out in turn, so nobody else gets them in the moment between.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("its address").port())
}
