// The region's vector tiles, or a plain grid where there is no region.

/* global L, protomapsL */

const ATTRIBUTION = "© OpenStreetMap contributors";
const GROUND = { light: "#cccccc", grayscale: "#a3a3a3", dark: "#34373d" };
const CASING = { light: "#ffffff", grayscale: "#ffffff", dark: "#14171d" };

export class Basemap {
  constructor(map) {
    this.map = map;
    this.region = { url: null, notice: "" };
    this.flavour = "light";
    this.layer = null;
    this.rendering = 0;
    map.attributionControl.setPrefix(false).addAttribution(ATTRIBUTION);
  }

  get casing() {
    return CASING[this.flavour];
  }

  setRegion(region) {
    this.region = region;
    this._renew();
  }

  setFlavour(flavour) {
    this.flavour = flavour;
    document.body.dataset.flavour = flavour;
    this._renew();
  }

  /** Whether every tile in view is on the screen with its labels. */
  get settled() {
    return !this.layer || (this.rendering === 0 && !this.layer.isLoading());
  }

  _renew() {
    const { url, notice } = this.region;
    this.layer?.remove();
    this.layer = null;
    const container = this.map.getContainer();
    container.classList.toggle("plain", !url);
    container.style.backgroundColor = url ? GROUND[this.flavour] : "";
    const board = document.getElementById("region-notice");
    board.textContent = notice;
    board.hidden = !notice;
    if (url) this.layer = this._counted(protomapsL.leafletLayer(
      { url, flavor: this.flavour, lang: "", maxDataZoom: 14, noWrap: true, attribution: "" })).addTo(this.map);
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
