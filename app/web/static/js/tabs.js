/**
 * The tabs at the top, by the pattern of the ARIA Authoring Practices: one is in the order of Tab, arrows reach the others.
 */

/** Shows one panel at a time, and tells which tab is chosen. */
export class Tabs {
  #list;
  /** @type {HTMLElement[]} */
  #tabs;

  /**
   * @param {HTMLElement} list holds buttons with the role tab, each with its name in `data-tab`
   * @param {(name: string) => void} onChoose not called for the tab that is shown already
   */
  constructor(list, onChoose) {
    this.#list = list;
    this.#tabs = [...list.querySelectorAll("[role=tab]")].map((tab) => /** @type {HTMLElement} */ (tab));
    const choose = (/** @type {HTMLElement} */ tab) => {
      if (tab.getAttribute("aria-selected") !== "true") onChoose(tab.dataset.tab ?? "");
    };
    for (const tab of this.#tabs) tab.addEventListener("click", () => choose(tab));
    list.addEventListener("keydown", (event) => {
      const next = this.#reached(event);
      if (!next) return;
      event.preventDefault();
      next.focus();
      choose(next);
    });
  }

  /** @param {ReadonlyArray<string>} names of the tabs there are; where that is no choice, a panel is just the page */
  offer(names) {
    this.#list.hidden = names.length < 2;
    for (const tab of this.#tabs) {
      const panel = panelOf(tab);
      tab.hidden = !names.includes(tab.dataset.tab ?? "");
      if (names.length > 1 && !tab.hidden) panel.setAttribute("role", "tabpanel");
      else panel.removeAttribute("role");
    }
  }

  /** @param {string} name */
  show(name) {
    for (const tab of this.#tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panelOf(tab).hidden = !chosen;
    }
  }

  /** @param {KeyboardEvent} event @returns {HTMLElement | undefined} the tab that a key leads to */
  #reached(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const tabs = this.#tabs.filter((tab) => !tab.hidden);
    const at = tabs.indexOf(/** @type {HTMLElement} */ (event.target));
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    return step === undefined ? undefined : tabs.at(step % tabs.length);
  }
}

/** @param {HTMLElement} tab @returns {HTMLElement} */
const panelOf = (tab) => /** @type {HTMLElement} */ (document.getElementById(tab.getAttribute("aria-controls") ?? ""));
