// The list and the mention beside it: where one is, and that one never loses it.
import { act, list, listen, rows, undo } from "./act.js";
import { handle } from "./keys.js";
import { say, word } from "./said.js";

const reading = document.querySelector("[data-reading]");
const pane = document.querySelector("[data-pane]");
const narrow = matchMedia("(max-width: 60rem)");
const link = (row) => row?.querySelector("a.open");
const titleOf = (row) => link(row)?.textContent.trim().slice(0, 120) ?? "";
let here = null; // the row one is at, by its id

const at = () => rows().find((row) => row.id === here) ?? null;
const picked = () => rows().filter((row) => row.querySelector("input[name=ids]")?.checked);

const mark = (row) => {
  for (const other of document.querySelectorAll("[data-item].here")) other.classList.remove("here");
  row?.classList.add("here");
  here = row?.id ?? null;
};

// Goes to a row: the focus, the mark and, where there is room, what stands beside the list.
const go = (row, quietly = false) => {
  if (!row) return;
  mark(row);
  (link(row) ?? row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (pane && !quietly && (!narrow.matches || reading.classList.contains("opened"))) open(row, true);
  if (rows().indexOf(row) > rows().length - 20) more();
};

const step = (by) => {
  const every = rows();
  const now = every.indexOf(at());
  go(every[now < 0 ? 0 : Math.max(0, Math.min(every.length - 1, now + by))]);
};

// --- the mention beside the list

const kept = new Map(); // what was fetched, by mention and version
let wanted = null;
const fetched = async (row) => {
  const key = `${row.dataset.id}:${row.dataset.version}:${row.dataset.stance}:${row.dataset.status}`;
  if (!kept.has(key)) {
    const answer = fetch(`/mentions/${row.dataset.id}/pane${place()}`).then((got) => (got.ok && !got.redirected ? got.text() : ""));
    kept.set(key, answer);
    if (kept.size > 30) kept.delete(kept.keys().next().value);
  }
  const text = await kept.get(key);
  if (!text) kept.delete(key);
  return text;
};
const place = (add = {}) => {
  const query = new URLSearchParams(location.search);
  for (const name of ["open", "done", "undo", "settled"]) query.delete(name);
  for (const [name, value] of Object.entries(add)) query.set(name, value);
  const text = query.toString();
  return text ? `?${text}` : "";
};

let pause;
const open = (row, soon = false) => {
  clearTimeout(pause);
  wanted = row.dataset.id;
  const write = reading.classList.contains("opened") || !narrow.matches ? "replaceState" : "pushState";
  history[write]({ open: wanted }, "", `/${place({ open: wanted })}`);
  reading.classList.add("opened");
  pause = setTimeout(() => show(row), soon ? 100 : 0);
};
const show = async (row) => {
  const id = row.dataset.id;
  const text = await fetched(row);
  if (wanted !== id || !pane) return;
  if (!text) {
    location.assign(link(row).href);
    return;
  }
  pane.innerHTML = text;
  pane.scrollTop = 0;
  if (narrow.matches) {
    scrollTo(0, 0);
    pane.querySelector(".mention-title")?.focus();
  }
  const next = rows()[rows().findIndex((each) => each.dataset.id === id) + 1];
  setTimeout(() => next && wanted === id && fetched(next), 250); // who stays a moment finds the next one ready
};
const shut = () => {
  reading?.classList.remove("opened");
  wanted = null;
  pane?.replaceChildren();
  history.replaceState({}, "", `/${place()}`);
  go(at(), true);
};

addEventListener("popstate", () => {
  if (!reading) return;
  const id = new URLSearchParams(location.search).get("open");
  const row = rows().find((each) => each.dataset.id === id);
  if (row) {
    mark(row);
    wanted = id;
    reading.classList.add("opened");
    show(row);
  } else {
    reading.classList.remove("opened");
    wanted = null;
    pane?.replaceChildren();
    at()?.scrollIntoView({ block: "nearest" });
  }
});

// --- further pages

let loading = null;
const more = () => {
  const next = document.querySelector("#pager [data-more]");
  if (!next || !reading) return null;
  loading ??= fetch(`/mentions/rows?${new URL(next.href).searchParams}`)
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(new Error(word("offline")))))
    .then((text) => {
      const template = document.createElement("template");
      template.innerHTML = text;
      const feed = document.querySelector("#feed");
      for (const row of [...template.content.querySelectorAll("#feed > li")]) {
        const known = row.dataset.day ? feed.querySelector(`[data-day="${row.dataset.day}"]`) : document.getElementById(row.id);
        if (!known) feed.append(row);
      }
      document.querySelector("#pager").replaceWith(template.content.querySelector("#pager"));
      const query = new URLSearchParams(location.search);
      query.set("pages", String(Math.min(10, Number(query.get("pages") ?? 1) + 1)));
      history.replaceState(history.state, "", `/?${query}`);
    })
    .catch((error) => say(error.message))
    .finally(() => (loading = null));
  return loading;
};

