// What is no order and no driver: the depot.

import { CanvasLayer } from "/map/canvas.js";
import { unit, worldSize } from "/map/geometry.js";
import { inkOn } from "/map/colours.js";

export const YardLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this.depot = null;
  },

  setDepot(depot) {
    this.depot = depot && { ...depot, unit: unit(...depot.at) };
    this.refresh();
  },

  draw(context, { zoom, box }) {
    this.getElement().hidden = !this.depot;
    if (!this.depot) return;
    const size = worldSize(zoom);
    const [x, y] = this.depot.unit;
    drawDepot(context, Math.round(x * size - box.left), Math.round(y * size - box.top), this.depot.name, zoom);
  },

  /** What to say about the mark under the point, or null. */
  textAt({ x, y }, zoom) {
    if (!this.depot) return null;
    const size = worldSize(zoom);
    const [ux, uy] = this.depot.unit;
    return (ux * size - x) ** 2 + (uy * size - y) ** 2 <= 14 ** 2 ? this.depot.name : null;
  },
});

function drawDepot(context, x, y, name, zoom) {
  context.beginPath();
  context.roundRect(x - 13, y - 13, 26, 26, 5);
  context.fillStyle = "#14171d";
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 2;
  context.stroke();
  context.beginPath();   // a house with an open door
  context.moveTo(x - 8, y);
  context.lineTo(x, y - 8);
  context.lineTo(x + 8, y);
  context.moveTo(x - 6, y - 1);
  context.lineTo(x - 6, y + 7);
  context.lineTo(x - 2, y + 7);
  context.lineTo(x - 2, y + 2);
  context.lineTo(x + 2, y + 2);
  context.lineTo(x + 2, y + 7);
  context.lineTo(x + 6, y + 7);
  context.lineTo(x + 6, y - 1);
  context.lineJoin = "round";
  context.stroke();
  if (zoom >= 13) drawCaption(context, name, x, y + 24, "#14171d");
}

/** Words on a chip, centred at (x, y). */
export function drawCaption(context, text, x, y, colour) {
  context.font = "600 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const half = context.measureText(text).width / 2 + 5;
  context.beginPath();
  context.roundRect(x - half, y - 8, half * 2, 16, 8);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = inkOn(colour);
  context.fillText(text, x, y + 0.5);
}
