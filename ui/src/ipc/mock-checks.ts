/// The checks of the stand-in: what is found follows from the name of a credential and from what is typed, so that every verdict
/// can be wished for. In a form, a value that holds “wrong”, “nowhere”, “slow” or the like gives what it says.
import { emit } from "@tauri-apps/api/event";
import type { Check, CheckedView, CheckProgress, CheckReport, CredentialView, Input, KindId, KindView, ListQuery, Page } from "./client";

const refuse = (code: string, message: string) => ({ code, field: null, problems: [], message });

type Finding = Partial<Check> & Pick<Check, "verdict" | "message">;
type Rust = {
  wishes: { checks: string; long: boolean };
  rows: CredentialView[];
  row(id: string): CredentialView;
  list_credentials(args: { query: ListQuery }): Page;
};

const DAY = 86_400_000;
const ahead = (days: number) => new Date(Date.now() + days * DAY).toISOString();

const findings: [string, (kind: KindView) => Finding][] = [
  ["wrong", (kind) => ({ verdict: "wrongSecret", field: kind.fields.find((one) => one.secret)?.id ?? null, message: `${kind.label} knows this identity and refuses its secret. Enter the one that is valid now, then check again.` })],
  ["expired", () => ({ verdict: "expired", message: "The token ended three days ago. Make a new one at the provider, then enter it here.", expires: ahead(-3) })],
  ["rights", () => ({ verdict: "notEnoughRights", message: "It signs in, and may not list networks (compute.networks.list). Ask for the role compute.viewer.", identity: "robot@acme-prod" })],
  ["nowhere", () => ({ verdict: "hostNotFound", message: "The host has no address. Check how it is written and whether you are in the right network." })],
  ["refused", () => ({ verdict: "refused", message: "The host is there, and nothing listens on this port. Check the port." })],
  ["untrusted", () => ({ verdict: "tlsNotTrusted", message: "The certificate is signed by an authority that this machine does not know. Add that authority, or check from where it is known." })],
  ["unproven", () => ({ verdict: "unproven", message: "It answers, and would answer anybody: it asks for no password, so this one is not proved." })],
];

/// What a provider would say of such values.
export function finding(kind: KindView, texts: string[], skips: boolean, plainHttp: boolean, long: boolean): Check {
  const at = new Date().toISOString();
  const dangers = [
    ...(skips ? ["The certificate was not verified, as this credential asks for (Skip TLS verification)."] : []),
    ...(plainHttp ? ["URL is plain http: what is secret can be read on the way."] : []),
  ];
  const said = findings.find(([word]) => texts.some((text) => text.toLowerCase().includes(word)));
  if (said) return { at, dangers, details: [], ...said[1](kind) };
  const works: Record<string, Finding> = {
    proxmox: { verdict: "works", message: "Proxmox VE answers, and the token may list its nodes.", identity: "taikun@pve!ccm", details: [{ label: "Version", value: "9.0.10" }, { label: "Nodes", value: "pve1, pve2" }, { label: "Storage", value: "local-lvm, ceph" }] },
    aws: { verdict: "works", message: "AWS accepts the key, and it may look at the region.", identity: "arn:aws:iam::123456789012:user/taikun", details: [{ label: "Account", value: "123456789012" }, { label: "Region", value: "eu-central-1" }] },
    openshift: { verdict: "works", message: "The cluster answers, and the user may list projects.", identity: "kube-admin", details: [{ label: "Version", value: "4.19.2" }], expires: ahead(97) },
  };
  const found = works[kind.id] ?? { verdict: "works", message: `${kind.label} accepts it.`, details: [{ label: "Answered in", value: "214 ms" }] };
  const name = "a-service-account-with-a-very-long-name-for-the-infrastructure-of-northern-europe@acme-production-platform.iam.example.com";
  return { at, dangers, ...found, ...(long ? { identity: name, details: [...(found.details ?? []), { label: "Resource pool of the cluster", value: `${name}/${name}` }] } : {}) };
}

export class MockChecks {
  private stops = 0;
  /// The last question of a form and its answer, for the row that is made of the same.
  private last: { asked: string; check: Check } | null = null;

  constructor(private readonly rust: Rust, private readonly kinds: readonly KindView[]) {
    rust.rows.forEach((row, at) => this.age(row, at));
  }

  private is(one: string): boolean {
    return this.rust.wishes.checks.split(",").includes(one);
  }

  private kind(id: KindId): KindView {
    return this.kinds.find((one) => one.id === id)!;
  }

  private of(row: CredentialView, input: Input = {}): Check {
    const values = { ...row.fields, ...input };
    const texts = [row.id.startsWith("n") ? "" : row.name, ...Object.values(values).map((one) => String(one ?? ""))];
    return finding(this.kind(row.kind), texts, values["skipTlsFlag"] === true, texts.some((one) => one.startsWith("http://")), this.rust.wishes.long);
  }

