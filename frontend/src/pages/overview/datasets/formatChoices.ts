/** As which formats a dataset may be read: those that its files tell first, then all others. */

import { IMAGES_ALONE } from "@/api/datasetImports";
import type { DatasetImport } from "@/api/types";

type Format = DatasetImport["candidates"][number];
type Asked = Pick<DatasetImport, "candidates" | "format" | "title" | "state">;

export interface FormatChoice {
  value: string;
  label: string;
}

/** Before anything came in another format may be said, however sure the first guess was. */
export const mayBeReadAnew = ({ state }: Asked): boolean =>
  state === "ready" || state === "unreadable";

export function formatChoices(item: Asked, formats: readonly Format[]): FormatChoice[] {
  const detected = item.candidates.filter(({ name }) => name !== IMAGES_ALONE);
  const names = new Set(detected.map(({ name }) => name));
  const others = formats.filter(({ name }) => !names.has(name));
  const mark = detected.length > 1 ? "possible" : "detected";
  const choices = [
    ...detected.map(({ name, title }) => ({ value: name, label: `${title} (${mark})` })),
    ...others.map(({ name, title }) => ({ value: name, label: title })),
  ];
  const isListed = item.format === "" || choices.some(({ value }) => value === item.format);
  return isListed ? choices : [{ value: item.format, label: item.title }, ...choices];
}
