// Adds a row to a list of a worksheet in place. Without this script the button posts the form instead.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  const list = button?.closest("[data-rows]");
  const pattern = list?.querySelector("template[data-row]");
  if (!pattern) return;
  event.preventDefault();
  const rows = list.querySelectorAll(":scope > .row-fields");
  const next = 1 + Math.max(-1, ...[...rows].map((row) => {
    const input = row.querySelector("[name]");
    return Number(input?.name.slice(list.dataset.rows.length + 1).split("-")[0] ?? -1);
  }));
  const holder = document.createElement("div");
  holder.append(pattern.content.cloneNode(true));
  for (const element of holder.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes("__row__")) element.setAttribute(name, value.replaceAll("__row__", String(next)));
    }
  }
  const row = holder.firstElementChild;
  const legend = row.querySelector("legend");
  legend.textContent = `${legend.textContent.trim()} ${rows.length + 1}`;
  pattern.before(row);
  row.querySelector("select, input, textarea")?.focus();
  if (rows.length + 1 >= Number(list.dataset.maxRows)) button.hidden = true;
});
