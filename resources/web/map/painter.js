// The painter's thread: draws routes and stops and hands the pictures to the page, which only shows them. Drawing 60
// routes takes a tenth of a second without a graphics card; done here, the page goes on panning meanwhile.

import { drawFrontRoutes, drawRoutes } from "/map/lines.js";
import { drawFrontStops, drawStops } from "/map/stops.js";
import { drawTrails } from "/map/trails.js";
import * as world from "/map/world.js";

const SLICE_MS = 12;
const LAYERS = {   // in order of precedence: what a hand waits for comes first
  "front-stops": drawFrontStops, "front-routes": drawFrontRoutes, trails: drawTrails, stops: drawStops,
  routes: drawRoutes,
};
const canvases = new Map();
const jobs = new Map();   // layer → {request, steps}; a newer request takes an older one's place
const turn = new MessageChannel();
let working = false;

self.addEventListener("message", ({ data }) => {
  if (typeof data === "string") {
    world.apply(JSON.parse(data));
    return;
  }
  jobs.set(data.layer, { request: data, steps: null });
  if (!working) turn.port2.postMessage(null);
  working = true;
});

/** A slice of work; between two of them, messages are heard. */
turn.port1.onmessage = () => {
  const until = performance.now() + SLICE_MS;
  try {
    do step(); while (working && performance.now() < until);
  } finally {   // a fault in one picture must not keep the others from being drawn
    if (working) turn.port2.postMessage(null);
  }
};

function step() {
  const layer = Object.keys(LAYERS).find((name) => jobs.has(name));
  working = Boolean(layer);
  if (!layer) return;
  const job = jobs.get(layer);
  jobs.delete(layer);
  job.steps ??= draw(job.request);
  const { done, value: drawn } = job.steps.next();
  if (done) deliver(job.request, drawn);
  else jobs.set(layer, job);
}

/** Draws step by step; at its end, whether there was anything to draw. */
function* draw({ layer, frame }) {
  const { left, top, right, bottom } = frame.box;
  const pixels = (length) => Math.max(1, Math.round(length * frame.ratio));   // a view that is not laid out yet has none
  const canvas = canvasOf(layer, pixels(right - left), pixels(bottom - top));
  const context = canvas.getContext("2d");
  context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  context.clearRect(0, 0, right - left, bottom - top);
  return yield* LAYERS[layer](context, frame);
}

function deliver({ layer, serial }, drawn) {
  const picture = drawn ? canvases.get(layer).transferToImageBitmap() : null;
  if (!drawn) canvases.delete(layer);   // an empty canvas is memory for nothing
  self.postMessage({ layer, serial, picture }, picture ? [picture] : []);
}

function canvasOf(layer, width, height) {
  let canvas = canvases.get(layer);
  if (canvas?.width !== width || canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height);
    canvases.set(layer, canvas);
  }
  return canvas;
}
