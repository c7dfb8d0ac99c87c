/**
 * Labels as chips, each with a bar as long as it is sure; pointing at one, or reaching it with the keyboard, shows where
 * it was seen, and a click keeps that.
 */

import { byId, make } from "./elements.js";
import { likelihood } from "./format.js";
import { placeOf, whyOf } from "./label-wording.js";

/** @typedef {import("./api.js").Tag} Tag */

/** Shows chips, and tells which one is looked at. */
export class LabelChips {
  #list = byId("label-chips");
  #onLook;
  /** The one that was clicked. @type {Tag | null} */
  #kept = null;
  /** @type {Tag[]} */
  #tags = [];

  /** @param {(tag: Tag | null) => void} onLook */
  constructor(onLook) {
    this.#onLook = onLook;
  }

  /** @param {Tag[]} tags @param {{width: number, height: number}} size of their picture */
  show(tags, size) {
    // Another way to ask for the same picture keeps what somebody looks at.
    const kept = this.#kept?.label;
    this.#kept = tags.find(({ label }) => label === kept) ?? null;
    this.#tags = tags;
    this.#list.replaceChildren(...tags.map((tag) => make("li", {}, this.#chip(tag, size))));
    this.#mark();
    this.#onLook(this.#kept);
  }

  /** @param {Tag} tag @param {{width: number, height: number}} size @returns {HTMLButtonElement} */
  #chip(tag, size) {
    const look = () => this.#onLook(tag);
    const leave = () => this.#onLook(this.#kept);
    const bar = make("span", { class: "label-bar", "aria-hidden": "true" }, make("span"));
    bar.firstElementChild.style.width = `${100 * tag.probability}%`;
    const [why, place] = [whyOf(tag), placeOf(tag, size)];
    return make("button", { type: "button", class: "label-chip", "aria-pressed": "false", onpointerenter: look, onpointerleave: leave, onfocus: look, onblur: leave, onclick: () => this.#keep(tag) },
      make("span", { class: "label-name" }, tag.label),
      make("span", { class: "label-sure" }, likelihood(tag.probability)),
      bar,
      why ? make("span", { class: "label-why" }, why) : null,
      place ? make("span", { class: "unseen" }, place) : null);
  }

  /** @param {Tag} tag */
  #keep(tag) {
    this.#kept = this.#kept === tag ? null : tag;
    this.#mark();
    this.#onLook(this.#kept);
  }

  #mark() {
    for (const [place, chip] of [...this.#list.querySelectorAll("button")].entries()) {
      chip.setAttribute("aria-pressed", String(this.#tags[place] === this.#kept));
    }
  }
}
