/**
 * The tab to search for a person: pictures of one become a question, what comes back a verdict and hits by camera.
 */

import { fetchPicture, searchPerson } from "./api.js";
import { CropStrip } from "./crop-strip.js";
import { cropOf, keysIn, LIMITS, MOST, withCrops, withoutCrop } from "./crops.js";
import { isClosed } from "./door.js";
import { byId } from "./elements.js";
import { Finder } from "./finder.js";
import { begin, canUndo, commit, redo, undo } from "./history.js";
import { listenForPictures, shrink } from "./intake.js";
import { announce, report, showNotice } from "./notice.js";
import { isNarrowed, PeopleControls } from "./people-controls.js";
import { advice, nameOf, narrowedText, nobodyLeft, NO_PEOPLE, noRoom, rateText, spokenVerdict, verdictText, verdictTitle, WELCOME } from "./people-wording.js";
import { sampleOf } from "./sampling.js";
import { badge, showSightings } from "./sighting-list.js";
import { narrowing, windowFilter, withoutOwn } from "./sightings.js";
import { closed, declined, tookWords, waiting } from "./wording.js";

/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./crops.js").Crops} Crops */
/** @typedef {import("./people-wording.js").Question} Question */
/** @typedef {import("./finder.js").State<Question, Answer>} State */

/** Milliseconds: pictures that are given one by one are one search. */
const AFTER_CHANGE = 150;
/** Most hits that the API gives. */
const MOST_HITS = 200;

/** The pictures given, what the search is narrowed down by, and the hits. */
export class PeopleTab {
  #door;
  #dialog;
  #place = byId("people-notice");
  #controls = new PeopleControls(() => this.#finder.ask(AFTER_CHANGE));
  #strip = new CropStrip((crop) => this.#step(withoutCrop(this.#crops, crop)));
  /** @type {Finder<Question, Answer>} */
  #finder = new Finder(() => this.#pose(), answer, (state) => this.#onSearch(state));
  /** @type {Collection | null} */
  #collection = null;
  /** @type {import("./history.js").History<Crops>} */
  #history = begin(/** @type {Crops} */ ([]));
  #knowsNarrowing = false;
  /** The picture of a hit, on its way. */
  #fetching = new AbortController();

  /** @param {import("./door.js").Door} door @param {import("./views.js").ItemDialog} dialog */
  constructor(door, dialog) {
    this.#door = door;
    this.#dialog = dialog;
    listenForPictures({
      button: byId("choose-crops"),
      input: byId("crop-files"),
      target: byId("crop-drop"),
      limits: LIMITS,
      onGiven: (files, refused) => this.#add(files.map(cropOf), refused),
    });
    byId("people-back").addEventListener("click", () => this.#back());
    byId("clear-crops").addEventListener("click", () => {
      this.#step([]);
      byId("choose-crops").focus();
    });
  }

  /** @returns {Collection | null} */
  get collection() {
    return this.#collection;
  }

  /** What the shortcuts do while this tab is shown. */
  get keys() {
    return {
      undo: () => this.#move(undo(this.#history)),
      redo: () => this.#move(redo(this.#history)),
      clear: () => this.#step([]),
      upload: () => byId("choose-crops").click(),
      filters: () => this.#controls.focus(),
      escape: () => this.#back(),
    };
  }

  get #crops() {
    return this.#history.present;
  }

  /** @param {Collection} chosen another one than before; the pictures stay */
  choose(chosen) {
    this.#collection = chosen;
    this.#knowsNarrowing = false;
    this.#controls.offer({ cameras: [], timed: false });
    byId("people-noted").hidden = !chosen.personal;
    this.#empty(WELCOME);
    this.#learn(chosen.name);
    this.#finder.ask();
  }

