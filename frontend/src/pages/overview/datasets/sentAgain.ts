/** Which datasets were sent again after they were mended, and how the first was brought in. */

import type { DatasetImport } from "@/api/types";

export type Settings = Pick<DatasetImport, "format" | "finished" | "proposals_by">;

const settings = new Map<string, Settings>();

export function rememberSettings(ids: readonly string[], first: Settings): void {
  const { format, finished, proposals_by } = first;
  for (const id of ids) settings.set(id, { format, finished, proposals_by });
}

export const settingsOf = (id: string): Settings | undefined => settings.get(id);
