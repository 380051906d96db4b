import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { captionMask } from "@/editor/mask-captions";
import type { Operation } from "@/editor/operations";
import type { OutboxStatus } from "@/editor/outbox";
import { Signal } from "@/editor/signal";
import { takeWords } from "@/editor/spoken-captions";
import {
  askForKept,
  askForRefused,
  askForSent,
  askForStored,
} from "@/pages/annotate/before-leaving";
import { bench } from "../editor/desk";
import { draw } from "../editor/drawings";

const standing = (hindrance: OutboxStatus["hindrance"]) =>
  new Signal({ hindrance } as OutboxStatus);
const PLACE = { kind: "point", at: { x: 3, y: 4 } } as const;

beforeEach(() => {
  vi.stubGlobal("navigator", { onLine: true });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("an image is not finished before what was heard of a mask is kept or dropped", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });
  const { unsent } = editor;

  unsent.noteSpoken("cup", { kind: "awaited", recording: "take" });
  expect(() => askForKept({ editor, status: standing("none") })).toThrow(/still being heard/);
  takeWords(unsent, "cup", "take", { kind: "words", text: "A red cup" });

  expect(() => askForKept({ editor, status: standing("none") })).toThrow(
    /keep or drop what was heard/,
  );
  expect(editor.selection.get()).toEqual({ kind: "mask", id: "cup" });
  captionMask(editor, "cup");
  askForKept({ editor, status: standing("none") });
});

test("without a network nobody waits for the words of what was said of a mask", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });

  editor.unsent.noteSpoken("cup", { kind: "awaited", recording: "take" });

  askForKept({ editor, status: standing("offline") });
});

test("what was heard of a mask that is gone by now keeps nobody", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });
  editor.unsent.noteSpoken("cup", { kind: "heard", recording: "take" });

  editor.commit([{ kind: "delete", mask: "cup" }]);

  expect(() => askForKept({ editor, status: standing("none") })).not.toThrow();
});

test("an image is not finished before a comment that is written is sent, and its field is shown", () => {
  const { editor } = bench({});
  editor.unsent.writeComment("  ", PLACE);
  askForSent({ editor });
  editor.unsent.writeComment("The left edge is off.", PLACE);

  expect(() => askForSent({ editor })).toThrow(/comment is written and not sent/);

  expect(editor.commenting.get()).toEqual(PLACE);
  editor.unsent.writeComment("", PLACE);
  askForSent({ editor });
});

test("a comment on a mask that is gone by now is asked for as one on the image", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });
  editor.unsent.writeComment("The left edge is off.", { kind: "mask", id: "cup" });
  editor.commit([{ kind: "delete", mask: "cup" }]);

  expect(() => askForSent({ editor })).toThrow(/comment is written and not sent/);

  expect(editor.commenting.get()).toEqual({ kind: "image" });
});

test("an image is not finished before an answer is sent, and its field is shown", () => {
  const { editor } = bench({});
  editor.unsent.writeAnswer("c1", " ");
  editor.unsent.writeAnswer("c2", "Mended.");

  expect(() => askForSent({ editor })).toThrow(/answer to a comment is not sent/);

  expect(editor.answering.get()).toBe("c2");
});

test("an image is not finished before what is written of a mask is kept", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });
  editor.unsent.writeCaption("cup", "A red cup");

  expect(() => askForSent({ editor })).toThrow(/not kept yet/);

  expect(editor.selection.get()).toEqual({ kind: "mask", id: "cup" });
  captionMask(editor, "cup");
  askForSent({ editor });
});

test("an image is not left as long as this page alone has some of its work", () => {
  const status = (state: OutboxStatus["state"]) => new Signal({ state } as OutboxStatus);

  expect(() => askForStored({ status: status("unprotected") })).toThrow(/keep the page open/);
  for (const safe of ["saved", "device", "writing"] as const)
    askForStored({ status: status(safe) });
});

test("an image is not left before a person has looked at what the server refused", () => {
  const operation = { kind: "delete", id: "o1", mask: "cup" } as unknown as Operation;
  const refused = [{ operation, reason: "The image has no such mask." }];
  const status = (now: OutboxStatus["refused"]) => new Signal({ refused: now } as OutboxStatus);

  expect(() => askForRefused({ status: status(refused) })).toThrow(/refused 1 change/);
  expect(() => askForRefused({ status: status([]) })).not.toThrow();
});
