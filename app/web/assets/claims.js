// Says which mention one has open, so that two people do not answer it at once, and shows who else has. Hinders nobody.
import { token } from "./act.js";

const DWELL = 1000; // who only passes says nothing
const EVERY = 45_000;
const TIRED = 20; // renewals for somebody who does nothing
let open = null;
let held = null;
let timer;
let idle = 0;
let sent = Promise.resolve();

const slot = () => document.querySelector("[data-looking]");

const show = (id, markup) => {
  const place = slot();
  if (place?.dataset.looking === id && place.innerHTML.trim() !== markup.trim()) place.innerHTML = markup;
};
// An address of this mention, one after the other; as a script, so that it waits for no log-in.
const ask = (id, what, method = "POST") => {
  const body = method === "POST" ? new URLSearchParams({ form_token: token() }) : undefined;
  sent = sent
    .then(() => fetch(`/mentions/${id}/${what}`, { method, body, headers: { accept: "application/json" }, keepalive: true }))
    .then(async (answer) => {
      if (answer.status === 200 && !answer.redirected) show(id, await answer.text());
    })
    .catch(() => {});
};

// A row of the list is told of what changes, the pane may come from what was fetched before.
const refresh = () => {
  if (!open) return;
  const row = document.getElementById(`m-${open}`);
  if (row) show(open, row.querySelector(".looking")?.outerHTML ?? "");
  else ask(open, "looking", "GET");
};
const hold = () => {
  if (!open || !slot() || !("claim" in slot().dataset)) return;
  held = open;
  ask(open, "claim");
};
const leave = () => {
  clearTimeout(timer);
  if (held) ask(held, "let-go");
  held = null;
};
const look = () => {
  const now = slot()?.dataset.looking ?? null;
  if (now !== open) {
    leave();
    open = now;
    if (open) timer = setTimeout(hold, DWELL);
  }
  if (open && document.getElementById(`m-${open}`)) refresh();
};

const pane = document.querySelector("[data-pane]");
if (pane || slot()) {
  look();
  if (pane) new MutationObserver(look).observe(pane, { childList: true });
  addEventListener("vigie:renewed", refresh);
  addEventListener("vigie:told", refresh);
  addEventListener("pagehide", () => {
    leave();
    open = null;
  });
  addEventListener("pageshow", look);
  for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, () => (idle = 0), { capture: true, passive: true });
  setInterval(() => {
    if (!open) return;
    if (held && ++idle <= TIRED) hold();
    else refresh();
  }, EVERY);
}
