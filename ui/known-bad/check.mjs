// Checks the checker: a setting gone wrong once made svelte-check report nothing at all, so here is a component that it must refuse.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const checker = fileURLToPath(new URL("../node_modules/svelte-check/bin/svelte-check", import.meta.url));
const { status, stdout } = spawnSync(process.execPath, [checker, "--workspace", here, "--tsconfig", `${here}tsconfig.json`, "--output", "machine"], {
  encoding: "utf8",
});
const said = ["is not assignable to type", "a11y_missing_attribute"].filter((words) => !stdout.includes(words));
if (status === 0 || said.length) {
  console.error(`svelte-check let known-bad/Bad.svelte pass (missing: ${said.join(", ")}).\n${stdout}`);
  process.exit(1);
}
