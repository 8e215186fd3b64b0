// A driven round's visits: small numbered flags where the driver stood, beside the marks of the stops.

import { CanvasLayer } from "/map/canvas.js";
import { unit, worldSize } from "/map/geometry.js";

const MAST = 20;   // pixels from the place to the middle of the flag: clear of a stop's mark
const HALF = 8;
const RED = "#c8102e", INK = "#14171d";

export const VisitsLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this.visits = [];
    this.colour = "#000000";
  },

  set({ active, visits, colour }) {
    this.visits = active ? visits.map((visit) => ({ ...visit, unit: unit(...visit.at) })) : [];
    this.colour = colour ?? this.colour;
    this.refresh();
  },

  draw(context, { zoom, box }) {
    this.getElement().hidden = this.visits.length === 0;
    for (const { visit, x, y } of this._marks(zoom)) drawVisit(context, visit, this.colour, x - box.left, y - box.top);
  },

  /** What to say about the flag under the point, or null. */
  textAt({ x, y }, zoom) {
    const under = (mark) => Math.abs(mark.x - MAST - x) <= HALF + 2 && Math.abs(mark.y - MAST - y) <= HALF + 2;
    return this._marks(zoom).findLast(under)?.visit.label || null;
  },

  _marks(zoom) {
    const size = worldSize(zoom);
    return this.visits.map((visit) => ({
      visit, x: Math.round(visit.unit[0] * size), y: Math.round(visit.unit[1] * size),
    }));
  },
});

function drawVisit(context, { number, late }, colour, x, y) {
  const [left, top] = [x - MAST, y - MAST];
  for (const [ink, width] of [["#ffffff", 4], [INK, 1.5]]) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(left, top);
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.stroke();
  }
  context.beginPath();
  context.arc(x, y, 2.5, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
  context.beginPath();
  if (late) polygon(context, left, top);
  else context.roundRect(left - HALF, top - HALF, 2 * HALF, 2 * HALF, 2);
  context.fillStyle = "#ffffff";
  context.fill();
  context.strokeStyle = late ? RED : colour;
  context.lineWidth = 2;
  context.stroke();
  context.font = `700 ${String(number).length > 2 ? 8 : 10}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = late ? RED : INK;
  context.fillText(String(number), left, top + 0.5);
}

/** An octagon, as on a stop sign: late, for those who see no red. */
function polygon(context, x, y) {
  for (let corner = 0; corner < 8; corner += 1) {
    const angle = (corner + 0.5) * Math.PI / 4;
    context.lineTo(x + 10 * Math.cos(angle), y + 10 * Math.sin(angle));
  }
  context.closePath();
}