// --- what the acts ask of the list

let left = null;
listen({
  removed: (leaving) => {
    if (!leaving.length) return;
    const every = rows();
    const last = every.indexOf(leaving.at(-1));
    const stay = [...every.slice(last + 1), ...every.slice(0, last).reverse()].find((row) => !leaving.includes(row));
    left = leaving.some((row) => row.id === here) || leaving.length > 1 || !at() ? (stay ?? null) : at();
    if (stay) go(left);
    else if (reading) (more() ?? Promise.reject()).then(() => go(rows()[0]), shut);
  },
  where: (gone) => (gone ? ` – ${left ? word("next", { what: titleOf(left) }) : word("last")}` : ""),
  focus: (row) => go(row),
  changed: () => {
    count();
    bar();
    if (rows().length < 20) more();
    const row = at();
    if (row && !row.classList.contains("here")) row.classList.add("here");
    if (row && wanted === row.dataset.id && !pane?.querySelector(":focus-within textarea, form :focus")) show(row);
  },
});

let counting;
const count = () => {
  const line = document.querySelector("[data-count]");
  if (!line) return;
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const answer = await fetch(line.dataset.count).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const text = (await answer.text()).trim();
    for (const each of document.querySelectorAll("[data-count], [data-total]")) each.textContent = text;
  }, 300);
};
if (document.querySelector("[data-count][data-now]")) count();

addEventListener("vigie:renewed", ({ detail: row }) => {
  if (row.id === here) row.classList.add("here");
  if (wanted === row.dataset.id && !pane?.contains(document.activeElement)) show(row);
});

// --- selecting

let anchor = null;
const bar = () => {
  const number = picked().length;
  const line = document.querySelector(".bulk [data-picked]");
  if (line) line.textContent = word("picked", { n: number });
};
const pick = (row, to, range) => {
  const every = rows();
  const [from, until] = [range && anchor ? every.findIndex((each) => each.id === anchor) : -1, every.indexOf(row)];
  const chosen = from < 0 ? [row] : every.slice(Math.min(from, until), Math.max(from, until) + 1);
  for (const each of chosen) each.querySelector("input[name=ids]").checked = to;
  anchor = row.id;
  bar();
};
list?.addEventListener("click", (event) => {
  const box = event.target.closest("input[name=ids]");
  if (box) pick(box.closest("[data-item]"), box.checked, event.shiftKey);
});

// --- keys and clicks

const chosen = () => {
  const several = picked().length && document.querySelector("[data-bulk] [name=all]:checked") ? rows() : picked();
  const one = at() ?? ("first" in list.dataset ? rows()[0] : null);
  return several.length ? several : one ? [one] : [];
};
const unpick = () => {
  for (const row of picked()) row.querySelector("input[name=ids]").checked = false;
  for (const box of document.querySelectorAll("[data-bulk] :checked")) if (box.type === "checkbox") box.checked = false;
  bar();
};
const does = (change) => {
  const those = chosen();
  if (!those.length) {
    say(word("first"));
    return true;
  }
  if (!here) mark(those[0]);
  act(those, { ...change, ...(picked().length ? wider() : {}) });
  unpick();
  return true;
};
// Beyond the rows that are ticked: all of the list, and what repeats them.
const wider = () => {
  const bulk = document.querySelector("[data-bulk]");
  const all = bulk.querySelector("[name=all]:checked") ? { all: "1", at: bulk.querySelector("[name=at]").value } : {};
  return { ...all, ...(bulk.querySelector("[name=stories]:checked") ? { stories: "1" } : {}) };
};
const DOES = { p: "stance:promoter", n: "stance:passive", d: "stance:detractor", i: "status:irrelevant", e: "status:closed" };
const canWrite = () => "write" in list.dataset;

