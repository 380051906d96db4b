import { expect, test } from "vitest";
import { reachWords, tokenBody, tokenFaults, UNFILLED } from "@/pages/account/token-form";

const filled = { ...UNFILLED, name: " Nightly export " };

test("a token is for all projects unless some are chosen", () => {
  const all = tokenBody({ ...filled, projects: ["3"] });
  const chosen = tokenBody({ ...filled, reach: "chosen", projects: ["3", "8"] });

  expect(all).toEqual({
    ...{ name: "Nightly export", scope: "read", expires_in_days: 90, projects: null },
  });
  expect(chosen.projects).toEqual([3, 8]);
});

test("who chooses projects and names none is asked for one, and gets no token for all", () => {
  const none = { ...filled, reach: "chosen" as const };

  expect(tokenFaults.projects([], none)).toBe("Choose a project");
  expect(tokenFaults.projects(["3"], none)).toBeNull();
  expect(tokenFaults.projects([], filled)).toBeNull();
  expect(tokenBody(none).projects).toEqual([]);
});

test("a token tells its projects by name, and counts those that are gone", () => {
  const known = [
    { id: 3, name: "Cells" },
    { id: 5, name: "Leaves" },
    { id: 8, name: "Roads" },
  ];

  expect(reachWords(null, known)).toBe("All");
  expect(reachWords([8, 3], known)).toBe("Cells, Roads");
  expect(reachWords([3, 9], known)).toBe("Cells, 1 deleted or left");
  expect(reachWords([9], known)).toBe("1 deleted or left");
  expect(reachWords([3, 9], undefined)).toBe("2 projects");
});
