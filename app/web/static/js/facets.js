/**
 * Finds out from some items by what a collection can be filtered, and writes the filter the API takes. No DOM.
 */

/** @typedef {{field: string, kind: "choice", values: Array<{value: string | number | boolean, count: number}>}} Choice */
/** @typedef {{field: string, kind: "range", low: number, high: number, step: number}} Range */
/** @typedef {Choice | Range} Facet */
/** @typedef {{values?: ReadonlyArray<string | number | boolean>, from?: number | null, to?: number | null}} Picked */
/** @typedef {Readonly<Record<string, Picked>>} Selection */

const MOST_CHOICES = 24;
const MOST_FACETS = 6;
/** Names of what an item may have several of, such as `likeness items tag` writes. */
const OF_SEVERAL = /^(tags|labels|keywords)$/i;
/** What people filter by first, when it is there. */
const FIRST = ["kind", "category", "type", "tags", "labels", "colour", "color", "price", "brand", "material", "heel", "gender", "size"];
/** Words of the filter's own language; a backslash makes them names. */
const RESERVED = /^(and|or|not)$/;

/**
 * @param {ReadonlyArray<{metadata?: Record<string, any>}>} items
 * @returns {Facet[]} at most six, the familiar ones first
 */
export function inferFacets(items) {
  /** @type {Map<string, any[]>} */
  const columns = new Map();
  for (const item of items) {
    for (const [field, value] of Object.entries(item.metadata ?? {})) {
      if (!columns.has(field)) columns.set(field, []);
      columns.get(field)?.push(...[value].flat());
    }
  }
  const facets = [...columns].map(([field, values]) => facetOf(field, values)).filter((facet) => facet !== null);
  return facets.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_FACETS);
}

/** @param {Facet} facet @returns {number} */
function rank(facet) {
  const place = FIRST.indexOf(facet.field.toLowerCase());
  return place === -1 ? FIRST.length : place;
}

/** @param {string} field @param {any[]} values @returns {Facet | null} */
function facetOf(field, values) {
  const distinct = new Set(values);
  if (distinct.size < 2) return null;
  if (values.every((value) => Number.isFinite(value)) && distinct.size > 6) return rangeOf(field, values);
  if (!values.every((value) => ["string", "boolean", "number"].includes(typeof value))) return null;
  // There are many labels, and each is one to filter by: the commonest are offered.
  if (OF_SEVERAL.test(field)) return { field, kind: "choice", values: commonest(counts(values)) };
  // Titles and codes are different in nearly every item: nobody filters by them.
  if (distinct.size > MOST_CHOICES || distinct.size > values.length * 0.7) return null;
  return { field, kind: "choice", values: counts(values) };
}

/** @param {Choice["values"]} choices @returns {Choice["values"]} as many as may be, in their order */
function commonest(choices) {
  const kept = new Set(choices.toSorted((a, b) => b.count - a.count).slice(0, MOST_CHOICES));
  return choices.filter((choice) => kept.has(choice));
}

/** @param {any[]} values @returns {Choice["values"]} */
function counts(values) {
  const tally = new Map();
  for (const value of values) tally.set(value, (tally.get(value) ?? 0) + 1);
  const sorted = [...tally].toSorted(([a], [b]) => String(a).localeCompare(String(b), "en", { numeric: true }));
  return sorted.map(([value, count]) => ({ value, count }));
}

/** @param {string} field @param {number[]} values @returns {Range} with ends rounded outwards to whole steps */
function rangeOf(field, values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const rough = 10 ** Math.floor(Math.log10((high - low) / 20));
  const step = [1, 2, 5, 10].map((factor) => factor * rough).find((size) => (high - low) / size <= 60) ?? rough;
  const tidy = (/** @type {number} */ value) => Number(value.toPrecision(12));
  return { field, kind: "range", low: tidy(Math.floor(low / step) * step), high: tidy(Math.ceil(high / step) * step), step };
}

/**
 * @param {Selection} selection
 * @returns {object | null} the filter of the API; null where nothing is picked
 */
export function toFilter(selection) {
  const clauses = Object.entries(selection).map(([field, picked]) => clause(field, picked)).filter((part) => part !== null);
  if (clauses.length === 0) return null;
  return clauses.length === 1 ? clauses[0] : { and: clauses };
}

/** @param {string} field @param {Picked} picked @returns {object | null} */
function clause(field, { values = [], from = null, to = null }) {
  const name = path(field);
  if (values.length === 1) return { [name]: values[0] };
  if (values.length > 1) return { [name]: { in: [...values] } };
  if (from === null && to === null) return null;
  return { [name]: { ...(from === null ? {} : { gte: from }), ...(to === null ? {} : { lte: to }) } };
}

/** @param {string} field a name as it stands in the metadata @returns {string} the same for a filter, where dots reach into objects */
function path(field) {
  const plain = field.replaceAll(/[\\.]/g, "\\$&");
  return RESERVED.test(plain) ? `\\${plain}` : plain;
}

/** @param {Selection} selection @returns {number} how many fields are filtered by */
export const countPicked = (selection) => Object.entries(selection).filter(([field, picked]) => clause(field, picked)).length;
