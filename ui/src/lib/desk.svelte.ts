/// What the window is looking at: the workspace, the tab, the filters, the rows, the credential in the drawer, and the one
/// dialog that is open. Screens read it and call its verbs; what is allowed is decided in Rust.
import { asError, ipc, kindOf, kindsOf } from "../ipc/client";
import type {
  Action, AppError, CredentialView, KeychainView, KindId, KindView, Saved, Settings, Tab, TabView, WorkspaceView,
} from "../ipc/client";
import { m } from "./messages";
import { Rows } from "./rows.svelte";
import { shown } from "./shown";
import { toasts } from "./toasts.svelte";

export type Dialog =
  | { what: "gallery" }
  | { what: "form"; kind: KindView; base: CredentialView | null }
  | { what: "delete"; rows: CredentialView[] }
  | { what: "palette" }
  | { what: "settings" }
  | { what: "organizations" }
  | { what: "newWorkspace" }
  | { what: "renameWorkspace" };

class Desk {
  phase = $state<"starting" | "failed" | "first" | "open">("starting");
  failure = $state.raw<AppError | null>(null);
  workspaces = $state.raw<WorkspaceView[]>([]);
  workspace = $state.raw<WorkspaceView | null>(null);
  settings = $state.raw<Settings>({ tab: "cloud", theme: "system", columns: {} });
  version = $state.raw("");
  keychain = $state.raw<KeychainView | null>(null);
  keychainAsked = $state(false);

  tab = $state<Tab>("cloud");
  tabs = $state.raw<TabView[]>([]);
  kind = $state<KindId | null>(null);
  organization = $state<string | null>(null);
  search = $state("");
  sort = $state<string | null>(null);
  descending = $state(false);

  readonly rows = new Rows();
  selected = $state.raw<CredentialView | null>(null);
  ticked = $state.raw<ReadonlyMap<string, CredentialView>>(new Map());
  dialog = $state.raw<Dialog | null>(null);
  deleted = $state.raw<{ ids: string[]; what: string } | null>(null);
  /// Set to a credential's id when the table should bring it into view.
  wanted = $state.raw<string | null>(null);

  readonly role = $derived(this.workspace?.role ?? "member");
  readonly view = $derived(this.tabs.find((one) => one.tab === this.tab) ?? null);
  /// The kind whose columns the table shows: the one chosen, or the only one of the tab.
  readonly shownKind = $derived.by(() => {
    if (this.kind) return kindOf(this.kind);
    const kinds = kindsOf(this.tab);
    return kinds.length === 1 ? kinds[0]! : null;
  });
  /// Who may filter by organization may do so for every kind that they see.
  readonly mayFilter = $derived(kindsOf(this.tab).some((kind) => kind.rights[this.role].includes("filter")));
  readonly filtered = $derived(this.search !== "" || this.kind !== null || this.organization !== null);

  async start(): Promise<void> {
    this.phase = "starting";
    try {
      const start = await ipc.start();
      this.settings = start.settings;
      this.version = start.version;
      this.tab = start.settings.tab;
      this.workspaces = start.workspaces;
      this.dress();
      if (start.current) await this.enter(start.current);
      else this.phase = "first";
    } catch (thrown) {
      this.failure = asError(thrown);
      this.phase = "failed";
    }
    void this.askKeychain();
  }

  /// The keychain may ask for a password for a minute, so nothing waits for its answer.
  async askKeychain(unlock = false): Promise<void> {
    if (this.keychainAsked) return;
    this.keychainAsked = true;
    try {
      this.keychain = await (unlock ? ipc.unlockKeychain() : ipc.keychain());
    } catch (thrown) {
      this.keychain = { state: unlock ? "locked" : "unreadable", message: asError(thrown).message };
    } finally {
      this.keychainAsked = false;
    }
  }

  async enter(workspace: WorkspaceView): Promise<void> {
    this.workspace = workspace;
    this.workspaces = this.workspaces.some((one) => one.id === workspace.id)
      ? this.workspaces.map((one) => (one.id === workspace.id ? workspace : { ...one, current: false }))
      : [...this.workspaces.map((one) => ({ ...one, current: false })), workspace];
    this.organization = null;
    this.kind = null;
    this.search = "";
    this.sort = null;
    this.descending = false;
    this.selected = null;
    this.ticked = new Map();
    this.deleted = null;
    this.tabs = [];
    this.rows.clear();
    this.phase = "open";
    await Promise.all([this.count(), this.ask()]);
  }

  /// The same workspace with another name or other organizations.
  keepWorkspace(workspace: WorkspaceView): void {
    this.workspaces = this.workspaces.map((one) => (one.id === workspace.id ? workspace : one));
    if (workspace.id === this.workspace?.id) this.workspace = workspace;
    void this.refresh();
  }

  async count(): Promise<void> {
    try {
      this.tabs = await ipc.tabs(this.organization);
    } catch (thrown) {
      this.complain(thrown);
    }
  }

  private async ask(): Promise<void> {
    if (this.role === "member" || this.view?.open === false) return;
    await this.rows.ask({
      tab: this.tab, kind: this.kind, organization: this.organization, search: this.search.trim() || null, state: null,
      sort: this.sort, descending: this.descending,
    });
  }

