// The signature field. Strokes are kept as drawn, in shares of the field they were begun in, and redrawn on any size.

import { h } from "./dom.js";
import { button, need } from "./choices.js";
import { signed } from "./needs.js";
import { words } from "./words.js";

const MOST_POINTS = 8_000;
const NEAREST_PX = 1;

export class InkField {
  constructor(draft, level) {
    this.draft = draft;
    this.canvas = h("canvas", { class: "ink", role: "img", "aria-label": words.ink.field });
    this.note = h("p", { class: "quiet", role: "status" });
    this.element = h("section", { class: "part" },
      h("h2", {}, words.ink.title, need(level)), this.canvas,
      h("div", { class: "row" }, this.note, button(words.ink.clear, () => this.clear(), { kind: "plain" })));
    this.stroke = null;
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, (event) => this.up(event));
    new ResizeObserver(() => this.paint()).observe(this.canvas);
  }

  get ink() { return this.draft.values.ink; }

  clear() {
    this.stroke = null;
    this.draft.set({ ink: null });
    this.paint();
  }

  /** Where the field that the strokes were begun in lies on the one there is now: after a turn it is fitted in. */
  get frame() {
    const { clientWidth: wide, clientHeight: high } = this.canvas;
    const { width, height } = this.ink ?? { width: wide, height: high };
    const scale = Math.min(wide / width, high / height);
    return { scale, width, height, left: (wide - width * scale) / 2, top: (high - height * scale) / 2 };
  }

  point({ offsetX, offsetY, timeStamp }) {
    const { scale, width, height, left, top } = this.frame;
    const share = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
    this.began ??= timeStamp - (this.ink?.strokes.flat().at(-1)?.[2] ?? 0);
    return [share((offsetX - left) / scale / width), share((offsetY - top) / scale / height), Math.max(0, Math.round(timeStamp - this.began))];
  }

  down(event) {
    if (event.button > 0 || this.stroke) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.draft.values.ink ??= { width: Math.round(width), height: Math.round(height), strokes: [] };
    if (!this.ink.strokes.length) this.began = undefined;
    this.stroke = [this.point(event)];
    this.ink.strokes.push(this.stroke);
    this.paint();
  }

  move(event) {
    if (!this.stroke) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const one of coalesced.length ? coalesced : [event]) this.add(this.point(one));
    this.paint();
  }

  add(point) {
    const last = this.stroke.at(-1);
    const apart = Math.hypot((point[0] - last[0]) * this.ink.width, (point[1] - last[1]) * this.ink.height);
    if (apart >= NEAREST_PX && this.ink.strokes.flat().length < MOST_POINTS) this.stroke.push(point);
  }

  up(event) {
    if (!this.stroke) return;
    this.canvas.releasePointerCapture?.(event.pointerId);
    this.stroke = null;
    this.draft.set({ ink: this.ink });
    this.paint();
  }

  paint() {
    const { canvas } = this;
    const dense = devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * dense);
    canvas.height = Math.round(canvas.clientHeight * dense);
    const context = canvas.getContext("2d");
    const { scale, width, height, left, top } = this.frame;
    const at = ([x, y]) => [left + x * width * scale, top + y * height * scale];
    context.scale(dense, dense);
    Object.assign(context, { lineWidth: 2.5, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });
    for (const stroke of this.ink?.strokes ?? []) {
      context.beginPath();
      context.moveTo(...at(stroke[0]));
      for (const point of stroke.length > 1 ? stroke.slice(1) : stroke) context.lineTo(...at(point));
      context.stroke();
    }
    this.note.textContent = !this.ink ? words.ink.hint : signed(this.ink) || this.stroke ? "" : words.ink.short;
  }
}