  /** @param {() => void} lookAgain */
  lacking(lookAgain) {
    showNotice(this.#place, { ...NO_PEOPLE, action: { label: "Look again", run: lookAgain } });
  }

  /** Asks at once, whatever has failed before. */
  again() {
    this.#finder.again();
  }

  /** @param {import("./notice.js").Notice} notice */
  report(notice) {
    report(this.#place, notice);
  }

  /** @param {Error} error @param {() => void} again */
  refuse(error, again) {
    if (isClosed(error)) this.#door.ask();
    const told = isClosed(error) ? closed(again) : declined(error, again);
    this.report({ ...told, text: `${told.text}${advice(error, this.#crops)}` });
  }

  /** @returns {Question | null} */
  #pose() {
    if (!this.#collection || this.#crops.length === 0) return null;
    return { crops: this.#crops, collection: this.#collection, ...this.#controls.chosen };
  }

  /** @param {State} state */
  #onSearch(state) {
    this.#showBusy(state.phase === "asking");
    if (state.phase === "answer") this.#showAnswer(state.question, state.answer);
    else if (state.phase === "waiting") this.report(waiting(state.error, state.seconds, () => this.#finder.again()));
    else if (state.phase === "refused") {
      this.#empty(null);
      this.refuse(state.error, () => this.#finder.again());
    }
  }

  /** @param {boolean} busy */
  #showBusy(busy) {
    byId("people-progress").hidden = !busy;
    byId("people-results").setAttribute("aria-busy", String(busy));
  }

  /** @param {Question} question @param {Answer} found */
  #showAnswer(question, found) {
    const { hits } = found;
    const verdict = found.verdict ?? "no match";
    const narrowed = isNarrowed(question);
    this.#title(hits.length > 0 ? verdictTitle(verdict) : "Nobody here");
    byId("verdict").hidden = hits.length === 0;
    byId("verdict").dataset.verdict = verdict;
    byId("verdict-word").replaceChildren(badge(verdict));
    byId("verdict-text").textContent = [verdictText(found), narrowedText(question)].filter(Boolean).join(" ");
    byId("verdict-rate").textContent = rateText(question.rate);
    showNotice(this.#place, hits.length === 0 ? nobodyLeft(question, narrowed, () => this.#searchAll()) : null);
    showSightings(byId("sightings"), hits, {
      onOpen: (hit) => this.#dialog.open(hit, question.collection, { label: "Search by this", run: () => this.#searchBy(hit) }, false),
      onSearch: (hit) => this.#searchBy(hit),
    });
    byId("people-facts").textContent = hits.length === 0 ? "" : tookWords(found);
    announce(spokenVerdict(question, found));
    if (!this.#knowsNarrowing) this.#learn(question.collection.name);
  }

  /** @param {import("./notice.js").Notice | null} notice in place of hits */
  #empty(notice) {
    this.#title("Hits by camera");
    byId("verdict").hidden = true;
    byId("sightings").replaceChildren();
    byId("people-facts").textContent = "";
    showNotice(this.#place, notice);
  }

  /** @param {string} words */
  #title(words) {
    byId("people-results-title").textContent = words;
  }

  #searchAll() {
    this.#controls.clear();
    this.#finder.ask();
    byId("people-results").focus({ preventScroll: true });
  }

  /** @param {Crops} more @param {string} refused why others were not taken; the pictures that are there stay */
  #add(more, refused) {
    const { crops, left } = withCrops(this.#crops, more);
    if (crops.length > this.#crops.length) this.#step(crops);
    const sentences = [refused, left.length > 0 ? noRoom(left, MOST) : ""].filter(Boolean).join(" ");
    byId("crops-problem").textContent = sentences;
    if (sentences) announce(sentences);
  }

  /** @param {Crops} crops */
  #step(crops) {
    if (crops.length > 0 || this.#crops.length > 0) this.#move(commit(this.#history, crops));
  }

  /** @param {import("./history.js").History<Crops>} moved */
  #move(moved) {
    if (moved === this.#history) return;
    this.#fetching.abort();
    this.#history = moved;
    byId("crops-problem").textContent = "";
    this.#strip.show(this.#crops);
    byId("people-hint").hidden = this.#crops.length > 0;
    byId("clear-crops").disabled = this.#crops.length === 0;
    byId("people-back").hidden = !this.#isByItem();
    if (this.#crops.length === 0 && this.#collection) this.#empty(WELCOME);
    this.#showBusy(false);
    this.#finder.ask(AFTER_CHANGE);
  }

  /** Whether the search began at a hit, so that there is something to go back to. */
  #isByItem() {
    return canUndo(this.#history) && this.#crops.some(({ item }) => item !== null);
  }

  #back() {
    if (!this.#isByItem()) return;
    this.#move(undo(this.#history));
    byId("people-results").focus({ preventScroll: true });
  }

  /** @param {Hit} hit whose picture is searched with in place of what was given; a step back has that again */
  async #searchBy(hit) {
    if (!hit.image_url || !this.#collection) return;
    const item = { collection: this.#collection.name, key: hit.key };
    this.#fetching.abort();
    this.#fetching = new AbortController();
    const { signal } = this.#fetching;
    try {
      const blob = await fetchPicture(hit.image_url, signal);
      const picture = await shrink(new File([blob], nameOf(hit), { type: blob.type }), LIMITS);
      if (signal.aborted) return;
      this.#step([{ picture, name: nameOf(hit), item }]);
      byId("people-results").focus({ preventScroll: true });
      byId("people-results").scrollIntoView({ block: "start" });
    } catch (error) {
      if (!signal.aborted) this.refuse(/** @type {Error} */ (error), () => this.#searchBy(hit));
    }
  }

  /** @param {string} name */
  async #learn(name) {
    this.#knowsNarrowing = true;
    try {
      const found = narrowing(await sampleOf(name));
      if (this.#collection?.name === name) this.#controls.offer(found);
    } catch {
      this.#knowsNarrowing = false; // The next answer tries again; searching does not wait for it.
    }
  }
}

/** @param {Question} question @param {AbortSignal} signal @returns {Promise<Answer>} */
async function answer({ crops, collection, k, rate, leftOut, from, until }, signal) {
  const own = keysIn(crops, collection.name);
  const found = await searchPerson({
    pictures: crops.map(({ picture }) => picture),
    collection: collection.name,
    k: Math.min(k + own.size, MOST_HITS),
    rate,
    leftOut,
    filter: windowFilter(from, until),
  }, signal);
  return withoutOwn(found, own, k);
}
