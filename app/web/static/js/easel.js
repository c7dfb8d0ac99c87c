/**
 * The drawing and its history, and the tool in hand: begin, move and end a gesture, whoever makes it.
 */

import { BLANK, erasePoints, eraseStrokes, isBlank, ofPicture, withStroke } from "./ink.js";
import { begin, canRedo, canUndo, commit, redo, undo } from "./history.js";

/** @typedef {import("./ink.js").Point} Point */
/** @typedef {import("./ink.js").Stroke} Stroke */
/** @typedef {import("./ink.js").Drawing} Drawing */
/** @typedef {"pen" | "rubber" | "whole"} Tool */

/** @typedef {{tool: Tool, from: Drawing, drawing: Drawing, points: Point[], pressed: boolean}} Gesture */

const RADIUS = { pen: 0, rubber: 22, whole: 14 };

/** Holds the one drawing of the page; `onChange` hears of every change, also of those in the middle of a gesture. */
export class Easel {
  /** @type {import("./history.js").History<Drawing>} */
  #history = begin(BLANK);
  /** @type {Gesture | null} */
  #gesture = null;
  #onChange;

  /** @type {Tool} */
  tool = "pen";

  /** @param {(easel: Easel) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** The drawing as it stands, with what an unfinished gesture has added or erased. */
  get drawing() {
    if (!this.#gesture) return this.#history.present;
    const stroke = this.live;
    return stroke && stroke.points.length > 1 ? withStroke(this.#gesture.drawing, stroke) : this.#gesture.drawing;
  }

  /** The finished strokes, to be shown under the live one. */
  get strokes() {
    return (this.#gesture ? this.#gesture.drawing : this.#history.present).strokes;
  }

  /** @returns {Stroke | null} the stroke under the pen */
  get live() {
    if (!this.#gesture || this.#gesture.tool !== "pen") return null;
    return { points: this.#gesture.points, pressed: this.#gesture.pressed };
  }

  /** @returns {{at: Point, radius: number} | null} */
  get eraser() {
    if (!this.#gesture || this.#gesture.tool === "pen") return null;
    return { at: this.#gesture.points[this.#gesture.points.length - 1], radius: RADIUS[this.#gesture.tool] };
  }

  get isBusy() {
    return this.#gesture !== null;
  }

  get isBlank() {
    return isBlank(this.drawing);
  }

  get canUndo() {
    return canUndo(this.#history);
  }

  get canRedo() {
    return canRedo(this.#history);
  }

  /**
   * @param {Point} at
   * @param {{tool?: Tool, pressed?: boolean}} [means] the tool, if not the one in hand; whether a pen tells its pressure
   */
  start(at, { tool = this.tool, pressed = false } = {}) {
    const from = this.#history.present;
    const drawing = tool === "pen" && from.picture ? BLANK : from;
    this.#gesture = { tool, from, drawing, points: [at], pressed };
    this.#erase(at, at);
    this.#onChange(this);
  }

  /** @param {ReadonlyArray<Point>} points where the hand has been since */
  move(points) {
    if (!this.#gesture) return;
    for (const point of points) {
      this.#erase(this.#gesture.points[this.#gesture.points.length - 1], point);
      this.#gesture.points.push(point);
    }
    this.#onChange(this);
  }

  end() {
    if (!this.#gesture) return;
    const stroke = this.live;
    const drawing = stroke ? withStroke(this.#gesture.drawing, stroke) : this.#gesture.drawing;
    this.#gesture = null;
    this.#step(commit(this.#history, drawing));
  }

  /** Gives the gesture up, as if it had not begun. */
  cancel() {
    if (!this.#gesture) return;
    this.#gesture = null;
    this.#onChange(this);
  }

  undo() {
    this.cancel();
    this.#step(undo(this.#history));
  }

  redo() {
    this.cancel();
    this.#step(redo(this.#history));
  }

  clear() {
    this.cancel();
    if (!this.isBlank) this.#step(commit(this.#history, BLANK));
  }

  /** @param {Blob & {name?: string}} picture */
  usePicture(picture) {
    this.cancel();
    this.#step(commit(this.#history, ofPicture(picture)));
  }

  /** @param {ReadonlyArray<Stroke>} strokes */
  useStrokes(strokes) {
    this.cancel();
    this.#step(commit(this.#history, strokes.reduce(withStroke, BLANK)));
  }

  /** @param {Point} from @param {Point} to */
  #erase(from, to) {
    const gesture = this.#gesture;
    if (!gesture || gesture.tool === "pen") return;
    const erase = gesture.tool === "whole" ? eraseStrokes : erasePoints;
    gesture.drawing = erase(gesture.drawing, from, to, RADIUS[gesture.tool]);
  }

  /** @param {import("./history.js").History<Drawing>} history */
  #step(history) {
    this.#history = history;
    this.#onChange(this);
  }
}
