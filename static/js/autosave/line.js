/* The line that says whether what was typed is safe. It is always true, and it does not chatter:
   screen readers hear it when something changes that matters, not with every save. */

const TROUBLE = new Set(["local", "unkept", "refused", "conflict"]);

function clock(iso, zone) {
  const language = document.documentElement.lang || undefined;
  const at = new Date(iso);
  const day = (date) => date.toLocaleDateString(language, { timeZone: zone });
  const options = { hour: "2-digit", minute: "2-digit", timeZone: zone };
  if (day(at) !== day(new Date())) Object.assign(options, { day: "numeric", month: "long" });
  return new Intl.DateTimeFormat(language, options).format(at);
}

export class Line {
  constructor(form, zone) {
    this.element = form.querySelector("[data-saved-state]");
    this.zone = zone;
    this.spoken = "";
    this.element?.removeAttribute("role");
    if (this.element?.dataset.savedAt) this.time(this.element.dataset.savedAt);
  }

  get state() {
    return this.element?.dataset.state ?? "idle";
  }

  time(iso) {
    const place = this.element?.querySelector("[data-saved-time]");
    if (place && iso) place.textContent = clock(iso, this.zone);
  }

  set(state, { savedAt = "", reason = "" } = {}) {
    if (!this.element) return;
    if (savedAt) this.time(savedAt);
    const place = this.element.querySelector("[data-reason]");
    if (place) place.textContent = reason;
    this.element.dataset.state = state;
    const isNews = TROUBLE.has(state) || (state === "saved" && this.spoken !== "saved");
    if (isNews && this.spoken !== state) this.say(state);
  }

  say(state) {
    this.spoken = state;
    const live = document.getElementById("live");
    const words = this.element.querySelector(`[data-for="${state}"]`);
    if (live && words) live.textContent = words.textContent.replace(/\s+/g, " ").trim();
  }
}
