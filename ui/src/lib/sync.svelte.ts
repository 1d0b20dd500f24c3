/// How the workspace stands with its account, as Rust says it: the rail, the notices and the dialogs read it from here. Rust
/// syncs by itself; this listens, and asks only what a person wants to know or do.
import { asError, ipc, kindOf } from "../ipc/client";
import type { CredentialView, KindId, MissingView, Resolution, SyncEvent, SyncOptions, SyncProgress, SyncReport, SyncStatus, WhoView } from "../ipc/client";
import { clock } from "./clock.svelte";
import { desk } from "./desk.svelte";
import { m } from "./messages";
import { ago, shown } from "./shown";
import { toasts } from "./toasts.svelte";

export type Mark = "good" | "warn" | "bad" | "info" | "mute";
export type SyncLine = { words: string; mark: Mark; does: "panel" | "conflicts" | "signIn"; more: string };

class Sync {
  status = $state.raw<SyncStatus | null>(null);
  running = $state(false);
  progress = $state.raw<SyncProgress | null>(null);
  /// What the last sync that somebody asked for here has done.
  report = $state.raw<SyncReport | null>(null);
  /// What somebody said “Not now” to, until it is another number.
  private waved = $state.raw("");
  private turn = 0;

  readonly account = $derived(desk.workspace?.connected ? (this.status?.account ?? null) : null);
  readonly connected = $derived(desk.workspace?.connected === true);
  /// Whether the account can be asked anything.
  readonly signedIn = $derived(this.account?.signedIn === true);
  readonly conflicts = $derived(this.connected ? (this.status?.conflicts ?? 0) : 0);
  readonly pending = $derived(this.connected ? (this.status?.pending ?? 0) : 0);
  readonly parked = $derived(this.connected ? (this.status?.parked ?? 0) : 0);
  readonly missing = $derived.by((): MissingView[] => {
    const missing = this.connected ? (this.status?.missing ?? []) : [];
    return JSON.stringify(missing) === this.waved ? [] : missing;
  });

  /// The one line of the rail; null in a local workspace, and until it is known.
  readonly line = $derived.by((): SyncLine | null => {
    const { status, account } = this;
    if (!this.connected || !status) return null;
    const panel = (words: string, mark: Mark, more = ""): SyncLine => ({ words, mark, does: "panel", more });
    if (this.running) {
      const at = this.progress;
      const counted = at && at.stage !== "who" && (at.done > 0 || at.total !== null);
      return panel(counted ? m.syncingSome(at.done, at.total) : m.syncing, "info", at ? m.stage[at.stage] : "");
    }
    if (account && !account.signedIn) return { words: m.signedOut, mark: "warn", does: "signIn", more: account.ended ?? "" };
    const failure = status.failure;
    if (failure) return failure.offline ? panel(m.offline, "mute", failure.message) : panel(m.syncFailed, "bad", failure.message);
    if (status.conflicts) return { words: m.inConflict(status.conflicts), mark: "bad", does: "conflicts", more: "" };
    if (status.parked) return panel(m.needYou(status.parked), "warn");
    if (status.pending) return panel(m.toPush(status.pending), "warn");
    return status.syncedAt ? panel(m.synced(ago(status.syncedAt, clock.now)), "good") : panel(m.notSynced, "mute");
  });

  /// Forgets the last workspace's account.
  leave(): void {
    this.turn += 1;
    this.status = null;
    this.running = false;
    this.progress = null;
    this.report = null;
    this.waved = "";
  }

  /// Asks how the workspace stands, as after a change here. A local workspace stands nowhere.
  async ask(): Promise<void> {
    const turn = ++this.turn;
    if (!desk.workspace?.connected) {
      this.status = null;
      return;
    }
    try {
      const status = await ipc.syncStatus();
      if (turn === this.turn) this.take(status);
    } catch {
      // The next event says it; a line that is a moment old is no reason to interrupt.
    }
  }

  private take(status: SyncStatus): void {
    this.status = status;
    clock.look();
  }

  heard(event: SyncEvent): void {
    const ended = this.running && !event.running;
    this.running = event.running;
    this.progress = event.running ? (event.progress ?? this.progress) : null;
    // While another face is elsewhere, Rust tells of the workspace there.
    if (event.status && !desk.elsewhere) {
      this.turn += 1;
      this.take(event.status);
    } else if (ended) void this.ask();
    // What was pulled is in the list by now.
    if (ended) void desk.changed();
  }

