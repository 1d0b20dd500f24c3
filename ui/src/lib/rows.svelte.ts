/// A window over a list that is never held whole: pages come from Rust as they scroll into view, and those far from the
/// view are let go.
import { asError, ipc } from "../ipc/client";
import type { AppError, CredentialView, ListQuery, Page } from "../ipc/client";
import { found } from "./found";

export const PAGE = 100;
/// Twelve pages are some 40 screens of rows: enough to scroll back without waiting, little to hold.
const KEPT = 12;

export type Question = Omit<ListQuery, "limit" | "offset">;

export class Rows {
  /// How many rows there are; null until the first answer.
  total = $state.raw<number | null>(null);
  failure = $state.raw<AppError | null>(null);
  /// True while the rows shown still answer an earlier question.
  stale = $state.raw(false);
  private pages = $state.raw<ReadonlyMap<number, CredentialView[]>>(new Map());

  private question: Question | null = null;
  /// Answers to anything but the latest turn are dropped.
  private turn = 0;
  private asked = new Set<number>();
  private view: [number, number] = [0, 0];

  at(index: number): CredentialView | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /// Where a credential is among the rows held, or -1.
  indexOf(id: string): number {
    for (const [page, items] of this.pages) {
      const at = items.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /// A credential among the rows held.
  find(id: string): CredentialView | undefined {
    const at = this.indexOf(id);
    return at < 0 ? undefined : this.at(at);
  }

  /// Forgets everything, as when another workspace is entered: its rows are nobody else's.
  clear(): void {
    this.turn += 1;
    this.question = null;
    this.pages = new Map();
    this.total = null;
    this.failure = null;
    this.stale = false;
  }

  /// Asks a new question. The rows of the last one stay until its first answer, so that nothing flickers.
  async ask(question: Question): Promise<void> {
    this.question = question;
    this.stale = true;
    await this.reload([0]);
  }

  /// Reads what is in view again, as after a change by another face.
  async refresh(): Promise<void> {
    const [first, last] = this.view;
    const pages = [];
    // An empty list has no row in view, and yet there may be one by now: its first page is always asked for.
    const end = Math.max(first, last);
    for (let page = Math.floor(first / PAGE); page <= Math.floor(end / PAGE); page++) pages.push(page);
    await this.reload(pages);
  }

  /// Says which rows are in view, and fetches those that are missing.
  show(first: number, last: number): void {
    this.view = [first, last];
    if (this.stale || this.total === null) return;
    const end = Math.min(last, this.total - 1);
    for (let page = Math.floor(first / PAGE); page * PAGE <= end; page++)
      if (!this.pages.has(page) && !this.asked.has(page)) void this.fetch(page);
  }

  /// Finds a credential that may be outside of what is held, looking no further than `reach` rows.
  async locate(id: string, reach = 2000): Promise<number> {
    const held = this.indexOf(id);
    if (held >= 0) return held;
    const turn = this.turn;
    for (let page = 0; page * PAGE < Math.min(this.total ?? 0, reach); page++) {
      if (!this.pages.has(page)) await this.fetch(page);
      if (turn !== this.turn) return -1;
      const at = this.pages.get(page)?.findIndex((row) => row.id === id) ?? -1;
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /// The first rows of the answer, for selecting all of them.
  async first(count: number): Promise<CredentialView[]> {
    if (!this.question) return [];
    return (await ipc.listCredentials({ ...this.question, limit: count, offset: 0 })).items.map((row) => found.over(row));
  }

  /// Puts a newer view of one credential in its place without asking for the page.
  replace(row: CredentialView): void {
    const at = this.indexOf(row.id);
    if (at < 0) return;
    const page = Math.floor(at / PAGE);
    const items = [...(this.pages.get(page) ?? [])];
    items[at % PAGE] = row;
    this.pages = new Map(this.pages).set(page, items);
  }

  private async reload(pages: number[]): Promise<void> {
    const turn = ++this.turn;
    this.asked.clear();
    try {
      const answers = await Promise.all(pages.map((page) => this.read(page)));
      if (turn !== this.turn) return;
      this.failure = null;
      this.total = answers[0]?.total ?? 0;
      this.pages = new Map(pages.map((page, at) => [page, answers[at]?.items ?? []]));
      this.stale = false;
      this.show(...this.view);
    } catch (thrown) {
      if (turn !== this.turn) return;
      this.failure = asError(thrown);
      this.stale = false;
    }
  }

  private async fetch(page: number): Promise<void> {
    const turn = this.turn;
    this.asked.add(page);
    try {
      const answer = await this.read(page);
      if (turn !== this.turn) return;
      this.total = answer.total;
      this.keep(page, answer.items);
    } catch (thrown) {
      if (turn === this.turn) this.failure = asError(thrown);
    } finally {
      if (turn === this.turn) this.asked.delete(page);
    }
  }

  private async read(page: number): Promise<Page> {
    const answer = await ipc.listCredentials({ ...this.question!, limit: PAGE, offset: page * PAGE });
    return { ...answer, items: answer.items.map((row) => found.over(row)) };
  }

  private keep(page: number, items: CredentialView[]): void {
    const pages = new Map(this.pages).set(page, items);
    const centre = (this.view[0] + this.view[1]) / 2 / PAGE;
    while (pages.size > KEPT) {
      const farthest = [...pages.keys()].reduce((a, b) => (Math.abs(a - centre) > Math.abs(b - centre) ? a : b));
      pages.delete(farthest);
    }
    this.pages = pages;
  }
}
