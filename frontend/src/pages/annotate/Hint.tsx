import { Kbd, Slider, Text } from "@mantine/core";
import type { Editor } from "@/editor/editor";
import type { ToolName } from "@/editor/tools/tool";
import classes from "./AnnotatePage.module.css";
import { useSignal } from "./useSignal";

/** One line on what the next gesture does, and the size of the brush. */
export function Hint({ editor }: { editor: Editor }) {
  const tool = useSignal(editor.tool);
  const draft = useSignal(editor.draft.state);
  const selection = useSignal(editor.selection);
  const brush = useSignal(editor.brush);
  if (useSignal(editor.isReadOnly)) return null;
  const isPainting = tool.name === "brush" || tool.name === "eraser";
  return (
    <div className={`${classes.float} ${classes.hint}`}>
      {draft !== null ? (
        <>
          <span>
            <Kbd size="xs">A</Kbd> accept
          </span>
          <span>
            <Kbd size="xs">X</Kbd> drop
          </span>
          <span>Click to add, Alt-click to take away</span>
        </>
      ) : (
        <span>{sentence(tool.name, selection?.kind ?? null)}</span>
      )}
      {isPainting && (
        <>
          <Slider
            w={110}
            size="xs"
            min={0}
            max={1}
            step={0.001}
            label={null}
            thumbLabel="Brush size"
            value={Math.log(brush / 0.5) / Math.log(512)}
            onChange={(share) => editor.setBrush(0.5 * 512 ** share)}
          />
          <Text size="xs" w={44} className="tabular">
            {(2 * brush).toFixed(brush < 5 ? 1 : 0)} px
          </Text>
        </>
      )}
    </div>
  );
}

function sentence(tool: ToolName, selected: string | null): string {
  const subject = selected === "proposal" ? "the selected proposal" : "the selected mask";
  switch (tool) {
    case "select":
      return selected === "proposal"
        ? "A accepts, X rejects, Tab goes on"
        : "Click an object to select it";
    case "point":
      return selected === null
        ? "Click an object; Alt-click or right-click what is not part of it"
        : `Click to correct ${subject}; Esc to begin a new one`;
    case "box":
      return selected === null ? "Drag a box around an object" : `Drag a box to correct ${subject}`;
    case "brush":
      return selected === null ? "Paint a new mask" : `Paint on ${subject}; Esc to begin a new one`;
    default:
      return selected === null ? "Erase from the mask under the pen" : `Erase from ${subject}`;
  }
}
