// Nothing changed hands: why, and what the depot wants with that reason.

import { choices, field } from "./choices.js";
import { h, fill } from "./dom.js";
import { Draft } from "./drafts.js";
import { Finish } from "./finish.js";
import { clock } from "./format.js";
import { lackingFailure } from "./needs.js";
import { PhotoField } from "./photos.js";
import { callLink } from "./stop.js";
import { words } from "./words.js";

export class FailView {
  static async open(app, orderId) {
    const stop = app.phone.stop(orderId);
    if (stop?.state !== "todo") return null;
    return new FailView(app, stop, await Draft.open(`fail/${orderId}/${stop.attempt}`, { reason: "", note: "", photos: [], called: null }));
  }

  constructor(app, stop, draft) {
    Object.assign(this, { app, stop, draft });
    const { values } = draft;
    this.call = h("section", { class: "part" });
    this.noteField = field({ label: words.deliver.note, value: values.note, lines: 2, maxlength: 1900, input: (note) => draft.set({ note }) });
    const reasons = choices({
      name: "reason", legend: words.fail.why, value: values.reason, options: app.phone.round.reasons.map(({ code, label }) => [code, label]), pick: (reason) => draft.set({ reason }),
    });
    this.element = h("article", { class: "page" }, h("p", { class: "whose" }, `${stop.address}, ${stop.name}`),
      h("section", { class: "part" }, reasons), this.call, new PhotoField(draft, null).element, h("section", { class: "part" }, this.noteField));
    this.end = new Finish({
      lacking: () => lackingFailure(stop, draft.values, app.phone.round.reasons),
      label: () => (stop.kind === "collection" ? words.fail.doneCollect : words.fail.done),
      finish: () => this.finish(),
    });
    this.foot = this.end.element;
    draft.onChange(() => this.judge());
    this.judge();
  }

  get title() { return (this.stop.kind === "collection" ? words.fail.titleCollect : words.fail.title)(this.stop.number); }

  get reason() { return this.app.phone.round.reasons.find(({ code }) => code === this.draft.values.reason); }

  update() {}

  showCall() {
    const wanted = this.reason?.demands.includes("call");
    this.call.hidden = !wanted;
    if (!wanted) return;
    const { called } = this.draft.values;
    const tick = ({ target }) => this.draft.set({ called: target.checked ? new Date().toISOString() : null });
    fill(this.call, h("h2", {}, words.fail.call), this.stop.phone ? [
      h("div", { class: "keys" }, callLink(this.stop.phone)),
      h("label", { class: "tick" }, h("input", { type: "checkbox", checked: Boolean(called), onchange: tick, "data-key": "called" }), words.fail.called),
    ] : h("p", { class: "quiet" }, words.fail.noPhone));
  }

  judge() {
    this.end.judge();
    this.showCall();
  }

  async finish() {
    await this.app.act("fail", { order: this.stop, body: this.body(), photos: this.draft.values.photos, draft: this.draft.key });
    this.app.finished(this);
  }

  body() {
    const { reason, note, photos, called } = this.draft.values;
    const calls = called && this.reason.demands.includes("call") ? words.fail.calledAt(clock(called, this.app.phone.round.zone)) : "";
    return {
      reason, note: [calls, note.trim()].filter(Boolean).join(" "), photos: photos.map(({ sha256 }) => sha256),
      ...this.app.whereabouts.now, ...(this.stop.arrived && { arrived_at: this.stop.arrived }),
    };
  }
}
