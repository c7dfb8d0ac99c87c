/**
 * The one place under the filters where the page says why there are no cards, or why they are not fresh.
 */

import { byId, make } from "./elements.js";

/**
 * @typedef {Object} Notice
 * @property {string} title
 * @property {string} [text]
 * @property {string | null} [code] a command to type
 * @property {string | null} [requestId] what the server's log knows the request by
 * @property {"calm" | "warning"} [tone]
 * @property {{label: string, run: () => void} | null} [action]
 */

/** @param {Notice | null} notice null takes it away */
export function showNotice(notice) {
  const place = byId("notice");
  place.hidden = notice === null;
  place.replaceChildren();
  if (!notice) return;
  const { title, text = "", code = null, requestId = null, tone = "calm", action = null } = notice;
  place.dataset.tone = tone;
  place.append(
    make("p", { class: "notice-title" }, title),
    ...(text ? [make("p", {}, text)] : []),
    ...(code ? [make("p", {}, make("code", {}, code))] : []),
    ...(requestId ? [make("p", { class: "notice-request" }, `Request ${requestId}`)] : []),
    ...(action ? [make("button", { type: "button", class: "chip", onclick: action.run }, action.label)] : []),
  );
}

/** @param {string} sentence what a screen reader should say, once */
export function announce(sentence) {
  const place = byId("announcer");
  if (place.textContent !== sentence) place.textContent = sentence;
}
