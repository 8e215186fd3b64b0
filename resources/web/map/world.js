// What the page knows: routes, stops, selection. All of it came in messages and can be sent again.

import { unit, unitLine } from "/map/geometry.js";

export const routes = new Map();   // shift id → {id, number, colour, name, legs: [unit line], version}
export const stops = new Map();    // order id → {id, at, x, y, state, route, number, colour, label}
export const selection = { orders: new Set(), shifts: new Set() };

let sequences = new Map();         // shift id → its orders' ids in their turn
let routesVersion = 0;

export function setRoutes(list) {
  routes.clear();
  updateRoutes(list, []);
}

export function updateRoutes(list, removed) {
  for (const id of removed) routes.delete(id);
  for (const route of list) routes.set(route.id, { ...route, legs: route.legs.map(unitLine) });
  routesVersion += 1;
}

/** Grows with every change of the lines, so that what was computed from them can be told to be old. */
export const versionOfRoutes = () => routesVersion;

export function setStops(list) {
  stops.clear();
  updateStops(list, []);
}

export function updateStops(list, removed) {
  for (const id of removed) stops.delete(id);
  for (const stop of list) {
    const [x, y] = unit(...stop.at);
    stops.set(stop.id, { ...stop, x, y });
  }
  sequences = new Map();
  for (const stop of stops.values()) {
    if (stop.route === null || stop.number === null) continue;
    if (!sequences.has(stop.route)) sequences.set(stop.route, []);
    sequences.get(stop.route).push(stop.id);
  }
  for (const ids of sequences.values()) ids.sort((a, b) => stops.get(a).number - stops.get(b).number);
}

export const sequenceOf = (shift) => sequences.get(shift) ?? [];

export function select(orders, shifts) {
  selection.orders = new Set(orders);
  selection.shifts = new Set(shifts);
}

/** The routes that stay full while the others fade; `null` when none stands out. */
export function fullRoutes() {
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
