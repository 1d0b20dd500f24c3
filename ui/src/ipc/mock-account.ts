/// The account of the stand-in: who is signed in, what waits, what is in conflict. Everybody's password is anything but “wrong”,
/// e-mails beginning with “two” are asked for a second factor, and its code is 123456.
import type {
  AccountView, Check, ConflictField, ConflictReason, ConflictView, CredentialView, Input, KindId, MissingView, PendingView, Resolution,
  SignInInput, SuggestedFields, SuggestionView, SyncFailure, SyncOptions, SyncReport, SyncStatus, WhoView, WorkspaceView,
} from "./client";
import type { Mock } from "./mock";

/// How it goes with the account. Several can be wished for at once.
export type Going =
  | "conflicts" | "oneConflict" | "trouble" | "asks" | "pending" | "missing" | "unsupported" | "offline" | "failed" | "signedOut" | "slow"
  | "stuck" | "closed" | "never" | "builtIn" | "quiet" | "noValues" | "refused";

const refuse = (code: string, message: string, field: string | null = null) => ({ code, field, problems: [], message });
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const nothing: SyncReport = {
  dryRun: false, read: 0, added: 0, changed: 0, gone: 0, created: 0, updated: 0, deleted: 0, conflicts: 0, parked: 0, pending: 0, remarks: [], plan: [],
};

export class MockAccount {
  view: AccountView | null = null;
  syncedAt: string | null = null;
  failure: SyncFailure | null = null;
  pending: PendingView[] = [];
  conflicts: ConflictView[] = [];
  missing: MissingView[] = [];
  unsupported: KindId[] = [];
  cancelled = false;
  /// What the next sync answers, beside what it finds.
  next: Partial<SyncReport> = { read: 42, added: 3, changed: 1, remarks: ["You are a Manager in Gamma since yesterday."] };
  suggestedFields: SuggestedFields[] = [
    { kind: "aws", fields: ["awsRegion", "importedVpcId", "subnets"], here: ["awsRegion"] },
    { kind: "openstack", fields: ["openStackProject", "openStackRegion", "openStackPublicNetwork", "openStackVolumeType"], here: ["openStackProject", "openStackRegion"] },
    { kind: "proxmox", fields: ["storage", "vmTemplateName", "hypervisors"], here: ["hypervisors"] },
    { kind: "backup", fields: [], here: ["s3Region"] },
  ];

  constructor(private readonly mock: Mock, connected: boolean, readonly going: Going[], private readonly long: boolean) {
    if (connected && mock.workspaces.length) this.connect();
  }

  is(one: Going): boolean {
    return this.going.includes(one);
  }

  private connect(): void {
    const workspace = this.mock.current;
    workspace.connected = true;
    this.view = {
      host: this.long ? "https://api.taikun.internal.northern-europe.international-holding.example.com" : "https://api.taikun.cloud",
      account: this.long ? "Northwind International Holding and Research Company" : "Northwind", person: "Kim Larsen",
      login: "kim@example.com", method: "password", ownAuthorities: false, signedIn: !this.is("signedOut"),
      ended: this.is("signedOut") ? "The session ended because the password was changed. Sign in again to go on syncing." : null, askedAt: new Date().toISOString(),
    };
    this.syncedAt = this.is("never") ? null : new Date(Date.now() - 3 * 60_000).toISOString();
    const at = new Date(Date.now() - 9 * 60_000).toISOString();
    if (this.is("offline")) this.failure = { offline: true, message: "api.taikun.cloud does not answer. It is tried again in a minute.", at };
    if (this.is("failed")) this.failure = { offline: false, message: "api.taikun.cloud answered with an error (500). Try again later; if it stays, tell who runs the server.", at };
    if (this.is("missing")) this.missing = [{ kind: "aws", missing: 12, of: 14 }];
    if (this.is("unsupported")) this.unsupported = ["tanzu", "zededa"];
    if (this.is("closed")) for (const one of workspace.organizations.slice(-2)) one.closed = true;
    if (this.is("conflicts") || this.is("oneConflict")) this.conflict(this.is("conflicts"));
    else for (const row of this.mock.rows) if (row.state === "conflict") row.state = "synced";
    if (this.is("trouble")) this.trouble();
    if (this.is("asks")) this.ask();
    if (this.is("builtIn")) {
      const row = this.mock.rows.find((one) => one.kind === "ai");
      if (row) Object.assign(row, { state: "synced", accountId: 1, account: { builtIn: true, notes: { type: "OpenAI" } } });
    }
    if (this.is("pending"))
      for (const row of this.mock.rows.filter((one) => one.state === "changed" && !one.trouble).slice(0, 3)) this.wait(row, "update");
  }

  private wait(row: CredentialView, operation: string, more: Partial<PendingView> = {}): void {
    this.pending.push({
      id: row.id, kind: row.kind, name: row.name, organization: row.organization, operation, state: "waiting", message: null, steps: [], ...more,
    });
  }

