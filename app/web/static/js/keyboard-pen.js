/**
 * Draws with the arrow keys while the paper has the focus: arrows move, Space puts the tool down and lifts it.
 */

import { HEIGHT, WIDTH } from "./ink.js";

/** @typedef {import("./easel.js").Easel} Easel */
/** @typedef {import("./surface.js").Surface} Surface */

const STEP = 12;
const LEAP = 60;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Easel} easel
 * @param {Surface} surface
 */
export function listenToArrows(canvas, easel, surface) {
  let at = { x: WIDTH / 2, y: HEIGHT / 2, pressure: 0.5 };
  let down = false;

  const show = (/** @type {boolean} */ visible) => surface.show({ cursor: visible ? { at, down } : null });
  const lift = () => {
    if (down) easel.end();
    down = false;
  };

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[/** @type {keyof typeof MOVES} */ (event.key)];
    if (move) {
      const step = event.shiftKey ? LEAP : STEP;
      at = { ...at, x: within(at.x + move[0] * step, WIDTH), y: within(at.y + move[1] * step, HEIGHT) };
      if (down) easel.move([at]);
    } else if (event.key === " ") {
      if (down) lift();
      else {
        down = true;
        easel.start(at);
      }
    } else return;
    event.preventDefault();
    show(true);
  });
  canvas.addEventListener("pointerdown", () => {
    lift();
    show(false);
  }, { capture: true });
  canvas.addEventListener("blur", () => {
    lift();
    show(false);
  });
}

/** @param {number} value @param {number} limit @returns {number} */
const within = (value, limit) => Math.min(limit - 20, Math.max(20, value));
