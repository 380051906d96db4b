/**
 * Answers for the page itself and its code where there is no network, so that a reload loses nothing.
 *
 * What the page shows comes from `copies.ts`; this worker never sees it. The page is asked for anew
 * each time, its code, whose names are hashes of it, once.
 */

/** What TypeScript's DOM library does not know of a service worker. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Installing extends Lasting {
  addRoutes?(rules: readonly object[]): Promise<void>;
}
interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install", listener: (event: Installing) => void): void;
  addEventListener(kind: "activate", listener: (event: Lasting) => void): void;
  addEventListener(kind: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(kind: "message", listener: (event: Lasting & MessageEvent) => void): void;
}

const KEPT_AS = "anneal-page";
const PAGE = "/";
const CODE = "/static/assets/";
const NOT_PAGES = /^\/(?:api|events|static|livez|readyz)(?:\/|$)/;
// Browsers that know of routes ask this worker for nothing else: it need not even be started.
const ROUTES = [
  { condition: { requestMode: "navigate" }, source: "fetch-event" },
  { condition: { urlPattern: { pathname: `${CODE}*` } }, source: "fetch-event" },
  {
    condition: { urlPattern: { protocol: "http{s}?", hostname: "*", port: "*", pathname: "*" } },
    source: "network",
  },
];

const worker = self as unknown as Worker;

worker.addEventListener("install", (event) => {
  event.waitUntil(worker.skipWaiting());
  event.waitUntil(event.addRoutes?.(ROUTES).catch(() => undefined) ?? Promise.resolve());
});

worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname.startsWith(CODE)) event.respondWith(code(request));
  else if (request.mode === "navigate" && !NOT_PAGES.test(pathname)) {
    event.respondWith(page(request));
  }
});

/** A page names the code that it had loaded before this worker was there. */
worker.addEventListener("message", (event) => {
  const urls = event.data as string[];
  event.waitUntil(Promise.allSettled(urls.map((url) => code(new Request(url)))));
});

/** One page answers every address. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT_AS);
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected) await keepPage(cache, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept === undefined) throw error;
    return kept;
  }
}

/** With another page comes other code: that of the one before goes. */
async function keepPage(cache: Cache, response: Response): Promise<void> {
  const before = await cache.match(PAGE);
  const text = await response.clone().text();
  if (before !== undefined) {
    if ((await before.text()) === text) return;
    await Promise.all((await cache.keys()).map((key) => cache.delete(key)));
  }
  await cache.put(PAGE, response);
}

async function code(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT_AS);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
