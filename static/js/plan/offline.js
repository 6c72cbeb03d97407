/* On the page that comes without a network: the safety plan, if its person keeps it on this device. */

import { read, remove } from "./kept.js";

const section = document.querySelector("[data-kept-plan]");

function line([words, tel]) {
  const item = document.createElement("li");
  if (!tel.startsWith("tel:")) {
    item.textContent = words;
    return item;
  }
  const link = document.createElement("a");
  link.className = "button button-secondary button-wide";
  link.href = tel;
  // The number stays in one piece.
  const number = document.createElement("span");
  const from = words.lastIndexOf(": ") + 1;
  number.className = "phone-number";
  number.textContent = words.slice(from).trim();
  link.append(from ? `${words.slice(0, from)} ` : "", number);
  item.append(link);
  return item;
}

function part({ title, lines }) {
  const element = document.createElement("div");
  const heading = document.createElement("h3");
  const list = document.createElement("ul");
  heading.textContent = title;
  list.className = "plan-lines";
  list.append(...lines.map(line));
  element.append(heading, list);
  return element;
}

const there = await read();
if (there) {
  section.querySelector("[data-parts]").append(...there.plan.parts.map(part));
  section.hidden = false;
  section.querySelector("[data-remove]").addEventListener("click", async () => {
    await remove();
    section.querySelector("[data-parts]").replaceChildren();
    section.querySelector("[data-there]").hidden = true;
    section.querySelector("[data-gone]").hidden = false;
  });
}
