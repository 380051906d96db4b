import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { changedKeys } from "@/commands/changed-keys";
import type { Command } from "@/commands/command";
import { onKeyDown } from "@/commands/listener";
import { type Offer, offer, offerLate } from "@/commands/on-offer";
import { press } from "./press";

/** An element that stands within what a selector names. */
class FakeElement {
  constructor(readonly within: readonly string[] = []) {}
  closest(selector: string): FakeElement | null {
    return selector.split(", ").some((part) => this.within.includes(part)) ? this : null;
  }
}

const body = new FakeElement();
vi.stubGlobal("Element", FakeElement);
vi.stubGlobal("HTMLElement", FakeElement);
vi.stubGlobal("document", { body });

let done: string[] = [];
let takeBack: (() => void)[] = [];

const named = (id: string, key: string, more: Partial<Command> = {}): Command => ({
  ...{ id, title: id, group: "Tools", key, run: () => void done.push(id) },
  ...more,
});

function putOnOffer(commands: readonly Command[], more: Partial<Offer> = {}): void {
  takeBack.push(offer({ commands, ...more }));
}

/** Whether a key press was taken. */
function taken(key: string, change: Partial<KeyboardEvent> = {}): boolean {
  const preventDefault = vi.fn();
  onKeyDown(press(key, { preventDefault, target: body as unknown as EventTarget, ...change }));
  return preventDefault.mock.calls.length > 0;
}

const within = (...selectors: string[]) => ({
  target: new FakeElement(selectors) as unknown as EventTarget,
});

beforeEach(() => {
  done = [];
  changedKeys.set(new Map());
});

afterEach(() => {
  for (const each of takeBack) each();
  takeBack = [];
});

describe("a key press", () => {
  test("means what comes first, whatever is put on offer later", () => {
    putOnOffer([named("drop", "Escape", { isEverywhere: true })], { comesFirst: true });
    putOnOffer([named("cancel", "Escape")]);

    taken("Escape");
    taken("Escape", within("textarea"));

    expect(done).toEqual(["drop", "drop"]);
  });

  test("runs the command that has the key, and no longer once it is off", () => {
    putOnOffer([named("brush", "D")]);
    expect(taken("d")).toBe(true);
    takeBack.pop()?.();

    expect(taken("d")).toBe(false);
    expect(done).toEqual(["brush"]);
  });

  test("runs the command by its changed key alone", () => {
    putOnOffer([named("brush", "D")]);
    changedKeys.set(new Map([["brush", "Q"]]));

    expect([taken("d"), taken("q")]).toEqual([false, true]);
    expect(done).toEqual(["brush"]);
  });

  test("that is text, or a dialog's, is left alone", () => {
    putOnOffer([named("brush", "D"), named("label", "1")]);
    for (const place of ["input", "textarea", "[role=dialog]", "[contenteditable]"]) {
      expect(taken("d", within(place))).toBe(false);
      expect(taken("1", within(place))).toBe(false);
    }
    expect(taken("d", within("button"))).toBe(true);
  });

  test("on a choice is a command unless it chooses", () => {
    putOnOffer([named("brush", "D"), named("pan", "ArrowLeft"), named("accept", "Enter")]);
    for (const choice of ["[type=radio]", "[type=range]"]) {
      expect(taken("d", within("input", choice))).toBe(true);
      expect(taken("ArrowLeft", within("input", choice))).toBe(false);
      expect(taken("Enter", within("input", choice))).toBe(false);
    }
  });

  test("opens the palette from a text field too", () => {
    putOnOffer([named("palette", "Ctrl+K", { isEverywhere: true })]);

    expect(taken("k", { ctrlKey: true, ...within("input") })).toBe(true);
  });

  test("on a button is the button's, but for Enter where that is a command", () => {
    putOnOffer([named("accept", "Enter")]);

    expect(taken("Enter", within("button"))).toBe(false);
    expect(taken("Enter", within("button", "[data-enter=command]"))).toBe(true);
  });

  test("that moves the focus is a command on the image alone", () => {
    putOnOffer([named("next proposal", "Tab")]);

    expect(taken("Tab", within("nav"))).toBe(false);
    expect(taken("Tab", within("[data-stage]"))).toBe(true);
  });

  test("means the first command that can do something", () => {
    const hypothesis = named("hypothesis", "1", { why: () => "There are not three." });
    putOnOffer([hypothesis, named("label", "1")]);
    taken("1");

    expect(done).toEqual(["label"]);
  });

  test("that can do nothing is kept from the browser, and says why", () => {
    const onRefusal = vi.fn();
    putOnOffer([named("duplicate", "Ctrl+D", { why: () => "Select a mask first." })], {
      onRefusal,
    });

    expect(taken("d", { ctrlKey: true })).toBe(true);
    expect(done).toEqual([]);
    expect(onRefusal).toHaveBeenCalledWith("Select a mask first.");
  });

  test("held down runs some commands again and others once", () => {
    putOnOffer([named("grow", "."), named("accept", "A", { isOnce: true })]);
    for (const key of [".", "a"]) expect(taken(key, { repeat: true })).toBe(true);

    expect(done).toEqual(["grow"]);
  });

  test("means a page's command before one of every page, whichever was there first", () => {
    putOnOffer([named("open verify", "V")]);
    putOnOffer([named("everywhere", "V")], { isEverywhere: true });
    taken("v");

    expect(done).toEqual(["open verify"]);
  });

  test("waits for what a page is about to offer", () => {
    putOnOffer([named("of the last image", "D")]);
    const late = (): void => putOnOffer([named("of this image", "D")]);
    takeBack.push(offerLate(late));
    taken("d");

    expect(done).toEqual(["of this image"]);
  });

  test("is heard by the page that offers the command", () => {
    const onUse = vi.fn();
    putOnOffer([named("brush", "D")], { onUse });
    putOnOffer([named("palette", "P")]);
    taken("p");
    taken("d");

    expect(onUse).toHaveBeenCalledTimes(1);
  });
});
