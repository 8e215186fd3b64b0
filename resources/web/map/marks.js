// Where each stop's mark is: one mark a place, several stops of one place in a stack or, near by, in a ring.

import { worldSize } from "/map/geometry.js";
import { isVisible, selection, stops, versionOfWorld } from "/map/world.js";

export const NUMBERS_ZOOM = 12;   // below, only squares
const SPREAD_ZOOM = 16;    // from here on, stops of one place stand in a ring
const SPREAD_MOST = 8;
const GRID = 1e5;          // places alike to five decimals, about a metre, are one

let kept = { key: "", marks: [], dots: [] };

/** What is drawn at this zoom, in drawing order: [{stop, stack, x, y}], pixels of the world. */
export const marksAt = (zoom) => arranged(zoom).marks;

/** What the filter holds back, at this zoom. */
export const dotsAt = (zoom) => arranged(zoom).dots;

export const radiusAt = (zoom) => (zoom < NUMBERS_ZOOM ? 3 : zoom < 14 ? 8 : 10);

/** The mark under the point, the topmost of the nearest; `pass` says which stops count. */
export function hit({ x, y }, zoom, pass = () => true) {
  const reach = radiusAt(zoom) + 3;
  let best = null, nearest = reach * reach;
  for (const mark of marksAt(zoom)) {
    const distance = (mark.x - x) ** 2 + (mark.y - y) ** 2;
    if (distance <= nearest && mark.stack.some(pass)) {
      nearest = distance;
      best = mark;
    }
  }
  return best;
}

/** Orders whose marks `contains` the point of. */
export const within = (contains, zoom) =>
  marksAt(zoom).filter(contains).flatMap(({ stack }) => stack.map((stop) => stop.id));

/** The stop that shows for a stack: a selected one, else one of `full` routes, else the first. */
export function shownStop(stack, full) {
  return stack.find((stop) => selection.orders.has(stop.id)) ?? stack.find((stop) => full?.has(stop.route)) ?? stack[0];
}

function arranged(zoom) {
  const key = `${zoom} ${versionOfWorld()}`;
  if (kept.key === key) return kept;
  const shown = new Map(), held = new Map();
  for (const stop of stops.values()) {
    const places = isVisible(stop) ? shown : held;
    const place = Math.round(stop.at[0] * GRID) * 1e9 + Math.round(stop.at[1] * GRID);
    const stack = places.get(place);
    if (stack) stack.push(stop);
    else places.set(place, [stop]);
  }
  const size = worldSize(zoom);
  const marks = [];
  for (const stack of shown.values()) spread(stack, size, zoom, marks);
  marks.sort((a, b) => rank(a.stop) - rank(b.stop));
  const dots = [...held.values()].map(([stop]) => ({ stop, x: stop.x * size, y: stop.y * size }));
  kept = { key, marks, dots };
  return kept;
}

/** Late stops lie on top; unplanned ones over the planned, for they want doing; what is done lies below. */
const rank = ({ state }) => ({ late: 3, unplanned: 2, done: 0 }[state] ?? 1);

/** Which stop of a stack shows: a late one, else the first of the round. */
function byPrecedence(a, b) {
  const weight = ({ state }) => (state === "late" ? 0 : state === "done" ? 2 : 1);
  return weight(a) - weight(b) || byTurn(a, b);
}

const byTurn = (a, b) => (a.number ?? Infinity) - (b.number ?? Infinity) || (a.id < b.id ? -1 : 1);

function spread(stack, size, zoom, marks) {
  const x = stack[0].x * size, y = stack[0].y * size;
  if (stack.length === 1 || zoom < SPREAD_ZOOM || stack.length > SPREAD_MOST) {
    if (stack.length > 1) stack.sort(byPrecedence);
    marks.push({ stop: stack[0], stack, x, y });
    return;
  }
  const ring = Math.max(14, stack.length * 26 / (2 * Math.PI));
  stack.sort(byTurn).forEach((stop, index) => {
    const angle = index / stack.length * 2 * Math.PI - Math.PI / 2;
    marks.push({ stop, stack: [stop], x: x + ring * Math.cos(angle), y: y + ring * Math.sin(angle) });
  });
}
