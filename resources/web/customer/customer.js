// Keeps the page as the depot has it, and sends wishes. What is shown is made by the gateway: nothing here makes HTML of words.

const EVERY_MS = 30_000;
const body = document.body;
const $ = (id) => document.getElementById(id);
const here = location.pathname.replace(/\/+$/, "");

document.documentElement.classList.add("scripts"); // without them nothing can be asked for

// --- how it stands now

function untouched() {
  const fields = [...$("ask").querySelectorAll("select, textarea")];
  return fields.every((field) => !field.value) && !$("ask").querySelector("details[open]");
}

function take(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of untouched() ? ["live", "asked", "ask"] : ["live", "asked"]) {
    const part = fresh.getElementById(id);
    if (part && part.outerHTML !== $(id).outerHTML) $(id).replaceWith(document.importNode(part, true));
  }
  document.title = fresh.title;
}

function line(text) {
  $("line").hidden = !text;
  $("line").textContent = text;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(15_000) });
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    take(await answer.text());
    line("");
  } catch {
    line(body.dataset.offline.replace("{at}", $("live").dataset.at));
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
addEventListener("online", refresh);
addEventListener("offline", refresh);
addEventListener("pageshow", (event) => event.persisted && refresh());

// --- wishes

function wishOf(form) {
  // the same key until it is taken: pressed twice, or again after a lost answer, it is one wish
  const said = { ...Object.fromEntries(new FormData(form)), kind: form.dataset.kind };
  const words = JSON.stringify(said);
  if (form.dataset.words !== words) {
    form.dataset.words = words;
    form.dataset.key = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
  }
  const [on, from, until] = (said.when ?? "").split(" ");
  return { key: form.dataset.key, kind: said.kind, text: said.text, on, from, until };
}

async function send(form) {
  const answer = await fetch(`${here}/wish${location.search}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wishOf(form)),
    signal: AbortSignal.timeout(20_000),
  });
  const said = await answer.json().catch(() => ({}));
  return { taken: answer.ok, said: said.said ?? body.dataset.trouble };
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target, button = form.querySelector("button");
  button.disabled = true;
  $("said").textContent = body.dataset.sending;
  try {
    const { taken, said } = await send(form);
    $("said").textContent = said;
    if (taken) {
      form.reset();
      form.closest("details").open = false;
      await refresh();
      $("said").scrollIntoView({ block: "nearest" });
    }
  } catch {
    $("said").textContent = body.dataset.unsent;
  }
  button.disabled = false;
});
