/**
 * Keyboard shortcuts: one table, which the dialog shows and the page obeys.
 */

import { byId, make } from "./elements.js";
import { recall, remember } from "./memory.js";

/** @typedef {{keys: string[], does: string, single?: boolean, matches?: (event: KeyboardEvent) => boolean, run?: () => void}} Shortcut */

const command = (/** @type {KeyboardEvent} */ event) => (event.ctrlKey || event.metaKey) && !event.altKey;
const letter = (/** @type {string} */ key) => (/** @type {KeyboardEvent} */ event) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && event.key.toLowerCase() === key;

/** @typedef {"undo" | "redo" | "pen" | "rubber" | "whole" | "clear" | "upload" | "sees" | "theme" | "filters" | "escape"} Action */

/** @param {() => Partial<Record<Action, () => void>>} actions what can be done as the page is now */
export function listenToKeys(actions) {
  const dialog = byId("shortcuts-dialog");
  const open = () => dialog.showModal();
  const act = (/** @type {Action} */ action) => () => actions()[action]?.();
  /** @type {Shortcut[]} */
  const table = [
    { keys: ["Ctrl", "Z"], does: "Undo", matches: (event) => command(event) && !event.shiftKey && event.key.toLowerCase() === "z", run: act("undo") },
    { keys: ["Ctrl", "Shift", "Z"], does: "Redo (also Ctrl Y)", matches: isRedo, run: act("redo") },
    { keys: ["P"], does: "Pen", single: true, matches: letter("p"), run: act("pen") },
    { keys: ["E"], does: "Eraser", single: true, matches: letter("e"), run: act("rubber") },
    { keys: ["W"], does: "Stroke eraser, a whole line at a time", single: true, matches: letter("w"), run: act("whole") },
    { keys: ["C"], does: "Clear the paper, or take all pictures out", single: true, matches: letter("c"), run: act("clear") },
    { keys: ["U"], does: "Upload a picture", single: true, matches: letter("u"), run: act("upload") },
    { keys: ["Ctrl", "V"], does: "Search with the picture in the clipboard" },
    { keys: ["F"], does: "Go to what narrows the search down", single: true, matches: letter("f"), run: act("filters") },
    { keys: ["N"], does: "Show what the network sees", single: true, matches: letter("n"), run: act("sees") },
    { keys: ["D"], does: "Dark or light", single: true, matches: letter("d"), run: act("theme") },
    { keys: ["Esc"], does: "Give up a stroke, close, or go back to what was searched with", matches: (event) => event.key === "Escape", run: act("escape") },
    { keys: ["←↑↓→"], does: "On the paper: move the pen (Shift: in large steps)" },
    { keys: ["Space"], does: "On the paper: put the pen down, lift it" },
    { keys: ["?"], does: "This list", single: true, matches: letter("?"), run: open },
  ];
  byId("open-shortcuts").addEventListener("click", open);
  describe(table);
  const singles = switchOfSingles();
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") || isTyping(event)) return;
    const shortcut = table.find(({ matches, single }) => matches?.(event) && (!single || singles.checked));
    if (!shortcut?.run) return;
    if (event.key !== "Escape") event.preventDefault();
    shortcut.run();
  });
}

/** @param {KeyboardEvent} event @returns {boolean} */
function isRedo(event) {
  const key = event.key.toLowerCase();
  return command(event) && ((event.shiftKey && key === "z") || (!event.shiftKey && key === "y"));
}

/** @param {KeyboardEvent} event @returns {boolean} where letters belong to what has the focus */
function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return event.key !== "Escape" && target.matches?.("select, textarea, input:not([type=checkbox], [type=range])");
}

/** @returns {HTMLInputElement} letters as shortcuts can disturb speech input and so can be turned off */
function switchOfSingles() {
  const input = byId("single-keys");
  input.checked = recall("single-keys") !== "off";
  input.addEventListener("change", () => remember("single-keys", input.checked ? null : "off"));
  return input;
}

/** @param {Shortcut[]} table */
function describe(table) {
  const rows = table.map(({ keys, does }) =>
    make("div", {}, make("dt", {}, ...keys.map((key) => make("kbd", {}, key))), make("dd", {}, does)));
  byId("shortcut-list").replaceChildren(...rows);
}
