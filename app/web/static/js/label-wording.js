/**
 * What the page says about labels: sentences only, no DOM.
 */

import { counted, likelihood, ninthAt } from "./format.js";

/** @typedef {import("./api.js").Tag} Tag */
/** @typedef {import("./api.js").Labelled} Labelled */

/** Below this a label said before hardly matters. */
const LEAST_FACTOR = 1.1;
/** What has more than this share of both sides of a picture is in no part of it. */
const LARGE = 2 / 3;

/** @param {Tag} tag @returns {string} what stands beside its name: which label said before made it likelier, and what it stands for too */
export function whyOf({ evidence, merged }) {
  const also = merged.length === 0 ? "" : `also ${new Intl.ListFormat("en").format(merged)}`;
  if (!evidence || evidence.factor < LEAST_FACTOR) return also;
  const times = evidence.factor.toLocaleString("en", { maximumSignificantDigits: 2 });
  return [`${times} times likelier after ${evidence.label}`, also].filter(Boolean).join(", ");
}

/** @param {Tag} tag @param {{width: number, height: number}} size of its picture @returns {string} for a screen reader, where others see a box */
export function placeOf({ region }, { width, height }) {
  if (!region) return "";
  if (region.width > LARGE * width && region.height > LARGE * height) return "seen all over the picture";
  return `seen mostly ${ninthAt((region.x + region.width / 2) / width, (region.y + region.height / 2) / height)}`;
}

/** @param {Tag[]} tags @returns {string} */
export const titleOf = (tags) => (tags.length === 0 ? "Nothing it is sure of" : counted(tags.length, "label", "labels"));

/** @param {Tag[]} tags @returns {string} for a screen reader */
export function spokenTags(tags) {
  if (tags.length === 0) return "No label is sure enough.";
  const [surest] = [...tags].sort((a, b) => b.probability - a.probability);
  return `${counted(tags.length, "label", "labels")}. The surest is ${surest.label}, with a chance of ${likelihood(surest.probability)}.`;
}

/** @param {Labelled} labelled @returns {string} small print under the labels */
export const factsOf = ({ width, height, model }) => [`${width} × ${height} pixels`, ...(model ? [`${model.name} ${model.checkpoint.slice(0, 8)}`] : [])].join(" · ");

/** @param {number} precision @returns {string} a choice */
export const precisionName = (precision) => `right ${(100 * precision).toLocaleString("en")} times of 100`;

/** Before any picture is given. @type {import("./notice.js").Notice} */
export const WELCOME = {
  title: "What is on your picture?",
  text: "Give one of anything. Its labels stand here, each with how sure the network is, and where it looked.",
};

/** @type {import("./notice.js").Notice} */
export const NO_LABELS = {
  title: "Nothing it is sure of",
  text: "No label reaches its threshold. Ask for the five surest instead, or give another picture.",
};

/** @type {import("./notice.js").Notice} */
export const NO_TAGGER = {
  title: "There are no weights that say labels yet",
  text: "Train the tagger on pictures of your own, and have them labelled here:",
  code: "likeness models train tagger --data FOLDER",
};