  /// What was found some time ago, so that the table has something of everything.
  private age(row: CredentialView, at: number): void {
    if (row.state === "draft" || at % 7 === 6) return;
    const odd = ["", "", "wrong", "", "rights", "", "", "nowhere", "", "unproven", "", "expired"][(at * 5 + 3) % 12]!;
    const check = finding(this.kind(row.kind), [odd], row.fields["skipTlsFlag"] === true, false, this.rust.wishes.long);
    const minutes = [1, 4, 9, 58, 130, 300, 1500, 3000, 9000, 40_000][at % 10]!;
    this.keep(row, { ...check, at: new Date(Date.now() - minutes * 60_000).toISOString() });
    if (at % 8 === 2) Object.assign(row, { expires: `${ahead([12, 45, 400][at % 3]!).slice(0, 10)}T00:00:00Z`, expiresFrom: "hand" }), row.expiresByHand = row.expires;
    if (at % 5 === 1) row.note = "Kim has the master account.\nRenewed every spring, ask in #infra before.";
  }

  private keep(row: CredentialView, check: Check): void {
    row.check = check;
    const ends = [[row.expiresByHand, "hand"], [check.expires, "provider"], [row.facts.expiry, "itself"]].filter(([end]) => end).sort();
    row.expires = (ends[0]?.[0] as string | undefined) ?? null;
    row.expiresFrom = (ends[0]?.[1] as CredentialView["expiresFrom"]) ?? null;
  }

  /// What is sent to a provider of what a form holds: neither the name nor what is kept here only.
  private asked(kind: KindId, id: string | null, input: Input): string {
    const kept = new Set([this.kind(kind).nameField, "note", "expires"]);
    return JSON.stringify([kind, id, Object.entries(input).filter(([field]) => !kept.has(field)).sort()]);
  }

  /// Puts what a form's check found into the row that was saved from it.
  attach(row: CredentialView, id: string | null, input: Input): void {
    if (this.last?.asked === this.asked(row.kind, id, input)) this.keep(row, this.last.check);
  }

  /// Waits as long as a provider takes, and says whether somebody stopped it meanwhile.
  private async pause(ms: number, before: number): Promise<boolean> {
    for (let waited = 0; waited < ms && before === this.stops; waited += 20) await new Promise((done) => setTimeout(done, 20));
    return before !== this.stops;
  }

  stop(): null {
    this.stops += 1;
    return null;
  }

  async probe(kind: KindId, id: string | null, input: Input): Promise<Check> {
    const slow = this.is("stuck") ? 60_000 : this.is("slow") || Object.values(input).some((one) => one === "slow") ? 2500 : 0;
    if (await this.pause(slow, this.stops)) throw refuse("cancelled", "It was stopped.");
    const row = id ? this.rust.row(id) : null;
    const view = this.kind(kind);
    const lacks = view.fields.find((one) => one.required && !one.shownWhen && one.id !== view.nameField && !(input[one.id] ?? row?.fields[one.id] ?? (row && row.secrets[one.id] !== "unset" ? row.secrets[one.id] : null)));
    if (lacks) return { verdict: "incomplete", message: `${lacks.label} is missing, and a check needs it.`, field: lacks.id, at: new Date().toISOString() };
    const check = row ? this.of(row, input) : finding(view, Object.values(input).map(String), input["skipTlsFlag"] === true, Object.values(input).some((one) => String(one).startsWith("http://")), this.rust.wishes.long);
    this.last = { asked: this.asked(kind, id, input), check };
    if (row && !Object.keys(input).length && !this.is("unkept")) this.keep(row, check);
    return check;
  }

  async several(ids: string[], query: ListQuery | null): Promise<CheckReport> {
    const listed = query ? this.rust.list_credentials({ query: { ...query, limit: Infinity, offset: 0 } }).items : ids.map((id) => this.rust.row(id));
    const rows = query ? listed.filter((row) => row.state !== "draft") : listed;
    const items: CheckedView[] = [];
    let works = 0;
    let cancelled = false;
    const before = this.stops;
    const tell = (last: CheckedView | null) => emit("check", { done: items.length, total: rows.length, works, last } satisfies CheckProgress);
    await tell(null);
    for (const row of rows) {
      cancelled = await this.pause(this.is("stuck") && items.length >= 3 ? 60_000 : this.is("slow") ? 400 : this.is("quick") ? 0 : 120, before);
      if (cancelled) break;
      const check = this.of(row);
      const checked = this.is("unkept") ? { ...row } : row;
      this.keep(checked, check);
      works += check.verdict === "works" ? 1 : 0;
      items.push({ id: row.id, kind: row.kind, name: row.name, organization: row.organization, ends: checked.expires, endsFrom: checked.expiresFrom, ...check });
      await tell(items.at(-1)!);
    }
    return { total: rows.length, works, drafts: listed.length - rows.length, elsewhere: 0, gone: 0, unkept: this.is("unkept") ? items.length : 0, cancelled, items };
  }
}
