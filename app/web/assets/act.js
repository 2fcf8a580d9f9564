// Acts on rows at once, tells the server, and takes back what it refuses. Each act can be undone for ten seconds.
import { say, word } from "./said.js";

export const list = document.querySelector("[data-list]");
export const rows = () => [...document.querySelectorAll("[data-list] [data-item]")];
export const token = () => document.querySelector("input[name=form_token]")?.value ?? "";
const undoable = [];
const running = new Map(); // by mention: its acts go to the server one after the other
export const isRunning = (id) => running.has(id);
const heard = { removed: () => {}, changed: () => {} };
export const listen = (hooks) => Object.assign(heard, hooks);

const parsed = (markup) => {
  const template = document.createElement("template");
  template.innerHTML = markup;
  return template.content;
};

// Posts a form as a script. Returns the answer, or throws with why not, in words.
export async function post(address, fields) {
  const body = new URLSearchParams([["form_token", token()], ["next", place()], ...fields]);
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { accept: "application/json" }, keepalive: body.toString().length < 60_000 });
  } catch {
    throw new Error(word("offline"));
  }
  if (answer.redirected || answer.status === 401) throw new Error(word("ended"));
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.why ?? word("offline"));
  return said;
}
const place = () => (list?.dataset.here === "/check" ? location.pathname + location.search : "/" + location.search);

const fits = (row) => {
  const { filterStance: stance, filterStatus: status } = list.dataset;
  if (stance && row.dataset.stance !== stance) return false;
  return status ? row.dataset.status === status : row.dataset.status !== "irrelevant";
};

const paint = (row, change) => {
  const [field, value] = change.do.split(":");
  if (field !== "stance" && field !== "status") return;
  row.dataset[field] = value;
  if (field === "stance") {
    const chip = row.querySelector(".by > .stance");
    const shape = row.querySelector(`.judge .${value} .shape`)?.cloneNode(true);
    if (chip) {
      chip.className = `stance ${value}`;
      chip.replaceChildren(...(shape ? [shape] : []), word(value));
    }
    for (const button of row.querySelectorAll(".judge button")) button.setAttribute("aria-pressed", String(button.classList.contains(value)));
  } else {
    const tag = row.querySelector(".tag.status");
    if (tag) [tag.textContent, tag.hidden] = [word(value), value === "new"];
  }
};

const told = (change, number) => {
  const [field, value] = change.do.split(":");
  const what = field === "tags" ? word("tagged") : field === "assignee" ? (change.name ? word("assigned", { name: change.name }) : word("unassigned")) : word(value);
  return number > 1 ? word("several", { n: number, what }) : what;
};

const back = (entry) => {
  for (const one of [...entry.rows].reverse()) {
    if (one.row.isConnected) one.row.replaceWith(one.was);
    else if (one.next?.isConnected) one.next.before(one.was);
    else list.querySelector("#feed").append(one.was);
    for (const other of entry.rows) if (other.next === one.row) other.next = one.was;
    one.row = one.was;
  }
  heard.changed();
};

const settle = (entry, answer) => {
  for (const fresh of [...parsed(answer.rows).querySelectorAll("[data-item]")]) {
    const old = document.getElementById(fresh.id);
    if (old) swap(old, fresh);
    for (const one of entry.rows) if (one.row.id === fresh.id) one.row = fresh;
  }
  for (const id of answer.gone) {
    const row = rows().find((each) => each.dataset.id === id);
    if (row) heard.removed([row]);
    row?.remove();
  }
  if (answer.offers?.trim()) document.querySelector("#notices")?.replaceChildren(...parsed(answer.offers).childNodes);
  heard.changed();
};

// Puts a row where its older self was; who reads it keeps the focus.
export const swap = (old, fresh) => {
  const focused = old.contains(document.activeElement);
  const picked = old.querySelector("input[name=ids]")?.checked;
  old.replaceWith(fresh);
  if (picked) fresh.querySelector("input[name=ids]").checked = true;
  if (old.classList.contains("here")) fresh.classList.add("here");
  if (focused) (fresh.querySelector("a.open") ?? fresh).focus({ preventScroll: true });
};

const after = async (ids, work) => {
  const before = Promise.allSettled(ids.map((id) => running.get(id)));
  const mine = before.then(work);
  for (const id of ids) running.set(id, mine);
  try {
    return await mine;
  } finally {
    for (const id of ids) if (running.get(id) === mine) running.delete(id);
  }
};

// Acts on rows: {do, brand_id?, assignee?, tags?, all?, stories?}. Returns when the server has answered.
export async function act(chosen, change) {
  const ids = chosen.map((row) => row.dataset.id);
  const entry = { ids, rows: chosen.map((row) => ({ row, was: row.cloneNode(true), next: row.nextElementSibling })), undo: null };
  for (const row of chosen) paint(row, change);
  const leaving = chosen.filter((row) => !fits(row));
  heard.removed(leaving);
  for (const row of leaving) row.remove();
  undoable.push(entry);
  say(told(change, chosen.length) + heard.where(leaving.length > 0), () => undo(entry));
  const brand = change.do.startsWith("stance:") && chosen.length === 1 ? (change.brand_id ?? chosen[0].dataset.brand) : null;
  const fields = [...ids.map((id) => ["ids", id]), ["do", change.do]];
  if (brand) fields.push(["brand_id", brand]);
  if ("settle" in list.dataset) fields.push(["copies", "1"]);
  for (const name of ["assignee", "tags", "all", "at", "stories"]) if (name in change) fields.push([name, change[name]]);
  entry.sent = after(ids, () => post("/mentions/act", fields));
  try {
    const answer = await entry.sent;
    entry.undo = answer.undo;
    if (entry.undone) return;
    settle(entry, answer);
    if (answer.total !== chosen.length && undoable.at(-1) === entry) say(told(change, answer.total), () => undo(entry));
  } catch (error) {
    if (undoable.includes(entry)) undoable.splice(undoable.indexOf(entry), 1);
    if (!entry.undone) back(entry);
    heard.focus(entry.rows[0].row);
    say(word("failed", { why: error.message }));
  }
}

// Undoes an act, the last one unless told which.
export async function undo(entry = undoable.at(-1)) {
  if (!entry || entry.undone) {
    say(word("nothing"));
    return;
  }
  undoable.splice(undoable.indexOf(entry), 1);
  entry.undone = true;
  back(entry);
  heard.focus(entry.rows[0].row);
  say(word("undone"));
  try {
    await entry.sent;
    const answer = await after(entry.ids, () => post("/mentions/undo", [["undo", entry.undo]]));
    settle(entry, { ...answer, gone: [] });
    if (answer.kept) say(word("kept", { n: answer.kept }));
  } catch (error) {
    say(word("failed", { why: error.message }));
  }
}
