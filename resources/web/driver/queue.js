// What waits, what was not taken and why, and how this phone stands with the depot.

import { button } from "./choices.js";
import { h, fill } from "./dom.js";
import { clock } from "./format.js";
import { linkWords } from "./bar.js";
import { words } from "./words.js";

export class QueueView {
  constructor(app) {
    this.app = app;
    this.element = h("article", { class: "page" });
    this.update();
  }

  get title() { return words.queue.title; }

  update() {
    const { phone, sender } = this.app;
    this.zone = phone.zone;
    const others = phone.actions.filter(({ state, driver_id: id }) => state === "waiting" && id !== phone.identity.driver.id).length;
    fill(this.element,
      h("section", { class: "part first" }, h("h1", {}, linkWords(phone)), phone.link.words && h("p", { class: "quiet" }, phone.link.words),
        button(words.queue.now, () => sender.wake(), { kind: "main", "data-key": "now" })),
      this.refused(), this.wrongCodes(), this.waiting(), others > 0 && h("p", {}, words.queue.other(others)), this.about());
  }

  refused() {
    const { phone } = this.app;
    const rows = [
      ...phone.refused.map((row) => [row.key, `${title(row)} · ${clock(row.at, this.zone)}`, row.why]),
      ...phone.lostPhotos.map((photo) => [photo.sha256, words.queue.photoLost(photo.number), photo.why || words.queue.photoGone]),
    ];
    return rows.length > 0 && h("section", { class: "part" }, h("h2", {}, words.queue.refused), h("ul", { class: "entries" }, rows.map(([key, what, why]) =>
      h("li", { class: "refused" }, h("b", {}, what), h("p", {}, why), button(words.queue.understood, () => phone.seen(key), { "data-key": key })))));
  }

  /** Typed without a signal, and found wrong since. */
  wrongCodes() {
    const rows = this.app.phone.own.filter(({ code, state }) => state === "sent" && words.queue.codes[code]);
    return rows.length > 0 && h("section", { class: "part" }, h("h2", {}, words.queue.codeTitle),
      h("ul", { class: "entries" }, rows.map((row) => h("li", {}, h("b", {}, row.number), ` – ${words.queue.codes[row.code]}`))));
  }

  waiting() {
    const { phone } = this.app;
    const rows = [
      ...phone.waiting.map((row) => `${clock(row.at, this.zone)} · ${title(row)}`),
      ...phone.unsentPhotos.map(({ number, size }) => words.queue.photo(number, Math.round(size / 1000))),
    ];
    return h("section", { class: "part" }, h("h2", {}, words.queue.waiting),
      rows.length ? h("ul", { class: "entries" }, rows.map((text) => h("li", {}, text))) : h("p", {}, words.queue.nothing));
  }

  about() {
    const { phone, shell } = this.app;
    return h("section", { class: "part quiet" }, h("p", {}, words.queue.driver(phone.round?.driver.name || phone.identity.driver.name, phone.depot.name)),
      h("p", {}, shell.works ? words.queue.works : words.queue.worksNot));
  }
}

const title = ({ kind, number }) => [words.queue.kinds[kind], number].filter(Boolean).join(" ");
