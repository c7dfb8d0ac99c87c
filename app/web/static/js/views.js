/**
 * What the network sees: the trimmed drawing beside the edges of a hit, in the panel and in an item's dialog.
 */

import { viewItem, viewSketch } from "./api.js";
import { byId, make } from "./elements.js";
import { fieldLabel, fieldValue, likelihood, percent, whereMost } from "./format.js";
import { recall, remember } from "./memory.js";

/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Sketch} Sketch */
/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {{offers: (field: string) => boolean, pick: (field: string, value: string) => void}} Picker filters by a value of an item's metadata */
/** @typedef {{sketch: Sketch | null, like: Hit | null, hit: Hit | null, collection: Collection}} Wish a query, either a sketch or an item, and its best hit */

/** One grey picture, fetched; a newer wish replaces an older one, and the old picture stays until the new one is there. */
class Tile {
  #place;
  /** @type {AbortController | null} */
  #request = null;
  #address = "";
  /** @type {unknown} */
  #shown = null;

  /** @param {HTMLElement} place */
  constructor(place) {
    this.#place = place;
  }

  /**
   * @param {unknown} subject what the picture is of; the same again is not fetched again
   * @param {string} alt
   * @param {(signal: AbortSignal) => Promise<Blob>} fetchPicture
   */
  async show(subject, alt, fetchPicture) {
    if (subject === this.#shown) return;
    this.#shown = subject;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const blob = await fetchPicture(request.signal);
      if (request.signal.aborted) return;
      this.#replace(URL.createObjectURL(blob), alt);
    } catch (error) {
      if (!request.signal.aborted) this.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} sentence */
  say(sentence) {
    this.clear();
    this.#place.append(make("p", {}, sentence));
  }

  clear() {
    this.#request?.abort();
    this.#shown = null;
    this.#place.replaceChildren();
    URL.revokeObjectURL(this.#address);
    this.#address = "";
  }

  /** @param {string} address @param {string} alt */
  #replace(address, alt) {
    const image = make("img", { src: address, alt, width: "256", height: "256" });
    this.#place.replaceChildren(image);
    URL.revokeObjectURL(this.#address);
    this.#address = address;
  }
}

/** @type {Wish} */
const NOTHING = { sketch: null, like: null, hit: null, collection: { name: "", title: "", model: "", items: 0 } };

/** The panel under the paper; asks for nothing while it is closed. */
export class SeesPanel {
  #panel = byId("sees");
  #query = new Tile(byId("sees-query"));
  #hit = new Tile(byId("sees-hit"));
  /** @type {Wish | null} */
  #wish = null;

  constructor() {
    const kept = recall("sees");
    this.#panel.open = kept === null ? matchMedia("(min-width: 60rem)").matches : kept === "open";
    this.#panel.addEventListener("toggle", () => {
      remember("sees", this.#panel.open ? "open" : "closed");
      this.#show();
    });
    this.#show();
  }

  toggle() {
    this.#panel.open = !this.#panel.open;
  }

  /** @param {Wish | null} wish */
  show(wish) {
    this.#wish = wish;
    this.#show();
  }

  #show() {
    const wish = this.#wish;
    if (!this.#panel.open) return;
    this.#showQuery(wish);
    this.#showHit(wish);
  }

  /** @param {Wish | null} wish */
  #showQuery(wish) {
    const caption = byId("sees-query-caption");
    const { sketch, like, collection } = wish ?? NOTHING;
    caption.textContent = like ? `Edges of ${like.title || like.key}` : "Your drawing, trimmed";
    if (sketch) this.#query.show(sketch, "Your drawing as the network sees it", (signal) => viewSketch(sketch, collection, signal));
    else if (like) this.#query.show(`${collection.name}/${like.key}`, `Edges of ${like.title || like.key}`, (signal) => viewItem(like.key, collection, signal));
    else this.#query.say("Appears as you draw");
  }

  /** @param {Wish | null} wish */
  #showHit(wish) {
    const caption = byId("sees-hit-caption");
    const { hit, collection } = wish ?? NOTHING;
    caption.textContent = hit ? `Best hit: ${hit.title || hit.key}` : "Edges of the best hit";
    if (hit) this.#hit.show(`${collection.name}/${hit.key}`, `Edges of ${hit.title || hit.key}`, (signal) => viewItem(hit.key, collection, signal));
    else this.#hit.say("Appears with the first hit");
  }
}

