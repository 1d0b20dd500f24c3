import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, it } from "vitest";
import CredentialForm from "../src/forms/CredentialForm.svelte";
import { LARGEST } from "../src/forms/read-file";
import { sectionsOf } from "../src/forms/sections";
import type { CredentialView, FieldView, Findings } from "../src/ipc/client";
import { desk } from "../src/lib/desk.svelte";
import { answer, atDesk, credential, field, kind, nothingFound, refusal } from "./fixtures";

const saved = { credential: credential(), warnings: [] };

function open(fields: FieldView[], base: CredentialView | null = null) {
  const one = kind(fields);
  desk.dialog = { what: "form", kind: one, base };
  return render(CredentialForm, { kind: one, base });
}

async function type(label: string, value: string) {
  await fireEvent.input(screen.getByLabelText(label), { target: { value } });
}

beforeEach(() => {
  atDesk();
  answer({ check_input: () => nothingFound });
});

describe("every type of field has its control", () => {
  it("text, addresses and numbers are text boxes under their label", () => {
    open([
      field("a", { label: "Plain" }), field("b", { label: "URL", type: "url" }), field("c", { label: "Network", type: "cidr" }),
      field("d", { label: "Gateway", type: "ip" }), field("e", { label: "Zones", type: "int", min: 1, max: 3 }),
    ]);
    for (const label of ["Plain", "URL", "Network", "Gateway", "Zones"]) expect(screen.getByRole("textbox", { name: label })).toBeTruthy();
    expect(screen.getByLabelText("Zones").getAttribute("placeholder")).toBe("1–3");
  });

  it("a secret is a password that no browser keeps or spell-checks", () => {
    open([field("a", { label: "Secret Access Key", secret: true })]);
    const input = screen.getByLabelText("Secret Access Key");
    expect(input.getAttribute("type")).toBe("password");
    expect(input.getAttribute("autocomplete")).toBe("new-password");
    expect(input.getAttribute("spellcheck")).toBe("false");
  });

  it("a flag is a check box, a choice a drop-down, a list a text box", async () => {
    const calls = answer({ check_input: () => nothingFound, add_credential: () => saved, list_credentials: () => ({ total: 0, items: [] }), tabs: () => [] });
    open([
      field("a", { label: "Admin", type: "bool" }),
      field("b", { label: "Mode", type: "choice", choices: [{ value: "x", label: "Ex" }] }),
      field("c", { label: "Hosts", type: "list" }),
    ]);
    await fireEvent.click(screen.getByRole("checkbox", { name: "Admin" }));
    await fireEvent.change(screen.getByRole("combobox", { name: "Mode" }), { target: { value: "x" } });
    await type("Hosts", "a, b");
    await fireEvent.click(screen.getByRole("button", { name: "Save draft" }));
    await waitFor(() => expect(calls.find((call) => call.command === "add_credential")?.args).toEqual({
      kind: "aws", organization: "o1", input: { a: true, b: "x", c: ["a", "b"] }, draft: true,
    }));
  });

  it("a lookup takes free text and offers what it knows", async () => {
    open([field("a", { label: "Region", type: "lookup", choices: ["eu-west-1", "eu-central-1", "us-east-1"].map((value) => ({ value, label: value })) })]);
    const box = screen.getByRole("combobox", { name: "Region" });
    await type("Region", "eu");
    const list = screen.getByRole("listbox", { name: "Suggestions for Region" });
    expect(within(list).getAllByRole("option").map((one) => one.textContent?.trim())).toEqual(["eu-west-1", "eu-central-1"]);
    await fireEvent.keyDown(box, { key: "ArrowDown" });
    await fireEvent.keyDown(box, { key: "Enter" });
    expect((box as HTMLInputElement).value).toBe("eu-west-1");
    await type("Region", "mars-1");
    expect((box as HTMLInputElement).value).toBe("mars-1");
  });

  it("a file is pasted or read, bounded, and refused with a sentence", async () => {
    open([field("a", { label: "Config file", type: "file", secret: true })]);
    const text = screen.getByRole("textbox", { name: "Config file" }) as HTMLTextAreaElement;
    const choose = screen.getByLabelText("Config file: Choose file…");
    await fireEvent.change(choose, { target: { files: [new File(["{\"type\":1}"], "key.json")] } });
    await waitFor(() => expect(text.value).toBe('{"type":1}'));
    expect(screen.getByText(/key\.json/)).toBeTruthy();
    await fireEvent.change(choose, { target: { files: [new File([new Uint8Array([0xff, 0xfe, 0x00])], "photo.png")] } });
    await waitFor(() => expect(screen.getByText(/photo\.png” is not a text file/)).toBeTruthy());
    await fireEvent.change(choose, { target: { files: [new File(["x".repeat(LARGEST + 1)], "big.json")] } });
    await waitFor(() => expect(screen.getByText(/big\.json” is larger than 1 MB/)).toBeTruthy());
    expect(text.value).toBe('{"type":1}');
  });
});

