import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconHelp, IconPencil, IconX } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { plural } from "@/components/format";
import { drawNear } from "@/components/pictures/crop";
import { Picture } from "@/components/pictures/Picture";
import { useSignal } from "@/components/useSignal";
import { maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";
import { FIND_BY_LETTER } from "@/pages/annotate/LabelFinder";
import { LabelToolbar } from "@/pages/annotate/LabelToolbar";
import type { LabelChoice } from "@/pages/annotate/label-choice";
import { gridSize } from "./grid-size";
import { decisionsOf, type Mark, type Marks, markOf, nextMark } from "./marks";
import { UndoButton } from "./UndoButton";
import type { Verifying } from "./useVerifySession";
import classes from "./VerifyPage.module.css";
import type { VerifyItem } from "./verdict-operations";
import { gridCommands, REST } from "./verify-commands";
import type { VerifySession } from "./verify-session";

const CROPS = 20;
const WORDS: Record<Mark, string> = {
  rejected: "Reject",
  needs_work: "Needs work",
  not_sure: "Large: to Correct",
};

interface Props {
  verifying: Verifying;
  labels: readonly LabelChoice[];
}

/** Twenty crops at once: only the wrong ones are clicked, the others are accepted together. */
export function Grid({ verifying, labels }: Props) {
  const { session } = verifying;
  const items = useSignal(session.ahead).slice(0, CROPS);
  const [marks, setMarks] = useState<Marks>(new Map());
  const label = useSignal(session.label); // of crops that have none
  const marked = items.filter((item) => markOf(item, marks) !== null).length;

  const mark = (item: VerifyItem): void => setMarks(nextMark(item, marks));
  const shown = useRef(new Set<string>());
  const decide = useCallback(() => {
    const crops = session.ahead.get().slice(0, CROPS);
    // What nobody could see yet is not accepted: it stays.
    const seen = crops.filter(({ proposal }) => shown.current.has(proposal.id));
    shown.current = new Set();
    session.decideAll(decisionsOf(seen, marks));
    setMarks(new Map());
  }, [session, marks]);

  useOffer(
    useMemo(
      () => ({
        commands: gridCommands({
          ...{ labels, decide },
          setLabel: (chosen) => session.label.set(chosen),
        }),
      }),
      [session, decide, labels],
    ),
  );

  const { ref, width, height } = useElementSize();
  const { columns, rows } = gridSize({ width, height }, CROPS); // of the last few as of twenty
  return (
    <>
      <div
        ref={ref}
        className={classes.grid}
        style={{
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${rows}, minmax(132px, 1fr))`,
        }}
      >
        {items.map((item) => (
          <Crop
            key={item.proposal.id}
            {...{ item, verifying, labels }}
            mark={markOf(item, marks)}
            onMark={() => mark(item)}
            shown={shown}
          />
        ))}
      </div>
      <LabelToolbar
        className={classes.labels}
        labels={labels}
        findKeys={FIND_BY_LETTER}
        chosen={label}
        onChoose={(chosen) => session.label.set(chosen)}
      />
      <Group className={classes.verdicts} gap="md" justify="center">
        <Stack gap={2}>
          <Text size="xs" c="dimmed">
            Click the wrong ones: once to reject, twice where it needs work. The label is for crops
            that have none.
          </Text>
          <Lacking {...{ session, items, labels }} />
        </Stack>
        <Button size="md" color="teal" rightSection={<KeyOf command={REST} />} onClick={decide}>
          {marked === 0
            ? `Accept all ${items.length}`
            : `Accept ${items.length - marked}, not ${plural(marked, "crop")}`}
        </Button>
        <UndoButton onClick={() => session.undo()} />
      </Group>
    </>
  );
}

interface LackingProps extends Pick<Props, "labels"> {
  session: VerifySession;
  items: readonly VerifyItem[];
}

/** A crop has no place to set attributes: which of these labels require some, and where to go. */
function Lacking({ session, items, labels }: LackingProps) {
  useSignal(session.attributes.definitions);
  const navigate = useNavigate({ from: "/projects/$projectId/verify" });
  const lacks = new Map(items.map((item) => [session.labelOf(item), session.lacksOf(item)]));
  const words = labels.flatMap(({ id, name }) => {
    const names = lacks.get(id) ?? [];
    return names.length === 0 ? [] : `${name} (${names.join(", ")})`;
  });
  if (words.length === 0) return null;
  return (
    <Text size="xs" className={classes.refusal}>
      Required attributes are only set one by one; accepted here, they stay open: {words.join(", ")}
      .{" "}
      <Anchor
        component="button"
        size="xs"
        onClick={() => void navigate({ search: (before) => ({ ...before, view: undefined }) })}
      >
        Verify one by one
      </Anchor>
    </Text>
  );
}

interface CropProps extends Props {
  item: VerifyItem;
  mark: Mark | null;
  onMark: () => void;
  shown: RefObject<Set<string>>;
}

function Crop({ item, verifying, labels, mark, onMark, shown }: CropProps) {
  const { session, pictures } = verifying;
  const { proposal, image } = item;
  const label = labels.find(({ id }) => id === session.labelOf(item));
  const isOwn = proposal.label !== null; // what the model says, not what accepting would give
  const colour = label?.color ?? "#56b4e9";
  const draw = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) =>
      drawNear(canvas, bitmap, maskFromRLE(proposal.rle as RLE), colour),
    [proposal, colour],
  );
  const onShown = useCallback(() => {
    shown.current.add(proposal.id);
  }, [shown, proposal]);
  return (
    <button
      type="button"
      className={classes.crop}
      data-enter="command" // Space marks it, Enter decides them all
      data-mark={mark ?? undefined}
      aria-pressed={mark !== null}
      title={mark === "not_sure" ? "It covers most of the image. Click to accept it." : undefined}
      onClick={onMark}
    >
      <Picture {...{ image, pictures, draw, onShown }} label={`Proposal on ${image.file_name}`} />
      <span className={classes.cropFacts}>
        {mark === "rejected" && <IconX size={14} aria-hidden />}
        {mark === "needs_work" && <IconPencil size={14} aria-hidden />}
        {mark === "not_sure" && <IconHelp size={14} aria-hidden />}
        {mark === null ? named(label, isOwn) : WORDS[mark]}
      </span>
    </button>
  );
}

function named(label: LabelChoice | undefined, isOwn: boolean): string {
  if (label === undefined) return "No label";
  return isOwn ? label.name : `as ${label.name}`;
}
