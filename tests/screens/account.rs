//! The window with an account: signing in, in sync, in conflict, a replacement, what was refused, offline.

use credenza_model::KindId;
use credenza_taikun::{Fault, Options, Seed, Taikun, When};
use credenza_tests::Keychain;
use credenza_tests::webdriver::Window;
use serde_json::json;

use crate::Camera;
use crate::form::{choose, first_start, press_in_drawer, says};
use crate::samples;

impl Camera {
    pub(crate) fn with_an_account(&self) {
        let taikun = Taikun::start(Options { seed: Seed::Demo, ..Options::default() }).unwrap();
        let world = taikun.world().clone();
        let window = Window::open(Keychain::Unlocked);
        first_start(&window, "Partner", "Acme");
        self.dress(&window);
        window.by_role("button", "Connect an account…").click();
        window.by_label("Host").fill(&taikun.address());
        window.by_label("E-mail").fill("partner@example.com");
        window.by_label("Password").fill("demo");
        self.shot(&window, "sign-in");
        window.by_role("button", "Sign in").click();
        window.by_role("dialog", "You are signed in");
        self.shot(&window, "signed-in");
        window.by_role("button", "Done").click();
        window.wait_until("in sync", |window| says(window, "Synced just now"));
        self.shot(&window, "synced");
        window.by_role("button", "Sync details").click();
        self.shot(&window, "sync-panel");
        window.press("Escape");

        // Both sides change the same: the name there, the name and the secret here.
        let session = window.session();
        let mine = samples::added(session, KindId::Backup, "nightly-prague", "Acme");
        window.wait_until("it is there", |_| {
            session.credenza(&["show", &mine, "--json"], "").json()["state"] == "synced"
        });
        let number = session.credenza(&["show", &mine, "--json"], "").json()["accountId"].as_i64().unwrap();
        let theirs = json!({"s3Name": "nightly-brno", "s3AccessKeyId": "AKIAROTATED2026"});
        world.change_row(KindId::Backup, i32::try_from(number).unwrap(), theirs);
        let change = json!({"s3Name": "nightly-vienna", "s3SecretKey": "typed-anew"}).to_string();
        assert_eq!(session.credenza(&["edit", &mine, "--from", "-"], &change).code, 0);
        window.wait_until("a conflict", |window| says(window, "1 conflict"));
        window.first_by_role("button", "1 conflict").click();
        window.wait_until("its fields", |window| says(window, "nightly-brno"));
        self.shot(&window, "sync-conflict");
        window.by_role("button", "Take all theirs").click();
        window.wait_until("settled", |window| says(window, "No conflicts"));
        window.by_role("button", "Close").click();

        // What the API cannot change is asked about, and what the account refuses says why.
        let billing = samples::added(session, KindId::Billing, "prom-central", "Acme");
        window.wait_until("it is there", |_| {
            session.credenza(&["show", &billing, "--json"], "").json()["state"] == "synced"
        });
        window.by_role("tab", "Billing").click();
        let url = ["edit", &billing, "--set", "prometheusUrl=https://prometheus.brno.example.com"];
        assert_eq!(session.credenza(&url, "").code, 0);
        choose(&window, "prom-central");
        window.wait_until("the plan", |window| says(window, "Replacing in the account"));
        self.shot(&window, "replace");
        press_in_drawer(&window, "prom-central", "Discard my change");
        window
            .by_role("alertdialog", "Discard your change to prom-central?")
            .by_role("button", "Discard my change")
            .click();
        world.faults().push(When::always().method("POST").path("showback"), Fault::Status(400));
        samples::added(session, KindId::Showback, "teams-refused", "Acme");
        window.by_role("tab", "Showback").click();
        window.wait_until("it is refused", |window| says(window, "needs you"));
        choose(&window, "teams-refused");
        self.shot(&window, "refused");
        window.by_role("button", "Sync details").click();
        window.by_role("dialog", "Sync with the account").by_role("button", "Changes to push…").click();
        self.shot(&window, "pending");
        window.press("Escape");

        drop(taikun);
        window.by_role("button", "Sync details").click();
        window.by_role("dialog", "Sync with the account").by_role("button", "Sync now").click();
        window.wait_until("offline", |window| says(window, "Offline, will try again"));
        self.shot(&window, "offline");
    }
}
