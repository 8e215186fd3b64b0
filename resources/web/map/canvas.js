// A layer that is one canvas, somewhat larger than the view: Leaflet moves and scales it, we redraw when it rests.

/* global L */

export const CanvasLayer = L.Renderer.extend({
  options: { padding: 0.25 },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
    delete this._context;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    if (this._covers()) return;
    L.Renderer.prototype._update.call(this);
    const origin = this._map.getPixelOrigin();
    const size = this._bounds.getSize();
    const ratio = window.devicePixelRatio;
    this._frame = {
      zoom: this._zoom,
      size: this._map.getSize(),
      origin,
      box: {
        left: this._bounds.min.x + origin.x, top: this._bounds.min.y + origin.y,
        right: this._bounds.max.x + origin.x, bottom: this._bounds.max.y + origin.y,
      },
    };
    L.DomUtil.setPosition(this._container, this._bounds.min);
    if (this._container.width !== size.x * ratio || this._container.height !== size.y * ratio) {
      this._container.width = size.x * ratio;
      this._container.height = size.y * ratio;
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
    }
    this._paint();
  },

  /** Whether what is drawn still covers the view: after a short pan there is nothing to do. */
  _covers() {
    if (!this._frame || this._frame.zoom !== this._map.getZoom()) return false;
    const size = this._map.getSize();
    if (!size.equals(this._frame.size)) return false;
    const origin = this._map.getPixelOrigin();
    const start = this._map.containerPointToLayerPoint([0, 0]);
    return this._bounds.contains([start, start.add(size)]) && origin.equals(this._frame.origin);
  },

  _updatePaths() {},

  _updateTransform(centre, zoom) {
    if (this._frame) placeCanvas(this._map, this._container, this._frame, centre, zoom);
  },

  getElement() {
    return this._container;
  },

  /** Redraw with the next frame. */
  refresh() {
    if (this._request || !this._map) return;
    this._request = requestAnimationFrame(() => {
      this._request = null;
      if (this._frame) this._paint();
    });
  },

  _paint() {
    const ratio = window.devicePixelRatio;
    const { left, top, right, bottom } = this._frame.box;
    this._context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this._context.clearRect(0, 0, right - left, bottom - top);
    // The canvas counts in 32 bits and the world has 27 bits of pixels: subtract left and top before drawing.
    this.draw(this._context, this._frame);
  },
});

/**
 * Put what was drawn for `frame` where it belongs when the map shows this. At the frame's own zoom that is a whole pixel,
 * unlike with Leaflet's own arithmetic: between pixels the canvas would be filtered anew with every move of the map.
 */
export function placeCanvas(map, canvas, { box, zoom: drawnAt }, centre, zoom) {
  const scale = map.getZoomScale(zoom, drawnAt);
  const corner = L.point(box.left, box.top).multiplyBy(scale);
  L.DomUtil.setTransform(canvas, corner.subtract(map._getNewPixelOrigin(centre, zoom)), scale);
}

/** The pointer in pixels of the world at the map's zoom. */
export function worldPoint(map, containerPoint) {
  return map.containerPointToLayerPoint(containerPoint).add(map.getPixelOrigin());
}

/** Pixels of the world → pixels of the view. */
export function viewPoint(map, x, y) {
  return map.layerPointToContainerPoint(L.point(x, y).subtract(map.getPixelOrigin()));
}
