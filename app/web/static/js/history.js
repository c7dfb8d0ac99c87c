/**
 * Undo and redo over values that never change: every step keeps the whole value, so no step can be half undone.
 */

/**
 * @template T
 * @typedef {Readonly<{past: ReadonlyArray<T>, present: T, future: ReadonlyArray<T>}>} History
 */

const LONGEST = 500;

/**
 * @template T
 * @param {T} present
 * @returns {History<T>}
 */
export const begin = (present) => ({ past: [], present, future: [] });

/**
 * Takes a step; the same value again is no step.
 *
 * @template T
 * @param {History<T>} history
 * @param {T} present
 * @returns {History<T>}
 */
export function commit(history, present) {
  if (present === history.present) return history;
  return { past: [...history.past, history.present].slice(-LONGEST), present, future: [] };
}

/** @template T @param {History<T>} history @returns {boolean} */
export const canUndo = (history) => history.past.length > 0;

/** @template T @param {History<T>} history @returns {boolean} */
export const canRedo = (history) => history.future.length > 0;

/**
 * @template T
 * @param {History<T>} history
 * @returns {History<T>} one step back, or the same where there is none
 */
export function undo(history) {
  if (!canUndo(history)) return history;
  const { past, present, future } = history;
  return { past: past.slice(0, -1), present: past[past.length - 1], future: [present, ...future] };
}

/**
 * @template T
 * @param {History<T>} history
 * @returns {History<T>} one step forth, or the same where there is none
 */
export function redo(history) {
  if (!canRedo(history)) return history;
  const { past, present, future } = history;
  return { past: [...past, present], present: future[0], future: future.slice(1) };
}
