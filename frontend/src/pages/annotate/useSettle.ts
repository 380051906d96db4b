import { useEffect } from "react";
import type { Editor } from "@/editor/editor";

/** End what arrow keys do once they are let go. */
export function useSettle(editor: Editor): void {
  useEffect(() => {
    const onKeyUp = ({ key }: KeyboardEvent): void => {
      if (key.startsWith("Arrow")) editor.tool.get().settle?.();
    };
    const onBlur = (): void => editor.tool.get().settle?.(); // the key is let go elsewhere
    addEventListener("keyup", onKeyUp);
    addEventListener("blur", onBlur);
    return () => {
      removeEventListener("keyup", onKeyUp);
      removeEventListener("blur", onBlur);
    };
  }, [editor]);
}
