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
import "./find.js";
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
