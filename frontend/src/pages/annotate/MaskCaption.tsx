import { Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import { maskCaptionQuery } from "@/api/mask-captions";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { useRead, useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { captionMask } from "@/editor/mask-captions";
import { LONGEST_CAPTION } from "@/editor/spoken-captions";
import { ConsentDialog } from "@/pages/describe/ConsentDialog";
import classes from "./attributes/Attributes.module.css";
import type { OpenImage } from "./open-image";
import { SpeakButton } from "./speak/SpeakButton";
import { SpokenState } from "./speak/SpokenState";
import { type MaskVoice, useMaskVoice } from "./speak/useMaskVoice";

const DESCRIBE = { id: "mask.caption", title: "Write the caption of the mask", key: "Shift+D" };
const SPEAK = {
  id: "mask.speak",
  title: "Speak the caption of the mask, or end it",
  key: "Shift+K",
};
const SETTLED_MS = 400; // who only passes by asks the server for nothing

/** What is said of the one selected mask, edited where it stands. */
export function MaskCaption({ image }: { image: OpenImage }) {
  const { editor } = image;
  const selection = useSignal(editor.selection);
  const alsoSelected = useSignal(editor.alsoSelected);
  const field = useRef<HTMLTextAreaElement>(null);
  const mask = selection?.kind === "mask" && alsoSelected.size === 0 ? selection.id : null;
  const [settled] = useDebouncedValue(mask, SETTLED_MS);
  const voice = useMaskVoice(image, mask);
  const press = useRef(voice.press);
  press.current = voice.press;

  useOffer(
    useMemo(
      () => ({
        commands: [
          {
            ...{ ...DESCRIBE, group: "Mask", words: "describe region text say" },
            why: () => (field.current === null ? "Select one mask." : null),
            run: () => field.current?.focus(),
          },
          {
            ...{ ...SPEAK, group: "Mask", words: "voice record microphone dictate say describe" },
            isOnce: true,
            why: () => whyNotSpeak(editor),
            run: () => press.current(),
          },
        ],
        onRefusal: (why: string) => editor.notice.set(why),
      }),
      [editor],
    ),
  );

  return (
    <>
      {mask !== null && mask === settled && <Field key={mask} {...{ image, mask, field, voice }} />}
      {voice.isAsking && (
        <ConsentDialog opened onClose={voice.onDeclined} onGiven={voice.onAgreed} />
      )}
    </>
  );
}

function whyNotSpeak({ selection, alsoSelected, isReadOnly, view }: Editor): string | null {
  const selected = selection.get();
  if (selected?.kind !== "mask" || alsoSelected.get().size > 0) return "Select one mask.";
  if (isReadOnly.get()) return "Nothing can be changed here.";
  return view.locked.get().has(selected.id) ? "This mask is locked." : null;
}

interface FieldProps {
  image: OpenImage;
  mask: string;
  field: RefObject<HTMLTextAreaElement | null>;
  voice: MaskVoice;
}

function Field({ image, mask, field, voice }: FieldProps) {
  const { editor } = image;
  const isReadOnly = useSignal(editor.isReadOnly);
  const isLocked = useSignal(editor.view.locked).has(mask);
  const kept = String(useRead(editor.annotations, ({ masks }) => masks.get(mask)?.caption ?? ""));
  const written = useSignal(editor.unsent.captions)[mask];
  const author = useAuthor(image, mask, kept);
  const panel = useRef<HTMLElement>(null);
  const isHeard = useSignal(editor.unsent.spoken)[mask]?.kind === "heard";

  // Who pressed the button here goes on in the field; whoever is at work elsewhere is left alone.
  useEffect(() => {
    if (isHeard && panel.current?.contains(document.activeElement)) field.current?.focus();
  }, [isHeard, field]);

  return (
    <section ref={panel} className={classes.panel} aria-label="Caption of the mask">
      <div className={classes.head}>
        Caption
        <span className={classes.aside}>{author ?? <KeyOf command={DESCRIBE} />}</span>
        <SpeakButton {...{ voice, mask }} isDisabled={isReadOnly || isLocked} />
      </div>
      <Textarea
        ref={field}
        size="xs"
        autosize
        minRows={1}
        maxRows={5}
        maxLength={LONGEST_CAPTION}
        aria-label="Caption"
        placeholder="What is to be said of this object alone"
        readOnly={isReadOnly || isLocked}
        value={written ?? kept}
        onChange={(event) => editor.unsent.writeCaption(mask, event.currentTarget.value)}
        onBlur={() => captionMask(editor, mask)}
        onKeyDown={(event) => {
          if (event.defaultPrevented) return; // Escape has dropped what was being said
          if (event.key !== "Escape" && !(event.key === "Enter" && !event.shiftKey)) return;
          event.preventDefault();
          event.stopPropagation();
          event.currentTarget.blur();
          document.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
        }}
      />
      <SpokenState {...{ editor, mask, voice }} speak={SPEAK} />
    </section>
  );
}

/** Who said it; null while that is not known, and where nothing is said. */
function useAuthor(image: OpenImage, mask: string, caption: string): string | null {
  const { state } = useSignal(image.status);
  const isAsked = caption !== "" && state === "saved"; // before, the server may know another one
  const { data: newest } = useQuery({ ...maskCaptionQuery(mask, caption), enabled: isAsked });
  return isAsked && newest?.text === caption ? newest.author : null;
}
