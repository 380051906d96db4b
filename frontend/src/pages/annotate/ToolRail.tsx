import { ActionIcon, Group, Kbd, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrush,
  IconEraser,
  IconEye,
  IconEyeOff,
  IconMaximize,
  IconPlayerRecord,
  IconPointer,
  IconSquareDashed,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Editor } from "@/editor/editor";
import type { ToolName } from "@/editor/tools/tool";
import classes from "./AnnotatePage.module.css";
import { useSignal } from "./useSignal";

const SIZE = 18;

const TOOLS: readonly { name: ToolName; title: string; key: string; icon: ReactNode }[] = [
  { name: "select", title: "Select", key: "V", icon: <IconPointer size={SIZE} aria-hidden /> },
  { name: "point", title: "Points", key: "P", icon: <IconPlayerRecord size={SIZE} aria-hidden /> },
  { name: "box", title: "Box", key: "B", icon: <IconSquareDashed size={SIZE} aria-hidden /> },
  { name: "brush", title: "Brush", key: "D", icon: <IconBrush size={SIZE} aria-hidden /> },
  { name: "eraser", title: "Eraser", key: "E", icon: <IconEraser size={SIZE} aria-hidden /> },
];

interface Props {
  editor: Editor;
  onShowAll: () => void;
}

export function ToolRail({ editor, onShowAll }: Props) {
  const tool = useSignal(editor.tool);
  const isReadOnly = useSignal(editor.isReadOnly);
  const showsProposals = useSignal(editor.showsProposals);
  useSignal(editor.annotations); // what can be undone changes with them
  const draft = useSignal(editor.draft.state);

  return (
    <nav className={classes.rail} aria-label="Tools">
      {TOOLS.map(({ name, title, key, icon }) => (
        <Tool
          key={name}
          title={title}
          keys={[key]}
          isOn={tool.name === name}
          disabled={isReadOnly && name !== "select"}
          onClick={() => editor.takeTool(name)}
        >
          {icon}
        </Tool>
      ))}
      <span className={classes.rule} />
      <Tool
        title="Undo"
        keys={["Ctrl", "Z"]}
        disabled={isReadOnly || (!editor.store.canUndo && draft === null)}
        onClick={() => editor.undo()}
      >
        <IconArrowBackUp size={SIZE} aria-hidden />
      </Tool>
      <Tool
        title="Redo"
        keys={["Ctrl", "Shift", "Z"]}
        disabled={isReadOnly || !editor.store.canRedo}
        onClick={() => editor.redo()}
      >
        <IconArrowForwardUp size={SIZE} aria-hidden />
      </Tool>
      <span className={classes.rule} />
      <Tool title="Fit the image" keys={["F"]} onClick={onShowAll}>
        <IconMaximize size={SIZE} aria-hidden />
      </Tool>
      <Tool
        title={showsProposals ? "Hide proposals" : "Show proposals"}
        keys={["G"]}
        onClick={() => editor.showsProposals.set(!showsProposals)}
      >
        {showsProposals ? (
          <IconEye size={SIZE} aria-hidden />
        ) : (
          <IconEyeOff size={SIZE} aria-hidden />
        )}
      </Tool>
    </nav>
  );
}

interface ToolProps {
  title: string;
  keys: readonly string[];
  isOn?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ title, keys, isOn, disabled, onClick, children }: ToolProps) {
  const label = (
    <Group gap={6} wrap="nowrap">
      {title}
      {keys.map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </Group>
  );
  return (
    <Tooltip label={label} position="right">
      <ActionIcon
        size={34}
        variant={isOn ? "light" : "subtle"}
        color={isOn ? "iris" : "gray"}
        className={classes.tool}
        aria-label={title}
        aria-pressed={isOn}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
