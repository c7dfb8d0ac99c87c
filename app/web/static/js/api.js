/**
 * Speaks the HTTP API. Every address is relative to the page, so that it also works behind a path of a proxy.
 */

/**
 * @typedef {Object} Hit
 * @property {string} key
 * @property {number} [score] the cosine; absent when a collection is only looked through
 * @property {string} title
 * @property {Record<string, any>} metadata
 * @property {string | null} image_url
 * @property {string | null} thumbnail_url
 * @property {number | null} [probability] that this is the item drawn; null where the server cannot tell
 * @property {{picture: string, shares: number[][]} | null} [explanation] why it was found, where that was asked
 * @property {Verdict | null} [verdict] of a search for a person
 *
 * @typedef {"match" | "unsure" | "no match"} Verdict
 *
 * @typedef {Object} Answer
 * @property {Hit[]} hits
 * @property {boolean | null} [matched] false where even the best hit is not near enough
 * @property {Verdict | null} [verdict] of a search for a person: the best hit's
 * @property {string} collection
 * @property {number | null} [generation]
 * @property {{name: string, checkpoint: string}} [model]
 * @property {Record<string, number>} [took_ms]
 *
 * @typedef {{name: string, title: string, model: string, items: number, personal?: boolean}} Collection
 * @typedef {{collection: Collection, k: number, filter: object | null, why?: boolean}} Scope `why` asks for explanations
 * @typedef {{type: "strokes", strokes: number[][][]} | {type: "picture", picture: Blob}} Sketch
 * @typedef {Sketch | {type: "item", key: string}} Query
 * @typedef {Object} Person a search for one
 * @property {ReadonlyArray<Blob>} pictures
 * @property {string} collection
 * @property {number} k
 * @property {number} rate of false matches
 * @property {string | null} leftOut a camera whose pictures are not wanted
 * @property {object | null} filter
 *
 * @typedef {Object} Tag
 * @property {string} label
 * @property {number} probability
 * @property {{x: number, y: number, width: number, height: number} | null} region in pixels of the picture as it was sent
 * @property {{label: string, factor: number} | null} evidence the label said before that made it likelier, and how much
 * @property {string[]} merged labels that mean the same
 * @property {{picture: string} | null} [explanation] where it was seen
 *
 * @typedef {{width: number, height: number, tags: Tag[], model?: {name: string, checkpoint: string}}} Labelled a picture
 * @typedef {Object} Wanted which labels; without `k` and `precision` those that reach their thresholds
 * @property {string} [k]
 * @property {string} [precision]
 * @property {string} order
 * @property {boolean} merge
 * @typedef {{name: string, kind: string, checkpoints: Array<{digest: string}>}} Model
 */

/** What the names of the server's own problems begin with. */
const PROBLEM = "urn:likeness:problem:";

/** The server understood and declined; `message` is its own sentence. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {{kind?: string, requestId?: string | null, retryAfter?: number | null}} [facts] `kind` is the server's name for
   *   it, e.g. "not-calibrated", empty where something before the server answered; `retryAfter` in seconds
   */
  constructor(status, detail, { kind = "", requestId = null, retryAfter = null } = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.kind = kind;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }
}

/** No answer came at all. */
export class Unreachable extends Error {
  constructor() {
    super(navigator.onLine ? "The server cannot be reached." : "You are offline.");
    this.name = "Unreachable";
  }
}

/**
 * Seconds of a Retry-After header, which holds seconds or a date.
 *
 * @param {string | null} header
 * @param {number} [now] milliseconds since 1970
 * @returns {number | null}
 */
export function retrySeconds(header, now = Date.now()) {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000);
}

/**
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} an answer of the 200s
 * @throws {Problem | Unreachable}
 */
async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Problem(response.status, sentence(body) ?? `The server answered ${response.status}.`, {
    kind: kindOf(body),
    requestId: response.headers.get("X-Request-ID"),
    retryAfter: retrySeconds(response.headers.get("Retry-After")),
  });
}

/** @param {any} body @returns {string | null} the sentence of a problem+json body */
const sentence = (body) => [body?.detail, body?.title].find((text) => typeof text === "string" && text !== "") ?? null;

/** @param {any} body @returns {string} */
const kindOf = (body) => (typeof body?.type === "string" && body.type.startsWith(PROBLEM) ? body.type.slice(PROBLEM.length) : "");

/**
 * Begins a session: the answer carries a cookie that no script can read, and that also pictures are fetched with.
 *
 * @param {string} key
 */
export async function beginSession(key) {
  await ask("v1/session", { method: "POST", headers: { Authorization: `Bearer ${key}` } });
}

export async function endSession() {
  await ask("v1/session", { method: "DELETE" });
}

/** @param {string} key @returns {string} a key as a path, its slashes kept */
const keyPath = (key) => key.split("/").map(encodeURIComponent).join("/");

/** @param {{k: number, filter: object | null, why?: boolean}} scope @returns {URLSearchParams} */
function scopeQuery({ k, filter, why = false }) {
  const query = new URLSearchParams({ k: String(k) });
  if (why) query.set("explain", "true");
  if (filter) query.set("filter", JSON.stringify(filter));
  return query;
}

/** @param {object} body @param {AbortSignal} [signal] @returns {RequestInit} */
const jsonRequest = (body, signal) => ({ method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal });

