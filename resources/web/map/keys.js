// What keys do on the map, besides Leaflet's own: arrows pan, + and - zoom.

/** Listen to the keyboard: what a key does depends on what is going on. */
export function listen({ pointer, drag, chooser, pin, sketch, tools, follow }) {
  const sketching = {
    Enter: () => sketch.finish(), Backspace: () => sketch.takeBack(), Escape: () => sketch.cancel(),
  };

  function escape() {
    if (chooser.open) chooser.close();
    else if (pointer.busy) pointer.letGo();
    else if (pin.active) pin.cancel();
    else if (tools.chosen) tools.choose(null);
    else if (follow.id !== null) follow.end();
    else pointer.clear();
  }

  document.addEventListener("keydown", (event) => {
    if (drag.active && /^[1-9]$/.test(event.key)) drag.choose(Number(event.key) - 1);
    else if (sketch.active && sketching[event.key]) sketching[event.key]();
    else if (event.key === "Escape") escape();
    else if (pin.active || sketch.active || drag.active || chooser.open || !tools.onKey(event)) return;
    event.preventDefault();
  });
}
