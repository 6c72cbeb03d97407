/* Two minutes before a session ends for lack of activity: a line that says so, and a button to stay.

   Any request of any tab counts as activity, as it does on the server. */

import { show } from "./notes.js";

const LAST = "painclinic-last-request";
const WARNING = 120_000;
const LOOK = 5_000;

export function watchSession() {
  const note = document.querySelector("[data-session-idle]");
  if (!note) return;
  const idle = Number(note.dataset.sessionIdle) * 1000;
  const key = `${LAST}-${note.dataset.sessionUser}`;
  let last = Date.now();
  const newest = () => {
    try {
      return Math.max(last, Number(localStorage.getItem(key)));
    } catch {
      return last;
    }
  };
  const asked = () => {
    last = Date.now();
    try {
      localStorage.setItem(key, String(last));
    } catch { /* Then each tab counts for itself. */ }
  };
  const turn = (isOver) => {
    for (const part of note.querySelectorAll("[data-session-soon], [data-session-stay]")) part.hidden = isOver;
    for (const part of note.querySelectorAll("[data-session-over], [data-session-again]")) part.hidden = !isOver;
  };
  const look = () => {
    const left = newest() + idle - Date.now();
    turn(left <= 0);
    if (left <= WARNING) show(note);
    else note.hidden = true;
  };
  new PerformanceObserver((list) => {
    const ours = list.getEntries().filter((entry) => ["fetch", "xmlhttprequest"].includes(entry.initiatorType));
    if (!ours.length || note.querySelector("[data-session-soon]").hidden) return;
    asked();
    look();
  }).observe({ type: "resource" });
  window.addEventListener("storage", (event) => event.key === key && look());
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK);
  asked();
}
