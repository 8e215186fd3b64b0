// Rounds without a line to drop on: a strip of them at the map's edge while something is dragged.

const EDGE = 36;        // pixels from the strip's ends within which it moves on
const STEP = 12;

export class IdleStrip {
  constructor() {
    this.strip = document.getElementById("idle");
    this.list = this.strip.querySelector(".list");
    this.rounds = new Map();   // shift id → {id, number, colour, name}
  }

  set(rounds) {
    this.rounds = new Map(rounds.map((round) => [round.id, round]));
    this.list.replaceChildren(...rounds.map(rowOf));
  }

  show(shown) {
    this.strip.hidden = !shown || this.rounds.size === 0;
  }

  /** The round under the point of the view: its id, or null; undefined beside the strip. */
  at(point) {
    if (this.strip.hidden) return undefined;
    const under = document.elementFromPoint(point.x, point.y);
    if (!under || !this.strip.contains(under)) return undefined;
    return under.closest("[data-shift]")?.dataset.shift ?? null;
  }

  /** Bring on what lies beyond the strip's ends when the pointer hangs there. */
  scrollNear({ y }) {
    const { top, bottom } = this.list.getBoundingClientRect();
    if (y < top + EDGE) this.list.scrollTop -= STEP;
    if (y > bottom - EDGE) this.list.scrollTop += STEP;
  }

  light(shift) {
    for (const row of this.list.children) row.classList.toggle("lit", row.dataset.shift === shift);
  }
}

function rowOf({ id, number, colour, name }) {
  const row = document.createElement("div");
  row.className = "row";
  row.dataset.shift = id;
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.backgroundColor = colour;
  row.append(swatch, `${number} ${name}`);
  return row;
}
