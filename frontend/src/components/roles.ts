import type { Role } from "@/api/types";

/** The roles of a project's members, the one that may do least first. */
export const ROLES: readonly { value: Role; label: string }[] = [
  { value: "annotator", label: "Annotator" },
  { value: "reviewer", label: "Reviewer" },
  { value: "manager", label: "Manager" },
];

export function roleName(role: Role): string {
  return ROLES.find(({ value }) => value === role)?.label ?? role;
}
