import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Findings } from "../src/ipc/client";
import { Entry } from "../src/forms/entry.svelte";
import { answer, credential, field, kind, nothingFound, refusal } from "./fixtures";

const fields = [
  field("name", { required: true }),
  field("key", { secret: true, required: true }),
  field("zones", { type: "int", default: 1 }),
  field("hosts", { type: "list" }),
  field("admin", { type: "bool" }),
  field("mode", { type: "choice", default: "Create", choices: [{ value: "Create", label: "Create" }, { value: "Import", label: "Import" }] }),
  field("vpc", { shownWhen: { field: "mode", values: ["Import"] } }),
  field("domain", { shownWhen: { field: "admin", values: ["false"] } }),
];
const one = kind(fields);
const by = (id: string) => fields.find((each) => each.id === id)!;

beforeEach(() => {
  vi.useFakeTimers();
  answer({ check_input: () => nothingFound });
});
afterEach(() => vi.useRealTimers());

describe("a new credential", () => {
  it("sends what was typed and the defaults, in the types that Rust takes", () => {
    const entry = new Entry(one, null, "o1");
    expect(entry.input()).toEqual({ zones: 1, mode: "Create" });
    entry.type(by("name"), "aws-prod");
    entry.type(by("key"), "s3cr3t");
    entry.type(by("zones"), " 3 ");
    entry.type(by("hosts"), "pve1, pve2,,\n pve3 ");
    entry.type(by("admin"), true);
    expect(entry.input()).toEqual({ name: "aws-prod", key: "s3cr3t", zones: 3, hosts: ["pve1", "pve2", "pve3"], admin: true, mode: "Create" });
  });

  it("sends what is no number as it was typed, for Rust to say so", () => {
    const entry = new Entry(one, null, "o1");
    entry.type(by("zones"), "three");
    expect(entry.input()["zones"]).toBe("three");
  });

  it("sends text untouched: spaces are for Rust to judge", () => {
    const entry = new Entry(one, null, "o1");
    entry.type(by("name"), "  x ");
    expect(entry.input()["name"]).toBe("  x ");
  });
});

describe("conditions", () => {
  it("show a field by the other's value; a flag that is absent counts as false", () => {
    const entry = new Entry(one, null, "o1");
    expect([entry.shows(by("vpc")), entry.shows(by("domain"))]).toEqual([false, true]);
    entry.type(by("mode"), "Import");
    entry.type(by("admin"), true);
    expect([entry.shows(by("vpc")), entry.shows(by("domain"))]).toEqual([true, false]);
  });

  it("keep what a hidden field holds out of the input, but not out of memory", () => {
    const entry = new Entry(one, null, "o1");
    entry.type(by("mode"), "Import");
    entry.type(by("vpc"), "vpc-1");
    entry.type(by("mode"), "Create");
    expect(entry.input()).not.toHaveProperty("vpc");
    entry.type(by("mode"), "Import");
    expect(entry.input()["vpc"]).toBe("vpc-1");
  });
});

describe("an edit", () => {
  const base = credential({
    fields: { name: "aws-prod", zones: 2, hosts: ["a", "b"], admin: true, mode: "Import", vpc: "vpc-1" }, secrets: { key: "set" },
  });

  it("sends nothing that was left alone, secrets least of all", () => {
    const entry = new Entry(one, base, "o2");
    expect(entry.input()).toEqual({});
    expect(entry.dirty).toBe(false);
    expect(entry.organization).toBe("o1");
  });

  it("sets, clears and keeps", () => {
    const entry = new Entry(one, base, "o1");
    entry.type(by("name"), "aws-new");
    entry.type(by("zones"), "");
    entry.type(by("admin"), false);
    entry.type(by("hosts"), "a");
    expect(entry.input()).toEqual({ name: "aws-new", zones: null, admin: false, hosts: ["a"] });
  });

  it("replaces a secret by typing, clears it only on purpose, and can think again", () => {
    const entry = new Entry(one, base, "o1");
    entry.type(by("key"), "new");
    expect(entry.input()).toEqual({ key: "new" });
    entry.type(by("key"), "");
    expect(entry.input()).toEqual({});
    entry.clear(by("key"), true);
    expect(entry.input()).toEqual({ key: null });
    expect(entry.dirty).toBe(true);
    entry.clear(by("key"), false);
    expect(entry.input()).toEqual({});
    entry.clear(by("key"), true);
    entry.type(by("key"), "newer");
    expect(entry.input()).toEqual({ key: "newer" });
  });

  it("clears what no longer applies because of the change", () => {
    const entry = new Entry(one, base, "o1");
    entry.type(by("mode"), "Create");
    expect(entry.input()).toEqual({ mode: "Create", vpc: null });
  });

  it("locks a field that the account holds fast, but not before the account has it", () => {
    const fixed = field("region", { updatable: false });
    expect(new Entry(kind([fixed]), credential({ state: "ready" }), "o1").fixed(fixed)).toBe(false);
    expect(new Entry(kind([fixed]), credential({ state: "synced" }), "o1").fixed(fixed)).toBe(true);
  });

  it("takes over somebody else's version under what was typed", () => {
    const entry = new Entry(one, base, "o1");
    entry.type(by("name"), "mine");
    entry.rebase(credential({ version: 9, fields: { ...base.fields, name: "theirs", zones: 3 }, secrets: { key: "set" } }));
    expect(entry.base?.version).toBe(9);
    expect(entry.values).toMatchObject({ name: "mine", zones: "3" });
    expect(entry.input()).toEqual({ name: "mine" });
  });
});

