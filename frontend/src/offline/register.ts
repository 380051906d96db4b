/** Has the service worker installed, so that the page opens without a network from the next time on. */

export async function keepPageForOffline(): Promise<void> {
  // Browsers have it on https and on this machine alone.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    const hadOne = navigator.serviceWorker.controller !== null;
    await navigator.serviceWorker.register("/service-worker.js");
    const { active } = await navigator.serviceWorker.ready;
    if (!hadOne) active?.postMessage(loadedCode());
  } catch {
    // Without it all works as long as there is a network.
  }
}

function loadedCode(): string[] {
  const entries = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const isCode = ({ origin, pathname }: URL): boolean =>
    origin === location.origin && pathname.startsWith("/static/assets/");
  return entries.filter(isCode).map(({ href }) => href);
}
