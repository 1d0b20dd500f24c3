/// Checks of credentials that are stored: one, a selection, or all that the table shows. Rust asks the providers and tells of
/// each answer, which is put into its row; the page is read again once, at the end.
import { asError, ipc, kindOf, verdictOf } from "../ipc/client";
import type { CheckProgress, CheckedView, CheckReport, CredentialView, Tab } from "../ipc/client";
import { desk } from "./desk.svelte";
import { found } from "./found";
import { m } from "./messages";
import type { Question } from "./rows.svelte";
import { shown } from "./shown";
import { toasts } from "./toasts.svelte";

/// What Rust is told beside the question; it reads all of the list whatever stands here.
const WHOLE = { limit: 1000, offset: 0 };

/// How often the page is read again while a check of several is under way: each of its answers is a change of the store.
const FOLLOW = 10_000;

type Run = { done: number; total: number; works: number };

class Checks {
  /// How far the check of several is; null when none is under way.
  run = $state.raw<Run | null>(null);
  stopping = $state(false);
  /// Those that are named and not answered yet, whose rows say so.
  asking = $state.raw<ReadonlySet<string>>(new Set());
  private followed = 0;

  one(row: CredentialView): Promise<void> {
    return this.start([row.id], null);
  }

  /// Checks the ticked rows that are still there.
  async ticked(): Promise<void> {
    await desk.rereadTicked();
    if (desk.ticked.size) await this.start([...desk.ticked.keys()], null);
  }

  /// Checks what the table shows now, once it shows what is typed into the search.
  async all(): Promise<void> {
    await desk.flush();
    await this.start([], desk.question);
  }

  private async start(ids: string[], question: Question | null): Promise<void> {
    if (this.run) {
      toasts.say(m.checkUnderWay);
      return;
    }
    this.run = { done: 0, total: ids.length, works: 0 };
    this.followed = Date.now();
    this.stopping = false;
    this.asking = new Set(ids);
    const place = desk.workspace?.id;
    try {
      await desk.claim();
      const report = await ipc.checkCredentials(ids, question && { ...question, ...WHOLE });
      // All of it is in the store now, so that the rows need no reminding.
      if (!report.unkept) found.forget(report.items.map((item) => item.id));
      this.tell(report, place);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === "keychain") void desk.askKeychain();
      if (error.code !== "cancelled") desk.complain(thrown);
    } finally {
      this.run = null;
      this.stopping = false;
      this.settle(ids);
      // What was told of meanwhile and not followed is followed now.
      await desk.changed();
    }
  }

  /// The store changed, perhaps by an answer that its row has already.
  async changed(): Promise<void> {
    if (this.run && Date.now() - this.followed < FOLLOW) return;
    this.followed = Date.now();
    await desk.changed();
  }

  private settle(ids: readonly string[]): void {
    if (!ids.some((id) => this.asking.has(id))) return;
    const left = new Set(this.asking);
    for (const id of ids) left.delete(id);
    this.asking = left;
  }

  heard({ done, total, works, last }: CheckProgress): void {
    if (this.run) this.run = { done, total, works };
    if (!last) return;
    this.settle([last.id]);
    this.found(last);
  }

  /// Puts what was found into the row, wherever it is seen.
  found(checked: CheckedView): void {
    const { id } = checked;
    found.take(checked);
    const row = desk.rows.find(id) ?? desk.ticked.get(id) ?? (desk.selected?.id === id ? desk.selected : null);
    if (row) desk.put(row);
  }

  async stop(): Promise<void> {
    if (this.run) this.stopping = true;
    try {
      await ipc.stopChecking();
    } catch (thrown) {
      this.stopping = false;
      desk.complain(thrown);
    }
  }

  /// Goes to the table of what was checked, what does not work first.
  private async show(tab: Tab): Promise<void> {
    await desk.open(tab);
    await desk.sortBy("check", false);
  }

  private tell({ total, works, drafts, cancelled, items }: CheckReport, place: string | undefined): void {
    if (cancelled) {
      toasts.say(m.checkCancelled(items.length, total, works));
      return;
    }
    const ranks = items.map((item) => verdictOf(item.verdict).rank);
    const of = (rank: number) => ranks.filter((one) => one === rank).length;
    if (!total) toasts.say(m.nothingToCheck);
    else if (total === 1 && items[0]) {
      const { name, verdict, message } = items[0];
      const words = m.checkedOne(name ? shown(name) : m.unnamed, verdictOf(verdict).label);
      toasts.say(words, ranks[0] === 4 ? {} : { tone: ranks[0] === 1 ? "bad" : "plain", warnings: [shown(message)] });
    } else {
      const action = works < total && items[0] && place === desk.workspace?.id ? { label: m.showThem, run: () => void this.show(kindOf(items[0]!.kind).tab) } : null;
      toasts.say(m.checkedSome(works, of(1), of(2), of(3), drafts), { action, tone: of(1) ? "bad" : "plain" });
    }
  }
}

export const checks = new Checks();
