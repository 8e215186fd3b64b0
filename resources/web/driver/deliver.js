// Handing over, or collecting: one sheet from top to bottom, with all the proof that is wanted.

import { button, choices, field, need } from "./choices.js";
import { CodeField } from "./code.js";
import { h, fill } from "./dom.js";
import { Draft } from "./drafts.js";
import { Finish } from "./finish.js";
import { minorOf, money, quantity, typed } from "./format.js";
import { InkField } from "./ink.js";
import { expectedScans, lackingDelivery, levels, timesOf } from "./needs.js";
import { PhotoField } from "./photos.js";
import { Scanner } from "./scan.js";
import { words } from "./words.js";

const FRESH = { whole: true, quantities: {}, handover: "recipient", name: "", photos: [], ink: null, code: "", verdict: null, left: null, scans: [], cash: "", note: "" };

export class DeliverView {
  static async open(app, orderId) {
    const stop = app.phone.stop(orderId);
    if (stop?.state !== "todo") return null;
    const fresh = { ...structuredClone(FRESH), cash: stop.cash_due ? typed(stop.cash_due, stop.currency) : "" };
    return new DeliverView(app, stop, await Draft.open(`deliver/${orderId}/${stop.attempt}`, fresh));
  }

  constructor(app, stop, draft) {
    Object.assign(this, { app, stop, draft });
    this.collects = stop.kind === "collection";
    this.levels = levels(stop);
    this.parts = h("section", { class: "part" });
    this.cashNote = h("p", { class: "quiet", role: "status" });
    this.element = h("article", { class: "page" }, h("p", { class: "whose" }, `${stop.address}, ${stop.name}`), this.parts, this.whom(), this.proofs(), this.note());
    this.end = new Finish({ lacking: () => lackingDelivery(stop, this.values), label: () => this.doneWord, finish: () => this.finish() });
    this.foot = this.end.element;
    draft.onChange(() => this.judge());
    this.showParts();
    this.judge();
  }

  get title() { return (this.collects ? words.deliver.titleCollect : words.deliver.title)(this.stop.number); }

  get values() { return this.draft.values; }

  /** The round may change under the sheet; what was typed stays. */
  update() {}

  leave() { this.scanner?.stop(); }

  // --- what changes hands

  showParts() {
    const { whole } = this.values;
    const pick = (value) => { this.draft.set({ whole: value === "whole" }); this.showParts(); };
    fill(this.parts,
      choices({
        name: "whole", legend: this.collects ? words.deliver.whatCollect : words.deliver.what, value: whole ? "whole" : "part", pick,
        options: [["whole", words.deliver.whole], ["part", words.deliver.part]],
      }),
      !whole && (this.stop.lines.length ? this.stop.lines.map((line, index) => this.line(line, index)) : h("p", {}, words.deliver.partNote)));
  }

  line(line, index) {
    const { quantity: now, reason } = { quantity: line.quantity, reason: "", ...this.values.quantities[index] };
    const set = (change) => {
      this.draft.set({ quantities: { ...this.values.quantities, [index]: { quantity: now, reason, ...change } } });
      this.showParts();
    };
    const step = (by) => set({ quantity: Math.min(line.quantity, Math.max(0, now + by)) });
    return h("div", { class: "line" },
      h("span", { class: "what" }, line.name),
      h("div", { class: "stepper" },
        button("−", () => step(-1), { "aria-label": words.deliver.less(line.name), "data-key": `less-${index}`, disabled: now <= 0 }),
        h("output", {}, quantity(now)),
        button("+", () => step(1), { "aria-label": words.deliver.more(line.name), "data-key": `more-${index}`, disabled: now >= line.quantity }),
        h("span", { class: "quiet" }, words.deliver.of(quantity(line.quantity)))),
      now < line.quantity && this.reason(index, reason, (value) => set({ reason: value })));
  }

  reason(index, chosen, pick) {
    const options = this.app.phone.round.reasons.map(({ code, label }) => h("option", { value: code, selected: code === chosen }, label));
    return h("label", { class: "field" }, h("span", {}, words.deliver.reason),
      h("select", { onchange: ({ target }) => pick(target.value), "data-key": `reason-${index}` }, h("option", { value: "" }, words.deliver.choose), options));
  }

  // --- to whom, and what shows it

  whom() {
    const name = this.collects ? words.deliver.nameCollect : words.deliver.name;
    return h("section", { class: "part" },
      choices({
        name: "handover", legend: this.collects ? words.deliver.whomCollect : words.deliver.whom, value: this.values.handover,
        options: Object.entries(words.deliver.handover), pick: (handover) => this.draft.set({ handover }),
      }),
      this.levels.name && field({ label: name, level: this.levels.name, value: this.values.name, maxlength: 120, autocomplete: "off", autocapitalize: "words", input: (text) => this.draft.set({ name: text }) }));
  }

