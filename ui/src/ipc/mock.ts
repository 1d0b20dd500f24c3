/// A stand-in for Rust, for looking at the window in a plain browser and for tests. It keeps everything in memory, knows
/// only the plainest rules, and is asked for what it serves by the address: `?rows=42&role=manager&keychain=locked`. With
/// `?account` the workspace is connected; `&sync=conflicts,trouble,offline` says how that goes (see `Going`).
/// `&checks=slow` or `stuck` lets providers take their time.
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { kinds as generated } from "./bindings";
import { verdictOf } from "./client";
import type {
  AppError, Check, CheckReport, ConflictView, CredentialView, Findings, Input, KeychainView, KindId, KindView, ListQuery, Page,
  PendingView, Resolution, Role, Settings, SignInInput, StartView, SuggestedFields, SuggestionView, SyncEvent,
  SyncOptions, SyncReport, SyncStatus, Tab, TabView, WhoView, WorkspaceView,
} from "./client";
import { MockAccount } from "./mock-account";
import type { Going } from "./mock-account";
import { MockChecks } from "./mock-checks";
import { findings } from "./mock-findings";
import { sampleRows } from "./mock-rows";

const kinds = generated as unknown as readonly KindView[];
const tabs: Tab[] = ["cloud", "backup", "billing", "showback", "ai"];

export type Wishes = {
  rows: number;
  role: Role;
  first: boolean;
  keychain: KeychainView["state"];
  theme: Settings["theme"];
  /// Milliseconds that each answer takes.
  delay: number;
  /// Names as long as names get.
  long: boolean;
  /// Commands that fail.
  failing: string[];
  /// Whether the workspace is connected to an account, and how that goes.
  account: boolean;
  sync: Going[];
  /// How providers answer: `slow`, `stuck`, `quick`; `unkept` where the database does not take what was found.
  checks: string;
};

export const plain: Wishes = {
  rows: 42, role: "partner", first: false, keychain: "ready", theme: "system", long: false, delay: 0, failing: [],
  account: false, sync: [], checks: "",
};

export function wishesOf(address: string): Wishes {
  const asked = new URLSearchParams(address);
  return {
    rows: Number(asked.get("rows") ?? plain.rows),
    role: (asked.get("role") as Role) ?? plain.role,
    first: asked.has("first"),
    keychain: (asked.get("keychain") as Wishes["keychain"]) ?? plain.keychain,
    theme: (asked.get("theme") as Wishes["theme"]) ?? plain.theme,
    long: asked.has("long"),
    delay: Number(asked.get("delay") ?? 0),
    failing: (asked.get("fail") ?? "").split(",").filter(Boolean),
    account: asked.has("account"),
    sync: (asked.get("sync") ?? "").split(",").filter(Boolean) as Going[],
    checks: asked.get("checks") ?? "",
  };
}

export const error = (code: string, message: string, more: Partial<AppError> = {}): AppError => ({
  code, field: null, problems: [], message, ...more,
});

const keychainWords: Record<KeychainView["state"], string> = {
  ready: "The login keychain is open.",
  locked: "The keychain is locked. Unlock it with your login password, then try again.",
  absent: "No keychain answers on this machine. Start GNOME Keyring or KWallet, then try again.",
  denied: "The keychain refused Credenza. Allow it in the keychain's settings, then try again.",
  timed_out: "The keychain has not answered for 60 seconds. Look for its password prompt, then try again.",
  unreadable: "The keychain's answer could not be read. See `credenza doctor` for what to do.",
};

export class Mock {
  rows: CredentialView[];
  deleted = new Map<string, CredentialView>();
  secrets = new Map<string, string>();
  workspaces: WorkspaceView[] = [];
  settings: Settings;
  calls: { command: string; args: Record<string, unknown> }[] = [];
  readonly account: MockAccount;
  readonly checks: MockChecks;
  private next = 1;

  constructor(readonly wishes: Wishes) {
    this.settings = { tab: "cloud", theme: wishes.theme, columns: {} };
    const names = wishes.role === "partner" ? ["Acme", "Beta Labs", "Delta", "Gamma", "Northwind Research"] : ["Acme"];
    const stretch = (name: string) => (wishes.long ? `${name} International Holding and Research Company of Northern Europe` : name);
    if (!wishes.first) this.workspaces = [this.workspace(stretch("Northwind"), wishes.role, names.map(stretch), true)];
    this.rows = sampleRows(wishes.rows, this.workspaces[0]?.organizations ?? [], kinds);
    this.checks = new MockChecks(this, kinds);
    this.account = new MockAccount(this, wishes.account, wishes.sync, wishes.long);
  }

