/**
 * The tab that says what is on a picture: a picture in, its labels out, each with how sure it is and where it was seen.
 */

import { listLabels, tagPicture } from "./api.js";
import { Camera } from "./camera.js";
import { isClosed } from "./door.js";
import { byId, make } from "./elements.js";
import { Finder } from "./finder.js";
import { listenForPictures } from "./intake.js";
import { LabelChips } from "./label-chips.js";
import { LabelView } from "./label-view.js";
import { factsOf, NO_LABELS, NO_TAGGER, precisionName, spokenTags, titleOf, WELCOME } from "./label-wording.js";
import { recall, remember } from "./memory.js";
import { announce, report, showNotice } from "./notice.js";
import { closed, declined, waiting } from "./wording.js";

/** @typedef {import("./api.js").Labelled} Labelled */
/** @typedef {import("./api.js").Wanted} Wanted */
/** @typedef {{picture: File, wanted: Wanted}} Question */
/** @typedef {import("./finder.js").State<Question, Labelled>} State */

/** The network sees some 300 pixels; what is shown of where it looked has 256. */
const LIMITS = Object.freeze({ bytes: 512 * 1024, side: 1024 });

/** One picture, and what is said of it. */
export class LabelsTab {
  /** Labels belong to no collection. @type {null} */
  collection = null;
  #door;
  #place = byId("labels-notice");
  #view = new LabelView();
  #chips = new LabelChips((tag) => this.#view.look(tag));
  #camera = new Camera((picture) => this.#give(picture), (sentence) => this.#refusePicture(sentence), (filming) => this.#offerClearing(filming));
  /** @type {Finder<Question, Labelled>} */
  #finder = new Finder(() => this.#pose(), ({ picture, wanted }, signal) => tagPicture(picture, wanted, signal), (state) => this.#onAnswer(state));
  /** @type {File | null} */
  #picture = null;
  #knowsPrecisions = false;
  #hasTagger = false;
  /** Whether the last question got no answer, such as for want of a key. */
  #refused = false;

  /** @param {import("./door.js").Door} door */
  constructor(door) {
    this.#door = door;
    listenForPictures({
      button: byId("choose-picture"),
      input: byId("picture-file"),
      target: byId("label-drop"),
      limits: LIMITS,
      onGiven: ([picture], refused) => {
        if (picture) this.#give(picture);
        this.#refusePicture(refused);
      },
    });
    byId("clear-picture").addEventListener("click", () => {
      this.#clear();
      byId("choose-picture").focus();
    });
    for (const id of ["label-count", "label-order", "label-merge"]) {
      const control = byId(id);
      restore(control, recall(id));
      control.addEventListener("change", () => {
        remember(id, valueOf(control));
        this.#finder.ask();
      });
    }
  }

  /** What the shortcuts do while this tab is shown. */
  get keys() {
    return {
      clear: () => this.#clear(),
      upload: () => byId("choose-picture").click(),
      filters: () => byId("label-count").focus(),
      escape: () => this.#camera.stop(),
    };
  }

