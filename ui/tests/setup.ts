import { cleanup } from "@testing-library/svelte";
import { clearMocks } from "@tauri-apps/api/mocks";
import { afterEach } from "vitest";

// What happy-dom lacks of the web views: the top layer. Tests need only that an open dialog is open.
const dialog = HTMLDialogElement.prototype;
dialog.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
Element.prototype.scrollIntoView ??= () => {};

afterEach(async () => {
  cleanup();
  // What a component stops on its way out still talks to the stand-in.
  await new Promise((done) => queueMicrotask(() => queueMicrotask(() => done(undefined))));
  clearMocks();
});
