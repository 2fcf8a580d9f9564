// Canned answers: the one that is chosen is filled in at once, and copying it opens the source. The form works without.
import { say, word } from "./said.js";

const typed = new Map(); // what people made of an answer, by mention and answer: choosing another one loses nothing
const panel = (element) => element.closest?.("[data-answers]");
const chosen = (section) => `${section.dataset.answers} ${section.querySelector("[name=canned]").value}`;
const show = (section) => section?.querySelector("[data-copy-answer]")?.removeAttribute("hidden");

const fill = async (section) => {
  const form = section.querySelector("form");
  const wanted = chosen(section);
  const answer = await fetch(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return say(word(answer?.redirected ? "ended" : "offline"));
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  if (chosen(section) !== wanted) return;
  const filled = template.content.querySelector("[data-filled]");
  if (!filled) return form.submit();
  section.querySelector("[data-filled]").replaceWith(filled);
  if (typed.has(wanted)) section.querySelector("textarea").value = typed.get(wanted);
  show(section);
};

const copied = async (area) => {
  try {
    await navigator.clipboard.writeText(area.value);
    return true;
  } catch { // no permission, or a page without https
    area.focus();
    area.select();
    return document.execCommand("copy");
  }
};

show(document.querySelector("[data-answers]"));
addEventListener("input", ({ target }) => {
  if (target.matches("[data-answers] textarea")) typed.set(chosen(panel(target)), target.value);
});
addEventListener("change", ({ target }) => {
  if (target.matches("[data-answers] [name=canned]") && target.value) fill(panel(target));
});
addEventListener("submit", (event) => {
  if (event.target.method !== "get" || !panel(event.target)) return;
  event.preventDefault();
  fill(panel(event.target));
});
addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy-answer]");
  if (!button) return;
  const done = await copied(panel(button).querySelector("textarea"));
  say(done ? button.dataset.copied : button.dataset.refused);
  if (done) button.parentElement.querySelector("a[target]")?.click();
});
