/// What the window is looking at: the workspace, the tab, the filters, the rows, the credential in the drawer, and the one
/// dialog that is open. What is done there is in `desk.svelte.ts`, which is what screens import.
import { asError, ipc, kindOf, kindsOf } from "../ipc/client";
import type {
  AppError, CredentialView, KeychainView, KindId, KindView, Settings, Tab, TabView, WorkspaceView,
} from "../ipc/client";
import { found } from "./found";
import { Rows } from "./rows.svelte";
import type { Question } from "./rows.svelte";
import { toasts } from "./toasts.svelte";

export type Dialog =
  | { what: "gallery" }
  | { what: "form"; kind: KindView; base: CredentialView | null }
  | { what: "delete"; rows: CredentialView[] }
  | { what: "palette" }
  | { what: "settings" }
  | { what: "organizations" }
  | { what: "newWorkspace" }
  | { what: "renameWorkspace" }
  | { what: "signIn"; another?: boolean }
  | { what: "signOut" }
  | { what: "conflicts"; id: string | null }
  | { what: "pending" }
  | { what: "missing" }
  | { what: "discard"; row: CredentialView };

/// The dialogs that are about one workspace.
const belongs: ReadonlySet<Dialog["what"]> = new Set(["form", "delete", "signIn", "signOut", "conflicts", "pending", "missing", "discard"] as const);

/// How long after a key the search is asked.
const SEARCH = 120;

export class View {
  phase = $state<"starting" | "failed" | "first" | "open">("starting");
  failure = $state.raw<AppError | null>(null);
  workspaces = $state.raw<WorkspaceView[]>([]);
  workspace = $state.raw<WorkspaceView | null>(null);
  settings = $state.raw<Settings>({ tab: "cloud", theme: "system", columns: {} });
  version = $state.raw("");
  /// Whether nothing can be saved, since the data directory can only be read.
  readOnly = $state.raw(false);
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
  private opened = $state.raw<Dialog | null>(null);
  /// Where another face went while a form or a question was open here; the desk follows once that is closed.
  elsewhere = $state.raw<WorkspaceView | null>(null);
  /// What stands in the search box, of which `search` is what was asked for.
  typed = $state("");
  /// Counts what was written from here, for those who keep count of what is to be pushed.
  wrote = $state(0);
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
  /// Whether any of what the tab holds may be checked.
  readonly mayCheck = $derived(kindsOf(this.tab).some((kind) => kind.rights[this.role].includes("check")));
  /// Whether the account has taken the role away: from the person, or in every organization.
  readonly roleLost = $derived.by(() => {
    const here = this.workspace;
    return here !== null && here.connected && (here.role === "member" || (here.organizations.length > 0 && here.organizations.every((one) => one.closed)));
  });
  /// The organizations in which the person has a role.
  readonly organizations = $derived((this.workspace?.organizations ?? []).filter((one) => !one.closed));
  readonly filtered = $derived(this.search !== "" || this.kind !== null || this.organization !== null);
  /// Whether the keychain answered that it cannot be used.
  readonly shut = $derived(this.keychain !== null && this.keychain.state !== "ready");

  private searching: ReturnType<typeof setTimeout> | undefined;
  private counting = 0;
  private entered = 0;
  private following: Promise<void> | null = null;
  private followAgain = false;

  get dialog(): Dialog | null {
    return this.opened;
  }

  set dialog(next: Dialog | null) {
    this.opened = next;
    if (!this.elsewhere || this.holding) return;
    const there = this.elsewhere;
    this.elsewhere = null;
    void this.enter(there);
  }

  /// Whether what is open belongs to this workspace, so that the desk must not change under it.
  private get holding(): boolean {
    return this.opened !== null && belongs.has(this.opened.what);
  }

  /// Makes the workspace of the open form or question the current one again, so that what it does lands there.
  async claim(): Promise<void> {
    const here = this.workspace?.id;
    if (!this.elsewhere || !here) return;
    await ipc.useWorkspace(here);
    // Who closed the form meanwhile went after the other face, and the rows would be those of the workspace that was just claimed.
    if (this.workspace?.id === here) this.elsewhere = null;
    else await this.changed();
  }

