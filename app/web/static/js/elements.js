/**
 * Makes DOM elements without markup strings, so that a title from the catalogue can never become HTML.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element with this id, which index.html promises to hold.
 *
 * @param {string} id
 * @returns {any} the element, of whichever kind the id names
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id ${id}.`);
  return found;
}

/**
 * Makes one element.
 *
 * @param {string} name tag name
 * @param {Record<string, any>} [attributes] `class`, `aria-*` and the like; `on*` functions become listeners;
 *   false, null and undefined leave the attribute out, true sets it empty
 * @param {...(Node | string | null)} children
 * @returns {any} the element, of whichever kind the tag names
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * A sentence of the server, with what stands between backticks, which it means for terminals, as code.
 *
 * @param {string} sentence
 * @returns {Array<Node | string>}
 */
export function coded(sentence) {
  const parts = sentence.split("`");
  // A backtick without its partner is just that.
  if (parts.length % 2 === 0) return [sentence];
  return parts.map((part, place) => (place % 2 === 0 ? part : make("code", { class: "within" }, part)));
}

/**
 * An icon of the sprite in index.html; decoration only, so hidden from screen readers.
 *
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * A line drawing as SVG, for the example buttons.
 *
 * @param {ReadonlyArray<ReadonlyArray<readonly [number, number]>>} lines
 * @param {string} viewBox
 * @returns {SVGSVGElement}
 */
export function lineDrawing(lines, viewBox) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  for (const line of lines) {
    const path = document.createElementNS(SVG, "polyline");
    path.setAttribute("points", line.map((point) => point.join(",")).join(" "));
    svg.append(path);
  }
  return svg;
}
