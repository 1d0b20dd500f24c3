/// The window and an account: the rail, signing in and out, conflicts, what waits, what the provider offers.
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { Mock, plain } from "../src/ipc/mock";
import type { Wishes } from "../src/ipc/mock";
import type { Going } from "../src/ipc/mock-account";
import { cellText, columnsOf } from "../src/lib/columns";
import { desk } from "../src/lib/desk.svelte";
import { knownOf } from "../src/lib/known";
import { menu } from "../src/lib/menu.svelte";
import { offers } from "../src/lib/offers.svelte";
import { ago } from "../src/lib/shown";
import { sync } from "../src/lib/sync.svelte";
import { toasts } from "../src/lib/toasts.svelte";
import { credential } from "./fixtures";

let mock: Mock;

async function open(going: Going[] | null, wishes: Partial<Wishes> = {}) {
  mock = new Mock({ ...plain, rows: 15, account: going !== null, sync: [...(going ?? [])], ...wishes }).install();
  render(App);
  await waitFor(() => expect(desk.phase).toBe("open"));
  if (going) await waitFor(() => expect(sync.line).not.toBeNull());
}

const press = async (role: string, name: string | RegExp) => fireEvent.click(await screen.findByRole(role, { name }));
const type = async (label: string | RegExp, value: string) => fireEvent.input(await screen.findByLabelText(label), { target: { value } });
const row = (name: string) => screen.findByRole("row", { name });
const said = () => toasts.all.map((one) => one.words);
const called = (command: string) => mock.calls.filter((call) => call.command === command).map((call) => call.args);
const dialog = () => screen.getByRole("dialog");

beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 800 });
});
afterEach(() => {
  menu.close();
  desk.dialog = null;
  desk.selected = null;
  desk.tab = "cloud";
  desk.tabs = [];
  sync.leave();
  desk.workspace = null;
  for (const toast of toasts.all) toasts.drop(toast.id);
});

describe("the rail", () => {
  it("offers a local workspace to be connected", async () => {
    await open(null);
    await press("button", "Connect an account…");
    expect(await screen.findByRole("dialog", { name: "Connect an account" })).toBeTruthy();
    expect(called("sync_status")).toEqual([]);
  });

  const lines: [Going[], RegExp][] = [
    [["quiet"], /^Synced 3 min ago$/], [["never"], /^Not synced yet$/], [["pending"], /^1 change to push$/], [["oneConflict"], /^1 conflict$/],
    [["offline"], /^Offline, will try again$/], [["signedOut"], /^Signed out – sign in again$/], [["failed"], /^Sync failed$/],
    [["trouble", "asks"], /^2 changes need you$/],
  ];
  for (const [going, words] of lines)
    it(`says in words how it stands: ${words.source}`, async () => {
      await open(going);
      expect(await screen.findAllByRole("button", { name: words })).toBeTruthy();
    });

  it("says how far a sync is, and cancels it", async () => {
    await open([]);
    await mock.tell({ running: true, progress: { stage: "pull", done: 1200, total: 10_000 }, status: null });
    expect(await screen.findByRole("button", { name: "Syncing… 1,200 of 10,000" })).toBeTruthy();
    await press("button", "Cancel the sync");
    expect(called("cancel_sync")).toHaveLength(1);
    await mock.tell({ running: false, progress: null, status: mock.account.status() });
    expect(await screen.findByRole("button", { name: "Synced 3 min ago" })).toBeTruthy();
  });

  it("grows older by itself", () => {
    const at = "2026-11-24T10:00:00Z";
    const then = Date.parse(at);
    expect([20, 90, 59 * 60, 3 * 3600, 50 * 3600].map((seconds) => ago(at, then + seconds * 1000))).toEqual([
      "just now", "1 min ago", "59 min ago", "3 h ago", "on 24 Nov 2026",
    ]);
  });

  it("opens a panel with everything known, walked by the arrows and closed by Escape", async () => {
    await open(["trouble"]);
    await press("button", "1 change needs you");
    const panel = await screen.findByRole("dialog", { name: "Sync with the account" });
    expect(panel.textContent).toContain("api.taikun.cloud");
    expect(panel.textContent).toContain("Kim Larsen · Partner");
    expect(document.activeElement?.textContent).toContain("Sync now");
    await fireEvent.keyDown(panel, { key: "ArrowDown" });
    expect(document.activeElement?.textContent).toContain("Changes to push…");
    await fireEvent.keyDown(panel, { key: "Escape" });
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement?.textContent).toContain("1 change needs you");
  });

  it("says why a sync failed", async () => {
    await open(["failed"]);
    await press("button", "Sync failed");
    expect((await screen.findByRole("dialog")).textContent).toContain("answered with an error (500)");
  });

  it("counts what is written here", async () => {
    await open([]);
    const before = called("sync_status").length;
    await fireEvent.click(await row("azure-westeurope"));
    await press("button", "Lock");
    await waitFor(() => expect(called("sync_status").length).toBeGreaterThan(before));
  });
});

