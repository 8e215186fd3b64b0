// What the page knows: routes, stops, selection, filter, changes. All of it came in messages and can be sent again.
// The page and its painter (painter.js) each hold one, fed with the same messages.

import { boxOf, joinBoxes, unit, unitLine } from "/map/geometry.js";

export const routes = new Map();   // shift id → {id, number, colour, name, locked, legs: [{line, box}], box}; unit square
export const stops = new Map();    // order id → {id, at, x, y, state, route, number, colour, label}
export const trails = new Map();   // shift id → {id, colour, line, times: [s], gaps: Set of the points before them}; unit square
export const selection = { orders: new Set(), shifts: new Set() };
export const scene = {
  visible: null,   // ids of the orders that the filter lets through; null: all
  lit: null,       // ids of the rounds under a drag; null: no drag over one
  changes: null,   // {before: [route], after: [route], moved: Set, shifts: Set}, a proposal's
  driven: null,    // {id, colour, planned: [line], driven: [line]}, a round as it was driven
};

let sequences = new Map();         // shift id → its orders' ids in their turn
let version = 0;

const FRONT = ["front-stops", "front-routes"];
const STOPS = ["front-stops", "stops"];
const ROUTES = ["front-routes", "routes"];
const TRAILS = ["trails"];
const ALL = [...STOPS, ...ROUTES];

/** What each kind of message changes here; each returns the layers that are to be drawn anew. */
const CHANGES = {
  routes: ({ routes: list }) => { routes.clear(); return updateRoutes(list, []); },
  update_routes: ({ routes: list, removed }) => updateRoutes(list, removed),
  stops: ({ stops: list }) => { stops.clear(); updateStops(list, []); return ALL; },
  update_stops: ({ stops: list, removed }) => updateStops(list, removed),
  visible: ({ order_ids: ids }) => { scene.visible = ids && new Set(ids); return ALL; },
  select: ({ order_ids: orders, shift_ids: shifts }) => {
    selection.orders = new Set(orders);
    selection.shifts = new Set(shifts);
    return frontAndTrails();
  },
  light: ({ shift_ids: shifts }) => { scene.lit = shifts && new Set(shifts); return FRONT; },
  changes: (values) => { scene.changes = values.active ? changesOf(values) : null; return frontAndTrails(); },
  trails: ({ trails: list }) => { trails.clear(); return updateTrails(list, []); },
  update_trails: ({ trails: list, removed }) => updateTrails(list, removed),
  driven: (values) => { scene.driven = values.active ? drivenOf(values) : null; return [...FRONT, ...TRAILS]; },
};

/** Carry out a message; the names of the layers that it makes old. */
export function apply(message) {
  const layers = CHANGES[message.kind](message);
  if (!concernsPlan(layers)) return layers;
  version += 1;
  return trails.size ? [...layers, ...TRAILS] : layers;   // trails keep clear of the numbers along the lines
}

/** Whether any of these layers shows where stops and routes are. */
export const concernsPlan = (layers) => layers.includes("stops") || layers.includes("routes");

/** Grows whenever routes, stops or the filter change, so that what was computed from them can be told to be old. */
export const versionOfWorld = () => version;

function routeOf(values) {
  const legs = values.legs.map(unitLine).map((line) => ({ line, box: boxOf(line) }));
  return { ...values, legs, box: joinBoxes(legs.map(({ box }) => box)) };
}

function updateRoutes(list, removed) {
  for (const id of removed) routes.delete(id);
  for (const values of list) routes.set(values.id, routeOf(values));
  return ROUTES;
}

/** Lines keep their badges clear of stops and fade with their stops' filter: they are old too when places change. */
function updateStops(list, removed) {
  const same = removed.length === 0 && scene.visible === null && list.every(({ id, at: [lat, lon] }) => {
    const [knownLat, knownLon] = stops.get(id)?.at ?? [];
    return lat === knownLat && lon === knownLon;
  });
  for (const id of removed) stops.delete(id);
  for (const stop of list) {
    const [x, y] = unit(...stop.at);
    stops.set(stop.id, { ...stop, x, y });
  }
  arrangeSequences();
  return same ? [...STOPS, "front-routes"] : ALL;
}

function arrangeSequences() {
  sequences = new Map();
  for (const stop of stops.values()) {
    if (stop.route === null || stop.number === null) continue;
    if (!sequences.has(stop.route)) sequences.set(stop.route, []);
    sequences.get(stop.route).push(stop);
  }
  for (const [shift, list] of sequences) sequences.set(shift, list.sort((a, b) => a.number - b.number).map(({ id }) => id));
}

/** Trails fade with their rounds. */
const frontAndTrails = () => (trails.size ? [...FRONT, ...TRAILS] : FRONT);

function updateTrails(list, removed) {
  for (const id of removed) trails.delete(id);
  for (const { line, times, gaps, ...values } of list) {
    let time = 0;
    const moments = times.map((step) => (time += step));
    trails.set(values.id, { ...values, line: unitLine(line), times: moments, gaps: new Set(gaps) });
  }
  return TRAILS;
}

const drivenOf = ({ id, colour, planned, driven }) =>
  ({ id, colour, planned: planned.map(unitLine), driven: driven.map(unitLine) });

function changesOf({ before, after, moved }) {
  const shifts = new Set([...before, ...after].map(({ id }) => id));
  return { before: before.map(routeOf), after: after.map(routeOf), moved: new Set(moved), shifts };
}

export const sequenceOf = (shift) => sequences.get(shift) ?? [];

export const isVisible = (stop) => scene.visible === null || scene.visible.has(stop.id);

/** The routes that stay full while the others fade; `null` when none stands out. */
export function fullRoutes() {
  if (scene.lit) return scene.lit;
  if (scene.changes) return scene.changes.shifts;
  if (scene.driven) return new Set([scene.driven.id]);
  const full = new Set(selection.shifts);
  for (const id of selection.orders) {
    const route = stops.get(id)?.route;
    if (route) full.add(route);
  }
  return full.size ? full : null;
}

/** The neighbours of position `index` of a round (0: before its first stop), passing over the orders in `moving`. */
export function slotAt(shift, index, moving) {
  const sequence = sequenceOf(shift);
  const stays = (id) => !moving.has(id);
  return {
    shift_id: shift,
    after: sequence.slice(0, index).findLast(stays) ?? null,
    before: sequence.slice(index).find(stays) ?? null,
  };
}

/** Whether the moving orders already are what stands between the slot's neighbours. */
export function alreadyThere(slot, moving) {
  const sequence = sequenceOf(slot.shift_id);
  const from = slot.after === null ? 0 : sequence.indexOf(slot.after) + 1;
  const to = slot.before === null ? sequence.length : sequence.indexOf(slot.before);
  return to - from === moving.size;
}
