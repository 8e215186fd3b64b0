// Drivers where their phones last were. One canvas: two hundred elements would each be laid out with every move.

/* global L */

import { CanvasLayer } from "/map/canvas.js";
import { DriverSprites, lookOf, RADIUS } from "/map/driversprites.js";
import { unit, worldSize } from "/map/geometry.js";
import { glideTo, isGliding, pause, placeAt, rest } from "/map/glide.js";

const STACKED = 18;     // pixels: nearer to one another than this, marks are counted rather than read
const BY_RISK = { none: 0, at_risk: 1, late: 2 };
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export const DriversLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this.drivers = new Map();   // driver id → values, with `glide` in the unit square
    this.order = [];            // as they are drawn, the topmost last
    this.followed = null;
    this.still = false;         // jump, do not glide: while another moment than now is shown
    this.timer = null;
  },

  set(list) {
    this.drivers.clear();
    this.sprites = null;
    this.update(list, []);
  },

  /** Take in what is other than before; those that moved a little glide there. */
  update(list, removed) {
    const now = performance.now(), moves = !this.still && !calm.matches && !document.hidden;
    let other = removed.length > 0;   // whether the picture is old at once
    for (const id of removed) {
      this.drivers.delete(id);
      this.sprites?.forget(id);
    }
    for (const values of list) {
      const known = this.drivers.get(values.id);
      const glide = glideOf(known, unit(...values.at), now, moves);
      other ||= !known || lookOf(known) !== lookOf(values) || (glide !== known.glide && !isGliding(glide, now));
      this.drivers.set(values.id, { ...values, glide });
    }
    this.order = [...this.drivers.values()].sort((a, b) =>
      b.stale - a.stale || BY_RISK[a.risk] - BY_RISK[b.risk] || b.number - a.number);
    if (other) this.refresh();
    this._step();
  },

  follow(id) {
    this.followed = id;
    this.refresh();
  },

  /** While any of them glides in view: a new picture whenever the fastest has come a pixel further. */
  _step() {
    if (this.timer || !this._map) return;
    const now = performance.now(), bounds = this._map.getPixelBounds(), size = worldSize(this._map.getZoom());
    const inView = ({ from, to }) => [from, to].some(([x, y]) => bounds.contains([x * size, y * size]));
    const gliding = this.order.map(({ glide }) => glide).filter((glide) => isGliding(glide, now) && inView(glide));
    if (!gliding.length) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.refresh();
      this._step();
    }, pause(gliding, size));
  },

  draw(context, { zoom, box }) {
    this.getElement().hidden = this.drivers.size === 0;   // an empty canvas costs as much as a full one in a pan
    const ratio = window.devicePixelRatio;
    if (this.sprites?.ratio !== ratio) this.sprites = new DriverSprites(ratio);
    const marks = this._marks(zoom).filter(({ x, y }) =>
      x > box.left - 64 && x < box.right + 64 && y > box.top - 64 && y < box.bottom + 64);
    for (const { driver, x, y } of marks) {
      this.sprites.stamp(context, driver, driver.id === this.followed, x - box.left, y - box.top);
    }
    for (const { x, y, more } of stacks(marks)) drawMore(context, more, x - box.left, y - box.top);
  },

  /** Where each is at this moment, whole pixels of the world, in drawing order. */
  _marks(zoom) {
    const size = worldSize(zoom), now = performance.now();
    return this.order.map((driver) => {
      const [x, y] = placeAt(driver.glide, now);
      return { driver, x: Math.round(x * size), y: Math.round(y * size) };
    });
  },

  /** Those under the point, the topmost first. */
  at({ x, y }, zoom) {
    const under = (mark) => (mark.x - x) ** 2 + (mark.y - y) ** 2 <= (RADIUS + 3) ** 2;
    return this._marks(zoom).filter(under).map(({ driver }) => driver).reverse();
  },

  /** For tests and fault reports: [{id, lat, lon, x, y}], in pixels of the world, as they are on their way. */
  report() {
    const now = performance.now(), size = worldSize(this._map.getZoom());
    return this.order.map(({ id, glide, stale, mock, risk }) => {
      const [x, y] = placeAt(glide, now);
      const { lat, lng: lon } = this._map.unproject(L.point(x * size, y * size), this._map.getZoom());
      return { id, stale, mock, risk, lat, lon, x: x * size, y: y * size, gliding: isGliding(glide, now) };
    });
  },
});

/** How a driver known or not comes to a place; the same as before for who is on the way there, or is there. */
function glideOf(known, to, now, moves) {
  if (!known) return rest(to);
  const [x, y] = known.glide.to;
  return x === to[0] && y === to[1] ? known.glide : glideTo(placeAt(known.glide, now), to, now, moves);
}

/** Topmost marks under which others lie, and how many. */
function stacks(marks) {
  const found = [], hidden = new Set();
  for (let top = marks.length - 1; top > 0; top -= 1) {
    if (hidden.has(top)) continue;
    let more = 0;
    for (let below = top - 1; below >= 0; below -= 1) {
      const near = Math.hypot(marks[top].x - marks[below].x, marks[top].y - marks[below].y) < STACKED;
      if (!near || hidden.has(below)) continue;
      hidden.add(below);
      more += 1;
    }
    if (more) found.push({ x: marks[top].x, y: marks[top].y, more });
  }
  return found;
}

function drawMore(context, more, x, y) {
  const text = `+${more}`;
  context.font = "700 10px system-ui, sans-serif";
  const wide = context.measureText(text).width + 8;
  context.beginPath();
  context.roundRect(x + RADIUS - 4, y + 3, wide, 14, 7);
  context.fillStyle = "#14171d";
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = "#ffffff";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + RADIUS - 4 + wide / 2, y + 10.5);
}
