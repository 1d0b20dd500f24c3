/// What is done at the desk. Screens read it and call its verbs; what is allowed is decided in Rust.
import { asError, ipc, kindOf, kindsOf } from "../ipc/client";
import type { Action, CredentialView, KindId, KindView, Saved } from "../ipc/client";
import { found } from "./found";
import { m } from "./messages";
import { shown } from "./shown";
import { toasts } from "./toasts.svelte";
import { View } from "./view.svelte";

export type { Dialog } from "./view.svelte";

/// One deletion that can be taken back, and the workspace that it happened in.
export type Deletion = { ids: string[]; what: string; workspace: string };

class Desk extends View {
  /// What can be taken back, the latest last.
  private deletions = $state.raw<Deletion[]>([]);
  /// The latest deletion of this workspace, which the palette offers to take back.
  readonly deleted = $derived(this.deletions.findLast((one) => one.workspace === this.workspace?.id) ?? null);

  may(row: { kind: KindId }, action: Action): boolean {
    return kindOf(row.kind).rights[this.role].includes(action);
  }

  mayAdd(kind: KindView): boolean {
    return !this.roleLost && kind.rights[this.role].includes("add");
  }

  add(): void {
    // The key works where there is no button too.
    if (this.role === "member" || this.roleLost || this.view?.open === false) return;
    const kinds = kindsOf(this.tab);
    if (kinds.length > 1) this.dialog = { what: "gallery" };
    else if (kinds[0] && this.mayAdd(kinds[0])) this.dialog = { what: "form", kind: kinds[0], base: null };
  }

  edit(row: CredentialView): void {
    this.dialog = { what: "form", kind: kindOf(row.kind), base: row };
  }

  /// A form is done: the row is shown wherever it now is, whatever the filters hide.
  async finish(saved: Saved, added: boolean): Promise<void> {
    const { credential, warnings } = saved;
    const moved = this.elsewhere !== null;
    this.dialog = null;
    this.wrote += 1;
    // A save that went through may have unlocked it.
    if (this.keychain && this.keychain.state !== "ready") void this.askKeychain();
    const draft = credential.state === "draft";
    const name = credential.name ? shown(credential.name) : m.unnamed;
    const say = added ? (draft ? m.addedDraft : m.added) : draft ? m.savedDraft : m.saved;
    toasts.say(say(name), { warnings: warnings.map((one) => one.message) });
    // Another face may have gone elsewhere again in the meantime, where this row is not.
    if (!moved) await this.reach(credential);
  }

  /// Goes to a credential: its tab, its row, its drawer.
  async reach(row: CredentialView): Promise<void> {
    if (row.tab !== this.tab) {
      this.tab = row.tab;
      this.kind = null;
      this.sort = null;
      this.descending = false;
      this.keep({ tab: row.tab });
    }
    this.searchFor("");
    if (this.kind && this.kind !== row.kind) this.kind = null;
    if (this.organization && this.organization !== row.organizationId) this.organization = null;
    this.ticked = new Map();
    this.selected = found.over(row);
    await Promise.all([this.count(), this.ask()]);
    this.wanted = row.id;
  }

  async lock(rows: CredentialView[], locked: boolean): Promise<void> {
    await this.each(rows, (row) => ipc.setLocked(row.id, locked), (count) =>
      count === 1 && rows.length === 1
        ? (locked ? m.nowLocked : m.nowUnlocked)(shown(rows[0]!.name))
        : (locked ? m.lockedMany : m.unlockedMany)(count),
    );
  }

  /// Locks or unlocks those of the ticked rows that are not so yet, as they are now rather than when they were ticked.
  async lockTicked(locked: boolean): Promise<void> {
    await this.rereadTicked();
    const rows = [...this.ticked.values()].filter((row) => row.locked !== locked);
    if (rows.length) await this.lock(rows, locked);
  }

  /// Asks about deleting the ticked rows that are still there.
  async askDelete(): Promise<void> {
    await this.rereadTicked();
    if (this.ticked.size && !this.dialog) this.dialog = { what: "delete", rows: [...this.ticked.values()] };
  }

  async makeDefault(row: CredentialView): Promise<void> {
    await this.each([row], () => ipc.setDefault(row.id), () => m.nowDefault(shown(row.name)));
    // Another row may have ceased to be the default.
    await this.rows.refresh();
  }

  /// Does one thing to many rows and says once how it went.
  private async each(
    rows: CredentialView[], run: (row: CredentialView) => Promise<CredentialView>, say: (count: number) => string,
  ): Promise<void> {
    let done = 0;
    const refused: string[] = [];
    for (const row of rows) {
      try {
        const now = await run(row);
        done += 1;
        this.put(now);
      } catch (thrown) {
        refused.push(asError(thrown).message);
      }
    }
    this.wrote += 1;
    if (done) toasts.say(say(done));
    if (refused.length)
      toasts.say(rows.length === 1 ? refused[0]! : m.someRefused(refused.length, refused[0]!), { tone: "bad" });
  }

  /// Deletes and offers undo. Throws what Rust refuses, for the dialog that asked.
  async delete(rows: CredentialView[]): Promise<void> {
    await this.claim();
    // One that is gone already would keep all the others.
    const there = rows.length > 1 ? await this.existing(rows) : rows;
    const gone = there.length ? await ipc.deleteCredentials(there.map((row) => row.id)) : [];
    const what = rows.length === 1 ? shown(rows[0]!.name) || m.unnamed : m.credentials(gone.length);
    if (this.selected && gone.includes(this.selected.id)) this.selected = null;
    this.ticked = new Map();
    this.dialog = null;
    this.wrote += 1;
    if (gone.length) {
      const deletion = { ids: gone, what, workspace: this.workspace?.id ?? "" };
      this.deletions = [...this.deletions, deletion];
      toasts.say(m.deleted(what), { action: this.undoing(deletion) });
    }
    await this.refresh();
  }

  private undoing(deletion: Deletion) {
    return { label: m.undo, run: () => void this.undo(deletion) };
  }

  /// Takes one deletion back. Its own toast offers it for a moment, the palette for as long as the window is open; Rust says when
  /// it is too late. What could not be restored is kept for another try.
  async undo(deletion: Deletion): Promise<void> {
    if (!this.deletions.includes(deletion)) return;
    this.deletions = this.deletions.filter((one) => one !== deletion);
    const answers = await Promise.allSettled(deletion.ids.map((id) => ipc.undoDelete(id)));
    this.wrote += 1;
    const back = answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const left = deletion.ids.filter((_, at) => answers[at]!.status === "rejected");
    const refused = answers.find((one) => one.status === "rejected");
    if (refused) {
      const kept = { ...deletion, ids: left, what: back.length ? m.credentials(left.length) : deletion.what };
      this.deletions = [...this.deletions, kept];
      const why = asError(refused.reason).message;
      toasts.say(deletion.ids.length > 1 ? m.undonePartly(back.length, left.length, why) : why, {
        tone: "bad", action: this.undoing(kept),
      });
    } else toasts.say(m.undone(deletion.what));
    if (back.length === 1 && !refused && deletion.workspace === this.workspace?.id) await this.reach(back[0]!);
    else await this.refresh();
  }
}

export const desk = new Desk();
