// The map's tools beside its zoom buttons: what the next drag on the map does.

/* global L */

const TOOLS = {
  box: { key: "b", title: "Choose stops by a box (B, or Shift and drag)", path: "M4 4h12v12H4z" },
  lasso: { key: "l", title: "Choose stops by a lasso (L, or Alt and drag)",
    path: "M10 4c4 0 7 2 7 4.5s-3 4.5-7 4.5-7-2-7-4.5S6 4 10 4zM6 12.5c-1.5 1-1.5 3 .5 4" },
};
const SVG = "http://www.w3.org/2000/svg";

export class Tools {
  constructor(map) {
    this.chosen = null;   // "box" or "lasso" until one area has been drawn
    this.container = map.getContainer();
    this.buttons = {};
    const bar = L.DomUtil.create("div", "leaflet-bar leaflet-control");
    for (const [name, tool] of Object.entries(TOOLS)) bar.append(this.buttons[name] = this._button(name, tool));
    L.DomEvent.disableClickPropagation(bar);
    const control = new L.Control({ position: "topright" });
    control.onAdd = () => bar;
    control.addTo(map);
  }

  /** Take a tool up, or lay it down with null. */
  choose(name) {
    this.chosen = name;
    for (const [own, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", own === name);
    this.container.classList.toggle("choosing-area", Boolean(name));
  }

  toggle(name) {
    this.choose(this.chosen === name ? null : name);
  }

  /** Whether the key belongs to a tool. */
  onKey({ key, ctrlKey, altKey, metaKey }) {
    if (ctrlKey || altKey || metaKey) return false;
    const name = Object.keys(TOOLS).find((one) => TOOLS[one].key === key.toLowerCase());
    if (name) this.toggle(name);
    return Boolean(name);
  }

  _button(name, { title, path }) {
    const button = L.DomUtil.create("a", `tool tool-${name}`);
    button.setAttribute("role", "button");
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", title);
    button.title = title;
    const icon = document.createElementNS(SVG, "svg");
    icon.setAttribute("viewBox", "0 0 20 20");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    icon.append(line);
    button.append(icon);
    button.addEventListener("click", () => this.toggle(name));
    return button;
  }
}
