//! `cargo xtask screens`: a picture of every screen and state of the real window, light and dark, for people to look at.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for the one who just changed the window")]

mod account;
#[path = "../e2e/form.rs"]
#[allow(dead_code, reason = "it holds more of what a person does than is done here")]
mod form;
mod samples;

use std::path::PathBuf;

use credenza_model::KindId;
use credenza_tests::prometheus::Prometheus;
use credenza_tests::webdriver::Window;
use credenza_tests::{Keychain, Session};

use crate::form::{choose, first_start, form_title, open_form, press_in_drawer, says, type_field, type_sample};

fn main() {
    let directory = PathBuf::from(std::env::args().nth(1).expect("where to put the pictures"));
    std::fs::create_dir_all(&directory).unwrap();
    for theme in ["Light", "Dark"] {
        let camera = Camera { directory: directory.clone(), theme };
        camera.with_an_account();
        camera.a_partner();
        camera.a_manager_and_a_member();
        camera.without_a_keychain();
    }
}

/// Takes the pictures of one theme.
struct Camera {
    directory: PathBuf,
    theme: &'static str,
}

impl Camera {
    fn shot(&self, window: &Window, name: &str) {
        let file = self.directory.join(format!("{name}-{}.png", self.theme.to_lowercase()));
        window.screenshot(&file);
        // Half the size, and nobody sees the difference: the window has far fewer colours than that.
        let _ = std::process::Command::new("mogrify").args(["+dither", "-colors", "256"]).arg(&file).status();
        println!("{}", file.display());
    }

    /// The theme is chosen as a person does it, which needs a workspace; the first start follows the system.
    fn dress(&self, window: &Window) {
        window.by_role("button", "Settings").click();
        window.by_role("dialog", "Settings").by_text(self.theme).click();
        window.by_role("button", "Done").click();
        window.wait_gone("dialog", "Settings");
    }

    fn a_partner(&self) {
        let mut window = Window::open(Keychain::Unlocked);
        if self.theme == "Light" {
            self.shot(&window, "first-start");
        }
        first_start(&window, "Partner", "Acme");
        self.dress(&window);
        self.shot(&window, "empty");
        samples::fill(window.session());
        samples::check(window.session());
        window.restart();
        window.by_role("row", "aws-prod");
        self.shot(&window, "cloud");
        choose(&window, "pve-brno");
        self.shot(&window, "drawer");
        press_in_drawer(&window, "pve-brno", "Reveal");
        window.by_role("button", "Hide");
        self.shot(&window, "revealed");
        window.by_role("row", "os-prague-1").by_role("button", "Show everything").click();
        self.shot(&window, "expanded");
        window.by_role("row", "os-prague-1").by_role("button", "Actions").click();
        self.shot(&window, "row-menu");
        window.press("Escape");
        press_in_drawer(&window, "pve-brno", "Delete");
        self.shot(&window, "delete");
        window.by_role("alertdialog", "Delete pve-brno?").by_role("button", "Delete").click();
        window.by_role("button", "Undo");
        self.shot(&window, "undo");
        window.by_role("button", "Undo").click();
        window.by_role("row", "pve-brno");
        window.first_by_role("button", "Dismiss").click();
        for (tab, name) in [("Backup", "backup"), ("Billing", "billing"), ("Showback", "showback"), ("AI", "ai")] {
            window.by_role("tab", tab).click();
            window.wait_until("rows", |window| window.all_by_role("row").len() > 1);
            self.shot(&window, name);
        }
        window.by_role("tab", "Cloud").click();
        window.first_by_role("button", "Add credentials").click();
        window.by_role("button", KindId::Aws.kind().label);
        self.shot(&window, "gallery");
        window.press("Escape");
        self.forms(&window);
        self.checks(&window);
        window.press("Control+k");
        window.by_role("dialog", "Go to anything");
        self.shot(&window, "palette");
        window.press("Escape");
        window.by_role("button", "Settings").click();
        self.shot(&window, "settings");
        window.by_role("button", "Organizations…").click();
        self.shot(&window, "organizations");
        window.press("Escape");
        window.press("/");
        window.by_role("searchbox", "Search").type_text("nothing is called this");
        window.wait_until("no match", |window| says(window, "Nothing matches"));
        self.shot(&window, "no-match");
        window.press("Escape");
        window.resize(900, 600);
        choose(&window, "pve-brno");
        self.shot(&window, "narrow");
    }

