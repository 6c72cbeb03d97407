/* On the page of the safety plan: keep it on this device, or remove it; only ever after the press of a button. */

import { isShared } from "../autosave/tails.js";
import { keep, read, remove } from "./kept.js";

const box = document.querySelector("[data-plan-device]");

function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

/* The plan as it stands on this page: titles, lines, and the number behind each line that has one. */
function plan() {
  const parts = [...document.querySelectorAll("[data-plan-part]")].map((part) => ({
    title: words(part.querySelector("h2")),
    lines: [...part.querySelectorAll("li")].map((line) => [
      words(line), line.querySelector("a")?.getAttribute("href") ?? "",
    ]),
  }));
  return { parts };
}

function show(state) {
  for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
}

function say(state) {
  show(state);
  const text = box.querySelector(`[data-when="${state}"] p`)?.textContent.trim();
  const live = document.getElementById("live");
  if (live && text) live.textContent = text;
}

async function put() {
  try {
    if (!("serviceWorker" in navigator)) throw new Error("no offline pages");
    await keep(box.dataset.owner, plan());
    return "kept";
  } catch {
    return "impossible";
  }
}

if (box) {
  box.querySelector("[data-keep]").addEventListener("click", async () => {
    say(await put());
    box.querySelector("[data-remove]").focus();
  });
  box.querySelector("[data-remove]").addEventListener("click", async () => {
    await remove();
    say("none");
    box.querySelector("[data-keep]").focus();
  });
  const there = await read();
  // A version that was written since takes the place of the one that lies here.
  if (there?.owner === box.dataset.owner) show(await put());
  else show(isShared() ? "shared" : "none");
}
