import { Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type RefObject, useMemo, useRef } from "react";
import { maskCaptionsQuery } from "@/api/mask-captions";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { useRead, useSignal } from "@/components/useSignal";
import { captionMask } from "@/editor/mask-captions";
import classes from "./attributes/Attributes.module.css";
import type { OpenImage } from "./open-image";

const DESCRIBE = { id: "mask.caption", title: "Write the caption of the mask", key: "Shift+D" };
const SETTLED_MS = 400; // who only passes by asks the server for nothing

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
  const { editor } = image;
  const isReadOnly = useSignal(editor.isReadOnly);
  const isLocked = useSignal(editor.view.locked).has(mask);
  const kept = String(useRead(editor.annotations, ({ masks }) => masks.get(mask)?.caption ?? ""));
  const written = useSignal(editor.unsent.captions)[mask];
  const author = useAuthor(image, mask, kept);

  return (
    <section className={classes.panel} aria-label="Caption of the mask">
      <div className={classes.head}>
        Caption
        <span className={classes.aside}>{author ?? <KeyOf command={DESCRIBE} />}</span>
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
        readOnly={isReadOnly || isLocked}
        value={written ?? kept}
        onChange={(event) => editor.unsent.writeCaption(mask, event.currentTarget.value)}
        onBlur={() => captionMask(editor, mask)}
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

/** Who said it; null while that is not known, and where nothing is said. */
function useAuthor(image: OpenImage, mask: string, caption: string): string | null {
  const { state } = useSignal(image.status);
  const isAsked = caption !== "" && state === "saved"; // before, the server may know another one
  const { data } = useQuery({ ...maskCaptionsQuery(mask, caption), enabled: isAsked });
  const [newest] = data ?? [];
  return isAsked && newest?.text === caption ? newest.author : null;
}
