// The round: what is done, what comes, what changed since the driver last looked.

import { changes } from "./changes.js";
import { button } from "./choices.js";
import { h, fill } from "./dom.js";
import { clock, dateOf, day } from "./format.js";
import { goneRow, nextCard, stopRow } from "./stop.js";
import { words } from "./words.js";

const SKEWED_MS = 120_000;

export class RoundView {
  constructor(app) {
    this.app = app;
    this.element = h("div", { class: "page" });
    this.foot = h("div");
    this.unfolded = false;
    this.ending = false;
    this.update();
  }

  undoes() { return true; }

  get title() {
    const { round } = this.app.phone;
    return round ? `${day(round.date)} · ${round.driver.name}` : words.title;
  }

  update() {
    const { phone } = this.app;
    const standing = phone.standing();
    if (!standing) {
      fill(this.element, this.banners(), h("section", { class: "empty" }, h("h1", {}, words.round.none), h("p", {}, words.round.noneMore)));
      return fill(this.foot);
    }
    const seen = phone.accepted?.shift_id === phone.round.shift_id ? phone.accepted : null;
    const isDone = (id) => standing.stops.some((stop) => stop.order_id === id && stop.state !== "todo");
    const news = seen && seen.version !== phone.round.version ? changes(seen, phone.round, isDone) : null;
    fill(this.element, this.banners(), this.newsBanner(seen, news), this.folded(standing), this.list(standing, seen, news), this.end(standing));
    return fill(this.foot, this.card(standing));
  }

  banners() {
    const { phone, shell, whereabouts, go } = this.app;
    const skew = Math.round(phone.skew_ms / 60_000);
    const refused = phone.refused.length + phone.lostPhotos.length;
    return [
      phone.link.state === "shut" && h("div", { class: "banner bad", role: "alert" }, words.link.shutMore(phone.depot.phone)),
      refused > 0 && banner(words.round.refused(refused), words.round.look, () => go("queue"), "bad"),
      Math.abs(phone.skew_ms) > SKEWED_MS && h("div", { class: "banner warn" }, words.round.clock(skew)),
      whereabouts.denied && h("div", { class: "banner warn" }, words.round.denied),
      shell.newer && banner(words.round.update, words.round.useIt, () => shell.update()),
    ];
  }

  newsBanner(seen, news) {
    const { phone } = this.app;
    const { round } = phone;
    if (seen && !news) return null;
    const text = news ? words.round.changes(news.count) : words.round.isNew(round.stops.length);
    return banner(text, words.round.gotIt, () => this.app.act("accept", { body: { version: round.version } }), "new");
  }

  folded(standing) {
    const done = standing.stops.filter((stop) => stop.state !== "todo");
    if (!done.length) return null;
    return h("details", { open: this.unfolded, ontoggle: ({ target }) => { this.unfolded = target.open; } },
      h("summary", {}, words.round.folded(done.length)),
      h("ol", { class: "stops" }, done.map((stop) => this.row(stop, standing))));
  }

  list(standing, seen, news) {
    const todo = standing.stops.filter((stop) => stop.state === "todo");
    const old = new Map((seen?.stops ?? []).map((stop) => [stop.order_id, stop]));
    return h("ol", { class: "stops" },
      todo.map((stop) => this.row(stop, standing, { kinds: news?.kinds.get(stop.order_id), was: old.get(stop.order_id) })),
      news?.gone.map(goneRow));
  }

  row(stop, standing, more = {}) {
    return stopRow(stop, { zone: this.app.phone.round.zone, go: this.app.go, isNext: stop.order_id === standing.next?.order_id, ...more });
  }

  end(standing) {
    if (!standing.begun) return null;
    const left = standing.stops.length - standing.done;
    const end = () => {
      if (left && !this.ending) {
        this.ending = true;
        return this.update();
      }
      this.ending = false;
      return this.app.act("end");
    };
    return h("section", { class: "part end" },
      !left && h("p", { class: "large" }, words.round.all, " ", words.round.back(clock(this.app.phone.round.returns_at, this.app.phone.round.zone))),
      standing.ended ? h("p", {}, words.round.ended) : button(this.ending && left ? words.round.endEarly(left) : words.round.end, end, { kind: left ? "" : "main", "data-key": "end" }),
      standing.ended && left > 0 && this.beginKey(words.round.begin));
  }

  card(standing) {
    const { app } = this;
    const { round } = app.phone;
    if (!standing.begun) return this.startCard(round);
    if (standing.ended || !standing.next) return null;
    return nextCard(standing.next, { zone: round.zone, go: app.go, arrive: (stop) => app.arrive(stop) });
  }

  startCard(round) {
    const today = dateOf(Date.now(), round.zone) >= round.date;
    return h("section", { class: "card" },
      h("p", { class: "large" }, today ? words.round.leave(clock(round.leaves_at, round.zone)) : words.round.starts(day(round.date), clock(round.starts_at, round.zone))),
      h("div", { class: "keys" }, button(words.round.load, () => this.app.go("load")), today && this.beginKey(words.round.begin)));
  }

  beginKey(label) {
    return button(label, () => this.app.act("begin"), { kind: "main", "data-key": "begin" });
  }
}

const banner = (text, label, onclick, kind = "") =>
  h("div", { class: `banner ${kind}`, role: "status" }, h("span", {}, text), button(label, onclick, { "data-key": label }));
