/**
 * Asks the server what a question of the drawing tab asks: by a sketch, by an item, by either with marks, or for everything.
 */

import { listItems, searchRefined, searchSimilar, searchSketch } from "./api.js";
import { toLines } from "./ink.js";
import { isMarked } from "./marks.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Sketch} Sketch */
/** @typedef {import("./wording.js").Question} Question */

/** One drawing is one sketch, so that its view is fetched once. @type {WeakMap<object, Sketch>} */
const sketches = new WeakMap();

/** @param {Question} question @returns {Sketch | null} */
export function sketchOf({ drawing }) {
  if (!drawing.picture && drawing.strokes.length === 0) return null;
  if (!sketches.has(drawing)) {
    const { picture } = drawing;
    sketches.set(drawing, picture ? { type: "picture", picture } : { type: "strokes", strokes: toLines(drawing) });
  }
  return sketches.get(drawing) ?? null;
}

/** @param {Question} question @param {AbortSignal} signal @returns {Promise<Answer>} */
export async function answer(question, signal) {
  const scope = { collection: question.collection, k: question.k, filter: question.filter, why: question.why };
  const sketch = sketchOf(question);
  const query = question.like ? { type: /** @type {const} */ ("item"), key: question.like.key } : sketch;
  // Items like an item tell why only here, with marks or without.
  if (query && (isMarked(question.marks) || (question.like && question.why))) return searchRefined(query, question.marks, scope, signal);
  if (question.like) return searchSimilar(question.like.key, scope, signal);
  if (sketch) return searchSketch(sketch, scope, signal);
  const page = await listItems({ collection: scope.collection.name, limit: scope.k, filter: scope.filter }, signal);
  return { hits: page.items, collection: scope.collection.name };
}
