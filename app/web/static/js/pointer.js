/**
 * Mouse, pen and finger on the paper. A pen's own eraser erases; while a pen draws, the resting hand does not.
 */

/** @typedef {import("./easel.js").Easel} Easel */
/** @typedef {import("./surface.js").Surface} Surface */

const PEN_ERASER = 32;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Easel} easel
 * @param {Surface} surface
 */
export function listenToPointers(canvas, easel, surface) {
  /** @type {{id: number, type: string} | null} */
  let active = null;

  canvas.addEventListener("pointerdown", (event) => {
    const takesOver = active?.type === "touch" && event.pointerType === "pen";
    if (event.button > 0 && event.button !== 5) return;
    if (active && !takesOver) return;
    if (!event.isPrimary && event.pointerType === "touch") return;
    if (takesOver) easel.cancel();
    active = { id: event.pointerId, type: event.pointerType };
    canvas.setPointerCapture(event.pointerId);
    const pressed = event.pointerType === "pen";
    const tool = pressed && (event.buttons & PEN_ERASER) !== 0 ? "rubber" : easel.tool;
    easel.start(surface.locate(event), { tool, pressed });
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== active?.id) return;
    // Between two frames a pen reports many places; taking them all keeps a fast curve round.
    const places = event.getCoalescedEvents?.() ?? [];
    easel.move((places.length > 0 ? places : [event]).map((place) => surface.locate(place)));
  });

  canvas.addEventListener("pointerup", (event) => {
    if (event.pointerId !== active?.id) return;
    active = null;
    easel.end();
  });

  canvas.addEventListener("pointercancel", (event) => {
    if (event.pointerId !== active?.id) return;
    active = null;
    easel.cancel();
  });
}
