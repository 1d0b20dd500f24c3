import "./lib/tokens.css";
import "./lib/base.css";
import { mount } from "svelte";
import App from "./App.svelte";

async function open() {
  // Outside the program's own web view there is nobody to talk to, so a stand-in is used. It is not part of the build that ships.
  if (import.meta.env.MODE !== "production" && !("__TAURI_INTERNALS__" in window)) {
    const { Mock, wishesOf } = await import("./ipc/mock");
    Object.assign(window, { mock: new Mock(wishesOf(location.search)).install() });
  }
  mount(App, { target: document.body });
}

void open();
