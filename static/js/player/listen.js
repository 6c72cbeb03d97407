/* Read aloud with the browser's own voice: play, pause, stop, speed.

   A pause takes the sentence up again from its beginning: browsers that cannot hold a voice in the
   middle of a word (many phones) then do the same as those that can. */

import { mark, unmark } from "./mark.js";
import { sentences } from "./sentences.js";

const SPEED = "painclinic-speaking-speed";

/* A voice on the device before one that sends the text to somebody else's computer. */
function voiceFor(language) {
  const short = language.slice(0, 2).toLowerCase();
  const fitting = speechSynthesis.getVoices().filter((voice) => voice.lang.toLowerCase().startsWith(short));
  const isExact = (voice) => voice.lang.replace("_", "-").toLowerCase() === language.toLowerCase();
  const rank = (voice) => (voice.localService ? 0 : 2) + (isExact(voice) ? 0 : 1);
  return fitting.sort((one, other) => rank(one) - rank(other))[0] ?? null;
}

class Reading {
  constructor(box) {
    this.box = box;
    this.root = box.closest("[data-read-aloud]");
    this.language = this.root.closest("[lang]")?.lang || "en";
    this.speed = box.querySelector("[data-listen-speed]");
    this.stopButton = box.querySelector("[data-listen-stop]");
    this.silence = box.querySelector("[data-listen-silence]");
    this.at = 0;
    this.show("still");
    this.remembered();
    box.querySelector("[data-listen-play]").addEventListener("click", () => this.press());
    this.stopButton.addEventListener("click", () => this.stop());
    this.speed.addEventListener("change", () => this.faster());
    window.addEventListener("pagehide", () => this.stop());
  }

  remembered() {
    try {
      const kept = localStorage.getItem(SPEED);
      if ([...this.speed.options].some((option) => option.value === kept)) this.speed.value = kept;
    } catch { /* A browser without a memory for sites: the speed holds for this page. */ }
  }

  faster() {
    try {
      localStorage.setItem(SPEED, this.speed.value);
    } catch { /* As above. */ }
    if (this.state === "speaking" && !this.list[this.at]?.pause) this.say();
  }

  show(state) {
    this.state = state;
    for (const words of this.box.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
    if (state === "still" && this.stopButton === document.activeElement) {
      this.box.querySelector("[data-listen-play]").focus();
    }
    this.stopButton.hidden = state === "still";
  }

  press() {
    if (this.state === "speaking") return this.hold();
    if (this.state === "still") {
      this.list = [...this.root.querySelectorAll("[data-spoken]")].flatMap((part) => sentences(part, this.language));
      this.at = 0;
    }
    this.show("speaking");
    return this.say();
  }

  /* Whatever still sounds or waits belongs to the past. */
  hush() {
    this.turn = Symbol("turn");
    clearInterval(this.timer);
    this.silence.hidden = true;
    speechSynthesis.cancel();
    return this.turn;
  }

  hold() {
    this.hush();
    this.show("paused");
  }

  stop() {
    if (this.state === "still") return;
    this.hush();
    unmark();
    this.show("still");
  }

  say() {
    const turn = this.hush();
    const next = this.list[this.at];
    if (!next) return this.stop();
    mark(next);
    if (next.pause) return this.wait(next.pause, turn);
    const words = new SpeechSynthesisUtterance(next.text);
    words.lang = this.language;
    words.voice = voiceFor(this.language);
    words.rate = Number(this.speed.value);
    words.addEventListener("end", () => this.on(turn));
    // A voice that fails once fails for every sentence: better to be still than to race through.
    words.addEventListener("error", () => turn === this.turn && this.stop());
    speechSynthesis.speak(words);
    return undefined;
  }

  wait(seconds, turn) {
    const until = performance.now() + seconds * 1000;
    const left = this.silence.querySelector("[data-listen-left]");
    const tick = () => {
      const rest = Math.ceil((until - performance.now()) / 1000);
      left.textContent = String(Math.max(rest, 0));
      if (rest <= 0) this.on(turn);
    };
    this.silence.hidden = false;
    this.timer = setInterval(tick, 250);
    tick();
  }

  on(turn) {
    if (turn !== this.turn) return;
    this.at += 1;
    this.say();
  }
}

/* The controls stay hidden where the browser has no voice. Some find theirs only after a while. */
export function listen(box) {
  if (!window.speechSynthesis || !window.SpeechSynthesisUtterance) return;
  const begin = () => {
    if (!box.hidden || !speechSynthesis.getVoices().length) return;
    box.hidden = false;
    new Reading(box);
  };
  begin();
  speechSynthesis.addEventListener?.("voiceschanged", begin);
}
