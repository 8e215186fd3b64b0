// Barcodes: from the camera where the browser can read them, from a hand scanner that types, or typed.

import { h, icon } from "./dom.js";
import { button } from "./choices.js";
import { words } from "./words.js";

const FORMATS = ["code_128", "code_39", "ean_13", "ean_8", "upc_a", "itf", "qr_code", "data_matrix"];
const LONGEST = 200;
const SAME_AGAIN_MS = 2_500;

export class Scanner {
  /** `heard(code)` is called with each code that is read or typed. */
  constructor(heard, label = words.scan.field) {
    this.heard = (code) => heard(code.slice(0, LONGEST));
    this.input = h("input", {
      type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "done",
      onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); this.typed(); } },
    });
    this.video = h("video", { hidden: true, playsinline: true, muted: true });
    this.message = h("p", { class: "quiet", role: "status" });
    this.camera = "BarcodeDetector" in globalThis && h("button", { type: "button", class: "plain", onclick: () => this.toggle() }, icon("scan"), words.scan.camera);
    this.element = h("div", { class: "scanner" },
      h("label", { class: "field" }, h("span", {}, label), h("span", { class: "row" }, this.input, button(words.scan.add, () => this.typed()))),
      this.camera, this.video, this.message);
  }

  typed() {
    const code = this.input.value.trim();
    this.input.value = "";
    this.input.focus();
    if (code) this.heard(code);
  }

  async toggle() {
    if (this.stream) return this.stop();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      this.message.textContent = words.scan.noCamera;
      return undefined;
    }
    this.camera.lastChild.textContent = words.scan.stop;
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play();
    return this.look(new globalThis.BarcodeDetector({ formats: await usable() }));
  }

  async look(detector) {
    const last = { code: "", at: 0 };
    while (this.stream && this.element.isConnected) {
      for (const { rawValue: code } of await detector.detect(this.video).catch(() => [])) {
        if (code === last.code && Date.now() - last.at < SAME_AGAIN_MS) continue;
        Object.assign(last, { code, at: Date.now() });
        navigator.vibrate?.(60);
        this.heard(code);
      }
      await new Promise((resolve) => { this.video.requestVideoFrameCallback(resolve); });
    }
    this.stop();
  }

  /** Let the camera go: with the button, and when the form is left. */
  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.hidden = true;
    if (this.camera) this.camera.lastChild.textContent = words.scan.camera;
  }
}

async function usable() {
  const known = await globalThis.BarcodeDetector.getSupportedFormats();
  return FORMATS.filter((format) => known.includes(format));
}
