/* Two texts side by side, field by field, in the form itself. Nothing goes on until somebody chose. */

import { isText, label, shown } from "./fields.js";
import { part } from "./parts.js";

function both(mine, other) {
  if (mine.includes(other)) return mine;
  return other.includes(mine) ? other : `${mine}\n\n${other}`;
}

let panels = 0;

export class Versions {
  /* `mine` answers what stands in the form now; `choose` gets the text that was put together. */
  constructor(form, { mine, other, isClosed = false, choose }) {
    Object.assign(this, { form, mine, other, choose });
    this.number = panels += 1;
    this.element = part(isClosed ? "closed" : "versions");
    this.pattern = this.element.querySelector("[data-each]");
    this.place = document.createElement("div");
    this.place.className = "stack";
    this.pattern.replaceWith(this.place);
    this.element.querySelector("[data-settle]")?.addEventListener("click", () => this.settle());
    this.element.querySelector("[data-again]")?.addEventListener("click", () => window.location.reload());
    const fallback = form.querySelector("[data-draft-kept]");
    const place = form.querySelector("[data-draft-panel]") ?? form;
    if (fallback) fallback.replaceWith(this.element);
    else place.prepend(this.element);
    this.draw();
  }

  get names() {
    const [mine, other] = [this.mine(), this.other];
    const names = Object.keys({ ...mine, ...other });
    return names.filter((name) => JSON.stringify(mine[name] ?? "") !== JSON.stringify(other[name] ?? ""));
  }

  /* Draws the fields anew after either text changed, leaving what was chosen as it is. */
  draw(other = this.other) {
    this.other = other;
    const mine = this.mine();
    const chosen = this.choices();
    const names = this.names;
    this.place.replaceChildren(...names.map((name, index) => {
      const field = this.pattern.cloneNode(true);
      const [here, there] = [shown(this.form, name, mine[name]), shown(this.form, name, other[name])];
      field.dataset.each = name;
      field.querySelector("[data-label]").textContent = label(this.form, name);
      field.querySelector("[data-mine]").textContent = here || "–";
      field.querySelector("[data-other]").textContent = there || "–";
      const isMergeable = isText(this.form, name) && here && there;
      field.querySelector("[data-both]")?.toggleAttribute("hidden", !isMergeable);
      const usual = isMergeable ? "both" : here ? "mine" : "other";
      for (const radio of field.querySelectorAll("input[type=radio]")) {
        radio.name = `versions-${this.number}-${index}`;
        radio.checked = radio.value === (chosen[name] ?? usual);
      }
      return field;
    }));
  }

  choices() {
    const chosen = {};
    for (const field of this.place.querySelectorAll("[data-each]")) {
      const radio = field.querySelector("input[type=radio]:checked");
      if (radio) chosen[field.dataset.each] = radio.value;
    }
    return chosen;
  }

  settle() {
    const chosen = this.choices();
    const result = { ...this.mine() };
    for (const name of this.names) {
      const [here, there] = [result[name] ?? "", this.other[name] ?? ""];
      if (chosen[name] === "other") result[name] = there;
      if (chosen[name] === "both") result[name] = both(here, there);
    }
    this.remove();
    this.choose(result);
  }

  focus() {
    this.element.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  remove() {
    this.element.remove();
  }
}
