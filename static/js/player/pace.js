/* A guide for the breath: a circle that opens and closes, and words that say what now.

   Who asks for less motion gets the words and a number that counts down; nothing moves or flashes. */

const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const NARROW = 0.45;

class Guide {
  constructor(card) {
    this.card = card;
    this.phases = [...card.querySelectorAll("[data-seconds]")].map((item) => ({
      item,
      words: item.firstElementChild.textContent.trim(),
      seconds: Number(item.dataset.seconds),
      isWide: "wide" in item.dataset,
    }));
    const part = (name) => card.querySelector(`[data-pace-${name}]`);
    Object.assign(this, { stage: part("stage"), circle: part("circle"), words: part("words") });
    Object.assign(this, { count: part("count"), startButton: part("start"), stopButton: part("stop") });
    this.startButton.addEventListener("click", () => this.start());
    this.stopButton.addEventListener("click", () => this.stop());
    window.addEventListener("pagehide", () => this.stop());
  }

  start() {
    this.stage.hidden = this.stopButton.hidden = false;
    this.startButton.hidden = true;
    this.stopButton.focus();
    this.width = NARROW;
    this.enter(0);
  }

  stop() {
    if (this.stage.hidden) return;
    clearInterval(this.timer);
    this.moving?.cancel();
    for (const { item } of this.phases) item.removeAttribute("aria-current");
    this.words.textContent = this.count.textContent = "";
    const wasHere = document.activeElement === this.stopButton;
    this.stage.hidden = this.stopButton.hidden = true;
    this.startButton.hidden = false;
    if (wasHere) this.startButton.focus();
  }

  enter(index) {
    clearInterval(this.timer);
    const phase = this.phases[index];
    const until = performance.now() + phase.seconds * 1000;
    for (const { item } of this.phases) item.removeAttribute("aria-current");
    phase.item.setAttribute("aria-current", "step");
    this.words.textContent = phase.words;
    this.move(phase);
    const tick = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      if (left <= 0) this.enter((index + 1) % this.phases.length);
      else this.count.textContent = String(left);
    };
    this.timer = setInterval(tick, 200);
    tick();
  }

  move(phase) {
    const width = phase.isWide ? 1 : NARROW;
    this.moving?.cancel();
    this.circle.hidden = CALM.matches;
    if (!CALM.matches) {
      this.moving = this.circle.animate(
        [{ transform: `scale(${this.width})` }, { transform: `scale(${width})` }],
        { duration: phase.seconds * 1000, easing: "ease-in-out", fill: "forwards" },
      );
    }
    this.width = width;
  }
}

export function guide(card) {
  new Guide(card);
}
