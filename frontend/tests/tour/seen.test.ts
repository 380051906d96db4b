import { expect, test } from "vitest";
import { hasSeenTour, noteTourSeen } from "@/pages/tour/seen";

function storage(text: string | null = null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
  };
}

test("the tour is noted as seen for each person of a device", () => {
  const kept = storage();

  noteTourSeen(kept, 7);
  noteTourSeen(kept, 7);
  noteTourSeen(kept, 9);

  expect([7, 8, 9].map((user) => hasSeenTour(kept, user))).toEqual([true, false, true]);
});

test("a note that makes no sense is as none, and is written anew", () => {
  for (const text of ["", "null", "{", '{"version":2,"users":[7]}', '{"version":1,"users":7}']) {
    const kept = storage(text);
    expect(hasSeenTour(kept, 7)).toBe(false);
    noteTourSeen(kept, 7);
    expect(hasSeenTour(kept, 7)).toBe(true);
  }
});
