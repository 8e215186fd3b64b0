// The page's side of the painter: layers that show the pictures it sends, each a little larger than the view.

/* global L */

import { placeCanvas } from "/map/canvas.js";

const NAMES = ["routes", "front-routes", "trails", "stops", "front-stops"];

/** The painter and the layers that show its work. */
export class Easel {
  constructor(map, onFault) {
    this.worker = new Worker("/map/painter.js", { type: "module", name: "painter" });
    this.worker.addEventListener("error", (event) => onFault(`${event.message} (${event.filename}:${event.lineno})`));
    this.worker.addEventListener("message", ({ data }) => this.layers[data.layer].show(data));
    this.inks = { casing: "#ffffff", ink: "#14171d" };
    this.layers = Object.fromEntries(NAMES.map((name) => [name, new PictureLayer({ pane: name, easel: this }).addTo(map)]));
  }

  /** Whether every picture asked for is on the screen. */
  get settled() {
    return NAMES.every((name) => this.layers[name].isSettled());
  }

  /** Tell the painter what the page was told: a message as text, which is read there as fast as it would be copied. */
  tell(text) {
    this.worker.postMessage(text);
  }

  refresh(names = NAMES) {
    for (const name of names) this.layers[name].refresh();
  }

  /** Fade what does not stand out, without drawing it anew. */
  fade(faded) {
    for (const name of ["routes", "stops"]) this.layers[name].getElement().classList.toggle("faded", faded);
  }
}

const PictureLayer = L.Renderer.extend({
  options: { padding: 0.25 },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.hidden = true;   // an empty canvas costs as much as a full one while the map is panned
    this._context = this._container.getContext("bitmaprenderer");
    this._serial = this._shownSerial = 0;
    this._wanted = this._shown = null;   // frames: asked for last, on the screen
  },

  _destroyContainer() {
    this._container.remove();
  },

  /** A method: Leaflet's classes copy a getter's value of the moment. */
  isSettled() {
    return !this._request && this._shownSerial === this._serial;
  },

  getElement() {
    return this._container;
  },

  /** Have it drawn anew with the next frame, for what the map shows then. */
  refresh() {
    this._request ??= requestAnimationFrame(() => {
      this._request = null;
      if (!this._map._animatingZoom) this._ask();   // else zoomend will
    });
  },

  _update() {
    if (this._map._animatingZoom && this._wanted) return;
    if (!this._covers()) this._ask();
  },

  _updatePaths() {},

  /** Whether what was asked for last covers the view: after a short pan there is nothing to do. */
  _covers() {
    const { _map: map, _wanted: wanted } = this;
    if (!wanted || wanted.zoom !== map.getZoom() || !map.getSize().equals(wanted.size)) return false;
    if (wanted.ratio !== window.devicePixelRatio) return false;
    const { min, max } = map.getPixelBounds();
    const { left, top, right, bottom } = wanted.box;
    return left <= min.x && top <= min.y && right >= max.x && bottom >= max.y;
  },

  _reset() {
    this._update();
    this._onZoom();
  },

  _ask() {
    const map = this._map, size = map.getSize();
    const margin = size.multiplyBy(this.options.padding).round();
    const { min } = map.getPixelBounds();
    const [left, top] = [Math.round(min.x) - margin.x, Math.round(min.y) - margin.y];
    const box = { left, top, right: left + size.x + 2 * margin.x, bottom: top + size.y + 2 * margin.y };
    this._serial += 1;
    this._wanted = { box, size, zoom: map.getZoom(), ratio: window.devicePixelRatio };
    const frame = { box, zoom: this._wanted.zoom, ratio: this._wanted.ratio, ...this.options.easel.inks };
    this.options.easel.worker.postMessage({ layer: this.options.pane, serial: this._serial, frame });
  },

  /** Put the picture up where it belongs, unless a newer one is on its way. */
  show({ serial, picture }) {
    if (serial !== this._serial) {
      picture?.close();
      return;
    }
    this._shownSerial = serial;
    this._container.hidden = !picture;
    if (!picture) return;
    const { box } = this._shown = this._wanted;
    this._container.width = picture.width;
    this._container.height = picture.height;
    Object.assign(this._container.style, { width: `${box.right - box.left}px`, height: `${box.bottom - box.top}px` });
    this._context.transferFromImageBitmap(picture);
    this._onZoom();
  },

  _updateTransform(centre, zoom) {
    if (this._shown) placeCanvas(this._map, this._container, this._shown, centre, zoom);
  },
});
