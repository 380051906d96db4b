import { useCallback, useMemo, useRef } from "react";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { masksOfOneLabel, setAttribute } from "@/editor/attribute-commands";
import type { AttributeValue } from "@/editor/attributes";
import type { Editor } from "@/editor/editor";
import type { LabelChoice } from "../label-choice";
import { AttributeFields } from "./AttributeFields";
import classes from "./Attributes.module.css";
import { EDIT_ATTRIBUTES, focusFirstField } from "./edit-attributes";

/** The attributes of the selected masks, edited where they are; nothing where there are none. */
export function Attributes({ editor, labels }: { editor: Editor; labels: readonly LabelChoice[] }) {
  useSignal(editor.annotations);
  useSignal(editor.selection);
  useSignal(editor.alsoSelected);
  const definitions = useSignal(editor.definitions);
  const isReadOnly = useSignal(editor.isReadOnly);
  const isLocked = useSignal(editor.view.locked);
  const panel = useRef<HTMLElement>(null);
  const rows = masksOfOneLabel(editor);
  const [first] = rows;
  const own = first?.label == null ? [] : (definitions.get(first.label) ?? []);
  const label = labels.find(({ id }) => id === first?.label);
  const isThere = own.length > 0 && label !== undefined;
  const ids = rows.map(({ id }) => id).join();

  useOffer(
    useMemo(
      () => ({
        commands: [
          {
            ...{ ...EDIT_ATTRIBUTES, group: "Mask", words: "attribute value property" },
            why: () => (panel.current === null ? "Select a mask that has attributes." : null),
            run: () => focusFirstField(panel.current),
          },
        ],
        onRefusal: (why: string) => editor.notice.set(why),
      }),
      [editor],
    ),
  );
  const set = useCallback(
    (attribute: string, value: AttributeValue | null) =>
      setAttribute(editor, ids.split(","), attribute, value),
    [editor, ids],
  );
  if (!isThere || first === undefined) return null;

  return (
    <section
      ref={panel}
      className={classes.panel}
      aria-label={`Attributes of ${label.name}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        focusStage();
      }}
    >
      <div className={classes.head}>
        <span className={classes.dot} style={{ background: label.color }} />
        {label.name}
        <span className={classes.aside}>
          {rows.length > 1 && `${plural(rows.length, "mask")} `}
          <KeyOf command={EDIT_ATTRIBUTES} />
        </span>
      </div>
      <AttributeFields
        definitions={own}
        values={first.attributes}
        of={ids}
        layout="column"
        disabled={isReadOnly || isLocked.has(first.id)}
        onChange={set}
        onDone={focusStage}
      />
    </section>
  );
}

/** The keys are commands again. */
function focusStage(): void {
  document.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
}
