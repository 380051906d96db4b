/** What the stage tells a tool of the pointer. */

import type { ToolPointer } from "@/editor/tools/tool";

export function at(x: number, y: number, change: Partial<ToolPointer> = {}): ToolPointer {
  return {
    at: { x, y },
    altKey: false,
    shiftKey: false,
    isSecondary: false,
    pressure: 1,
    time_ms: 0,
    ...change,
  };
}
