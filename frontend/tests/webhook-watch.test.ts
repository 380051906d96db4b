import {
  environmentManager,
  focusManager,
  InfiniteQueryObserver,
  QueryClient,
} from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Delivery } from "@/api/types";
import { deliveriesQuery, watchEvery } from "@/api/webhooks";

const NOW = Date.parse("2026-11-29T12:00:00Z");

function delivery(state: Delivery["state"], due_at = "2026-11-29T12:00:00Z"): Delivery {
  return {
    ...{ id: "d", event: "ping", payload: {}, state, attempts: 0, attempted_at: null, due_at },
    ...{ status: null, error: "", created_at: due_at, ended_at: null },
  };
}

let asked: number;
let client: QueryClient;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  environmentManager.setIsServer(() => false); // which has no window, either
  client = new QueryClient();
  asked = 0;
});

afterEach(() => {
  client.clear();
  environmentManager.setIsServer(() => true);
  vi.useRealTimers();
});

/** Look at deliveries for a minute; return how often they were asked for. */
async function askedInAMinute(is_on: boolean, ...results: Delivery[]): Promise<number> {
  const observer = new InfiniteQueryObserver(client, {
    ...deliveriesQuery({ id: "w", is_on }),
    queryFn: async () => {
      asked += 1;
      return { results, next: null, previous: null };
    },
  });
  const leave = observer.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(60_500);
  leave();
  return asked;
}

test("what waits is looked for while its webhook is on", async () => {
  expect(await askedInAMinute(true, delivery("delivered"), delivery("waiting"))).toBe(21);
});

test("what waits of a webhook that is off is asked for once", async () => {
  expect(await askedInAMinute(false, delivery("waiting"))).toBe(1);
});

test("where nothing waits it is asked for once", async () => {
  expect(await askedInAMinute(true, delivery("delivered"), delivery("failed"))).toBe(1);
});

test("an attempt that is far away is looked for seldom, the soonest counts", () => {
  const far = delivery("waiting", "2026-11-29T18:00:00Z");

  expect(watchEvery([far], NOW)).toBe(30_000);
  expect(watchEvery([far, delivery("waiting", "2026-11-29T12:00:20Z")], NOW)).toBe(3_000);
  expect(watchEvery([far, delivery("delivered")], NOW)).toBe(30_000);
});

test("nothing is asked for while nobody sees the page", async () => {
  focusManager.setFocused(false);
  try {
    expect(await askedInAMinute(true, delivery("waiting"))).toBe(1);
  } finally {
    focusManager.setFocused(undefined);
  }
});
