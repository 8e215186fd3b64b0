// The page's side of its service worker: whether it works without a signal, and whether there is a newer version.

const CHECK_MS = 6 * 3_600_000;

export class Shell {
  constructor(tell) {
    this.tell = tell;
    this.works = false;      // without a signal
    this.newer = null;
  }

  async start() {
    if (!navigator.serviceWorker) return;
    try {
      await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
      await navigator.serviceWorker.ready;
      this.works = true;
      this.tell();
      await this.check();
    } catch (fault) {
      console.warn(fault);   // a certificate that the phone does not trust: the page works while there is a signal
    }
    setTimeout(() => this.start(), CHECK_MS);
  }

  async check() {
    const { newer } = await this.ask({ kind: "check" });
    if (!newer || newer === this.newer) return;
    this.newer = newer;
    this.tell();
  }

  /** Go over to the newer version. */
  async update() {
    await this.ask({ kind: "use", name: this.newer });
    location.reload();
  }

  async ask(message) {
    const { active } = await navigator.serviceWorker.ready;
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      active.postMessage(message, [port2]);
    });
  }
}
