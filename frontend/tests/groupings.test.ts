import { expect, test } from "vitest";
import { faultOf, groupByOf, UNGROUPED } from "@/pages/overview/groupings";

const named = (pattern: string) => ({ way: "name" as const, pattern });

test("a grouping is told as the server knows it, spaces around a pattern aside", () => {
  expect(groupByOf(UNGROUPED)).toBe("");
  expect(groupByOf({ way: "folder", pattern: "anything" })).toBe("folder");
  expect(groupByOf(named(" {group}_{}.png "))).toBe("{group}_{}.png");
});

test("a pattern that the server would refuse is told before anything is sent", () => {
  for (const wrong of ["", "slide", "{group}_{group}", "{group}{}", "{group}_{slide}", "{group}_{"])
    expect(faultOf(named(wrong)), wrong).not.toBeNull();
  expect(faultOf(named(`{group}${"x".repeat(200)}`))).toMatch("200");
});

test("every other grouping is none of the page's business", () => {
  for (const good of ["{group}", "{group}_{}.png", "{}/{group}/tile {}"])
    expect(faultOf(named(good)), good).toBeNull();
  expect(faultOf({ way: "folder", pattern: "" })).toBeNull();
});
