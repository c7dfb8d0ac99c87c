/**
 * Puts the page together: the tabs, the collections of each, the key, and what the keyboard does.
 */

import { listCollections, listModels } from "./api.js";
import { amend, goTo, placeIn } from "./address.js";
import { Door } from "./door.js";
import { DrawingTab } from "./drawing-tab.js";
import { byId, make } from "./elements.js";
import { Finder } from "./finder.js";
import { LabelsTab } from "./labels-tab.js";
import { PeopleTab } from "./people-tab.js";
import { listenToKeys } from "./shortcuts.js";
import { Tabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { ItemDialog } from "./views.js";
import { waiting } from "./wording.js";

/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {"drawing" | "people"} Searching */
/** @typedef {Searching | "labels"} Name */
/** @typedef {{found: Collection[], hasTagger: boolean}} There what the server has */

/** Collections of this model are searched for people, those of any other by drawing. */
const OF_PEOPLE = "reid";
const TITLES = { drawing: "Likeness: draw it, find it", people: "Likeness: search for a person", labels: "Likeness: what is on it" };
const RESULTS = { drawing: "#results", people: "#people-results", labels: "#labels-results" };
/** The tabs beside the first, which show only where the server has something for them. */
const BESIDE = ["people", "labels"];

const door = new Door(() => (shown().collection ? shown() : opener).again());
const dialog = new ItemDialog();
const panels = { drawing: new DrawingTab(door, dialog), people: new PeopleTab(door, dialog), labels: new LabelsTab(door) };
const tabs = new Tabs(byId("tabs"), (name) => visit(/** @type {Name} */ (name)));
/** @type {Finder<string, There>} */
const opener = new Finder(() => "what there is", (_, signal) => there(signal), onThere);

/** Which tab is shown. @type {Name} */
let current = /** @type {Name} */ (BESIDE.includes(placeIn().tab ?? "") ? placeIn().tab : "drawing");
/** Those of each tab; null until the server has told. @type {Record<Searching, Collection[]> | null} */
let collections = null;
/** Whether the server has weights that say labels. */
let labelling = false;

const shown = () => panels[current];

/** @param {AbortSignal} signal @returns {Promise<There>} */
async function there(signal) {
  const [found, models] = await Promise.all([listCollections(signal), listModels(signal).catch(withoutModels)]);
  return { found, hasTagger: models.some(({ kind, checkpoints }) => kind === "tag" && checkpoints.length > 0) };
}

/** @param {Error} error why the models cannot be listed; it matters to whoever wants labels, and keeps nobody from a search @returns {never[]} */
function withoutModels(error) {
  if (current === "labels") throw error;
  return [];
}

/** @param {import("./finder.js").State<string, There>} state */
function onThere(state) {
  if (state.phase === "waiting") shown().report(waiting(state.error, state.seconds, () => opener.again()));
  else if (state.phase === "refused") shown().refuse(state.error, () => opener.again());
  else if (state.phase === "answer") offer(state.answer);
}

/** @param {There} there */
function offer({ found, hasTagger }) {
  const people = found.filter(({ model }) => model === OF_PEOPLE);
  collections = { drawing: found.filter(({ model }) => model !== OF_PEOPLE), people };
  labelling = hasTagger;
  // Who never keeps pictures of people sees no tab for them, and so with labels; a link to it still tells what to do.
  const has = { people: people.length > 0, labels: hasTagger };
  tabs.offer(["drawing", ...Object.entries(has).filter(([name, some]) => some || name === current).map(([name]) => name)]);
  arrive();
}

/** Shows what the address names: at first, and when the browser goes back or forward. */
function arrive() {
  show(tabNamed());
}

/** @returns {Name} the tab that the address names, or that its collection belongs to, or else that something is in */
function tabNamed() {
  const { tab, collection } = placeIn();
  if (tab === "people" || tab === "drawing" || tab === "labels") return tab;
  if (!collections) return "drawing";
  const isOfPeople = collections.people.some(({ name }) => name === collection);
  return isOfPeople || (collections.drawing.length === 0 && collections.people.length > 0) ? "people" : "drawing";
}

/** @param {Name} name a tab that was chosen */
function visit(name) {
  show(name);
  goTo({ tab: name, collection: shown().collection?.name ?? null });
}

/** @param {Name} name */
function show(name) {
  if (name !== "labels") panels.labels.leave();
  current = name;
  tabs.show(name);
  document.title = TITLES[name];
  byId("skip").setAttribute("href", RESULTS[name]);
  if (collections && name === "labels") offerLabels();
  else if (collections) offerChoice(collections[/** @type {Searching} */ (name)]);
}

function offerLabels() {
  byId("collection-picker").hidden = true;
  panels.labels.arrive(labelling, () => opener.again());
}

/** @param {Collection[]} choice the collections of the tab that is shown */
function offerChoice(choice) {
  byId("collection").replaceChildren(...choice.map(({ name, title }) => make("option", { value: name }, title || name)));
  byId("collection-picker").hidden = choice.length < 2;
  const named = (/** @type {string | null} */ wanted) => choice.find(({ name }) => name === wanted);
  const panel = panels[/** @type {Searching} */ (current)];
  const first = named(placeIn().collection) ?? panel.collection ?? named("shoes") ?? named("people") ?? choice[0];
  if (first) choose(first);
  else panel.lacking(() => opener.again());
}

/** @param {Collection} chosen for the tab that is shown, which keeps what it has while it is the same one */
function choose(chosen) {
  byId("collection").value = chosen.name;
  const panel = panels[/** @type {Searching} */ (current)];
  if (panel.collection?.name !== chosen.name) panel.choose(chosen);
}

byId("collection").addEventListener("change", () => {
  const chosen = collections?.[/** @type {Searching} */ (current)].find(({ name }) => name === byId("collection").value);
  if (!chosen) return;
  amend({ tab: placeIn().tab, collection: chosen.name });
  choose(chosen);
});
addEventListener("popstate", arrive);
addEventListener("online", () => (shown().collection ? shown() : opener).again());
listenToKeys(() => ({ ...shown().keys, theme: () => byId("toggle-theme").click() }));
startTheme(() => panels.drawing.repaint());
show(current);
opener.ask();
