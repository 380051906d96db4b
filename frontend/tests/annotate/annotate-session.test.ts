import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, type Mock, test, vi } from "vitest";
import { ProblemError } from "@/api/problem";
import type { ImageQueue } from "@/api/queue-names";
import type { Operation } from "@/editor/operations";
import { ImageAssets } from "@/pages/annotate/assets";
import { AnnotateSession } from "@/pages/annotate/session";
import { maskRow, square } from "../editor/annotations";
import { waitFor } from "../wait-for";
import { DETAIL, onTheWire } from "./an-image";
import { type FakeApi, fakeApi } from "./fake-api";

const BITMAP = { close: () => undefined } as ImageBitmap;
let api: FakeApi;
class StillWorker {
  addEventListener(): void {}
  postMessage(): void {}
  terminate(): void {}
}

let onError: Mock<(error: unknown) => void>;
let session: AnnotateSession;

beforeEach(() => {
  api = fakeApi();
  onError = vi.fn();
  vi.spyOn(ImageAssets.prototype, "prefetch").mockReturnValue(null as never);
  vi.spyOn(ImageAssets.prototype, "load").mockImplementation(async (image) => ({
    ...{ detail: await api.fetchImage(image), bitmap: BITMAP },
  }));
  vi.stubGlobal("Worker", StillWorker);
  vi.stubGlobal("indexedDB", new IDBFactory());
  const request = async (_name: string, _options: object, held: (lock: object) => unknown) =>
    held({});
  vi.stubGlobal("navigator", { locks: { request }, onLine: true });
  vi.stubGlobal("localStorage", { getItem: () => "off" });
  const listening = { addEventListener: vi.fn(), removeEventListener: vi.fn() };
  vi.stubGlobal("document", { ...listening, visibilityState: "hidden" });
  vi.stubGlobal("addEventListener", listening.addEventListener);
  vi.stubGlobal("removeEventListener", listening.removeEventListener);
  api.fetchUpcoming.mockResolvedValue([]);
  api.fetchImage.mockImplementation(async (id) => ({
    ...{ ...DETAIL, id, status: "done", version: 5 },
    masks: [onTheWire(maskRow("m", square(2, 2, 4)))],
  }));
  api.claimImage.mockImplementation(async (_project, { image = 9 }) => ({
    ...{ id: 100 + image, image, slot: 0, stint: 1, lease_until: "" },
  }));
});

afterEach(() => {
  session.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function begin(queue: ImageQueue | null = null): Promise<AnnotateSession> {
  session = new AnnotateSession({
    ...{ project: 1, user: { id: 7, username: "ada" }, queue, mayEditUnclaimed: true, onError },
    onUnended: () => undefined,
  });
  await session.open(4);
  return session;
}

/** What waits for an answer until it is given. */
function held(): { answer: () => void; promise: Promise<void> } {
  let answer: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    answer = resolve;
  });
  return { answer: () => answer(), promise };
}

test("a late answer to a verdict lays nobody's older change over what was saved since", async () => {
  const theirs = { id: "o", kind: "revise", mask: "m", label: 2, author: "eve", image_version: 6 };
  const missed = [theirs as unknown as Operation] as never;
  const { image } = await begin("review");
  api.saveMasks.mockResolvedValueOnce({ kind: "stale", version: 6, missed });
  api.saveMasks.mockResolvedValueOnce({ kind: "saved", version: 7, masks: [] });
  image?.editor.commit([{ kind: "revise", mask: "m", label: 1 }]);
  api.reviewImage.mockRejectedValue(
    new ProblemError(409, { code: "stale_version", version: 6, missed }),
  );

  await session.review("reviewed", "");

  expect(image?.editor.annotations.get().masks.get("m")?.label).toBe(1);
  expect(image?.outbox.version).toBe(7);
});

