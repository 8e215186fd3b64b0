// Keeps one driver's marker in view until a hand takes the map elsewhere.

/* global L */

const INNER = 0.6;   // the part of the view in which the marker may move without the map
const GLIDE_S = 0.5;

export class Follow {
  constructor({ map, drivers, post, isBusy }) {
    Object.assign(this, { map, drivers, post, isBusy });
    this.id = null;
    this.notice = document.getElementById("following");
    map.on("dragstart", () => this.end());
    map.getContainer().addEventListener("keydown", ({ key }) => key.startsWith("Arrow") && this.end());
  }

  set(id) {
    this.id = id;
    this.drivers.follow(id);
    this.keep({ centred: true });
  }

  /** Ended here, by a hand: the window is to know. */
  end() {
    if (this.id === null) return;
    this.post({ kind: "follow_ended", driver_id: this.id });
    this.set(null);
  }

  /** Drivers have moved, or another one is followed: bring the marker back when it nears the edge. */
  keep({ centred = false } = {}) {
    const driver = this.drivers.drivers.get(this.id);
    this.notice.hidden = !driver;
    if (!driver) return;
    this.notice.textContent = `Following ${driver.label.split("\n")[0] || `driver ${driver.number}`} · Esc ends`;
    if (this.isBusy()) return;   // the map must not run away under a drag
    const half = this.map.getSize().multiplyBy(INNER / 2);
    const off = this.map.latLngToContainerPoint(driver.at).subtract(this.map.getSize().divideBy(2));
    if (centred || Math.abs(off.x) > half.x || Math.abs(off.y) > half.y) {
      this.map.panTo(L.latLng(driver.at), { animate: !document.hidden, duration: GLIDE_S, easeLinearity: 1 });
    }
  }
}
