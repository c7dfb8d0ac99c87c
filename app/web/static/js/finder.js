/**
 * Asks one question at a time: waits until the hand rests, aborts what is older, drops an answer that comes late, and
 * asks again when the server is busy or out of reach. Knows neither the DOM nor what a question is.
 */

import { Problem, Unreachable } from "./api.js";

/**
 * @template Q, A
 * @typedef {{phase: "asking", question: Q} | {phase: "answer", question: Q, answer: A}
 *   | {phase: "waiting", question: Q, seconds: number, error: Error} | {phase: "refused", question: Q, error: Error}
 *   } State
 */

/** Where something before a busy server answers, and names no time. */
const BUSY_SECONDS = 2;
const UNREACHABLE_SECONDS = [2, 4, 8, 15, 30];

/** @template Q, A */
export class Finder {
  #pose;
  #answer;
  #report;
  #ticket = 0;
  #failures = 0;
  #notBefore = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {AbortController | null} */
  #request = null;

  /**
   * @param {() => Q | null} pose the question as it stands when it is sent; null where there is none
   * @param {(question: Q, signal: AbortSignal) => Promise<A>} answer
   * @param {(state: State<Q, A>) => void} report
   */
  constructor(pose, answer, report) {
    this.#pose = pose;
    this.#answer = answer;
    this.#report = report;
  }

  /**
   * Asks, once nothing has been asked for `delay` milliseconds; not before the time a busy server has named.
   *
   * @param {number} [delay]
   */
  ask(delay = 0) {
    this.#schedule(Math.max(delay, this.#notBefore - Date.now()));
  }

  /** Asks at once, whatever has failed before. */
  again() {
    this.#notBefore = 0;
    this.#failures = 0;
    this.#schedule(0);
  }

  /** @param {number} delay */
  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), delay);
  }

  async #send() {
    const question = this.#pose();
    this.#request?.abort();
    this.#ticket += 1;
    if (question === null) return;
    const request = new AbortController();
    this.#request = request;
    const ticket = this.#ticket;
    this.#report({ phase: "asking", question });
    try {
      const answer = await this.#answer(question, request.signal);
      // A fetch may win its race with abort(); the number decides, not the order of arrival.
      if (ticket !== this.#ticket) return;
      this.#failures = 0;
      this.#notBefore = 0;
      this.#report({ phase: "answer", question, answer });
    } catch (error) {
      if (ticket === this.#ticket) this.#fail(question, /** @type {Error} */ (error));
    }
  }

  /** @param {Q} question @param {Error} error */
  #fail(question, error) {
    const seconds = patience(error, this.#failures);
    if (seconds === null) {
      this.#failures = 0;
      this.#report({ phase: "refused", question, error });
      return;
    }
    this.#failures += 1;
    this.#notBefore = Date.now() + seconds * 1000;
    this.#report({ phase: "waiting", question, seconds, error });
    this.#schedule(seconds * 1000);
  }
}

/**
 * How long to wait before the next try.
 *
 * @param {Error} error
 * @param {number} failures how many tries in a row have failed before this one
 * @returns {number | null} seconds; null where trying again would not help
 */
export function patience(error, failures) {
  if (error instanceof Unreachable) return UNREACHABLE_SECONDS[Math.min(failures, UNREACHABLE_SECONDS.length - 1)];
  if (!(error instanceof Problem && (error.status === 503 || error.status === 429))) return null;
  // Of what passes the server itself says when; missing weights do not come back by waiting.
  return error.retryAfter ?? (error.kind === "" ? BUSY_SECONDS : null);
}
