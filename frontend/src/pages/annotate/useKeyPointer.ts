import { useEffect, useMemo } from "react";
import type { Editor } from "@/editor/editor";
import { KeyPointer } from "@/editor/render/key-pointer";
import type { Stage } from "@/editor/render/stage";

/** The pointer that keys move; what a held key does ends once it is let go. */
export function useKeyPointer(editor: Editor, stage: Stage | null): KeyPointer | null {
  const pointer = useMemo(
    () => (stage === null ? null : new KeyPointer(editor, stage)),
    [editor, stage],
  );
  useEffect(() => {
    const onKeyUp = ({ key }: KeyboardEvent): void => {
      if (key.startsWith("Arrow")) editor.tool.get().settle?.();
      else pointer?.release();
    };
    const onBlur = (): void => {
      editor.tool.get().settle?.(); // the key is let go elsewhere
      pointer?.release();
    };
    addEventListener("keyup", onKeyUp);
    addEventListener("blur", onBlur);
    return () => {
      removeEventListener("keyup", onKeyUp);
      removeEventListener("blur", onBlur);
    };
  }, [editor, pointer]);
  return pointer;
}