  private changed(name: string): CredentialView {
    const row = this.mock.rows.find((one) => one.name === name) ?? this.mock.rows.find((one) => one.state === "synced" && !one.trouble)!;
    row.state = "changed";
    row.accountId ??= 4711;
    return row;
  }

  private trouble(): void {
    const row = this.changed("azure-westeurope");
    row.trouble = { message: "Azure refused the client secret: it has expired. Enter a new one, then try again.", asks: false };
    this.wait(row, "update", { state: "parked", message: row.trouble.message });
  }

  private ask(): void {
    const row = this.changed("ocp-core");
    row.trouble = { message: "The account cannot change a kubeconfig, so ocp-core would be replaced there: a new one is made, then the old one is deleted.", asks: true };
    this.wait(row, "replace", {
      state: "asks", message: row.trouble.message,
      steps: [
        "A new credential is made in the account under the name ocp-core-new.", "It is checked with the provider.",
        "ocp-core is deleted in the account; for some seconds the name is free.", "The new one is renamed to ocp-core.",
      ],
    });
  }

  private conflict(all: boolean): void {
    const at = (name: string) => this.mock.rows.find((one) => one.name === name);
    const add = (name: string, reason: ConflictReason, message: string, mine: string, theirs: string, fields: ConflictField[]) => {
      const row = at(name);
      if (!row) return;
      row.state = "conflict";
      row.accountId ??= 4200;
      this.conflicts.push({
        id: row.id, kind: row.kind, name: row.name, organization: row.organization, reason, message, mine, theirs,
        changedBy: reason === "name_taken" ? null : "admin@example.com", changedAt: "2026-11-03T09:12:00Z", fields,
      });
    };
    const one = (field: string, label: string, base: ConflictField["base"], mine: ConflictField["base"], theirs: ConflictField["base"], conflict: boolean): ConflictField =>
      ({ field, label, secret: false, base, mine, theirs, word: null, conflict });
    add("pve-brno", "fields", "You and admin@example.com changed pve-brno differently.", "Keep all mine", "Take all theirs", [
      one("name", "Cloud Name", "pve-brno", "pve-brno", "pve-brno-1", false),
      { field: "tokenSecret", label: "Proxmox Client Secret", secret: true, base: null, mine: null, theirs: null, word: "different", conflict: false },
      one("hypervisors", "Hypervisors", ["pve1"], ["pve1", "pve2"], ["pve1", "pve3"], true),
      one("tokenId", "Proxmox Client ID", "taikun@pve!ccm", "taikun@pve!ccm-2", this.long ? "taikun-infrastructure-robot@pve-realm-of-northern-europe!cloud-controller-manager" : "robot@pve!ccm", true),
    ]);
    if (!all) return;
    add("azure-westeurope", "secret", "You entered a new client secret; admin@example.com changed the credential in the account, and perhaps its secret too.", "Send my secret", "Keep the account’s secret", [
      { field: "azureClientSecret", label: "Azure Client Secret", secret: true, base: null, mine: null, theirs: null, word: "different", conflict: false },
      one("azureClientId", "Azure Client ID", "8e15c4c4", "8e15c4c4", "9f26d5d5", false),
    ]);
    add("gcp-analytics", "deleted_here", "You deleted gcp-analytics here; admin@example.com changed it in the account since.", "Delete it there too", "Bring it back", [
      one("region", "Region", "europe-west1", null, "europe-west4", false),
    ]);
    add("vc-dc0", "deleted_there", "You changed vc-dc0 here; admin@example.com deleted it in the account.", "Make it there again", "Delete it here too", [
      one("username", "Username", "administrator@vsphere.local", "robot@vsphere.local", null, false),
    ]);
    add("zadara-tlv", "name_taken", "zadara-tlv is new here, and the account has another one of that name in the same organization.", "Send mine as zadara-tlv-2", "Take the account’s for mine", []);
  }

  status(): SyncStatus {
    const live = this.mock.current.connected;
    return {
      account: live ? this.view : null, syncedAt: live ? this.syncedAt : null, failure: this.failure,
      pending: this.pending.filter((one) => one.state === "waiting").length,
      parked: this.pending.filter((one) => one.state === "parked" || one.state === "asks").length,
      conflicts: this.conflicts.length, missing: this.missing, unsupported: this.unsupported,
    };
  }

  signIn(input: SignInInput): WhoView {
    if (input.secret === "wrong") throw refuse("sign_in", "E-mail or password is wrong. Check both, then try again.");
    if (input.host.includes("nowhere")) throw refuse("offline", `${input.host} does not answer. Check the address and the network, then try again.`);
    if (input.login.startsWith("two")) {
      if (!input.code && !input.recovery) throw refuse("second_factor", "This account asks for a second factor.");
      if (input.code && input.code !== "123456") throw refuse("second_factor", "This code is wrong or has run out. Enter the one that is shown now.", "code");
    }
    if (input.workspace) {
      for (const one of this.mock.workspaces) one.current = false;
      this.mock.workspaces.push(this.mock.workspace(input.workspace, "manager", ["Acme", "Delta"], true));
      this.mock.rows = [];
    }
    this.going.splice(0, this.going.length, ...this.going.filter((one) => one !== "signedOut"));
    this.connect();
    this.view!.login = input.login;
    this.view!.method = input.method;
    return this.who();
  }

