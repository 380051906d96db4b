import { expect, onTestFinished, test, vi } from "vitest";
import { ProblemError, UnreachableError } from "@/api/problem";
import type { FinishedPart, NewUpload } from "@/api/uploads";
import type { RememberedUpload, UploadMemory } from "@/upload/memory";
import { UploadQueue } from "@/upload/queue";
import type { UploadTransport } from "@/upload/transport";

const PART_BYTES = 4;

class MapMemory implements UploadMemory {
  readonly kept = new Map<string, RememberedUpload>();
  load = (key: string) => this.kept.get(key) ?? null;
  save = (key: string, upload: RememberedUpload) => void this.kept.set(key, upload);
  forget = (key: string) => void this.kept.delete(key);
}

/** An object store of four-byte parts that can be made to fail, and takes no other length. */
class ScriptedStore implements UploadTransport {
  readonly parts = new Map<string, Map<number, string>>();
  readonly begun: NewUpload[] = [];
  readonly completed: { id: string; parts: FinishedPart[] }[] = [];
  readonly cancelled: string[] = [];
  failures: (Error | null)[] = [];
  puts = 0;
  readonly #signed = new Map<string, number>();

  async begin(_project: number, upload: NewUpload) {
    const { id, bytes } = upload;
    this.begun.push(upload);
    const got = this.parts.get(id) ?? new Map<number, string>();
    this.parts.set(id, got);
    const count = Math.ceil(bytes / PART_BYTES);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const parts = numbers
      .filter((number) => !got.has(number))
      .map((number) => ({
        number,
        url: `${id}/${number}`,
        from_byte: (number - 1) * PART_BYTES,
        to_byte: Math.min(bytes, number * PART_BYTES),
      }));
    for (const { url, from_byte, to_byte } of parts) this.#signed.set(url, to_byte - from_byte);
    return { id, state: "pending" as const, parts };
  }