describe("the form", () => {
  it("begins with Organization, is named by its kind, and marks what is optional outside of the label", () => {
    open([field("a", { label: "Role ARN" }), field("b", { label: "Region", required: true })]);
    expect(screen.getByRole("dialog", { name: "New Amazon Web Services credential" })).toBeTruthy();
    const controls = [...document.querySelectorAll("select, input, textarea")];
    expect(controls[0]).toBe(screen.getByLabelText("Organization"));
    expect(screen.getByRole("textbox", { name: "Role ARN" })).toBeTruthy();
    expect(screen.getAllByText("optional")).toHaveLength(1);
  });

  it("shows and hides fields as their condition says", async () => {
    open([field("a", { label: "Import", type: "bool" }), field("b", { label: "VPC ID", shownWhen: { field: "a", values: ["true"] } })]);
    expect(screen.queryByLabelText("VPC ID")).toBeNull();
    await fireEvent.click(screen.getByLabelText("Import"));
    expect(screen.getByLabelText("VPC ID")).toBeTruthy();
  });

  it("puts a problem at its field, described and invalid, and a warning apart from it", async () => {
    const found: Findings = {
      problems: [{ field: "a", code: "short", message: "Cloud Name needs 3 characters." }],
      warnings: [{ field: "b", code: "odd", message: "Host bits are set." }],
    };
    answer({ check_input: () => found });
    open([field("a", { label: "Cloud Name" }), field("b", { label: "Network" }), field("c", { label: "Other" })]);
    await type("Cloud Name", "x");
    await fireEvent.blur(screen.getByLabelText("Cloud Name"));
    await type("Network", "10.0.0.1/24");
    await fireEvent.blur(screen.getByLabelText("Network"));
    const input = screen.getByLabelText("Cloud Name");
    await waitFor(() => expect(input.getAttribute("aria-invalid")).toBe("true"));
    expect(document.getElementById(input.getAttribute("aria-describedby")!)?.textContent).toBe("Cloud Name needs 3 characters.");
    expect(screen.getByLabelText("Network").getAttribute("aria-invalid")).toBeNull();
    expect(screen.getByText("Host bits are set.").className).toContain("warn");
  });

  it("keeps what was typed when Rust refuses, and goes to the first field in the form's order", async () => {
    answer({
      check_input: () => nothingFound,
      add_credential: () => {
        throw refusal("invalid", "Two problems.", { problems: [
          { field: "b", code: "x", message: "B is wrong." }, { field: "a", code: "x", message: "A is wrong." },
        ] });
      },
    });
    open([field("a", { label: "A" }), field("b", { label: "B" })]);
    await type("B", "typed");
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.getByText("A is wrong.")).toBeTruthy());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("A")));
    expect((screen.getByLabelText("B") as HTMLInputElement).value).toBe("typed");
    expect(screen.getByText("2 fields need another look.")).toBeTruthy();
  });

  it("says at its top what no field can say, as that the keychain is locked", async () => {
    answer({ check_input: () => nothingFound, add_credential: () => { throw refusal("keychain", "The keychain is locked. Unlock it, then save again."); } });
    open([field("a", { label: "A" })]);
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("The keychain is locked."));
  });

  it("asks before it throws away what was typed, and not otherwise", async () => {
    open([field("a", { label: "A" })]);
    await fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(desk.dialog).toBeNull();
    desk.dialog = { what: "form", kind: kind([]), base: null };
    await type("A", "x");
    await fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
    expect(desk.dialog).not.toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Discard" }));
    expect(desk.dialog).toBeNull();
  });

  it("leaves out a paste of more than a megabyte and says so", async () => {
    open([field("a", { label: "A" })]);
    const paste = new Event("paste", { bubbles: true, cancelable: true });
    Object.assign(paste, { clipboardData: { getData: () => "x".repeat(LARGEST + 1) } });
    screen.getByLabelText("A").dispatchEvent(paste);
    expect(paste.defaultPrevented).toBe(true);
    await waitFor(() => expect(screen.getByText(/larger than 1 MB/)).toBeTruthy());
  });
});

