/**
 * Keyboard shortcuts: one table, which the dialog shows and the page obeys.
 */

import { byId, make } from "./elements.js";
import { recall, remember } from "./memory.js";

/** @typedef {{keys: string[], does: string, single?: boolean, matches?: (event: KeyboardEvent) => boolean, run?: () => void}} Shortcut */

const command = (/** @type {KeyboardEvent} */ event) => (event.ctrlKey || event.metaKey) && !event.altKey;
const letter = (/** @type {string} */ key) => (/** @type {KeyboardEvent} */ event) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && event.key.toLowerCase() === key;

/**
 * @param {Record<"undo" | "redo" | "pen" | "rubber" | "whole" | "clear" | "upload" | "sees" | "theme" | "filters" | "escape", () => void>} actions
 */
export function listenToKeys(actions) {
  const dialog = byId("shortcuts-dialog");
  const open = () => dialog.showModal();
  /** @type {Shortcut[]} */
  const table = [
    { keys: ["Ctrl", "Z"], does: "Undo", matches: (event) => command(event) && !event.shiftKey && event.key.toLowerCase() === "z", run: actions.undo },
    { keys: ["Ctrl", "Shift", "Z"], does: "Redo (also Ctrl Y)", matches: isRedo, run: actions.redo },
    { keys: ["P"], does: "Pen", single: true, matches: letter("p"), run: actions.pen },
    { keys: ["E"], does: "Eraser", single: true, matches: letter("e"), run: actions.rubber },
    { keys: ["W"], does: "Stroke eraser, a whole line at a time", single: true, matches: letter("w"), run: actions.whole },
    { keys: ["C"], does: "Clear the paper", single: true, matches: letter("c"), run: actions.clear },
    { keys: ["U"], does: "Upload a picture", single: true, matches: letter("u"), run: actions.upload },
    { keys: ["Ctrl", "V"], does: "Search with the picture in the clipboard" },
    { keys: ["F"], does: "Go to the filters", single: true, matches: letter("f"), run: actions.filters },
    { keys: ["N"], does: "Show what the network sees", single: true, matches: letter("n"), run: actions.sees },
    { keys: ["D"], does: "Dark or light", single: true, matches: letter("d"), run: actions.theme },
    { keys: ["Esc"], does: "Give up a stroke, close, or go back to the drawing", matches: (event) => event.key === "Escape", run: actions.escape },
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
