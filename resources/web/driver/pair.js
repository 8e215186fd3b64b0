// A phone that nobody knows yet: what to do, and a field for the code.

import { NotTaken } from "./api.js";
import { button, field } from "./choices.js";
import { h } from "./dom.js";
import { codeIn, pair } from "./pairing.js";
import { words } from "./words.js";

export class PairView {
  constructor(app, code) {
    Object.assign(this, { app, code: code ?? "" });
    this.message = h("p", { class: "lack", role: "status" });
    this.key = button(words.pair.connect, () => this.connect(), { kind: "main" });
    this.element = h("article", { class: "page" }, h("section", { class: "part first" },
      h("h1", {}, words.pair.title), h("ol", { class: "steps" }, words.pair.steps.map((step) => h("li", {}, step)))));
    this.foot = h("div", { class: "card" },
      field({ label: words.pair.field, value: this.code, autocomplete: "off", autocapitalize: "off", spellcheck: "false", input: (text) => { this.code = text; } }),
      this.message, h("div", { class: "keys" }, app.phone.identity && button(words.pair.notNow, () => app.show()), this.key));
    if (code) this.connect();
  }

  get title() { return words.title; }

  update() {}

  async connect() {
    const code = codeIn(this.code);
    if (!code) {
      this.message.textContent = words.pair.empty;
      return;
    }
    this.key.disabled = true;
    this.message.textContent = words.pair.working;
    try {
      await pair(code);
      await this.app.paired();
    } catch (fault) {
      this.message.textContent = fault instanceof NotTaken ? words.pair.failed(fault.message, fault.remedy) : words.pair.unreachable;
      this.key.disabled = false;
    }
  }
}
