import { Button, Text } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Decision, decideLink, groundingQuery, type Phrase } from "@/api/grounding";
import { formatCount } from "@/components/format";
import { useRead, useSignal } from "@/components/useSignal";
import { viewOfBox } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import pageClasses from "../AnnotatePage.module.css";
import { RowAction } from "../ObjectRow";
import type { OpenImage } from "../open-image";
import { type Asked, ask, drawnSince } from "./asked";
import classes from "./Unmasked.module.css";

const AROUND = 1 / 8; // of the image's longer side, to each side of a place

interface Props {
  image: OpenImage;
  stage: Stage;
}

/** Things that were spoken of and have no mask: to be drawn and linked, or put aside. */
export function UnmaskedPanel({ image, stage }: Props) {
  // Of most images nobody has spoken: opening one costs no request more.
  const { id, has_takes } = useSignal(image.detail);
  const { data } = useQuery({ ...groundingQuery(id), enabled: has_takes });
  const open = data?.phrases.filter((phrase) => phrase.is_question) ?? [];
  return open.length === 0 ? null : <Questions {...{ image, stage, open }} />;
}

function Questions({ image, stage, open }: Props & { open: Phrase[] }) {
  const { id, width, height } = useSignal(image.detail);
  const selection = useSignal(image.editor.selection);
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const [asked, setAsked] = useState<Asked | null>(null);
  const drawn = useRead(image.editor.annotations, (now) => asked && drawnSince(asked, now)) as
    | string
    | null;
  const queries = useQueryClient();
  const { mutate: decide } = useMutation({
    mutationFn: async (decision: Decision) => {
      if (decision.masks.length > 0) await image.outbox.whenSaved(); // a new one is known then
      return decideLink(decision);
    },
    onSettled: () => queries.invalidateQueries(groundingQuery(id)),
  });
  const selected = selection?.kind === "mask" ? selection.id : null;
  const confirm = (phrase: Phrase, mask: string) =>
    decide({ phrase: phrase.id, kind: "confirmed", masks: [mask] });
  const take = ({ id: phrase, place_xy }: Phrase): void => {
    setAsked(ask(phrase, image.editor.annotations.get()));
    const [x, y] = place_xy ?? [];
    if (x === undefined || y === undefined) return;
    const around = AROUND * Math.max(width, height);
    const box = { x0: x - around, y0: y - around, x1: x + around, y1: y + around };
    stage.setView(viewOfBox(stage.size.get(), box));
  };

  return (
    <section className={`${pageClasses.section} ${classes.said}`} aria-label="Said, without a mask">
      <div className={pageClasses.sectionHead}>
        <span>
          Said, but without a mask{" "}
          <span className={pageClasses.count}>{formatCount(open.length)}</span>
        </span>
      </div>
      <ul className={classes.list}>
        {open.map((phrase) => (
          <li
            key={phrase.id}
            className={classes.row}
            data-asked={asked?.phrase === phrase.id || undefined}
          >
            <button
              type="button"
              className={classes.phrase}
              aria-pressed={asked?.phrase === phrase.id}
              onClick={() => take(phrase)}
            >
              {phrase.text}
              {asked?.phrase === phrase.id && drawn === null && !isReadOnly && (
                <Text size="xs" c="dimmed" component="span" display="block">
                  Draw it, or select its mask.
                </Text>
              )}
            </button>
            {!isReadOnly && (
              <span className={classes.answers}>
                {asked?.phrase === phrase.id && drawn !== null && (selected ?? drawn) === drawn ? (
                  <Button size="compact-xs" onClick={() => confirm(phrase, drawn)}>
                    Link the new mask
                  </Button>
                ) : (
                  <RowAction
                    label={`The selected mask is “${phrase.text}”`}
                    disabled={selected === null}
                    onClick={() => selected !== null && confirm(phrase, selected)}
                  >
                    <IconCheck size={15} aria-hidden />
                  </RowAction>
                )}
                <RowAction
                  label={`“${phrase.text}” needs no mask`}
                  onClick={() => decide({ phrase: phrase.id, kind: "dismissed", masks: [] })}
                >
                  <IconX size={15} aria-hidden />
                </RowAction>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
