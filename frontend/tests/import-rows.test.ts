import { expect, test } from "vitest";
import type { UploadRow } from "@/api/types";
import { sortRows } from "@/pages/overview/importRows";
import type { ItemState, UploadItem } from "@/upload/queue";

const SENT_AT = 1000;

function item(number: number, state: ItemState): UploadItem {
  const sentAt = state === "sent" ? SENT_AT : null;
  const file = { id: `${number}`, batch: "", groupBy: "", name: `${number}.png`, bytes: 9 };
  return { ...file, sentBytes: 0, sentAt, state, message: "" };
}

const items = (count: number, state: ItemState, first = 0) =>
  Array.from({ length: count }, (_, at) => item(first + at, state));

const row = (number: number, state: UploadRow["state"]): UploadRow => ({
  ...{ id: `${number}`, file_name: `${number}.png`, state, message: "" },
  ...{ image: null, images_import: "" },
});

const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id);

test("of 101 files the first, which failed, is listed and the others are the server's", () => {
  const files = [item(0, "failed"), ...items(100, "sent", 1)];
  const newest = Array.from({ length: 100 }, (_, at) => row(100 - at, "checking"));

  const found = sortRows(files, newest, SENT_AT);

  expect(idsOf(found.listed)).toEqual(["0"]);
  expect(found.remote).toEqual(newest);
  expect(found.settled).toEqual(idsOf(files.slice(1)));
});

test("what was sent is settled once the list was asked for, also where it is on a later page", () => {
  const files = items(150, "sent");
  const newest = Array.from({ length: 100 }, (_, at) => row(149 - at, "normalised"));

  const found = sortRows(files, newest, SENT_AT);

  expect(found.listed).toEqual([]);
  expect(found.settled).toEqual(idsOf(files));
});

test("a file that was sent since the list was asked for stays, and not as one that waits", () => {
  const found = sortRows([item(1, "sent")], [row(1, "pending")], SENT_AT - 1);

  expect(idsOf(found.listed)).toEqual(["1"]);
  expect([found.remote, found.settled]).toEqual([[], []]);
});

test("each file that failed is listed before those on their way, which are counted", () => {
  const files = [...items(10, "sent"), ...items(20, "waiting", 10), ...items(9, "failed", 30)];

  const found = sortRows(files, [], 0);

  expect(idsOf(found.listed)).toEqual(idsOf([...files.slice(30), ...files.slice(10, 18)]));
  expect(found.unlisted).toEqual(["and 12 more files on their way"]);
});

test("where a connection is gone for long, the first hundred that failed are listed", () => {
  const found = sortRows(items(1234, "failed"), [], 0);

  expect(found.listed).toHaveLength(100);
  expect(found.unlisted).toEqual(["and 1,134 more files that failed"]);
});

test("a file that failed here and came in after all is the server's", () => {
  const found = sortRows([item(1, "failed")], [row(1, "normalised")], 0);

  expect(found.listed).toEqual([]);
  expect([idsOf(found.remote), found.settled]).toEqual([["1"], ["1"]]);
});

test("a file that is still sent, though the server has it, ends by itself", () => {
  const found = sortRows([item(1, "uploading")], [row(1, "checking")], 0);

  expect([found.listed, idsOf(found.remote), found.settled]).toEqual([[], ["1"], []]);
});
