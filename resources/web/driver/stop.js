// A stop: as a row of the list, as the card of what comes next, and opened.

import { button, field } from "./choices.js";
import { h, fill, icon } from "./dom.js";
import { clock, money, quantity } from "./format.js";
import { words } from "./words.js";

const ABOUT_MS = 2 * 60_000;
const APPLE = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);

export const windowsOf = (stop, zone) => (stop.windows.length
  ? stop.windows.map(({ opens_at: opens, closes_at: closes }) => words.stop.window(clock(opens, zone), clock(closes, zone))).join(words.stop.or)
  : words.stop.anyTime);

/** Planned, or "about" when it will be otherwise. */
export function timeOf(stop, zone) {
  const planned = Date.parse(stop.arrives_at);
  return stop.about === undefined || Math.abs(stop.about - planned) < ABOUT_MS ? clock(planned, zone) : words.stop.about(clock(stop.about, zone));
}

const stateWords = (stop) => (stop.kind === "collection" ? words.stop.collected : words.stop.states)[stop.state];

const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text);

export function badges(stop, { late = true } = {}) {
  const { badges: say } = words.stop;
  return [
    late && stop.state === "todo" && stop.late_s >= 60 && badge(words.stop.late(Math.round(stop.late_s / 60)), "bad"),
    stop.skipped && badge(say.later, "warn"),
    stop.kind === "collection" && badge(words.stop.collection),
    stop.needs.delivering.code !== "off" && badge(say.code, "ask"),
    stop.cash_due > 0 && badge(say.cash(money(stop.cash_due, stop.currency)), "ask"),
    stop.skills.map((skill) => badge(skill, "ask")),
    stop.attempt > 1 && badge(say.attempt(stop.attempt)),
  ];
}

const changeTags = (kinds, was, zone) => kinds.map((kind) =>
  badge(kind === "time" ? words.changed.time(clock(was.arrives_at, zone)) : words.changed[kind], "new"));

/** A row of the round's list. */
export function stopRow(stop, { zone, kinds = [], was, isNext, go }) {
  const done = stop.state !== "todo";
  const time = done ? `${stateWords(stop)} ${clock(stop.at, zone)}` : timeOf(stop, zone);
  return h("li", { class: `stop ${stop.state} ${kinds.length ? "changed" : ""}`, "aria-current": isNext && "step" },
    h("button", { type: "button", class: "plain", onclick: () => go(`stop/${stop.order_id}`), data: { key: `row-${stop.order_id}` } },
      h("span", { class: "turn" }, stop.turn),
      h("span", { class: "lines" },
        h("span", { class: "when" }, done && icon(stop.state === "failed" ? "wrong" : "done"), h("b", {}, time), !done && h("span", { class: "quiet" }, windowsOf(stop, zone))),
        h("span", { class: "where" }, stop.address),
        h("span", { class: "quiet" }, [stop.name, stop.parcels > 0 && words.stop.parcels(stop.parcels)].filter(Boolean).join(" · ")),
        h("span", { class: "badges" }, changeTags(kinds, was, zone), badges(stop)))));
}

/** Where nothing is to be done any more. */
export const goneRow = (stop) => h("li", { class: "stop gone" },
  h("span", { class: "turn" }, stop.turn), h("span", { class: "lines" }, h("s", {}, `${stop.address}, ${stop.name}`), h("span", { class: "badges" }, badge(words.changed.gone, "new"))));

const link = (name, label, href) => h("a", { class: "button", href }, icon(name), label);

export function navigateLink(stop) {
  const place = [stop.address, stop.postcode, stop.city].filter(Boolean).join(", ");
  const at = Number.isFinite(stop.lat) ? `${stop.lat},${stop.lon}` : null;
  const named = encodeURIComponent(place);
  const href = APPLE ? `maps:?daddr=${at ?? named}&q=${named}` : `geo:${at ?? "0,0"}?q=${at ? `${at}(${named})` : named}`;
  return link("navigate", words.stop.navigate, href);
}

