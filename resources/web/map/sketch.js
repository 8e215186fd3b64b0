// Sketch mode: a person draws a line, point by point, such as a closed street.

/* global L */

import { showMessage, showTooltip } from "/map/furniture.js";

export class Sketch {
  constructor(map, post) {
    this.map = map;
    this.post = post;
    this.active = false;
    this.places = [];
    this.notice = document.getElementById("sketch-notice");
    map.on("mousemove", ({ latlng }) => this.active && this._follow(latlng));
  }

  ask({ label }) {
    this.end();
    this.active = true;
    this.map.getContainer().classList.add("pinning");
    showTooltip("", null);
    this.notice.textContent =
      `${label}\nClick along the street. Double click or Enter ends, Backspace takes back, Escape cancels.`;
    this.notice.hidden = false;
    const style = { pane: "sketch", interactive: false, renderer: L.svg({ pane: "sketch" }) };
    this.casing = L.polyline([], { ...style, color: "#ffffff", weight: 9 }).addTo(this.map);
    this.line = L.polyline([], { ...style, color: "#c8102e", weight: 5 }).addTo(this.map);
    this.rubber = L.polyline([], { ...style, color: "#c8102e", weight: 3, dashArray: "4 6" }).addTo(this.map);
    this.parts = [this.casing, this.line, this.rubber];
  }

  add(latlng) {
    this.places.push(latlng);
    this._draw();
  }

  takeBack() {
    this.places.pop();
    this._draw();
  }

  finish() {
    if (this.places.length < 2) {
      showMessage("A line needs two points or more.");
      return;
    }
    const line = this.places.map(({ lat, lng }) => [lat, lng]);
    this.end();
    this.post({ kind: "line", line });
  }

  cancel() {
    this.end();
    this.post({ kind: "line_cancelled" });
  }

  end() {
    if (!this.active) return;
    this.active = false;
    this.places = [];
    for (const part of this.parts) part.remove();
    this.line.options.renderer.remove();
    this.notice.hidden = true;
    this.map.getContainer().classList.remove("pinning");
  }

  _draw() {
    this.casing.setLatLngs(this.places);
    this.line.setLatLngs(this.places.length > 1 ? this.places : [...this.places, ...this.places]);
    this.rubber.setLatLngs([]);
  }

  _follow(latlng) {
    if (this.places.length) this.rubber.setLatLngs([this.places.at(-1), latlng]);
  }
}
