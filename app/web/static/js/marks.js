/**
 * What is liked of the hits so far and what is not: values, so that a question keeps the marks it was asked with.
 */

/** @typedef {"liked" | "disliked"} Side */
/** @typedef {Readonly<Record<Side, ReadonlyArray<string>>>} Marks keys of items, in the order in which they were marked */

/** @type {Marks} */
export const NO_MARKS = Object.freeze({ liked: Object.freeze([]), disliked: Object.freeze([]) });

/** As many as the API takes of each kind; of more the oldest are forgotten. */
export const MOST = 100;

/**
 * Marks an item, or takes the mark away if it has that one already; an item is on one side at most.
 *
 * @param {Marks} marks
 * @param {string} key
 * @param {Side} side
 * @returns {Marks}
 */
export function withMark(marks, key, side) {
  const had = marks[side].includes(key);
  const without = (/** @type {ReadonlyArray<string>} */ keys) => keys.filter((other) => other !== key);
  const rest = { liked: without(marks.liked), disliked: without(marks.disliked) };
  return had ? rest : { ...rest, [side]: [...rest[side], key].slice(-MOST) };
}

/** @param {Marks} marks @param {string} key @returns {Side | null} */
export function sideOf(marks, key) {
  if (marks.liked.includes(key)) return "liked";
  return marks.disliked.includes(key) ? "disliked" : null;
}

/** @param {Marks} marks */
export const isMarked = ({ liked, disliked }) => liked.length + disliked.length > 0;
