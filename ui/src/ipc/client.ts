/// The one way to Rust: every command as a function that gives its value or throws a `Failure`. Nothing else in the
/// window knows that there is a web view boundary, or in which of its shapes a command fails.
import { commands, kinds as generated, verdicts as judged } from "./bindings";
import type * as Rust from "./bindings";

export type * from "./bindings";

/// Remarks and errors with any code: the window has a few of its own, and shows those it does not know all the same.
export type Problem = Omit<Rust.Problem, "code"> & { code: string };
export type Findings = { problems: Problem[]; warnings: Problem[] };
export type AppError = Omit<Rust.AppError, "code" | "problems"> & { code: string; problems: Problem[] };

// Parts that have a name here and none of their own in Rust.
export type Input = Parameters<typeof commands.addCredential>[2];
export type InputValue = Input[string];
export type Value = Exclude<Rust.CredentialView["fields"][string], undefined>;
export type FieldType = Rust.FieldView["type"];
export type ColumnView = Rust.KindView["columns"][number];

type KindId = Rust.KindId;
type KindView = Rust.KindView;
type Tab = Rust.Tab;

/// What is thrown when a command fails. It carries the error as Rust wrote it: a code, the field, the problems, and a
/// sentence for the person.
export class Failure extends Error {
  readonly error: AppError;

  constructor(error: AppError) {
    super(error.message);
    this.name = "Failure";
    this.error = error;
  }
}

/// Whatever was thrown, as the one error type. Tauri itself fails with bare strings (a command that is not allowed, an
/// argument that does not fit), which no person should read raw but every person must be told about.
export function asError(thrown: unknown): AppError {
  if (thrown instanceof Failure) return thrown.error;
  if (isAppError(thrown)) return thrown;
  const words = thrown instanceof Error ? thrown.message : typeof thrown === "string" ? thrown : "";
  return {
    code: "window",
    field: null,
    problems: [],
    message: words
      ? `The window and the program did not understand each other (${words}). Try again; if it stays, start Credenza anew.`
      : "Something went wrong inside the window. Try again; if it stays, start Credenza anew.",
  };
}

function isAppError(value: unknown): value is AppError {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as AppError).code === "string" &&
    typeof (value as AppError).message === "string"
  );
}

/// A command answers with a tagged result, or with its bare value where it cannot fail.
export async function unwrap<T>(answer: Promise<unknown>): Promise<T> {
  let value: unknown;
  try {
    value = await answer;
  } catch (thrown) {
    throw new Failure(asError(thrown));
  }
  if (typeof value === "object" && value !== null && "status" in value) {
    const result = value as { status: unknown; data?: unknown; error?: unknown };
    if (result.status === "error") throw new Failure(asError(result.error));
    if (result.status === "ok") return result.data as T;
  }
  return value as T;
}

type Given<R> = R extends { status: "ok"; data: infer T } ? T : R extends { status: "error" } ? never : R;
type Command = (...args: never[]) => Promise<unknown>;
type Unwrapped<C> = {
  [K in keyof C]: C[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => Promise<Given<R>> : never;
};

export const ipc = Object.fromEntries(
  Object.entries(commands as unknown as Record<string, Command>).map(([name, command]) => [
    name,
    (...args: never[]) => unwrap(command(...args)),
  ]),
) as unknown as Unwrapped<typeof commands>;

export const kinds = generated as unknown as readonly KindView[];
const byId = new Map(kinds.map((kind) => [kind.id, kind]));

export function kindOf(id: KindId): KindView {
  const kind = byId.get(id);
  if (!kind) throw new Error(`no such kind: ${id}`);
  return kind;
}

export function kindsOf(tab: Tab): readonly KindView[] {
  return kinds.filter((kind) => kind.tab === tab);
}

const byVerdict = new Map<string, Rust.VerdictView>(judged.map((one) => [one.verdict, one]));

/// The words and the rank of a verdict. One that this window does not know is shown as it is called, and proves nothing.
export function verdictOf(verdict: Rust.Verdict): Rust.VerdictView {
  return byVerdict.get(verdict) ?? { verdict, label: verdict, rank: 3 };
}
