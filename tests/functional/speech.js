/* A voice for tests: keeps what it is asked to say, and ends when the test says so. */
(() => {
  const said = [];
  const voices = [
    { lang: "es-ES", localService: true, name: "Spanish" },
    { lang: "en-GB", localService: false, name: "Far away" },
    { lang: "en-US", localService: true, name: "Near" },
  ];
  const voice = Object.assign(new EventTarget(), {
    getVoices: () => voices,
    speak: (words) => said.push(words),
    cancel: () => { voice.cancelled = (voice.cancelled ?? 0) + 1; },
  });
  Object.defineProperty(window, "speechSynthesis", { value: voice });
  window.SpeechSynthesisUtterance = class extends EventTarget {
    constructor(text) {
      super();
      this.text = text;
    }
  };
  window.spoken = {
    last: () => said.at(-1) && { text: said.at(-1).text, rate: said.at(-1).rate, lang: said.at(-1).lang, voice: said.at(-1).voice?.name },
    count: () => said.length,
    end: () => said.at(-1).dispatchEvent(new Event("end")),
    marked: () => [...(CSS.highlights.get("spoken") ?? [])].map((range) => range.toString()),
  };
})();