  async start(): Promise<void> {
    this.phase = "starting";
    try {
      const start = await ipc.start();
      this.settings = start.settings;
      this.version = start.version;
      this.readOnly = start.readOnly;
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
    this.entered += 1;
    this.elsewhere = null;
    this.workspace = workspace;
    this.workspaces = this.workspaces.some((one) => one.id === workspace.id)
      ? this.workspaces.map((one) => (one.id === workspace.id ? workspace : { ...one, current: false }))
      : [...this.workspaces.map((one) => ({ ...one, current: false })), workspace];
    this.organization = null;
    this.kind = null;
    this.searchFor("");
    this.sort = null;
    this.descending = false;
    this.selected = null;
    this.ticked = new Map();
    this.tabs = [];
    this.rows.clear();
    found.clear();
    this.phase = "open";
    await Promise.all([this.count(), this.ask()]);
  }

  /// The same workspace with another name or other organizations.
  keepWorkspace(workspace: WorkspaceView): void {
    this.workspaces = this.workspaces.map((one) => (one.id === workspace.id ? workspace : one));
    if (workspace.id === this.workspace?.id) this.workspace = workspace;
    if (this.organization && !this.organizations.some((one) => one.id === this.organization)) this.organization = null;
    void this.refresh();
  }

  async count(): Promise<void> {
    const turn = ++this.counting;
    try {
      const tabs = await ipc.tabs(this.organization);
      if (turn === this.counting) this.tabs = tabs;
    } catch (thrown) {
      if (turn === this.counting) this.complain(thrown);
    }
  }

  /// What the table shows now, as Rust is asked for it.
  get question(): Question {
    return {
      tab: this.tab, kind: this.kind, organization: this.organization, search: this.search.trim() || null, state: null,
      sort: this.sort, descending: this.descending,
    };
  }

  protected async ask(): Promise<void> {
    if (this.role === "member" || this.view?.open === false) return;
    await this.rows.ask(this.question);
  }

  again(): Promise<void> {
    return this.ask();
  }

  async open(tab: Tab): Promise<void> {
    if (tab === this.tab) return;
    this.tab = tab;
    this.kind = null;
    this.searchFor("");
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
    if (change.search !== undefined) this.searchFor(change.search);
    this.ticked = new Map();
    if (change.organization !== undefined) {
      this.organization = change.organization;
      void this.count();
    }
    await this.ask();
  }

  /// Takes a search as it stands; what was typed before it and not asked yet is void.
  protected searchFor(text: string): void {
    clearTimeout(this.searching);
    this.searching = undefined;
    this.search = text;
    this.typed = text;
  }

  /// Somebody types into the search box: it is asked for when they pause, or at once.
  type(text: string, now = false): void {
    clearTimeout(this.searching);
    this.typed = text;
    this.searching = setTimeout(() => void this.narrow({ search: this.typed }), now ? 0 : SEARCH);
  }

  /// Forgets a search that was typed and not asked yet.
  stopTyping(): void {
    clearTimeout(this.searching);
    this.searching = undefined;
    this.typed = this.search;
  }

  /// Asks at once for what is typed, and waits until the rows answer it.
  async flush(): Promise<void> {
    if (this.searching !== undefined || this.rows.stale) await this.narrow({ search: this.typed });
  }

  async sortBy(id: string, descending: boolean): Promise<void> {
    this.sort = id;
    this.descending = descending;
    await this.ask();
  }

  /// The store changed under the window. Another face may have renamed an organization, or gone to another workspace, which is
  /// then this window's too; otherwise what is visible is read again, in place.
  /// Many changes at once are followed by one reading that is under way and one after it.
  async changed(): Promise<void> {
    if (this.phase !== "open") return;
    this.followAgain = true;
    this.following ??= this.follow().finally(() => (this.following = null));
    await this.following;
  }

  private async follow(): Promise<void> {
    while (this.followAgain) {
      this.followAgain = false;
      await this.followOnce();
    }
  }

  private async followOnce(): Promise<void> {
    const turn = this.entered;
    try {
      const { current, workspaces } = await ipc.start();
      // Somebody went to another workspace here meanwhile, and what was answered is older than that.
      if (turn !== this.entered) return;
      this.workspaces = workspaces;
      if (current && current.id !== this.workspace?.id) {
        // The rows that Rust would answer now are of the other workspace, so nothing is read until the dialog is closed.
        if (this.holding) this.elsewhere = current;
        else await this.enter(current);
        return;
      }
      this.elsewhere = null;
      if (current) this.workspace = current;
    } catch (thrown) {
      this.complain(thrown);
    }
    await this.refresh();
  }

  /// Reads again what is visible, in place.
  async refresh(): Promise<void> {
    if (this.phase !== "open") return;
    // Without a role there are no rows to read, and the tabs say so.
    if (this.role === "member") return this.count();
    await Promise.all([this.count(), this.view?.open === false ? undefined : this.rows.refresh(), this.reread(), this.rereadTicked()]);
  }

  /// Reads the ticked rows again, and lets go of those that are gone: they would stop what is done to all.
  async rereadTicked(): Promise<void> {
    if (!this.ticked.size) return;
    const asked = this.ticked;
    const now = await this.existing([...asked.values()]);
    const fresh = new Map(now.map((row) => [row.id, row]));
    const next = new Map<string, CredentialView>();
    // What was ticked or let go of meanwhile stays so.
    for (const [id, row] of this.ticked) {
      const kept = fresh.get(id) ?? (asked.has(id) ? null : row);
      if (kept) next.set(id, kept);
    }
    this.ticked = next;
  }

  /// The rows as they are now, without those that are gone.
  protected async existing(rows: CredentialView[]): Promise<CredentialView[]> {
    const there = await Promise.all(
      rows.map((row) =>
        ipc.showCredential(row.id).catch((thrown: unknown) => (asError(thrown).code === "not_found" ? null : row)),
      ),
    );
    return there.filter((row) => row !== null).map((row) => found.over(row));
  }

  private async reread(): Promise<void> {
    const id = this.selected?.id;
    if (!id) return;
    try {
      const row = await ipc.showCredential(id);
      if (this.selected?.id === id) this.selected = found.over(row);
    } catch (thrown) {
      // Gone is gone, and the list says so too; anything else is said by the list, which asked at the same time.
      if (asError(thrown).code === "not_found" && this.selected?.id === id) this.selected = null;
    }
  }

  /// Puts a newer view of one credential wherever it is seen, without asking for the page.
  put(given: CredentialView): void {
    const row = found.over(given);
    this.rows.replace(row);
    if (this.selected?.id === row.id) this.selected = row;
    if (this.ticked.has(row.id)) this.ticked = new Map(this.ticked).set(row.id, row);
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
