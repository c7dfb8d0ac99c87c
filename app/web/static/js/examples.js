/**
 * A few drawings to start from, made by hand for this page: corner points, rounded when they are used.
 */

import { spread } from "./ink.js";

/** @typedef {ReadonlyArray<readonly [number, number]>} Line */

/** @type {ReadonlyArray<Readonly<{name: string, lines: ReadonlyArray<Line>}>>} */
export const EXAMPLES = [
  {
    name: "Boot",
    lines: [
      [[560, 70], [556, 200], [548, 330], [520, 410], [440, 470], [340, 505], [270, 545], [252, 595], [262, 630]],
      [[262, 630], [400, 640], [540, 634], [630, 600], [700, 590]],
      [[560, 70], [650, 58], [742, 76]],
      [[742, 76], [738, 220], [744, 360], [760, 470], [764, 560], [762, 640]],
      [[762, 640], [700, 644], [698, 592]],
    ],
  },
  {
    name: "Stiletto",
    lines: [
      [[180, 590], [190, 560], [250, 530], [340, 500], [440, 440], [540, 350], [640, 250], [720, 190], [770, 176]],
      [[770, 176], [800, 210], [806, 270], [780, 330]],
      [[180, 590], [220, 604], [300, 602], [370, 588], [470, 520], [580, 420], [680, 350], [780, 330]],
      [[780, 330], [790, 440], [796, 540], [800, 600]],
      [[800, 600], [780, 602], [764, 500], [738, 344]],
      [[390, 476], [450, 470], [540, 400], [640, 290], [720, 220]],
    ],
  },
  {
    name: "Sneaker",
    lines: [
      [[170, 500], [176, 450], [230, 415], [330, 390], [420, 330], [470, 270], [520, 236]],
      [[520, 236], [560, 262], [640, 286], [720, 270], [770, 230], [806, 236]],
      [[806, 236], [816, 320], [838, 400], [846, 480]],
      [[166, 500], [400, 506], [640, 500], [850, 480]],
      [[166, 500], [160, 545], [200, 566], [420, 572], [660, 570], [836, 558], [856, 520], [850, 480]],
      [[400, 350], [446, 376]],
      [[430, 318], [480, 346]],
      [[462, 284], [512, 314]],
      [[230, 416], [290, 450], [310, 502]],
      [[540, 500], [600, 400], [700, 350], [822, 350]],
    ],
  },
  {
    name: "Sandal",
    lines: [
      [[140, 566], [300, 552], [480, 540], [640, 505], [760, 468], [856, 450]],
      [[140, 566], [146, 606], [300, 616], [480, 614], [600, 590], [690, 556], [730, 560], [742, 612]],
      [[742, 612], [800, 614], [864, 610], [866, 530], [856, 450]],
      [[236, 556], [262, 486], [340, 446], [420, 462], [456, 540]],
      [[310, 550], [330, 508], [372, 498], [398, 546]],
      [[646, 504], [648, 420], [690, 350], [770, 316], [838, 322], [856, 450]],
      [[706, 486], [716, 420], [760, 378], [846, 372]],
    ],
  },
];

/**
 * Rounds a line through its corner points (Catmull-Rom).
 *
 * @param {Line} corners
 * @returns {Line}
 */
export function rounded(corners) {
  /** @type {Array<readonly [number, number]>} */
  const points = [corners[0]];
  for (let i = 0; i + 1 < corners.length; i += 1) {
    const [before, from, to, after] = [corners[Math.max(0, i - 1)], corners[i], corners[i + 1], corners[Math.min(corners.length - 1, i + 2)]];
    for (let step = 1; step <= 8; step += 1) {
      const t = step / 8;
      points.push([spline(before[0], from[0], to[0], after[0], t), spline(before[1], from[1], to[1], after[1], t)]);
    }
  }
  return points;
}

/** @param {number} a @param {number} b @param {number} c @param {number} d @param {number} t @returns {number} */
const spline = (a, b, c, d, t) =>
  Math.round(5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)) / 10;

/**
 * @param {ReadonlyArray<Line>} lines
 * @returns {ReadonlyArray<import("./ink.js").Stroke>}
 */
export function toStrokes(lines) {
  return lines.map((line) => ({
    points: spread(rounded(line).map(([x, y]) => ({ x, y, pressure: 0.5 }))),
    pressed: false,
  }));
}
