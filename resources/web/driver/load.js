// Loading: every parcel scanned or ticked before the van leaves; what is missing is told at once.

import { button } from "./choices.js";
import { h, fill, icon, say } from "./dom.js";
import { barcodes, loaded, loading, stopOf } from "./rounds.js";
import { Scanner } from "./scan.js";
import { words } from "./words.js";

export class LoadView {
  constructor(app) {
    this.app = app;
    this.scanner = new Scanner((code) => this.heard(code), words.load.field);
    this.progress = h("p", { class: "large" });
    this.list = h("ol", { class: "stops" });
    this.element = h("article", { class: "page" },
      h("section", { class: "part" }, this.progress, this.scanner.element), h("p", { class: "quiet hint" }, words.load.order), this.list);
    this.update();
  }

  get title() { return words.load.title; }

  leave() { this.scanner.stop(); }

  update() {
    const { phone } = this.app;
    if (!phone.round) return fill(this.list);
    const found = loading(phone.round, phone.own);
    const standing = phone.standing();
    const stops = standing.stops.filter((stop) => stop.state === "todo" && stop.kind !== "collection").reverse();
    this.progress.textContent = words.load.progress(stops.filter((stop) => loaded(stop, found.get(stop.order_id))).length, stops.length);
    return fill(this.list, stops.map((stop) => this.row(stop, found.get(stop.order_id))));
  }

  row(stop, entry) {
    const whole = loaded(stop, entry);
    const all = Math.max(1, barcodes(stop).length || stop.parcels);
    const state = entry.missing ? words.load.missing : whole ? words.load.loaded : entry.scanned.size ? words.load.of(entry.scanned.size, all) : "";
    return h("li", { class: `stop loading ${entry.missing ? "failed" : whole ? "delivered" : ""}` },
      h("span", { class: "turn" }, stop.turn),
      h("span", { class: "lines" }, h("b", {}, stop.number), h("span", { class: "quiet cut" }, stop.name), h("span", { class: "quiet" }, words.stop.parcels(stop.parcels)), state && h("span", { class: "badge" }, state)),
      h("div", { class: "keys" },
        !entry.missing && button(words.load.missing, () => this.tell(stop, { missing: true }, words.load.isMissing(stop.number)), { kind: "plain", "data-key": `missing-${stop.order_id}`, "aria-label": words.load.lacks(stop.number) }),
        !whole && button(icon("done"), () => this.tell(stop, {}, words.load.isLoaded(stop.number)), { kind: "main", "data-key": `loaded-${stop.order_id}`, "aria-label": words.load.tick(stop.number) })));
  }

  async tell(stop, body, words_) {
    await this.app.act("load", { order: stop, body });
    say(words_);
  }

  /** One after the other: a parcel scanned twice in a row is known the second time. */
  heard(code) {
    const take = () => this.take(code);
    this.taken = Promise.resolve(this.taken).then(take, take);
    return this.taken;
  }

  async take(code) {
    const { phone } = this.app;
    const stop = stopOf(phone.round, code);
    const again = stop && loading(phone.round, phone.own).get(stop.order_id).scanned.has(code);
    this.scanner.message.textContent = !stop ? words.load.unknown(code) : (again ? words.load.again : words.load.found)(code, stop.turn);
    if (stop && !again) await this.app.act("load", { order: stop, body: { barcode: code } });
  }
}
