// One key for each button that names one; the buttons work without this file. On a page with items, j and k go from one
// to the next, and the other keys act on the item that is chosen.
const STORE = "vigie-keys";
const help = document.querySelector("[data-keys]");
const box = help?.querySelector("[data-keys-on]");
const items = () => [...document.querySelectorAll("[data-item]")];

if (box) {
  box.closest("label").hidden = false;
  box.checked = localStorage.getItem(STORE) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
}

let pressed = false; // a key held down labels one mention, not the next as well
let place = -1; // of the chosen item: a settled one leaves its place to the next

const chosen = () => document.activeElement?.closest("[data-item]") ?? (place >= 0 ? items()[place] : null);

const go = (step) => {
  const every = items();
  const at = every.indexOf(chosen());
  place = Math.max(0, Math.min(every.length - 1, at < 0 ? 0 : at + step));
  every[place]?.focus();
};

const scope = () => {
  const every = items();
  if (!every.length) return document;
  return chosen() ?? ("first" in help.dataset ? every[0] : null);
};

addEventListener("keydown", (event) => {
  if (!box?.checked || pressed || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if ((key === "j" || key === "k") && items().length) {
    event.preventDefault();
    go(key === "j" ? 1 : -1);
    return;
  }
  const inside = scope();
  const button = inside?.querySelector(`button[data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault();
  pressed = true;
  place = items().indexOf(inside);
  button.click();
});

addEventListener("htmx:afterSwap", () => {
  pressed = false;
  if (place >= 0) items()[Math.min(place, items().length - 1)]?.focus();
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) addEventListener(failure, () => (pressed = false));
