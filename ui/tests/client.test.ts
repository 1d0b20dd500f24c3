import { describe, expect, it } from "vitest";
import { asError, Failure, kindOf, kinds, unwrap } from "../src/ipc/client";

const wrong = { code: "locked", field: null, problems: [], message: "It is locked. Unlock it first." };

describe("unwrap", () => {
  it("gives the value of a tagged result and of a bare answer", async () => {
    expect(await unwrap(Promise.resolve({ status: "ok", data: null }))).toBeNull();
    expect(await unwrap(Promise.resolve([1, 2]))).toEqual([1, 2]);
    expect(await unwrap(Promise.resolve({ state: "ready", message: "" }))).toEqual({ state: "ready", message: "" });
  });

  it("throws the error of a tagged result as Rust wrote it", async () => {
    const failure = await unwrap(Promise.resolve({ status: "error", error: wrong })).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Failure);
    expect(asError(failure)).toEqual(wrong);
  });

  it("turns a bare string into a sentence with a next step", async () => {
    const failure = await unwrap(Promise.reject("command start not allowed")).catch((thrown: unknown) => thrown);
    expect(asError(failure).message).toMatch(/command start not allowed.*Try again/);
    expect(asError(failure).problems).toEqual([]);
  });

  it("takes an untagged rejection that is an error already", async () => {
    expect(asError(await unwrap(Promise.reject(wrong)).catch((thrown: unknown) => thrown))).toEqual(wrong);
  });

  it("has words even for what is nothing", () => {
    expect(asError(undefined).message).not.toBe("");
    expect(asError(new TypeError("x is not a function")).message).toContain("x is not a function");
  });
});

describe("kinds", () => {
  it("are the fourteen, each with the field that names it", () => {
    expect(kinds).toHaveLength(14);
    for (const kind of kinds) expect(kindOf(kind.id).fields.map((field) => field.id)).toContain(kind.nameField);
  });

  it("have conditions that name a field of their own", () => {
    for (const kind of kinds)
      for (const field of kind.fields)
        if (field.shownWhen) expect(kind.fields.map((one) => one.id)).toContain(field.shownWhen.field);
  });
});
