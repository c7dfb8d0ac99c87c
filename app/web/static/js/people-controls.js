/**
 * What a search for a person is narrowed down by: how seldom it may be wrong, a camera left out, a window of time.
 */

import { byId, make } from "./elements.js";
import { recall, remember } from "./memory.js";
import { windowFilter } from "./sightings.js";

/** @typedef {{k: number, rate: number, leftOut: string | null, from: string, until: string}} Narrowed */

/** The controls beside the pictures. */
export class PeopleControls {
  #rate = byId("fmr");
  #count = byId("people-count");
  #camera = byId("leave-out");
  #from = byId("from");
  #until = byId("until");

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#count.value = recall("people-count") ?? "24";
    this.#rate.value = recall("fmr") ?? "0.01";
    this.#count.addEventListener("change", () => remember("people-count", this.#count.value));
    this.#rate.addEventListener("change", () => remember("fmr", this.#rate.value));
    for (const control of [this.#rate, this.#count, this.#camera, this.#from, this.#until]) control.addEventListener("change", onChange);
  }

  /** @returns {Narrowed} */
  get chosen() {
    const leftOut = this.#camera.value === "" ? null : this.#camera.value;
    return { k: Number(this.#count.value), rate: Number(this.#rate.value), leftOut, from: this.#from.value, until: this.#until.value };
  }

  /** @param {{cameras: string[], timed: boolean}} narrowing of a collection just chosen; nothing is left out */
  offer({ cameras, timed }) {
    const options = cameras.map((camera) => make("option", { value: camera }, `camera ${camera}`));
    this.#camera.replaceChildren(make("option", { value: "" }, "no camera"), ...options);
    byId("camera-control").hidden = cameras.length === 0;
    byId("time-control").hidden = !timed;
    this.clear();
  }

  /** Searches everything again. */
  clear() {
    for (const control of [this.#camera, this.#from, this.#until]) control.value = "";
  }

  focus() {
    this.#rate.focus();
  }
}

/** @param {Narrowed} narrowed @returns {boolean} whether something is left out */
export const isNarrowed = ({ leftOut, from, until }) => leftOut !== null || windowFilter(from, until) !== null;
