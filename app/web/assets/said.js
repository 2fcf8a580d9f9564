// What is said to everybody at once, seen or heard: what was done, and how to undo it.
const place = document.querySelector("#toast");
const words = document.querySelector("[data-words]")?.dataset ?? {};
export const word = (name, put = {}) => Object.entries(put).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), words[name] ?? name);

const LONG = 10_000;
let timer;
let until = 0;
const hide = () => {
  if (place.matches(":hover, :focus-within")) timer = setTimeout(hide, 1000);
  else place.replaceChildren();
};

// Says a text for ten seconds; `undo`, a function, puts a button beside it.
export const say = (text, undo) => {
  if (!place) return;
  clearTimeout(timer);
  const line = document.createElement("span");
  line.textContent = text;
  const parts = [line];
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = `${word("undo")} (u)`;
    button.addEventListener("click", undo);
    parts.push(button);
  }
  place.replaceChildren(...parts);
  until = Date.now() + LONG;
  timer = setTimeout(hide, LONG);
};
export const isSaid = () => Date.now() < until;
