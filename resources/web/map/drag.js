// Orders under the pointer, whether they come from a mark on the map or from another part of the window:
// what would they be dropped on, and what does the ghost say.

import { CanvasLayer, worldPoint } from "/map/canvas.js";
import { placeBeside, showMessage } from "/map/furniture.js";
import { worldSize } from "/map/geometry.js";
import { alreadyThere, routes, sequenceOf, slotAt, stops } from "/map/world.js";

const TargetLayer = CanvasLayer.extend({
  draw(context, frame) {
    const { slots, pointer, lines, active } = this.options.drag;
    this.getElement().hidden = !active;   // an empty canvas costs as much as a full one while the map is panned
    for (const slot of slots) lines.outline(context, slot.shift_id, frame);
    if (slots.length !== 1 || !pointer) return;
    const size = worldSize(frame.zoom);
    const { left, top } = frame.box;
    context.beginPath();   // how the round would run: from the stop before, through the pointer, to the stop after
    for (const id of [slots[0].after, slots[0].before]) {
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
  constructor({ map, lines, marks, chooser, post }) {
    Object.assign(this, { map, lines, marks, chooser, post });
    this.orders = [];
    this.slots = [];
    this.pointer = null;
    this.ghost = document.getElementById("ghost");
    this.layer = new TargetLayer({ pane: "target", padding: 0, drag: this }).addTo(map);
  }

  get active() {
    return this.orders.length > 0;
  }

  /** Orders are over this point of the view. */
  over(orders, point) {
    if (orders.join() !== this.orders.join()) this._forget();
    this.orders = orders;
    this.pointer = worldPoint(this.map, [point.x, point.y]);
    const key = slotsKey(this.slots);
    this.slots = this.find(orders, point);
    if (slotsKey(this.slots) !== key || !this.announced) this._announce(point);
    this._showGhost(point);
    this.layer.refresh();
  }

  /** The window's verdict on the target that was announced last. */
  judge({ text, tone }) {
    const line = this.ghost.querySelector(".verdict");
    line.textContent = text;
    line.dataset.tone = tone;
  }

  drop(orders, point) {
    this.over(orders, point);
    const slots = this.slots;
    const at = this._placeAt(point);
    this._forget();
    if (slots.length > 1) {
      this._choose(orders, slots, at, point);
    } else if (slots.length === 1) {
      this._post(orders, slots[0], at);
    } else {
      showMessage("No round here. Nothing was moved.");
    }
  }

  cancel() {
    if (this.active) this._forget();
  }

  /** Where orders dropped here would go, as slots; several when lines share the street. A stop comes before a line. */
  find(orders, point) {
    const moving = new Set(orders);
    const at = worldPoint(this.map, [point.x, point.y]);
    const zoom = this.map.getZoom();
    const mark = this.marks.hit(at, zoom, (stop) => stop.route !== null && !moving.has(stop.id));
    if (mark) return slotsAfter(mark.stack, moving);
    return this.lines.near(at, zoom).map(({ shift, leg }) => slotAt(shift, leg, moving));
  }

  _choose(orders, slots, at, point) {
    const entries = slots.map((slot) => {
      const { text, detail } = describe(slot);
      return { text, detail, colour: routes.get(slot.shift_id)?.colour, pick: () => this._post(orders, slot, at) };
    });
    this.chooser.ask(`Give ${count(orders)} to`, entries, point);
  }

  _post(orders, slot, at) {
    if (alreadyThere(slot, new Set(orders))) {
      showMessage("It is there already. Nothing was moved.");
    } else {
      this.post({ kind: "dropped", order_ids: orders, slot, at });
    }
  }

  _announce(point) {
    this.announced = true;
    this.judge({ text: "", tone: "plain" });
    const slot = this.slots.length === 1 ? this.slots[0] : null;
    this.post({ kind: "hovered", order_ids: this.orders, slot, at: this._placeAt(point) });
  }

  _showGhost(point) {
    const first = stops.get(this.orders[0]);
    const what = this.orders.length > 1 || !first ? count(this.orders) : first.label.split("\n")[0] || count(this.orders);
    const described = this.slots.map(describe);
    const where = described.length === 1 ? `→ ${described[0].text}, ${described[0].detail}`
      : described.map(({ text }) => text).join(" or ");
    this.ghost.querySelector(".what").textContent = what;
    this.ghost.querySelector(".where").textContent = where;
    this.ghost.hidden = false;
    placeBeside(this.ghost, point);
  }

  _placeAt(point) {
    const { lat, lng } = this.map.containerPointToLatLng([point.x, point.y]);
    return [lat, lng];
  }

  _forget() {
    this.orders = [];
    this.slots = [];
    this.pointer = null;
    this.announced = false;
    this.ghost.hidden = true;
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

function describe(slot) {
  const route = routes.get(slot.shift_id);
  const numberOf = (id) => stops.get(id).number;
  const detail = slot.after === null
    ? (slot.before === null ? "only stop" : "first stop")
    : (slot.before === null ? "last stop" : `between ${numberOf(slot.after)} and ${numberOf(slot.before)}`);
  return { text: route ? `${route.number} ${route.name}` : "round", detail };
}
