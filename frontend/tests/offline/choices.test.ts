import { beforeEach, describe, expect, test } from "vitest";
import { Choices, type Chosen, type Preferences } from "@/offline/choices";

const [ADA, BORIS] = [7, 8];
const NOTHING: Preferences = { values: {}, updated_at: null };
const [BRUSH, BOX, LARGE] = [{ tool: "brush" }, { tool: "box" }, { textSize: "large" }];

/** A server with the choices of each person, whose clock goes on by a second at each save. */
class Server {
  readonly saves: Chosen[] = [];
  isReachable = true;
  #kept = new Map<number, Preferences>();

  of(user: number): Preferences {
    return structuredClone(this.#kept.get(user) ?? NOTHING);
  }

  save(user: number, chosen: Chosen): Preferences {
    if (!this.isReachable) throw new Error("no network");
    this.saves.push(chosen);
    const updated_at = new Date(1000 * this.saves.length).toISOString();
    this.#kept.set(user, { values: { ...this.of(user).values, ...chosen }, updated_at });
    return this.of(user);
  }
}

let server: Server;

beforeEach(() => {
  server = new Server();
});

/** A browser, and the pages that are opened in it. */
function aBrowser(kept: Record<string, unknown> = {}) {
  const texts = new Map(Object.entries(kept).map(([key, value]) => [key, JSON.stringify(value)]));
  const storage = {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
    removeItem: (key: string) => void texts.delete(key),
  };
  const read = (key: string): unknown => JSON.parse(texts.get(key) ?? "null");
  return { read, storage, page: (user?: number) => aPage(storage, user) };
}

function aPage(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">, user?: number) {
  const told: [string, unknown][] = [];
  const waiting: (() => void)[] = [];
  const choices: Choices = new Choices({
    storage: () => storage,
    save: async (chosen) => server.save(user ?? 0, chosen),
    tell: (key, text) => told.push([key, text && JSON.parse(text)]),
    schedule: (task) => {
      waiting.push(task);
      return () => waiting.splice(waiting.indexOf(task), 1);
    },
  });
  const choose = (key: string, value: unknown) => choices.setItem(key, JSON.stringify(value));
  const readSession = () => choices.take(user ?? null, server.of(user ?? 0));
  if (user !== undefined) readSession();
  return { choices, choose, readSession, told, waiting };
}

describe("what is chosen", () => {
  test("in one browser is there in the next one of the same person", async () => {
    const [first, second] = [aBrowser(), aBrowser()];
    const page = first.page(ADA);
    page.choose("anneal-habits", BRUSH);
    page.choose("anneal-display", LARGE);
    await page.choices.send();

    const next = second.page(ADA);

    expect(second.read("anneal-habits")).toEqual(BRUSH);
    expect(next.told).toEqual([
      ["anneal-habits", BRUSH],
      ["anneal-display", LARGE],
    ]);
  });

  test("is sent in one request, however often the slider moves, and once", async () => {
    const page = aBrowser().page(ADA);
    for (let brush_px = 1; brush_px <= 40; brush_px += 1)
      page.choose("anneal-habits", { brush_px });
    const planned = page.waiting.length;
    page.waiting[0]?.();
    await page.choices.send();
    page.choose("anneal-habits", { brush_px: 40 }); // as it is

    expect(planned).toBe(1);
    expect(server.saves).toEqual([{ habits: { brush_px: 40 } }]);
    expect(page.waiting).toEqual([]);
  });

  test("without a network stays on the device, and is sent by the next page", async () => {
    const browser = aBrowser();
    const page = browser.page(ADA);
    server.isReachable = false;
    page.choose("anneal-habits", BRUSH);
    await page.choices.send();
    server.isReachable = true;

    const next = browser.page(ADA);
    await next.choices.send();

    expect(browser.read("anneal-habits")).toEqual(BRUSH);
    expect(server.of(ADA).values).toEqual({ habits: BRUSH });
  });

  test("here and not sent yet outlives what another browser sent; the rest is taken over", async () => {
    const [here, there] = [aBrowser(), aBrowser()];
    const page = here.page(ADA);
    page.choose("anneal-habits", BOX);
    const other = there.page(ADA);
    other.choose("anneal-habits", BRUSH);
    other.choose("anneal-display", LARGE);
    await other.choices.send();

    page.readSession();
    await page.choices.send();

    expect([here.read("anneal-habits"), here.read("anneal-display")]).toEqual([BOX, LARGE]);
    expect(server.of(ADA).values).toEqual({ habits: BOX, display: LARGE });
  });

  test("is not undone by an answer that is older: a kept copy, or one that was overtaken", async () => {
    const browser = aBrowser();
    const page = browser.page(ADA);
    page.choose("anneal-habits", BRUSH);
    await page.choices.send();
    const before = server.of(ADA);
    page.choose("anneal-habits", BOX);
    await page.choices.send();

    page.choices.take(ADA, before);
    browser.page(ADA).choices.take(ADA, before);

    expect(browser.read("anneal-habits")).toEqual(BOX);
  });

  test("while it is being sent is sent, too", async () => {
    const browser = aBrowser();
    const page = browser.page(ADA);
    page.choose("anneal-habits", BRUSH);
    const sending = page.choices.send();
    await Promise.resolve(); // it is under way
    page.choose("anneal-habits", BOX);
    await sending;
    await page.choices.send();

    expect(browser.read("anneal-habits")).toEqual(BOX);
    expect(server.of(ADA).values).toEqual({ habits: BOX });
  });

  test("is no news to a page by the order of its fields", async () => {
    const browser = aBrowser({ "anneal-habits": { tool: "box", order: "area" } });
    const page = browser.page(ADA);
    await page.choices.send();
    server.save(ADA, { habits: { order: "area", tool: "box" } });
    page.readSession();
    page.choose("anneal-habits", { tool: "box", order: "area" });

    expect(page.told).toEqual([]);
    expect(page.waiting).toEqual([]);
  });
});

describe("another person on the same device", () => {
  test("begins as they left it elsewhere, or as by default", async () => {
    const [device, elsewhere] = [aBrowser(), aBrowser()];
    const first = device.page(ADA);
    first.choose("anneal-habits", BRUSH);
    first.choose("anneal-display", LARGE);
    await first.choices.send();
    const his = elsewhere.page(BORIS);
    his.choose("anneal-habits", BOX);
    await his.choices.send();

    const next = device.page(BORIS);

    expect(next.told).toEqual([
      ["anneal-habits", BOX],
      ["anneal-display", null],
    ]);
    expect(device.read("anneal-display")).toBeNull();
    device.page(ADA);
    expect(device.read("anneal-display")).toEqual(LARGE);
  });

  test("does not send what the one before did not get to", async () => {
    const device = aBrowser();
    device.page(ADA).choose("anneal-habits", BRUSH);

    const next = device.page(BORIS);
    await next.choices.send();

    expect(device.read("anneal-habits")).toBeNull();
    expect(server.saves).toEqual([]);
  });

  test("is not given what is chosen in a tab that is still the one before's", async () => {
    const device = aBrowser();
    const before = device.page(ADA);
    device.page(BORIS);
    before.choose("anneal-habits", BRUSH);
    await before.choices.send();

    expect(device.read("anneal-habits")).toBeNull();
    expect(server.saves).toEqual([]);
  });
});

test("what a browser had before anybody was known is the first person's, but for what they have", async () => {
  server.save(ADA, { display: LARGE });
  const browser = aBrowser({
    "anneal-habits": BRUSH,
    "anneal-display": { textSize: "normal" },
    "anneal-choices": "nonsense",
  });
  const page = browser.page(ADA);
  await page.choices.send();

  expect(browser.read("anneal-display")).toEqual(LARGE);
  expect(server.of(ADA).values).toEqual({ habits: BRUSH, display: LARGE });
});

test("what is chosen while logging in counts for who logs in", async () => {
  server.save(ADA, { display: LARGE });
  const browser = aBrowser();
  const login = browser.page();
  login.choose("anneal-display", { scheme: "dark" });
  const page = browser.page(ADA);
  await page.choices.send();

  expect(login.waiting).toEqual([]);
  expect(server.of(ADA).values).toEqual({ display: { scheme: "dark" } });
});

test("what a page makes of a choice that it was told of is no choice of the person's", () => {
  server.save(ADA, { habits: { tool: "a tool of a later release" } });
  const browser = aBrowser();
  const choices: Choices = new Choices({
    ...{
      storage: () => browser.storage,
      save: async () => NOTHING,
      schedule: () => () => undefined,
    },
    tell: (key) => choices.setItem(key, JSON.stringify({ tool: "point" })),
  });
  choices.take(ADA, server.of(ADA));

  expect(browser.read("anneal-habits")).toEqual({ tool: "point" });
  expect(browser.read("anneal-choices")).toMatchObject({ user: ADA, unsent: [] });
});