describe("problems", () => {
  const found: Findings = {
    problems: [{ field: "name", code: "short", message: "Too short." }, { field: "key", code: "required", message: "Missing." }],
    warnings: [{ field: "zones", code: "odd", message: "Odd." }],
  };

  it("are shown only where somebody typed, until a save is tried", async () => {
    answer({ check_input: () => found, add_credential: () => { throw refusal("invalid", "No.", { problems: found.problems }); } });
    const entry = new Entry(one, null, "o1");
    await vi.advanceTimersByTimeAsync(10);
    expect(entry.problem("name")).toBeUndefined();
    entry.type(by("name"), "a");
    await vi.advanceTimersByTimeAsync(200);
    expect(entry.problem("name")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(400);
    expect(entry.problem("name")?.message).toBe("Too short.");
    expect(entry.problem("key")).toBeUndefined();
    await entry.save(false).catch(() => {});
    expect(entry.problem("key")?.message).toBe("Missing.");
    expect(entry.warning("zones")?.message).toBe("Odd.");
    expect(entry.firstProblem).toBe("name");
    expect(entry.values["name"]).toBe("a");
  });

  it("come from the latest question only", async () => {
    const waiting: ((findings: Findings) => void)[] = [];
    const calls = answer({ check_input: () => new Promise<Findings>((done) => waiting.push(done)) });
    const entry = new Entry(one, null, "o1");
    await vi.advanceTimersByTimeAsync(5);
    for (const text of ["a", "ab", "abc"]) entry.type(by("name"), text);
    await vi.advanceTimersByTimeAsync(600);
    expect(calls).toHaveLength(2);
    waiting[1]!(nothingFound);
    waiting[0]!(found);
    await vi.advanceTimersByTimeAsync(1);
    expect(entry.findings).toEqual(nothingFound);
  });

  it("go to their field when the error names one, and stray where no field can show them", async () => {
    answer({ check_input: () => nothingFound, add_credential: () => { throw refusal("duplicate", "Taken.", { field: "name" }); } });
    const entry = new Entry(one, null, "o1");
    await entry.save(false).catch(() => {});
    expect(entry.problem("name")?.message).toBe("Taken.");
    entry.findings = { problems: [{ field: "vpc", code: "x", message: "Hidden." }], warnings: [] };
    expect(entry.strays.map((each) => each.message)).toEqual(["Hidden."]);
  });
});

it("asks anew when a save fails for another reason, so that no old problem stays at a field", async () => {
  let found: Findings = { problems: [{ field: "name", code: "required", message: "Missing." }], warnings: [] };
  answer({ check_input: () => found, add_credential: () => { throw refusal("keychain", "It is locked."); } });
  const entry = new Entry(one, null, "o1");
  await vi.advanceTimersByTimeAsync(10);
  entry.type(by("name"), "typed");
  found = nothingFound;
  await entry.save(false).catch(() => {});
  await vi.advanceTimersByTimeAsync(10);
  expect(entry.failure?.message).toBe("It is locked.");
  expect(entry.problem("name")).toBeUndefined();
});

it("forgets everything typed once it is saved", async () => {
  answer({ check_input: () => nothingFound, add_credential: () => ({ credential: credential(), warnings: [] }) });
  const entry = new Entry(one, null, "o1");
  entry.type(by("key"), "canary-secret");
  await entry.save(false);
  expect(JSON.stringify(entry.values)).toBe("{}");
  await vi.advanceTimersByTimeAsync(1000);
});
