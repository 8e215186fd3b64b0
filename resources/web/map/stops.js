// All stops on one canvas: numbers in shapes, small squares from afar, and "+n" where several share a place.

import { CanvasLayer } from "/map/canvas.js";
import { worldSize } from "/map/geometry.js";
import { Sprites } from "/map/sprites.js";
import { fullRoutes, selection, stops } from "/map/world.js";

const NUMBERS_ZOOM = 12;   // below, only squares
const SPREAD_ZOOM = 16;    // from here on, stops of one place stand in a ring
const SPREAD_MOST = 8;

export const StopsLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this._sprites = new Sprites();
    this._stacks = [];
    this._marks = [];
    this._markedZoom = null;
  },

  /** The stops or the selection changed. */
  rearrange() {
    const byPlace = new Map();
    for (const stop of stops.values()) {
      const key = `${stop.at[0].toFixed(5)} ${stop.at[1].toFixed(5)}`;
      if (!byPlace.has(key)) byPlace.set(key, []);
      byPlace.get(key).push(stop);
    }
    this._stacks = [...byPlace.values()];
    for (const stack of this._stacks) if (stack.length > 1) stack.sort(byPrecedence);
    this._markedZoom = null;
    this.refresh();
  },

  draw(context, { zoom, box }) {
    if (this._sprites.ratio !== window.devicePixelRatio) this._sprites = new Sprites();
    const full = fullRoutes();
    const radius = radiusAt(zoom);
    for (const mark of this._marksAt(zoom)) {
      const { x, y, stop, stack } = mark;
      if (x < box.left - 20 || x > box.right + 20 || y < box.top - 20 || y > box.bottom + 20) continue;
      const selected = stack.some((one) => selection.orders.has(one.id));
      context.globalAlpha = !full || selected || full.has(stop.route) ? 1 : 0.35;
      this._sprites.stamp(context, stop, radius, selected, x - box.left, y - box.top);
      if (stack.length > 1 && radius >= 7) this._sprites.stampMore(context, stack.length - 1, radius, x - box.left, y - box.top);
    }
    context.globalAlpha = 1;
  },

  /** The mark under the point, topmost first: {stop, stack, x, y}; `pass` says which stops count. */
  hit({ x, y }, zoom, pass = () => true) {
    const reach = radiusAt(zoom) + 3;
    let best = null, nearest = reach * reach;
    for (const mark of this._marksAt(zoom)) {
      const distance = (mark.x - x) ** 2 + (mark.y - y) ** 2;
      if (distance <= nearest && mark.stack.some(pass)) {
        nearest = distance;
        best = mark;
      }
    }
    return best;
  },

  /** Orders whose marks lie in the box of world pixels. */
  within(box, zoom) {
    const inside = this._marksAt(zoom).filter(
      ({ x, y }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
    return inside.flatMap(({ stack }) => stack.map((stop) => stop.id));
  },

  marks() {
    return this._marksAt(this._map.getZoom());
  },

  /** What is drawn at this zoom, in drawing order; positions in world pixels. */
  _marksAt(zoom) {
    if (this._markedZoom !== zoom) {
      const size = worldSize(zoom);
      this._marks = this._stacks.flatMap((stack) => spread(stack, size, zoom));
      this._marks.sort((a, b) => rank(a) - rank(b));
      this._markedZoom = zoom;
    }
    return this._marks;
  },
});

const radiusAt = (zoom) => (zoom < NUMBERS_ZOOM ? 3 : zoom < 14 ? 8 : 10);

/** Selected stops lie on top, then late ones; unplanned ones over the planned, for they want doing. */
function rank({ stop, stack }) {
  if (stack.some((one) => selection.orders.has(one.id))) return 3;
  return { late: 2, unplanned: 1 }[stop.state] ?? 0;
}

/** Which stop of a stack shows: a selected one, else a late one, else the first of the round. */
function byPrecedence(a, b) {
  const weight = (stop) => (selection.orders.has(stop.id) ? 0 : stop.state === "late" ? 1 : 2);
  return weight(a) - weight(b) || (a.number ?? Infinity) - (b.number ?? Infinity) || (a.id < b.id ? -1 : 1);
}

function spread(stack, size, zoom) {
  const x = stack[0].x * size, y = stack[0].y * size;
  if (stack.length === 1 || zoom < SPREAD_ZOOM || stack.length > SPREAD_MOST) return [{ stop: stack[0], stack, x, y }];
  const ring = Math.max(14, stack.length * 26 / (2 * Math.PI));
  const inTurn = stack.toSorted((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity) || (a.id < b.id ? -1 : 1));
  return inTurn.map((stop, index) => {
    const angle = index / stack.length * 2 * Math.PI - Math.PI / 2;
    return { stop, stack: [stop], x: x + ring * Math.cos(angle), y: y + ring * Math.sin(angle) };
  });
}
