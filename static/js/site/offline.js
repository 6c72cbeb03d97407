/* The page with the numbers to call, kept for when there is no network: see service-worker.js. */

export async function keepHelp() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage({ language: document.documentElement.lang });
  } catch {
    // Private browsing, or no room: the page is then there with a network only.
  }
}
