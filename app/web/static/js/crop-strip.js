/**
 * The pictures that a person is searched with, small, each with a button that takes it out again.
 */

import { byId, icon, make } from "./elements.js";

/** @typedef {import("./crops.js").Crop} Crop */
/** @typedef {import("./crops.js").Crops} Crops */

/** Shows crops; a picture keeps its element as long as the page stands, for a step back may show it again. */
export class CropStrip {
  #list = byId("crops");
  #onRemove;
  /** @type {WeakMap<Crop, HTMLLIElement>} */
  #elements = new WeakMap();

  /** @param {(crop: Crop) => void} onRemove */
  constructor(onRemove) {
    this.#onRemove = onRemove;
  }

  /** @param {Crops} crops */
  show(crops) {
    const places = [...this.#list.children];
    const left = places.findIndex((place) => place.contains(document.activeElement));
    this.#list.replaceChildren(...crops.map((crop) => this.#elementOf(crop)));
    byId("crop-drop").classList.toggle("is-filled", crops.length > 0);
    // Who takes out one after the other with the keyboard goes on where that one was.
    if (left >= 0) (this.#list.children[Math.min(left, crops.length - 1)]?.querySelector("button") ?? byId("choose-crops")).focus();
  }

  /** @param {Crop} crop @returns {HTMLLIElement} */
  #elementOf(crop) {
    const known = this.#elements.get(crop);
    if (known) return known;
    const image = make("img", { src: URL.createObjectURL(crop.picture), alt: crop.name, width: "72", height: "144" });
    const element = make("li", { class: "crop" }, image,
      make("button", { type: "button", class: "plain small", "aria-label": `Take out ${crop.name}`, title: "Take out", onclick: () => this.#onRemove(crop) }, icon("close")));
    // What this browser cannot show, the server may read all the same: its name stands in its place.
    image.addEventListener("error", () => element.classList.add("is-missing"));
    this.#elements.set(crop, element);
    return element;
  }
}
