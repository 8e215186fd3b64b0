// Pin mode: a person shows where an address lies. Every click and every drag of the pin reports the place.

/* global L */

import { showTooltip } from "/map/furniture.js";

export class Pin {
  constructor(map, post) {
    this.map = map;
    this.post = post;
    this.active = false;
    this.marker = null;
    this.notice = document.getElementById("pin-notice");
  }

  /** Start with the place known so far, or none. */
  ask({ at, label }) {
    this.end();
    this.active = true;
    this.map.getContainer().classList.add("pinning");
    showTooltip("", null);
    this.notice.textContent = `${label}\nClick the place, or drag the pin. Escape cancels.`;
    this.notice.hidden = false;
    if (at) {
      this._put(at);
      this.map.setView(at, Math.max(this.map.getZoom(), 16), { animate: false });
    }
  }

  place(latlng) {
    this._put(latlng);
    this._report();
  }

  cancel() {
    this.end();
    this.post({ kind: "pin_cancelled" });
  }

  end() {
    this.active = false;
    this.marker?.remove();
    this.marker = null;
    this.notice.hidden = true;
    this.map.getContainer().classList.remove("pinning");
  }

  _put(latlng) {
    if (this.marker) {
      this.marker.setLatLng(latlng);
      return;
    }
    const icon = L.divIcon({ className: "pin", iconSize: [0, 0] });
    this.marker = L.marker(latlng, { icon, draggable: true, autoPan: true, keyboard: false }).addTo(this.map);
    this.marker.on("dragend", () => this._report());
  }

  _report() {
    const { lat, lng } = this.marker.getLatLng();
    this.post({ kind: "pin", at: [lat, lng] });
  }
}
