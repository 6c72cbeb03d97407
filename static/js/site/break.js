/* A break, for those who asked to be reminded of one. Time counts while a page is in sight; five
   minutes away from all pages are a break. */

import { show } from "./notes.js";

const SITTING = "painclinic-sitting";
const AWAY = 5 * 60_000;
const LOOK = 5_000;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(SITTING)) ?? {};
  } catch {
    return {};
  }
}

function write(since) {
  try {
    sessionStorage.setItem(SITTING, JSON.stringify({ since, seen: Date.now() }));
  } catch { /* Without a memory the time counts for this page only. */ }
}

export function breaks() {
  const note = document.querySelector("[data-break]");
  if (!note) return;
  const kept = read();
  let since = Date.now() - (kept.seen ?? 0) < AWAY ? kept.since : Date.now();
  let seen = Date.now();
  const look = () => {
    if (document.hidden) return;
    if (Date.now() - seen >= AWAY) {
      since = Date.now();
      note.hidden = true;
    }
    seen = Date.now();
    write(since);
    if (Date.now() - since >= Number(note.dataset.break) * 60_000) show(note);
  };
  note.querySelector("[data-break-close]").addEventListener("click", () => {
    note.hidden = true;
    since = Date.now();
    write(since);
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK);
  look();
}
