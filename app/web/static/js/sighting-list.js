/**
 * Hits of a search for a person, camera by camera. A hit says in a word, a sign and a colour whether it is the same person.
 */

import { icon, make } from "./elements.js";
import { counted, likelihood, percent } from "./format.js";
import { byCamera, timeWords } from "./sightings.js";
import { COSINE } from "./cards.js";
import { nameOf, WORDS } from "./people-wording.js";

/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Verdict} Verdict */
/** @typedef {{onOpen: (hit: Hit) => void, onSearch: (hit: Hit) => void}} Actions */

const CHANCE = "How likely this is the same person, if one picture here is of them.";

/** @type {Readonly<Record<Verdict, string>>} */
const SIGNS = { match: "tick", unsure: "question", "no match": "close" };

/** @param {Verdict} verdict @returns {HTMLElement} */
export const badge = (verdict) => make("span", { class: "word", "data-verdict": verdict }, icon(SIGNS[verdict]), WORDS[verdict]);

/** @param {HTMLElement} place @param {ReadonlyArray<Hit>} hits best first @param {Actions} actions */
export function showSightings(place, hits, actions) {
  const again = focused(place);
  place.replaceChildren(...byCamera(hits).map(({ camera, hits: found }, number) => {
    const id = `camera-${number}`;
    const heading = make("h3", { id }, camera === null ? "No camera named" : `Camera ${camera}`, make("span", { class: "camera-count" }, counted(found.length, "picture", "pictures")));
    const list = make("ul", { class: "sightings", "aria-labelledby": id }, ...found.map((hit) => sighting(hit, actions)));
    return make("section", { class: "camera" }, heading, list);
  }));
  again?.();
}

/** @param {HTMLElement} place @returns {(() => void) | null} gives the focus back to the same button of the same item */
function focused(place) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!active || !place.contains(active)) return null;
  const name = active.getAttribute("aria-label");
  return () => [...place.querySelectorAll("button")].find((button) => button.getAttribute("aria-label") === name)?.focus({ preventScroll: true });
}

/** @param {Hit} hit @param {Actions} actions @returns {HTMLElement} */
function sighting(hit, { onOpen, onSearch }) {
  const name = nameOf(hit);
  const source = hit.thumbnail_url ?? hit.image_url;
  const image = make("img", { src: source ?? false, alt: "", loading: "lazy", decoding: "async", width: "96", height: "192", class: source ? false : "is-missing" });
  image.addEventListener("error", () => image.classList.add("is-missing"));
  const time = timeWords(hit.metadata.time);
  return make("li", { class: "sighting", "data-verdict": hit.verdict ?? false },
    make("button", { type: "button", class: "sighting-open", "aria-label": `${name}: details`, onclick: () => onOpen(hit) }, image),
    make("div", { class: "sighting-text" },
      hit.verdict ? badge(hit.verdict) : null,
      make("p", { class: "sighting-name" }, name),
      time === null ? null : make("p", { class: "sighting-time" }, make("time", { datetime: hit.metadata.time }, time)),
      make("p", { class: "sighting-score" }, ...scores(hit)),
      hit.image_url === null ? null : make("button", { type: "button", class: "card-similar", "aria-label": `Search by this: ${name}`, onclick: () => onSearch(hit) }, icon("person"), "Search by this")));
}

/** @param {Hit} hit @returns {HTMLElement[]} */
function scores({ probability = null, score = 0 }) {
  const cosine = make("span", { title: COSINE }, make("span", { class: "score-name" }, "cosine "), percent(score));
  if (probability === null) return [cosine];
  return [make("span", { title: CHANCE }, make("span", { class: "score-name" }, "chance "), likelihood(probability)), cosine];
}
