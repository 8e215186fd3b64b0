// The rounds' lines: casing, colour, direction, and the round's number along the line.

import { CanvasLayer } from "/map/canvas.js";
import { boxOf, pixelLine, toLine, touches, walk, worldSize } from "/map/geometry.js";
import { fullRoutes, routes, stops, versionOfRoutes } from "/map/world.js";

const REACH = 18;        // pixels from a line within which it is meant
const SAME_STREET = 4;   // lines this near to the nearest one may be meant as well
const ARROW_GAP = 128;
const ARROW_ZOOM = 14;
const BADGE_GAP = 600;
const BADGE_CELL = 24;   // badges keep to a grid of this pitch so that no two lie on one another

export const RoutesLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this._cached = null;
  },

  draw(context, { zoom, box }) {
    const full = fullRoutes();
    const shown = [...this._shapes(zoom).values()].filter((shape) => touches(shape.box, box, 40));
    const faded = full ? shown.filter((shape) => !full.has(shape.route.id)) : [];
    const clear = full ? shown.filter((shape) => full.has(shape.route.id)) : shown;
    context.lineJoin = context.lineCap = "round";
    context.globalAlpha = 0.28;
    for (const shape of faded) drawLine(context, shape, box, lineWidth(zoom) - 1, this.options.casing);
    context.globalAlpha = 0.9;
    for (const shape of clear) drawLine(context, shape, box, lineWidth(zoom) + (full ? 1 : 0), this.options.casing);
    context.globalAlpha = 1;
    if (zoom >= ARROW_ZOOM) for (const shape of clear) drawArrows(context, shape, box, this.options.casing);
    for (const shape of clear) drawBadges(context, shape, box);
  },

  /** Drawn by the drag layer over everything else. */
  outline(context, shift, { zoom, box }) {
    const shape = this._shapes(zoom).get(shift);
    if (shape) drawLine(context, shape, box, lineWidth(zoom) + 4, "#ffffff");
  },

  /** Routes whose line passes the point, nearest first, each with the nearest leg: [{shift, leg, distance}]. */
  near({ x, y }, zoom) {
    const around = { left: x, right: x, top: y, bottom: y };
    const found = [];
    for (const { route, legs, box } of this._shapes(zoom).values()) {
      if (!touches(box, around, REACH)) continue;
      let nearest = { shift: route.id, leg: -1, distance: Infinity };
      legs.forEach((leg, index) => {
        if (!touches(leg.box, around, REACH)) return;
        const distance = toLine(x, y, leg.line);
        if (distance < nearest.distance) nearest = { shift: route.id, leg: index, distance };
      });
      if (nearest.distance <= REACH) found.push(nearest);
    }
    found.sort((a, b) => a.distance - b.distance || (a.shift < b.shift ? -1 : 1));
    return found.filter((one) => one.distance <= found[0].distance + SAME_STREET);
  },

  /** The lines in pixels of this zoom; kept until the zoom or the lines change. */
  _shapes(zoom) {
    const key = `${zoom} ${versionOfRoutes()}`;
    if (this._cached?.key !== key) {
      const size = worldSize(zoom);
      const shapes = new Map();
      for (const route of routes.values()) {
        const legs = route.legs.map((leg) => pixelLine(leg, size)).map((line) => ({ line, box: boxOf(line) }));
        const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
        for (const leg of legs) {
          box.left = Math.min(box.left, leg.box.left);
          box.right = Math.max(box.right, leg.box.right);
          box.top = Math.min(box.top, leg.box.top);
          box.bottom = Math.max(box.bottom, leg.box.bottom);
        }
        shapes.set(route.id, { route, legs, box, badges: [] });
      }
      placeBadges(shapes, size);
      this._cached = { key, shapes };
    }
    return this._cached.shapes;
  },
});

const lineWidth = (zoom) => (zoom < 12 ? 2.5 : zoom < 15 ? 4 : 5);

function drawLine(context, { route, legs }, box, width, casing) {
  context.beginPath();
  for (const { line, box: legBox } of legs) {
    if (!touches(legBox, box, width)) continue;
    context.moveTo(line[0] - box.left, line[1] - box.top);
    for (let i = 2; i < line.length; i += 2) context.lineTo(line[i] - box.left, line[i + 1] - box.top);
  }
  context.strokeStyle = casing;
  context.lineWidth = width + 2.5;
  context.stroke();
  context.strokeStyle = route.colour;
  context.lineWidth = width;
  context.stroke();
}

function drawArrows(context, { route, legs }, box, casing) {
  context.beginPath();
  walk(legs.map((leg) => leg.line), ARROW_GAP / 2, ARROW_GAP, (worldX, worldY, angle) => {
    const x = worldX - box.left, y = worldY - box.top;
    if (x < 0 || y < 0 || worldX > box.right || worldY > box.bottom) return;
    const dx = Math.cos(angle) * 6, dy = Math.sin(angle) * 6;
    context.moveTo(x + dx, y + dy);
    context.lineTo(x - dx - dy, y - dy + dx);
    context.lineTo(x - dx + dy, y - dy - dx);
    context.closePath();
  });
  context.lineJoin = "round";
  context.strokeStyle = casing;
  context.lineWidth = 2.5;
  context.stroke();
  context.fillStyle = route.colour;
  context.fill();
}

/** Badges sit at fixed places of each line, so that they do not wander when the map is moved. */
function placeBadges(shapes, size) {
  const taken = new Set();
  const cell = (x, y) => `${Math.floor(x / BADGE_CELL)},${Math.floor(y / BADGE_CELL)}`;
  for (const stop of stops.values()) taken.add(cell(stop.x * size, stop.y * size));
  for (const shape of shapes.values()) {
    let free = 60;
    walk(shape.legs.map((leg) => leg.line), free, BADGE_CELL, (x, y, _angle, along) => {
      if (along < free) return;
      const around = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => cell(x + i * 12, y + j * 9)));
      if (around.some((one) => taken.has(one))) return;
      for (const one of around) taken.add(one);
      shape.badges.push([Math.round(x), Math.round(y)]);
      free = along + BADGE_GAP;
    });
  }
}

function drawBadges(context, { route, badges }, box) {
  const text = String(route.number);
  context.font = "700 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const half = Math.max(9, context.measureText(text).width / 2 + 5);
  for (const [worldX, worldY] of badges) {
    const x = worldX - box.left, y = worldY - box.top;
    if (x < 0 || y < 0 || worldX > box.right || worldY > box.bottom) continue;
    context.beginPath();
    context.roundRect(x - half, y - 8, half * 2, 16, 4);
    context.fillStyle = "#ffffff";
    context.fill();
    context.strokeStyle = route.colour;
    context.lineWidth = 2;
    context.stroke();
    context.fillStyle = "#1f2430";
    context.fillText(text, x, y + 0.5);
  }
}
