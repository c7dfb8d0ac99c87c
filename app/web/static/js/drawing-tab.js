/**
 * The tab to draw on: what is drawn becomes a question, what comes back becomes cards.
 */

import { answer, sketchOf } from "./asking.js";
import { Cards } from "./cards.js";
import { isClosed } from "./door.js";
import { Easel } from "./easel.js";
import { byId } from "./elements.js";
import { inferFacets, toFilter } from "./facets.js";
import { FilterBar } from "./filter-bar.js";
import { Finder } from "./finder.js";
import { LIMITS, listenForPictures } from "./intake.js";
import { isMarked, NO_MARKS, withMark } from "./marks.js";
import { recall, remember } from "./memory.js";
import { announce, report, showNotice } from "./notice.js";
import { Paper } from "./paper.js";
import { sampleOf } from "./sampling.js";
import { SeesPanel } from "./views.js";
import { closed, declined, forgetting, heading, kindOf, NO_MATCH, nothingFound, smallPrint, spoken, waiting } from "./wording.js";

/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {import("./api.js").Hit} Hit */
/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./marks.js").Marks} Marks */
/** @typedef {import("./wording.js").Question} Question */
/** @typedef {import("./finder.js").State<Question, Answer>} State */

/** Milliseconds without a move before a search: while the pen is down, and after it was lifted. */
const WHILE_DRAWING = 280;
const AFTER_STROKE = 120;

/** What a server without anything to draw for is told. */
const NOTHING_YET = { title: "There is no collection yet", text: "Fill one with the demo's shoes:", code: "likeness demo" };

/** The paper, the filters and the cards. */
export class DrawingTab {
  #door;
  #dialog;
  #place = byId("notice");
  #easel = new Easel((easel) => this.#onEasel(easel));
  #paper = new Paper(this.#easel);
  #sees = new SeesPanel();
  #cards;
  #filters = new FilterBar(() => this.#finder.ask(AFTER_STROKE));
  /** @type {Finder<Question, Answer>} */
  #finder = new Finder(() => this.#pose(), answer, (state) => this.#onSearch(state));
  /** @type {Collection | null} */
  #collection = null;
  /** @type {Hit | null} the item that more like it is wanted of */
  #like = null;
  /** What is liked of the hits so far, and what is not. @type {Marks} */
  #marks = NO_MARKS;
  /** The drawing as it was when it was last asked about, or shown. */
  #seen = this.#easel.drawing;
  #knowsFacets = false;
  /** Whether hits are to tell why they were found. */
  #why = false;

