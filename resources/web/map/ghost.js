// The card under the pointer while something is dragged: what is carried, where it would go, what that would mean.

import { placeBeside, rowOf } from "/map/furniture.js";

const BEST = 3;   // drivers named
const GAP = 14, GAP_OUTSIDE = 40;   // pixels from the pointer; a drag from outside has a card of its own there

export class Ghost {
  constructor() {
    this.card = document.getElementById("ghost");
    this.outside = false;
    this.part = (name) => this.card.querySelector(`.${name}`);
  }

  /** choices: [{text, detail, colour}], the chosen one of several marked; refusal: why nothing can be dropped. */
  show({ what, choices, chosen, refusal, point }) {
    this.part("what").textContent = what;
    const where = this.part("where");
    const several = choices.length > 1;
    where.replaceChildren(...choices.map((choice, index) => {
      const detail = several ? choice.detail : `→ ${choice.text}, ${choice.detail}`;
      const row = rowOf({ mark: several ? String(index + 1) : "", ...choice, text: several ? choice.text : "", detail });
      row.classList.toggle("chosen", several && index === chosen);
      return row;
    }));
    if (!choices.length) where.textContent = refusal;
    this.part("hint").textContent = several ? "1–9 or the wheel choose" : "";
    this.card.hidden = false;
    this.move(point);
  }

  move(point) {
    placeBeside(this.card, point, this.outside ? GAP_OUTSIDE : GAP);
  }

  /** The window's verdict on the place under the pointer. */
  judge({ text, tone }) {
    const line = this.part("verdict");
    line.textContent = text;
    line.dataset.tone = tone;
  }

  /** The window's verdicts on drivers, best first: [{name, colour, text, tone}]. */
  rank(verdicts) {
    const rows = verdicts.slice(0, BEST).map(({ name, colour, text, tone }) => {
      const row = rowOf({ mark: "", text: name, detail: text, colour });
      row.querySelector(".detail").dataset.tone = tone;
      return row;
    });
    this.part("best").replaceChildren(...rows);
  }

  hide() {
    this.card.hidden = true;
    this.judge({ text: "", tone: "plain" });
    this.part("best").replaceChildren();
  }
}
