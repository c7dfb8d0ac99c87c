/**
 * Looks at some items of a collection, from which the page learns by what it can be narrowed down.
 */

import { listItems } from "./api.js";

const PAGES = 4;
const LIMIT = 200;

/** @param {string} collection @returns {Promise<import("./api.js").Hit[]>} at most 800 items */
export async function sampleOf(collection) {
  /** @type {import("./api.js").Hit[]} */
  const sample = [];
  let cursor = null;
  for (let page = 0; page < PAGES; page += 1) {
    const found = await listItems({ collection, limit: LIMIT, cursor });
    sample.push(...found.items);
    cursor = found.next_cursor;
    if (!cursor) break;
  }
  return sample;
}