describe("the edit form", () => {
  const secret = field("key", { label: "Secret Access Key", secret: true, required: true });

  it("offers to keep, replace or clear a secret, never showing it", async () => {
    const calls = answer({ check_input: () => nothingFound, edit_credential: () => saved, list_credentials: () => ({ total: 0, items: [] }), tabs: () => [] });
    open([secret], credential({ secrets: { key: "set" } }));
    const input = screen.getByLabelText("Secret Access Key") as HTMLInputElement;
    expect([input.value, input.placeholder]).toEqual(["", "set — type to replace"]);
    await fireEvent.click(screen.getByRole("button", { name: "Clear Secret Access Key" }));
    expect(input.placeholder).toBe("will be cleared when you save");
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(calls.find((call) => call.command === "edit_credential")?.args).toEqual({ id: "c1", version: 3, input: { key: null }, draft: false }));
  });

  it("shows both versions when somebody else saved first, and saves over it knowingly", async () => {
    const now = credential({ version: 4, fields: { a: "theirs", b: "new" } });
    const calls = answer({
      check_input: () => nothingFound, show_credential: () => now, list_credentials: () => ({ total: 0, items: [] }), tabs: () => [],
      edit_credential: ({ version }) => { if (version !== 4) throw refusal("conflict", "It changed meanwhile."); return saved; },
    });
    open([field("a", { label: "A" }), field("b", { label: "B" })], credential({ fields: { a: "old", b: "old" } }));
    await type("A", "mine");
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.getByRole("dialog", { name: "aws-prod changed while you were editing" })).toBeTruthy());
    const cells = screen.getAllByRole("row").slice(1).map((row) => [...row.children].map((cell) => cell.textContent?.trim()));
    expect(cells).toEqual([["A", "mine", "theirs"], ["B", "old", "new"]]);
    await fireEvent.click(screen.getByRole("button", { name: "Use the marked values" }));
    await waitFor(() => expect(calls.filter((call) => call.command === "edit_credential").at(-1)?.args).toEqual({ id: "c1", version: 4, input: { a: "mine" }, draft: false }));
  });

  it("saves as a draft over the other version when it began as a draft", async () => {
    const now = credential({ version: 4, fields: { a: "theirs" } });
    const calls = answer({
      check_input: () => nothingFound, show_credential: () => now, list_credentials: () => ({ total: 0, items: [] }), tabs: () => [],
      edit_credential: ({ version }) => { if (version !== 4) throw refusal("conflict", "It changed meanwhile."); return saved; },
    });
    open([field("a", { label: "A" })], credential({ fields: { a: "old" } }));
    await type("A", "mine");
    await fireEvent.click(screen.getByRole("button", { name: "Save draft" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Use the marked values" }));
    await waitFor(() => expect(calls.filter((call) => call.command === "edit_credential").at(-1)?.args).toMatchObject({ version: 4, draft: true }));
  });

  it("does not ask where both versions agree, and saves once more", async () => {
    const now = credential({ version: 4, fields: { a: "mine" } });
    const calls = answer({
      check_input: () => nothingFound, show_credential: () => now, list_credentials: () => ({ total: 0, items: [] }), tabs: () => [],
      edit_credential: ({ version }) => { if (version !== 4) throw refusal("conflict", "It changed meanwhile."); return saved; },
    });
    open([field("a", { label: "A" })], credential({ fields: { a: "old" } }));
    await type("A", "mine");
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(calls.filter((call) => call.command === "edit_credential").map((call) => call.args["version"])).toEqual([3, 4]));
    expect(screen.queryByRole("button", { name: "Use the marked values" })).toBeNull();
  });

  it("says of a secret that is replaced here that it may have been replaced there", async () => {
    const row = credential({ version: 4, secrets: { key: "set" } });
    answer({ check_input: () => nothingFound, show_credential: () => row, edit_credential: () => { throw refusal("conflict", "It changed meanwhile."); } });
    open([secret], credential({ secrets: { key: "set" } }));
    await type("Secret Access Key", "n3w");
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("may have been replaced")).toBeTruthy();
  });
});

it("lays the ends of a range on one line, inside the section of their network", () => {
  const group = "Public network";
  const sections = sectionsOf([
    field("name"), field("publicNetwork.ipAddress", { group }), field("publicNetwork.beginAllocationRange", { group }),
    field("publicNetwork.gateway", { group }), field("publicNetwork.endAllocationRange", { group }),
  ]);
  expect(sections.map((one) => [one.group, one.cells.map((cell) => cell.map((each) => each.id.split(".").at(-1)).join("+"))])).toEqual([
    ["Cloud settings", ["name"]],
    [group, ["ipAddress", "beginAllocationRange+endAllocationRange", "gateway"]],
  ]);
});
