/**
 * Puts the page together: what is drawn becomes a question, what comes back becomes cards.
 */

import { listCollections, listItems, searchRefined, searchSimilar, searchSketch } from "./api.js";
import { Cards } from "./cards.js";
import { Door, isClosed } from "./door.js";
import { Easel } from "./easel.js";
import { byId, make } from "./elements.js";
import { inferFacets, toFilter } from "./facets.js";
import { FilterBar } from "./filter-bar.js";
import { Finder } from "./finder.js";
import { toLines } from "./ink.js";
import { listenForPictures } from "./intake.js";
import { isMarked, NO_MARKS, withMark } from "./marks.js";
import { recall, remember } from "./memory.js";
import { announce, showNotice } from "./notice.js";
import { Paper } from "./paper.js";
import { listenToKeys } from "./shortcuts.js";
import { startTheme } from "./theme.js";
import { ItemDialog, SeesPanel } from "./views.js";
import { closed, declined, forgetting, heading, kindOf, NO_MATCH, nothingFound, smallPrint, spoken, waiting } from "./wording.js";

/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./wording.js").Question} Question */

/** Milliseconds without a move before a search: while the pen is down, and after it was lifted. */
const WHILE_DRAWING = 280;
const AFTER_STROKE = 120;
/** How many items the filters are learnt from. */
const SAMPLE = { pages: 4, limit: 200 };

const easel = new Easel(onEasel);
const paper = new Paper(easel);
const sees = new SeesPanel();
const dialog = new ItemDialog(searchLike);
const cards = new Cards(byId("cards"), { onOpen: (hit) => collection && dialog.open(hit, collection), onSimilar: searchLike, onMark });
const filters = new FilterBar(() => finder.ask(AFTER_STROKE));
const finder = new Finder(pose, answer, onSearch);
const door = new Door(() => (collection ? finder : opener).again());
const opener = new Finder(() => "collections", (_, signal) => listCollections(signal), onCollections);

/** @type {Collection | null} */
let collection = null;
/** @type {Collection[]} */
let collections = [];
/** @type {Hit | null} the item that more like it is wanted of */
let like = null;
/** What is liked of the hits so far, and what is not. @type {import("./marks.js").Marks} */
let marks = NO_MARKS;
/** The drawing as it was when it was last asked about, or shown. */
let seen = easel.drawing;
let knowsFacets = false;
/** Whether hits are to tell why they were found. */
let why = false;
/** One drawing is one sketch, so that its view is fetched once. @type {WeakMap<object, import("./api.js").Sketch>} */
const sketches = new WeakMap();

/** @returns {Question | null} */
function pose() {
  if (!collection) return null;
  return { drawing: easel.drawing, like, marks, collection, k: Number(byId("count").value), filter: toFilter(filters.selection), why };
}

/** @param {Question} question @returns {import("./api.js").Sketch | null} */
function sketchOf({ drawing }) {
  if (!drawing.picture && drawing.strokes.length === 0) return null;
  if (!sketches.has(drawing)) {
    const { picture } = drawing;
    sketches.set(drawing, picture ? { type: "picture", picture } : { type: "strokes", strokes: toLines(drawing) });
  }
  return sketches.get(drawing) ?? null;
}

