// The mouse on the map: point, click, select, drag, draw an area. Leaflet keeps what is not on a stop: pan and zoom.

/* global L */

import { Area } from "/map/area.js";
import { viewPoint, worldPoint } from "/map/canvas.js";
import { showTooltip } from "/map/furniture.js";
import { hit, within } from "/map/marks.js";
import { near } from "/map/routes.js";
import { selection, stops } from "/map/world.js";

const DRAG_STARTS = 5;   // pixels
const ON_LINE = 6;       // pixels

export class Pointer {
  constructor({ map, yard, visits, drivers, closures, drag, chooser, pin, sketch, tools, post, tell }) {
    Object.assign(this, { map, yard, visits, drivers, closures, drag, chooser, pin, sketch, tools, post, tell });
    this.press = null;    // {point, mark, adds, area, state: "pressed" | "dragging" | "drawing"}
    this.ownsClick = false;   // the click that ends our press must not reach the map, which would clear the selection
    this.area = new Area();
    this.container = map.getContainer();
    this.container.addEventListener("mousedown", (event) => this._onDown(event), true);
    this.container.addEventListener("click", (event) => this.ownsClick && event.stopImmediatePropagation(), true);
    this.container.addEventListener("dblclick", (event) => this._onDouble(event), true);
    this.container.addEventListener("contextmenu", (event) => this._onContext(event), true);
    this.container.addEventListener("mouseleave", () => showTooltip("", null));
    document.addEventListener("pointermove", (event) => this._onMove(event));
    document.addEventListener("mouseup", (event) => this._onUp(event));
    document.addEventListener("mousedown", (event) => this._closeChooser(event), true);
    document.addEventListener("wheel", (event) => this._onWheel(event), { capture: true, passive: false });
    window.addEventListener("blur", () => this.letGo());
    map.on("click", (event) => this._onMapClick(event));
  }

  /** Whether a person is showing a place: stops are not to be touched meanwhile. */
  get asking() {
    return this.pin.active || this.sketch.active;
  }

  get busy() {
    return Boolean(this.press) || this.drag.active;
  }

  letGo({ keepDrag = false } = {}) {
    const carried = this.press?.state === "dragging";
    this.press = null;
    this.area.cancel();
    this.container.classList.remove("dragging-stops");
    if (!keepDrag) this.drag.cancel();
    if (!keepDrag && carried) this.post({ kind: "drag_ended" });
  }

  select(orders, shifts) {
    this.tell({ kind: "select", order_ids: orders, shift_ids: shifts });
    this.post({ kind: "selection", order_ids: orders, shift_ids: shifts });
  }

  clear() {
    if (selection.orders.size || selection.shifts.size) this.select([], []);
  }

  /** Drivers lie over stops. */
  _driversAt(point) {
    return this.drivers.at(worldPoint(this.map, [point.x, point.y]), this.map.getZoom());
  }

  _markAt(point) {
    if (this._driversAt(point).length) return null;
    return hit(worldPoint(this.map, [point.x, point.y]), this.map.getZoom());
  }

  _onDown(event) {
    this.ownsClick = false;
    if (event.button !== 0 || this.asking || event.target.closest(".leaflet-control")) return;
    const point = pointOf(event);
    const mark = this._markAt(point);
    const area = this.tools.chosen ?? (event.altKey ? "lasso" : event.shiftKey ? "box" : null);
    if (!mark && !area) return;
    event.stopImmediatePropagation();   // else Leaflet starts to pan
    event.preventDefault();
    this.ownsClick = true;
    this.container.focus({ preventScroll: true });
    showTooltip("", null);
    this.press = { point, mark, area, adds: event.ctrlKey || event.metaKey || event.shiftKey, state: "pressed" };
  }

  _onMove(event) {
    const point = pointOf(event);
    const { press } = this;
    if (!press) return this._hover(event, point);
    if (press.state === "pressed" && point.distanceTo(press.point) > DRAG_STARTS) this._begin(press);
    if (press.state === "dragging") this.drag.over(press.orders, point, { outside: false });
    if (press.state === "drawing") for (const each of event.getCoalescedEvents()) this.area.follow(pointOf(each));
    return undefined;
  }

  _begin(press) {
    press.state = press.area ? "drawing" : "dragging";
    if (press.area) this.area.begin(press.area, press.point);
    else press.orders = this._ordersToDrag(press.mark);
    this.container.classList.toggle("dragging-stops", !press.area);
  }

