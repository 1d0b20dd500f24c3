/// What the desk promises while things happen at the same time: undo, the search, other faces.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { desk } from "../src/lib/desk.svelte";
import { toasts } from "../src/lib/toasts.svelte";
import { answer, atDesk, credential, kind, refusal } from "./fixtures";

const list = { list_credentials: () => ({ total: 0, items: [] }), tabs: () => [], save_settings: () => null };
const gone = { delete_credentials: ({ ids }: { ids: string[] }) => ids };
const notFound = (args: { id: string }) => credential({ id: args.id, name: args.id });

beforeEach(() => {
  atDesk();
  desk.phase = "open";
  desk.tab = "cloud";
  desk.tabs = [];
  desk.dialog = null;
  desk.selected = null;
  desk.ticked = new Map();
  desk.elsewhere = null;
  for (const toast of toasts.all) toasts.drop(toast.id);
});
afterEach(() => vi.useRealTimers());

describe("undo", () => {
  it("restores what its own toast is about, and leaves the others to the palette", async () => {
    const calls = answer({ ...list, ...gone, show_credential: notFound, undo_delete: notFound });
    await desk.delete([credential({ id: "a", name: "a" })]);
    await desk.delete([credential({ id: "b", name: "b" })]);
    toasts.all[0]!.action!.run();
    await vi.waitFor(() => expect(calls.find((call) => call.command === "undo_delete")?.args).toEqual({ id: "a" }));
    expect(desk.deleted?.ids).toEqual(["b"]);
  });

  it("says how much of it went, reads the list again, and keeps the rest for another try", async () => {
    let shut = true;
    const calls = answer({
      ...list, ...gone, show_credential: notFound,
      undo_delete: ({ id }) => { if (id === "b" && shut) throw refusal("keychain", "The keychain is locked."); return credential({ id }); },
    });
    await desk.delete([credential({ id: "a" }), credential({ id: "b" })]);
    await desk.undo(desk.deleted!);
    expect(toasts.all.at(-1)!.words).toBe("1 restored, 1 left: The keychain is locked.");
    expect(calls.at(-1)!.command).not.toBe("undo_delete");
    expect(desk.deleted?.ids).toEqual(["b"]);
    shut = false;
    await desk.undo(desk.deleted!);
    expect(toasts.all.at(-1)!.words).toBe("1 credential restored.");
  });
});

describe("a search", () => {
  it("is answered before the rows take the keys", async () => {
    vi.useFakeTimers();
    const calls = answer(list);
    desk.type("aws");
    await desk.flush();
    expect(calls.find((call) => call.command === "list_credentials")?.args["query"]).toMatchObject({ search: "aws" });
    expect(desk.rows.stale).toBe(false);
    calls.length = 0;
    await vi.advanceTimersByTimeAsync(500);
    expect(calls).toEqual([]);
  });

  it("does not land on the tab that is opened next", async () => {
    vi.useFakeTimers();
    const calls = answer(list);
    desk.type("aws");
    await desk.open("backup");
    await vi.advanceTimersByTimeAsync(500);
    expect([desk.search, desk.typed]).toEqual(["", ""]);
    expect(calls.filter((call) => call.command === "list_credentials")).toHaveLength(1);
  });
});

it("keeps the latest count, whichever answer comes last", async () => {
  let release = () => {};
  const view = (total: number) => [{ tab: "cloud", open: true, total, reason: null, kinds: [] }];
  let first = true;
  answer({ ...list, tabs: () => {
    if (!first) return view(2);
    first = false;
    return new Promise((done) => (release = () => done(view(1))));
  } });
  const slow = desk.count();
  await desk.count();
  release();
  await slow;
  expect(desk.tabs[0]?.total).toBe(2);
});

describe("another face", () => {
  const elsewhere = { id: "w2", name: "Other", role: "partner" as const, current: true, connected: false, organizations: [] };

  it("makes many changes, which are followed by one reading and one more", async () => {
    const calls = answer({ ...list, start: () => ({ current: desk.workspace, workspaces: [], settings: desk.settings, version: "", readOnly: false }) });
    await Promise.all([desk.changed(), desk.changed(), desk.changed(), desk.changed()]);
    expect(calls.filter((call) => call.command === "start").length).toBeLessThanOrEqual(2);
  });

  it("goes to another workspace, and the desk follows when the form is closed", async () => {
    answer({ ...list, start: () => ({ current: elsewhere, workspaces: [elsewhere], settings: desk.settings, version: "", readOnly: false }) });
    desk.dialog = { what: "form", kind: kind([]), base: null };
    await desk.changed();
    expect([desk.workspace?.id, desk.elsewhere?.name]).toEqual(["w1", "Other"]);
    desk.dialog = null;
    expect([desk.workspace?.id, desk.elsewhere]).toEqual(["w2", null]);
  });

  it("does not take with it what is saved in the form", async () => {
    const calls = answer({ ...list, ...gone, use_workspace: () => desk.workspace });
    desk.dialog = { what: "delete", rows: [] };
    desk.elsewhere = elsewhere;
    await desk.delete([credential()]);
    expect(calls.slice(0, 2).map((call) => call.command)).toEqual(["use_workspace", "delete_credentials"]);
    expect(desk.workspace?.id).toBe("w1");
  });

  it("is followed at once when a form is closed while its workspace is claimed, into the one that is in use then", async () => {
    const here = desk.workspace!;
    let release = () => {};
    answer({
      ...list, use_workspace: () => new Promise((done) => (release = () => done(here))),
      start: () => ({ current: here, workspaces: [here, elsewhere], settings: desk.settings, version: "", readOnly: false }),
    });
    desk.dialog = { what: "form", kind: kind([]), base: null };
    desk.elsewhere = elsewhere;
    const claimed = desk.claim();
    desk.dialog = null;
    expect(desk.workspace?.id).toBe("w2");
    await Promise.resolve();
    release();
    await claimed;
    expect([desk.workspace?.id, desk.elsewhere]).toEqual(["w1", null]);
  });

  it("deletes what is ticked, and what is done to all goes on without it", async () => {
    const calls = answer({
      ...list, set_locked: ({ id }) => credential({ id, locked: true }),
      show_credential: ({ id }) => { if (id === "gone") throw refusal("not_found", "It is gone."); return credential({ id, locked: id === "b" }); },
    });
    desk.ticked = new Map(["a", "b", "gone"].map((id) => [id, credential({ id })]));
    await desk.lockTicked(true);
    expect([...desk.ticked.keys()]).toEqual(["a", "b"]);
    expect(calls.filter((call) => call.command === "set_locked").map((call) => call.args["id"])).toEqual(["a"]);
  });
});

it("offers nothing to add to a Member", () => {
  desk.workspace = { ...desk.workspace!, role: "member" };
  desk.add();
  expect(desk.dialog).toBeNull();
});
