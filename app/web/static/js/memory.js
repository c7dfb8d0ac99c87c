/**
 * Small choices kept between visits; where storage is forbidden they last as long as the page.
 */

/** @type {Map<string, string | null>} */
const unsaved = new Map();

/** @param {string} name @returns {string | null} */
export function recall(name) {
  if (unsaved.has(name)) return unsaved.get(name) ?? null;
  try {
    return localStorage.getItem(`likeness.${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string | null} value null forgets */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(`likeness.${name}`);
    else localStorage.setItem(`likeness.${name}`, value);
  } catch {
    unsaved.set(name, value);
  }
}
