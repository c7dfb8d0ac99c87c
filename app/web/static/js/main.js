/**
 * Puts the page together: the tabs, the collections of each, the key, and what the keyboard does.
 */

import { listCollections } from "./api.js";
import { amend, goTo, placeIn } from "./address.js";
import { Door } from "./door.js";
import { DrawingTab } from "./drawing-tab.js";
import { byId, make } from "./elements.js";
import { Finder } from "./finder.js";
import { PeopleTab } from "./people-tab.js";
import { listenToKeys } from "./shortcuts.js";
import { Tabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { ItemDialog } from "./views.js";
import { waiting } from "./wording.js";

/** @typedef {import("./api.js").Collection} Collection */
/** @typedef {"drawing" | "people"} Name */

/** Collections of this model are searched for people, those of any other by drawing. */
const OF_PEOPLE = "reid";
const TITLES = { drawing: "Likeness: draw it, find it", people: "Likeness: search for a person" };
const RESULTS = { drawing: "#results", people: "#people-results" };

const door = new Door(() => (shown().collection ? shown() : opener).again());
const dialog = new ItemDialog();
const panels = { drawing: new DrawingTab(door, dialog), people: new PeopleTab(door, dialog) };
const tabs = new Tabs(byId("tabs"), (name) => visit(/** @type {Name} */ (name)));
/** @type {Finder<string, Collection[]>} */
const opener = new Finder(() => "collections", (_, signal) => listCollections(signal), onCollections);

/** Which tab is shown. @type {Name} */
let current = placeIn().tab === "people" ? "people" : "drawing";
/** Those of each tab; null until the server has told. @type {Record<Name, Collection[]> | null} */
let collections = null;

const shown = () => panels[current];

/** @param {import("./finder.js").State<string, Collection[]>} state */
function onCollections(state) {
  if (state.phase === "waiting") shown().report(waiting(state.error, state.seconds, () => opener.again()));
  else if (state.phase === "refused") shown().refuse(state.error, () => opener.again());
  else if (state.phase === "answer") offer(state.answer);
}

/** @param {Collection[]} found */
function offer(found) {
  const people = found.filter(({ model }) => model === OF_PEOPLE);
  collections = { drawing: found.filter(({ model }) => model !== OF_PEOPLE), people };
  // Who never keeps pictures of people sees no tab for them; a link to it still tells what to do.
  tabs.offer(people.length > 0 || current === "people");
  arrive();
}

/** Shows what the address names: at first, and when the browser goes back or forward. */
function arrive() {
  show(tabNamed());
}

/** @returns {Name} the tab that the address names, or that its collection belongs to, or else that something is in */
function tabNamed() {
  const { tab, collection } = placeIn();
  if (tab === "people" || tab === "drawing") return tab;
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
  current = name;
  tabs.show(name);
  document.title = TITLES[name];
  byId("skip").setAttribute("href", RESULTS[name]);
  if (collections) offerChoice(collections[name]);
}

/** @param {Collection[]} choice the collections of the tab that is shown */
function offerChoice(choice) {
  byId("collection").replaceChildren(...choice.map(({ name, title }) => make("option", { value: name }, title || name)));
  byId("collection-picker").hidden = choice.length < 2;
  const named = (/** @type {string | null} */ wanted) => choice.find(({ name }) => name === wanted);
  const first = named(placeIn().collection) ?? shown().collection ?? named("shoes") ?? named("people") ?? choice[0];
  if (first) choose(first);
  else shown().lacking(() => opener.again());
}

/** @param {Collection} chosen for the tab that is shown, which keeps what it has while it is the same one */
function choose(chosen) {
  byId("collection").value = chosen.name;
  if (shown().collection?.name !== chosen.name) shown().choose(chosen);
}

byId("collection").addEventListener("change", () => {
  const chosen = collections?.[current].find(({ name }) => name === byId("collection").value);
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
