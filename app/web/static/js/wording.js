/**
 * What the page says about an answer, or about there being none: sentences only, no DOM.
 */

import { Problem, Unreachable } from "./api.js";
import { counted, likelihood, percent } from "./format.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {{drawing: import("./ink.js").Drawing, like: Hit | null, marks: import("./marks.js").Marks, collection: Collection, k: number, filter: object | null, why?: boolean}} Question */

/** @param {Question} question @returns {"browse" | "strokes" | "picture" | "similar"} */
export function kindOf({ like, drawing }) {
  if (like) return "similar";
  if (drawing.picture) return "picture";
  return drawing.strokes.length > 0 ? "strokes" : "browse";
}

/** @param {Question} question @param {boolean} [hasHits] @param {boolean} [matched] @returns {string} */
export function heading(question, hasHits = true, matched = true) {
  const { like, collection } = question;
  const name = collection.title || collection.name;
  if (!hasHits) return name;
  return {
    browse: name,
    strokes: matched ? "Looks like your drawing" : "Nearest to your drawing",
    picture: matched ? "Looks like your picture" : "Nearest to your picture",
    similar: `More like ${like?.title || like?.key}`,
  }[kindOf(question)];
}

/** @param {import("./marks.js").Marks} marks @returns {string} on the button that takes all marks away */
export function forgetting({ liked, disliked }) {
  const parts = [
    liked.length > 0 ? counted(liked.length, "like", "likes") : "",
    disliked.length > 0 ? counted(disliked.length, "dislike", "dislikes") : "",
  ];
  return `Clear ${parts.filter(Boolean).join(" and ")}`;
}

/** @param {Question} question @param {Answer} answer @returns {string} for a screen reader */
export function spoken(question, { hits, matched = null }) {
  if (hits.length === 0) return "No results.";
  if (kindOf(question) === "browse") return `${counted(hits.length, "item", "items")} of ${heading(question)}.`;
  const [best] = hits;
  const score = best.score === undefined ? "" : `, cosine ${percent(best.score)}`;
  const sure = best.probability ? `, with a chance of ${likelihood(best.probability)}` : score;
  const doubt = matched === false ? `${NO_MATCH.title}. ` : "";
  return `${doubt}${counted(hits.length, "result", "results")}. The best is ${best.title || best.key}${sure}.`;
}

/** Where there are hits and not even the best is near enough. @type {import("./notice.js").Notice} */
export const NO_MATCH = {
  title: "Nothing here looks enough like it",
  text: "These come nearest. Draw more of it, or it may not be in this collection.",
};

/** @param {Question} question @param {Answer} answer @returns {string} small print under the cards */
export function smallPrint(question, answer) {
  const { hits } = answer;
  if (hits.length === 0) return "";
  const isAll = kindOf(question) === "browse" && !question.filter;
  if (isAll) return `Showing ${hits.length} of ${counted(question.collection.items, "item", "items")}`;
  return tookWords(answer);
}

/** @param {Answer} answer @returns {string} how many hits, how long it took, and by what they were found */
export function tookWords({ hits, took_ms: took, model, generation }) {
  const parts = [counted(hits.length, "result", "results")];
  if (took) parts.push(`${Math.round(Object.values(took).reduce((sum, step) => sum + step, 0))} ms on the server`);
  if (model) parts.push(`${model.name} ${model.checkpoint.slice(0, 8)}`);
  if (generation !== null && generation !== undefined) parts.push(`generation ${generation}`);
  return parts.join(" · ");
}

/**
 * @param {Question} question
 * @param {() => void} clearFilters
 * @returns {import("./notice.js").Notice} why there is not a single hit
 */
export function nothingFound({ filter, collection, marks }, clearFilters) {
  if (marks.disliked.length > 0 && !filter) {
    return { title: "Nothing is left", text: "Everything that could be found was marked as not this." };
  }
  if (filter) {
    return {
      title: "Nothing matches these filters",
      text: "Take one away, and the closest hits come back.",
      action: { label: "Clear filters", run: clearFilters },
    };
  }
  return {
    title: `“${collection.title || collection.name}” is empty`,
    text: "Put pictures in, and they can be found at once:",
    code: `likeness index build ${collection.name} --source FOLDER`,
  };
}

/** Titles over the server's own sentences, by what it calls the problem. @type {Readonly<Record<string, string>>} */
const TITLES = {
  "missing-checkpoint": "The network has no weights yet",
  "not-calibrated": "Nobody can say yet what a likeness means",
  "unreadable-picture": "A picture cannot be read",
  "picture-too-large": "A picture has too many pixels",
};

/** @param {Error} error @param {() => void} again @returns {import("./notice.js").Notice} */
export function declined(error, again) {
  const { requestId, kind } = error instanceof Problem ? error : { requestId: null, kind: "" };
  return { title: TITLES[kind] ?? "That did not work", text: error.message, requestId, tone: "warning", action: { label: "Try again", run: again } };
}

/** @param {() => void} again @returns {import("./notice.js").Notice} where the server wants a key and none was given */
export function closed(again) {
  const text = "With one, its pictures are here.";
  return { title: "This server asks for a key", text, action: { label: "Give a key", run: again } };
}

/** @param {Error} error @param {number} seconds @param {() => void} again @returns {import("./notice.js").Notice} */
export function waiting(error, seconds, again) {
  const title = error instanceof Unreachable ? error.message : "The server is busy";
  const text = `Trying again in ${counted(Math.ceil(seconds), "second", "seconds")}.`;
  return { title, text, tone: "warning", action: { label: "Try now", run: again } };
}
