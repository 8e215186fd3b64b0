// Orders under the pointer, whether they come from a mark on the map or from another part of the window:
// what would they be dropped on, and what happens when they are.

import { CanvasLayer, worldPoint } from "/map/canvas.js";
import { showMessage } from "/map/furniture.js";
import { worldSize } from "/map/geometry.js";
import { Ghost } from "/map/ghost.js";
import { hit } from "/map/marks.js";
import { near } from "/map/routes.js";
import { alreadyThere, isVisible, routes, sequenceOf, slotAt, stops } from "/map/world.js";

const EDGE = 40;          // pixels from the map's edge within which it moves on
const GLIDE = 120;        // pixels in GLIDE_S
const GLIDE_S = 0.25;
const GLIDE_AFTER_MS = 300;   // a hand that only comes in over the edge leaves the map where it is
const NOWHERE = "Beside every round: a drop here moves nothing";

const TargetLayer = CanvasLayer.extend({
  draw(context, frame) {
    const { slot, pointer, active } = this.options.drag;
    this.getElement().hidden = !active;   // an empty canvas costs as much as a full one while the map is panned
    if (!slot || !pointer) return;
    const size = worldSize(frame.zoom);
    const { left, top } = frame.box;
    context.beginPath();   // how the round would run: from the stop before, through the pointer, to the stop after
    for (const id of [slot.after, slot.before]) {
      const stop = stops.get(id);
      if (!stop) continue;
      context.moveTo(pointer.x - left, pointer.y - top);
      context.lineTo(stop.x * size - left, stop.y * size - top);
    }
    for (const [colour, width] of [["#ffffff", 5], ["#14171d", 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(width === 2 ? [6, 5] : []);
      context.stroke();
    }
    context.setLineDash([]);
  },
});

export class Drag {
  constructor({ map, idle, chooser, post, light }) {
    Object.assign(this, { map, idle, chooser, post, light });
    this.orders = [];
    this.slots = [];
    this.chosen = 0;
    this.pointer = null;   // in pixels of the world
    this.point = null;     // in pixels of the view
    this.readOnly = "";    // why nothing can be moved
    this.ranking = [];     // verdicts on drivers; they may come before the orders do
    this.edgedSince = null;   // since when the pointer is near the edge
    this.ghost = new Ghost();
    this.layer = new TargetLayer({ pane: "target", padding: 0, drag: this }).addTo(map);
    map.on("moveend", () => this._onMoved());
  }

  get active() {
    return this.orders.length > 0;
  }

  /** Where a drop would go now, or null. */
  get slot() {
    return this.slots[this.chosen] ?? null;
  }

  /** Orders are over this point of the view. */
  over(orders, point, { outside = this.ghost.outside } = {}) {
    if (orders.join() !== this.orders.join()) this._forget();
    if (!this.active) this._rank();
    this.ghost.outside = outside;
    this.orders = orders;
    this.point = point;
    this.idle.show(!this.readOnly);
    this._aim();
    this._glide();
  }

  /** Take another of the rounds that share the street. */
  choose(index) {
    if (!this.active || index === this.chosen || !this.slots[index]) return;
    this.chosen = index;
    this._announce();
    this._show();
  }

  /** The next of the rounds that share the street, or the one before. */
  turn(step) {
    if (this.slots.length > 1) this.choose((this.chosen + step + this.slots.length) % this.slots.length);
  }

  /** What is on the map has changed under the drag. */
  refresh() {
    if (!this.active) return;
    this.announced = false;
    this._aim();
  }

  judge(verdict) {
    if (this.active) this.ghost.judge(verdict);
  }

  rank({ verdicts }) {
    this.ranking = verdicts;
    if (this.active) this._rank();
  }

  _rank() {
    this.ghost.rank(this.ranking.map(({ shift_id: shift, ...verdict }) => {
      const { text: name, colour } = this._roundOf(shift);
      return { ...verdict, name, colour };
    }));
  }

  /** `asks`: the hand had no way to choose among several rounds before it let go, so ask now. */
  drop(orders, point, { asks = false } = {}) {
    this.over(orders, point);
    const { slots, slot } = this;
    const at = this._placeAt(point);
    this._forget();
    if (this.readOnly) showMessage(this.readOnly);
    else if (asks && slots.length > 1) this._ask(orders, slots, at, point);
    else if (slot) this._post(orders, slot, at);
    else showMessage("Dropped beside every round: nothing was moved.");
  }

  cancel() {
    if (this.active) this._forget();
  }

  /** Where orders dropped here would go, as slots; several when lines share the street. A stop comes before a line. */
  find(orders, point) {
    if (this.readOnly) return [];
    const moving = new Set(orders);
    const idle = this.idle.at(point);
    if (idle !== undefined) return idle === null ? [] : [slotAt(idle, sequenceOf(idle).length, moving)];
    const at = worldPoint(this.map, [point.x, point.y]);
    const zoom = this.map.getZoom();
    const mark = hit(at, zoom, (stop) => stop.route !== null && isVisible(stop) && !moving.has(stop.id));
    if (mark) return slotsAfter(mark.stack, moving);
    return near(at, zoom).map(({ shift, leg }) => slotAt(shift, leg, moving));
  }

  _aim() {
    const [before, chosenBefore] = [slotsKey(this.slots), this.slot?.shift_id];
    this.pointer = worldPoint(this.map, [this.point.x, this.point.y]);
    this.slots = this.find(this.orders, this.point);
    const key = slotsKey(this.slots);
    if (key !== before) this.chosen = Math.max(0, this.slots.findIndex((slot) => slot.shift_id === chosenBefore));
    if (key !== before || !this.announced) this._announce();
    this._show();
  }

  _announce() {
    this.announced = true;
    this.ghost.judge({ text: "", tone: "plain" });
    this.light(this.slot ? [this.slot.shift_id] : null);
    this.idle.light(this.slot?.shift_id);
    this.post({ kind: "hovered", order_ids: this.orders, slot: this.slot, at: this._placeAt(this.point) });
  }

  _show() {
    const first = stops.get(this.orders[0]);
    const what = this.orders.length > 1 || !first ? count(this.orders) : first.label.split("\n")[0] || count(this.orders);
    const choices = this.slots.map((slot) => this._describe(slot));
    this.ghost.show({ what, choices, chosen: this.chosen, refusal: this.readOnly || NOWHERE, point: this.point });
    this.layer.refresh();
  }

  /** Near its edge the map moves on, as long as the drag hangs there. */
  _glide() {
    if (!this.active || this.map._panAnim?._inProgress) return;
    const size = this.map.getSize();
    const past = (at, end) => (at < EDGE ? -GLIDE : at > end - EDGE ? GLIDE : 0);
    const overStrip = this.idle.at(this.point) !== undefined;
    const way = overStrip ? [0, 0] : [past(this.point.x, size.x), past(this.point.y, size.y)];
    if (overStrip) this.idle.scrollNear(this.point);
    if (!way[0] && !way[1]) {
      this.edgedSince = null;
      return;
    }
    this.edgedSince ??= performance.now();
    const early = GLIDE_AFTER_MS - (performance.now() - this.edgedSince);
    if (early > 0) setTimeout(() => this._glide(), early + 1);
    else this.map.panBy(way, { animate: true, duration: GLIDE_S, easeLinearity: 1 });
  }

  _onMoved() {
    if (!this.active) return;
    this._aim();
    requestAnimationFrame(() => this._glide());   // when the pan that has just ended is over for Leaflet too
  }

  _ask(orders, slots, at, point) {
    const entries = slots.map((slot) => ({ ...this._describe(slot), pick: () => this._post(orders, slot, at) }));
    this.chooser.ask(`Give ${count(orders)} to`, entries, point);
  }

  _post(orders, slot, at) {
    if (alreadyThere(slot, new Set(orders))) {
      showMessage("It is there already. Nothing was moved.");
    } else {
      this.post({ kind: "dropped", order_ids: orders, slot, at });
    }
  }

  _roundOf(shift) {
    const round = routes.get(shift) ?? this.idle.rounds.get(shift);
    return { text: round ? `${round.number} ${round.name}` : "round", colour: round?.colour };
  }

  _describe(slot) {
    const numberOf = (id) => stops.get(id)?.number;
    const detail = slot.after === null
      ? (slot.before === null ? "only stop" : "first stop")
      : (slot.before === null ? "last stop" : `between ${numberOf(slot.after)} and ${numberOf(slot.before)}`);
    return { ...this._roundOf(slot.shift_id), detail };
  }

  _placeAt(point) {
    const { lat, lng } = this.map.containerPointToLatLng([point.x, point.y]);
    return [lat, lng];
  }

  _forget() {
    const wasActive = this.active;
    this.orders = [];
    this.slots = [];
    this.chosen = 0;
    this.pointer = this.point = null;
    this.announced = false;
    this.edgedSince = null;
    this.ghost.hide();
    this.idle.show(false);
    if (wasActive) this.light(null);
    this.layer.refresh();
  }
}

const slotsKey = (slots) => JSON.stringify(slots);

const count = (orders) => (orders.length === 1 ? "1 stop" : `${orders.length} stops`);

/** Behind the stops of a mark: one slot per round that stops there, after its last one. */
function slotsAfter(stack, moving) {
  const last = new Map();
  for (const stop of stack) {
    if (stop.route === null || moving.has(stop.id)) continue;
    if (!last.has(stop.route) || last.get(stop.route).number < stop.number) last.set(stop.route, stop);
  }
  return [...last.values()].map((stop) => slotAt(stop.route, sequenceOf(stop.route).indexOf(stop.id) + 1, moving));
}
