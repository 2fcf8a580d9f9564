// One key for each button that names one; the buttons work without this file.
const STORE = "vigie-keys";
const help = document.querySelector("[data-keys]");
const box = help?.querySelector("[data-keys-on]");

if (box) {
  box.closest("label").hidden = false;
  box.checked = localStorage.getItem(STORE) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
}

let pressed = false; // a key held down labels one mention, not the next as well

addEventListener("keydown", (event) => {
  if (!box?.checked || pressed || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const button = document.querySelector(`button[data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault();
  pressed = true;
  button.click();
});
