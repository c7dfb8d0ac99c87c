/**
 * The paper and its tools as they stand on the page: ink, the picture searched with, the hint, and which buttons work.
 */

import { byId, lineDrawing, make } from "./elements.js";
import { EXAMPLES, rounded, toStrokes } from "./examples.js";
import { counted } from "./format.js";
import { listenToArrows } from "./keyboard-pen.js";
import { listenToPointers } from "./pointer.js";
import { Surface } from "./surface.js";

/** @typedef {import("./easel.js").Easel} Easel */
/** @typedef {import("./easel.js").Tool} Tool */
/** @typedef {Blob & {name?: string}} Picture */

/** Shows an easel, and hands on what is done to it. */
export class Paper {
  #canvas = byId("ink");
  #surface = new Surface(this.#canvas);
  #easel;
  /** @type {Picture | null} */
  #picture = null;
  #address = "";

  /** @param {Easel} easel */
  constructor(easel) {
    this.#easel = easel;
    listenToPointers(this.#canvas, easel, this.#surface);
    listenToArrows(this.#canvas, easel, this.#surface);
    this.#listenToButtons();
    this.#offerExamples();
  }

  /** Shows the easel as it is now. */
  show() {
    const { strokes, live, eraser, isBlank, isBusy, canUndo, canRedo, drawing } = this.#easel;
    this.#surface.show({ strokes, live, eraser });
    byId("hint").hidden = !isBlank || isBusy;
    byId("undo").disabled = !canUndo;
    byId("redo").disabled = !canRedo;
    byId("clear").disabled = isBlank;
    const words = drawing.picture ? "a picture" : strokes.length === 0 ? "empty" : counted(strokes.length, "stroke", "strokes");
    this.#canvas.setAttribute("aria-label", `Drawing area, ${words}`);
    this.#showPicture(drawing.picture);
  }

  /** Paints afresh, in the colours of the theme. */
  repaint() {
    this.#surface.repaint();
  }

  /** @param {Tool} tool */
  take(tool) {
    this.#easel.tool = tool;
    byId("paper").dataset.tool = tool;
    for (const button of toolButtons()) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  /** @param {Picture | null} picture */
  #showPicture(picture) {
    if (picture === this.#picture) return;
    this.#picture = picture;
    URL.revokeObjectURL(this.#address);
    this.#address = picture ? URL.createObjectURL(picture) : "";
    const image = byId("paper-picture");
    image.hidden = !picture;
    if (picture) image.src = this.#address;
    else image.removeAttribute("src");
    byId("picture-note").hidden = !picture;
    byId("picture-name").textContent = picture?.name || "Your picture";
  }

  #listenToButtons() {
    for (const button of toolButtons()) {
      button.addEventListener("click", () => this.take(/** @type {Tool} */ (button.dataset.tool)));
    }
    byId("undo").addEventListener("click", () => this.#easel.undo());
    byId("redo").addEventListener("click", () => this.#easel.redo());
    byId("clear").addEventListener("click", () => this.#easel.clear());
    byId("remove-picture").addEventListener("click", () => this.#easel.clear());
  }

  #offerExamples() {
    const start = (/** @type {typeof EXAMPLES[number]["lines"]} */ lines) => {
      this.#easel.useStrokes(toStrokes(lines));
      this.#canvas.focus({ preventScroll: true });
    };
    const button = (/** @type {typeof EXAMPLES[number]} */ { name, lines }) => make(
      "button",
      { type: "button", class: "example", "aria-label": `Start from an example: ${name}`, title: name, onclick: () => start(lines) },
      lineDrawing(lines.map(rounded), "100 20 820 670"),
    );
    byId("examples").append(...EXAMPLES.map(button));
  }
}

/** @returns {HTMLButtonElement[]} */
const toolButtons = () => [...document.querySelectorAll(".tool[data-tool]")].map((found) => /** @type {any} */ (found));
