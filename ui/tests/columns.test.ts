import { describe, expect, it } from "vitest";
import { cellText, chosen, columnsOf } from "../src/lib/columns";
import { knownOf } from "../src/lib/known";
import { credential, field, kind } from "./fixtures";
import { kindOf } from "../src/ipc/client";

const view = (id: string) => ({ id, label: id, mono: false, numeric: false, sortable: true });
const ids = (all: { id: string; extra: boolean }[]) => all.filter((one) => !one.extra).map((one) => one.id);

describe("columns", () => {
  it("of a kind that does not say where the name goes follow the common ones", () => {
    const one = kind([field("name"), field("region")], { columns: [view("region")] });
    expect(ids(columnsOf(one))).toEqual(["name", "organization", "identity", "state", "region"]);
  });

  it("of a documented table keep its order, the state beside the name", () => {
    const one = kind([field("s3Name"), field("s3Region")], { columns: [view("accountId"), view("organization"), view("s3Name"), view("s3Region")] });
    expect(ids(columnsOf(one))).toEqual(["accountId", "organization", "s3Name", "state", "s3Region"]);
  });

  it("are those that somebody chose, in the table's order, and all of them when the choice fits nothing", () => {
    const all = columnsOf(null);
    expect(chosen(all, ["state", "name"]).map((one) => one.id)).toEqual(["name", "state"]);
    expect(chosen(all, ["gone"])).toEqual(all);
    expect(chosen(all, undefined).length).toBeLessThan(all.length);
  });
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
