import { ActionIcon, Button, Group, Text, Tooltip } from "@mantine/core";
import { IconColumns2 } from "@tabler/icons-react";
import { useMemo } from "react";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { SET_COLOURS } from "@/editor/render/colours";
import pageClasses from "../AnnotatePage.module.css";
import type { LabelChoice } from "../label-choice";
import type { OpenImage } from "../open-image";
import { VirtualList } from "../VirtualList";
import { ConflictItem } from "./ConflictItem";
import { nameOf } from "./conflict-words";
import classes from "./Review.module.css";
import type { Conflicts } from "./useConflicts";

interface Props {
  image: OpenImage;
  conflicts: Conflicts;
  labels: readonly LabelChoice[];
}

/** Two people's masks side by side, the least alike first, and what becomes of each. */
export function ConflictsPanel({ image, conflicts, labels }: Props) {
  const { editor } = image;
  const compares = useSignal(editor.view.comparesSets);
  const isReadOnly = useSignal(editor.isReadOnly);
  const names = useMemo(() => new Map(labels.map(({ id, name }) => [id, name])), [labels]);
  const { rows, people, openCount, focused } = conflicts;
  if (rows.length === 0) return null;
  const first = `${nameOf(people, 0)}'s`;
  const other = people.length === 2 ? `${nameOf(people, 1)}'s` : "the others'";
  return (
    <section className={`${pageClasses.section} ${classes.conflicts}`} aria-label="Conflicts">
      <div className={pageClasses.sectionHead}>
        <span>
          Conflicts{" "}
          <span className={pageClasses.count}>
            {openCount === 0 ? "all decided" : `${formatCount(openCount)} open`}
          </span>
        </span>
        <Tooltip label="Show both people's masks, or what counts (Shift U)" position="left">
          <ActionIcon
            size="sm"
            variant={compares ? "light" : "subtle"}
            aria-label="Show both people's masks"
            aria-pressed={compares}
            aria-keyshortcuts="Shift+U"
            onClick={conflicts.commands.compare}
          >
            <IconColumns2 size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <Group gap={6} px={12} pb={6} wrap="nowrap">
        {([first, other] as const).map((whose, at) => (
          <Tooltip
            key={at === 0 ? "first" : "other"}
            label={`Take all of ${whose} masks, as one step of undo`}
          >
            <Button
              size="compact-xs"
              variant="default"
              className={classes.person}
              leftSection={
                <span className={classes.swatch} style={{ background: SET_COLOURS[at] }} />
              }
              data-disabled={isReadOnly || undefined}
              aria-disabled={isReadOnly || undefined}
              onClick={() => conflicts.decideAll(at === 0 ? "first" : "other")}
            >
              All of {whose}
            </Button>
          </Tooltip>
        ))}
      </Group>
      {openCount > 0 && (
        <Text size="xs" c="dimmed" px={12} pb={6}>
          Without a decision, {first} masks stand.
        </Text>
      )}
      <VirtualList
        items={rows}
        rowHeight_px={200}
        label="Conflicts"
        focused={rows.findIndex(({ id }) => id === focused)}
      >
        {(row, at) => (
          <ConflictItem
            {...{ row, image, conflicts, names }}
            number={at + 1}
            isFocused={row.id === focused}
          />
        )}
      </VirtualList>
    </section>
  );
}