  again(): Promise<void> {
    return this.ask();
  }

  async open(tab: Tab): Promise<void> {
    if (tab === this.tab) return;
    this.tab = tab;
    this.kind = null;
    this.search = "";
    this.sort = null;
    this.descending = false;
    this.selected = null;
    this.ticked = new Map();
    this.keep({ tab });
    await this.ask();
  }

  async narrow(change: { kind?: KindId | null; organization?: string | null; search?: string }): Promise<void> {
    if (change.kind !== undefined && change.kind !== this.kind) {
      this.kind = change.kind;
      this.sort = null;
      this.descending = false;
    }
    if (change.search !== undefined) this.search = change.search;
    this.ticked = new Map();
    if (change.organization !== undefined) {
      this.organization = change.organization;
      void this.count();
    }
    await this.ask();
  }

  async sortBy(id: string, descending: boolean): Promise<void> {
    this.sort = id;
    this.descending = descending;
    await this.ask();
  }

  /// The store changed under the window. Another face may have renamed an organization, or gone to another workspace, which is
  /// then this window's too; otherwise what is visible is read again, in place.
  async changed(): Promise<void> {
    if (this.phase !== "open") return;
    try {
      const { current, workspaces } = await ipc.start();
      this.workspaces = workspaces;
      if (current && current.id !== this.workspace?.id) return await this.enter(current);
      if (current) this.workspace = current;
    } catch (thrown) {
      this.complain(thrown);
    }
    await this.refresh();
  }

  /// Reads again what is visible, in place.
  async refresh(): Promise<void> {
    if (this.phase !== "open" || this.role === "member") return;
    await Promise.all([this.count(), this.view?.open === false ? undefined : this.rows.refresh(), this.reread()]);
  }

  private async reread(): Promise<void> {
    const id = this.selected?.id;
    if (!id) return;
    try {
      const row = await ipc.showCredential(id);
      if (this.selected?.id === id) this.selected = row;
    } catch (thrown) {
      // Gone is gone, and the list says so too; anything else is said by the list, which asked at the same time.
      if (asError(thrown).code === "not_found" && this.selected?.id === id) this.selected = null;
    }
  }

  may(row: { kind: KindId }, action: Action): boolean {
    return kindOf(row.kind).rights[this.role].includes(action);
  }

  mayAdd(kind: KindView): boolean {
    return kind.rights[this.role].includes("add");
  }

  add(): void {
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
    this.dialog = null;
    // A save that went through may have unlocked it.
    if (this.keychain && this.keychain.state !== "ready") void this.askKeychain();
    const draft = credential.state === "draft";
    const name = credential.name ? shown(credential.name) : m.unnamed;
    const say = added ? (draft ? m.addedDraft : m.added) : draft ? m.savedDraft : m.saved;
    toasts.say(say(name), { warnings: warnings.map((one) => one.message) });
    await this.reach(credential);
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
    this.search = "";
    if (this.kind && this.kind !== row.kind) this.kind = null;
    if (this.organization && this.organization !== row.organizationId) this.organization = null;
    this.ticked = new Map();
    this.selected = row;
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
        this.rows.replace(now);
        if (this.selected?.id === now.id) this.selected = now;
        if (this.ticked.has(now.id)) this.ticked = new Map(this.ticked).set(now.id, now);
      } catch (thrown) {
        refused.push(asError(thrown).message);
      }
    }
    if (done) toasts.say(say(done));
    if (refused.length)
      toasts.say(rows.length === 1 ? refused[0]! : m.someRefused(refused.length, refused[0]!), { tone: "bad" });
  }

  /// Deletes and offers undo. Throws what Rust refuses, for the dialog that asked.
  async delete(rows: CredentialView[]): Promise<void> {
    const gone = await ipc.deleteCredentials(rows.map((row) => row.id));
    const what = rows.length === 1 ? shown(rows[0]!.name) || m.unnamed : m.credentials(gone.length);
    if (this.selected && gone.includes(this.selected.id)) this.selected = null;
    this.ticked = new Map();
    this.dialog = null;
    this.deleted = { ids: gone, what };
    toasts.say(m.deleted(what), { action: { label: m.undo, run: () => void this.undo() } });
    await this.refresh();
  }

  /// Takes the last deletion back. The toast offers it for a moment, the palette for as long as the window is open; Rust says when
  /// it is too late.
  async undo(): Promise<void> {
    if (!this.deleted) return;
    const { ids, what } = this.deleted;
    this.deleted = null;
    try {
      const back = await Promise.all(ids.map((id) => ipc.undoDelete(id)));
      toasts.say(m.undone(what));
      if (back.length === 1) await this.reach(back[0]!);
      else await this.refresh();
    } catch (thrown) {
      this.complain(thrown);
    }
  }

  keep(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
    this.dress();
    ipc.saveSettings(this.settings).catch((thrown: unknown) => this.complain(thrown));
  }

  private dress(): void {
    const root = document.documentElement;
    if (this.settings.theme === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = this.settings.theme;
  }

  complain(thrown: unknown): void {
    toasts.say(asError(thrown).message, { tone: "bad" });
  }
}

export const desk = new Desk();