describe("a sync that somebody asks for", () => {
  it("tells in a sentence what it did, and nothing when nothing was to do", async () => {
    await open([]);
    await press("button", "Sync now");
    await waitFor(() => expect(said()).toEqual(["Synced: 3 new, 1 changed."]));
    await press("button", "Sync now");
    await waitFor(() => expect(said()).toContain("Everything is as it was."));
    await press("button", "Sync details");
    expect((await screen.findByRole("dialog")).textContent).not.toContain("From the last sync");
  });

  it("leads to the conflicts that it found, and keeps its remarks", async () => {
    await open(["oneConflict"]);
    await press("button", "Sync now");
    await waitFor(() => expect(said()).toEqual(["Synced: 3 new, 1 changed. 1 conflict waits for you."]));
    await press("button", "Sync details");
    expect((await screen.findByRole("dialog")).textContent).toContain("You are a Manager in Gamma since yesterday.");
    toasts.all[0]!.action!.run();
    expect(await screen.findByRole("dialog", { name: /pve-brno/ })).toBeTruthy();
  });

  it("says plainly that there is no network", async () => {
    await open(["offline"]);
    await press("button", "Sync now");
    await waitFor(() => expect(said()[0]).toMatch(/does not answer\. Check the network/));
  });

  it("is among the actions of the palette, with everything else about the account", async () => {
    await open(["oneConflict"]);
    await fireEvent.keyDown(window, { key: "k", ctrlKey: true });
    const ask = await screen.findByRole("combobox", { name: "Go to anything" });
    for (const name of ["Sync now", "Changes to push…", "Conflicts…", "Sign out…", "Connect another account…"]) {
      await fireEvent.input(ask, { target: { value: name.replace("…", "") } });
      expect(await screen.findByRole("option", { name })).toBeTruthy();
    }
  });
});

