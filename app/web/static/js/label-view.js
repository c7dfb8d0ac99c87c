/**
 * The picture that is labelled, and over it, while somebody looks at a label, where that was seen.
 */

import { byId } from "./elements.js";

/** @typedef {import("./api.js").Tag} Tag */

/** Shows one picture at a time. */
export class LabelView {
  #view = byId("label-view");
  #picture = byId("label-picture");
  #attention = byId("label-attention");
  #region = byId("label-region");
  #size = { width: 1, height: 1 };
  #address = "";

  constructor() {
    // What this browser cannot show, the server may read all the same: its name stands in its place.
    this.#picture.addEventListener("error", () => this.#view.classList.add("is-missing"));
  }

  /** @param {File | null} picture */
  show(picture) {
    this.look(null);
    URL.revokeObjectURL(this.#address);
    this.#address = picture ? URL.createObjectURL(picture) : "";
    this.#view.hidden = picture === null;
    this.#view.classList.remove("is-missing");
    byId("label-drop").classList.toggle("is-filled", picture !== null);
    if (!picture) return;
    this.#picture.src = this.#address;
    this.#picture.alt = picture.name || "the picture";
  }

  /** @param {{width: number, height: number}} size of the picture as it was sent, in the pixels that regions are told in */
  measure({ width, height }) {
    this.#size = { width, height };
  }

  /** @param {Tag | null} tag whose place is shown; null shows the picture alone */
  look(tag) {
    const address = tag?.explanation?.picture;
    this.#attention.hidden = !address;
    if (address) this.#attention.src = address;
    const region = tag?.region;
    this.#region.hidden = !region;
    if (!region) return;
    const { width, height } = this.#size;
    const share = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
    Object.assign(this.#region.style, {
      left: share(region.x, width),
      top: share(region.y, height),
      width: share(region.width, width),
      height: share(region.height, height),
    });
  }
}
