// What others change while one reads. Rows change where they stand and none moves; what is new waits behind a pill.
// Told by the server as it happens, asked for every half minute where that does not work.
import { isRunning, rows, swap } from "./act.js";

const fresh = document.querySelector("[data-fresh]");
const SOON = 400;
const POLL = 30_000;
let source = null;
let failures = 0;
let polling = null;
let timer = null;
let changed = new Set();
let many = false;

const query = () => {
  const parameters = new URLSearchParams(location.search);
  for (const name of ["open", "done", "undo", "settled", "after", "pages"]) parameters.delete(name);
  return parameters;
};

// The page of one mention has no list, and is told all the same.
const alone = !fresh && document.querySelector("[data-looking]");
const onlookers = (row) => row.querySelector(".looking")?.textContent;

const near = () => rows().filter((row) => {
  const box = row.getBoundingClientRect();
  return box.bottom > -innerHeight && box.top < 2 * innerHeight;
});

const renew = async (wanted) => {
  if (!wanted.length) return;
  const parameters = query();
  parameters.set("ids", wanted.slice(0, 100).map((row) => row.dataset.id).join(","));
  const answer = await fetch(`/mentions/rows/now?${parameters}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const said = await answer.json();
  const template = document.createElement("template");
  template.innerHTML = said.rows;
  for (const now of [...template.content.querySelectorAll("[data-item]")]) {
    const old = document.getElementById(now.id);
    if (!old || isRunning(now.dataset.id)) continue;
    now.classList.toggle("gone", said.gone.includes(now.dataset.id));
    if (old.dataset.version === now.dataset.version && old.dataset.stance === now.dataset.stance && onlookers(old) === onlookers(now)) continue;
    swap(old, now);
    dispatchEvent(new CustomEvent("vigie:renewed", { detail: now }));
  }
};

const pill = async () => {
  if (!fresh) return;
  const parameters = query();
  parameters.set("since", fresh.dataset.fresh);
  const answer = await fetch(`/mentions/new?${parameters}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const text = await answer.text();
  if (text.trim() !== fresh.innerHTML.trim()) fresh.innerHTML = text;
};

const look = () => {
  timer = null;
  if (alone) dispatchEvent(new CustomEvent("vigie:told"));
  const every = rows();
  const known = every.filter((row) => changed.has(row.dataset.id));
  const others = many || known.length < changed.size;
  renew(many ? near() : known);
  if (others) pill();
  changed = new Set();
  many = false;
};
const soon = () => (timer ??= setTimeout(look, SOON));

const poll = () => {
  many = true;
  look();
};
const fallBack = () => {
  source?.close();
  source = null;
  polling ??= setInterval(poll, POLL);
};

const start = () => {
  if (source || polling || document.hidden) return;
  source = new EventSource("/mentions/stream");
  source.addEventListener("open", () => {
    failures = 0;
    document.documentElement.dataset.live = "on";
  });
  source.addEventListener("changed", (event) => {
    const ids = JSON.parse(event.data);
    if (!ids.length) many = true;
    for (const id of ids) changed.add(id);
    soon();
  });
  source.addEventListener("ended", () => stop());
  source.addEventListener("error", () => {
    failures += 1;
    if (source?.readyState === EventSource.CLOSED || failures > 5) fallBack();
  });
};
// A browser keeps few connections to one server: a page that nobody sees gives its own back.
const stop = () => {
  source?.close();
  source = null;
  clearInterval(polling);
  polling = null;
  delete document.documentElement.dataset.live;
};

if (fresh || alone) {
  start();
  setInterval(() => {
    for (const row of rows()) if (onlookers(row)) changed.add(row.dataset.id); // who just went away told nobody
    if (changed.size) soon();
  }, 2 * POLL);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", start);
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
}
