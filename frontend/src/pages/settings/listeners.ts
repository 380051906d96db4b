import type { Project } from "@/api/types";

/** Who may hear others' voices, the fewest first. */
export const LISTENERS: { value: Project["listeners"]; label: string }[] = [
  { value: "nobody", label: "Nobody else" },
  { value: "manager", label: "Managers" },
  { value: "reviewer", label: "Reviewers and managers" },
];
