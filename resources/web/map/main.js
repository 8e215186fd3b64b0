// Puts the page together and carries out the window's messages.

/* global L, QWebChannel, qt */

import { Basemap } from "/map/basemap.js";
import { viewPoint } from "/map/canvas.js";
import { Drag } from "/map/drag.js";
import { Chooser } from "/map/furniture.js";
import { Pin } from "/map/pin.js";
import { Pointer } from "/map/pointer.js";
import { RoutesLayer } from "/map/routes.js";
import { StopsLayer } from "/map/stops.js";
import * as world from "/map/world.js";
import { YardLayer } from "/map/yard.js";

const WORLD = [[-60, -170], [75, 170]];
const FRAMES_TO_SCREEN = 5;
let bridge = null;
const post = (event) => bridge.post(JSON.stringify(event));

const map = L.map("map", {
  boxZoom: false, fadeAnimation: false, keyboard: true, minZoom: 3, maxZoom: 19, zoomControl: false, maxBoundsViscosity: 0, tapHold: false,
}).fitBounds(WORLD, { animate: false });
L.control.zoom({ position: "topright" }).addTo(map);
L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
["routes", "names", "target", "stops", "yard"].forEach((name, index) => {
  map.createPane(name).style.zIndex = 410 + index * 10;
  map.getPane(name).style.pointerEvents = "none";
});

const basemap = new Basemap(map);
const lines = new RoutesLayer({ pane: "routes", casing: basemap.casing }).addTo(map);
const marks = new StopsLayer({ pane: "stops" }).addTo(map);
const yard = new YardLayer({ pane: "yard" }).addTo(map);
const chooser = new Chooser(() => map.getContainer().focus({ preventScroll: true }));
const pin = new Pin(map, post);
const drag = new Drag({ map, lines, marks, chooser, post });
const pointer = new Pointer({ map, lines, marks, yard, drag, chooser, pin, post, onSelect: redrawSelection });

function redrawSelection() {
  marks.rearrange();
  lines.refresh();
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

function panTo({ order_id: id }) {
  const stop = world.stops.get(id);
  if (stop) map.setView(stop.at, Math.max(map.getZoom(), 15), { animate: false });
}

/** Report once everything is drawn. A frame that was drawn reaches the window up to three frames later (measured). */
function reportPainted(token) {
  const wait = (frames) => requestAnimationFrame(() => {
    if (!basemap.settled || map._animatingZoom) wait(FRAMES_TO_SCREEN);
    else if (frames > 1) wait(frames - 1);
    else post({ kind: "painted", token });
  });
  wait(FRAMES_TO_SCREEN);
}

const HANDLERS = {
  region: ({ url, notice }) => basemap.setRegion({ url, notice }),
  flavour: ({ flavour }) => {
    basemap.setFlavour(flavour);
    lines.options.casing = basemap.casing;
    lines.refresh();
  },
  routes: ({ routes }) => { world.setRoutes(routes); lines.refresh(); },
  update_routes: ({ routes, removed }) => { world.updateRoutes(routes, removed); lines.refresh(); },
  stops: ({ stops }) => { world.setStops(stops); redrawSelection(); },
  update_stops: ({ stops, removed }) => { world.updateStops(stops, removed); redrawSelection(); },
  depot: ({ at, name }) => yard.setDepot(at && { at, name }),
  drivers: ({ drivers }) => yard.setDrivers(drivers),
  select: ({ order_ids: orders, shift_ids: shifts }) => { world.select(orders, shifts); redrawSelection(); },
  position: ({ centre, zoom }) => map.setView(centre, zoom, { animate: false }),
  fit: ({ fallback }) => fitAll(fallback),
  fit_bounds: ({ bounds }) => fitBounds(bounds),
  pan_to: panTo,
  pin: (values) => (values.active ? pin.ask(values) : pin.end()),
  drag_over: ({ order_ids: orders, x, y }) => drag.over(orders, { x, y }),
  drag_drop: ({ order_ids: orders, x, y }) => drag.drop(orders, { x, y }),
  drag_leave: () => drag.cancel(),
  verdict: (verdict) => drag.judge(verdict),
  painted: ({ token }) => reportPainted(token),
};

/** What the page shows, as JSON: for tests and fault reports. */
function report() {
  const text = (id) => (document.getElementById(id).hidden ? "" : document.getElementById(id).innerText);
  const { lat, lng } = map.getCenter();
  return JSON.stringify({
    centre: [lat, lng], zoom: map.getZoom(), flavour: document.body.dataset.flavour, basemap: basemap.layers.length > 0,
    stops: marks.marks().map(({ stop, stack, x, y }) => {
      const point = viewPoint(map, x, y);
      return { id: stop.id, state: stop.state, stack: stack.length, x: point.x, y: point.y };
    }),
    routes: [...world.routes.keys()], depot: yard.depot?.name ?? null, drivers: yard.drivers.map((driver) => driver.id),
    selected: [...world.selection.orders], full: [...(world.fullRoutes() ?? [])],
    dragging: drag.orders, targets: drag.slots, pinning: pin.active,
    tooltip: text("tooltip"), ghost: text("ghost"), message: text("message"), notice: text("region-notice"),
    chooser: [...document.querySelectorAll("#chooser:not([hidden]) button")].map((button) => button.innerText),
  });
}

window.roundhouse = { map, report };
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
    HANDLERS[message.kind](message);
  });
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    post({ kind: "moved", centre: [lat, lng], zoom: map.getZoom() });
  });
  post({ kind: "ready" });
});
