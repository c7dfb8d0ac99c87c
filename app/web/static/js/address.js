/**
 * What the page's address keeps: the tab and the collection, so that a link, a reload, back and forward lead to the same
 * place. The part after the # belongs to links within the page.
 */

/** @typedef {{tab: string | null, collection: string | null}} Place null where the address names none */

/** @param {string} [address] @returns {Place} */
export function placeIn(address = location.href) {
  const { searchParams } = new URL(address);
  return { tab: searchParams.get("tab"), collection: searchParams.get("collection") };
}

/** @param {Place} place @returns {string} relative to the page */
export function addressOf(place) {
  const query = new URLSearchParams();
  for (const [part, name] of Object.entries(place)) if (name !== null) query.set(part, name);
  return `?${query}`;
}

/** @param {Place} place a step that the browser's back button takes back */
export const goTo = (place) => history.pushState(null, "", addressOf(place));

/** @param {Place} place the same step, described better */
export const amend = (place) => history.replaceState(null, "", addressOf(place));
