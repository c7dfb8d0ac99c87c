/**
 * Hits as cards. A card stays the same element as long as its item is among the hits, so pictures do not flicker.
 */

import { icon, make } from "./elements.js";
import { fieldValue, isPrice, likelihood, percent, whereMost } from "./format.js";
import { NO_MARKS, sideOf } from "./marks.js";

/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./marks.js").Marks} Marks */
/** @typedef {import("./marks.js").Side} Side */
/** @typedef {{onOpen: (hit: Hit) => void, onSimilar: (hit: Hit) => void, onMark: (hit: Hit, side: Side) => void}} CardActions */
/** @typedef {{element: HTMLLIElement, show: (hit: Hit) => void, mark: (side: Side | null) => void}} Card */

export const COSINE = "Cosine between the two embeddings: 100 % is the same direction. It is no probability.";
const LIKELIHOOD = "How likely this is the very thing you drew, if it is here at all. Among many alike things none is likely.";

/** The list of hits. */
export class Cards {
  #list;
  #actions;
  /** @type {Map<string, Card>} */
  #cards = new Map();

  /** @param {HTMLUListElement} list @param {CardActions} actions */
  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  /** @param {ReadonlyArray<Hit>} hits best first @param {Marks} [marks] */
  show(hits, marks = NO_MARKS) {
    const focused = this.#focused();
    const known = this.#cards;
    this.#cards = new Map(hits.map((hit) => [hit.key, known.get(hit.key) ?? makeCard(this.#actions)]));
    for (const hit of hits) this.#cards.get(hit.key)?.show(hit);
    this.mark(marks);
    this.#list.replaceChildren(...[...this.#cards.values()].map((card) => card.element));
    this.#list.classList.remove("is-waiting");
    focused?.();
  }

