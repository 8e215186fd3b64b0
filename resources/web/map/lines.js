// Draws the rounds' lines: casing, colour, direction, and the round's number along the line. The painter's thread only.

import { boxOf, joinBoxes, pixelLine, touches, walk, worldSize } from "/map/geometry.js";
import { fullRoutes, isVisible, routes, scene, sequenceOf, stops, versionOfWorld } from "/map/world.js";

const ARROW_GAP = 128;
const ARROW_ZOOM = 14;
const BADGE_GAP = 600;
const BADGE_CELL = 24;   // badges keep to a grid of this pitch so that no two lie on one another
const HELD_BACK = 0.25;  // of a round all of whose stops the filter hides

const shapes = new WeakMap();   // route → its lines in pixels, at the zoom last asked for
let badges = { key: "", places: new Map() };

/** All routes, as they are when none stands out. */
export function* drawRoutes(context, { zoom, box, casing }) {
  const shown = [...routes.values()].map((route) => shapeOf(route, zoom)).filter((shape) => touches(shape.box, box, 40));
  context.lineJoin = context.lineCap = "round";
  for (const shape of shown) {
    context.globalAlpha = heldBack(shape.route) ? HELD_BACK : 0.9;
    drawLine(context, shape, box, lineWidth(zoom), casing);
    yield;
  }
  const clear = shown.filter(({ route }) => !heldBack(route));
  yield* drawSigns(context, clear, zoom, box, casing);
  return shown.length > 0;
}

/** The routes that stand out, or a proposal's: dashed as they run, full as they would. */
export function* drawFrontRoutes(context, { zoom, box, casing, ink }) {
  const { changes, lit } = scene;
  const full = fullRoutes();
  if (!full || (scene.driven && !lit && !changes)) return false;
  const proposed = changes && !lit;
  const wanted = proposed ? changes.after : [...full].map((id) => routes.get(id)).filter(Boolean);
  context.lineJoin = context.lineCap = "round";
  const clear = wanted.map((route) => shapeOf(route, zoom)).filter((shape) => touches(shape.box, box, 40));
  if (proposed) {
    for (const route of changes.before) drawDashed(context, shapeOf(route, zoom), box, casing, ink);
    yield;
  }
  for (const shape of clear) {
    drawLine(context, shape, box, lineWidth(zoom) + 1, casing);
    yield;
  }
  yield* drawSigns(context, clear, zoom, box, casing);
  return true;
}

function* drawSigns(context, clear, zoom, box, casing) {
  context.globalAlpha = 1;
  if (zoom >= ARROW_ZOOM) {
    for (const shape of clear) {
      drawArrows(context, shape, box, casing);
      yield;
    }
  }
  const places = badgesAt(zoom);
  for (const { route } of clear) drawBadges(context, route, places.get(route.id) ?? [], box);
}

const heldBack = ({ id }) => {
  const sequence = scene.visible ? sequenceOf(id) : [];
  return sequence.length > 0 && !sequence.some((order) => isVisible(stops.get(order)));
};

const lineWidth = (zoom) => (zoom < 12 ? 2.5 : zoom < 15 ? 4 : 5);

function shapeOf(route, zoom) {
  let shape = shapes.get(route);
  if (shape?.zoom !== zoom) {
    const size = worldSize(zoom);
    const legs = route.legs.map(({ line }) => pixelLine(line, size)).map((line) => ({ line, box: boxOf(line) }));
    shape = { route, zoom, legs, box: joinBoxes(legs.map((leg) => leg.box)) };
    shapes.set(route, shape);
  }
  return shape;
}

function trace(context, { legs }, box, margin) {
  context.beginPath();
  for (const { line, box: legBox } of legs) {
    if (!touches(legBox, box, margin)) continue;
    context.moveTo(line[0] - box.left, line[1] - box.top);
    for (let i = 2; i < line.length; i += 2) context.lineTo(line[i] - box.left, line[i + 1] - box.top);
  }
}

function drawLine(context, shape, box, width, casing) {
  trace(context, shape, box, width);
  context.strokeStyle = casing;
  context.lineWidth = width + 2.5;
  context.stroke();
  context.strokeStyle = shape.route.colour;
  context.lineWidth = width;
  context.stroke();
}

/** As the round runs now: thin and dashed, and under the new line, so that only what it leaves shows. */
function drawDashed(context, shape, box, casing, ink) {
  trace(context, shape, box, 4);
  context.strokeStyle = casing;
  context.lineWidth = 4;
  context.stroke();
  context.setLineDash([5, 6]);
  context.lineWidth = 2;
  context.strokeStyle = ink;
  context.stroke();
  context.setLineDash([]);
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
  context.strokeStyle = casing;
  context.lineWidth = 2.5;
  context.stroke();
  context.fillStyle = route.colour;
  context.fill();
}

/** Badges sit at fixed places of each line, so that they do not wander when the map is moved: shift → [[x, y]]. */
function badgesAt(zoom) {
  const key = `${zoom} ${versionOfWorld()}`;
  if (badges.key === key) return badges.places;
  const size = worldSize(zoom);
  const taken = new Set();
  const cell = (x, y) => Math.floor(x / BADGE_CELL) * 1e8 + Math.floor(y / BADGE_CELL);
  for (const stop of stops.values()) taken.add(cell(stop.x * size, stop.y * size));
  const places = new Map();
  for (const route of routes.values()) places.set(route.id, placesAlong(shapeOf(route, zoom), taken, cell));
  badges = { key, places };
  return places;
}

/** Leave the numbers along the lines readable where something is drawn over them. */
export function clearBadges(context, zoom, box) {
  context.globalCompositeOperation = "destination-out";
  for (const [shift, places] of badgesAt(zoom)) {
    const half = halfBadge(context, routes.get(shift)) + 1;
    for (const [x, y] of places) context.fillRect(x - box.left - half, y - box.top - 9, half * 2, 18);
  }
  context.globalCompositeOperation = "source-over";
}

/** Half a badge's width, and its font put in force. */
function halfBadge(context, { number, locked }) {
  context.font = "700 11px system-ui, sans-serif";
  return Math.max(9, context.measureText(String(number)).width / 2 + 5) + (locked ? 6 : 0);
}

function placesAlong({ legs }, taken, cell) {
  const places = [];
  let free = 60;
  walk(legs.map((leg) => leg.line), free, BADGE_CELL, (x, y, _angle, along) => {
    if (along < free) return;
    const around = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => cell(x + i * 12, y + j * 9)));
    if (around.some((one) => taken.has(one))) return;
    for (const one of around) taken.add(one);
    places.push([Math.round(x), Math.round(y)]);
    free = along + BADGE_GAP;
  });
  return places;
}

function drawBadges(context, route, places, box) {
  const text = String(route.number), half = halfBadge(context, route);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [worldX, worldY] of places) {
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
    context.fillText(text, x + (route.locked ? 5 : 0), y + 0.5);
    if (route.locked) drawLock(context, x - half + 9, y);
  }
}

/** A padlock: nothing but a hand changes this round. */
function drawLock(context, x, y) {
  context.fillRect(x - 4, y - 1, 8, 6);
  context.beginPath();
  context.arc(x, y - 1.5, 2.5, Math.PI, 0);
  context.strokeStyle = "#1f2430";
  context.lineWidth = 1.5;
  context.stroke();
}