describe("signing in", () => {
  async function begin(going: Going[] | null = null) {
    await open(going);
    await press("button", going ? /^Signed out/ : "Connect an account…");
    await screen.findByRole("dialog");
  }

  it("says at each field what is missing", async () => {
    await begin();
    await press("button", "Sign in");
    expect((await screen.findByRole("alert")).textContent).toBe("E-mail is missing.");
    await type("E-mail", "kim@example.com");
    await press("button", "Sign in");
    expect((await screen.findByRole("alert")).textContent).toBe("Password is missing.");
    expect(called("sign_in")).toEqual([]);
  });

  it("connects this workspace at the usual host, and tells who one is and what will happen", async () => {
    await begin();
    await type("E-mail", "kim@example.com");
    await type("Password", "secret");
    await press("button", "Sign in");
    const done = await screen.findByRole("dialog", { name: "You are signed in" });
    expect(done.textContent).toContain("You are a Partner in 5 organizations.");
    expect(done.textContent).toMatch(/\d+ credentials? of this workspace will be created in the account at the first sync\./);
    expect(called("sign_in")[0]).toEqual({
      input: { host: "api.taikun.cloud", method: "password", account: null, login: "kim@example.com", secret: "secret", authorities: null, workspace: null, code: null, recovery: null },
    });
    await press("button", "Done");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(await screen.findByRole("button", { name: "Synced 3 min ago" })).toBeTruthy();
  });

  it("keeps a wrong password at its field, with the sentence", async () => {
    await begin();
    await type("E-mail", "kim@example.com");
    await type("Password", "wrong");
    await press("button", "Sign in");
    expect((await screen.findByRole("alert")).textContent).toBe("E-mail or password is wrong. Check both, then try again.");
    expect(screen.getByLabelText("Password").getAttribute("aria-invalid")).toBe("true");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Password")));
  });

  it("asks for the second factor in the same dialog, and takes a recovery code instead", async () => {
    await begin();
    await type("E-mail", "two@example.com");
    await type("Password", "secret");
    await press("button", "Sign in");
    const code = await screen.findByLabelText("Code");
    await waitFor(() => expect(document.activeElement).toBe(code));
    await type("Code", "000000");
    await press("button", "Continue");
    expect((await screen.findByRole("alert")).textContent).toMatch(/^This code is wrong/);
    await type("Code", "123456");
    await press("button", "Continue");
    await screen.findByRole("dialog", { name: "You are signed in" });
    expect(called("sign_in").map((args) => (args["input"] as { code: string | null }).code)).toEqual([null, "000000", "123456"]);
  });

  it("takes a recovery code", async () => {
    await begin();
    await type("E-mail", "two@example.com");
    await type("Password", "secret");
    await press("button", "Sign in");
    await press("button", "Use a recovery code instead");
    await type("Recovery code", "abcd-efgh");
    await press("button", "Continue");
    await screen.findByRole("dialog", { name: "You are signed in" });
    expect(called("sign_in").at(-1)!["input"]).toMatchObject({ code: null, recovery: "abcd-efgh", secret: "secret" });
  });

  it("takes keys, a new workspace and a CA file", async () => {
    await begin();
    await press("radio", "Access key");
    await fireEvent.input(screen.getByRole("textbox", { name: "Access key" }), { target: { value: "AK1" } });
    await type("Secret key", "SK1");
    await press("radio", /^A new workspace/);
    await type("Workspace name", "Elsewhere");
    await fireEvent.change(screen.getByLabelText("CA file: Choose file…"), { target: { files: [new File(["-----BEGIN CERTIFICATE-----"], "ca.pem")] } });
    await screen.findByText("ca.pem");
    await press("button", "Sign in");
    await screen.findByRole("dialog", { name: "You are signed in" });
    expect(called("sign_in")[0]!["input"]).toMatchObject({ method: "key", login: "AK1", secret: "SK1", workspace: "Elsewhere", authorities: "-----BEGIN CERTIFICATE-----" });
    expect(await screen.findByRole("button", { name: "Workspace: Elsewhere", hidden: true })).toBeTruthy();
  });

  it("keeps who and where when one signs in again, and asks only for the secret", async () => {
    await begin(["signedOut"]);
    expect((screen.getByLabelText("Host") as HTMLInputElement).value).toBe("api.taikun.cloud");
    expect((screen.getByLabelText("E-mail") as HTMLInputElement).value).toBe("kim@example.com");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Password")));
    expect(within(dialog()).queryByText("Connect")).toBeNull();
    await type("Password", "secret");
    await press("button", "Sign in");
    expect((await screen.findByRole("dialog", { name: "You are signed in" })).textContent).toContain("The sync goes on where it ended.");
  });

  it("shows a secret while it is asked to", async () => {
    await begin();
    const secret = screen.getByLabelText("Password");
    expect(secret.getAttribute("type")).toBe("password");
    await press("button", "Reveal Password");
    expect(secret.getAttribute("type")).toBe("text");
    await press("button", "Hide Password");
    expect(secret.getAttribute("type")).toBe("password");
  });

  it("is left by closing, and says so when the account answers after all", async () => {
    await begin();
    await type("E-mail", "kim@example.com");
    await type("Password", "secret");
    mock.wishes.delay = 60;
    await press("button", "Sign in");
    await press("button", "Cancel");
    expect(screen.queryByRole("dialog")).toBeNull();
    await waitFor(() => expect(said()).toEqual(["The account answered after all: you are signed in as Kim Larsen."]));
  });
});