  async put(url: string, bytes: Blob, onSent: (bytes: number) => void): Promise<string> {
    this.puts += 1;
    const failure = this.failures.shift();
    if (failure) throw failure;
    // An address is signed for its bytes: the store refuses any other length.
    if (bytes.size !== this.#signed.get(url)) throw new UnreachableError();
    const [id = "", number] = url.split("/");
    const text = await bytes.text();
    this.parts.get(id)?.set(Number(number), text);
    onSent(bytes.size);
    return `etag-${text}`;
  }

  async isKnown(_project: number, id: string) {
    return this.parts.has(id);
  }

  async complete(id: string, parts: FinishedPart[]) {
    if (!this.parts.has(id)) throw new ProblemError(404, { detail: "Not found." });
    this.completed.push({ id, parts });
    return { state: "checking" as const };
  }

  async cancel(_project: number, id: string) {
    this.cancelled.push(id);
    this.parts.delete(id);
  }
}

function setUp(memory = new MapMemory()) {
  const store = new ScriptedStore();
  const pause = async () => {};
  const queue = new UploadQueue(1, store, memory, { atOnce: 2, attempts: 3, pause });
  return { store, memory, queue };
}

const file = (text: string, name = "a.png") => new File([text], name, { lastModified: 1 });

function settled(queue: UploadQueue): Promise<void> {
  const isDone = () =>
    queue.items.every((item) => item.state === "sent" || item.state === "failed");
  return new Promise((resolve) => {
    if (isDone()) return resolve();
    const stop = queue.subscribe(() => {
      if (!isDone()) return;
      stop();
      resolve();
    });
  });
}

test("files that are added together are one batch", async () => {
  const { store, queue } = setUp();
  queue.add([file("a"), file("b", "b.png")]);
  queue.add([file("c", "c.png")]);
  await settled(queue);

  const [first, second, third] = store.begun.map((upload) => upload.batch);
  expect(store.begun).toHaveLength(3);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("what belongs together is told with each file", async () => {
  const { store, queue } = setUp();
  queue.add([file("a"), file("b", "b.png")], "folder");
  queue.add([file("c", "c.png")]);
  await settled(queue);

  expect(store.begun.map((upload) => upload.group_by)).toEqual(["folder", "folder", ""]);
});

test("a file of a folder is sent and listed with its place there", async () => {
  const { store, queue } = setUp();
  const [one, other] = ["/in/one/a.png", "/in/other/a.png"].map((path) =>
    Object.assign(file("a"), { path }),
  );
  queue.add([one, other, file("b", "b.png")].filter((each) => each !== undefined));
  await settled(queue);

  const names = ["in/one/a.png", "in/other/a.png", "b.png"];
  expect(store.begun.map((upload) => upload.file_name)).toEqual(names);
  expect(queue.items.map((item) => item.name)).toEqual(names);
});

test("a file goes up in parts and is completed with their tags", async () => {
  const { store, queue } = setUp();
  queue.add([file("abcdefghij")]);
  await settled(queue);

  const tags = store.completed[0]?.parts.map((part) => part.etag);
  expect(tags).toEqual(["etag-abcd", "etag-efgh", "etag-ij"]);
  expect(queue.items[0]).toMatchObject({ state: "sent", sentBytes: 10 });
});

test("after a broken connection only the missing parts are sent again", async () => {
  const { store, queue } = setUp();
  store.failures = [null, new UnreachableError()];
  queue.add([file("abcdefghij")]);
  await settled(queue);

  expect(store.puts).toBe(4);
  expect(store.completed[0]?.parts.map((part) => part.number)).toEqual([1, 2, 3]);
});

test("a file that was left out elsewhere is begun anew only when a person says so", async () => {
  const { store, queue } = setUp();
  const put = store.put.bind(store);
  store.put = async () => {
    store.parts.clear();
    throw new UnreachableError(); // as its parts are gone
  };
  const [id] = queue.add([file("abcdefghij")]);
  await settled(queue);
  const failed = queue.items[0];
  const begun = store.begun.length;

  store.put = put;
  queue.retry(id ?? "");
  await settled(queue);

  const message = "It was left out meanwhile. Try again to send it anew.";
  expect(failed).toMatchObject({ state: "failed", message });
  expect([begun, store.begun.length]).toEqual([1, 2]);
  expect(queue.items[0]).toMatchObject({ state: "sent", message: "" });
  expect(store.completed.map((upload) => upload.id)).toEqual([id]);
});

test("a file whose last part arrives after it was left out elsewhere says so, too", async () => {
  const { store, queue } = setUp();
  const put = store.put.bind(store);
  store.put = async (url, bytes, onSent) => {
    const etag = await put(url, bytes, onSent);
    store.parts.clear();
    return etag;
  };

  queue.add([file("abc")]);
  await settled(queue);

  expect(queue.items[0]?.message).toBe("It was left out meanwhile. Try again to send it anew.");
  expect(store.begun).toHaveLength(1);
});

test("a file that is left out elsewhere just as it is completed says so, too", async () => {
  const { store, queue } = setUp();
  const detail = "This upload was cancelled: send the file again.";
  store.complete = async () => {
    throw new ProblemError(409, { code: "upload_cancelled", detail });
  };

  queue.add([file("abc")]);
  await settled(queue);

  const message = "It was left out meanwhile. Try again to send it anew.";
  expect(queue.items[0]).toMatchObject({ state: "failed", message });
  expect(store.begun).toHaveLength(1);
});

test("a broken connection is no sign that a file was left out", async () => {
  const { store, queue } = setUp();
  const isKnown = vi.spyOn(store, "isKnown");
  isKnown.mockRejectedValueOnce(new UnreachableError());
  store.failures = [new UnreachableError()];

  const [id] = queue.add([file("abcdefghij")]);
  await settled(queue);

  expect(isKnown.mock.calls).toEqual([
    [1, id],
    [1, id],
  ]);
  expect(queue.items[0]).toMatchObject({ state: "sent" });
});

test("the same file dropped after a reload goes on under the same id", async () => {
  const memory = new MapMemory();
  const first = setUp(memory);
  const fault = new UnreachableError();
  first.store.failures = [null, fault, fault, fault];
  first.queue.add([file("abcdefghij")]);
  await settled(first.queue);
  const [kept] = memory.kept.values();

  const second = setUp(memory);
  second.store.parts.set(kept?.id ?? "", new Map([[1, "abcd"]]));
  second.queue.add([file("abcdefghij")]);
  await settled(second.queue);

  expect(first.queue.items[0]?.state).toBe("failed");
  expect(second.store.puts).toBe(2);
  expect(second.store.completed[0]).toMatchObject({
    id: kept?.id,
    parts: [{ etag: "etag-abcd" }, { etag: "etag-efgh" }, { etag: "etag-ij" }],
  });
  expect(memory.kept.size).toBe(0);
});

test("a file of one part that a reload breaks off goes on under the same id", async () => {
  const memory = new MapMemory();
  const first = setUp(memory);
  first.store.put = () => new Promise(() => {}); // the page is gone before it is through
  const [id] = first.queue.add([file("abc")]);
  while (memory.kept.size === 0) await Promise.resolve();

  const second = setUp(memory);
  second.queue.add([file("abc")]);
  await settled(second.queue);

  expect(second.store.completed).toEqual([{ id, parts: [{ number: 1, etag: "etag-abc" }] }]);
  expect(memory.kept.size).toBe(0);
});

test("a file that failed and is dropped again is tried again, as it is told now", async () => {
  const { store, queue } = setUp();
  const fault = new UnreachableError();
  store.failures = [null, fault, fault, fault];
  const ids = queue.add([file("abcdefghij")]);
  await settled(queue);
  const failed = queue.items[0]?.state;

  const again = queue.add([file("abcdefghij")], "folder");
  await settled(queue);

  expect([failed, again]).toEqual(["failed", ids]);
  expect(queue.items.map((item) => [item.state, item.message])).toEqual([["sent", ""]]);
  expect(store.completed.map((upload) => upload.id)).toEqual(ids);
  expect(store.begun.at(-1)?.group_by).toBe("folder");
});

test("a file that could not be begun and is dropped again is listed once", async () => {
  const { store, queue } = setUp();
  const begin = store.begin;
  store.begin = async () => {
    throw new UnreachableError();
  };
  const ids = queue.add([file("abc")]);
  await settled(queue);

  store.begin = begin;
  queue.add([file("abc")]);
  await settled(queue);

  expect(queue.items.map(({ id, state }) => [id, state])).toEqual([[ids[0], "sent"]]);
});

test("a file that is on its way and is dropped again is sent once", async () => {
  const { store, queue } = setUp();
  const files = [file("a"), file("b", "b.png"), file("c", "c.png")];
  const ids = queue.add(files);

  const again = queue.add(files);
  await settled(queue);

  expect(again).toEqual(ids);
  expect([queue.items.length, store.begun.length, store.completed.length]).toEqual([3, 3, 3]);
});

test("a file that was sent is sent anew when it is dropped again", async () => {
  const { store, queue } = setUp();
  const ids = queue.add([file("abc")]);
  await settled(queue);

  const again = queue.add([file("abc")]);
  await settled(queue);

  expect(again).not.toEqual(ids);
  expect(store.completed.map((upload) => upload.id)).toEqual([...ids, ...again]);
});

test("a refused file says why and does not hold up the others", async () => {
  const { store, queue } = setUp();
  const begin = store.begin.bind(store);
  store.begin = async (project, upload) => {
    if (upload.bytes > 8) throw new ProblemError(400, { detail: "Too large." });
    return begin(project, upload);
  };
  queue.add([file("123456789", "big.png"), file("1", "b.png"), file("2", "c.png")]);
  await settled(queue);

  expect(queue.items.map((item) => [item.state, item.message])).toEqual([
    ["failed", "Too large."],
    ["sent", ""],
    ["sent", ""],
  ]);
});

test("files that failed are tried again together", async () => {
  const { store, queue } = setUp();
  const begin = store.begin;
  store.begin = async () => {
    throw new UnreachableError();
  };
  queue.add([file("a"), file("b", "b.png"), file("c", "c.png")]);
  await settled(queue);
  const states = queue.items.map((item) => item.state);

  store.begin = begin;
  queue.retryFailed();
  await settled(queue);

  expect(states).toEqual(["failed", "failed", "failed"]);
  expect(queue.items.map((item) => [item.state, item.message])).toEqual([
    ["sent", ""],
    ["sent", ""],
    ["sent", ""],
  ]);
});

test("what the server tells of leaves the list, and is not remembered", async () => {
  const { store, memory, queue } = setUp();
  const fault = new UnreachableError();
  store.failures = [null, fault, fault, fault];
  const ids = queue.add([file("abcdefghij")]);
  await settled(queue);
  ids.push(...queue.add([file("b", "b.png"), file("c", "c.png")]));
  await settled(queue);
  const remembered = [...memory.kept.values()].map((upload) => upload.id);

  queue.settle(ids.slice(0, 2));

  expect(queue.items.map((item) => item.name)).toEqual(["c.png"]);
  expect([remembered, memory.kept.size]).toEqual([[ids[0]], 0]);
});

test("what the server tells of is remembered as it was dropped last", async () => {
  const { store, memory, queue } = setUp();
  const ids = queue.add([file("abcdefghij")]);
  await settled(queue);
  const fault = new UnreachableError();
  store.failures = [null, fault, fault, fault];
  const [last] = queue.add([file("abcdefghij")]);
  await settled(queue);

  queue.settle(ids);

  expect(queue.items.map((item) => item.id)).toEqual([last]);
  expect([...memory.kept.values()].map((upload) => upload.id)).toEqual([last]);
});

test("a cancelled file leaves the list, and here and on the server it is forgotten", async () => {
  const { store, memory, queue } = setUp();
  const [id = ""] = queue.add([file("abcdefghij")]);

  const cancelled = queue.cancel(id);

  expect(queue.items).toEqual([]);
  await cancelled;
  expect(memory.kept.size).toBe(0);
  expect([...store.parts.keys()]).toEqual([]); // it was begun before it was cancelled
  expect([store.cancelled, store.completed]).toEqual([[id], []]);
});

test("a file that is cancelled between two parts sends no more of them", async () => {
  const { store, memory, queue } = setUp();
  const [id = ""] = queue.add([file("abcdefghij")]);
  const put = store.put.bind(store);
  let cancelled: Promise<void> | undefined;
  store.put = async (url, bytes, onSent) => {
    cancelled ??= queue.cancel(id);
    return put(url, bytes, onSent);
  };
  await settled(queue);
  while (!cancelled) await Promise.resolve();
  await cancelled;

  expect(store.puts).toBe(1);
  expect(memory.kept.size).toBe(0);
  expect([store.cancelled, store.completed]).toEqual([[id], []]);
});

test("a file that waits to be tried again is left out at once", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }); // whose time never comes
  onTestFinished(() => void vi.useRealTimers());
  const store = new ScriptedStore();
  const queue = new UploadQueue(1, store, new MapMemory());
  store.failures = [new UnreachableError()];
  const [id = ""] = queue.add([file("abcdefghij")]);
  while (!queue.items[0]?.message) await Promise.resolve();

  await queue.cancel(id);

  expect(vi.getTimerCount()).toBe(0);
  expect([store.begun.length, store.puts, store.cancelled]).toEqual([1, 1, [id]]);
});

