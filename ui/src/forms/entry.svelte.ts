/// What a person is typing into the form of one kind. It turns that into the input that Rust takes (absent = keep, null = clear,
/// a value = set), asks Rust about it while they type, and forgets it when the form goes.
import { SvelteSet } from "svelte/reactivity";
import { asError, ipc } from "../ipc/client";
import type {
  AppError, CredentialView, FieldView, Findings, Input, InputValue, KindView, Problem, Saved,
} from "../ipc/client";
import { annotations, isAnnotation, storedOf } from "./annotations";

/// What a control edits: text for all but a flag.
export type Typed = string | boolean;

/// What of what is sent was changed how often, when a provider was asked.
export type Moment = { sent: number; version: number | null; changes: ReadonlyMap<string, number> };

/// How long after a key Rust is asked, and how long a pause in typing means that somebody is done with a field.
const ASK = 150;
const PAUSE = 450;

const organizationFields = new Set(["organization", "organizationId"]);

export class Entry {
  readonly kind: KindView;
  /// The fields of the kind, and after them what is kept here only.
  readonly fields: readonly FieldView[];
  base = $state.raw<CredentialView | null>(null);
  organization = $state("");
  values = $state<Record<string, Typed>>({});
  /// Secrets that are to be cleared on purpose.
  readonly cleared = new SvelteSet<string>();
  readonly touched = new SvelteSet<string>();
  /// Fields that a rule asks for as things stand, as a key where no role is given. Rust knows the rules; what it has called
  /// required stays so while something stands in it.
  readonly needed = new SvelteSet<string>();
  /// Somebody tried to save, so every problem is shown.
  attempted = $state(false);
  findings = $state.raw<Findings>({ problems: [], warnings: [] });
  failure = $state.raw<AppError | null>(null);
  saving = $state<"draft" | "save" | null>(null);
  /// What a check said of a field: its problem until it is changed. It keeps nobody from saving.
  doubt = $state.raw<Problem | null>(null);
  /// Counts the changes of what a provider is sent, so that what is known from a check is known to be older.
  sent = $state(0);

  /// How often each field was changed, which tells a question about them from an earlier one without holding what is in them.
  private changes = new Map<string, number>();
  /// What a provider said when it did not let the form in, for all lists of the form: asking for the next one would only be refused
  /// again, and whoever is refused too often is locked.
  private refusal = $state.raw<{ moment: Moment; words: string } | null>(null);
  private initial: Record<string, Typed> = {};
  private startedWith = "";
  private turn = 0;
  private clock: ReturnType<typeof setTimeout> | undefined;
  private pauses = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(kind: KindView, base: CredentialView | null, organization: string) {
    this.kind = kind;
    this.fields = [...kind.fields, ...annotations];
    this.base = base;
    this.organization = base?.organizationId ?? organization;
    this.startedWith = this.organization;
    this.initial = initialValues(this.fields, base);
    this.values = { ...this.initial };
    this.ask(0);
  }

  field(id: string): FieldView | undefined {
    return this.fields.find((field) => field.id === id);
  }

  shows(field: FieldView, values = this.values): boolean {
    const when = field.shownWhen;
    if (!when) return true;
    const other = this.field(when.field);
    if (other && !this.shows(other, values)) return false;
    return when.values.includes(String(values[when.field] ?? "false"));
  }

  /// Whether the account cannot change this in place: only once it has the credential.
  fixed(field: FieldView): boolean {
    const state = this.base?.state;
    return !field.updatable && (state === "synced" || state === "changed" || state === "conflict");
  }

  /// A secret that exists already, here or in the account, and is left alone unless something is typed.
  kept(field: FieldView): "set" | "account" | null {
    const state = this.base?.secrets[field.id];
    return field.secret && (state === "set" || state === "account") ? state : null;
  }

  get dirty(): boolean {
    return (
      this.cleared.size > 0 ||
      this.organization !== this.startedWith ||
      this.fields.some((field) => this.values[field.id] !== this.initial[field.id])
    );
  }

  changed(field: FieldView): boolean {
    return this.cleared.has(field.id) || this.values[field.id] !== this.initial[field.id];
  }