describe("signing out", () => {
  it("keeps the copies or removes them, as one chooses, and says what stays", async () => {
    await open(["pending"]);
    await press("button", "Sync details");
    await press("button", "Sign out…");
    const question = await screen.findByRole("dialog", { name: "Sign out" });
    expect(question.textContent).toContain("Drafts, and what was never in the account, stay in either case.");
    expect(question.textContent).toContain("1 change is not in the account yet");
    await press("radio", "Remove the copies here");
    await fireEvent.click(within(question).getByRole("button", { name: "Sign out" }));
    await waitFor(() => expect(called("sign_out")).toEqual([{ keep: false }]));
    expect(await screen.findByRole("button", { name: "Connect an account…" })).toBeTruthy();
    expect(await row("aws-sandbox")).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("row", { name: "azure-westeurope" })).toBeNull());
  });
});

describe("a conflict", () => {
  const settle = async () => fireEvent.click(within(await screen.findByRole("navigation")).getByRole("button", { name: "1 conflict" }));

  it("is settled field by field from the keyboard, and the next one follows", async () => {
    await open(["conflicts"]);
    await row("pve-brno");
    desk.dialog = { what: "conflicts", id: null };
    const box = await screen.findByRole("dialog", { name: /^pve-brno: changed here/ });
    const mine = await within(box).findByRole("radio", { name: "Hypervisors here: pve1, pve2" });
    await waitFor(() => expect(document.activeElement).toBe(mine));
    const settle = within(box).getByRole("button", { name: "Settle" });
    expect(settle.getAttribute("aria-disabled")).toBe("true");
    await fireEvent.keyDown(document.activeElement!, { key: "Enter" });
    await fireEvent.click(settle);
    expect(called("resolve_conflict")).toEqual([]);
    await fireEvent.keyDown(document.activeElement!, { key: "t" });
    expect((within(box).getByRole("radio", { name: "Hypervisors in the account: pve1, pve3" }) as HTMLInputElement).checked).toBe(true);
    await fireEvent.keyDown(document.activeElement!, { key: "ArrowDown" });
    await fireEvent.keyDown(document.activeElement!, { key: "m" });
    expect(settle.getAttribute("aria-disabled")).toBeNull();
    await fireEvent.keyDown(document.activeElement!, { key: "Enter" });
    await waitFor(() => expect(called("resolve_conflict")).toEqual([
      { id: mock.rows.find((one) => one.name === "pve-brno")!.id, resolution: { fields: { hypervisors: "theirs", tokenId: "mine" } } },
    ]));
    expect(await screen.findByRole("dialog", { name: /^azure-westeurope/ })).toBeTruthy();
    expect(said()).toContain("pve-brno is settled.");
  });

  it("says what only one side changed, who changed it there, and never a secret", async () => {
    await open(["oneConflict"]);
    await settle();
    const box = await screen.findByRole("dialog", { name: /^pve-brno/ });
    const table = await within(box).findByRole("table");
    expect(within(table).getByText("only changed there: taken")).toBeTruthy();
    expect(within(table).getByText("admin@example.com")).toBeTruthy();
    const secret = within(table).getByRole("rowheader", { name: "Proxmox Client Secret" }).closest("tr")!;
    expect([...secret.querySelectorAll("td")].map((one) => one.textContent?.trim())).toEqual(["–", "different", "never shown"]);
  });

  it("of another sort is settled by a button that says what it does", async () => {
    await open(["conflicts"]);
    await row("pve-brno");
    desk.dialog = { what: "conflicts", id: mock.rows.find((one) => one.name === "gcp-analytics")!.id };
    const box = await screen.findByRole("dialog", { name: "gcp-analytics: deleted here, changed in the account" });
    // Nothing that settles has the focus by itself: an Enter pressed twice would settle the next one too.
    await waitFor(() => expect(document.activeElement).toBe(within(box).getByRole("button", { name: "gcp-analytics" })));
    await fireEvent.keyDown(box, { key: "t" });
    expect(document.activeElement).toBe(within(box).getByRole("button", { name: "Bring it back" }));
    await fireEvent.click(document.activeElement!);
    await waitFor(() => expect(called("resolve_conflict").at(-1)).toMatchObject({ resolution: { all: "theirs" } }));
  });

  it("can be taken whole, and then there is none", async () => {
    await open(["oneConflict"]);
    await settle();
    await press("button", "Keep all mine");
    await waitFor(() => expect(called("resolve_conflict")[0]).toMatchObject({ resolution: { all: "mine" } }));
    expect(await screen.findByRole("heading", { name: "No conflicts" })).toBeTruthy();
    await press("button", "Close");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("stays with its sentence when it cannot be settled", async () => {
    await open(["oneConflict"]);
    await settle();
    await screen.findByRole("dialog", { name: /^pve-brno/ });
    mock.wishes.failing = ["resolve_conflict"];
    await press("button", "Take all theirs");
    expect((await within(dialog()).findByRole("alert")).textContent).toContain("The data file cannot be read.");
  });

  it("is offered by its row's menu, by its drawer and by Enter", async () => {
    await open(["oneConflict"]);
    await fireEvent.click(within(await row("pve-brno")).getByRole("button", { name: "Actions" }));
    await press("menuitem", "Settle conflict…");
    expect(desk.dialog).toMatchObject({ what: "conflicts" });
    desk.dialog = null;
    await fireEvent.click(await row("pve-brno"));
    await press("button", "Settle conflict…");
    expect(desk.dialog).toMatchObject({ what: "conflicts" });
    desk.dialog = null;
    const grid = screen.getByRole("grid");
    grid.focus();
    await fireEvent.keyDown(grid, { key: "Enter" });
    expect(desk.dialog).toMatchObject({ what: "conflicts", id: mock.rows.find((one) => one.name === "pve-brno")!.id });
  });
});

describe("a change that the account did not take", () => {
  it("is marked in its row, and tried again or taken back from its drawer", async () => {
    await open(["trouble"]);
    const line = await row("azure-westeurope");
    expect(within(line).getByRole("img", { name: /^The account did not take it: Azure refused the client secret/ })).toBeTruthy();
    await fireEvent.click(line);
    const notice = await screen.findByRole("region", { name: "The account did not take it" });
    expect(within(notice).getAllByRole("button").map((one) => one.textContent)).toEqual(["Try again", "Edit", "Discard my change"]);
    await fireEvent.click(within(notice).getByRole("button", { name: "Discard my change" }));
    const question = await screen.findByRole("alertdialog", { name: "Discard your change to azure-westeurope?" });
    expect(called("discard_changes")).toEqual([]);
    await fireEvent.click(within(question).getByRole("button", { name: "Discard my change" }));
    await waitFor(() => expect(said()).toEqual(["azure-westeurope is as the account has it."]));
    expect(screen.queryByRole("region", { name: "The account did not take it" })).toBeNull();
  });

  it("goes again when somebody says so", async () => {
    await open(["trouble"]);
    await fireEvent.click(await row("azure-westeurope"));
    await press("button", "Try again");
    await waitFor(() => expect(called("retry_push")).toHaveLength(1));
    await waitFor(() => expect(said()).toEqual(["azure-westeurope is tried again."]));
  });

  it("that replaces is told step by step, and done only when agreed to", async () => {
    await open(["asks"]);
    await fireEvent.click(await row("ocp-core"));
    const notice = await screen.findByRole("region", { name: "Replacing in the account" });
    const steps = await within(notice).findByRole("list", { name: "What will be done, in order" });
    expect(within(steps).getAllByRole("listitem")).toHaveLength(4);
    expect(steps.textContent).toContain("for some seconds the name is free");
    await fireEvent.click(within(notice).getByRole("button", { name: "Replace in the account" }));
    await waitFor(() => expect(called("agree_to_replace")).toHaveLength(1));
    await waitFor(() => expect(said()).toEqual(["ocp-core will be replaced at the next sync."]));
  });

  it("waits in a list with the others, each with its way on", async () => {
    await open(["trouble", "asks", "pending"]);
    await press("button", "3 changes to push");
    const list = await screen.findByRole("list", { name: "Changes to push" });
    await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(3));
    expect(list.textContent).toContain("Refused");
    expect(list.textContent).toContain("Asks you");
    await press("button", "Try again: azure-westeurope");
    await waitFor(() => expect(called("retry_push")).toHaveLength(1));
    await press("button", "Open ocp-core");
    expect(await screen.findByRole("complementary", { name: "ocp-core" })).toBeTruthy();
    expect(desk.dialog).toBeNull();
  });

  it("has nothing to say in a local workspace", async () => {
    await open(null);
    await fireEvent.click(await row("pve-brno"));
    expect(screen.queryByRole("button", { name: "Settle conflict…" })).toBeNull();
  });
});

describe("what is missing in the account", () => {
  it("is told above the table, and removed here only after a question", async () => {
    await open(["missing"]);
    const notice = await screen.findByText("12 of 14 AWS credentials are no longer in the account. Nothing was removed here.");
    await press("button", "Remove them here");
    const question = await screen.findByRole("alertdialog", { name: "Remove them here too?" });
    expect(called("sync_now")).toEqual([]);
    await fireEvent.click(within(question).getByRole("button", { name: "Remove them here" }));
    await waitFor(() => expect(called("sync_now")[0]!["options"]).toMatchObject({ acceptMissing: true }));
    await waitFor(() => expect(notice.isConnected).toBe(false));
  });

  it("is waved away until it is another number", async () => {
    await open(["missing"]);
    await press("button", "Not now");
    await waitFor(() => expect(screen.queryByText(/no longer in the account/)).toBeNull());
    mock.account.missing = [{ kind: "aws", missing: 13, of: 14 }];
    await mock.tell({ running: false, progress: null, status: mock.account.status() });
    expect(await screen.findByText(/^13 of 14 AWS/)).toBeTruthy();
  });
});

describe("what the account does not give", () => {
  it("kinds that its server does not know are shut in the gallery, with the reason", async () => {
    await open(["unsupported"]);
    await press("button", "Add credentials");
    const card = within(await screen.findByRole("dialog")).getByRole("button", { name: "VMware Tanzu" });
    expect(card.getAttribute("aria-disabled")).toBe("true");
    expect(document.getElementById(card.getAttribute("aria-describedby")!)?.textContent).toBe("This account’s server does not know Tanzu");
  });

  it("organizations without a role are greyed in the filter and absent from the form", async () => {
    await open(["closed"]);
    const options = within(await screen.findByRole("combobox", { name: "Filter by organization" })).getAllByRole("option") as HTMLOptionElement[];
    expect(options.filter((one) => one.disabled).map((one) => one.textContent)).toEqual(["Gamma (no role any more)", "Northwind Research (no role any more)"]);
    await press("tab", "Backup");
    await press("button", "Add credentials");
    const choice = await screen.findByRole("combobox", { name: "Organization" });
    expect(within(choice).getAllByRole("option").map((one) => one.textContent)).toEqual(["Acme", "Beta Labs", "Delta"]);
  });

  it("without any role, it is explained, with a sync and a way out", async () => {
    await open([], { role: "member" });
    expect(await screen.findByRole("heading", { name: "Nothing here for a Member" })).toBeTruthy();
    expect(screen.getByText(/Your account no longer gives you a role/)).toBeTruthy();
    await press("button", "Sign out…");
    expect(await screen.findByRole("dialog", { name: "Sign out" })).toBeTruthy();
  });

  it("nobody edits or deletes what comes with Taikun", async () => {
    await open(["builtIn"]);
    await press("tab", "AI");
    await fireEvent.click(await row("assistant"));
    const drawer = await screen.findByRole("complementary", { name: "assistant" });
    expect(within(drawer).getByText("Comes with Taikun")).toBeTruthy();
    expect(within(drawer).queryByRole("button", { name: "Edit" })).toBeNull();
    expect(within(drawer).queryByRole("button", { name: "Delete" })).toBeNull();
  });
});

it("shows what the account tells of a credential", () => {
  const known = credential({ kind: "ai", accountId: 4111, account: { createdBy: "kim@example.com", modifiedBy: "robin@example.com", notes: { type: "OpenAI" } } });
  expect(["createdBy", "modifiedBy", "type", "accountId"].map((id) => cellText(known, id))).toEqual(["kim@example.com", "robin@example.com", "OpenAI", "4111"]);
  expect(columnsOf(null).map((one) => one.id)).toEqual(expect.arrayContaining(["createdBy", "modifiedBy"]));
  const facts = Object.fromEntries(knownOf(known)[0]!.facts.map((fact) => [fact.label, fact.text]));
  expect(facts).toMatchObject({ "Created by": "kim@example.com", "Last modified by": "robin@example.com", Type: "OpenAI", "Taikun ID": "4111" });
});

describe("what the provider offers", () => {
  async function form(going: Going[], card: string, name: string) {
    await open(going);
    await waitFor(() => expect(offers.has("aws", "importedVpcId")).toBe(true));
    await press("button", "Add credentials");
    await fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: card }));
    return (await screen.findByRole("combobox", { name })) as HTMLInputElement;
  }

  it("is asked for when the list is opened, once for the same input", async () => {
    const box = await form([], "Amazon Web Services", "Region");
    expect(called("suggest_values")).toEqual([]);
    await fireEvent.mouseDown(box);
    const list = await screen.findByRole("listbox", { name: "Suggestions for Region" });
    await waitFor(() => expect(within(list).getAllByRole("option").map((one) => one.textContent?.trim())).toEqual(["eu-central-1", "eu-north-1", "eu-west-1", "us-east-1"]));
    await fireEvent.keyDown(box, { key: "ArrowDown" });
    await fireEvent.keyDown(box, { key: "Enter" });
    expect(box.value).toBe("eu-central-1");
    await fireEvent.mouseDown(box);
    expect(called("suggest_values")).toHaveLength(1);
    await fireEvent.input(screen.getByLabelText("Access Key ID"), { target: { value: "AKIA" } });
    await fireEvent.mouseDown(box);
    await waitFor(() => expect(called("suggest_values")).toHaveLength(2));
    expect(called("suggest_values")[1]).toMatchObject({ kind: "aws", field: "awsRegion", id: null, input: { awsAccessKeyId: "AKIA" } });
  });

  it("is waited for without standing in the way of typing", async () => {
    const box = await form(["stuck"], "Proxmox VE", "Storage");
    await fireEvent.mouseDown(box);
    expect(await screen.findByText("Asking the provider…")).toBeTruthy();
    await fireEvent.input(box, { target: { value: "local" } });
    expect(box.value).toBe("local");
    expect(called("suggest_values")).toHaveLength(1);
  });

  it("fails with the sentence in the list, is asked again when something else was changed or somebody says so, and not before", async () => {
    const box = await form(["noValues"], "Proxmox VE", "Storage");
    await fireEvent.mouseDown(box);
    expect(await screen.findByText(/^AWS refused the key/)).toBeTruthy();
    await fireEvent.input(box, { target: { value: "l" } });
    await fireEvent.input(box, { target: { value: "lo" } });
    expect(screen.queryByText(/^AWS refused the key/)).toBeNull();
    expect(called("suggest_values")).toHaveLength(1);
    await fireEvent.blur(box);
    await fireEvent.mouseDown(box);
    expect(await screen.findByText(/^AWS refused the key/)).toBeTruthy();
    expect(called("suggest_values")).toHaveLength(1);
    await press("option", "Try again");
    await waitFor(() => expect(called("suggest_values")).toHaveLength(2));
    await screen.findByRole("option", { name: "Try again" });
    await fireEvent.keyDown(box, { key: "ArrowUp" });
    await fireEvent.keyDown(box, { key: "Enter" });
    await waitFor(() => expect(called("suggest_values")).toHaveLength(3));
    await screen.findByText(/^AWS refused the key/);
    await fireEvent.blur(box);
    await type("Proxmox Client Secret", "another");
    await fireEvent.mouseDown(box);
    await waitFor(() => expect(called("suggest_values")).toHaveLength(4));
  });

  it("is refused for the whole form when it is the sign-in that is refused, until the provider takes it", async () => {
    const box = await form([], "Proxmox VE", "Storage");
    const suggest = vi.spyOn(mock.account, "suggest").mockRejectedValueOnce({ code: "provider", field: null, problems: [], message: "The token is refused." });
    await fireEvent.mouseDown(box);
    await screen.findByText("The token is refused.");
    await fireEvent.blur(box);
    const other = await screen.findByRole("combobox", { name: "Hypervisors" });
    await fireEvent.mouseDown(other);
    await screen.findByText("The token is refused.");
    expect(suggest).toHaveBeenCalledTimes(1);
    await press("option", "Try again");
    await screen.findByRole("option", { name: "pve2" });
    await fireEvent.blur(other);
    await fireEvent.mouseDown(box);
    await screen.findByRole("option", { name: "ceph" });
    expect(suggest).toHaveBeenCalledTimes(3);
  });

  it("is refused for its own field only when it is anything else", async () => {
    const box = await form([], "Proxmox VE", "Storage");
    const suggest = vi.spyOn(mock.account, "suggest").mockRejectedValueOnce({ code: "busy", field: null, problems: [], message: "Somebody else is at work." });
    await fireEvent.mouseDown(box);
    await screen.findByText("Somebody else is at work.");
    await fireEvent.blur(box);
    await fireEvent.mouseDown(await screen.findByRole("combobox", { name: "Hypervisors" }));
    await screen.findByRole("option", { name: "pve2" });
    await fireEvent.mouseDown(box);
    await screen.findByText("Somebody else is at work.");
    expect(suggest).toHaveBeenCalledTimes(2);
  });

  it("is asked for in the workspace of the form, wherever another face went", async () => {
    const box = await form([], "Proxmox VE", "Storage");
    const here = desk.workspace!;
    desk.elsewhere = { ...here, id: "w9", name: "Elsewhere" };
    const before = mock.calls.length;
    await fireEvent.mouseDown(box);
    await screen.findByRole("option", { name: "ceph" });
    expect(mock.calls.slice(before).map((call) => call.command).filter((one) => /use_workspace|suggest/.test(one))).toEqual(["use_workspace", "suggest_values"]);
    expect(called("use_workspace")).toEqual([{ id: here.id }]);
  });

  it("goes into a list one by one, and out again", async () => {
    const box = await form([], "Proxmox VE", "Hypervisors");
    await fireEvent.mouseDown(box);
    const pick = async (name: string) => fireEvent.click(await screen.findByRole("option", { name }));
    await pick("pve1");
    await pick("pve3");
    expect(box.value).toBe("pve1, pve3");
    expect(screen.getByRole("option", { name: "pve3" }).getAttribute("aria-selected")).toBe("true");
    await pick("pve1");
    expect(box.value).toBe("pve3");
    await fireEvent.input(box, { target: { value: "pve3, pve2" } });
    await pick("pve2");
    expect(box.value).toBe("pve3, pve2");
  });

  it("comes without an account where this machine can ask, and is plain text elsewhere", async () => {
    await open(null);
    await press("button", "Add credentials");
    await fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Proxmox VE" }));
    expect(await screen.findByRole("textbox", { name: "Storage" })).toBeTruthy();
    await fireEvent.mouseDown(await screen.findByRole("combobox", { name: "Hypervisors" }));
    await fireEvent.click(await screen.findByRole("option", { name: "pve2" }));
    expect((screen.getByLabelText("Hypervisors") as HTMLInputElement).value).toBe("pve2");
  });

  it("is asked about one question at a time; what was changed meanwhile is asked about after it", async () => {
    const box = await form([], "Amazon Web Services", "Region");
    let release = () => {};
    const asked = vi.spyOn(mock.account, "suggest").mockImplementationOnce(() => new Promise((done) => (release = () => done([{ value: "old", label: "old" }]))));
    await fireEvent.mouseDown(box);
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(1));
    await fireEvent.input(screen.getByLabelText("Access Key ID"), { target: { value: "AKIA" } });
    await fireEvent.mouseDown(box);
    expect(asked).toHaveBeenCalledTimes(1);
    release();
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
    await waitFor(() => expect(screen.queryByRole("option", { name: "old" })).toBeNull());
  });
});

it("lets a person change what the account can only replace", async () => {
  await open([]);
  await fireEvent.click(await row("azure-westeurope"));
  await press("button", "Edit");
  const location = (await screen.findByLabelText("Location")) as HTMLInputElement;
  expect(location.disabled).toBe(false);
  await fireEvent.input(location, { target: { value: "northeurope" } });
  expect(await screen.findByText(/asks to replace the credential there/)).toBeTruthy();
});