  knows(kind: KindId): boolean {
    return !this.connected || !this.status?.unsupported.includes(kind);
  }

  /// What Rust does next belongs to the workspace that is seen here.
  private claim(): Promise<void> {
    return desk.claim();
  }

  /// A person asked for a sync, so it is said in one sentence what it has done.
  async run(options: SyncOptions = {}): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.progress = null;
    try {
      await this.claim();
      const report = await ipc.syncNow({ everything: true, ...options });
      this.report = report;
      this.tell(report);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === "signed_out") toasts.say(error.message, { tone: "bad", action: { label: m.signInAgain, run: () => (desk.dialog = { what: "signIn" }) } });
      else if (error.code !== "cancelled") toasts.say(error.message, { tone: error.code === "offline" ? "plain" : "bad" });
    } finally {
      this.running = false;
      this.progress = null;
      await Promise.all([this.ask(), desk.changed()]);
    }
  }

  private tell(report: SyncReport): void {
    const parts = [
      report.added && m.didNew(report.added), report.changed && m.didChange(report.changed), report.gone && m.didRemove(report.gone),
      report.created + report.updated + report.deleted && m.didPush(report.created + report.updated + report.deleted),
      report.parked && m.didPark(report.parked),
    ].filter((part) => part !== 0);
    const words = parts.length ? m.did(parts as string[]) : m.didNothing;
    if (report.conflicts)
      toasts.say(parts.length ? `${words} ${m.didConflict(report.conflicts)}` : m.didConflict(report.conflicts), {
        action: { label: m.settleThem, run: () => (desk.dialog = { what: "conflicts", id: null }) },
      });
    else if (report.parked)
      toasts.say(words, { action: { label: m.show, run: () => (desk.dialog = { what: "pending" }) } });
    else toasts.say(words);
  }

  async cancel(): Promise<void> {
    try {
      await ipc.cancelSync();
    } catch (thrown) {
      desk.complain(thrown);
    }
  }

  waveAway(): void {
    this.waved = JSON.stringify(this.status?.missing ?? []);
  }

  /// Somebody has signed in: the workspace may be another one now, and has other organizations in any case.
  async arrive(who: WhoView): Promise<void> {
    const { current, workspaces } = await ipc.start();
    desk.workspaces = workspaces;
    const there = workspaces.find((one) => one.id === who.workspace) ?? current;
    if (there && there.id !== desk.workspace?.id) await desk.enter(there);
    else if (there) desk.keepWorkspace(there);
    await this.ask();
  }

  async signOut(keep: boolean): Promise<void> {
    await this.claim();
    const host = this.account?.host ?? "";
    const workspace = await ipc.signOut(keep);
    desk.dialog = null;
    this.leave();
    desk.selected = null;
    desk.ticked = new Map();
    desk.keepWorkspace(workspace);
    toasts.say(m.signedOutOf(shown(host)));
    await this.ask();
  }

  /// Settles a conflict, or throws what Rust says about it, for the dialog.
  async settle(id: string, resolution: Resolution): Promise<void> {
    await this.claim();
    const row = await ipc.resolveConflict(id, resolution);
    this.put(row);
    toasts.say(m.settled(nameOf(row)));
  }

  async retry(id: string): Promise<void> {
    await this.attempt(() => ipc.retryPush(id), m.triedAgain);
  }

  async agree(id: string): Promise<void> {
    await this.attempt(() => ipc.agreeToReplace(id), m.replaceAgreed);
  }

  /// Throws what Rust refuses, for the dialog that asked.
  async discard(id: string): Promise<void> {
    await this.claim();
    const row = await ipc.discardChanges(id);
    desk.dialog = null;
    this.put(row);
    toasts.say(m.discarded(nameOf(row)));
  }

  private async attempt(run: () => Promise<CredentialView>, say: (name: string) => string): Promise<void> {
    try {
      await this.claim();
      const row = await run();
      this.put(row);
      toasts.say(say(nameOf(row)));
    } catch (thrown) {
      desk.complain(thrown);
    }
  }

  private put(row: CredentialView): void {
    desk.put(row);
    void this.ask();
    void desk.refresh();
  }
}

function nameOf(row: CredentialView): string {
  return row.name ? shown(row.name) : m.unnamed;
}

/// How people call a kind: short where its whole name is long.
export function kindName(kind: KindId): string {
  return m.short[kind] ?? kindOf(kind).label;
}

export const sync = new Sync();
