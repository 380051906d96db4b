import { Button, Group, Tooltip, VisuallyHidden } from "@mantine/core";
import { useCallback, useMemo, useRef, useState } from "react";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { formatCount } from "@/components/format";
import { NO_LABEL } from "@/components/labelColors";
import { drawNear, drawWhere } from "@/components/pictures/crop";
import { Picture } from "@/components/pictures/Picture";
import { useSignal } from "@/components/useSignal";
import { maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";
import { focusFirstField } from "@/pages/annotate/attributes/edit-attributes";
import { FIND_BY_LETTER } from "@/pages/annotate/LabelFinder";
import { LabelToolbar } from "@/pages/annotate/LabelToolbar";
import type { LabelChoice } from "@/pages/annotate/label-choice";
import { sureWords } from "@/pages/annotate/sure";
import { HIDE } from "@/pages/annotate/view-commands";
import { AttributesRow } from "./AttributesRow";
import { UndoButton } from "./UndoButton";
import type { Verifying } from "./useVerifySession";
import classes from "./VerifyPage.module.css";
import type { Verdict } from "./verdict-operations";
import { oneByOneCommands, VERDICTS, verdictId } from "./verify-commands";

interface Props {
  verifying: Verifying;
  labels: readonly LabelChoice[];
}

/** One proposal: where it is in the image, beside what it looks like from near. */
export function OneByOne({ verifying, labels }: Props) {
  const { session, pictures } = verifying;
  const item = useSignal(session.ahead)[0];
  useSignal(session.relabelled);
  useSignal(session.label);
  const [hasOutline, setHasOutline] = useState(true);
  const shown = useRef<string | null>(null); // the proposal that the canvas shows
  const views = useRef<HTMLDivElement>(null);
  const attributes = useRef<HTMLElement>(null);
  const [refused, setRefused] = useState<string | null>(null); // the proposal not accepted yet
  const decide = useCallback(
    (verdict: Verdict) => {
      // A verdict on what nobody could see yet would be no verdict.
      if (session.current?.proposal.id !== shown.current) return;
      setRefused(session.whyNot(verdict) === null ? null : shown.current);
      session.decide(verdict);
    },
    [session],
  );

  useOffer(
    useMemo(
      () => ({
        commands: oneByOneCommands({
          ...{ labels, decide },
          setLabel: (label) => session.setLabel(label),
          toggleOutline: () => setHasOutline((is) => !is),
          hasAttributes: () => session.hasAttributes,
          editAttributes: () => focusFirstField(attributes.current),
        }),
      }),
      [session, decide, labels],
    ),
  );

  const proposal = item?.proposal;
  const chosen = item === undefined ? null : session.labelOf(item);
  const colour = labels.find(({ id }) => id === chosen)?.color ?? NO_LABEL;
  const where = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => {
      const box = proposal && maskFromRLE(proposal.rle as RLE).box;
      if (box) drawWhere(canvas, bitmap, box);
    },
    [proposal],
  );
  const near = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => {
      if (proposal === undefined) return;
      drawNear(canvas, bitmap, maskFromRLE(proposal.rle as RLE), hasOutline ? colour : null);
    },
    [proposal, colour, hasOutline],
  );
  const onShown = useCallback(() => {
    shown.current = proposal?.id ?? null;
    if (views.current !== null) views.current.dataset.shown = shown.current ?? "";
  }, [proposal]);
  if (item === undefined || proposal === undefined) return null;

  const area_px = maskFromRLE(proposal.rle as RLE).area_px;
  return (
    <>
      <div ref={views} className={classes.views} data-proposal={proposal.id}>
        <figure className={classes.view}>
          <figcaption>
            <span className={classes.name}>{item.image.file_name}</span>
          </figcaption>
          <Picture image={item.image} {...{ pictures }} label="Where it is" draw={where} />
        </figure>
        <figure className={classes.view}>
          <figcaption>
            <span className="tabular">
              {sureWords(proposal)} · {formatCount(area_px)} px
            </span>
            <span>
              <KeyOf command={HIDE} /> {hasOutline ? "hides" : "shows"} the mask
            </span>
          </figcaption>
          <Picture
            image={item.image}
            {...{ pictures }}
            label="From near"
            draw={near}
            onShown={onShown}
            onFault={onShown}
          />
        </figure>
      </div>
      <LabelToolbar
        className={classes.labels}
        labels={labels}
        findKeys={FIND_BY_LETTER}
        chosen={chosen}
        onChoose={(label) => session.setLabel(label)}
      />
      <AttributesRow ref={attributes} {...{ session, item }} isRefused={refused === proposal.id} />
      <Group className={classes.verdicts} gap="sm" justify="center">
        {VERDICTS.map(({ verdict, key, title, why, color }) => (
          <Tooltip key={verdict} label={why}>
            <Button
              size="md"
              color={color}
              variant={verdict === "accepted" ? "filled" : "light"}
              rightSection={<KeyOf command={{ id: verdictId(verdict), key }} />}
              onClick={() => decide(verdict)}
            >
              {title}
            </Button>
          </Tooltip>
        ))}
        <UndoButton onClick={() => session.undo()} />
        <VisuallyHidden aria-live="polite">{`Proposal on ${item.image.file_name}`}</VisuallyHidden>
      </Group>
    </>
  );
}