/** @param {Question} question @param {AbortSignal} signal @returns {Promise<Answer>} */
async function answer(question, signal) {
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

/** @param {import("./finder.js").State<Question, Answer>} state */
function onSearch(state) {
  byId("progress").hidden = state.phase !== "asking";
  byId("results").setAttribute("aria-busy", String(state.phase === "asking"));
  if (state.phase === "asking") cards.showPlaces();
  else if (state.phase === "answer") showAnswer(state.question, state.answer);
  else if (state.phase === "waiting") report(waiting(state.error, state.seconds, () => finder.again()));
  else {
    cards.show([]);
    byId("facts").textContent = "";
    byId("why-note").hidden = true;
    // What cannot be told is not asked again.
    if (state.question.why) setWhy(false);
    refuse(state.error, () => finder.again());
  }
}

/** @param {Question} question @param {Answer} found */
function showAnswer(question, found) {
  const { hits } = found;
  cards.show(hits, marks);
  showMarks();
  byId("results-title").textContent = heading(question, hits.length > 0, found.matched !== false);
  byId("facts").textContent = smallPrint(question, found);
  byId("back").hidden = !question.like;
  byId("back").textContent = sketchOf(question) ? "Back to my drawing" : "Back to the collection";
  showNotice(hits.length === 0 ? nothingFound(question, () => filters.clear()) : found.matched === false ? NO_MATCH : null);
  announce(spoken(question, found));
  const asked = kindOf(question) !== "browse";
  byId("why").hidden = !asked;
  byId("why-note").hidden = !hits.some((hit) => hit.explanation);
  sees.show(asked ? { sketch: question.like ? null : sketchOf(question), like: question.like, hit: hits[0] ?? null, collection: question.collection } : null);
  if (!knowsFacets && hits.length > 0) learnFacets(question.collection.name);
}

/** @param {import("./notice.js").Notice} notice */
function report(notice) {
  showNotice(notice);
  announce(`${notice.title}. ${notice.text ?? ""}`);
}

/** @param {Error} error @param {() => void} again */
function refuse(error, again) {
  if (isClosed(error)) door.ask();
  report(isClosed(error) ? closed(again) : declined(error, again));
}

/** @param {Hit} hit @param {import("./marks.js").Side} side */
function onMark(hit, side) {
  // Its card is about to leave, and the focus with it.
  if (side === "disliked") byId("results").focus({ preventScroll: true });
  setMarks(withMark(marks, hit.key, side));
  finder.ask();
}

/** @param {import("./marks.js").Marks} changed */
function setMarks(changed) {
  marks = changed;
  cards.mark(marks);
  showMarks();
}

/** @param {boolean} wanted */
function setWhy(wanted) {
  why = wanted;
  byId("why").setAttribute("aria-pressed", String(why));
}

function showMarks() {
  byId("forget").hidden = !isMarked(marks);
  byId("forget").textContent = forgetting(marks);
}

/** @param {Hit} hit */
function searchLike(hit) {
  like = hit;
  setMarks(NO_MARKS);
  finder.ask();
  byId("results").focus({ preventScroll: true });
  byId("results").scrollIntoView({ block: "start" });
}

function leaveLike() {
  if (!like) return;
  like = null;
  setMarks(NO_MARKS);
  finder.ask();
}

/** @param {Easel} changed */
function onEasel(changed) {
  paper.show();
  const { drawing } = changed;
  if (drawing === seen) return;
  seen = drawing;
  // Another stroke is the same wish, drawn better; a picture, an empty paper or a drawing after an item is another one.
  if (like || drawing.picture || changed.isBlank) setMarks(NO_MARKS);
  like = null;
  finder.ask(changed.isBusy ? WHILE_DRAWING : changed.isBlank ? 0 : AFTER_STROKE);
}

/** @param {import("./finder.js").State<string, Collection[]>} state */
function onCollections(state) {
  if (state.phase === "waiting") report(waiting(state.error, state.seconds, () => opener.again()));
  else if (state.phase === "refused") refuse(state.error, () => opener.again());
  else if (state.phase === "answer") offerCollections(state.answer);
}

/** @param {Collection[]} found */
function offerCollections(found) {
  collections = found;
  const picker = byId("collection");
  picker.replaceChildren(...found.map(({ name, title }) => make("option", { value: name }, title || name)));
  byId("collection-picker").hidden = found.length < 2;
  const wanted = new URL(location.href).searchParams.get("collection");
  const first = [wanted, "shoes"].map((name) => found.find((one) => one.name === name)).find(Boolean) ?? found[0];
  if (first) choose(first);
  else {
    report({ title: "There is no collection yet", text: "Fill one with the demo's shoes:", code: "likeness demo", action: { label: "Look again", run: () => opener.again() } });
  }
}

/** @param {Collection} chosen */
function choose(chosen) {
  collection = chosen;
  like = null;
  setMarks(NO_MARKS);
  knowsFacets = false;
  byId("collection").value = chosen.name;
  const isShoes = /shoe/i.test(`${chosen.name} ${chosen.title}`);
  byId("hint-title").textContent = isShoes ? "Draw a shoe" : "Draw what you are looking for";
  byId("examples").hidden = !isShoes;
  filters.offer([]);
  cards.show([]);
  finder.ask();
}

/** @param {string} name */
async function learnFacets(name) {
  knowsFacets = true;
  /** @type {Hit[]} */
  const sample = [];
  try {
    let cursor = null;
    for (let page = 0; page < SAMPLE.pages; page += 1) {
      const found = await listItems({ collection: name, limit: SAMPLE.limit, cursor });
      sample.push(...found.items);
      cursor = found.next_cursor;
      if (!cursor) break;
    }
  } catch {
    knowsFacets = false; // The next answer tries again; searching does not wait for the filters.
  }
  if (knowsFacets && collection?.name === name) filters.offer(inferFacets(sample));
}

function listenToControls() {
  byId("back").addEventListener("click", leaveLike);
  byId("forget").addEventListener("click", () => {
    setMarks(NO_MARKS);
    finder.ask();
    byId("results").focus({ preventScroll: true });
  });
  byId("why").addEventListener("click", () => {
    setWhy(!why);
    finder.ask();
  });
  byId("count").value = recall("count") ?? "24";
  byId("count").addEventListener("change", () => {
    remember("count", byId("count").value);
    finder.ask();
  });
  byId("collection").addEventListener("change", () => {
    const chosen = collections.find(({ name }) => name === byId("collection").value);
    if (!chosen) return;
    history.replaceState(null, "", `?collection=${encodeURIComponent(chosen.name)}`);
    choose(chosen);
  });
  addEventListener("online", () => (collection ? finder : opener).again());
}

function escape() {
  if (filters.close()) return;
  if (easel.isBusy) easel.cancel();
  else leaveLike();
}

listenToControls();
listenToKeys({
  undo: () => easel.undo(),
  redo: () => easel.redo(),
  clear: () => easel.clear(),
  pen: () => paper.take("pen"),
  rubber: () => paper.take("rubber"),
  whole: () => paper.take("whole"),
  upload: () => byId("upload").click(),
  sees: () => sees.toggle(),
  theme: () => byId("toggle-theme").click(),
  filters: () => filters.focus(),
  escape,
});
listenForPictures({
  onPicture: (picture) => easel.usePicture(picture),
  onRefused: (sentence) => report({ title: "That cannot be searched with", text: sentence, tone: "warning" }),
});
startTheme(() => paper.repaint());
opener.ask();