  /** @param {boolean} hasTagger whether the server has weights that say labels @param {() => void} lookAgain */
  arrive(hasTagger, lookAgain) {
    this.#hasTagger = hasTagger;
    if (!hasTagger) showNotice(this.#place, { ...NO_TAGGER, action: { label: "Look again", run: lookAgain } });
    else if (!this.#picture) this.#empty(WELCOME);
    else if (this.#refused) this.#finder.again();
    if (hasTagger && !this.#knowsPrecisions) this.#learn();
  }

  /** The tab is left: nobody is filmed any longer. */
  leave() {
    this.#camera.stop();
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
    this.#refused = true;
    if (isClosed(error)) this.#door.ask();
    this.report(isClosed(error) ? closed(again) : declined(error, again));
  }

  /** @param {File | null} picture in place of the one before; null takes it away */
  #give(picture) {
    this.#camera.stop();
    this.#picture = picture;
    byId("picture-problem").textContent = "";
    this.#offerClearing(false);
    byId("label-hint").hidden = picture !== null;
    this.#view.show(picture);
    this.#empty(picture === null && this.#hasTagger ? WELCOME : null);
    this.#showBusy(false);
    this.#finder.ask();
  }

  /** Stops the camera, or else takes the picture away. */
  #clear() {
    if (this.#camera.isFilming) this.#camera.stop();
    else this.#give(null);
  }

  /** @param {boolean} filming */
  #offerClearing(filming) {
    const button = byId("clear-picture");
    button.disabled = !filming && this.#picture === null;
    button.setAttribute("aria-label", filming ? "Stop the camera" : "Take this picture away");
    button.title = filming ? "Stop the camera (C)" : "Remove it (C)";
  }

  /** @param {string} sentence why a picture was not taken; empty where it was */
  #refusePicture(sentence) {
    byId("picture-problem").textContent = sentence;
    if (sentence) announce(sentence);
  }

  /** @returns {Question | null} */
  #pose() {
    if (!this.#picture) return null;
    const [kind, value] = byId("label-count").value.split(" ");
    const wanted = { [kind]: value, order: byId("label-order").value, merge: byId("label-merge").checked };
    return { picture: this.#picture, wanted };
  }

  /** @param {State} state */
  #onAnswer(state) {
    this.#showBusy(state.phase === "asking");
    this.#refused = false;
    if (state.phase === "answer") this.#showAnswer(state.answer);
    else if (state.phase === "waiting") this.report(waiting(state.error, state.seconds, () => this.#finder.again()));
    else if (state.phase === "refused") {
      this.#empty(null);
      this.refuse(state.error, () => this.#finder.again());
    }
  }

  /** @param {Labelled} labelled */
  #showAnswer(labelled) {
    const { tags } = labelled;
    byId("labels-title").textContent = titleOf(tags);
    showNotice(this.#place, tags.length === 0 ? NO_LABELS : null);
    this.#view.measure(labelled);
    this.#chips.show(tags, labelled);
    byId("labels-note").hidden = tags.length === 0;
    byId("labels-facts").textContent = factsOf(labelled);
    announce(spokenTags(tags));
  }

  /** @param {import("./notice.js").Notice | null} notice in place of labels */
  #empty(notice) {
    byId("labels-title").textContent = "What is on it";
    this.#chips.show([], { width: 1, height: 1 });
    byId("labels-note").hidden = true;
    byId("labels-facts").textContent = "";
    showNotice(this.#place, notice);
  }

  /** @param {boolean} busy */
  #showBusy(busy) {
    byId("labels-progress").hidden = !busy;
    byId("labels-results").setAttribute("aria-busy", String(busy));
  }

  /** Offers the precisions that thresholds are fitted for. */
  async #learn() {
    this.#knowsPrecisions = true;
    try {
      const { precisions } = await listLabels();
      const options = precisions.map((precision) => make("option", { value: `precision ${precision}` }, precisionName(precision)));
      const count = byId("label-count");
      const before = count.value;
      count.querySelector("option").after(...options);
      restore(count, recall("label-count"));
      // A picture may have been given meanwhile, and labelled by what was chosen so far.
      if (count.value !== before) this.#finder.ask();
    } catch {
      this.#knowsPrecisions = false; // The next visit tries again; labelling does not wait for it.
    }
  }
}

/** @param {HTMLSelectElement | HTMLInputElement} control @returns {string} */
const valueOf = (control) => (control instanceof HTMLInputElement ? String(control.checked) : control.value);

/** @param {HTMLSelectElement | HTMLInputElement} control @param {string | null} value that was remembered; one that is not offered changes nothing */
function restore(control, value) {
  if (value === null) return;
  if (control instanceof HTMLInputElement) control.checked = value === "true";
  else if ([...control.options].some((option) => option.value === value)) control.value = value;
}
