/* What stands in a form, as the server keeps it: names with a text, or a list of texts, each. */

const RESERVED = new Set([
  "csrfmiddlewaretoken", "draft", "base_rev", "submission_id", "draft_tab", "save_only", "add_row", "next",
]);

function isOurs(name) {
  return name && !RESERVED.has(name) && !name.startsWith("keep:");
}

export function read(form) {
  const data = {};
  for (const [name, value] of new FormData(form)) {
    if (!isOurs(name) || typeof value !== "string") continue;
    const text = value.replace(/\r\n?/g, "\n");
    data[name] = name in data ? [data[name], text].flat() : text;
  }
  return data;
}

export function isEqual(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => JSON.stringify(one[name] ?? "") === JSON.stringify(other[name] ?? ""));
}

function controls(form) {
  return [...form.elements].filter((element) => isOurs(element.name) && element.type !== "file");
}

function write(control, values, position) {
  if (control.type === "radio" || control.type === "checkbox") {
    control.checked = values.includes(control.value);
  } else if (control.type === "select-multiple") {
    for (const option of control.options) option.selected = values.includes(option.value);
  } else if (control.type !== "hidden" || values.length) {
    const value = values[position] ?? "";
    if (control.value.replace(/\r\n?/g, "\n") === value) return;
    const caret = document.activeElement === control ? control.selectionStart : null;
    control.value = value;
    if (caret !== null) control.setSelectionRange(caret, caret);
  }
}

function missing(form, data) {
  const names = new Set(controls(form).map((control) => control.name));
  return Object.keys(data).filter((name) => !names.has(name) && [data[name]].flat().some(Boolean));
}

/* Puts a text into a form; answers which names found no place. Scripts that add rows can make
   place for them when they hear "autosave:rows". */
export function fill(form, data) {
  const without = missing(form, data);
  if (without.length) {
    form.dispatchEvent(new CustomEvent("autosave:rows", { bubbles: true, detail: { names: without } }));
  }
  const seen = {};
  for (const control of controls(form)) {
    const position = seen[control.name] ?? 0;
    seen[control.name] = position + 1;
    write(control, [data[control.name] ?? []].flat(), position);
  }
  form.dispatchEvent(new CustomEvent("autosave:filled", { bubbles: true }));
  return missing(form, data);
}

export function isText(form, name) {
  const control = controls(form).find((one) => one.name === name);
  return !control || control.tagName === "TEXTAREA" || control.type === "text" || control.type === "search";
}

function words(element) {
  const copy = element?.cloneNode(true);
  for (const extra of copy?.querySelectorAll(".field-optional, .visually-hidden, input") ?? []) extra.remove();
  return copy?.textContent.replace(/\s+/g, " ").trim() ?? "";
}

/* The words above a field, as its reader knows it. */
export function label(form, name) {
  const control = controls(form).find((one) => one.name === name);
  if (!control) return "";
  const isChoice = control.type === "radio" || control.type === "checkbox";
  const legend = control.closest("fieldset")?.querySelector("legend");
  const row = words(control.closest(".row-fields")?.querySelector("legend"));
  const own = words(isChoice && legend ? legend : control.labels?.[0]);
  return row && row !== own ? `${row}: ${own}` : own;
}

/* A value as its reader knows it: for choices the words beside them. */
export function shown(form, name, value) {
  const say = (part) => {
    const all = controls(form).filter((one) => one.name === name);
    const chosen = all.find((one) => (one.type === "radio" || one.type === "checkbox") && one.value === part);
    if (chosen) return words(chosen.labels?.[0]);
    const options = all.find((one) => one.options)?.options ?? [];
    return [...options].find((option) => option.value === part)?.textContent.trim() ?? part;
  };
  return [value ?? []].flat().filter(Boolean).map(say).join(", ");
}