  type(field: FieldView, value: Typed): void {
    this.values[field.id] = value;
    this.count(field.id);
    if (value !== "") this.cleared.delete(field.id);
    this.failure = null;
    this.ask();
    // A problem is shown when the typing pauses, not in the middle of a word.
    clearTimeout(this.pauses.get(field.id));
    if (!this.touched.has(field.id))
      this.pauses.set(field.id, setTimeout(() => this.touched.add(field.id), PAUSE));
  }

  private count(id: string): void {
    this.changes.set(id, (this.changes.get(id) ?? 0) + 1);
    if (this.isSent(id)) this.sent += 1;
    if (this.doubt?.field === id) this.doubt = null;
  }

  /// A provider is told neither the name nor what is kept here only.
  private isSent(id: string): boolean {
    return id !== this.kind.nameField && !isAnnotation(id);
  }

  /// Another text whenever anything that is sent but the field itself was changed: what the provider offers may be something else.
  stamp(field: FieldView, { version, changes }: Moment = this.moment): string {
    return [version ?? "", ...[...changes].filter(([id]) => id !== field.id && this.isSent(id)).map(([id, count]) => `${id}:${count}`).sort()].join(" ");
  }

  get moment(): Moment {
    return { sent: this.sent, version: this.base?.version ?? null, changes: new Map(this.changes) };
  }

  /// Keeps why a provider refused what stood in the form, or that it took it: null. Of two answers, that to the later question stays.
  answered(moment: Moment, words: string | null): void {
    if (this.refusal && this.refusal.moment.sent > moment.sent) return;
    this.refusal = words === null ? null : { moment, words };
  }

  /// Why the provider refuses what stands in the form now, as far as that is known; the field itself does not count.
  refused(field: FieldView): string | null {
    const known = this.refusal;
    return known && this.stamp(field, known.moment) === this.stamp(field) ? known.words : null;
  }

  leave(field: FieldView): void {
    if (this.changed(field)) this.touched.add(field.id);
  }

  clear(field: FieldView, clear: boolean): void {
    this.values[field.id] = "";
    this.count(field.id);
    if (clear) this.cleared.add(field.id);
    else this.cleared.delete(field.id);
    this.touched.add(field.id);
    this.ask();
  }

  move(organization: string): void {
    this.organization = organization;
    this.ask();
  }

  problem(id: string): Problem | undefined {
    return this.found(id) ?? (this.doubt?.field === id ? this.doubt : undefined);
  }

  private found(id: string): Problem | undefined {
    return this.touched.has(id) || this.attempted ? this.findings.problems.find((one) => one.field === id) : undefined;
  }

  warning(id: string): Problem | undefined {
    return this.touched.has(id) || this.attempted ? this.findings.warnings.find((one) => one.field === id) : undefined;
  }

  get organizationProblem(): Problem | undefined {
    return this.findings.problems.find((one) => organizationFields.has(one.field));
  }

  /// Problems that no visible field can show, for the top of the form.
  get strays(): Problem[] {
    if (!this.attempted) return [];
    return this.findings.problems.filter((one) => {
      const field = this.field(one.field);
      return !organizationFields.has(one.field) && (!field || !this.shows(field));
    });
  }

  input(): Input {
    const input: Input = {};
    for (const field of this.fields) {
      const value = this.base ? this.edited(field) : this.added(field);
      if (value !== undefined) input[field.id] = value;
    }
    return input;
  }

  private added(field: FieldView): InputValue | undefined {
    if (!this.shows(field)) return undefined;
    const value = parse(field, this.values[field.id] ?? "");
    if (value === null) return undefined;
    // A flag that is off counts as absent unless it is on by itself.
    return value === false && field.default !== true ? undefined : value;
  }

  private edited(field: FieldView): InputValue | undefined {
    const visible = this.shows(field);
    const had = field.secret ? this.kept(field) !== null : storedOf(this.base, field) !== undefined;
    // What no longer applies because of a change made here goes with it.
    if (!visible) return had && this.shows(field, this.initial) ? null : undefined;
    if (this.cleared.has(field.id)) return null;
    if (this.values[field.id] === this.initial[field.id]) return undefined;
    const value = parse(field, this.values[field.id] ?? "");
    if (value === null && field.secret) return undefined;
    return value;
  }