test("a verdict that an import has overtaken is given again once its masks are in view", async () => {
  const { image } = await begin("review");
  const stale = { code: "stale_version", version: 6, missed: [] };
  api.reviewImage.mockRejectedValueOnce(new ProblemError(409, stale));
  const looking = held();
  const masks = [onTheWire(maskRow("imported", square(8, 8, 4)))];
  api.fetchImage.mockImplementation(async (id) => {
    await looking.promise;
    return { ...DETAIL, id, status: "done", version: 6, masks };
  });
  const isShown = () => image?.editor.annotations.get().masks.has("imported");

  await session.review("reviewed", "");
  await session.next(); // too early
  const early = { shown: isShown(), verdicts: api.reviewImage.mock.calls.length };
  looking.answer();
  await vi.waitFor(() => expect(isShown()).toBe(true));
  await session.next();

  expect(early).toEqual({ shown: false, verdicts: 1 });
  expect(String(onError.mock.calls[1])).toMatch(/Look at it, then decide/);
  expect(api.reviewImage.mock.calls.map(([, { version }]) => version)).toEqual([5, 6]);
});

test("an image that a model changed after it was fetched ahead is fetched again once claimed", async () => {
  api.claimImage.mockImplementation(async (_project, { image = 9 }) => ({
    ...{ id: 100 + image, image, slot: 0, stint: 1, lease_until: "", stamp: "now" },
  }));
  const fetched: string[] = [];
  api.fetchImage.mockImplementation(async (id) => {
    const stamp = fetched.length === 0 ? "before" : "now";
    fetched.push(stamp);
    return { ...DETAIL, id, stamp, masks: [] };
  });

  await begin();
  const first = [...fetched];
  await session.goTo(5);

  expect(first).toEqual(["before", "now"]);
  expect(session.image?.detail.get().stamp).toBe("now");
  expect(fetched).toEqual(["before", "now", "now"]); // as it was fetched ahead
});

test("why an image cannot be finished is told, also where no next one could be claimed", async () => {
  await begin();
  api.finishAssignment.mockRejectedValue(new Error("A label asks for more."));
  api.claimImage.mockRejectedValue(new Error("No place."));

  await session.next();

  expect(onError.mock.calls).toEqual([[new Error("A label asks for more.")]]);
});

test.each([true, false])(
  "where an image cannot be finished, the next one goes back only if it was not theirs (%s)",
  async (is_taken_now) => {
    await begin();
    api.finishAssignment.mockRejectedValue(new Error("This image is no longer assigned to you."));
    api.claimImage.mockImplementation(async (_project, { image = 9 }) => ({
      ...{ id: 100 + image, image, slot: 0, stint: 1, lease_until: "", is_taken_now },
    }));

    await session.next();

    expect(api.releaseAssignment).toHaveBeenCalledTimes(is_taken_now ? 1 : 0);
  },
);

test("a refused change is told of at once, also while the rest cannot be sent", async () => {
  const { image } = await begin();
  api.saveMasks.mockResolvedValueOnce({ kind: "refused", reason: "No such label." });
  image?.editor.commit([{ kind: "revise", mask: "m", label: 1 }]);
  await waitFor(() => expect(image?.status.get().refused).toHaveLength(1));
  image?.editor.commit([{ kind: "revise", mask: "m", label: 2 }]);

  await session.next();

  expect(String(onError.mock.lastCall)).toMatch(/refused 1 change/);
  expect(api.claimImage).toHaveBeenCalledOnce();
});

test("verdicts that are taken back while an image is on its way are taken back one by one", async () => {
  await begin();
  const finishing = held();
  api.finishAssignment.mockReturnValue(finishing.promise);
  const moving = session.next();
  const takingBack = [session.takeBackVerdict(2), session.takeBackVerdict(3)];

  finishing.answer();
  await Promise.all([moving, ...takingBack]);

  expect(api.takeBackVerdict.mock.calls).toEqual([[2], [3]]);
  expect(session.image?.detail.get().id).toBe(3);
});

test("a verdict is taken back also after the page was left, and no image claimed", async () => {
  await begin();
  api.claimImage.mockClear();
  session.close();

  await session.takeBackVerdict(2);

  expect(api.takeBackVerdict).toHaveBeenCalledWith(2);
  expect(api.claimImage).not.toHaveBeenCalled();
});
