import { IconCheck, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { decideLink, groundingQuery, type Phrase } from "@/api/grounding";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { viewOfBox } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import pageClasses from "../AnnotatePage.module.css";
import { RowAction } from "../ObjectRow";
import type { OpenImage } from "../open-image";
import classes from "./Said.module.css";

/** Who looks at an image this long wants to know; who goes on does not wait for the answer. */
const ASKED_AFTER_MS = 1000;
const AROUND_PX = 60; // of the image, on each side of a place

interface Props {
  image: OpenImage;
  stage: Stage;
}

/** Things that were spoken of and have no mask: to be drawn and linked, or put aside. */
export function SaidPanel({ image, stage }: Props) {
  const { id } = useSignal(image.detail);
  const isAsked = useLate();
  const { data } = useQuery({ ...groundingQuery(id), enabled: isAsked });
  const open = data?.phrases.filter((phrase) => phrase.is_question) ?? [];
  return open.length === 0 ? null : <Questions {...{ image, stage, open }} />;
}

function Questions({ image, stage, open }: Props & { open: Phrase[] }) {
  const { id } = useSignal(image.detail);
  const selection = useSignal(image.editor.selection);
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const queries = useQueryClient();
  const { mutate: decide } = useMutation({
    mutationFn: decideLink,
    onSettled: () => queries.invalidateQueries(groundingQuery(id)),
  });
  const selected = selection?.kind === "mask" ? selection.id : null;
  const jump = ({ place_xy }: Phrase): void => {
    const [x, y] = place_xy ?? [];
    if (x === undefined || y === undefined) return;
    const box = { x0: x - AROUND_PX, y0: y - AROUND_PX, x1: x + AROUND_PX, y1: y + AROUND_PX };
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
          <li key={phrase.id} className={classes.row}>
            <button type="button" className={classes.phrase} onClick={() => jump(phrase)}>
              {phrase.text}
            </button>
            {!isReadOnly && (
              <span>
                <RowAction
                  label={`The selected mask is “${phrase.text}”`}
                  disabled={selected === null}
                  onClick={() =>
                    selected !== null &&
                    decide({ phrase: phrase.id, kind: "confirmed", masks: [selected] })
                  }
                >
                  <IconCheck size={15} aria-hidden />
                </RowAction>
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

/** False at first: opening an image asks for nothing that can wait. */
function useLate(): boolean {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), ASKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLate;
}
