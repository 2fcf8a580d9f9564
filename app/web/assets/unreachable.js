// Says that the server was not reached or refused, where a script asked: the page keeps what was typed.
const note = document.querySelector("#unreachable");
const tell = (what) => {
  if (!note) return;
  for (const line of note.querySelectorAll("p")) line.hidden = !line.matches(`[data-${what}]`);
  note.hidden = false;
  note.scrollIntoView({ block: "nearest" });
};
const absent = () => (navigator.onLine ? "gone" : "offline");

addEventListener("offline", () => tell("offline"));
addEventListener("online", () => note && (note.hidden = true));
document.addEventListener("htmx:sendError", () => tell(absent()));
document.addEventListener("htmx:timeout", () => tell(absent()));
document.addEventListener("htmx:responseError", () => tell("failed"));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && note) note.hidden = true;
});

// A form that leaves the page would lose what it holds where nothing can be reached.
document.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  tell("offline");
});
