/** What stays in a person's hand from image to image and from day to day. */

import type { Editor } from "@/editor/editor";
import { fieldsOf, readKept } from "@/editor/kept";
import { LIST_ORDERS, type ListOrder, PLAIN_LIST } from "@/editor/object-list";
import { TOOL_NAMES, type ToolName } from "@/editor/tools/tool";

export interface Habits {
  readonly tool: ToolName;
  readonly brush_px: number; // radius in image pixels
  readonly order: ListOrder;
}

const KEPT_AS = "anneal-habits";
const PLAIN: Habits = { tool: "point", brush_px: 12, order: PLAIN_LIST.order };

/** Begin as the last image was left, and keep what is taken from now on. Returns how to stop. */
export function keepHabits(
  editor: Editor,
  storage: Pick<Storage, "getItem" | "setItem">,
): () => void {
  const { tool, brush, view } = editor;
  const kept = parseHabits(storage.getItem(KEPT_AS));
  if (!tool.get().isBusy) editor.takeTool(kept.tool); // another one would close an open polygon
  editor.setBrush(kept.brush_px);
  view.list.set({ ...view.list.get(), order: kept.order });
  const keep = (): void => {
    const now: Habits = {
      tool: tool.get().name,
      brush_px: brush.get(),
      order: view.list.get().order,
    };
    storage.setItem(KEPT_AS, JSON.stringify(now));
  };
  const stops = [tool.subscribe(keep), brush.subscribe(keep), view.list.subscribe(keep)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseHabits(text: string | null): Habits {
  const found: Partial<Record<keyof Habits, unknown>> = fieldsOf(readKept(text));
  const { brush_px } = found;
  const isSize = typeof brush_px === "number" && Number.isFinite(brush_px);
  return {
    tool: TOOL_NAMES.find((name) => name === found.tool) ?? PLAIN.tool,
    brush_px: isSize ? brush_px : PLAIN.brush_px,
    order: LIST_ORDERS.find((order) => order === found.order) ?? PLAIN.order,
  };
}