  /** @param {Marks} marks shown at once; the hits that follow from them come later */
  mark(marks) {
    for (const [key, card] of this.#cards) card.mark(sideOf(marks, key));
  }

  /** Grey places, for the very first answer; later ones leave the old cards standing until the new ones are there. */
  showPlaces() {
    if (this.#cards.size > 0) return;
    this.#list.classList.add("is-waiting");
    this.#list.replaceChildren(...Array.from({ length: 8 }, () => make("li", { class: "card place", "aria-hidden": "true" })));
  }

  /** @returns {(() => void) | null} gives the focus back to the same button of the same item, if both are still there */
  #focused() {
    const active = document.activeElement;
    for (const [key, { element }] of this.#cards) {
      if (!active || !element.contains(active)) continue;
      const place = [...element.querySelectorAll("button")].indexOf(/** @type {HTMLButtonElement} */ (active));
      return () => this.#cards.get(key)?.element.querySelectorAll("button")[place]?.focus({ preventScroll: true });
    }
    return null;
  }
}

/** @param {CardActions} actions @returns {Card} */
function makeCard({ onOpen, onSimilar, onMark }) {
  /** @type {Hit} */
  let current;
  const image = make("img", { class: "card-picture", loading: "lazy", decoding: "async", width: "240", height: "240", alt: "" });
  image.addEventListener("error", () => image.classList.add("is-missing"));
  image.addEventListener("load", () => image.classList.remove("is-missing"));
  const score = make("span", { class: "score" });
  const title = make("h3", { class: "card-title" });
  const open = make("button", { type: "button", class: "card-open", onclick: () => onOpen(current) }, image);
  const facts = make("p", { class: "card-facts" });
  const why = make("p", { class: "card-why" });
  const price = make("span", { class: "price" });
  const similar = make("button", { type: "button", class: "card-similar", onclick: () => onSimilar(current) }, icon("likeness"), "More like this");
  const text = make("div", { class: "card-text" }, title, why, facts, make("p", { class: "card-foot" }, score, price), similar);
  const liked = make("button", { type: "button", class: "mark", title: "Like", onclick: () => onMark(current, "liked") }, icon("thumb"));
  const disliked = make("button", { type: "button", class: "mark mark-disliked", title: "Not this", onclick: () => onMark(current, "disliked") }, icon("thumb"));
  const marking = make("div", { class: "card-marks" }, liked, disliked);
  const element = make("li", { class: "card" }, make("article", {}, open, text, marking));

  const show = (/** @type {Hit} */ hit) => {
    current = hit;
    const name = hit.title || hit.key;
    const source = hit.explanation?.picture ?? hit.thumbnail_url ?? hit.image_url;
    if (source && image.getAttribute("src") !== source) image.src = source;
    image.classList.toggle("is-missing", !source);
    element.classList.toggle("is-explained", Boolean(hit.explanation));
    why.hidden = !hit.explanation;
    why.textContent = hit.explanation ? `Why: ${whereMost(hit.explanation.shares)}` : "";
    title.textContent = name;
    open.setAttribute("aria-label", `${name}: details`);
    similar.setAttribute("aria-label", `More like this: ${name}`);
    facts.replaceChildren(...factsOf(hit.metadata ?? {}));
    price.textContent = priceOf(hit.metadata ?? {});
    showScore(score, hit);
    // Where nothing was searched for, there is nothing to refine.
    marking.hidden = hit.score === undefined;
    liked.setAttribute("aria-label", `Like ${name}`);
    disliked.setAttribute("aria-label", `Not this: ${name}`);
  };
  const mark = (/** @type {Side | null} */ side) => {
    liked.setAttribute("aria-pressed", String(side === "liked"));
    disliked.setAttribute("aria-pressed", String(side === "disliked"));
  };
  return { element, show, mark };
}

/** @param {HTMLElement} element @param {Hit} hit how sure it is, or else how like */
function showScore(element, { score, probability = null }) {
  element.hidden = score === undefined;
  if (score === undefined) return;
  const [name, value, title] = probability === null ? ["cosine ", percent(score), COSINE] : ["chance ", likelihood(probability), `${LIKELIHOOD} Cosine ${percent(score)}.`];
  element.title = title;
  element.style.setProperty("--share", String(Math.min(1, Math.max(0, score))));
  element.replaceChildren(make("span", { class: "score-name" }, name), value);
}

/** @param {Record<string, any>} metadata @returns {string} */
function priceOf(metadata) {
  const field = Object.keys(metadata).find(isPrice);
  return field ? fieldValue(field, metadata[field], metadata) : "";
}

/** @param {Record<string, any>} metadata @returns {Node[]} kind and colour, where the item has them */
function factsOf(metadata) {
  const kind = metadata.kind ?? metadata.category ?? metadata.type;
  const colour = metadata.colour ?? metadata.color;
  return [
    kind === undefined ? null : make("span", {}, fieldValue("kind", kind)),
    colour === undefined ? null : make("span", { class: "with-swatch" }, swatch(String(colour)), fieldValue("colour", colour)),
  ].filter((node) => node !== null);
}

/** What a shop means by these words; CSS means the loudest colour of that name. */
const SHADES = new Map(Object.entries({
  red: "#c0322f", orange: "#dd7a33", yellow: "#e8c23c", green: "#4a7d48", blue: "#3565b5", purple: "#75489e", pink: "#e79bb0",
  brown: "#7b4d2e", tan: "#c69a6a", beige: "#dac6a5", gold: "#c9a24d", silver: "#b9bec6", grey: "#85898f", gray: "#85898f",
}));

/** @param {string} colour @returns {HTMLElement | null} a dot of that colour, where its name is one that can be shown */
export function swatch(colour) {
  const name = colour.toLowerCase().replaceAll(/\s+/g, "");
  const shade = SHADES.get(name) ?? name;
  if (!CSS.supports("color", shade)) return null;
  const dot = make("span", { class: "swatch", "aria-hidden": "true" });
  dot.style.backgroundColor = shade;
  return dot;
}
