import { Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useMemo, useRef, useState } from "react";
import { maskCaptionsQuery, saveMaskCaption } from "@/api/mask-captions";
import { ProblemError } from "@/api/problem";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { useSignal } from "@/components/useSignal";
import classes from "./attributes/Attributes.module.css";
import type { OpenImage } from "./open-image";

const DESCRIBE = { id: "mask.caption", title: "Write the caption of the mask", key: "Shift+D" };
const SETTLED_MS = 400; // who only passes by asks the server for nothing
const NEW_MASK_MS = 1000; // a mask that was just drawn is on its way to the server

/** By mask, what the server does not have yet: there again when the mask is selected again. */
const unsaved = new Map<string, string>();

/** What is said of the one selected mask, edited where it stands. */
export function MaskCaption({ image }: { image: OpenImage }) {
  const { editor } = image;
  const selection = useSignal(editor.selection);
  const alsoSelected = useSignal(editor.alsoSelected);
  const field = useRef<HTMLTextAreaElement>(null);
  const mask = selection?.kind === "mask" && alsoSelected.size === 0 ? selection.id : null;
  const [settled] = useDebouncedValue(mask, SETTLED_MS);

  useOffer(
    useMemo(
      () => ({
        commands: [
          {
            ...{ ...DESCRIBE, group: "Mask", words: "describe region text say" },
            why: () => (field.current === null ? "Select one mask." : null),
            run: () => field.current?.focus(),
          },
        ],
        onRefusal: (why: string) => editor.notice.set(why),
      }),
      [editor],
    ),
  );

  if (mask === null || mask !== settled) return null;
  return <Field key={mask} {...{ image, mask, field }} />;
}

interface FieldProps {
  image: OpenImage;
  mask: string;
  field: RefObject<HTMLTextAreaElement | null>;
}

function Field({ image, mask, field }: FieldProps) {
  const queries = useQueryClient();
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const { state } = useSignal(image.status);
  const { data } = useQuery({
    ...maskCaptionsQuery(mask),
    enabled: state === "saved", // before, the server may not know the mask
    staleTime: 60_000,
  });
  const saved = data?.[0];
  const [written, setWritten] = useState(unsaved.get(mask) ?? null);
  const text = written ?? saved?.text ?? "";

  const save = useMutation({
    mutationFn: (body: { id: string; text: string }) => saveMaskCaption(mask, body),
    retry: (failures, error) =>
      failures < 5 && (!(error instanceof ProblemError) || error.status === 404),
    retryDelay: NEW_MASK_MS,
    onSuccess: async (_answer, { text: said }) => {
      await queries.invalidateQueries(maskCaptionsQuery(mask));
      if (unsaved.get(mask)?.trim() !== said) return; // more has been written
      unsaved.delete(mask);
      setWritten(null);
    },
  });
  const keep = () => {
    const said = text.trim();
    if (said !== (saved?.text ?? "")) save.mutate({ id: crypto.randomUUID(), text: said });
  };

  return (
    <section className={classes.panel} aria-label="Caption of the mask">
      <div className={classes.head}>
        Caption
        <span className={classes.aside}>
          {save.isPending ? "Saving" : saved?.text ? saved.author : <KeyOf command={DESCRIBE} />}
        </span>
      </div>
      <Textarea
        ref={field}
        size="xs"
        autosize
        minRows={1}
        maxRows={5}
        maxLength={5000}
        aria-label="Caption"
        placeholder="What is to be said of this object alone"
        readOnly={isReadOnly}
        value={text}
        onChange={(event) => {
          unsaved.set(mask, event.currentTarget.value);
          setWritten(event.currentTarget.value);
        }}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key !== "Escape" && !(event.key === "Enter" && !event.shiftKey)) return;
          event.preventDefault();
          event.stopPropagation();
          event.currentTarget.blur();
          document.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
        }}
      />
    </section>
  );
}
