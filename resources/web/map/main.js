// Puts the page together and carries out the window's messages.

/* global L, QWebChannel, qt */

import { Basemap } from "/map/basemap.js";
import { viewPoint } from "/map/canvas.js";
import { ClosuresLayer } from "/map/closures.js";
import { Drag } from "/map/drag.js";
import { DriversLayer } from "/map/drivers.js";
import { Easel } from "/map/easel.js";
import { Follow } from "/map/follow.js";
import { Chooser, showCount } from "/map/furniture.js";
import { IdleStrip } from "/map/idle.js";
import { listen } from "/map/keys.js";
import { marksAt } from "/map/marks.js";
import { Pin } from "/map/pin.js";
import { Pointer } from "/map/pointer.js";
import { Sketch } from "/map/sketch.js";
import { Tools } from "/map/tools.js";
import { VisitsLayer } from "/map/visits.js";
import * as world from "/map/world.js";
import { YardLayer } from "/map/yard.js";

const WORLD = [[-60, -170], [75, 170]];
const FRAMES_TO_SCREEN = 5;
let bridge = null;
const post = (event) => bridge.post(JSON.stringify(event));

// Between whole pixels every layer would be filtered anew in each frame of a pan: twice the time, and blurred.
const { _runFrame: runFrame } = L.PosAnimation.prototype;
L.PosAnimation.include({ _runFrame(progress) { runFrame.call(this, progress, true); } });

const map = L.map("map", {
  boxZoom: false, fadeAnimation: false, keyboard: true, minZoom: 3, maxZoom: 19, zoomControl: false, maxBoundsViscosity: 0, tapHold: false,
}).fitBounds(WORLD, { animate: false });
L.control.zoom({ position: "topright" }).addTo(map);
L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
const PANES = [
  "routes", "front-routes", "trails", "names", "closures", "target", "stops", "front-stops", "visits", "sketch", "yard", "drivers",
];
PANES.forEach((name, index) => {
  map.createPane(name).style.zIndex = 410 + index * 10;
  map.getPane(name).style.pointerEvents = "none";
});

const basemap = new Basemap(map);
const easel = new Easel(map, (text) => post({ kind: "failed", text }));
const closures = new ClosuresLayer({ pane: "closures" }).addTo(map);
const yard = new YardLayer({ pane: "yard" }).addTo(map);
const visits = new VisitsLayer({ pane: "visits" }).addTo(map);
const drivers = new DriversLayer({ pane: "drivers" }).addTo(map);
const chooser = new Chooser(() => map.getContainer().focus({ preventScroll: true }));
const idle = new IdleStrip();
const tools = new Tools(map);
const pin = new Pin(map, post);
const sketch = new Sketch(map, post);
const light = (shifts) => tell({ kind: "light", shift_ids: shifts });
const drag = new Drag({ map, idle, chooser, post, light });
const pointer = new Pointer({ map, yard, visits, drivers, closures, drag, chooser, pin, sketch, tools, post, tell });
const follow = new Follow({ map, drivers, post, isBusy: () => pointer.busy });
listen({ pointer, drag, chooser, pin, sketch, tools, follow });

/** Take in a message about the world, here and at the painter's, and draw what it changes. */
function tell(message, text = JSON.stringify(message)) {
  const layers = world.apply(message);
  easel.tell(text);
  easel.refresh(layers);
  easel.fade(world.fullRoutes() !== null);
  showCount(world.selection.orders.size);
  if (world.concernsPlan(layers)) drag.refresh();
}

function setReadOnly({ text }) {
  const ribbon = document.getElementById("ribbon");
  drag.readOnly = ribbon.textContent = text ?? "";
  ribbon.hidden = !text;
  map.getContainer().classList.toggle("read-only", Boolean(text));
  drag.cancel();
}

/** Between two whole zooms if need be: half the view empty is worse than letters a little larger. */
function fitBounds(bounds) {
  map.options.zoomSnap = 0.25;
  map.fitBounds(bounds, { animate: false, padding: [24, 24], maxZoom: 16 });
  map.options.zoomSnap = 1;
}

/** Everything shown, or the region where nothing is. */
function fitAll(fallback) {
  const places = [...world.stops.values()].map((stop) => stop.at);
  if (yard.depot) places.push(yard.depot.at);
  if (places.length) fitBounds(L.latLngBounds(places));
  else if (fallback) fitBounds(fallback);
}

function updateDrivers({ drivers: list, removed = [] }) {
  drivers.update(list, removed);
  follow.keep();
}

function setReplay({ text }) {
  const badge = document.getElementById("replay");
  badge.firstElementChild.textContent = text;
  badge.hidden = !text;
  drivers.still = Boolean(text);
}

/** Going where the window says is an end to following. */
const going = (go) => (values) => {
  follow.end();
  go(values);
};

