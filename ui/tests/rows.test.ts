import { expect, it } from "vitest";
import type { ListQuery } from "../src/ipc/client";
import { PAGE, Rows } from "../src/lib/rows.svelte";
import { answer, credential, refusal } from "./fixtures";

const question = { tab: "cloud" as const, kind: null, organization: null, search: null, state: null, sort: null, descending: false };
const settled = () => new Promise((done) => setTimeout(done, 5));

function serve(total: number, more: (query: ListQuery) => unknown = () => undefined) {
  return answer({
    list_credentials: async ({ query }: { query: ListQuery }) =>
      (await more(query)) ?? {
        total,
        items: Array.from({ length: Math.max(0, Math.min(query.limit, total - query.offset)) }, (_, at) =>
          credential({ id: `c${query.offset + at}`, name: `row-${query.search ?? ""}${query.offset + at}` })),
      },
  });
}

const offsets = (calls: ReturnType<typeof answer>) => calls.map((call) => (call.args["query"] as ListQuery).offset);

it("asks for pages as they come into view, and for none twice", async () => {
  const calls = serve(10_000);
  const rows = new Rows();
  await rows.ask(question);
  rows.show(0, 40);
  rows.show(480, 520);
  rows.show(481, 521);
  await settled();
  rows.show(482, 522);
  await settled();
  expect(offsets(calls)).toEqual([0, 400, 500]);
  expect(rows.at(0)?.id).toBe("c0");
  expect(rows.at(515)?.id).toBe("c515");
  expect(rows.at(700)).toBeUndefined();
  expect(calls.every((call) => (call.args["query"] as ListQuery).limit === PAGE)).toBe(true);
});

it("lets go of pages far from the view", async () => {
  serve(100_000);
  const rows = new Rows();
  await rows.ask(question);
  for (let page = 0; page < 40; page++) {
    rows.show(page * PAGE, page * PAGE + 30);
    await settled();
  }
  expect(rows.at(39 * PAGE)?.id).toBe("c3900");
  expect(rows.at(0)).toBeUndefined();
});

it("keeps the old rows until the new answer, and drops an answer that comes too late", async () => {
  let release = () => {};
  serve(3, (query) => (query.search === "slow" ? new Promise<undefined>((done) => (release = () => done(undefined))) : undefined));
  const rows = new Rows();
  await rows.ask(question);
  const slow = rows.ask({ ...question, search: "slow" });
  expect(rows.stale).toBe(true);
  expect(rows.at(0)?.name).toBe("row-0");
  await rows.ask({ ...question, search: "quick" });
  release();
  await slow;
  expect(rows.at(0)?.name).toBe("row-quick0");
  expect(rows.stale).toBe(false);
});

it("reads again only what is in view when the store changed", async () => {
  const calls = serve(10_000);
  const rows = new Rows();
  await rows.ask(question);
  rows.show(250, 310);
  await settled();
  calls.length = 0;
  await rows.refresh();
  expect(offsets(calls)).toEqual([200, 300]);
  expect(rows.at(305)?.id).toBe("c305");
});

it("finds the first row of a list that was empty, though none was in view", async () => {
  serve(1);
  const rows = new Rows();
  rows.show(0, -1);
  // The store changes while the question is on its way.
  const asked = rows.ask(question);
  await rows.refresh();
  await asked;
  expect(rows.total).toBe(1);
  expect(rows.at(0)?.id).toBe("c0");
});

it("says a failure in Rust's words and recovers", async () => {
  let broken = true;
  serve(2, () => {
    if (broken) throw refusal("store", "The data file cannot be read.");
  });
  const rows = new Rows();
  await rows.ask(question);
  expect(rows.failure?.message).toBe("The data file cannot be read.");
  broken = false;
  await rows.ask(question);
  expect(rows.failure).toBeNull();
  expect(rows.total).toBe(2);
});

it("finds a row outside of what is held, within reach", async () => {
  serve(900);
  const rows = new Rows();
  await rows.ask(question);
  expect(await rows.locate("c450")).toBe(450);
  expect(await rows.locate("gone")).toBe(-1);
});
