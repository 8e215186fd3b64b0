// What is not an order: the depot, and the drivers where their phones last were.

import { CanvasLayer } from "/map/canvas.js";
import { unit, worldSize } from "/map/geometry.js";
import { inkOn } from "/map/colours.js";

export const YardLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    this.depot = null;
    this.drivers = [];
  },

  setDepot(depot) {
    this.depot = depot && { ...depot, unit: unit(...depot.at) };
    this.refresh();
  },

  setDrivers(drivers) {
    this.drivers = drivers.map((driver) => ({ ...driver, unit: unit(...driver.at) }));
    this.refresh();
  },

  draw(context, { zoom, box }) {
    const size = worldSize(zoom);
    const inCanvas = ([x, y]) => [Math.round(x * size - box.left), Math.round(y * size - box.top)];
    if (this.depot) drawDepot(context, ...inCanvas(this.depot.unit), this.depot.name, zoom);
    for (const driver of this.drivers) drawDriver(context, driver, ...inCanvas(driver.unit), zoom);
  },

  /** What to say about the mark under the point, or null. */
  textAt({ x, y }, zoom) {
    const size = worldSize(zoom);
    const under = ({ unit: [ux, uy] }) => (ux * size - x) ** 2 + (uy * size - y) ** 2 <= 14 ** 2;
    const driver = this.drivers.find(under);
    if (driver) return `Driver ${driver.number}${driver.age ? `, seen ${driver.age} ago` : ""}`;
    return this.depot && under(this.depot) ? this.depot.name : null;
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

function drawDriver(context, driver, x, y, zoom) {
  const { colour, stale } = driver;
  context.save();
  context.translate(x, y);
  if (driver.heading !== null) context.rotate(driver.heading * Math.PI / 180);
  context.beginPath();
  if (driver.heading === null) {
    context.roundRect(-11, -11, 22, 22, 7);
  } else {
    context.moveTo(0, -17);
    context.lineTo(12, 11);
    context.lineTo(0, 6);
    context.lineTo(-12, 11);
    context.closePath();
  }
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.lineWidth = 6;
  context.stroke();
  context.fillStyle = stale ? "#ffffff" : colour;
  context.fill();
  context.strokeStyle = stale ? colour : "#14171d";
  context.lineWidth = 2;
  if (stale) context.setLineDash([4, 3]);
  context.stroke();
  context.restore();
  drawCaption(context, zoom >= 12 && driver.age ? `${driver.number} · ${driver.age}` : String(driver.number), x, y + 25, stale ? "#5b6270" : colour);
}

function drawCaption(context, text, x, y, colour) {
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
