/**
 * What hits say about a person: the verdict, and by which cameras and when they were taken. No DOM.
 */

/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Verdict} Verdict */
/** @typedef {{camera: string | null, hits: Hit[]}} Group the hits of a camera, best first; null for those without one */

/** A time as RFC 3339 writes it; times that begin so are in order as text. */
const WRITTEN = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** @param {{metadata?: Record<string, any>}} item @returns {string | null} numbers and texts name cameras */
export function cameraOf({ metadata }) {
  const camera = metadata?.camera;
  if (typeof camera === "number") return String(camera);
  return typeof camera === "string" && camera.trim() !== "" ? camera : null;
}

/** @param {ReadonlyArray<Hit>} hits best first @returns {Group[]} in the order of their best hits */
export function byCamera(hits) {
  /** @type {Map<string | null, Hit[]>} */
  const groups = new Map();
  for (const hit of hits) {
    const camera = cameraOf(hit);
    groups.set(camera, [...(groups.get(camera) ?? []), hit]);
  }
  return [...groups].map(([camera, found]) => ({ camera, hits: found }));
}

/**
 * Takes out hits that are the very pictures that were searched with; the verdict is the best hit's that is left.
 *
 * @param {Answer} answer
 * @param {ReadonlySet<string>} own keys of those items
 * @param {number} most hits to keep
 * @returns {Answer}
 */
export function withoutOwn(answer, own, most) {
  const hits = answer.hits.filter(({ key }) => !own.has(key)).slice(0, most);
  return { ...answer, hits, verdict: hits[0]?.verdict ?? "no match" };
}

/** @param {ReadonlyArray<Hit>} hits @param {Verdict} verdict @returns {Hit[]} */
export const judged = (hits, verdict) => hits.filter((hit) => hit.verdict === verdict);

/** @param {unknown} time @returns {string | null} for people, in the zone that it was written in; null for other values */
export function timeWords(time) {
  const [, date, clock, zone = ""] = (typeof time === "string" && WRITTEN.exec(time)) || [];
  if (!date) return null;
  return `${date} ${clock}${/^z$/i.test(zone) ? " UTC" : zone && ` ${zone}`}`;
}

/** @param {ReadonlyArray<Hit>} items @returns {{cameras: string[], timed: boolean}} by what a search can be narrowed down */
export function narrowing(items) {
  const cameras = new Set(items.map(cameraOf).filter((camera) => camera !== null));
  const sorted = [...cameras].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return { cameras: sorted, timed: items.some(({ metadata }) => timeWords(metadata?.time) !== null) };
}

/**
 * @param {string} from as an input of a date and time gives it; empty for no bound
 * @param {string} until the first moment that is no longer in the window
 * @returns {object | null} a filter of the API
 */
export function windowFilter(from, until) {
  if (!from && !until) return null;
  return { time: { ...(from && { gte: from }), ...(until && { lt: until }) } };
}
