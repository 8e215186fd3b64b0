// The last step of a form: what is lacking, one question about what was asked for, and the key that ends it.

import { button } from "./choices.js";
import { h, say } from "./dom.js";
import { words } from "./words.js";

export class Finish {
  /** `lacking()` gives {required, asked}, `label()` the key's words, `finish()` carries it out and may fail. */
  constructor({ lacking, label, finish }) {
    Object.assign(this, { lacking, label, finish, warned: null, busy: false });
    this.lack = h("p", { class: "lack", role: "status" });
    this.key = button("", () => this.press(), { kind: "main" });
    this.element = h("div", { class: "card" }, this.lack, h("div", { class: "keys" }, this.key));
  }

  /** After every change of the form. A question is asked once for the same lack. */
  judge() {
    const { required, asked } = this.lacking();
    if (required.length || asked.join() !== this.warned) this.warned = null;
    this.lack.textContent = required.includes("whole") ? words.deliver.nothing : required.length ? words.deliver.needed(named(required))
      : this.warned ? words.deliver.without(named(asked)) : "";
    this.key.disabled = required.length > 0 || this.busy;
    this.key.textContent = this.warned ? words.deliver.goOn : this.label();
  }

  async press() {
    const { required, asked } = this.lacking();
    if (required.length || this.busy) return;
    if (asked.length && this.warned === null) {
      this.warned = asked.join();
      this.judge();
      say(this.lack.textContent);
      return;
    }
    this.busy = true;
    this.judge();
    try {
      await this.finish();
    } catch (fault) {
      this.busy = false;
      this.judge();
      this.lack.textContent = words.deliver.failed;
      console.error(fault);
    }
  }
}

const named = (kinds) => words.list(kinds.map((kind) => words.proof[kind]));
