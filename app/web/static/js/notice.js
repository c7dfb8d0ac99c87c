/**
 * The places, one in each tab, where the page says why there are no hits, or why they are not fresh.
 */

import { byId, coded, make } from "./elements.js";

/**
 * @typedef {Object} Notice
 * @property {string} title
 * @property {string} [text]
 * @property {string | null} [code] a command to type
 * @property {string | null} [requestId] what the server's log knows the request by
 * @property {"calm" | "warning"} [tone]
 * @property {{label: string, run: () => void} | null} [action]
 */

/** @param {HTMLElement} place @param {Notice | null} notice null takes it away */
export function showNotice(place, notice) {
  place.hidden = notice === null;
  place.replaceChildren();
  if (!notice) return;
  const { title, text = "", code = null, requestId = null, tone = "calm", action = null } = notice;
  place.dataset.tone = tone;
  place.append(
    make("p", { class: "notice-title" }, title),
    ...(text ? [make("p", {}, ...coded(text))] : []),
    ...(code ? [make("p", {}, make("code", {}, code))] : []),
    ...(requestId ? [make("p", { class: "notice-request" }, `Request ${requestId}`)] : []),
    ...(action ? [make("button", { type: "button", class: "chip", onclick: action.run }, action.label)] : []),
  );
}

/** @param {HTMLElement} place @param {Notice} notice said to a screen reader too */
export function report(place, notice) {
  showNotice(place, notice);
  announce(`${notice.title}. ${(notice.text ?? "").replaceAll("`", "")}`);
}

/** @param {string} sentence what a screen reader should say, once */
export function announce(sentence) {
  const place = byId("announcer");
  if (place.textContent !== sentence) place.textContent = sentence;
}
