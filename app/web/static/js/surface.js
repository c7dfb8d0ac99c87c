/**
 * Shows ink on the canvas: finished strokes from a cache of paths, the stroke under the pen afresh in every frame.
 */

import { getStroke } from "../vendor/perfect-freehand/perfect-freehand.js";
import { HEIGHT, WIDTH } from "./ink.js";

/** @typedef {import("./ink.js").Point} Point */
/** @typedef {import("./ink.js").Stroke} Stroke */

/**
 * @typedef {Object} Scene
 * @property {ReadonlyArray<Stroke>} strokes
 * @property {Stroke | null} live the stroke under the pen
 * @property {{at: Point, radius: number} | null} eraser where the eraser is
 * @property {{at: Point, down: boolean} | null} cursor where the keyboard's pen is
 */

const LINE = { size: 9.5, thinning: 0.45, smoothing: 0.6, streamline: 0.35 };

/** @type {WeakMap<Stroke, Path2D>} */
const paths = new WeakMap();

/** Draws scenes on one canvas, at the screen's own resolution. */
export class Surface {
  #canvas;
  #context;
  /** @type {Scene} */
  #scene = { strokes: [], live: null, eraser: null, cursor: null };
  #frame = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    new ResizeObserver(() => this.#fit()).observe(canvas);
  }

  /** @param {Partial<Scene>} change what is different from the last scene */
  show(change) {
    this.#scene = { ...this.#scene, ...change };
    this.repaint();
  }

  /** Paints in the next frame; also after the theme has changed. */
  repaint() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /**
   * @param {{clientX: number, clientY: number, pressure?: number}} event
   * @returns {Point} where on the sheet that is
   */
  locate(event) {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * WIDTH,
      y: ((event.clientY - box.top) / box.height) * HEIGHT,
      pressure: event.pressure ?? 0.5,
    };
  }

  #fit() {
    const { width } = this.#canvas.getBoundingClientRect();
    const pixels = Math.round(width * Math.min(devicePixelRatio || 1, 3));
    if (pixels === 0 || pixels === this.#canvas.width) return;
    this.#canvas.width = pixels;
    this.#canvas.height = Math.round((pixels * HEIGHT) / WIDTH);
    this.#paint();
  }

  #paint() {
    this.#frame = 0;
    const context = this.#context;
    const scale = this.#canvas.width / WIDTH;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const colour = getComputedStyle(this.#canvas).color;
    context.fillStyle = colour;
    const { strokes, live, eraser, cursor } = this.#scene;
    for (const stroke of strokes) context.fill(cachedPath(stroke));
    if (live) context.fill(outline(live, false));
    context.strokeStyle = colour;
    context.lineWidth = 1.5 / scale;
    if (eraser) ring(context, eraser.at, eraser.radius);
    if (cursor) crosshair(context, cursor.at, cursor.down);
  }
}

/** @param {Stroke} stroke @returns {Path2D} */
function cachedPath(stroke) {
  const known = paths.get(stroke);
  if (known) return known;
  const path = outline(stroke, true);
  paths.set(stroke, path);
  return path;
}

/**
 * @param {Stroke} stroke
 * @param {boolean} finished
 * @returns {Path2D} the outline of the inked line, its corners rounded through the midpoints
 */
function outline(stroke, finished) {
  const input = stroke.points.map(({ x, y, pressure }) => [x, y, pressure]);
  const corners = getStroke(input, { ...LINE, simulatePressure: !stroke.pressed, last: finished });
  const path = new Path2D();
  if (corners.length === 0) return path;
  corners.forEach(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length];
    if (index === 0) path.moveTo((x + nextX) / 2, (y + nextY) / 2);
    else path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  });
  path.closePath();
  return path;
}

/** @param {CanvasRenderingContext2D} context @param {Point} at @param {number} radius */
function ring(context, at, radius) {
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Point} at @param {boolean} down */
function crosshair(context, at, down) {
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(at.x + dx * 9, at.y + dy * 9);
    context.lineTo(at.x + dx * 26, at.y + dy * 26);
  }
  context.stroke();
  if (down) ring(context, at, 9);
}
