// Streets that nobody can drive: red and white, with a sign.

import { CanvasLayer } from "/map/canvas.js";
import { boxOf, lengthOf, pixelLine, toLine, touches, unitLine, walk, worldSize } from "/map/geometry.js";

const RED = "#c8102e";
const REACH = 8;   // pixels

export const ClosuresLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this.closures = [];   // {id, name, lines: [unit line]}
  },

  set(closures) {
    this.closures = closures.map((closure) => ({ ...closure, lines: closure.lines.map(unitLine) }));
    this.refresh();
  },

  draw(context, { zoom, box }) {
    this.getElement().hidden = this.closures.length === 0;
    const size = worldSize(zoom);
    for (const { lines } of this.closures) {
      const shown = lines.map((line) => pixelLine(line, size));
      for (const line of shown.filter((one) => touches(boxOf(one), box, 40))) drawClosed(context, line, box);
      drawSign(context, shown, box);
    }
  },

  /** The closure whose line passes the point, or null. */
  at({ x, y }, zoom) {
    const size = worldSize(zoom);
    const passes = (line) => toLine(x / size, y / size, line) * size <= REACH;
    return this.closures.find(({ lines }) => lines.some(passes)) ?? null;
  },
});

function drawClosed(context, line, { left, top }) {
  context.beginPath();
  context.moveTo(line[0] - left, line[1] - top);
  for (let i = 2; i < line.length; i += 2) context.lineTo(line[i] - left, line[i + 1] - top);
  context.lineJoin = "round";
  for (const [colour, width, dashes] of [[RED, 10, []], ["#ffffff", 7, []], [RED, 7, [9, 9]]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dashes);
    context.stroke();
  }
  context.setLineDash([]);
}

/** "No vehicles" as on the road, halfway along. */
function drawSign(context, lines, { left, top }) {
  let middle = [lines[0][0] - left, lines[0][1] - top];
  walk(lines, lengthOf(lines) / 2, Infinity, (x, y) => { middle = [x - left, y - top]; });
  context.beginPath();
  context.arc(...middle, 10, 0, 2 * Math.PI);
  context.fillStyle = "#ffffff";
  context.fill();
  context.beginPath();
  context.arc(...middle, 7.5, 0, 2 * Math.PI);
  context.strokeStyle = RED;
  context.lineWidth = 4;
  context.stroke();
}