    fn forms(&self, window: &Window) {
        let proxmox = KindId::Proxmox.kind();
        open_form(window, proxmox);
        self.shot(window, "form-empty");
        type_sample(window, KindId::Proxmox, &[("name", "pve-new")]);
        type_field(window, proxmox, "publicNetwork.gateway", "192.0.2.1");
        type_field(window, proxmox, "tokenSecret", "not-a-uuid");
        window.by_role("button", "Save").click();
        window.wait_until("a problem", |window| says(window, "is not inside"));
        self.shot(window, "form-problem");
        window.press("Escape");
        window.by_role("button", "Discard").click();
        open_form(window, KindId::Gcp.kind());
        self.shot(window, "form-file");
        window.press("Escape");
        window.wait_gone("dialog", "New Google Cloud credential");
        choose(window, "os-prague-1");
        press_in_drawer(window, "os-prague-1", "Edit");
        window.by_label("Project").fill("mine");
        samples::edit(window.session(), "os-prague-1", "openStackProject=theirs");
        window.by_role("button", "Save").click();
        window.wait_until("both are shown", |window| says(window, "changed while you were editing"));
        self.shot(window, "conflict");
        window.by_role("button", "Take the other").click();
    }

    /// Checks against a server of this machine's: refused, working, several under way.
    fn checks(&self, window: &Window) {
        let server = Prometheus::start("billing", "a-good-password");
        let kind = KindId::Billing.kind();
        open_form(window, kind);
        let typed = [("prometheusUrl", server.url.as_str()), ("prometheusUsername", "billing")];
        type_sample(window, KindId::Billing, &typed);
        window.by_role("button", "Check").click();
        window.wait_until("a refusal", |window| says(window, "Wrong identity or secret"));
        self.shot(window, "check-refused");
        window.by_label("Password").fill("a-good-password");
        window.by_role("button", "Check").click();
        window.wait_until("it works", |window| says(window, "The server lets billing query it."));
        self.shot(window, "check-works");
        server.close();
        window.by_role("button", "Check").click();
        window.by_role("button", "Stop checking");
        self.shot(window, "checking");
        window.by_role("button", "Stop checking").click();
        server.open();
        window.by_role("button", "Save").click();
        window.wait_gone("dialog", &form_title(kind));
        server.close();
        window.first_by_role("button", "Check all").click();
        window.by_role("button", "Stop checking");
        self.shot(window, "checking-all");
        window.by_role("button", "Stop checking").click();
        server.open();
        window.by_role("tab", "Cloud").click();
        open_form(window, KindId::Openstack.kind());
        type_field(window, KindId::Openstack.kind(), "skipTlsFlag", "true");
        window.wait_until("no toast", |window| !window.has_role("button", "Dismiss"));
        window.eval("document.activeElement.scrollIntoView({ block: 'center' })", vec![]);
        self.shot(window, "skip-tls");
        window.press("Escape");
        window.by_role("button", "Discard").click();
    }

    fn a_manager_and_a_member(&self) {
        let mut window = Window::open(Keychain::Unlocked);
        first_start(&window, "Manager", "Acme");
        self.dress(&window);
        window.by_role("tab", "Billing").click();
        self.shot(&window, "closed");
        window.by_role("tab", "Cloud").click();
        window.first_by_role("button", "Add credentials").click();
        window.by_role("button", KindId::Aws.kind().label);
        self.shot(&window, "gallery-manager");
        window.quit();
        samples::become_role(window.session(), "member");
        window.start();
        window.wait_until("the explanation", |window| says(window, "Nothing here for a Member"));
        self.shot(&window, "member");
    }

    fn without_a_keychain(&self) {
        for (keychain, name) in [(Keychain::Locked, "keychain-locked"), (Keychain::NoProvider, "keychain-absent")] {
            let window = Window::open_in(Session::with_screen(keychain));
            first_start(&window, "Partner", "Acme");
            self.dress(&window);
            open_form(&window, KindId::Backup.kind());
            type_sample(&window, KindId::Backup, &[]);
            window.by_role("button", "Save").click();
            let form = window.by_role("dialog", &form_title(KindId::Backup.kind()));
            window.wait_until("the reason", |_| !form.all_by_role("alert").is_empty());
            // A window this young may not have been drawn since: without a graphics card the web view takes seconds to
            // begin. Another size makes it draw what is there now.
            window.resize(1280, 779);
            std::thread::sleep(std::time::Duration::from_secs(3));
            self.shot(&window, name);
        }
    }
}
