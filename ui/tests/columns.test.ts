import { describe, expect, it } from "vitest";
import { cellText, chosen, columnsOf } from "../src/lib/columns";
import { knownOf } from "../src/lib/known";
import type { Verdict } from "../src/ipc/client";
import { credential, field, kind } from "./fixtures";
import { kindOf } from "../src/ipc/client";

const view = (id: string) => ({ id, label: id, mono: false, numeric: false, sortable: true });
const ids = (all: { id: string; extra: boolean }[]) => all.filter((one) => !one.extra).map((one) => one.id);

describe("columns", () => {
  it("of a kind that does not say where the name goes follow the common ones", () => {
    const one = kind([field("name"), field("region")], { columns: [view("region")] });
    expect(ids(columnsOf(one))).toEqual(["name", "organization", "identity", "state", "check", "expiry", "region"]);
  });

  it("of a documented table keep its order, the state and the last check beside the name", () => {
    const one = kind([field("s3Name"), field("s3Region")], { columns: [view("accountId"), view("organization"), view("s3Name"), view("s3Region")] });
    expect(ids(columnsOf(one))).toEqual(["accountId", "organization", "s3Name", "state", "check", "s3Region", "expiry"]);
  });

  it("are those that somebody chose, in the table's order, and all of them when the choice fits nothing", () => {
    const all = columnsOf(null);
    expect(chosen(all, ["state", "name"]).map((one) => one.id)).toEqual(["name", "state"]);
    expect(chosen(all, ["gone"])).toEqual(all);
    expect(chosen(all, undefined).length).toBeLessThan(all.length);
  });
});

it("shows the columns that need room only where they have it, the last of them last", () => {
  const at = (width: number) => chosen(columnsOf(null), undefined, width).map((one) => one.id).slice(2);
  expect(at(700)).toEqual(["state", "check"]);
  expect(at(760)).toEqual(["identity", "state", "check"]);
  expect(at(900)).toEqual(["identity", "state", "check", "expiry"]);
  expect(at(1080)).toEqual(["identity", "state", "check", "expiry", "modifiedAt"]);
  expect(chosen(columnsOf(null), ["name", "expiry"], 100).map((one) => one.id)).toEqual(["name", "expiry"]);
});

describe("cells", () => {
  it("escape what hides in a name, and say when there is none", () => {
    expect(cellText(credential({ name: "a\u202Eb" }), "name")).toBe("a\\u{202E}b");
    expect(cellText(credential({ name: "" }), "name")).toBe("Unnamed");
  });

  it("say lists, flags and absent values in words", () => {
    const row = credential({ fields: { x: ["a", "b"], y: true }, usedBy: ["web"] });
    expect([cellText(row, "x"), cellText(row, "y"), cellText(row, "z"), cellText(row, "usedBy")]).toEqual(["a, b", "Yes", "–", "web"]);
  });
});

it("says of a check what it came to and how long ago, and of an end how far it is", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const checked = (verdict: Verdict, minutes: number) => cellText(credential({ check: { verdict, message: "", at: at(minutes) } }), "check", now);
  expect(cellText(credential(), "check", now)).toBe("Not checked");
  expect([checked("works", 0), checked("works", 125), checked("wrongSecret", 3000), checked("timedOut", 200 * 24 * 60)]).toEqual([
    "Works · now", "Works · 2 h", "Wrong secret · 2 d", expect.stringMatching(/^No answer in time · \d+ May 2026$/),
  ]);
  expect(cellText(credential({ expires: "2026-12-06T00:00:00Z", expiresFrom: "hand" }), "expiry", now)).toBe("in 12 days");
  expect(cellText(credential(), "expiry", now)).toBe("–");
});

it("knows a credential's fields by their labels, and never a secret", () => {
  const secret = kindOf("proxmox").fields.find((one) => one.secret)!;
  const row = credential({
    kind: "proxmox", fields: { name: "pve", url: "https://pve", "publicNetwork.bridge": "vmbr0", [secret.id]: "leaked" },
  });
  const text = JSON.stringify(knownOf(row));
  expect(text).toContain("https://pve");
  expect(text).toContain("vmbr0");
  expect(text).not.toContain("leaked");
});
