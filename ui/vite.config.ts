import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/// `--mode mock` builds the same window over the stand-in IPC, for looking at it in a plain browser. The program's own
/// build never holds the stand-in: `src/main.ts` asks for it only where `import.meta.env.MODE` is not "production".
export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  build: {
    target: "safari16",
    // The style sheet uses light-dark(), which every web view that Tauri 2.12 runs in draws; lowering it for older
    // ones would double each colour.
    cssTarget: "safari18",
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  // Svelte's server build is what Node would pick; tests mount real components.
  resolve: process.env["VITEST"] ? { conditions: ["browser"] } : {},
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
  },
});
