/**
 * Dark and light: the system's preference, until the reader chooses the other; choosing back follows the system again.
 */

import { byId } from "./elements.js";
import { recall, remember } from "./memory.js";

const system = matchMedia("(prefers-color-scheme: dark)");

/** @returns {boolean} */
const isDark = () => (recall("theme") ?? (system.matches ? "dark" : "light")) === "dark";

/** @param {() => void} onChange after the page has new colours */
export function startTheme(onChange) {
  const button = byId("toggle-theme");
  const apply = () => {
    const chosen = recall("theme");
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    document.documentElement.classList.toggle("is-dark", isDark());
    button.setAttribute("aria-pressed", String(isDark()));
    onChange();
  };
  button.addEventListener("click", () => {
    const wanted = isDark() ? "light" : "dark";
    remember("theme", (wanted === "dark") === system.matches ? null : wanted);
    apply();
  });
  system.addEventListener("change", apply);
  apply();
}
