import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowsMove,
  IconBrush,
  IconBucketDroplet,
  IconEraser,
  IconEye,
  IconEyeOff,
  IconLasso,
  IconMaximize,
  IconMessagePlus,
  IconPlayerRecord,
  IconPointer,
  IconPolygon,
  IconScribble,
  IconSlice,
  IconSquareDashed,
  IconVectorTriangle,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import { ariaKeys } from "@/commands/chord";
import type { Keyed } from "@/commands/command";
import { Keys } from "@/commands/Keys";
import { useKey } from "@/commands/useKey";
import { useRead, useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import type { Stage } from "@/editor/render/stage";
import type { ToolName } from "@/editor/tools/tool";
import classes from "./AnnotatePage.module.css";
import { editorCommand } from "./editor-commands";
import { LookMenu } from "./LookMenu";
import { MaskMenu } from "./MaskMenu";
import { IN_ANY_IMAGE, TOOLS, toolId } from "./tool-list";
import { useHasDraft } from "./useHasDraft";
import { ZOOM_STEP, zoomBy } from "./view-commands";

const SIZE = 18;
const BUTTON = 32;

const ICONS: Record<ToolName, ReactNode> = {
  select: <IconPointer size={SIZE} aria-hidden />,
  move: <IconArrowsMove size={SIZE} aria-hidden />,
  point: <IconPlayerRecord size={SIZE} aria-hidden />,
  box: <IconSquareDashed size={SIZE} aria-hidden />,
  scribble: <IconScribble size={SIZE} aria-hidden />,
  brush: <IconBrush size={SIZE} aria-hidden />,
  eraser: <IconEraser size={SIZE} aria-hidden />,
  lasso: <IconLasso size={SIZE} aria-hidden />,
  polygon: <IconPolygon size={SIZE} aria-hidden />,
  outline: <IconVectorTriangle size={SIZE} aria-hidden />,
  fill: <IconBucketDroplet size={SIZE} aria-hidden />,
  split: <IconSlice size={SIZE} aria-hidden />,
  comment: <IconMessagePlus size={SIZE} aria-hidden />,
};

interface Props {
  editor: Editor;
  stage: Stage | null;
}

export function ToolRail({ editor, stage }: Props) {
  const tool = useSignal(editor.tool);
  const isReadOnly = useSignal(editor.isReadOnly);
  const showsProposals = useSignal(editor.showsProposals);

  return (
    <nav className={classes.rail} aria-label="Tools">
      {TOOLS.map(({ name, title, what, group }, index) => (
        <Fragment key={name}>
          {index > 0 && TOOLS[index - 1]?.group !== group && <span className={classes.rule} />}
          <Tool
            {...{ title, what }}
            command={editorCommand(toolId(name))}
            isOn={tool.name === name}
            disabled={isReadOnly && !IN_ANY_IMAGE.includes(name)}
            onClick={() => editor.takeTool(name)}
          >
            {ICONS[name]}
          </Tool>
        </Fragment>
      ))}
      <MaskMenu editor={editor} size={BUTTON} />
      <span className={classes.rule} />
      <UndoRedo editor={editor} />
      <span className={classes.rule} />
      <Tool
        title="Zoom in"
        command={editorCommand("view.zoom-in")}
        onClick={() => zoomBy(stage, ZOOM_STEP)}
      >
        <IconZoomIn size={SIZE} aria-hidden />
      </Tool>
      <Tool
        title="Zoom out"
        command={editorCommand("view.zoom-out")}
        onClick={() => zoomBy(stage, 1 / ZOOM_STEP)}
      >
        <IconZoomOut size={SIZE} aria-hidden />
      </Tool>
      <Tool title="Fit the image" command={editorCommand("view.fit")} onClick={() => stage?.fit()}>
        <IconMaximize size={SIZE} aria-hidden />
      </Tool>
      <Tool
        title={showsProposals ? "Hide proposals" : "Show proposals"}
        command={editorCommand("view.proposals")}
        onClick={() => editor.showsProposals.set(!showsProposals)}
      >
        {showsProposals ? (
          <IconEye size={SIZE} aria-hidden />
        ) : (
          <IconEyeOff size={SIZE} aria-hidden />
        )}
      </Tool>
      <LookMenu editor={editor} size={BUTTON} />
    </nav>
  );
}

/** Apart from the rail, which would else be drawn anew at every click on the image. */
function UndoRedo({ editor }: { editor: Editor }) {
  const isReadOnly = useSignal(editor.isReadOnly);
  const canUndo = useRead(editor.annotations, () => editor.store.canUndo);
  const canRedo = useRead(editor.annotations, () => editor.store.canRedo);
  const hasDraft = useHasDraft(editor);
  return (
    <>
      <Tool
        title="Undo"
        command={editorCommand("edit.undo")}
        disabled={isReadOnly || (!canUndo && !hasDraft)}
        onClick={() => editor.undo()}
      >
        <IconArrowBackUp size={SIZE} aria-hidden />
      </Tool>
      <Tool
        title="Redo"
        command={editorCommand("edit.redo")}
        disabled={isReadOnly || !canRedo}
        onClick={() => editor.redo()}
      >
        <IconArrowForwardUp size={SIZE} aria-hidden />
      </Tool>
    </>
  );
}

interface ToolProps {
  title: string;
  command: Keyed;
  /** A sentence on what the tool does, where its title does not say all. */
  what?: string;
  isOn?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ title, command, what, isOn, disabled, onClick, children }: ToolProps) {
  const key = useKey(command);
  const label = (
    <>
      <Group gap={6} wrap="nowrap">
        {title}
        <Keys chord={key} />
      </Group>
      {what !== undefined && what !== title && (
        <Text size="xs" mt={2} opacity={0.75}>
          {what}
        </Text>
      )}
    </>
  );
  return (
    <Tooltip label={label} position="right" multiline maw={260} openDelay={300}>
      <ActionIcon
        size={BUTTON}
        variant={isOn ? "light" : "subtle"}
        color={isOn ? "iris" : "gray"}
        className={classes.tool}
        aria-label={title}
        aria-keyshortcuts={key === null ? undefined : ariaKeys(key)}
        aria-pressed={isOn}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
