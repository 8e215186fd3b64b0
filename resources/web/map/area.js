// Choosing an area: a box, or a lasso drawn freely around stops.

/* global L */

const LASSO_STEP = 4;   // pixels between two points of a lasso

export class Area {
  constructor() {
    this.shape = null;   // "box" or "lasso" while one is drawn
    this.points = [];
    this.box = document.getElementById("box");
    this.lasso = document.getElementById("lasso");
  }

  begin(shape, point) {
    this.shape = shape;
    this.points = [point];
  }

  /** The pointer is here now. */
  follow(point) {
    if (this.shape === "box") {
      this.points = [this.points[0], point];
      this._showBox();
    } else if (point.distanceTo(this.points.at(-1)) >= LASSO_STEP) {
      this.points.push(point);
      this.lasso.firstElementChild.setAttribute("points", this.points.map(({ x, y }) => `${x},${y}`).join(" "));
      this.lasso.toggleAttribute("hidden", false);
    }
  }

  /** A test whether a point of the view lies inside; the drawing is over. */
  end(point) {
    if (this.shape === "box") this.follow(point);
    const { shape, points } = this;
    this.cancel();
    const bounds = L.bounds(points);
    return shape === "box" ? (at) => bounds.contains(at) : (at) => bounds.contains(at) && isInside(at, points);
  }

  cancel() {
    this.shape = null;
    this.points = [];
    this.box.hidden = true;
    this.lasso.toggleAttribute("hidden", true);
    this.lasso.firstElementChild.setAttribute("points", "");
  }

  _showBox() {
    const { min, max } = L.bounds(this.points);
    Object.assign(this.box.style, {
      left: `${min.x}px`, top: `${min.y}px`, width: `${max.x - min.x}px`, height: `${max.y - min.y}px` });
    this.box.hidden = false;
  }
}

/** Whether the point lies inside the closed line, by the crossings of a ray to the right (even-odd rule). */
function isInside({ x, y }, points) {
  let inside = false;
  points.forEach((b, index) => {
    const a = points.at(index - 1);
    if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}
