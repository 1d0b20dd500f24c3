/// Checks in the window over the stand-in: in a form and in the drawer, of one, of several, of all.
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import App from "../src/App.svelte";
import { Mock, plain } from "../src/ipc/mock";
import type { Wishes } from "../src/ipc/mock";
import CheckReport from "../src/lib/CheckReport.svelte";
import { desk } from "../src/lib/desk.svelte";
import { m } from "../src/lib/messages";
import { menu } from "../src/lib/menu.svelte";
import { sync } from "../src/lib/sync.svelte";
import { toasts } from "../src/lib/toasts.svelte";

let mock: Mock;

async function open(wishes: Partial<Wishes> = {}) {
  mock = new Mock({ ...plain, rows: 15, checks: "quick", ...wishes }).install();
  render(App);
  await waitFor(() => expect(desk.phase).toBe("open"));
}

const press = async (role: string, name: string | RegExp) => fireEvent.click(await screen.findByRole(role, { name }));
const type = async (label: string, value: string) => fireEvent.input(await screen.findByLabelText(label), { target: { value } });
const row = (name: string) => screen.findByRole("row", { name });
const said = () => toasts.all.map((one) => one.words);
const called = (command: string) => mock.calls.filter((call) => call.command === command).map((call) => call.args);
const strip = () => document.querySelector<HTMLElement>(".strip")!;
const lastCheck = async (name: string) => within(await row(name)).getByTitle(/Checked|not checked/).textContent?.replace(/\s+/g, " ").trim();

beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 800 });
});
afterEach(() => {
  menu.close();
  desk.dialog = null;
  desk.selected = null;
  desk.ticked = new Map();
  desk.tab = "cloud";
  desk.tabs = [];
  desk.sort = null;
  sync.leave();
  desk.workspace = null;
  for (const toast of toasts.all) toasts.drop(toast.id);
});

/// A form of Backup with what a check needs typed into it.
async function form(values: Record<string, string> = {}) {
  await press("tab", "Backup");
  await press("button", "Add credentials");
  const all = { "S3 Name": "weekly", "S3 Access Key ID": "AKIA", "S3 Secret Key": "s3cr3t", "S3 Endpoint": "https://s3.example.com", "S3 Region": "eu", ...values };
  for (const [label, value] of Object.entries(all)) await type(label, value);
}

