/**
 * What the page says about a search for a person: sentences only, no DOM.
 */

import { cameraOf, judged, timeWords } from "./sightings.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Verdict} Verdict */
/** @typedef {import("./crops.js").Crops} Crops */
/** @typedef {import("./people-controls.js").Narrowed} Narrowed */
/** @typedef {{crops: Crops, collection: Collection} & Narrowed} Question */

/** @type {Readonly<Record<Verdict, string>>} */
export const WORDS = { match: "Match", unsure: "Unsure", "no match": "No match" };

/** @param {Hit} hit @returns {string} */
export const nameOf = (hit) => hit.title || hit.key;

/** @param {Verdict} verdict @returns {string} of a whole answer */
export const verdictTitle = (verdict) => ({ match: "Found here", unsure: "Perhaps here", "no match": "Nobody here" })[verdict];

/** @param {Answer} answer that has hits @returns {string} which of them say so */
export function verdictText({ hits }) {
  const [matches, unsure] = [judged(hits, "match"), judged(hits, "unsure")];
  if (matches.length > 0) return `${ofNearest(matches.length, hits.length)} ${matches.length === 1 ? "matches" : "match"}${byWhich(matches)}.`;
  const none = hits.length === 1 ? "The nearest picture does not match" : `None of the ${hits.length} nearest pictures matches`;
  if (unsure.length === 0) return `${none}.`;
  return `${none}, but ${hits.length === 1 ? "it" : unsure.length} ${unsure.length === 1 ? "comes" : "come"} near enough to be looked at.`;
}

/** @param {number} count @param {number} all @returns {string} */
const ofNearest = (count, all) => (all === 1 ? "The nearest picture" : `${count} of the ${all} nearest pictures`);

/** @param {Hit[]} matches @returns {string} by how many cameras, or by which where that is short */
function byWhich(matches) {
  const cameras = [...new Set(matches.map(cameraOf))];
  const names = cameras.filter((camera) => camera !== null);
  if (names.length === 0) return "";
  const unnamed = names.length < cameras.length ? ["one without a name"] : [];
  const list = new Intl.ListFormat("en");
  if (names.length > 3) return `, by ${list.format([`${names.length} cameras`, ...unnamed])}`;
  return `, by ${names.length === 1 ? "camera" : "cameras"} ${list.format([...names, ...unnamed])}`;
}

/** @param {number} rate of false matches @returns {string} what it promises */
export function rateText(rate) {
  const searches = Math.round(1 / rate).toLocaleString("en");
  return `False-match rate ${(100 * rate).toLocaleString("en")} %: of ${searches} searches for people who are not here, about one says match.`;
}

/** @param {Narrowed} narrowed @returns {string} what was left out of a search; empty where nothing was */
export function narrowedText({ leftOut, from, until }) {
  const parts = [
    leftOut === null ? "" : `without camera ${leftOut}`,
    from ? `from ${timeWords(from)}` : "",
    until ? `until ${timeWords(until)}` : "",
  ].filter(Boolean);
  return parts.length === 0 ? "" : `Searched ${parts.join(", ")}.`;
}

/**
 * @param {Question} question
 * @param {boolean} narrowed whether something was left out
 * @param {() => void} searchAll
 * @returns {import("./notice.js").Notice} why there is not a single hit
 */
export function nobodyLeft({ collection, crops }, narrowed, searchAll) {
  if (narrowed) {
    return { title: "Nobody here", text: "No picture is left by other cameras or in that time.", action: { label: "Search everything", run: searchAll } };
  }
  const isOwn = crops.some(({ item }) => item?.collection === collection.name);
  if (isOwn) return { title: "Nobody here", text: "There is no other picture in this collection." };
  return {
    title: `“${collection.title || collection.name}” is empty`,
    text: "Nobody can be found in it yet. Put pictures in, one person on each:",
    code: `likeness index build ${collection.name} --source FOLDER`,
  };
}

/** Before anything is searched with. @type {import("./notice.js").Notice} */
export const WELCOME = {
  title: "Who are you looking for?",
  text: "Give one picture of a person from head to feet, or several of the same one. What was found stands here, camera by camera.",
};

/** @type {import("./notice.js").Notice} */
export const NO_PEOPLE = {
  title: "There is no collection of people yet",
  text: "Put pictures in, one person on each, and search for people here:",
  code: "likeness index build people --model reid --source FOLDER",
};

/** @param {Crops} left @param {number} most @returns {string} */
export function noRoom(left, most) {
  const names = left.length === 1 ? `“${left[0].name}” was` : `${left.length} pictures were`;
  return `One search takes ${most} pictures at most: ${names} not taken. Take others out first.`;
}

/** @param {Error & {kind?: string}} error @param {Crops} crops @returns {string} what to do, beside what the server says */
export function advice({ kind }, { length }) {
  const isPicture = kind === "unreadable-picture" || kind === "picture-too-large";
  return isPicture && length > 1 ? " Take that one out, and the others are searched with." : "";
}

/** @param {Question} question @param {Answer} answer @returns {string} for a screen reader */
export function spokenVerdict({ rate }, answer) {
  if (answer.hits.length === 0) return "Nobody here. No pictures.";
  return `${verdictTitle(answer.verdict ?? "no match")}. ${verdictText(answer)} ${rateText(rate)}`;
}