  workspace(name: string, role: Role, organizations: string[], current: boolean): WorkspaceView {
    return {
      id: `w${this.next++}`, name, role, current, connected: false,
      organizations: organizations.map((one) => ({ id: `o${this.next++}`, name: one, closed: false })),
    };
  }

  get current(): WorkspaceView {
    const found = this.workspaces.find((one) => one.current);
    if (!found) throw error("noWorkspace", "There is no workspace yet. Answer the two questions first.");
    return found;
  }

  private kind(id: KindId): KindView {
    return kinds.find((kind) => kind.id === id)!;
  }

  row(id: string): CredentialView {
    const found = this.rows.find((row) => row.id === id);
    if (!found) throw error("not_found", "This credential is gone: somebody deleted it meanwhile.");
    return found;
  }

  start(): StartView {
    return { current: this.workspaces.find((one) => one.current) ?? null, workspaces: this.workspaces, settings: this.settings, version: "0.1.0", readOnly: false };
  }

  keychain(): KeychainView {
    return { state: this.wishes.keychain, message: keychainWords[this.wishes.keychain] };
  }

  unlock_keychain(): KeychainView {
    if (this.wishes.keychain !== "locked") return this.keychain();
    this.wishes.keychain = "ready";
    return this.keychain();
  }

  create_workspace({ name, role, organizations }: { name: string; role: Role; organizations: string[] }): WorkspaceView {
    if (!organizations[0]?.trim())
      throw error("invalid", "Give the organization a name.", { field: "organization" });
    for (const one of this.workspaces) one.current = false;
    const made = this.workspace(name || organizations[0], role, organizations, true);
    this.workspaces.push(made);
    this.rows = [];
    return made;
  }

  use_workspace({ id }: { id: string }): WorkspaceView {
    for (const one of this.workspaces) one.current = one.id === id;
    return this.current;
  }

  rename_workspace({ id, name }: { id: string; name: string }): WorkspaceView {
    const found = this.workspaces.find((one) => one.id === id)!;
    if (!name.trim()) throw error("invalid", "Give the workspace a name.", { field: "name" });
    found.name = name;
    return found;
  }

  add_organization({ name }: { name: string }): WorkspaceView {
    if (this.current.organizations.some((one) => one.name === name))
      throw error("duplicate", `There is already an organization named ${name}. Choose another name.`, { field: "name" });
    this.current.organizations = [...this.current.organizations, { id: `o${this.next++}`, name }];
    return this.current;
  }

  rename_organization({ id, name }: { id: string; name: string }): WorkspaceView {
    this.current.organizations = this.current.organizations.map((one) => (one.id === id ? { id, name } : one));
    for (const row of this.rows) if (row.organizationId === id) row.organization = name;
    return this.current;
  }

  tabs({ organization }: { organization: string | null }): TabView[] {
    const role = this.current.role;
    return tabs.map((tab) => {
      const open = role !== "member" && (tab !== "billing" || role === "partner");
      const rows = this.rows.filter((row) => row.tab === tab && (!organization || row.organizationId === organization));
      return {
        tab, open, total: open ? rows.length : 0,
        reason: open ? null : role === "member"
          ? "A Member uses what Managers and Partners keep here, and sees none of it."
          : "Billing belongs to the whole account, so only a Partner sees it. Ask a Partner of your account.",
        kinds: kinds.filter((kind) => kind.tab === tab)
          .map((kind) => ({ kind: kind.id, total: rows.filter((row) => row.kind === kind.id).length })),
      };
    });
  }

