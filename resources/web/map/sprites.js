// Marks of stops, drawn once each onto one canvas and copied from there: 5,000 stops redraw in some 20 ms.

import { inkOn } from "/map/colours.js";

const CELL = 40;       // pixels of the page; the largest mark with ring and flag needs 36
const COLUMNS = 24;
const RED = "#c8102e";
const GREY = "#5b6270";
const GREEN = "#1b7f3b";
const AMBER = "#b26a00";
const VIOLET = "#7a28c8";
const ACCENT = "#0b5bd3";

export class Sprites {
  constructor(ratio) {
    this.ratio = ratio;
    this.canvas = new OffscreenCanvas(CELL * COLUMNS * ratio, CELL * 8 * ratio);
    this.cells = new Map();
  }

  /** Draw a stop's mark centred at (x, y). */
  stamp(context, stop, radius, selected, x, y) {
    this._copy(context, `${stop.state} ${stop.colour} ${radius} ${selected}`, x, y,
      (at) => drawShape(at, stop.state, stop.colour, radius, selected));
    if (stop.number === null || radius < 7) return;
    const ink = stop.state === "unplanned" ? GREY : inkOn(stop.colour);
    this._copy(context, `#${stop.number} ${ink} ${radius}`, x, y, (at) => drawNumber(at, stop.number, ink, radius));
  }

  /** The "+n" of several stops at one place. */
  stampMore(context, more, radius, x, y) {
    this._copy(context, `+${more} ${radius}`, x, y, (at) => drawMore(at, more, radius));
  }

  /** Around a stop that a proposal moves; drawn before the stop. */
  ring(context, radius, x, y) {
    this._copy(context, `ring ${radius}`, x, y, (at) => drawRing(at, radius));
  }

  _copy(context, key, x, y, draw) {
    const cell = this.cells.get(key) ?? this._add(key, draw);
    const ratio = this.ratio;
    context.drawImage(this.canvas, cell.x * ratio, cell.y * ratio, CELL * ratio, CELL * ratio,
      Math.round(x) - CELL / 2, Math.round(y) - CELL / 2, CELL, CELL);
  }

  _add(key, draw) {
    const index = this.cells.size;
    const cell = { x: (index % COLUMNS) * CELL, y: Math.floor(index / COLUMNS) * CELL };
    if ((cell.y + CELL) * this.ratio > this.canvas.height) this._grow();
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, (cell.x + CELL / 2) * this.ratio, (cell.y + CELL / 2) * this.ratio);
    draw(context);
    this.cells.set(key, cell);
    return cell;
  }

  _grow() {
    const larger = new OffscreenCanvas(this.canvas.width, this.canvas.height * 2);
    larger.getContext("2d").drawImage(this.canvas, 0, 0);
    this.canvas = larger;
  }
}

function outline(context, state, radius) {
  context.beginPath();
  if (radius < 7) {
    context.rect(-radius, -radius, radius * 2, radius * 2);
  } else if (state === "held") {
    context.roundRect(-radius + 0.5, -radius + 0.5, radius * 2 - 1, radius * 2 - 1, 3);
  } else if (state === "unplanned") {
    context.moveTo(0, -radius - 1);
    context.lineTo(radius + 1, 0);
    context.lineTo(0, radius + 1);
    context.lineTo(-radius - 1, 0);
    context.closePath();
  } else {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
  }
}

/** Rings say how a stop ahead stands, badges how one behind ended. */
const RINGS = { late: RED, at_risk: AMBER };
const BADGES = { late: drawFlag, at_risk: drawSign, done: drawCheck, partly: drawHalf, failed: drawCross };