  /** @param {import("./door.js").Door} door @param {import("./views.js").ItemDialog} dialog */
  constructor(door, dialog) {
    this.#door = door;
    this.#dialog = dialog;
    this.#cards = new Cards(byId("cards"), {
      onOpen: (hit) => this.#open(hit),
      onSimilar: (hit) => this.#searchLike(hit),
      onMark: (hit, side) => this.#onMark(hit, side),
    });
    this.#listenToControls();
    listenForPictures({
      button: byId("upload"),
      input: byId("file"),
      target: byId("paper"),
      limits: LIMITS,
      onGiven: ([picture], refused) => {
        if (picture) this.#easel.usePicture(picture);
        else this.report({ title: "That cannot be searched with", text: refused, tone: "warning" });
      },
    });
  }

  /** @returns {Collection | null} */
  get collection() {
    return this.#collection;
  }

  /** What the shortcuts do while this tab is shown. */
  get keys() {
    return {
      undo: () => this.#easel.undo(),
      redo: () => this.#easel.redo(),
      clear: () => this.#easel.clear(),
      pen: () => this.#paper.take("pen"),
      rubber: () => this.#paper.take("rubber"),
      whole: () => this.#paper.take("whole"),
      upload: () => byId("upload").click(),
      sees: () => this.#sees.toggle(),
      filters: () => this.#filters.focus(),
      escape: () => this.#escape(),
    };
  }

  /** @param {Collection} chosen another one than before */
  choose(chosen) {
    this.#collection = chosen;
    this.#like = null;
    this.#setMarks(NO_MARKS);
    this.#knowsFacets = false;
    const isShoes = /shoe/i.test(`${chosen.name} ${chosen.title}`);
    byId("hint-title").textContent = isShoes ? "Draw a shoe" : "Draw what you are looking for";
    byId("examples").hidden = !isShoes;
    byId("noted").hidden = !chosen.personal;
    this.#filters.offer([]);
    this.#cards.show([]);
    this.#finder.ask();
  }

  /** @param {() => void} lookAgain */
  lacking(lookAgain) {
    this.report({ ...NOTHING_YET, action: { label: "Look again", run: lookAgain } });
  }

  /** Asks at once, whatever has failed before. */
  again() {
    this.#finder.again();
  }

  /** Paints afresh, in the colours of the theme. */
  repaint() {
    this.#paper.repaint();
  }

  /** @param {import("./notice.js").Notice} notice */
  report(notice) {
    report(this.#place, notice);
  }

  /** @param {Error} error @param {() => void} again */
  refuse(error, again) {
    if (isClosed(error)) this.#door.ask();
    this.report(isClosed(error) ? closed(again) : declined(error, again));
  }

  /** @returns {Question | null} */
  #pose() {
    const collection = this.#collection;
    if (!collection) return null;
    const [k, filter] = [Number(byId("count").value), toFilter(this.#filters.selection)];
    return { drawing: this.#easel.drawing, like: this.#like, marks: this.#marks, collection, k, filter, why: this.#why };
  }

  /** @param {State} state */
  #onSearch(state) {
    byId("progress").hidden = state.phase !== "asking";
    byId("results").setAttribute("aria-busy", String(state.phase === "asking"));
    if (state.phase === "asking") this.#cards.showPlaces();
    else if (state.phase === "answer") this.#showAnswer(state.question, state.answer);
    else if (state.phase === "waiting") this.report(waiting(state.error, state.seconds, () => this.#finder.again()));
    else {
      this.#cards.show([]);
      byId("facts").textContent = "";
      byId("why-note").hidden = true;
      // What cannot be told is not asked again.
      if (state.question.why) this.#setWhy(false);
      this.refuse(state.error, () => this.#finder.again());
    }
  }

  /** @param {Question} question @param {Answer} found */
  #showAnswer(question, found) {
    const { hits } = found;
    this.#cards.show(hits, this.#marks);
    this.#showMarks();
    byId("results-title").textContent = heading(question, hits.length > 0, found.matched !== false);
    byId("facts").textContent = smallPrint(question, found);
    byId("back").hidden = !question.like;
    byId("back").textContent = sketchOf(question) ? "Back to my drawing" : "Back to the collection";
    showNotice(this.#place, hits.length === 0 ? nothingFound(question, () => this.#filters.clear()) : found.matched === false ? NO_MATCH : null);
    announce(spoken(question, found));
    const asked = kindOf(question) !== "browse";
    byId("why").hidden = !asked;
    byId("why-note").hidden = !hits.some((hit) => hit.explanation);
    this.#sees.show(asked ? { sketch: question.like ? null : sketchOf(question), like: question.like, hit: hits[0] ?? null, collection: question.collection } : null);
    if (!this.#knowsFacets && hits.length > 0) this.#learnFacets(question.collection.name);
  }

  /** @param {Hit} hit @param {import("./marks.js").Side} side */
  #onMark(hit, side) {
    // Its card is about to leave, and the focus with it.
    if (side === "disliked") byId("results").focus({ preventScroll: true });
    this.#setMarks(withMark(this.#marks, hit.key, side));
    this.#finder.ask();
  }

  /** @param {Marks} changed */
  #setMarks(changed) {
    this.#marks = changed;
    this.#cards.mark(changed);
    this.#showMarks();
  }

  /** @param {boolean} wanted */
  #setWhy(wanted) {
    this.#why = wanted;
    byId("why").setAttribute("aria-pressed", String(wanted));
  }

  #showMarks() {
    byId("forget").hidden = !isMarked(this.#marks);
    byId("forget").textContent = forgetting(this.#marks);
  }

  /** @param {Hit} hit */
  #searchLike(hit) {
    this.#like = hit;
    this.#setMarks(NO_MARKS);
    this.#finder.ask();
    byId("results").focus({ preventScroll: true });
    byId("results").scrollIntoView({ block: "start" });
  }

  /** @param {Hit} hit */
  #open(hit) {
    if (!this.#collection) return;
    this.#dialog.open(hit, this.#collection, { label: "More like this", run: () => this.#searchLike(hit) }, true, this.#filters);
  }

  #leaveLike() {
    if (!this.#like) return;
    this.#like = null;
    this.#setMarks(NO_MARKS);
    this.#finder.ask();
  }

  /** @param {Easel} changed */
  #onEasel(changed) {
    this.#paper.show();
    const { drawing } = changed;
    if (drawing === this.#seen) return;
    this.#seen = drawing;
    // Another stroke is the same wish, drawn better; a picture, an empty paper or a drawing after an item is another one.
    if (this.#like || drawing.picture || changed.isBlank) this.#setMarks(NO_MARKS);
    this.#like = null;
    this.#finder.ask(changed.isBusy ? WHILE_DRAWING : changed.isBlank ? 0 : AFTER_STROKE);
  }

  /** @param {string} name */
  async #learnFacets(name) {
    this.#knowsFacets = true;
    /** @type {Hit[]} */
    let sample = [];
    try {
      sample = await sampleOf(name);
    } catch {
      this.#knowsFacets = false; // The next answer tries again; searching does not wait for the filters.
    }
    if (this.#knowsFacets && this.#collection?.name === name) this.#filters.offer(inferFacets(sample));
  }

  #listenToControls() {
    byId("back").addEventListener("click", () => this.#leaveLike());
    byId("forget").addEventListener("click", () => {
      this.#setMarks(NO_MARKS);
      this.#finder.ask();
      byId("results").focus({ preventScroll: true });
    });
    byId("why").addEventListener("click", () => {
      this.#setWhy(!this.#why);
      this.#finder.ask();
    });
    byId("count").value = recall("count") ?? "24";
    byId("count").addEventListener("change", () => {
      remember("count", byId("count").value);
      this.#finder.ask();
    });
  }

  #escape() {
    if (this.#filters.close()) return;
    if (this.#easel.isBusy) this.#easel.cancel();
    else this.#leaveLike();
  }
}