const dialled = (phone) => phone.replace(/[^\d+*#]/g, "");
export const callLink = (phone) => phone && link("call", words.stop.call, `tel:${dialled(phone)}`);
const messageLink = (phone) => phone && link("message", words.stop.message, `sms:${dialled(phone)}`);

/** What to do at the next stop, within a thumb's reach. */
export function nextCard(stop, { zone, go, arrive }) {
  const here = Boolean(stop.arrived);
  return h("section", { class: "card", "aria-label": words.stop.next },
    h("button", { type: "button", class: "plain summary", onclick: () => go(`stop/${stop.order_id}`), data: { key: "next" } },
      h("span", { class: "turn" }, stop.turn),
      h("span", { class: "lines" },
        h("span", { class: "when" }, h("b", {}, here ? words.stop.here : timeOf(stop, zone)), h("span", { class: "quiet" }, windowsOf(stop, zone)), badges(stop)),
        h("span", { class: "where" }, stop.address),
        h("span", { class: "quiet" }, stop.name))),
    h("div", { class: "keys" }, here ? null : [navigateLink(stop), callLink(stop.phone), button(words.stop.arrived, () => arrive(stop), { kind: "main", "data-key": "arrived" })],
      here && [callLink(stop.phone), ...outcomeKeys(stop, go)]));
}

const outcomeKeys = (stop, go) => [
  button(stop.kind === "collection" ? words.stop.failCollect : words.stop.fail, () => go(`fail/${stop.order_id}`), { kind: "bad" }),
  button(stop.kind === "collection" ? words.stop.collect : words.stop.deliver, () => go(`deliver/${stop.order_id}`), { kind: "main" }),
];

/** A stop with everything that is known of it. */
export class StopView {
  constructor(app, orderId) {
    Object.assign(this, { app, orderId });
    this.element = h("article", { class: "page" });
    this.foot = h("div", { class: "keys" });
    this.skipping = null;
    this.update();
  }

  undoes(action) { return action.order_id === this.orderId; }

  get title() { return `${this.stop?.turn ?? ""} · ${this.stop?.number ?? ""}`; }

  update() {
    this.stop = this.app.phone.stop(this.orderId);
    if (!this.stop) {
      fill(this.element, h("p", {}, words.stop.gone));
      return fill(this.foot);
    }
    const { zone } = this.app.phone.round;
    fill(this.element, this.head(zone), this.reach(), this.notes(), this.articles(), this.skipForm());
    return fill(this.foot, this.stop.state === "todo" && this.keys());
  }

  head(zone) {
    const { stop } = this;
    const done = stop.state !== "todo";
    return h("section", { class: "part first" },
      h("h1", {}, stop.address),
      h("p", {}, [stop.postcode, stop.city].filter(Boolean).join(" ")),
      h("p", { class: "large" }, stop.name),
      h("p", { class: "when" }, h("b", {}, timeOf(stop, zone)), h("span", { class: "quiet" }, windowsOf(stop, zone)),
        timeOf(stop, zone) !== clock(stop.arrives_at, zone) && !done && h("span", { class: "quiet" }, words.stop.planned(clock(stop.arrives_at, zone)))),
      h("p", { class: "badges" }, badges(stop)),
      done && h("p", { class: `outcome ${stop.state}` }, icon(stop.state === "failed" ? "wrong" : "done"), words.stop.at(stateWords(stop), clock(stop.at, zone))),
      !done && stop.arrived && h("p", { class: "quiet" }, words.stop.arrivedAt(clock(stop.arrived, zone))));
  }

  reach() {
    return h("div", { class: "keys reach" }, navigateLink(this.stop), callLink(this.stop.phone), messageLink(this.stop.phone));
  }

  notes() {
    return this.stop.notes && h("section", { class: "part note" }, h("h2", {}, words.stop.notes), h("p", { class: "as-written" }, this.stop.notes));
  }

  articles() {
    const { stop } = this;
    const load = [stop.parcels > 0 && words.stop.parcels(stop.parcels), stop.kg > 0 && words.stop.kg(quantity(stop.kg))].filter(Boolean).join(", ");
    return h("section", { class: "part" }, h("h2", {}, words.stop.articles), load && h("p", {}, load),
      stop.lines.length > 0 && h("ul", { class: "articles" }, stop.lines.map((line) => h("li", {},
        h("b", {}, `${quantity(line.quantity)} × `), line.name, line.barcode && h("span", { class: "quiet" }, ` ${line.barcode}`)))));
  }

  keys() {
    const { app, stop } = this;
    return [
      h("div", { class: "keys" },
        !stop.skipped && button(words.stop.skip, () => this.askSkip(), { "data-key": "later" }),
        !stop.arrived && button(words.stop.arrived, () => app.arrive(stop), { "data-key": "arrived" })),
      h("div", { class: "keys" }, outcomeKeys(stop, app.go)),
    ];
  }

  askSkip() {
    this.skipping = "";
    this.update();
    this.element.querySelector("input")?.focus();
  }

  skipForm() {
    if (this.skipping === null || this.stop.state !== "todo") return null;
    const { app, stop } = this;
    const skip = async () => {
      const note = this.skipping;
      this.skipping = null;
      await app.act("skip", { order: stop, body: { note } });
      app.finished(this);
    };
    return h("section", { class: "part" }, field({ label: words.stop.skipNote, value: this.skipping, maxlength: 500, input: (text) => { this.skipping = text; }, "data-key": "skip" }),
      button(words.stop.skip, skip, { kind: "main" }));
  }
}
