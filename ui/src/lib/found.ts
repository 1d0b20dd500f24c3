/// What checks of several have found, for the rows that are read before that is in the store: results are stored many at a time,
/// and a store that can only be read, or is busy, takes none.
import type { CheckedView, CredentialView } from "../ipc/client";
import { withCheck } from "./expiry";
import { isAsNew } from "./verdict";

class Found {
  private latest = new Map<string, CheckedView>();

  take(checked: CheckedView): void {
    this.latest.set(checked.id, checked);
  }

  /// The row with what was found of it, unless it carries a check that is as new, or was changed since and is not what was checked.
  over(row: CredentialView): CredentialView {
    const checked = this.latest.get(row.id);
    if (!checked || isAsNew(row.check, checked) || Date.parse(row.modifiedAt) > Date.parse(checked.at)) return row;
    return withCheck(row, checked);
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.latest.delete(id);
  }

  clear(): void {
    this.latest.clear();
  }
}

export const found = new Found();
