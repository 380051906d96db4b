/** What a page says where an object of the store cannot be had. */

import { afterEach, expect, test, vi } from "vitest";
import { fetchBlob } from "@/offline/kept-objects";

afterEach(() => vi.unstubAllGlobals());

function answering(body: string, type: string) {
  const response = new Response(body, { status: 503, headers: { "Content-Type": type } });
  vi.stubGlobal("fetch", async () => response);
}

test("what the server says of a file that was altered is told to the person", async () => {
  answering(JSON.stringify({ detail: "Restore it." }), "application/problem+json; charset=utf-8");

  await expect(fetchBlob("/api/bundles/a/decoder")).rejects.toThrow("Restore it.");
});

test("what the store says to machines is not", async () => {
  answering("<Error><Code>SlowDown</Code></Error>", "application/xml");

  await expect(fetchBlob("/store/a")).rejects.toThrow("The file store answered 503. Try again.");
});
