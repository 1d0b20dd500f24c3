/// Which fields somebody can be asked about: the provider itself, from this machine, or the account when one is signed in.
import { ipc } from "../ipc/client";
import type { KindId } from "../ipc/client";
import { sync } from "./sync.svelte";

class Offers {
  private here = $state.raw<ReadonlySet<string>>(new Set());
  private there = $state.raw<ReadonlySet<string>>(new Set());
  private asked = false;

  /// Asks once; a form asks again where that failed.
  async ask(): Promise<void> {
    if (this.asked) return;
    this.asked = true;
    try {
      const all = await ipc.suggestedFields();
      this.here = new Set(all.flatMap((one) => one.here.map((field) => `${one.kind} ${field}`)));
      this.there = new Set(all.flatMap((one) => one.fields.map((field) => `${one.kind} ${field}`)));
    } catch {
      // Fields that offer nothing are typed.
      this.asked = false;
    }
  }

  has(kind: KindId, field: string): boolean {
    const key = `${kind} ${field}`;
    return this.here.has(key) || (sync.signedIn && this.there.has(key));
  }
}

export const offers = new Offers();
