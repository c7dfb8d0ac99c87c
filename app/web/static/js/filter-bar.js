/**
 * The filters above the hits: one drop-down for each facet, kept in a value that says what is picked.
 */

import { swatch } from "./cards.js";
import { byId, icon, make } from "./elements.js";
import { countPicked } from "./facets.js";
import { fieldLabel, fieldValue } from "./format.js";

/** @typedef {import("./facets.js").Facet} Facet */
/** @typedef {import("./facets.js").Choice} Choice */
/** @typedef {import("./facets.js").Range} Range */
/** @typedef {import("./facets.js").Selection} Selection */

/** Shows facets and tells what is picked. */
export class FilterBar {
  #place = byId("filters");
  #onChange;
  /** @type {ReadonlyArray<Facet>} */
  #facets = [];
  /** @type {Selection} */
  #selection = {};
  /** What picks a value of each field that has choices. @type {Map<string, (value: string) => void>} */
  #pickers = new Map();

  /** @param {(selection: Selection) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    document.addEventListener("pointerdown", (event) => {
      const target = /** @type {Node} */ (event.target);
      for (const open of this.#open()) if (!open.contains(target)) open.open = false;
    });
  }

  /** @returns {Selection} */
  get selection() {
    return this.#selection;
  }

  /** @param {ReadonlyArray<Facet>} facets of a collection just chosen; nothing is picked */
  offer(facets) {
    this.#facets = facets;
    this.#selection = {};
    this.#pickers.clear();
    this.#place.hidden = facets.length === 0;
    this.#place.replaceChildren(
      ...facets.map((facet) => (facet.kind === "choice" ? this.#choice(facet) : this.#range(facet))),
      make("button", { type: "button", class: "chip clear-filters", hidden: true, onclick: () => this.clear() }, "Clear filters"),
    );
  }

  /** Picks nothing any more. */
  clear() {
    const hadFocus = this.#place.contains(document.activeElement);
    this.offer(this.#facets);
    if (hadFocus) this.focus();
    this.#onChange(this.#selection);
  }

  focus() {
    this.#place.querySelector("summary")?.focus();
  }

  /** @param {string} field @returns {boolean} whether a value of it can be picked */
  offers(field) {
    return this.#pickers.has(field);
  }

  /** @param {string} field one that is offered @param {string} value picked beside what is picked already, also where it was too rare to be listed */
  pick(field, value) {
    this.#pickers.get(field)?.(value);
  }

  /** @returns {boolean} whether a drop-down was open and now is not */
  close() {
    const [open] = this.#open();
    if (!open) return false;
    open.open = false;
    open.querySelector("summary")?.focus();
    return true;
  }

  /** @returns {HTMLDetailsElement[]} */
  #open() {
    return [...this.#place.querySelectorAll("details[open]")];
  }

  /** @param {string} field @param {import("./facets.js").Picked} picked */
  #pick(field, picked) {
    this.#selection = { ...this.#selection, [field]: picked };
    this.#place.querySelector(".clear-filters").hidden = countPicked(this.#selection) === 0;
    this.#onChange(this.#selection);
  }

  /** @param {string} field @param {HTMLElement} content @returns {{details: HTMLDetailsElement, tell: (picked: string) => void}} */
  #dropDown(field, content) {
    const told = make("span", { class: "facet-told" });
    const details = make("details", { class: "facet", name: "facet" },
      make("summary", {}, make("span", {}, fieldLabel(field)), told, icon("down")),
      make("div", { class: "facet-panel" }, content));
    const tell = (/** @type {string} */ picked) => {
      told.textContent = picked;
      details.classList.toggle("is-picked", picked !== "");
    };
    return { details, tell };
  }

  /** @param {Choice} facet @returns {HTMLElement} */
  #choice({ field, values }) {
    const isColour = /colou?r/i.test(field);
    const group = make("fieldset", { class: "options" }, make("legend", { class: "unseen" }, fieldLabel(field)));
    /** @type {Array<{value: string | number | boolean, box: HTMLInputElement}>} */
    const boxes = [];
    const add = (/** @type {string | number | boolean} */ value) => {
      const one = { value, box: make("input", { type: "checkbox" }) };
      boxes.push(one);
      group.append(make("label", { class: "option" }, one.box, isColour ? swatch(String(value)) : null, fieldValue(field, value)));
      return one;
    };
    for (const { value } of values) add(value);
    this.#pickers.set(field, (value) => {
      const { box } = boxes.find((one) => one.value === value) ?? add(value);
      box.checked = true;
      group.dispatchEvent(new Event("change"));
    });
    const { details, tell } = this.#dropDown(field, group);
    group.addEventListener("change", () => {
      const picked = boxes.filter(({ box }) => box.checked).map(({ value }) => value);
      tell(picked.length > 1 ? String(picked.length) : picked.map((value) => fieldValue(field, value)).join());
      this.#pick(field, { values: picked });
    });
    return details;
  }

  /** @param {Range} facet @returns {HTMLElement} */
  #range({ field, low, high, step }) {
    const slider = (/** @type {string} */ end, /** @type {number} */ value) =>
      make("input", { type: "range", min: String(low), max: String(high), step: String(step), value: String(value), "aria-label": `${fieldLabel(field)}, ${end}` });
    const [from, to] = [slider("lowest", low), slider("highest", high)];
    const words = make("output", { class: "range-words" });
    const { details, tell } = this.#dropDown(field, make("div", { class: "range" }, words, make("div", { class: "range-sliders" }, from, to)));
    const show = () => {
      const [a, b] = [Number(from.value), Number(to.value)];
      words.textContent = `${fieldValue(field, a)} to ${fieldValue(field, b)}`;
      for (const input of [from, to]) input.setAttribute("aria-valuetext", fieldValue(field, Number(input.value)));
      details.style.setProperty("--from", String((a - low) / (high - low)));
      details.style.setProperty("--to", String((b - low) / (high - low)));
      return { a, b };
    };
    const listen = (/** @type {HTMLInputElement} */ input) => input.addEventListener("input", () => {
      // The ends may meet, not pass each other.
      if (Number(from.value) > Number(to.value)) input.value = input === from ? to.value : from.value;
      const { a, b } = show();
      tell(a > low || b < high ? words.textContent ?? "" : "");
      // At its outer end a slider filters nothing: the facets were learnt from a part of the collection.
      this.#pick(field, { from: a > low ? a : null, to: b < high ? b : null });
    });
    listen(from);
    listen(to);
    show();
    return details;
  }
}
