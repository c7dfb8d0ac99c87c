/**
 * Asks for a key where the server wants one. The page never keeps it: it is exchanged for a session's cookie at once.
 */

import { beginSession, endSession, Problem } from "./api.js";
import { byId } from "./elements.js";
import { recall, remember } from "./memory.js";

/** Scripts cannot see the cookie; so that the page can offer to end a session, it remembers having begun one. */
const BEGUN = "session";

/** @param {Error} error @returns {boolean} whether a key would help */
export const isClosed = (error) => error instanceof Problem && error.status === 401;

/** The dialog for the key, and the button that ends the session. */
export class Door {
  #dialog = byId("key-dialog");
  #key = byId("key");
  #problem = byId("key-problem");
  #send = byId("key-send");
  #onOpen;

  /** @param {() => void} onOpen called once a session has begun, or has ended */
  constructor(onOpen) {
    this.#onOpen = onOpen;
    byId("key-form").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#begin(this.#key.value.trim());
    });
    byId("leave").addEventListener("click", () => this.#leave());
    this.#offerToLeave();
  }

  /** Asks for a key; while the dialog is open, asking again changes nothing. */
  ask() {
    remember(BEGUN, null);
    this.#offerToLeave();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @param {string} key */
  async #begin(key) {
    this.#send.disabled = true;
    this.#problem.textContent = "";
    try {
      // A header takes no other letters, and a browser calls that a failure of the network.
      if (!/^[!-~]+$/.test(key)) throw new Error("A key is made of letters, digits and lines; copy it once more.");
      await beginSession(key);
      this.#key.value = "";
      remember(BEGUN, "begun");
      this.#offerToLeave();
      this.#dialog.close();
      this.#onOpen();
    } catch (error) {
      // Marks around code are for terminals.
      this.#problem.textContent = /** @type {Error} */ (error).message.replaceAll("`", "");
      this.#key.select();
    } finally {
      this.#send.disabled = false;
    }
  }

  async #leave() {
    try {
      await endSession();
    } catch (error) {
      if (!isClosed(/** @type {Error} */ (error))) return;
    }
    remember(BEGUN, null);
    // What was seen with the key goes with it.
    location.reload();
  }

  #offerToLeave() {
    byId("leave").hidden = recall(BEGUN) === null;
  }
}