  proofs() {
    const { levels: wanted, draft, stop } = this;
    return [
      wanted.code && new CodeField({ phone: this.app.phone, stop, draft, level: wanted.code }).element,
      wanted.scan && this.scans(),
      wanted.cash && this.cash(),
      wanted.photo && new PhotoField(draft, wanted.photo).element,
      wanted.signature && new InkField(draft, wanted.signature).element,
    ];
  }

  scans() {
    this.scanner = new Scanner((code) => this.scanned(code));
    this.scanList = h("ul", { class: "scans" });
    this.scanCount = h("p", {});
    this.showScans();
    return h("section", { class: "part" }, h("h2", {}, words.scan.title, need(this.levels.scan)), this.scanCount, this.scanner.element, this.scanList);
  }

  scanned(code) {
    const { scans } = this.values;
    const expected = expectedScans(this.stop, this.values);
    const again = timesOf(scans, code) >= Math.max(1, timesOf(expected, code));
    if (!again) this.draft.set({ scans: [...scans, code] });
    this.scanner.message.textContent = again ? words.scan.again(code) : expected.length && !expected.includes(code) ? words.scan.unknown(code) : "";
    this.showScans();
  }

  showScans() {
    const { scans } = this.values;
    const expected = expectedScans(this.stop, this.values);
    const found = expected.length ? scans.filter((code) => expected.includes(code)).length : scans.length;
    this.scanCount.textContent = words.scan.found(found, expected.length || this.stop.parcels);
    const remove = (index) => { this.draft.set({ scans: scans.filter((_, other) => other !== index) }); this.showScans(); };
    fill(this.scanList, scans.map((code, index) => h("li", {}, code, button(words.scan.remove(code), () => remove(index), { kind: "plain" }))));
  }

  cash() {
    const { stop } = this;
    return h("section", { class: "part" }, h("h2", {}, words.deliver.cash(money(stop.cash_due, stop.currency)), need(this.levels.cash)),
      field({ label: words.deliver.cashField, value: this.values.cash, inputmode: "decimal", autocomplete: "off", class: "digits", input: (text) => this.draft.set({ cash: text }) }), this.cashNote);
  }

  note() {
    return h("section", { class: "part" }, field({ label: words.deliver.note, value: this.values.note, lines: 2, maxlength: 2000, input: (text) => this.draft.set({ note: text }) }));
  }

  // --- the end

  judge() {
    this.end.judge();
    this.showCash();
  }

  get doneWord() {
    const { whole } = this.values;
    if (this.collects) return whole ? words.deliver.doneCollect : words.deliver.donePartCollect;
    return whole ? words.deliver.done : words.deliver.donePart;
  }

  showCash() {
    const { stop, values } = this;
    const taken = minorOf(values.cash, stop.currency);
    const apart = (taken ?? 0) - stop.cash_due;
    const amount = money(Math.abs(apart), stop.currency);
    this.cashNote.textContent = values.cash && taken === null ? words.deliver.cashBad
      : taken === null || !apart ? "" : apart < 0 ? words.deliver.cashShort(amount) : words.deliver.cashOver(amount);
  }

  async finish() {
    await this.app.act("deliver", { order: this.stop, body: this.body(), photos: this.values.photos, draft: this.draft.key });
    this.app.finished(this);
  }

  body() {
    const { values, stop } = this;
    const lines = stop.lines.map((line, index) => ({ line: index, quantity: line.quantity, reason: "", ...values.quantities[index] }))
      .map((line, index) => (line.quantity >= stop.lines[index].quantity ? { ...line, reason: "" } : line));
    const ink = this.levels.signature && values.ink ? { ink: values.ink } : {};
    return {
      outcome: values.whole ? "delivered" : "partly", handover: values.handover, name: values.name.trim(), note: values.note.trim(),
      ...(!values.whole && lines.length && { lines }),
      ...(values.scans.length && { scans: values.scans }),
      ...(this.levels.cash && minorOf(values.cash, stop.currency) !== null && { cash: minorOf(values.cash, stop.currency) }),
      ...(values.code.length === 6 && { code: values.code }),
      ...ink, photos: values.photos.map(({ sha256 }) => sha256),
      ...this.app.whereabouts.now, ...(stop.arrived && { arrived_at: stop.arrived }),
    };
  }
}
