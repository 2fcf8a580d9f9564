// Niceties only: every page works without this file.
// htmx and the charts write markup, which the pages' Content-Security-Policy refuses to a script without a policy.
// What passes is what our own server rendered and escaped; anything that could run is refused all the same.
const RUNS = /<\s*(script|iframe|object|embed|base)\b|<[^>]*(\son[a-z]+\s*=|=\s*["']?\s*javascript:)/i;
const written = (markup) => (RUNS.test(markup.replace(/<head\b[\s\S]*?<\/head>/i, "")) ? "" : markup);
window.trustedTypes?.createPolicy("default", { createHTML: written });

import("htmx.org");
import "./keys.js";
import "./feed.js";
import "./live.js";
import "./claims.js";
import "./find.js";
import "./answers.js";
import "./names.js";
import "./unreachable.js";

const filters = document.querySelector("[data-filters]");
filters?.addEventListener("change", (event) => {
  if (event.target.matches("select, input[type=checkbox]")) filters.requestSubmit();
});

// A choice acts at once: the button is for those without this file.
filters?.querySelector("[data-needless]")?.setAttribute("hidden", "");

// Empty fields stay out of the address.
filters?.addEventListener("submit", () => {
  for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  if (filters) for (const field of filters.elements) field.disabled = false;
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
  });
}

for (const field of document.querySelectorAll("[data-timezone]")) {
  if (!field.value || field.value === "UTC") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}

// A button that takes a while says so, and shows that its form is on its way; the text returns with the back button.
for (const button of document.querySelectorAll("[data-busy]")) {
  button.form?.addEventListener("submit", (event) => {
    if (event.submitter !== button) return;
    button.dataset.was = button.textContent;
    setTimeout(() => { button.textContent = button.dataset.busy; button.setAttribute("aria-busy", "true"); });
  });
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-busy][aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.textContent = button.dataset.was;
  }
});
for (const told of document.querySelectorAll("[data-scripted]")) told.hidden = false;

// A query that somebody is writing is not replaced by one that was proposed a moment before.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const writing = target.id === "query-field" && document.activeElement?.id === "query";
  if (writing && requestConfig?.elt?.tagName !== "BUTTON") event.detail.shouldSwap = false;
});
