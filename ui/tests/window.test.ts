/// The whole window over the stand-in, used as a person does: by role and name.
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import App from "../src/App.svelte";
import { Mock, plain } from "../src/ipc/mock";
import type { Wishes } from "../src/ipc/mock";
import { desk } from "../src/lib/desk.svelte";
import { menu } from "../src/lib/menu.svelte";
import { toasts } from "../src/lib/toasts.svelte";

let mock: Mock;

async function open(wishes: Partial<Wishes> = {}) {
  mock = new Mock({ ...plain, rows: 15, ...wishes }).install();
  render(App);
  await waitFor(() => expect(desk.phase).not.toBe("starting"));
}

const click = async (role: string, name: string) => fireEvent.click(await screen.findByRole(role, { name }));
const row = (name: string) => screen.findByRole("row", { name });
const said = () => toasts.all.map((one) => one.words);

beforeEach(() => {
  // happy-dom lays nothing out, and a window without a height shows no rows.
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 800 });
});
afterEach(() => {
  menu.close();
  desk.dialog = null;
  desk.selected = null;
  desk.tab = "cloud";
  desk.tabs = [];
  for (const toast of toasts.all) toasts.drop(toast.id);
});

describe("the first start", () => {
  it("asks two questions and opens on an empty Cloud tab", async () => {
    await open({ first: true });
    await click("radio", "Partner");
    await fireEvent.input(screen.getByLabelText("Organization name"), { target: { value: "Acme" } });
    expect(screen.getByText(/will be called “Acme”/)).toBeTruthy();
    await click("button", "Start");
    await screen.findByRole("heading", { name: "No Cloud credentials yet" });
    expect(mock.calls.find((call) => call.command === "create_workspace")?.args).toEqual({ name: "Acme", role: "partner", organizations: ["Acme"] });
  });

  it("says at the question what is missing", async () => {
    await open({ first: true });
    await click("button", "Start");
    expect(await screen.findByText("Give the organization a name.")).toBeTruthy();
  });
});