  _onUp(event) {
    const { press } = this;
    if (!press || event.button !== 0) return;
    const point = pointOf(event);
    const contains = press.state === "drawing" ? this.area.end(point) : null;
    this.letGo({ keepDrag: true });
    if (press.state === "dragging") {
      this.drag.drop(press.orders, point);
      this.post({ kind: "drag_ended" });
    } else if (contains) this._selectWithin(contains, press.adds);
    else if (press.mark) this._click(press.mark, press.adds, point);
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
    this.select([...orders], []);
  }

  _selectWithin(contains, adds) {
    this.tools.choose(null);
    const inside = within(({ x, y }) => contains(viewPoint(this.map, x, y)), this.map.getZoom());
    this.select([...new Set([...(adds ? selection.orders : []), ...inside])], []);
  }

  _onMapClick({ containerPoint, latlng, originalEvent }) {
    if (this.pin.active) return this.pin.place(latlng);
    if (originalEvent.detail > 1) return undefined;   // the second half of a double click, which zooms
    if (this.sketch.active) return this.sketch.add(latlng);
    const drivers = this._driversAt(containerPoint);
    if (drivers.length) return this._clickDrivers(drivers, containerPoint);
    const at = worldPoint(this.map, containerPoint), zoom = this.map.getZoom();
    const closure = this.closures.at(at, zoom);
    if (closure) return this.post({ kind: "closure", closure_id: closure.id });
    const [line] = near(at, zoom);
    if (line && line.distance <= ON_LINE) return this.select([], [line.shift]);
    return this.clear();
  }

  _clickDrivers(drivers, point) {
    const pick = ({ id }) => this.post({ kind: "driver", driver_id: id });
    if (drivers.length === 1) return pick(drivers[0]);
    const entries = drivers.map((driver) => ({ text: nameOf(driver), colour: driver.colour, pick: () => pick(driver) }));
    return this.chooser.ask("Drivers at this place", entries, point);
  }

  _onDouble(event) {
    const mark = this.asking ? null : this._markAt(pointOf(event));
    if (!mark && !this.sketch.active) return;
    event.stopImmediatePropagation();   // else Leaflet zooms
    if (this.sketch.active) this.sketch.finish();
    else if (mark.stack.length === 1) this.post({ kind: "activated", order_id: mark.stop.id });
  }

  _onContext(event) {
    event.preventDefault();
    if (this.asking || this.press) return;
    const point = pointOf(event);
    const mark = this._markAt(point);
    const own = mark ? mark.stack.map((stop) => stop.id) : [];
    if (mark && !own.some((id) => selection.orders.has(id))) this.select(own, []);
    const closure = mark ? null : this.closures.at(worldPoint(this.map, [point.x, point.y]), this.map.getZoom());
    const { lat, lng } = this.map.containerPointToLatLng([point.x, point.y]);
    const orders = mark ? [...selection.orders] : [];
    this.post({
      kind: "context", order_ids: orders, closure_id: closure?.id ?? null, x: point.x, y: point.y, at: [lat, lng] });
  }

  _hover(event, point) {
    if (this.drag.active || this.chooser.open || !this.container.contains(event.target) || event.buttons) {
      return showTooltip("", null);
    }
    const world = worldPoint(this.map, [point.x, point.y]);
    const zoom = this.map.getZoom();
    const drivers = this.drivers.at(world, zoom);
    const mark = drivers.length ? null : hit(world, zoom);
    const closure = mark || drivers.length ? null : this.closures.at(world, zoom);
    const line = mark || closure ? null : near(world, zoom).find(({ distance }) => distance <= ON_LINE);
    this.container.classList.toggle("over-stop", Boolean(mark ?? drivers[0]));
    this.container.classList.toggle("over-route", Boolean(line ?? closure));
    if (drivers.length) return showTooltip(drivers.map(({ label, number }) => label || `Driver ${number}`).join("\n\n"), point);
    const visit = this.visits.textAt(world, zoom);
    if (visit) return showTooltip(visit, point);
    if (mark) return showTooltip(mark.stack.map((stop) => stop.label).join("\n\n"), point);
    return showTooltip(closure ? `Closed: ${closure.name}` : this.yard.textAt(world, zoom) ?? "", point);
  }

  /** While rounds that share a street are under a drag, the wheel chooses among them instead of zooming. */
  _onWheel(event) {
    if (!this.drag.active || event.target.closest("#idle")) return;
    event.preventDefault();
    event.stopPropagation();
    this.drag.turn(Math.sign(event.deltaY));
  }

  _closeChooser(event) {
    if (this.chooser.open && !event.target.closest("#chooser")) this.chooser.close();
  }
}

const pointOf = (event) => L.point(event.clientX, event.clientY);

const nameOf = ({ label, number }) => label.split("\n")[0] || `Driver ${number}`;

const titleOf = (stop) => [stop.number, stop.label.split("\n")[0]].filter(Boolean).join("  ");
