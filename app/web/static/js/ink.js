/**
 * What is on the paper, as values: strokes on a sheet of 1000 by 750, or one picture. Nothing here knows the DOM.
 */

export const WIDTH = 1000;
export const HEIGHT = 750;

/** Neighbouring points of a stroke lie about this far apart, so that an eraser touches every part of a line. */
export const SPACING = 6;

/** @typedef {Readonly<{x: number, y: number, pressure: number}>} Point */
/** @typedef {Readonly<{points: ReadonlyArray<Point>, pressed: boolean}>} Stroke `pressed`: a pen told its pressure */
/** @typedef {Readonly<{strokes: ReadonlyArray<Stroke>, picture: (Blob & {name?: string}) | null}>} Drawing */

/** @type {Drawing} */
export const BLANK = Object.freeze({ strokes: Object.freeze([]), picture: null });

/** @param {Drawing} drawing @returns {boolean} */
export const isBlank = (drawing) => drawing.strokes.length === 0 && drawing.picture === null;

/**
 * Spreads points evenly: drops those that crowd, and fills gaps left by a fast hand.
 *
 * @param {ReadonlyArray<Point>} points
 * @param {number} [spacing]
 * @returns {ReadonlyArray<Point>} the first and the last point are kept
 */
export function spread(points, spacing = SPACING) {
  if (points.length < 2) return points;
  const kept = [points[0]];
  for (const [index, point] of points.entries()) {
    const last = kept[kept.length - 1];
    const gap = Math.hypot(point.x - last.x, point.y - last.y);
    if (gap < spacing / 2 && index < points.length - 1) continue;
    if (index === 0 || gap === 0) continue;
    const steps = Math.max(1, Math.ceil(gap / (spacing * 1.5)));
    for (let step = 1; step <= steps; step += 1) kept.push(between(last, point, step / steps));
  }
  return kept;
}

/** @param {Point} a @param {Point} b @param {number} share @returns {Point} */
const between = (a, b, share) => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
  pressure: a.pressure + (b.pressure - a.pressure) * share,
});

/**
 * Adds a stroke. On a picture it begins a new drawing; undo brings the picture back.
 *
 * @param {Drawing} drawing
 * @param {Stroke} stroke
 * @returns {Drawing}
 */
export function withStroke(drawing, stroke) {
  if (stroke.points.length === 0) return drawing;
  const strokes = drawing.picture ? [] : drawing.strokes;
  return { strokes: [...strokes, { ...stroke, points: spread(stroke.points) }], picture: null };
}

/** @param {Blob & {name?: string}} picture @returns {Drawing} */
export const ofPicture = (picture) => ({ strokes: [], picture });

/**
 * Removes every stroke which comes within the radius of the eraser's way.
 *
 * @param {Drawing} drawing
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius
 * @returns {Drawing} the very same drawing where nothing was touched
 */
export function eraseStrokes(drawing, from, to, radius) {
  const strokes = drawing.strokes.filter((stroke) => !stroke.points.some((point) => isNear(point, from, to, radius)));
  return strokes.length === drawing.strokes.length ? drawing : { ...drawing, strokes };
}

/**
 * Removes the points within the radius of the eraser's way; what is left of a stroke becomes strokes of its own.
 *
 * @param {Drawing} drawing
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius
 * @returns {Drawing} the very same drawing where nothing was touched
 */
export function erasePoints(drawing, from, to, radius) {
  const strokes = drawing.strokes.flatMap((stroke) => {
    if (!stroke.points.some((point) => isNear(point, from, to, radius))) return [stroke];
    return runs(stroke.points, (point) => !isNear(point, from, to, radius)).map((points) => ({ ...stroke, points }));
  });
  const untouched = strokes.length === drawing.strokes.length && strokes.every((stroke, i) => stroke === drawing.strokes[i]);
  return untouched ? drawing : { ...drawing, strokes };
}

/**
 * @param {ReadonlyArray<Point>} points
 * @param {(point: Point) => boolean} keep
 * @returns {Point[][]} the unbroken runs of kept points, single leftover points dropped
 */
function runs(points, keep) {
  /** @type {Point[][]} */
  const found = [[]];
  for (const point of points) {
    if (keep(point)) found[found.length - 1].push(point);
    else found.push([]);
  }
  return found.filter((run) => run.length > 1);
}

/** @param {Point} point @param {Point} from @param {Point} to @param {number} radius @returns {boolean} */
function isNear(point, from, to, radius) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((point.x - from.x) * dx + (point.y - from.y) * dy) / length));
  return Math.hypot(point.x - from.x - share * dx, point.y - from.y - share * dy) <= radius;
}

/**
 * The drawing as the API takes it: points as [x, y], a tenth of a unit exact.
 *
 * @param {Drawing} drawing
 * @returns {Array<Array<[number, number]>>}
 */
export function toLines(drawing) {
  const tenth = (/** @type {number} */ value) => Math.round(value * 10) / 10;
  return drawing.strokes.map((stroke) => stroke.points.map((point) => [tenth(point.x), tenth(point.y)]));
}
