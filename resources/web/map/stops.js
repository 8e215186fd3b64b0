// Draws the stops: numbers in shapes, small squares from afar, "+n" where several share a place. The painter's thread
// only.

import { dotsAt, marksAt, radiusAt, shownStop } from "/map/marks.js";
import { Sprites } from "/map/sprites.js";
import { fullRoutes, scene, selection } from "/map/world.js";

const MARKS_A_STEP = 400;
const HELD_BACK = 0.35;
let sprites = null;

/** All stops, as they are when none stands out; those the filter holds back are small and faint. */
export function* drawStops(context, frame) {
  const atlas = spritesFor(frame.ratio);
  const marks = marksAt(frame.zoom).filter(inside(frame.box)), dots = dotsAt(frame.zoom).filter(inside(frame.box));
  context.globalAlpha = HELD_BACK;
  for (const { stop, x, y } of dots) atlas.stamp(context, stop, 2, false, x - frame.box.left, y - frame.box.top);
  context.globalAlpha = 1;
  for (let at = 0; at < marks.length; at += 1) {
    stamp(context, marks[at], marks[at].stop, false, frame, atlas);
    if (at % MARKS_A_STEP === 0) yield;
  }
  return marks.length + dots.length > 0;
}

/** The selected stops, and those of the routes that stand out. */
export function* drawFrontStops(context, frame) {
  const atlas = spritesFor(frame.ratio);
  const full = fullRoutes(), { orders } = selection;
  const moved = scene.changes?.moved ?? new Set();
  if (!full && !orders.size && !moved.size) return false;
  const isChosen = (stop) => orders.has(stop.id);
  const isMoved = (stop) => moved.has(stop.id);
  const clear = marksAt(frame.zoom).filter(inside(frame.box))
    .filter(({ stack }) => stack.some((stop) => isChosen(stop) || isMoved(stop) || full?.has(stop.route)));
  const chosen = clear.filter(({ stack }) => stack.some(isChosen));
  yield;
  for (const mark of [...clear.filter(({ stack }) => !stack.some(isChosen)), ...chosen]) {
    const { x, y, stack } = mark;
    if (stack.some(isMoved)) atlas.ring(context, radiusAt(frame.zoom), x - frame.box.left, y - frame.box.top);
    stamp(context, mark, stack.find(isMoved) ?? shownStop(stack, full), stack.some(isChosen), frame, atlas);
  }
  return clear.length > 0;
}

function spritesFor(ratio) {
  if (sprites?.ratio !== ratio) sprites = new Sprites(ratio);
  return sprites;
}

const inside = (box) => ({ x, y }) => x > box.left - 20 && x < box.right + 20 && y > box.top - 20 && y < box.bottom + 20;

function stamp(context, { x, y, stack }, stop, selected, { zoom, box }, atlas) {
  const radius = radiusAt(zoom);
  atlas.stamp(context, stop, radius, selected, x - box.left, y - box.top);
  if (stack.length > 1 && radius >= 7) atlas.stampMore(context, stack.length - 1, radius, x - box.left, y - box.top);
}
