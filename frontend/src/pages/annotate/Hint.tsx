import { SegmentedControl, Slider, Text } from "@mantine/core";
import { type Chord, labelsOf } from "@/commands/chord";
import { KeyOf, Keys } from "@/commands/Keys";
import { useKey } from "@/commands/useKey";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { NEARLY_SAME } from "@/editor/near-duplicates";
import { isStanding, takeOffer } from "@/editor/part-offer";
import type { ToolName } from "@/editor/tools/tool";
import classes from "./AnnotatePage.module.css";
import { editorCommand } from "./editor-commands";
import labelClasses from "./LabelToolbar.module.css";
import type { LabelChoice } from "./label-choice";
import { useHasDraft, useIsWaitingLong } from "./useHasDraft";

interface Props {
  editor: Editor;
  labels: readonly LabelChoice[];
}

/** One line on what the next gesture does, or why the last came to nothing; the brush's size. */
export function Hint({ editor, labels }: Props) {
  const tool = useSignal(editor.tool);
  const hasDraft = useHasDraft(editor);
  const isWaitingLong = useIsWaitingLong(editor);
  const selection = useSignal(editor.selection);
  const brush = useSignal(editor.brush);
  const notice = useSignal(editor.notice);
  const accept = useKey(editorCommand("verdict.accept"));
  const reject = useKey(editorCommand("verdict.reject"));
  const goOn = useKey(editorCommand("proposal.next"));
  if (useSignal(editor.isReadOnly)) return null;
  const isPainting = tool.name === "brush" || tool.name === "eraser";
  return (
    <div className={`${classes.float} ${classes.hint}`}>
      {hasDraft ? (
        <>
          <span className={classes.keyed}>
            <Keys chord={accept} /> accept
          </span>
          <span className={classes.keyed}>
            <Keys chord={reject} /> drop
          </span>
          <span>
            {tool.name === "point"
              ? "Click to add, Alt-click to take away; drag a point, Alt-click it to remove it"
              : "Click to add, Alt-click to take away"}
          </span>
        </>
      ) : (
        <>
          {selection?.kind === "mask" && !TAKES_UP_OTHERS.includes(tool.name) && (
            <>
              <span className={classes.keyed}>
                <Keys chord={accept} /> next object
              </span>
              <NextLabel {...{ editor, labels }} />
            </>
          )}
          <span>
            {isWaitingLong
              ? "Waiting for the model…"
              : tool.name === "select" && selection?.kind === "proposal"
                ? `${named(accept)} accepts, ${named(reject)} rejects, ${named(goOn)} goes on`
                : sentence(tool.name, selection?.kind ?? null)}
          </span>
        </>
      )}
      <PartOffer {...{ editor, labels }} />
      <Text span size="xs" c="orange" role="status">
        {notice}
        {notice === NEARLY_SAME && (
          <>
            {" "}
            <KeyOf command={editorCommand("edit.undo")} />
          </>
        )}
      </Text>
      {tool.name === "point" && <PointSwitch editor={editor} />}
      {isPainting && (
        <>
          <Slider
            className={classes.control}
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

/** The label of what is made next, while the bar below marks the one of the mask in hand. */
function NextLabel({ editor, labels }: Props) {
  const next = useSignal(editor.label);
  const label = labels.find(({ id }) => id === next);
  if (labels.length === 0) return null;
  return (
    <span className={classes.nextLabel}>
      New masks:{" "}
      {label !== undefined && (
        <span className={labelClasses.dot} style={{ background: label.color }} />
      )}
      <b>{label?.name ?? "no label"}</b>
    </span>
  );
}

/** What a click means, for hands without Alt and a right button. */
function PointSwitch({ editor }: { editor: Editor }) {
  const label = useSignal(editor.pointLabel);
  return (
    <SegmentedControl
      className={classes.control}
      size="xs"
      aria-label="What a point does"
      value={String(label)}
      data={[
        { value: "1", label: "Add" },
        { value: "0", label: "Take away" },
      ]}
      onChange={(value) => editor.pointLabel.set(value === "0" ? 0 : 1)}
    />
  );
}

/** Whether the mask just made is a part of the one around it: asked once, in passing. */
function PartOffer({ editor, labels }: Props) {
  const offer = useSignal(editor.partOffer);
  const selection = useSignal(editor.selection);
  const { masks } = useSignal(editor.annotations);
  const whole = offer === null ? undefined : masks.get(offer.whole);
  if (whole === undefined || whole.isDeleted || !isStanding(offer, selection)) return null;
  const name = labels.find(({ id }) => id === whole.label)?.name ?? "the mask around it";
  return (
    <button
      type="button"
      className={classes.offer}
      onMouseEnter={() => editor.hover.set({ kind: "mask", id: whole.id })}
      onMouseLeave={() => editor.hover.set(null)}
      onClick={() => takeOffer(editor)}
    >
      Part of {name}? <KeyOf command={editorCommand("mask.part")} />
    </button>
  );
}

/** Tools that need not be told that a mask is done with: a click on another one says so. */
const TAKES_UP_OTHERS: readonly ToolName[] = ["select", "move", "outline", "comment"];

const named = (key: Chord | null): string => (key === null ? "–" : labelsOf(key).join(" "));

function sentence(tool: ToolName, selected: string | null): string {
  const subject = selected === "proposal" ? "the selected proposal" : "the selected mask";
  const isNew = selected === null;
  switch (tool) {
    case "select":
      return "Click an object to select it, Shift-click for several";
    case "move":
      return isNew ? "Drag an object" : `Drag ${subject}, or use the arrow keys`;
    case "point":
      return isNew
        ? "Click an object; Alt-click or right-click what is not part of it"
        : `Click to correct ${subject}`;
    case "box":
      return isNew ? "Drag a box around an object" : `Drag a box to correct ${subject}`;
    case "scribble":
      return isNew ? "Draw along an object" : `Draw along what is part of ${subject}`;
    case "brush":
      return isNew ? "Paint a new mask" : `Paint on ${subject}`;
    case "eraser":
      return isNew ? "Erase from the mask under the pen" : `Erase from ${subject}`;
    case "lasso":
      return isNew
        ? "Draw around a new object; Alt takes away"
        : `Draw around what to add to ${subject}; Alt takes away`;
    case "polygon":
      return isNew
        ? "Click the corners of a new object; Enter closes"
        : `Click the corners of what to add to ${subject}; Enter closes`;
    case "outline":
      return isNew
        ? "Click a mask to see its corners"
        : "Drag a corner or an edge; Alt-click removes a corner";
    case "fill":
      return "Click in a hole to fill it; Alt-click a piece to clear it";
    case "split":
      return isNew ? "Draw a line across a mask" : `Draw a line across ${subject}`;
    case "comment":
      return "Click a place, or the selected mask, to comment on it";
  }
}
