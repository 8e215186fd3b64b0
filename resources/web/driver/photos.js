// Photos as evidence: the camera's own bytes, kept on the phone the moment they are taken.

import { h, fill, icon } from "./dom.js";
import { button, need } from "./choices.js";
import * as kept from "./kept.js";
import { sha256 } from "./keys.js";
import { words } from "./words.js";

const LARGEST = 8_000_000;          // larger ones are encoded anew; the gateway takes 12 MB
const LARGEST_SIDE = 4_096;
const THUMB = 96;
const MOST = 20;                    // of one stop, as the gateway takes them

export class PhotoField {
  constructor(draft, level, title = words.photo.title) {
    this.draft = draft;
    this.message = h("p", { class: "quiet", role: "status" });
    this.thumbs = h("div", { class: "thumbs" });
    this.input = h("input", { type: "file", accept: "image/jpeg,image/png,image/webp", capture: "environment", class: "unseen", onchange: () => this.take() });
    this.caption = h("span");
    this.element = h("section", { class: "part" }, h("h2", {}, title, need(level)), this.thumbs,
      h("label", { class: "button" }, icon("camera"), this.caption, this.input), this.message);
    this.show();
  }

  async take() {
    const [file] = this.input.files;
    if (!file) return;
    this.message.textContent = words.photo.working;
    try {
      const buffer = await evidence(file);
      const photo = { sha256: await sha256(buffer), size: buffer.byteLength };
      await kept.change(["bytes"], (store) => { store("bytes").put(buffer, photo.sha256); });
      const others = this.draft.values.photos.filter((other) => other.sha256 !== photo.sha256);
      await this.draft.set({ photos: [...others, photo] });
      this.message.textContent = "";
    } catch (fault) {
      this.message.textContent = fault instanceof Unfit ? fault.message : words.photo.full;
    }
    this.input.value = "";
    await this.show();
  }

  async remove(photo) {
    await this.draft.set({ photos: this.draft.values.photos.filter((other) => other !== photo) });
    await this.show();
  }

  async show() {
    const { photos } = this.draft.values;
    this.input.disabled = photos.length >= MOST;
    this.caption.textContent = photos.length ? words.photo.another : words.photo.add;
    const rows = await Promise.all(photos.map(async (photo, index) => h("figure", {},
      await thumb(photo, words.photo.shown(index + 1)),
      button(icon("wrong"), () => this.remove(photo), { kind: "plain", "aria-label": words.photo.remove(index + 1) }))));
    fill(this.thumbs, rows);
  }
}

class Unfit extends Error {}

/** The bytes that are kept: the file's own unless it is too large to send. */
async function evidence(file) {
  let picture;
  try { picture = await createImageBitmap(file); } catch { throw new Unfit(words.photo.bad); }
  try {
    if (file.size <= LARGEST) return await file.arrayBuffer();
    const smaller = await smallerOf(picture);
    if (!smaller || smaller.size > LARGEST) throw new Unfit(words.photo.large);
    return await smaller.arrayBuffer();
  } finally {
    picture.close();
  }
}

function smallerOf(picture) {
  const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.88); });
}

async function thumb({ sha256: name }, label) {
  const canvas = h("canvas", { width: THUMB * 2, height: THUMB * 2, role: "img", "aria-label": label });
  const buffer = await kept.one("bytes", name);
  try {
    const picture = await createImageBitmap(new Blob([buffer]));
    const side = Math.min(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
    picture.close();
  } catch { /* no picture of it, but the photo is there */ }
  return canvas;
}
