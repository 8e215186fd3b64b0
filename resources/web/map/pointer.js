// Mouse and keys on the map: point, click, select, drag, box. Leaflet keeps what is not on a stop: pan and zoom.

/* global L */

import { worldPoint } from "/map/canvas.js";
import { showTooltip } from "/map/furniture.js";
import { select, selection, stops } from "/map/world.js";

const DRAG_STARTS = 5;   // pixels

export class Pointer {
  constructor({ map, lines, marks, yard, drag, chooser, pin, post, onSelect }) {
    Object.assign(this, { map, lines, marks, yard, drag, chooser, pin, post, onSelect });
    this.press = null;    // {point, mark, adds, state: "pressed" | "dragging" | "boxing"}
    this.ownsClick = false;   // the click that ends our press must not reach the map, which would clear the selection
    this.box = document.getElementById("box");
    this.container = map.getContainer();
    this.container.addEventListener("mousedown", (event) => this._onDown(event), true);
    this.container.addEventListener("click", (event) => this.ownsClick && event.stopImmediatePropagation(), true);
    this.container.addEventListener("dblclick", (event) => this._onDouble(event), true);
    this.container.addEventListener("contextmenu", (event) => this._onContext(event), true);
    this.container.addEventListener("mouseleave", () => showTooltip("", null));
    document.addEventListener("mousemove", (event) => this._onMove(event));
    document.addEventListener("mouseup", (event) => this._onUp(event));
    document.addEventListener("mousedown", (event) => this._closeChooser(event), true);
    document.addEventListener("keydown", (event) => this._onKey(event));
    window.addEventListener("blur", () => this._letGo());
    map.on("click", (event) => this._onMapClick(event));
  }

  _markAt(point) {
    return this.marks.hit(worldPoint(this.map, [point.x, point.y]), this.map.getZoom());
  }

  _onDown(event) {
    this.ownsClick = false;
    if (event.button !== 0 || this.pin.active || event.target.closest(".leaflet-control")) return;
    const point = pointOf(event);
    const mark = this._markAt(point);
    if (!mark && !event.shiftKey) return;
    event.stopImmediatePropagation();   // else Leaflet starts to pan
    event.preventDefault();
    this.ownsClick = true;
    this.container.focus({ preventScroll: true });
    showTooltip("", null);
    this.press = { point, mark, adds: event.ctrlKey || event.metaKey || event.shiftKey, boxes: event.shiftKey, state: "pressed" };
  }

  _onMove(event) {
    const point = pointOf(event);
    const { press } = this;
    if (!press) return this._hover(event, point);
    if (press.state === "pressed" && Math.hypot(point.x - press.point.x, point.y - press.point.y) > DRAG_STARTS) {
      press.state = press.boxes ? "boxing" : "dragging";
      press.orders = press.boxes ? [] : this._ordersToDrag(press.mark);
      this.container.classList.toggle("dragging-stops", !press.boxes);
    }
    if (press.state === "dragging") this.drag.over(press.orders, point);
    if (press.state === "boxing") this._drawBox(press.point, point);
    return undefined;
  }

  _onUp(event) {
    const { press } = this;
    if (!press || event.button !== 0) return;
    const point = pointOf(event);
    this._letGo({ keepDrag: true });
    if (press.state === "dragging") this.drag.drop(press.orders, point);
    else if (press.state === "boxing") this._selectBox(press, point);
    else if (press.mark) this._click(press.mark, press.adds, point);
  }

  _letGo({ keepDrag = false } = {}) {
    this.press = null;
    this.box.hidden = true;
    this.container.classList.remove("dragging-stops");
    if (!keepDrag) this.drag.cancel();
  }

  /** A selected mark takes the whole selection along; in the order of the rounds. */
  _ordersToDrag(mark) {
    const own = mark.stack.map((stop) => stop.id);
    const all = own.some((id) => selection.orders.has(id)) ? [...selection.orders].filter((id) => stops.has(id)) : own;
    const turn = (id) => stops.get(id).number ?? Infinity;
    const round = (id) => stops.get(id).route ?? "";
    return all.sort((a, b) => round(a).localeCompare(round(b)) || turn(a) - turn(b) || a.localeCompare(b));
  }