test("a file that another page began and the server keeps is told of", async () => {
  const { store, queue } = setUp();
  store.cancel = async () => {
    throw new UnreachableError();
  };

  const cancelled = queue.cancel("of another page");

  await expect(cancelled).rejects.toThrow("The server cannot be reached.");
  expect(queue.items).toEqual([]);
});

test("a file that the server is not told to forget is back on the list, and leaves it later", async () => {
  const { store, queue } = setUp();
  const cancel = store.cancel.bind(store);
  store.cancel = async () => {
    throw new UnreachableError();
  };
  const [id = ""] = queue.add([file("abcdefghij"), file("a", "b.png"), file("c", "c.png")]);

  await expect(queue.cancel(id)).rejects.toThrow("The server cannot be reached.");
  const kept = queue.items[0];
  store.cancel = cancel;
  await queue.cancel(id);

  expect(kept).toMatchObject({
    id,
    state: "failed",
    message: expect.stringMatching("not left out"),
  });
  expect(queue.items.map((item) => item.name)).toEqual(["b.png", "c.png"]);
  expect([...store.parts.keys()]).not.toContain(id);
});

test("a file that was not left out can be sent after all", async () => {
  const { store, queue } = setUp();
  store.cancel = async () => {
    throw new UnreachableError();
  };
  const [id = ""] = queue.add([file("abcdefghij")]);
  await queue.cancel(id).catch(() => {});

  queue.retry(id);
  await settled(queue);

  expect(queue.items[0]).toMatchObject({ id, state: "sent" });
});