function panTo({ order_id: id }) {
  const stop = world.stops.get(id);
  if (stop) map.setView(stop.at, Math.max(map.getZoom(), 15), { animate: false });
}

/** Report once everything is drawn. A frame that was drawn reaches the window up to three frames later (measured). */
function reportPainted(token) {
  const wait = (frames) => requestAnimationFrame(() => {
    if (!basemap.settled || !easel.settled || map._animatingZoom) wait(FRAMES_TO_SCREEN);
    else if (frames > 1) wait(frames - 1);
    else post({ kind: "painted", token });
  });
  wait(FRAMES_TO_SCREEN);
}

const HANDLERS = {
  region: ({ url, notice }) => basemap.setRegion({ url, notice }),
  flavour: ({ flavour }) => {
    basemap.setFlavour(flavour);
    easel.inks = basemap.inks;
    easel.refresh();
  },
  routes: tell,
  update_routes: tell,
  stops: tell,
  update_stops: tell,
  visible: tell,
  select: tell,
  changes: tell,
  closures: (values) => closures.set(values.closures),
  idle: ({ rounds }) => idle.set(rounds),
  read_only: setReadOnly,
  depot: ({ at, name }) => yard.setDepot(at && { at, name }),
  replay: setReplay,
  drivers: ({ drivers: list }) => drivers.set(list),
  update_drivers: updateDrivers,
  trails: tell,
  update_trails: tell,
  driven: (values, text) => {
    tell(values, text);
    visits.set(values);
  },
  follow: ({ driver_id: id }) => follow.set(id),
  position: going(({ centre, zoom }) => map.setView(centre, zoom, { animate: false })),
  fit: going(({ fallback }) => fitAll(fallback)),
  fit_bounds: going(({ bounds }) => fitBounds(bounds)),
  pan_to: going(panTo),
  pin: (values) => (values.active ? pin.ask(values) : pin.end()),
  sketch: (values) => (values.active ? sketch.ask(values) : sketch.end()),
  drag_over: ({ order_ids: orders, x, y }) => drag.over(orders, { x, y }, { outside: true }),
  drag_drop: ({ order_ids: orders, x, y }) => drag.drop(orders, { x, y }, { asks: true }),
  drag_leave: () => drag.cancel(),
  verdict: (verdict) => drag.judge(verdict),
  verdicts: (verdicts) => drag.rank(verdicts),
  painted: ({ token }) => reportPainted(token),
};

/** What the page shows, as JSON: for tests and fault reports. */
function report() {
  const text = (id) => (document.getElementById(id).hidden ? "" : document.getElementById(id).innerText);
  const { lat, lng } = map.getCenter();
  return JSON.stringify({
    centre: [lat, lng], zoom: map.getZoom(), flavour: document.body.dataset.flavour, basemap: basemap.layers.length > 0,
    stops: marksAt(map.getZoom()).map(({ stop, stack, x, y }) => {
      const point = viewPoint(map, x, y);
      return { id: stop.id, state: stop.state, stack: stack.length, x: point.x, y: point.y };
    }),
    routes: [...world.routes.keys()], depot: yard.depot?.name ?? null, drivers: drivers.report(),
    trails: [...world.trails.keys()], driven: world.scene.driven?.id ?? null, visits: visits.visits.length,
    followed: follow.id, following: text("following"), replay: text("replay"),
    selected: [...world.selection.orders], full: [...(world.fullRoutes() ?? [])],
    dragging: drag.orders, targets: drag.slots, chosen: drag.slot, pinning: pin.active, sketching: sketch.places.length,
    tool: tools.chosen, changes: [...(world.scene.changes?.shifts ?? [])], closures: closures.closures.map(({ id }) => id),
    faded: document.querySelectorAll(".faded").length > 0, count: text("count"), ribbon: text("ribbon"), idle: text("idle"),
    tooltip: text("tooltip"), ghost: text("ghost"), message: text("message"), notice: text("region-notice"),
    chooser: [...document.querySelectorAll("#chooser:not([hidden]) button")].map((button) => button.innerText),
  });
}

window.roundhouse = { map, drivers, report };
window.addEventListener("error", ({ message, filename, lineno }) => {
  if (bridge) post({ kind: "failed", text: `${message} (${filename}:${lineno})` });
});
window.addEventListener("unhandledrejection", ({ reason }) => {
  if (bridge) post({ kind: "failed", text: String(reason?.stack ?? reason) });
});
window.addEventListener("focus", () => {
  if (!chooser.open) map.getContainer().focus({ preventScroll: true });
});

new QWebChannel(qt.webChannelTransport, (channel) => {
  bridge = channel.objects.bridge;
  bridge.message.connect((text) => {
    const message = JSON.parse(text);
    HANDLERS[message.kind](message, text);
  });
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    post({ kind: "moved", centre: [lat, lng], zoom: map.getZoom() });
  });
  post({ kind: "ready" });
});
