// Filters the kinds of source while one types: every word must be found, whatever its accents. All are shown without it.
const field = document.querySelector("[data-find] input");
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const filter = () => {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const shelf of document.querySelectorAll("[data-shelf]")) {
    let here = 0;
    for (const kind of shelf.querySelectorAll("[data-words]")) {
      kind.hidden = !words.every((word) => kind.dataset.words.includes(word));
      here += !kind.hidden;
    }
    shelf.hidden = !here;
    shown += here;
  }
  document.querySelector("[data-none]").hidden = shown > 0;
};

if (field) {
  field.closest("[data-find]").hidden = false;
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    const first = document.querySelector("[data-words]:not([hidden]) a");
    if (event.key === "Enter" && field.value && first) first.click();
  });
  if (field.value) filter(); // the back button brings what was typed
}