/** One item in a dialog: its picture beside its edges, and all that is known about it. */
export class ItemDialog {
  #dialog = byId("item-dialog");
  /** @type {Tile | null} */
  #edges = null;
  #similar = () => {};

  constructor() {
    byId("item-similar").addEventListener("click", () => {
      this.#dialog.close();
      this.#similar();
    });
    this.#dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      // The backdrop belongs to the dialog element; everything inside has an element of its own.
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  /**
   * @param {Hit} hit
   * @param {Collection} collection
   * @param {{label: string, run: () => void}} similar what the button under it does
   * @param {boolean} [withEdges] whether what the network sees of it tells people more than the picture
   * @param {Picker | null} [picker] what labels of the item filter by
   */
  open(hit, collection, similar, withEdges = true, picker = null) {
    this.#similar = similar.run;
    byId("item-similar-label").textContent = similar.label;
    const name = hit.title || hit.key;
    byId("item-title").textContent = name;
    this.#edges?.clear();
    byId("item-views").replaceChildren(
      make("figure", {}, picture(hit, name), make("figcaption", {}, "The picture")),
      ...(withEdges ? [this.#seen(hit, collection, name)] : []),
      ...reasons(hit, name),
    );
    byId("item-facts").replaceChildren(...factRows(hit, (field, value) => this.#shown(field, value, hit, picker)));
    this.#dialog.showModal();
  }

  /** @param {string} field @param {any} value @param {Hit} hit @param {Picker | null} picker @returns {Array<Node | string>} a list of words as chips that filter, everything else as text */
  #shown(field, value, hit, picker) {
    const isWords = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string");
    if (!isWords || !picker?.offers(field)) return [fieldValue(field, value, hit.metadata)];
    const pick = (/** @type {string} */ word) => {
      this.#dialog.close();
      picker.pick(field, word);
    };
    return value.map((word) => make("button", { type: "button", class: "chip word-chip", title: `Only what is labelled ${word}`, onclick: () => pick(word) }, word));
  }

  /** @param {Hit} hit @param {Collection} collection @param {string} name @returns {HTMLElement} */
  #seen(hit, collection, name) {
    const place = make("div", { class: "sees-tile" });
    this.#edges = new Tile(place);
    this.#edges.show(hit, `Edges of ${name}`, (signal) => viewItem(hit.key, collection, signal));
    return make("figure", {}, place, make("figcaption", {}, "What the network sees of it"));
  }
}

/** @param {Hit} hit @param {string} name @returns {HTMLElement} */
function picture(hit, name) {
  if (!hit.image_url) return make("div", { class: "sees-tile" }, make("p", {}, "No picture"));
  return make("div", { class: "item-picture" }, make("img", { src: hit.image_url, alt: name }));
}

/** @param {Hit} hit @param {string} name @returns {HTMLElement[]} a figure that tells why, where that was asked */
function reasons({ explanation }, name) {
  if (!explanation) return [];
  const alt = `Edges of ${name}; what speaks for it is red: ${whereMost(explanation.shares)}`;
  const image = make("img", { src: explanation.picture, alt, width: "256", height: "256" });
  return [make("figure", { class: "reasons" }, make("div", { class: "item-picture" }, image), make("figcaption", {}, `Why: red speaks for it, ${whereMost(explanation.shares)}`))];
}

/** @param {Hit} hit @param {(field: string, value: any) => Array<Node | string>} shown a value of the metadata @returns {HTMLElement[]} */
function factRows(hit, shown) {
  /** @type {Array<[string, Array<Node | string>]>} */
  const rows = Object.entries(hit.metadata ?? {}).map(([field, value]) => [fieldLabel(field), shown(field, value)]);
  if (hit.score !== undefined) rows.unshift(["Cosine", [percent(hit.score)]]);
  if (hit.probability) rows.unshift([hit.verdict ? "Chance" : "Looks like it", [likelihood(hit.probability)]]);
  if (hit.verdict) rows.unshift(["Verdict", [hit.verdict]]);
  rows.push(["Key", [hit.key]]);
  return rows.map(([label, values]) => make("div", {}, make("dt", {}, label), make("dd", {}, ...values)));
}