  _click(mark, adds, point) {
    if (mark.stack.length === 1) return this._choose([mark.stop.id], adds);
    const ids = mark.stack.map((stop) => stop.id);
    const one = (stop) => ({ text: titleOf(stop), colour: stop.colour, pick: () => this._choose([stop.id], adds) });
    const all = { text: `All ${ids.length}`, pick: () => this._choose(ids, adds) };
    return this.chooser.ask("At this place", [all, ...mark.stack.map(one)], point);
  }

  /** Select these; when adding, take them out if all were in. */
  _choose(ids, adds) {
    const orders = new Set(adds ? selection.orders : []);
    const takeOut = adds && ids.every((id) => orders.has(id));
    for (const id of ids) takeOut ? orders.delete(id) : orders.add(id);
    this._select([...orders], []);
  }

  _select(orders, shifts) {
    select(orders, shifts);
    this.onSelect();
    this.post({ kind: "selection", order_ids: orders, shift_ids: shifts });
  }

  _onMapClick({ containerPoint, latlng, originalEvent }) {
    if (this.pin.active) return this.pin.place(latlng);
    if (originalEvent.detail > 1) return undefined;   // the second half of a double click, which zooms
    const [line] = this.lines.near(worldPoint(this.map, containerPoint), this.map.getZoom());
    if (line && line.distance <= 6) return this._select([], [line.shift]);
    return this._clear();
  }

  _clear() {
    if (selection.orders.size || selection.shifts.size) this._select([], []);
  }

  _onDouble(event) {
    const mark = this.pin.active ? null : this._markAt(pointOf(event));
    if (!mark) return;
    event.stopImmediatePropagation();
    if (mark.stack.length === 1) this.post({ kind: "activated", order_id: mark.stop.id });
  }

  _onContext(event) {
    event.preventDefault();
    if (this.pin.active || this.press) return;
    const point = pointOf(event);
    const mark = this._markAt(point);
    const own = mark ? mark.stack.map((stop) => stop.id) : [];
    if (mark && !own.some((id) => selection.orders.has(id))) this._select(own, []);
    const { lat, lng } = this.map.containerPointToLatLng([point.x, point.y]);
    this.post({ kind: "context", order_ids: mark ? [...selection.orders] : [], x: point.x, y: point.y, at: [lat, lng] });
  }

  _hover(event, point) {
    if (this.drag.active || this.chooser.open || !this.container.contains(event.target) || event.buttons) {
      return showTooltip("", null);
    }
    const world = worldPoint(this.map, [point.x, point.y]);
    const zoom = this.map.getZoom();
    const mark = this.marks.hit(world, zoom);
    const line = mark ? null : this.lines.near(world, zoom).find(({ distance }) => distance <= 6);
    this.container.classList.toggle("over-stop", Boolean(mark));
    this.container.classList.toggle("over-route", Boolean(line));
    const text = mark ? mark.stack.map((stop) => stop.label).join("\n\n") : this.yard.textAt(world, zoom);
    return showTooltip(text ?? "", point);
  }

  _drawBox(from, to) {
    const { left, top, right, bottom } = corners(from, to);
    Object.assign(this.box.style, {
      left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    this.box.hidden = false;
  }

  _selectBox({ point: from }, to) {
    const { left, top, right, bottom } = corners(from, to);
    const first = worldPoint(this.map, [left, top]), last = worldPoint(this.map, [right, bottom]);
    const inside = this.marks.within({ left: first.x, top: first.y, right: last.x, bottom: last.y }, this.map.getZoom());
    this._select([...new Set([...selection.orders, ...inside])], []);
  }

  _closeChooser(event) {
    if (this.chooser.open && !event.target.closest("#chooser")) this.chooser.close();
  }

  _onKey(event) {
    if (event.key !== "Escape") return;
    if (this.chooser.open) this.chooser.close();
    else if (this.press || this.drag.active) this._letGo();
    else if (this.pin.active) this.pin.cancel();
    else this._clear();
  }
}

const pointOf = (event) => L.point(event.clientX, event.clientY);

const corners = (a, b) => ({
  left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y),
});

const titleOf = (stop) => [stop.number, stop.label.split("\n")[0]].filter(Boolean).join("  ");
