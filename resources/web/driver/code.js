// The customer's one-time code: asked of the gateway at once, or kept for it when there is no signal.

import { NotLetIn, NotTaken, ask } from "./api.js";
import { h } from "./dom.js";
import { field, need } from "./choices.js";
import { words } from "./words.js";

export class CodeField {
  constructor({ phone, stop, draft, level }) {
    Object.assign(this, { phone, stop, draft });
    this.message = h("p", { class: "verdict", role: "status" });
    this.element = h("section", { class: "part" }, h("h2", {}, words.code.title, need(level)),
      field({
        label: words.code.field, value: draft.values.code, inputmode: "numeric", autocomplete: "off", maxlength: 6, pattern: "[0-9]{6}", class: "digits",
        input: (text) => this.typed(text.replace(/\D/g, "")),
      }), this.message);
    this.show();
  }

  async typed(code) {
    if (code === this.draft.values.code) return;
    await this.draft.set({ code, verdict: null });
    this.show();
    if (code.length === 6) await this.check(code);
  }

  async check(code) {
    this.message.textContent = words.code.checking;
    const { verdict, left } = await this.verdictOn(code);
    if (code !== this.draft.values.code) return;   // typed on meanwhile
    await this.draft.set({ verdict, left });
    this.show();
  }

  async verdictOn(code) {
    try {
      const json = { order_id: this.stop.order_id, code };
      const { body } = await ask("POST", "api/code", { token: this.phone.identity.tokens.proofs, json, timeoutMs: 8_000 });
      return body;
    } catch (fault) {
      if (fault instanceof NotTaken && !fault.passing) return { verdict: "none" };
      if (fault instanceof NotLetIn) this.phone.setLink({ state: "shut", words: fault.message });
      return { verdict: "pending" };
    }
  }

  show() {
    const { verdict, left } = this.draft.values;
    const text = words.code[verdict] ?? "";
    this.message.textContent = typeof text === "function" ? text(left ?? 0) : text;
    this.message.dataset.verdict = verdict ?? "";
    if (verdict && this.element.isConnected) this.message.scrollIntoView({ block: "nearest" });
  }
}
