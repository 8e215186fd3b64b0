// Draws where drivers were: trails that fade with age, and one round as it was driven against its plan. The painter's
// thread only.

import { clearBadges } from "/map/lines.js";
import { boxOf, pixelLine, touches, worldSize } from "/map/geometry.js";
import { fullRoutes, scene, trails } from "/map/world.js";

const BANDS = [[5, 1], [15, 0.8], [30, 0.62], [60, 0.46], [120, 0.34], [Infinity, 0.25]];   // minutes, strength
const HELD_BACK = 0.3;
const WIDTH = 2.5;
const shapes = new WeakMap();   // trail → its pieces in pixels, at the zoom and the moment last asked for

/** All trails, the latest part of each full; then what `driven` asks for. */
export function* drawTrails(context, { zoom, box, casing, ink }) {
  const full = fullRoutes();
  const latest = Math.max(...[...trails.values()].map(({ times }) => times.at(-1) ?? -Infinity));
  context.lineCap = context.lineJoin = "round";
  for (const trail of trails.values()) {
    if (trail.id === scene.driven?.id) continue;
    drawTrail(context, trail, piecesOf(trail, zoom, latest), box, full && !full.has(trail.id) ? HELD_BACK : 1, ink);
    yield;
  }
  context.globalAlpha = 1;
  if (trails.size) clearBadges(context, zoom, box);
  if (scene.driven) drawDriven(context, scene.driven, zoom, box, casing, ink);
  return trails.size > 0 || scene.driven !== null;
}

/** Edged in ink: on the line of its own round, in the same colour, it would not be seen. */
function drawTrail(context, { colour }, pieces, box, strength, ink) {
  for (const { line, extent, band, gap } of pieces) {
    if (!touches(extent, box, WIDTH)) continue;
    context.globalAlpha = BANDS[band][1] * strength;
    trace(context, [line], box);
    context.setLineDash(gap ? [2, 6] : []);
    stroke(context, gap ? [[colour, WIDTH]] : [[ink, WIDTH + 2], [colour, WIDTH]]);
  }
  context.setLineDash([]);
}

/** The line cut where its age passes into another band and where it has a gap: [{line, extent, band, gap}]. */
function piecesOf(trail, zoom, latest) {
  const kept = shapes.get(trail);
  if (kept?.zoom === zoom && kept.latest === latest) return kept.pieces;
  const size = worldSize(zoom), pieces = [];
  const piece = (from, to, band, gap) => {
    const line = pixelLine(trail.line.subarray(2 * from, 2 * to + 2), size);
    pieces.push({ line, extent: boxOf(line), band, gap });
  };
  let from = 0;
  for (let i = 1; i < trail.times.length; i += 1) {
    const gap = trail.gaps.has(i - 1), band = bandOf(latest - trail.times[i]);
    const ends = i === trail.times.length - 1 || gap || trail.gaps.has(i) || bandOf(latest - trail.times[i + 1]) !== band;
    if (!ends) continue;
    piece(from, i, band, gap);
    from = i;
  }
  shapes.set(trail, { zoom, latest, pieces });
  return pieces;
}

const bandOf = (age) => BANDS.findIndex(([minutes]) => age <= minutes * 60);

/** The plan dashed under the track, so that only what was driven otherwise shows. */
function drawDriven(context, { planned, driven, colour }, zoom, box, casing, ink) {
  const inPixels = (lines) => lines.map((line) => pixelLine(line, worldSize(zoom)));
  trace(context, inPixels(planned), box);
  stroke(context, [[casing, 5]]);
  context.setLineDash([6, 7]);
  stroke(context, [[ink, 2.5]]);
  context.setLineDash([]);
  trace(context, inPixels(driven), box);
  stroke(context, [[casing, 7], [colour, 4.5]]);
}

function trace(context, lines, { left, top }) {
  context.beginPath();
  for (const line of lines) {
    context.moveTo(line[0] - left, line[1] - top);
    for (let i = 2; i < line.length; i += 2) context.lineTo(line[i] - left, line[i + 1] - top);
  }
}

function stroke(context, inks) {
  for (const [colour, width] of inks) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