function drawShape(context, state, colour, radius, selected) {
  const ring = RINGS[state];
  if (selected) {
    for (const [more, colour] of [[6, "#ffffff"], [5, ACCENT]]) {
      outline(context, state, radius + more);
      context.fillStyle = colour;
      context.fill();
    }
  }
  outline(context, state, radius + 2);
  context.fillStyle = ring ?? "#ffffff";
  context.fill();
  if (ring) {
    outline(context, state, radius + 0.5);
    context.fillStyle = "#ffffff";
    context.fill();
  }
  outline(context, state, ring ? radius - 1 : radius);
  context.fillStyle = state === "unplanned" ? "#ffffff" : state === "failed" && radius < 7 ? RED : colour;
  context.fill();
  if (state === "unplanned") {
    outline(context, state, radius - 0.5);
    context.strokeStyle = GREY;
    context.lineWidth = radius < 7 ? 1.5 : 2.5;
    context.stroke();
  } else {
    context.strokeStyle = "rgb(0 0 0 / 35%)";
    context.lineWidth = 1;
    context.stroke();
  }
  if (radius >= 7) BADGES[state]?.(context, radius);
}

/** A disc at the mark's upper right, in a white rim; where its middle is. */
function drawBadge(context, radius, colour) {
  const x = radius - 1, y = -radius + 1;
  context.beginPath();
  context.arc(x, y, 6, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1.5;
  context.stroke();
  return [x, y];
}

/** A white cross on red: the driver was there in vain, for those who see no red. */
function drawCross(context, radius) {
  const [x, y] = drawBadge(context, radius, RED);
  context.beginPath();
  for (const way of [-1, 1]) {
    context.moveTo(x - 2.5, y - 2.5 * way);
    context.lineTo(x + 2.5, y + 2.5 * way);
  }
  context.lineWidth = 2;
  context.stroke();
}

/** Half of a disc filled: in part. */
function drawHalf(context, radius) {
  const [x, y] = drawBadge(context, radius, AMBER);
  context.beginPath();
  context.arc(x, y, 3.5, -Math.PI / 2, Math.PI / 2);
  context.closePath();
  context.fillStyle = "#ffffff";
  context.fill();
}

/** A white tick on green: done, for those who see no green. */
function drawCheck(context, radius) {
  const [x, y] = drawBadge(context, radius, GREEN);
  context.beginPath();
  context.moveTo(x - 3, y);
  context.lineTo(x - 0.5, y + 2.5);
  context.lineTo(x + 3, y - 2.5);
  context.lineWidth = 1.8;
  context.stroke();
}

function drawRing(context, radius) {
  for (const [colour, width] of [["#ffffff", 7], [VIOLET, 3.5]]) {
    context.beginPath();
    context.arc(0, 0, radius + 5, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

/** A red triangle with an exclamation mark: late, for those who see no red. */
export function drawFlag(context, radius) {
  drawTriangle(context, radius, RED, "#ffffff");
}

/** The same in amber, and hollow: it may come late. */
function drawSign(context, radius) {
  drawTriangle(context, radius, "#ffffff", AMBER);
}

function drawTriangle(context, radius, ground, ink) {
  const x = radius - 1, y = -radius + 1;
  context.beginPath();
  context.moveTo(x, y - 7);
  context.lineTo(x + 7, y + 5);
  context.lineTo(x - 7, y + 5);
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = ink;
  context.lineWidth = 3;
  context.stroke();
  context.fillStyle = ground;
  context.fill();
  context.fillStyle = ink;
  context.fillRect(x - 1, y - 3, 2, 4);
  context.fillRect(x - 1, y + 2, 2, 2);
}

function drawNumber(context, number, ink, radius) {
  const text = String(number);
  const size = (radius >= 10 ? [12, 11, 9] : [10, 9, 7])[Math.min(text.length, 3) - 1];
  context.font = `700 ${size}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  // Centred by the height of digits; the font's own middle sits too high for them.
  const { actualBoundingBoxAscent: height } = context.measureText("0");
  context.fillStyle = ink;
  context.fillText(text, 0, height / 2);
}

function drawMore(context, more, radius) {
  const text = `+${more}`;
  context.font = "700 9px system-ui, sans-serif";
  const width = context.measureText(text).width + 6;
  const left = Math.min(radius - 2, CELL / 2 - width);
  context.beginPath();
  context.roundRect(left, radius - 4, width, 13, 6);
  context.fillStyle = "#14171d";
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = "#ffffff";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, left + width / 2, radius + 3);
}