  list_credentials({ query }: { query: ListQuery }): Page {
    const search = query.search?.toLowerCase() ?? "";
    const items = this.rows.filter((row) =>
      (!query.tab || row.tab === query.tab) && (!query.kind || row.kind === query.kind) &&
      (!query.organization || row.organizationId === query.organization) && (!query.state || row.state === query.state) &&
      (!search || `${row.name} ${row.organization} ${row.kind} ${row.facts.identity ?? ""} ${row.note}`.toLowerCase().includes(search)));
    const key = (row: CredentialView): string | number => {
      const sort = query.sort ?? "name";
      if (sort === "organization") return row.organization.toLowerCase();
      if (sort === "identity") return row.facts.identity ?? "";
      if (sort === "state") return row.state;
      if (sort === "modifiedAt") return row.modifiedAt;
      if (sort === "check") return row.check ? verdictOf(row.check.verdict).rank : 9;
      if (sort === "expiry") return row.expires ?? "";
      const value = row.fields[sort];
      return typeof value === "number" ? value : value === undefined ? row.name.toLowerCase() : String(value).toLowerCase();
    };
    items.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      return (x < y ? -1 : x > y ? 1 : 0) * (query.descending ? -1 : 1);
    });
    return { total: items.length, items: items.slice(query.offset, query.offset + query.limit) };
  }

  show_credential({ id }: { id: string }): CredentialView {
    return this.row(id);
  }

  check_input({ kind, id, input }: { kind: KindId; organization: string; id: string | null; input: Input }): Findings {
    return findings(this.kind(kind), input, id ? this.row(id) : null, this.rows);
  }

  add_credential({ kind: id, organization, input, draft }: { kind: KindId; organization: string; input: Input; draft: boolean }) {
    const kind = this.kind(id);
    const found = findings(kind, input, null, this.rows);
    if (found.problems.length && !draft)
      throw error("invalid", "Some fields need another look.", { problems: found.problems, field: found.problems[0]!.field });
    const owner = this.current.organizations.find((one) => one.id === organization)!;
    const now = new Date().toISOString();
    const made: CredentialView = {
      id: `n${this.next++}`, kind: id, tab: kind.tab, name: "", organization: owner.name, organizationId: owner.id, state: "ready",
      locked: false, default: false, version: 1, fields: {}, secrets: {}, usedBy: [], accountId: null, createdAt: now, modifiedAt: now,
      facts: { identity: null, project: null, fingerprint: null, expiry: null }, problems: [], trouble: null, account: {},
      note: "", expires: null, expiresFrom: null, expiresByHand: null, check: null,
    };
    this.write(made, kind, input, found, draft);
    this.checks.attach(made, null, input);
    this.rows.push(made);
    return { credential: made, warnings: found.warnings };
  }

  edit_credential({ id, version, input, draft }: { id: string; version: number; input: Input; draft: boolean }) {
    const row = this.row(id);
    if (row.version !== version)
      throw error("stale", `Somebody changed ${row.name} while you were editing. Compare both, then decide.`);
    const kind = this.kind(row.kind);
    const found = findings(kind, input, row, this.rows);
    if (found.problems.length && !draft)
      throw error("invalid", "Some fields need another look.", { problems: found.problems, field: found.problems[0]!.field });
    this.write(row, kind, input, found, draft);
    this.checks.attach(row, id, input);
    row.version += 1;
    return { credential: row, warnings: found.warnings };
  }

  private write(row: CredentialView, kind: KindView, input: Input, found: Findings, draft: boolean) {
    for (const field of kind.fields) {
      const value = input[field.id];
      if (value === undefined) continue;
      if (field.secret) {
        row.secrets[field.id] = value === null ? "unset" : "set";
        if (value !== null) this.secrets.set(`${row.id}/${field.id}`, String(value));
      } else if (value === null) delete row.fields[field.id];
      else row.fields[field.id] = value;
    }
    if (input["note"] !== undefined) row.note = String(input["note"] ?? "");
    if (input["expires"] !== undefined) Object.assign(row, { expires: input["expires"] && `${String(input["expires"])}T00:00:00Z`, expiresFrom: input["expires"] && "hand", expiresByHand: input["expires"] && `${String(input["expires"])}T00:00:00Z` });
    if (kind.fields.some((field) => field.id !== kind.nameField && field.id in input)) row.check = null;
    row.name = String(row.fields[kind.nameField] ?? "");
    row.state = draft || found.problems.length ? "draft" : row.state === "draft" ? "ready" : row.state;
    row.problems = found.problems as CredentialView["problems"];
    row.modifiedAt = new Date().toISOString();
    row.facts.identity = String(row.fields["awsAccessKeyId"] ?? row.fields["tokenId"] ?? row.fields["openStackUser"] ?? row.fields["username"] ?? "") || null;
  }

  delete_credentials({ ids }: { ids: string[] }): string[] {
    for (const id of ids) {
      const row = this.row(id);
      if (row.locked) throw error("locked", `${row.name} is locked. Unlock it first, then delete it.`);
      if (row.usedBy.length)
        throw error("used", `${row.name} is used by ${row.usedBy.join(", ")}. Detach it there first, then delete it.`);
    }
    for (const id of ids) this.deleted.set(id, this.row(id));
    this.rows = this.rows.filter((row) => !ids.includes(row.id));
    return ids;
  }

  undo_delete({ id }: { id: string }): CredentialView {
    const row = this.deleted.get(id);
    if (!row) throw error("not_found", "The time for undo has passed. Add the credential again.");
    this.rows.push(row);
    return row;
  }

  set_locked({ id, locked }: { id: string; locked: boolean }): CredentialView {
    const row = this.row(id);
    row.locked = locked;
    return row;
  }

  set_default({ id }: { id: string }): CredentialView {
    const row = this.row(id);
    for (const other of this.rows)
      if (other.kind === row.kind && other.organizationId === row.organizationId) other.default = false;
    row.default = true;
    return row;
  }

  reveal_secret({ id, field }: { id: string; field: string }): string {
    return this.secrets.get(`${id}/${field}`) ?? "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  }

  copy_secret(): null {
    return null;
  }

  sign_in({ input }: { input: SignInInput }): WhoView {
    return this.account.signIn(input);
  }

  sign_out({ keep }: { keep: boolean }): WorkspaceView {
    return this.account.signOut(keep);
  }

  who_am_i(): WhoView {
    return this.account.who();
  }

  sync_now({ options }: { options: SyncOptions }): Promise<SyncReport> {
    return this.account.sync(options);
  }

  cancel_sync(): null {
    this.account.cancelled = true;
    return null;
  }

  sync_status(): SyncStatus {
    return this.account.status();
  }

  list_pending(): PendingView[] {
    return this.account.pending;
  }

  list_conflicts(): ConflictView[] {
    return this.account.conflicts;
  }

  resolve_conflict({ id, resolution }: { id: string; resolution: Resolution }): CredentialView {
    return this.account.resolve(id, resolution);
  }

  retry_push({ id }: { id: string }): CredentialView {
    return this.account.go(id);
  }

  agree_to_replace({ id }: { id: string }): CredentialView {
    return this.account.go(id);
  }

  discard_changes({ id }: { id: string }): CredentialView {
    return this.account.discard(id);
  }

  suggested_fields(): SuggestedFields[] {
    return this.account.suggestedFields;
  }

  suggest_values({ field, input }: { kind: KindId; field: string; id: string | null; input: Input }): Promise<SuggestionView[]> {
    return this.account.suggest(field, input);
  }

  check_in_account({ kind, input }: { kind: KindId; id: string | null; input: Input }): Check {
    return this.account.check(kind, input);
  }

  probe_input({ kind, id, input }: { kind: KindId; id: string | null; input: Input }): Promise<Check> {
    return this.checks.probe(kind, id, input);
  }

  check_credentials({ ids, all }: { ids: string[]; all: ListQuery | null }): Promise<CheckReport> {
    return this.checks.several(ids, all);
  }

  stop_checking(): null {
    return this.checks.stop();
  }

  stop_probing(): null {
    return this.checks.stop();
  }

  /// What Rust says by itself about the sync.
  tell(event: SyncEvent) {
    return emit("sync", event);
  }

  save_settings({ settings }: { settings: Settings }): null {
    this.settings = settings;
    return null;
  }

  /// What another face does behind the window's back.
  behind(change: (mock: Mock) => void) {
    change(this);
    return emit("changed");
  }

  install() {
    mockIPC(
      async (command, given) => {
        const args = (given ?? {}) as Record<string, unknown>;
        this.calls.push({ command, args });
        if (this.wishes.delay) await new Promise((done) => setTimeout(done, this.wishes.delay));
        if (this.wishes.failing.includes(command))
          throw error("store", "The data file cannot be read. Check that its disk is connected, then try again.");
        const answer = (this as unknown as Record<string, (args: unknown) => unknown>)[command];
        if (!answer) throw `command ${command} not found`;
        // Everything crosses the real boundary as text, so nothing is ever shared by reference.
        return structuredClone(await answer.call(this, args));
      },
      { shouldMockEvents: true },
    );
    return this;
  }
}