  who(): WhoView {
    const { id, role, organizations } = this.mock.current;
    return {
      workspace: id, account: this.view, role, cached: false,
      organizations: organizations.map((one, at) => ({ id: one.id, name: one.name, role, accountId: at + 1 })),
    };
  }

  signOut(keep: boolean): WorkspaceView {
    const workspace = this.mock.current;
    workspace.connected = false;
    this.view = null;
    this.pending = [];
    this.conflicts = [];
    if (!keep) this.mock.rows = this.mock.rows.filter((row) => row.accountId === null);
    for (const row of this.mock.rows) Object.assign(row, { trouble: null, state: row.state === "draft" ? "draft" : "ready" });
    return workspace;
  }

  async sync(options: SyncOptions): Promise<SyncReport> {
    this.cancelled = false;
    if (this.is("slow") || this.is("stuck"))
      for (let done = 1; done <= 8 && !this.cancelled; done++) {
        await this.mock.tell({ running: true, progress: { stage: "pull", done: done * 1200, total: 10_000 }, status: null });
        await pause(this.is("stuck") ? 60_000 : 400);
      }
    if (this.cancelled) throw refuse("cancelled", "The sync was cancelled.");
    if (!this.view?.signedIn) throw refuse("signed_out", "The session has ended. Sign in again, then sync.");
    if (this.is("offline")) throw refuse("offline", "api.taikun.cloud does not answer. Check the network; it is tried again in a minute.");
    if (options.acceptMissing) this.missing = [];
    const pushed = this.pending.filter((one) => one.state === "waiting");
    for (const one of pushed) this.mock.row(one.id).state = "synced";
    this.pending = this.pending.filter((one) => one.state !== "waiting");
    this.syncedAt = new Date().toISOString();
    this.failure = null;
    const done = this.is("quiet") ? {} : this.next;
    this.next = { read: 42 };
    const report = { ...nothing, updated: pushed.length, conflicts: this.conflicts.length, parked: this.status().parked, ...done };
    void this.mock.tell({ running: false, progress: null, status: this.status() });
    return report;
  }

  resolve(id: string, resolution: Resolution): CredentialView {
    const found = this.conflicts.find((one) => one.id === id);
    if (!found) throw refuse("not_found", "This conflict is settled already.");
    this.conflicts = this.conflicts.filter((one) => one.id !== id);
    const row = this.mock.row(id);
    for (const field of found.fields) {
      const side = resolution.fields?.[field.field] ?? resolution.all ?? null;
      const value = side === "theirs" ? field.theirs : side === "mine" ? field.mine : null;
      if (value !== null && !field.secret) row.fields[field.field] = value;
    }
    row.state = resolution.all === "theirs" ? "synced" : "changed";
    if (row.state === "changed") this.wait(row, "update");
    return row;
  }

  /// Tried again, or agreed to.
  go(id: string): CredentialView {
    const row = this.mock.row(id);
    row.trouble = null;
    for (const one of this.pending) if (one.id === id) Object.assign(one, { state: "waiting", message: null });
    return row;
  }

  discard(id: string): CredentialView {
    const row = this.mock.row(id);
    row.trouble = null;
    row.state = "synced";
    this.pending = this.pending.filter((one) => one.id !== id);
    return row;
  }

  async suggest(field: string, input: Input): Promise<SuggestionView[]> {
    if (this.is("slow")) await pause(1500);
    if (this.is("stuck")) await pause(60_000);
    if (this.is("noValues")) throw refuse("provider", "AWS refused the key. Check the access key and its secret, then open the list again.");
    const region = typeof input["awsRegion"] === "string" ? input["awsRegion"] : "eu-central-1";
    const known: Record<string, string[]> = {
      awsRegion: ["eu-central-1", "eu-north-1", "eu-west-1", "us-east-1"], importedVpcId: [`vpc-0a1b2c-${region}`, `vpc-9f8e7d-${region}`],
      subnets: ["subnet-a", "subnet-b", "subnet-c"], hypervisors: ["pve1", "pve2", "pve3"], storage: ["local-lvm", "ceph"],
    };
    return (known[field] ?? ["first", "second"]).map((value) => ({ value, label: field === "importedVpcId" ? `Main network ${value.slice(4, 8)}` : value }));
  }

  check(kind: KindId, input: Input): Check {
    const at = new Date().toISOString();
    if (kind === "showback") return { verdict: "unproven", message: "The account has no checker for Showback.", at };
    if (this.is("refused") || Object.values(input).includes("wrong"))
      return { verdict: "wrongIdentityOrSecret", message: "The account asked the provider, which does not know this key.", at };
    return { verdict: "works", message: "The account asked the provider, which accepts it.", at };
  }
}
