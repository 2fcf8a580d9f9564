// Completes the name of a member after an @ in a note. Typing the whole name works without this file.
const LIMIT = 6;
const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
let open = null; // the field that is completed, its box, where the name starts, the option one is at

const shut = () => {
  open?.box.remove();
  open?.field.removeAttribute("aria-activedescendant");
  open?.field.removeAttribute("aria-controls");
  open = null;
};

const offered = (field, begun) => {
  const wanted = plain(begun);
  return [...(document.getElementById(field.dataset.names)?.options ?? [])]
    .filter((one) => plain(one.value).startsWith(wanted) || plain(one.label).split(/\s+/).some((word) => word.startsWith(wanted)))
    .slice(0, LIMIT);
};

const at = (number) => {
  const every = [...open.box.children];
  open.at = (number + every.length) % every.length;
  every.forEach((one, index) => one.setAttribute("aria-selected", String(index === open.at)));
  open.field.setAttribute("aria-activedescendant", every[open.at].id);
};

const take = (handle) => {
  const { field, start } = open;
  field.setRangeText(`@${handle} `, start, field.selectionStart, "end");
  shut();
  field.focus();
};

const boxOf = (field, found) => {
  const box = document.createElement("ul");
  box.className = "names";
  box.id = `${field.id}-names`;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.dataset.namesLabel);
  found.forEach((one, index) => {
    const line = document.createElement("li");
    line.id = `${box.id}-${index}`;
    line.setAttribute("role", "option");
    line.dataset.handle = one.value;
    line.textContent = one.label === one.value ? `@${one.value}` : `${one.label} · @${one.value}`;
    box.append(line);
  });
  return box;
};

addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("textarea[data-names]")) return;
  shut();
  const begun = /(?:^|[^\p{L}\p{N}_@.+/-])@([\p{L}\p{N}_.'’-]{0,60})$/u.exec(field.value.slice(0, field.selectionStart))?.[1];
  const found = begun === undefined ? [] : offered(field, begun);
  if (!found.length) return;
  const box = boxOf(field, found);
  field.after(box);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", box.id);
  open = { field, box, start: field.selectionStart - begun.length - 1, at: 0 };
  at(0);
});

addEventListener("keydown", (event) => {
  if (!open || event.target !== open.field || event.isComposing) return;
  const does = {
    ArrowDown: () => at(open.at + 1),
    ArrowUp: () => at(open.at - 1),
    Enter: () => take(open.box.children[open.at].dataset.handle),
    Tab: () => take(open.box.children[open.at].dataset.handle),
    Escape: shut,
  }[event.key];
  if (!does || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  does();
}, true);

// The press would take the focus from the field, which closes the list before the click.
addEventListener("mousedown", (event) => {
  const line = event.target.closest?.(".names [role=option]");
  if (!line || !open) return;
  event.preventDefault();
  take(line.dataset.handle);
});
addEventListener("focusout", (event) => event.target === open?.field && shut());
