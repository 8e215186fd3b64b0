// The last outcome, and the seconds within which it can be taken back. Not over forms: nothing may move under the thumb.

import { button } from "./choices.js";
import { h } from "./dom.js";
import { words } from "./words.js";

export class Snack {
  constructor(app) {
    this.app = app;
    this.element = h("div", { class: "snack", role: "status", hidden: true });
    this.timer = null;
    this.shown = null;
  }

  update() {
    clearTimeout(this.timer);
    const { undoable } = this.app.phone.standing() ?? {};
    const shown = undoable && this.app.view.undoes?.(undoable.action);
    this.element.hidden = !shown;
    if (!shown) {
      this.shown = null;
      return;
    }
    const { action, until } = undoable;
    if (this.shown !== action.key) {
      this.shown = action.key;
      this.key = button("", () => this.undo(action), { "data-key": "undo", "aria-live": "off" });
      const states = this.app.phone.stop(action.order_id)?.kind === "collection" ? words.stop.collected : words.stop.states;
      const state = states[action.kind === "fail" ? "failed" : action.body.outcome];
      this.element.replaceChildren(h("span", {}, words.undo.did(state, action.number)), this.key);
    }
    this.key.textContent = words.undo.undo(Math.ceil((until - Date.now()) / 1000));
    this.timer = setTimeout(() => this.update(), 1000);
  }

  undo(action) {
    return this.app.act("undo", { order: action, body: { key: action.key } });
  }
}
