/* What has to be read before anything else comes to the front in every tab of the patient. */

const CHANNEL = "painclinic-read-first";

export function readFirst() {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(CHANNEL);
  const page = document.querySelector("[data-read-first]");
  if (page) channel.postMessage("now");
  else if (document.documentElement.dataset.area === "patient") {
    channel.addEventListener("message", () => window.location.assign("/support/"));
  }
}