  /// Asks Rust after a pause; an answer to anything but the latest question is dropped.
  private ask(after = ASK): void {
    clearTimeout(this.clock);
    const turn = ++this.turn;
    this.clock = setTimeout(async () => {
      try {
        const findings = await ipc.checkInput(this.kind.id, this.organization, this.base?.id ?? null, this.input());
        if (turn === this.turn) this.take(findings);
      } catch {
        // Saving asks the same and says what is wrong; a hint that fails is no reason to interrupt.
      }
    }, after);
  }

  private take(findings: Findings): void {
    this.findings = findings;
    for (const field of this.fields) {
      if (findings.problems.some((one) => one.field === field.id && one.code === "required")) this.needed.add(field.id);
      else if (this.values[field.id] === "") this.needed.delete(field.id);
    }
  }

  /// How many fields show a problem: each shows one of its own at a time.
  get troubled(): number {
    return this.attempted ? new Set(this.findings.problems.map((one) => one.field)).size : 0;
  }

  /// Saves, or keeps what Rust said about why not and throws it. What comes `first` can stop it like the save itself.
  async save(draft: boolean, first?: () => Promise<void>): Promise<Saved> {
    this.saving = draft ? "draft" : "save";
    this.failure = null;
    try {
      await first?.();
      const saved = this.base
        ? await ipc.editCredential(this.base.id, this.base.version, this.input(), draft)
        : await ipc.addCredential(this.kind.id, this.organization, this.input(), draft);
      this.forget();
      return saved;
    } catch (thrown) {
      this.refuse(asError(thrown));
      throw thrown;
    } finally {
      this.saving = null;
    }
  }

  private refuse(error: AppError): void {
    this.attempted = true;
    const problems = error.problems.length
      ? error.problems
      : error.field !== null
        ? [{ field: error.field, code: error.code, message: error.message }]
        : null;
    this.failure = error;
    // The save failed for another reason: what the fields have to say may be older than what is in them.
    if (!problems) return this.ask(0);
    // A question still under way would overwrite what the save found.
    clearTimeout(this.clock);
    this.turn += 1;
    this.take({ ...this.findings, problems });
  }

  /// The first field, in the order of the form, that has a problem.
  get firstProblem(): string | undefined {
    if (this.organizationProblem) return "organization";
    return this.fields.find((field) => this.shows(field) && this.found(field.id))?.id;
  }

  /// Takes over what somebody else saved meanwhile, under what was typed here.
  rebase(now: CredentialView): void {
    const changed = this.fields.filter((field) => this.changed(field)).map((field) => field.id);
    this.base = now;
    this.initial = initialValues(this.fields, now);
    this.sent += 1;
    for (const field of this.fields)
      if (!changed.includes(field.id)) this.values[field.id] = this.initial[field.id]!;
    this.failure = null;
    this.ask(0);
  }

  /// Nothing typed outlives the form.
  forget(): void {
    clearTimeout(this.clock);
    for (const pause of this.pauses.values()) clearTimeout(pause);
    this.turn += 1;
    this.values = {};
    this.initial = {};
    this.doubt = null;
    this.refusal = null;
    this.cleared.clear();
  }
}

function initialValues(fields: readonly FieldView[], base: CredentialView | null): Record<string, Typed> {
  return Object.fromEntries(
    fields.map((field) => {
      const stored = field.secret ? undefined : base ? storedOf(base, field) : (field.default ?? undefined);
      if (field.type === "bool") return [field.id, stored === true];
      if (Array.isArray(stored)) return [field.id, stored.join(", ")];
      return [field.id, stored === undefined ? "" : String(stored)];
    }),
  );
}

/// The value that the typed text stands for; null where there is none. What is no number goes as it was typed, so that
/// Rust can say what is wrong with it.
function parse(field: FieldView, typed: Typed): InputValue {
  if (typeof typed === "boolean") return typed;
  if (field.type === "list") {
    const parts = typed.split(/[,\n]/).map((part) => part.trim()).filter(Boolean);
    return parts.length ? parts : null;
  }
  if (typed === "") return null;
  if (field.type === "int" && /^\s*[+-]?\d{1,15}\s*$/.test(typed)) return Number(typed);
  return typed;
}