describe("the tabs", () => {
  it("are five, in order, each with its count", async () => {
    await open();
    const tabs = await screen.findAllByRole("tab");
    expect(tabs.map((tab) => tab.getAttribute("aria-label"))).toEqual(["Cloud", "Backup", "Billing", "Showback", "AI"]);
    await waitFor(() => expect(tabs[0]!.textContent).toContain("11"));
  });

  it("say why they are closed to a Manager, and have no organization filter for one", async () => {
    await open({ role: "manager" });
    expect(screen.queryByLabelText("Filter by organization")).toBeNull();
    await click("tab", "Billing");
    expect(await screen.findByText(/only a Partner sees it/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Add credentials" })).toBeNull();
  });

  it("explain themselves to a Member", async () => {
    await open({ role: "member" });
    expect(await screen.findByRole("heading", { name: "Nothing here for a Member" })).toBeTruthy();
    expect(mock.calls.some((call) => call.command === "list_credentials")).toBe(false);
  });
});

describe("adding", () => {
  it("goes through the gallery, where a refused provider says why and stays shut", async () => {
    await open({ role: "manager" });
    await click("button", "Add credentials");
    const proxmox = within(await screen.findByRole("dialog")).getByRole("button", { name: /^Proxmox/ });
    expect(proxmox.getAttribute("aria-disabled")).toBe("true");
    expect(document.getElementById(proxmox.getAttribute("aria-describedby")!)?.textContent).toBe("Only a Partner can add it");
    await fireEvent.click(proxmox);
    expect(desk.dialog).toEqual({ what: "gallery" });
    await fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "OpenStack" }));
    expect(await screen.findByRole("dialog", { name: "New OpenStack credential" })).toBeTruthy();
  });

  it("opens the form at once where there is one kind, and shows the new row", async () => {
    await open();
    await click("tab", "Backup");
    await click("button", "Add credentials");
    await fireEvent.input(await screen.findByLabelText("S3 Name"), { target: { value: "weekly-us" } });
    await click("button", "Save draft");
    expect((await row("weekly-us")).getAttribute("aria-selected")).toBe("true");
    expect(said()).toEqual(["weekly-us is added as a draft."]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

describe("a row", () => {
  it("opens in the drawer with everything known", async () => {
    await open();
    await fireEvent.click(await row("os-prague-1"));
    const drawer = await screen.findByRole("complementary", { name: "os-prague-1" });
    expect(within(drawer).getByText("https://keystone.prg1.example.com:5000/v3")).toBeTruthy();
  });

  it("shows a name with hidden characters written out", async () => {
    await open();
    expect(await row("lab\\u{202E}gnp.exe\\u{0007}-with-a-very-long-name-from-elsewhere")).toBeTruthy();
  });

  it("is locked and unlocked; what is locked can be neither edited nor deleted", async () => {
    await open();
    await fireEvent.click(await row("aws-prod"));
    await click("button", "Edit");
    expect(desk.dialog).toBeNull();
    expect(said()).toEqual(["It is locked. Unlock it first."]);
    await click("button", "Unlock");
    await screen.findByRole("button", { name: "Lock" });
    await click("button", "Edit");
    expect(await screen.findByRole("dialog", { name: "Edit aws-prod" })).toBeTruthy();
  });

  it("is deleted after one question, and comes back by undo", async () => {
    await open();
    await fireEvent.click(await row("aws-sandbox"));
    await click("button", "Delete");
    const question = await screen.findByRole("alertdialog", { name: "Delete aws-sandbox?" });
    await fireEvent.click(within(question).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByRole("row", { name: "aws-sandbox" })).toBeNull());
    toasts.all.find((one) => one.action)!.action!.run();
    expect(await row("aws-sandbox")).toBeTruthy();
  });

  it("says what uses it before it refuses to go", async () => {
    await open();
    await fireEvent.click(await row("azure-westeurope"));
    await click("button", "Delete");
    const question = await screen.findByRole("alertdialog");
    expect(within(question).getByText("azure-westeurope is used by billing, edge-a.")).toBeTruthy();
    await fireEvent.click(within(question).getByRole("button", { name: "Delete" }));
    expect((await within(question).findByRole("alert")).textContent).toContain("Detach it there first");
  });

  it("offers the same actions from its menu", async () => {
    await open();
    await fireEvent.click(within(await row("aws-sandbox")).getByRole("button", { name: "Actions" }));
    const items = await screen.findAllByRole("menuitem");
    expect(items.map((one) => one.querySelector(".cut")!.textContent)).toEqual(["Check", "Edit", "Lock", "Set as default", "Delete"]);
    expect(items[0]!.getAttribute("aria-keyshortcuts")).toBe("C");
  });

  it("reveals a secret until the window is left", async () => {
    await open();
    await fireEvent.click(await row("azure-westeurope"));
    await click("button", "Reveal");
    const secret = await screen.findByText("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    await fireEvent.blur(window);
    await waitFor(() => expect(secret.isConnected).toBe(false));
  });

  it("gives a secret to the clipboard without seeing it", async () => {
    await open();
    await fireEvent.click(await row("azure-westeurope"));
    await click("button", "Copy");
    await waitFor(() => expect(said()[0]).toMatch(/^Copied/));
    expect(mock.calls.find((call) => call.command === "copy_secret")?.args).toEqual({ id: "c2", field: "azureClientSecret" });
    expect(mock.calls.some((call) => call.command === "reveal_secret")).toBe(false);
  });
});

describe("the table", () => {
  it("is named by its tab and sorted by a click on a header, in Rust", async () => {
    await open();
    const table = await screen.findByRole("grid", { name: "Cloud credentials" });
    await fireEvent.click(within(table).getByRole("button", { name: "Organization" }));
    await fireEvent.click(within(table).getByRole("button", { name: "Organization" }));
    await waitFor(() => expect(within(table).getByRole("columnheader", { name: "Organization" }).getAttribute("aria-sort")).toBe("descending"));
    const query = mock.calls.filter((call) => call.command === "list_credentials").at(-1)!.args["query"];
    expect(query).toMatchObject({ sort: "organization", descending: true, offset: 0, limit: 100 });
  });

  it("walks by arrows and opens by Enter", async () => {
    await open();
    await row("aws-prod");
    const table = screen.getByRole("grid");
    table.focus();
    await fireEvent.keyDown(table, { key: "ArrowDown" });
    await fireEvent.keyDown(table, { key: "Enter" });
    expect(await screen.findByRole("complementary", { name: "aws-sandbox" })).toBeTruthy();
    await fireEvent.keyDown(table, { key: "Escape" });
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
  });

  it("holds a window of ten thousand rows", async () => {
    await open({ rows: 10_000 });
    await waitFor(() => expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("7337"));
    expect(screen.getAllByRole("row").length).toBeGreaterThan(20);
    expect(screen.getAllByRole("row").length).toBeLessThan(80);
  });

  it("follows a change by another face and keeps the selection", async () => {
    await open();
    await fireEvent.click(await row("aws-sandbox"));
    await mock.behind((rust) => {
      rust.rows.push({ ...structuredClone(rust.rows[0]!), id: "cli", name: "aaa-from-the-command-line" });
    });
    expect(await row("aaa-from-the-command-line")).toBeTruthy();
    expect((await row("aws-sandbox")).getAttribute("aria-selected")).toBe("true");
  });

  it("follows another face to another workspace, and to what it calls its organizations", async () => {
    await open();
    await row("aws-prod");
    await mock.behind((rust) => rust.rename_organization({ id: rust.workspaces[0]!.organizations[0]!.id, name: "Acme Ltd" }));
    expect(await screen.findByRole("option", { name: "Acme Ltd" })).toBeTruthy();
    await mock.behind((rust) => rust.create_workspace({ name: "Elsewhere", role: "manager", organizations: ["Delta"] }));
    expect(await screen.findByRole("button", { name: "Workspace: Elsewhere" })).toBeTruthy();
    expect(await screen.findByRole("heading", { name: "No Cloud credentials yet" })).toBeTruthy();
  });

  it("selects several for one action", async () => {
    await open();
    for (const name of ["aws-sandbox", "azure-westeurope"]) await fireEvent.click(within(await row(name)).getByRole("checkbox"));
    const bar = await screen.findByRole("toolbar", { name: "Selected credentials" });
    await fireEvent.click(within(bar).getByRole("button", { name: "Lock" }));
    await waitFor(() => expect(said()).toContain("2 credentials locked."));
  });

  it("remembers the chosen columns", async () => {
    await open();
    await click("button", "Columns");
    await click("menuitemcheckbox", "Identity");
    await waitFor(() => expect(screen.queryByRole("columnheader", { name: "Identity" })).toBeNull());
    expect(mock.settings.columns["cloud"]).toEqual(["name", "organization", "state", "check", "expiry", "modifiedAt"]);
  });

  it("expands a row in place", async () => {
    await open();
    await fireEvent.click(within(await row("pve-brno")).getByRole("button", { name: "Show everything" }));
    expect(await screen.findByText("78.128.1.20 – 78.128.1.90")).toBeTruthy();
  });
});

describe("what goes wrong", () => {
  it("is a sentence and a next step when the list cannot be read", async () => {
    await open({ failing: ["list_credentials"] });
    expect((await screen.findByRole("alert")).textContent).toContain("The data file cannot be read.");
    mock.wishes.failing = [];
    await click("button", "Try again");
    expect(await row("aws-prod")).toBeTruthy();
  });

  it("is said at the foot of the table when the keychain is locked, with the way to unlock it", async () => {
    await open({ keychain: "locked" });
    expect((await screen.findByRole("alert")).textContent).toContain("The keychain is locked.");
    await click("button", "Unlock keychain");
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("offers a way out of a search that finds nothing", async () => {
    await open();
    await fireEvent.input(screen.getByRole("searchbox", { name: "Search" }), { target: { value: "zzz" } });
    await screen.findByRole("heading", { name: "Nothing matches" });
    await click("button", "Show all");
    expect(await row("aws-prod")).toBeTruthy();
  });
});

it("finds actions and credentials in the palette", async () => {
  await open();
  await row("aws-prod");
  await fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  const ask = await screen.findByRole("combobox", { name: "Go to anything" });
  await fireEvent.input(ask, { target: { value: "nightly" } });
  await screen.findByRole("option", { name: "nightly-eu" });
  await waitFor(() => expect(screen.getByRole("option", { name: "nightly-eu" }).getAttribute("aria-selected")).toBe("true"));
  await fireEvent.keyDown(ask, { key: "Enter" });
  expect(await screen.findByRole("complementary", { name: "nightly-eu" })).toBeTruthy();
  expect(desk.tab).toBe("backup");
});

it("renames an organization, and its rows say so", async () => {
  await open();
  await row("aws-prod");
  desk.dialog = { what: "organizations" };
  await click("button", "Rename Acme");
  const input = await screen.findByRole("textbox", { name: "Organization name" });
  await fireEvent.input(input, { target: { value: "Acme Ltd" } });
  await fireEvent.submit(input.closest("form")!);
  await waitFor(() => expect(within(screen.getByRole("row", { name: "aws-prod" })).getByText("Acme Ltd")).toBeTruthy());
});