test("a file that was not left out goes on where it stopped after a reload", async () => {
  const memory = new MapMemory();
  const first = setUp(memory);
  const fault = new UnreachableError();
  first.store.failures = [null, fault, fault, fault];
  first.store.cancel = async () => {
    throw new UnreachableError();
  };
  const [id = ""] = first.queue.add([file("abcdefghij")]);
  await settled(first.queue);
  await first.queue.cancel(id).catch(() => {});

  const second = setUp(memory);
  second.store.parts.set(id, new Map([[1, "abcd"]]));
  second.queue.add([file("abcdefghij")]);
  await settled(second.queue);

  expect([second.store.begun[0]?.id, second.store.puts]).toEqual([id, 2]);
  expect(second.store.completed[0]?.parts.map((part) => part.number)).toEqual([1, 2, 3]);
});

test("a file that is dropped while it is not left out is remembered as it was dropped last", async () => {
  const { store, memory, queue } = setUp();
  const fault = new UnreachableError();
  store.failures = [null, fault, fault, fault, null, fault, fault, fault];
  const [first = ""] = queue.add([file("abcdefghij")]);
  await settled(queue);
  let refuse = () => {};
  store.cancel = () => new Promise((_, reject) => (refuse = () => reject(fault)));
  const cancelled = queue.cancel(first);
  const [last] = queue.add([file("abcdefghij")]);
  await settled(queue);

  refuse();
  await expect(cancelled).rejects.toThrow("The server cannot be reached.");

  expect(queue.items.map((item) => item.id)).toEqual([first, last]);
  expect([...memory.kept.values()].map((upload) => upload.id)).toEqual([last]);
});

test("a file that has arrived is left to the server's list, and that is told", async () => {
  const { store, queue } = setUp();
  store.cancel = async () => {
    throw new ProblemError(409, { code: "upload_arrived", detail: "All of it has arrived." });
  };
  const [id = ""] = queue.add([file("abcdefghij")]);

  const cancelled = queue.cancel(id);

  await expect(cancelled).rejects.toThrow("All of it has arrived.");
  expect(queue.items).toEqual([]);
});

test("a file that was never begun is left out without the server", async () => {
  const { store, queue } = setUp();
  store.begin = async () => {
    throw new UnreachableError();
  };
  store.cancel = async () => {
    throw new UnreachableError();
  };
  const ids = queue.add([file("a"), file("b", "b.png"), file("c", "c.png")]);

  await Promise.all(ids.map((id) => queue.cancel(id)));

  expect(queue.items).toEqual([]);
});