describe("a check in a form", () => {
  it("asks the provider from this machine, without an account, by its key too", async () => {
    await open();
    await form();
    await fireEvent.keyDown(screen.getByLabelText("S3 Name"), { key: "Enter", ctrlKey: true, shiftKey: true });
    expect(await within(strip()).findByText("Works")).toBeTruthy();
    expect(called("probe_input")).toEqual([{
      kind: "backup", id: null, input: { s3Name: "weekly", s3AccessKeyId: "AKIA", s3SecretKey: "s3cr3t", s3Endpoint: "https://s3.example.com", s3Region: "eu" },
    }]);
    expect(within(strip()).getByText("Answered in").nextElementSibling?.textContent).toBe("214 ms");
    expect(called("add_credential")).toEqual([]);
  });

  it("says as whom, what is wrong, and takes one to the field that it points at", async () => {
    await open();
    await form({ "S3 Secret Key": "wrong" });
    await press("button", "Check");
    expect(await within(strip()).findByText("Wrong secret")).toBeTruthy();
    const secret = screen.getByLabelText("S3 Secret Key");
    await waitFor(() => expect(secret.getAttribute("aria-invalid")).toBe("true"));
    expect(document.getElementById(secret.getAttribute("aria-describedby")!)?.textContent).toMatch(/refuses its secret/);
    await press("button", "Go to S3 Secret Key");
    expect(document.activeElement).toBe(secret);
    await type("S3 Secret Key", "another");
    expect(secret.getAttribute("aria-invalid")).toBeNull();
    expect(within(strip()).getByText("Changed since this check")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Go to S3 Secret Key" })).toBeNull();
  });

  it("stays about what is typed when only the name and what is kept here change", async () => {
    await open();
    await form();
    await press("button", "Check");
    await within(strip()).findByText("Works");
    await type("S3 Name", "weekly-2");
    await type("Note", "of Kim");
    expect(screen.queryByText("Changed since this check")).toBeNull();
    await type("S3 Region", "us");
    expect(await screen.findByText("Changed since this check")).toBeTruthy();
  });

  it("is stopped by its button or by Esc, which then does not close the form", async () => {
    await open({ checks: "stuck" });
    await form();
    await press("button", "Check");
    await press("button", "Stop checking");
    expect(called("stop_probing")).toHaveLength(1);
    await screen.findByText(/The check was stopped/);
    await new Promise((done) => setTimeout(done, 60));
    expect(screen.getByText(/The check was stopped/)).toBeTruthy();
    await press("button", "Check");
    await screen.findByText("Checking…");
    await fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
    expect(called("stop_probing")).toHaveLength(2);
    expect(screen.queryByText("Checking…")).toBeNull();
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect((screen.getByLabelText("S3 Name") as HTMLInputElement).value).toBe("weekly");
    await fireEvent.keyDown(screen.getByRole("dialog", { name: /^New/ }), { key: "Escape" });
    expect(await screen.findByRole("button", { name: "Keep editing" })).toBeTruthy();
  });

  it("says why when it cannot be asked at all", async () => {
    await open({ failing: ["probe_input"] });
    await form();
    await press("button", "Check");
    expect((await within(strip()).findByText(/It could not be checked/)).parentElement?.textContent).toContain("The data file cannot be read");
    await fireEvent.click(within(strip()).getByRole("button", { name: "Dismiss" }));
    expect(strip().textContent?.trim()).toBe("");
  });

  it("shows in red what puts the secret at risk", async () => {
    await open();
    await form({ "S3 Endpoint": "http://s3.example.com" });
    await press("button", "Check");
    const danger = (await screen.findByText(/plain http/)).closest("[data-tone]")!;
    expect(danger.getAttribute("data-tone")).toBe("bad");
  });

  it("shows dangers before warnings, whatever words they are in", () => {
    const check = { verdict: "works" as const, message: "It works.", at: new Date().toISOString(), warnings: ["It was not verified that plain http is off."], dangers: ["Anybody can read it."] };
    const { container } = render(CheckReport, { check });
    const remarks = [...container.querySelectorAll<HTMLElement>(".warning")].map((one) => [one.dataset["tone"], one.textContent?.trim()]);
    expect(remarks).toEqual([["bad", "Anybody can read it."], ["warn", "It was not verified that plain http is off."]]);
  });

  it("is shown by the row that is saved, without asking the provider again", async () => {
    await open();
    await form();
    await press("button", "Check");
    await within(strip()).findByText("Works");
    await type("S3 Name", "weekly-2");
    await type("Note", "of Kim");
    await press("button", "Save");
    const drawer = within(await screen.findByRole("complementary", { name: "weekly-2" }));
    expect(drawer.getByText("Checked just now")).toBeTruthy();
    expect(await lastCheck("weekly-2")).toBe("Works · now");
    await press("button", "Edit");
    await type("S3 Access Key ID", "wrong");
    await fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Check" }));
    await within(strip()).findByText("Wrong secret");
    await press("button", "Save");
    await waitFor(async () => expect(await lastCheck("weekly-2")).toBe("Wrong secret · now"));
    expect(said()).toEqual(["weekly-2 is added.", "weekly-2 is saved."]);
    expect(called("probe_input")).toHaveLength(2);
    expect(called("check_credentials")).toEqual([]);
  });

  it("is not, when something was changed since", async () => {
    await open();
    await form();
    await press("button", "Check");
    await within(strip()).findByText("Works");
    await type("S3 Region", "us");
    await press("button", "Save");
    await row("weekly");
    expect(await lastCheck("weekly")).toBe("Not checked");
    expect(called("check_credentials")).toEqual([]);
  });

  it("is asked in the workspace of the form, wherever another face went", async () => {
    await open();
    const [here] = mock.workspaces;
    await form();
    await mock.behind((rust) => (rust.workspaces = [{ ...here!, current: false }, { ...here!, id: "w9", name: "Elsewhere", current: true }]));
    await screen.findByText(/This form still belongs to Northwind/);
    const before = mock.calls.length;
    await press("button", "Check");
    await within(strip()).findByText("Works");
    const order = mock.calls.slice(before).map((call) => call.command).filter((one) => one !== "check_input");
    expect(order.slice(0, 2)).toEqual(["use_workspace", "probe_input"]);
    expect(called("use_workspace")).toEqual([{ id: here!.id }]);
    expect(screen.queryByText(/This form still belongs/)).toBeNull();
  });

  it("is not asked at all, when the workspace cannot be entered again", async () => {
    await open({ failing: ["use_workspace"] });
    await form();
    desk.elsewhere = { ...desk.workspace!, id: "w9", name: "Elsewhere" };
    await press("button", "Check");
    expect((await within(strip()).findByText(/It could not be checked/)).parentElement?.textContent).toContain("The data file cannot be read");
    expect(called("probe_input")).toEqual([]);
  });

  it("offers the account only where this machine gets no further", async () => {
    await open({ account: true });
    await waitFor(() => expect(sync.signedIn).toBe(true));
    await form({ "S3 Endpoint": "https://nowhere.example.com" });
    await press("button", "Check");
    expect(await within(strip()).findByText("Host not found")).toBeTruthy();
    await press("button", "Check through the account");
    expect(await within(strip()).findByText("Works")).toBeTruthy();
    expect(within(strip()).getByText("Checked through the account")).toBeTruthy();
    expect(called("check_in_account")[0]).toMatchObject({ kind: "backup", input: { s3Region: "eu" } });
    expect(screen.queryByRole("button", { name: "Check through the account" })).toBeNull();
    // The account says nothing of what this machine sees, which is what is kept.
    await press("button", "Save");
    await row("weekly");
    expect(await lastCheck("weekly")).toBe("Host not found · now");
    expect(called("check_credentials")).toEqual([]);
  });

  it("marks the switch that turns verification off, in the form and in the drawer", async () => {
    await open();
    mock.rows.find((one) => one.name === "vc-dc0")!.fields["skipTlsFlag"] = true;
    await desk.refresh();
    await fireEvent.click(await row("vc-dc0"));
    expect(await screen.findByText("Certificates are not verified")).toBeTruthy();
    await fireEvent.click(await row("pve-brno"));
    await waitFor(() => expect(screen.queryByText("Certificates are not verified")).toBeNull());
    await press("button", "Add credentials");
    await fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Proxmox VE" }));
    await fireEvent.click(await screen.findByRole("checkbox", { name: "Skip TLS verification" }));
    expect((await screen.findByText(/^Certificates are not verified: whoever is on the way/)).className).toContain("bad");
  });
});

describe("a check in the drawer", () => {
  it("updates the row, keeps nothing of the check elsewhere, and is shown whole", async () => {
    await open();
    await fireEvent.click(await row("pve-brno"));
    const drawer = within(await screen.findByRole("complementary", { name: "pve-brno" }));
    await fireEvent.click(drawer.getByRole("button", { name: "Check" }));
    await waitFor(async () => expect(await lastCheck("pve-brno")).toBe("Works · now"));
    expect(drawer.getByText("9.0.10")).toBeTruthy();
    expect(drawer.getByText("Checked just now")).toBeTruthy();
    expect(called("probe_input")).toEqual([{ kind: "proxmox", id: mock.rows.find((one) => one.name === "pve-brno")!.id, input: {} }]);
    expect(called("list_credentials").length).toBeLessThan(4);
  });

  it("shows the answer although it could not be kept, and not the older one of the row", async () => {
    await open({ checks: "quick,unkept" });
    const stored = mock.rows.find((one) => one.name === "pve-brno")!;
    stored.check = { verdict: "wrongSecret", message: "It was refused in spring.", at: "2026-03-01T00:00:00Z" };
    await row("pve-brno");
    await desk.refresh();
    await fireEvent.click(await row("pve-brno"));
    const drawer = within(await screen.findByRole("complementary", { name: "pve-brno" }));
    expect(drawer.getByText("It was refused in spring.")).toBeTruthy();
    await fireEvent.click(drawer.getByRole("button", { name: "Check" }));
    expect(await drawer.findByText("Checked just now")).toBeTruthy();
    await desk.refresh();
    expect(drawer.getByText("Checked just now")).toBeTruthy();
    expect(drawer.queryByText("It was refused in spring.")).toBeNull();
    expect(drawer.queryByRole("button", { name: "Dismiss" })).toBeNull();
    // Whoever checks it later and is heard of says what holds now.
    stored.check = { verdict: "expired", message: "It ended.", at: new Date(Date.now() + 1000).toISOString() };
    await desk.refresh();
    expect(await drawer.findByText("It ended.")).toBeTruthy();
    expect(drawer.queryByText(/^Proxmox VE answers/)).toBeNull();
  });

  it("says when it was stopped, and puts that away", async () => {
    await open({ checks: "stuck" });
    await fireEvent.click(await row("pve-brno"));
    await press("button", "Check");
    await press("button", "Stop checking");
    expect(await screen.findByText(/The check was stopped/)).toBeTruthy();
    await press("button", "Dismiss");
    expect(screen.queryByText(/The check was stopped/)).toBeNull();
  });
});

describe("checks of several", () => {
  const ids = (...names: string[]) => names.map((name) => mock.rows.find((one) => one.name === name)!.id);

  it("checks the selection, by the bar or by a key, and says what it came to", async () => {
    await open();
    for (const name of ["azure-westeurope", "vc-dc0"]) await fireEvent.click(within(await row(name)).getByRole("checkbox"));
    const bar = await screen.findByRole("toolbar", { name: "Selected credentials" });
    await fireEvent.click(within(bar).getByRole("button", { name: "Check" }));
    await waitFor(() => expect(said()).toContain("All 2 work."));
    expect(called("check_credentials")).toEqual([{ ids: ids("azure-westeurope", "vc-dc0"), all: null }]);
    expect(desk.ticked.size).toBe(2);
    desk.ticked = new Map();
    const table = screen.getByRole("grid");
    table.focus();
    await fireEvent.keyDown(table, { key: "Home" });
    await fireEvent.keyDown(table, { key: "c" });
    await waitFor(() => expect(said().at(-1)).toMatch(/: Works$/));
    expect(called("check_credentials")).toHaveLength(2);
  });

  it("checks all that the table shows, with its filter and its search", async () => {
    await open();
    const organization = mock.current.organizations[0]!.id;
    await row("aws-prod");
    await desk.narrow({ organization, search: "a" });
    await press("button", "Check all");
    await waitFor(() => expect(called("check_credentials")).toHaveLength(1));
    expect(called("check_credentials")[0]).toMatchObject({ ids: [], all: { tab: "cloud", kind: null, organization, search: "a", state: null } });
    await waitFor(() => expect(said()).toHaveLength(1));
  });

  it("goes on while rows are updated in place, without reading the page for each", async () => {
    await open({ checks: "slow" });
    await fireEvent.click(await row("vc-dc0"));
    await press("button", "Check all");
    await screen.findByText(/^Checking 1 of 8 · 1 works$/);
    expect(screen.getByRole("progressbar", { name: "Progress of the check" }).getAttribute("value")).toBe("1");
    const asked = called("list_credentials").length;
    await waitFor(async () => expect(await lastCheck("aws-prod")).toBe("Works · now"));
    await screen.findByText(/^Checking 2 of 8/);
    await mock.behind(() => {});
    expect(called("list_credentials")).toHaveLength(asked);
    expect(desk.selected?.name).toBe("vc-dc0");
    await press("button", "Stop checking");
    await waitFor(() => expect(said()[0]).toMatch(/^Stopped after [23] of 8, of which [23] work\. What was found is kept\.$/));
    expect(screen.queryByRole("progressbar")).toBeNull();
    await waitFor(() => expect(called("list_credentials")).toHaveLength(asked + 1));
    expect(await lastCheck("aws-prod")).toBe("Works · now");
  }, 15_000);

  it("keeps what was said of rows that the store did not take, until they are read with a check as new", async () => {
    await open({ checks: "quick,unkept" });
    await row("aws-prod");
    const stored = mock.rows.find((one) => one.name === "vc-dc0")!;
    stored.check = { verdict: "wrongSecret", message: "It was refused in spring.", at: "2026-03-01T00:00:00Z" };
    await desk.refresh();
    await fireEvent.click(await row("vc-dc0"));
    expect(await lastCheck("vc-dc0")).toMatch(/^Wrong secret · /);
    await press("button", "Check all");
    await waitFor(() => expect(said()).toHaveLength(1));
    await desk.refresh();
    expect(await lastCheck("vc-dc0")).toBe("Works · now");
    expect(desk.selected?.check?.verdict).toBe("works");
    stored.check = { verdict: "expired", message: "It ended.", at: new Date().toISOString() };
    await desk.refresh();
    expect(await lastCheck("vc-dc0")).toBe("Expired · now");
  });

  it("says nothing of a row that was changed since", async () => {
    await open({ checks: "quick,unkept" });
    await row("aws-prod");
    await press("button", "Check all");
    await waitFor(() => expect(said()).toHaveLength(1));
    Object.assign(mock.rows.find((one) => one.name === "vc-dc0")!, { check: null, modifiedAt: new Date(Date.now() + 1000).toISOString() });
    await desk.refresh();
    expect(await lastCheck("vc-dc0")).toBe("Not checked");
    expect(await lastCheck("aws-prod")).toBe("Works · now");
  });

  it("shows those that do not work first, when somebody asks for that", async () => {
    await open();
    await row("aws-prod");
    Object.assign(mock.row(ids("vc-dc0")[0]!).fields, { datacenterName: "wrong" });
    Object.assign(mock.row(ids("pve-brno")[0]!).fields, { storage: "nowhere" });
    await press("button", "Check all");
    await waitFor(() => expect(said()).toEqual(["6 work, 1 does not, 1 could not be tried. 3 drafts left out."]));
    await press("button", "Show them");
    await waitFor(() => expect(screen.getByRole("columnheader", { name: "Last check" }).getAttribute("aria-sort")).toBe("ascending"));
    expect(called("list_credentials").at(-1)!["query"]).toMatchObject({ sort: "check", descending: false });
    await waitFor(() => expect(screen.getAllByRole("row")[1]!.getAttribute("aria-label")).toBe("vc-dc0"));
  });

  it("is summed up in a sentence", () => {
    const sums: [Parameters<typeof m.checkedSome>, string][] = [
      [[338, 2, 0, 0, 0], "338 work, 2 do not."], [[2, 0, 0, 0, 1], "All 2 work. 1 draft left out."], [[1, 1, 2, 3, 0], "1 works, 1 does not, 2 could not be tried, 3 are not proved."],
      [[0, 2, 0, 0, 0], "2 do not work."], [[0, 1, 1, 0, 0], "1 does not work, 1 could not be tried."], [[0, 0, 2, 0, 0], "2 could not be tried."], [[1200, 0, 0, 0, 0], "All 1,200 work."],
    ];
    for (const [counts, words] of sums) expect(m.checkedSome(...counts)).toBe(words);
  });

  it("checks one from its menu and says what is wrong with it", async () => {
    await open();
    Object.assign(mock.row("c2").fields, { azureLocation: "expired" });
    await fireEvent.click(within(await row("azure-westeurope")).getByRole("button", { name: "Actions" }));
    await press("menuitem", /^Check/);
    await waitFor(() => expect(said()).toEqual(["azure-westeurope: Expired"]));
    expect(toasts.all[0]).toMatchObject({ tone: "bad", warnings: [expect.stringMatching(/^The token ended/)] });
    await waitFor(async () => expect(await lastCheck("azure-westeurope")).toBe("Expired · now"));
  });

  it("is one at a time", async () => {
    await open({ checks: "stuck" });
    await row("aws-prod");
    await press("button", "Check all");
    await press("button", "Check all");
    await waitFor(() => expect(said()).toEqual(["A check is under way. Stop it first, or wait until it has ended."]));
    expect(called("check_credentials")).toHaveLength(1);
    await press("button", "Stop checking");
    await waitFor(() => expect(said()).toHaveLength(2));
  });

  it("says so when it breaks off, and the palette has it too", async () => {
    await open({ failing: ["check_credentials"] });
    await row("aws-prod");
    await fireEvent.keyDown(window, { key: "k", ctrlKey: true });
    await press("option", "Check all: Cloud");
    await waitFor(() => expect(said()[0]).toMatch(/^The data file cannot be read/));
    expect(screen.queryByRole("progressbar")).toBeNull();
  });

  it("is sorted by what checks came to, those without one last", async () => {
    await open();
    await row("aws-prod");
    const table = screen.getByRole("grid");
    await fireEvent.click(within(table).getByRole("button", { name: "Last check" }), { detail: 0 });
    await waitFor(() => expect(called("list_credentials").at(-1)!["query"]).toMatchObject({ sort: "check", descending: false }));
    const texts = () => [...table.querySelectorAll("[title*='hecked']")].map((one) => one.textContent?.replace(/\s+/g, " ").trim() ?? "");
    await waitFor(() => expect(texts().at(-1)).toBe("Not checked"));
    await fireEvent.click(within(table).getByRole("button", { name: "Expires" }), { detail: 0 });
    await waitFor(() => expect(called("list_credentials").at(-1)!["query"]).toMatchObject({ sort: "expiry" }));
  });
});

describe("what is kept here only", () => {
  it("is sent with the fields, only where it was touched, and refused like them", async () => {
    await open();
    await form();
    await type("Expires", "31.1.2027");
    await type("Note", "Kim has it.\nRenew in spring.");
    await press("button", "Save");
    expect((await screen.findByText("Expires is a date such as 2027-01-31.")).className).toContain("bad");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Expires")));
    await type("Expires", "2027-01-31");
    await press("button", "Save");
    const drawer = within(await screen.findByRole("complementary", { name: "weekly" }));
    expect(called("add_credential").at(-1)!["input"]).toMatchObject({ expires: "2027-01-31", note: "Kim has it.\nRenew in spring." });
    expect(drawer.getByText("31 Jan 2027 (set by hand)")).toBeTruthy();
    expect(drawer.getByText(/Kim has it\./).textContent).toBe("Kim has it.\nRenew in spring.");
    await press("button", "Edit");
    expect((await screen.findByLabelText("Expires") as HTMLInputElement).value).toBe("2027-01-31");
    await press("button", "Clear Expires");
    await press("button", "Save");
    await waitFor(() => expect(called("edit_credential").at(-1)).toMatchObject({ input: { expires: null } }));
    expect(called("edit_credential").at(-1)!["input"]).toEqual({ expires: null });
  });

  it("says what is known of the end where nobody has said one", async () => {
    await open();
    Object.assign(mock.rows.find((one) => one.name === "ocp-core")!, { check: null, expiresFrom: "itself", locked: false });
    await fireEvent.click(await row("ocp-core"));
    await press("button", "Edit");
    expect((await screen.findByLabelText("Expires")).getAttribute("placeholder")).toMatch(/^the credential itself says 2027-0[23]-\d\d$/);
  });
});