const source = () => {
  const row = at();
  if (!row || !pane) {
    say(word("first"));
    return true;
  }
  const follow = () => {
    const found = pane.querySelector(`[data-mention="${row.dataset.id}"] a[data-key=r]`);
    if (found) found.click();
    else say(word("nolink"));
  };
  if (pane.querySelector(`[data-mention="${row.dataset.id}"]`)) follow();
  else {
    open(row);
    clearTimeout(pause);
    show(row).then(follow);
  }
  return true;
};
const assign = () => {
  if (!chosen().length) {
    say(word("first"));
    return true;
  }
  document.querySelector("#assign").showModal();
  return true;
};
document.querySelector("[data-assign]")?.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "assign" || !list) return;
  const to = event.target.querySelector("select");
  does({ do: "assignee:", assignee: to.value, name: to.value ? to.selectedOptions[0].textContent : "" });
});

if (list) {
  handle((key, event) => {
    if (key === "j" || key === "k") {
      step(key === "j" ? 1 : -1);
      return true;
    }
    if (key === "Enter") {
      const row = event.target.closest("[data-item]");
      if (!row || !pane || event.target.closest("button, input, a:not(.open)")) return false;
      mark(row);
      open(row);
      return true;
    }
    if (key === "Escape") {
      if (picked().length) unpick();
      else if (reading?.classList.contains("opened")) shut();
      else return false;
      return true;
    }
    if (key === "r") return source();
    if (!canWrite()) return false;
    if (key === "u") {
      undo();
      return true;
    }
    if (key === "x" && at()?.querySelector("input[name=ids]")) {
      pick(at(), event.shiftKey || !at().querySelector("input[name=ids]").checked, event.shiftKey);
      return true;
    }
    if (key === "a" && reading) return assign();
    return key in DOES && (reading || key in { p: 1, n: 1, d: 1 }) ? does({ do: DOES[key] }) : false;
  });

  addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.do || event.defaultPrevented) return;
    const row = button.closest("[data-item]") ?? rows().find((each) => each.dataset.id === event.target.dataset.act);
    if (!row && !button.closest("[data-bulk]")) return;
    event.preventDefault();
    if (!row) {
      const bulk = button.closest("[data-bulk]");
      const [to, tags] = [bulk.querySelector("[name=assignee]"), bulk.querySelector("[name=tags]")];
      const extra = { "assignee:": { assignee: to.value, name: to.value ? to.selectedOptions[0].textContent : "" }, "tags:": { tags: tags.value } };
      does({ do: button.dataset.do, ...extra[button.dataset.do] });
      return;
    }
    const brand = event.target.querySelector("input[name=brand_id]")?.value;
    act([row], { do: button.dataset.do, ...(brand ? { brand_id: brand } : {}) });
  });

  addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-item]");
    if (row && row.id !== here) mark(row);
  });

  addEventListener("click", (event) => {
    const next = event.target.closest("[data-more]");
    const shutting = event.target.closest("[data-close]");
    const row = event.target.closest("[data-item]");
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (next && reading) {
      event.preventDefault();
      more();
    } else if (shutting) {
      event.preventDefault();
      if (history.state?.open && narrow.matches) history.back();
      else shut();
    } else if (row && pane && !event.target.closest("button, input, label, a:not(.open)")) {
      event.preventDefault();
      mark(row);
      (link(row) ?? row).focus({ preventScroll: true });
      open(row);
    }
  });

  const opened = new URLSearchParams(location.search).get("open") ?? location.hash.slice(3);
  const row = rows().find((each) => each.dataset.id === opened);
  if (row) mark(row);
  for (const button of document.querySelectorAll(".quick button")) button.tabIndex = -1;
}