/**
 * @param {Sketch} sketch
 * @param {AbortSignal} [signal]
 * @returns {RequestInit}
 */
function sketchRequest(sketch, signal) {
  if (sketch.type === "strokes") return jsonRequest({ strokes: sketch.strokes }, signal);
  const body = new FormData();
  body.set("image", sketch.picture);
  return { method: "POST", body, signal };
}

/** @param {Sketch} sketch @param {Scope} scope @param {AbortSignal} [signal] @returns {Promise<Answer>} */
export async function searchSketch(sketch, scope, signal) {
  const query = scopeQuery(scope);
  query.set("collection", scope.collection.name);
  return (await ask(`v1/search/${encodeURIComponent(scope.collection.model)}?${query}`, sketchRequest(sketch, signal))).json();
}

/** @param {string} key @param {Scope} scope which asks for no reasons: `searchRefined` gives those @param {AbortSignal} [signal] @returns {Promise<Answer>} */
export async function searchSimilar(key, scope, signal) {
  const address = `v1/search/similar/${encodeURIComponent(scope.collection.name)}/${keyPath(key)}?${scopeQuery(scope)}`;
  return (await ask(address, { method: "POST", signal })).json();
}

/**
 * @param {Query} query
 * @param {import("./marks.js").Marks} marks
 * @param {AbortSignal} [signal]
 * @returns {RequestInit}
 */
function refineRequest(query, { liked, disliked }, signal) {
  if (query.type === "item") return jsonRequest({ item: query.key, liked, disliked }, signal);
  if (query.type === "strokes") return jsonRequest({ strokes: query.strokes, liked, disliked }, signal);
  const body = new FormData();
  body.set("image", query.picture);
  body.set("liked", JSON.stringify(liked));
  body.set("disliked", JSON.stringify(disliked));
  return { method: "POST", body, signal };
}

/** @param {Query} query @param {import("./marks.js").Marks} marks @param {Scope} scope @param {AbortSignal} [signal] @returns {Promise<Answer>} */
export async function searchRefined(query, marks, scope, signal) {
  const parameters = scopeQuery(scope);
  parameters.set("collection", scope.collection.name);
  return (await ask(`v1/search/refine?${parameters}`, refineRequest(query, marks, signal))).json();
}

/** @param {Person} person @param {AbortSignal} [signal] @returns {Promise<Answer>} */
export async function searchPerson({ pictures, collection, k, rate, leftOut, filter }, signal) {
  const query = scopeQuery({ k, filter });
  query.set("collection", collection);
  query.set("fmr", String(rate));
  if (leftOut !== null) query.set("leave_out_camera", leftOut);
  const body = new FormData();
  for (const picture of pictures) body.append("image", picture);
  return (await ask(`v1/search/person?${query}`, { method: "POST", body, signal })).json();
}

/** @param {Blob} picture @param {Wanted} wanted @param {AbortSignal} [signal] @returns {Promise<Labelled>} */
export async function tagPicture(picture, { k, precision, order, merge }, signal) {
  const query = new URLSearchParams({ order, merge: String(merge), explain: "true" });
  if (k) query.set("k", k);
  if (precision) query.set("precision", precision);
  const body = new FormData();
  body.set("image", picture);
  const answer = await (await ask(`v1/tags?${query}`, { method: "POST", body, signal })).json();
  return { ...answer.pictures[0], model: answer.model };
}

/** @param {AbortSignal} [signal] @returns {Promise<{precisions: number[]}>} */
export async function listLabels(signal) {
  return (await ask("v1/labels", { signal })).json();
}

/** @param {AbortSignal} [signal] @returns {Promise<Model[]>} */
export async function listModels(signal) {
  return (await (await ask("v1/models", { signal })).json()).models ?? [];
}

/** @param {string} address of an item's picture @param {AbortSignal} [signal] @returns {Promise<Blob>} */
export async function fetchPicture(address, signal) {
  return (await ask(address, { signal })).blob();
}

/** @param {Sketch} sketch @param {Collection} collection @param {AbortSignal} [signal] @returns {Promise<Blob>} a PNG */
export async function viewSketch(sketch, collection, signal) {
  const query = new URLSearchParams({ collection: collection.name });
  return (await ask(`v1/view/${encodeURIComponent(collection.model)}?${query}`, sketchRequest(sketch, signal))).blob();
}

/** @param {string} key @param {Collection} collection @param {AbortSignal} [signal] @returns {Promise<Blob>} a PNG */
export async function viewItem(key, collection, signal) {
  return (await ask(`v1/view/${encodeURIComponent(collection.name)}/${keyPath(key)}`, { signal })).blob();
}

/** @param {AbortSignal} [signal] @returns {Promise<Collection[]>} */
export async function listCollections(signal) {
  const body = await (await ask("v1/collections", { signal })).json();
  return Array.isArray(body) ? body : body.collections;
}

/**
 * @param {{collection: string, limit: number, filter?: object | null, cursor?: string | null}} page
 * @param {AbortSignal} [signal]
 * @returns {Promise<{items: Hit[], next_cursor: string | null}>}
 */
export async function listItems({ collection, limit, filter = null, cursor = null }, signal) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (filter) query.set("filter", JSON.stringify(filter));
  if (cursor) query.set("cursor", cursor);
  return (await ask(`v1/collections/${encodeURIComponent(collection)}/items?${query}`, { signal })).json();
}
