// The region's vector tiles, or a plain grid where there is no region.

/* global pmtiles, protomapsL */

import { labelRules } from "/map/labels.js";

const ATTRIBUTION = "© OpenStreetMap contributors";
const GROUND = { light: "#e2dfda", grayscale: "#cccccc", dark: "#1f1f1f" };   // the flavours' own "earth"
const INK = { light: "#14171d", grayscale: "#14171d", dark: "#ffffff" };
const CASING = { light: "#ffffff", grayscale: "#ffffff", dark: "#14171d" };

/** Reads the archive piece by piece; the pieces are named in the address, see AssetHandler for why. */
class Pieces {
  constructor(url) {
    this.url = url;
  }

  getKey() {
    return this.url;
  }

  /** Never aborted: a piece is read in a moment, and an aborted header would be remembered as a broken archive. */
  async getBytes(offset, length) {
    const answer = await fetch(`${this.url}&from=${offset}&bytes=${length}`);
    return { data: await answer.arrayBuffer() };
  }
}

export class Basemap {
  constructor(map) {
    this.map = map;
    this.region = { url: null, notice: "" };
    this.flavour = "light";
    this.layers = [];
    this.rendering = 0;
    map.attributionControl.setPrefix(false).addAttribution(ATTRIBUTION);
  }

  /** What routes are drawn with besides their own colours. */
  get inks() {
    return { casing: CASING[this.flavour], ink: INK[this.flavour] };
  }

  setRegion(region) {
    this.region = region;
    const board = document.getElementById("region-notice");
    board.textContent = region.notice;
    board.hidden = !region.notice;
    this._renew();
  }

  setFlavour(flavour) {
    this.flavour = flavour;
    document.body.dataset.flavour = flavour;
    this._renew();
  }

  /** Whether every tile in view is on the screen with its labels. */
  get settled() {
    return this.rendering === 0 && !this.layers.some((layer) => layer.isLoading());
  }

  _renew() {
    const { url } = this.region;
    for (const layer of this.layers) layer.remove();
    this.layers = [];
    const container = this.map.getContainer();
    container.classList.toggle("plain", !url);
    container.style.backgroundColor = url ? GROUND[this.flavour] : "";
    if (url) this._add(url);
  }

  /** Ground below the routes and names above them, from the same tiles: a street's name is wanted where a route runs. */
  _add(url) {
    const archive = new pmtiles.PMTiles(new Pieces(url));
    const options = { url: archive, flavor: this.flavour, lang: "", maxDataZoom: 14, noWrap: true, attribution: "" };
    const ground = protomapsL.leafletLayer(options);
    ground.backgroundColor = GROUND[this.flavour];
    ground.labelRules = [];
    const names = protomapsL.leafletLayer({ ...options, pane: "names" });
    names.views = ground.views;   // one cache of decoded tiles for both
    names.backgroundColor = undefined;
    names.paintRules = [];
    names.labelRules = labelRules(this.flavour);
    for (const layer of [ground, names]) {
      layer.clearLayout();   // take up the new rules
      this.layers.push(this._counted(layer).addTo(this.map));
    }
  }

  /** Labels of one tile may redraw its neighbours after Leaflet thinks all is loaded, so count the renders ourselves. */
  _counted(layer) {
    const render = layer.renderTile;
    layer.renderTile = async (...tile) => {
      this.rendering += 1;
      try {
        await render.apply(layer, tile);
      } finally {
        this.rendering -= 1;
      }
    };
    return layer;
  }
}
