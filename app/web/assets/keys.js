// One key each for what has a button or a link. The buttons and links work without this file; it presses them.
// `handle` adds the keys of a list. Nothing happens while one types, nor with Ctrl, Alt or Meta.
const STORE = "vigie-keys";
const help = document.querySelector("dialog[data-keys]");
const boxes = () => [...document.querySelectorAll("[data-keys-on]")];
export const on = () => localStorage.getItem(STORE) !== "off";

const show = () => {
  for (const box of boxes()) box.checked = on();
  document.documentElement.dataset.keys = on() ? "on" : "off";
};
addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-on]")) return;
  localStorage.setItem(STORE, event.target.checked ? "on" : "off");
  show();
});
show();

for (const button of document.querySelectorAll("[data-keys-help]")) {
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
}

const list = [];
// Adds a function from a key to whether it did something with it, asked before what is below.
export const handle = (keys) => list.unshift(keys);

const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
let going = 0; // until when the key after g is a place to go to
let pressed = false; // a key held down acts once

const press = (key) => {
  const inside = document.activeElement?.closest("[data-item]") ?? document.querySelector("main");
  const found = inside?.querySelector(`[data-key~="${CSS.escape(key)}"]`) ?? document.querySelector(`main [data-key~="${CSS.escape(key)}"]`);
  if (!found || pressed) return false;
  pressed = found.matches("button");
  found.click();
  return true;
};
export const release = () => (pressed = false);
addEventListener("htmx:afterSwap", release);
for (const failure of ["htmx:responseError", "htmx:sendError"]) addEventListener(failure, release);
addEventListener("pageshow", release);

const search = () => {
  const field = document.querySelector("[data-search], main input[type=search]");
  if (!field) return false;
  if (!field.offsetParent) location.hash = field.closest("[id]:not(input)")?.id ?? "";
  field.focus();
  field.select();
  return true;
};

const everywhere = (key) => {
  if (going > Date.now()) {
    going = 0;
    const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
    if (link) location.assign(link.href);
    return Boolean(link);
  }
  if (key === "g") {
    going = Date.now() + 1500;
    return true;
  }
  if (key === "?") {
    help?.showModal();
    return Boolean(help);
  }
  return key === "/" && search();
};

addEventListener("keydown", (event) => {
  if (!on() || event.defaultPrevented || event.repeat || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPED)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (document.querySelector("dialog[open]")) {
    if (key === "?" && help?.open) help.close();
    return;
  }
  const waits = going > Date.now();
  if ((!waits && list.some((keys) => keys(key, event))) || everywhere(key) || press(key)) event.preventDefault();
});
