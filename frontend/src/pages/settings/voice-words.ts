import type { Project } from "@/api/types";
import { plural } from "@/components/format";

/** Who may hear others' voices, the fewest first. */
export const LISTENERS: { value: Project["listeners"]; label: string }[] = [
  { value: "nobody", label: "Nobody else" },
  { value: "manager", label: "Managers" },
  { value: "reviewer", label: "Reviewers and managers" },
];

const HEARD_BY: Record<Project["listeners"], string> = {
  nobody: "Nobody but you hears your takes.",
  manager: "You hear your takes, and managers do.",
  reviewer: "You hear your takes, and reviewers and managers do.",
};

export function listenersWords(listeners: Project["listeners"]): string {
  return HEARD_BY[listeners];
}

export function retentionWords(days: number | null): string {
  if (days === null) return "Voices are kept until somebody deletes them.";
  return `Voices are deleted ${plural(days, "day")} after the take.`;
}
