// How a driver looks: each drawn once into a cell of one canvas and copied from there, until the look is another.

import { inkOn } from "/map/colours.js";
import { drawFlag } from "/map/sprites.js";
import { drawCaption } from "/map/yard.js";

export const RADIUS = 14;
const WIDE = 128, TALL = 80;     // pixels of a cell; the mark stands in the middle of the upper part
const MIDDLE_Y = 34;
const COLUMNS = 8;
const RISKS = { at_risk: "#a86200", late: "#c8102e" };
const YELLOW = "#ffd21f";
const DARK = "#14171d", QUIET = "#4b515d", ACCENT = "#0b5bd3";

export class DriverSprites {
  constructor(ratio) {
    this.ratio = ratio;
    this.canvas = new OffscreenCanvas(WIDE * COLUMNS * ratio, TALL * 2 * ratio);
    this.cells = new Map();   // driver id → {index, look}
    this.free = [];
  }

  /** Draw a driver's mark centred at (x, y). */
  stamp(context, driver, followed, x, y) {
    const { x: left, y: top } = this._cell(driver, followed);
    const ratio = this.ratio;
    context.drawImage(this.canvas, left * ratio, top * ratio, WIDE * ratio, TALL * ratio,
      x - WIDE / 2, y - MIDDLE_Y, WIDE, TALL);
  }

  forget(id) {
    if (this.cells.has(id)) this.free.push(this.cells.get(id).index);
    this.cells.delete(id);
  }

  _cell(driver, followed) {
    const look = lookOf(driver, followed);
    let cell = this.cells.get(driver.id);
    if (cell?.look === look) return cell;
    const index = cell?.index ?? this.free.pop() ?? this.cells.size;
    cell = { index, look, x: (index % COLUMNS) * WIDE, y: Math.floor(index / COLUMNS) * TALL };
    this.cells.set(driver.id, cell);
    while ((cell.y + TALL) * this.ratio > this.canvas.height) this._grow();
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, cell.x * this.ratio, cell.y * this.ratio);
    context.clearRect(0, 0, WIDE, TALL);
    context.translate(WIDE / 2, MIDDLE_Y);
    drawDriver(context, driver, followed);
    return cell;
  }

  _grow() {
    const larger = new OffscreenCanvas(this.canvas.width, this.canvas.height * 2);
    larger.getContext("2d").drawImage(this.canvas, 0, 0);
    this.canvas = larger;
  }
}

/** All that makes two marks look different. */
export const lookOf = ({ number, colour, heading, age, stale, mock, risk }, followed) =>
  [number, colour, heading === null ? "" : Math.round(heading), stale && age, stale, mock, risk, followed].join();

function drawDriver(context, driver, followed) {
  const { heading, stale, mock, risk } = driver;
  const ring = RISKS[risk];
  if (followed) drawRing(context, RADIUS + (ring ? 8 : 5), ACCENT);
  if (heading !== null) drawArrow(context, driver, ring ? 4 : 0);
  if (ring) drawRing(context, RADIUS + 3.5, ring);
  drawDisc(context, driver);
  if (risk === "late") drawFlag(context, RADIUS);
  if (risk === "at_risk") drawClock(context, RADIUS, -RADIUS);
  if (mock) drawWarning(context, -RADIUS, -RADIUS);
  const caption = [mock ? "made up" : "", stale ? driver.age : ""].filter(Boolean).join(" · ");
  if (caption) drawCaption(context, caption, 0, RADIUS + 18, mock ? DARK : QUIET);
}

function drawRing(context, radius, colour) {
  for (const [ink, width] of [["#ffffff", 6], [colour, 3.5]]) {
    context.beginPath();
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.stroke();
  }
}

/** An arrowhead outside the disc, `out` pixels farther than right at it. */
function drawArrow(context, { heading, colour, stale }, out) {
  context.save();
  context.rotate(heading * Math.PI / 180);
  context.translate(0, -out);
  context.beginPath();
  context.moveTo(0, -RADIUS - 12);
  context.lineTo(12, -RADIUS + 6);
  context.lineTo(-12, -RADIUS + 6);
  context.closePath();
  paint(context, colour, stale);
  context.restore();
}

function drawDisc(context, { number, colour, stale }) {
  context.beginPath();
  context.arc(0, 0, RADIUS, 0, 2 * Math.PI);
  paint(context, colour, stale);
  const text = String(number);
  context.font = `700 ${[15, 14, 12, 9][Math.min(text.length, 4) - 1]}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const { actualBoundingBoxAscent: height } = context.measureText("0");
  context.fillStyle = stale ? DARK : inkOn(colour);
  context.fillText(text, 0, height / 2);
}

/** The path: full, or hollow and dashed when it is old. */
function paint(context, colour, stale) {
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.lineWidth = 5;
  context.stroke();
  context.fillStyle = stale ? "#ffffff" : colour;
  context.fill();
  context.strokeStyle = stale ? colour : DARK;
  context.lineWidth = stale ? 2.5 : 2;
  context.setLineDash(stale ? [4, 3] : []);
  context.stroke();
  context.setLineDash([]);
}

/** A clock on amber: time runs out, for those who see no amber. */
function drawClock(context, x, y) {
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fillStyle = RISKS.at_risk;
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1.5;
  context.stroke();
  context.beginPath();
  context.moveTo(x, y - 4.5);
  context.lineTo(x, y);
  context.lineTo(x + 3.5, y + 1.5);
  context.stroke();
}

/** The warning sign of the road: what the phone says is made up. */
function drawWarning(context, x, y) {
  context.beginPath();
  context.moveTo(x, y - 9);
  context.lineTo(x + 9, y + 7);
  context.lineTo(x - 9, y + 7);
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = DARK;
  context.lineWidth = 3.5;
  context.stroke();
  context.fillStyle = YELLOW;
  context.fill();
  context.fillStyle = DARK;
  context.fillRect(x - 1, y - 4, 2, 6);
  context.fillRect(x - 1, y + 3.5, 2, 2);
}
