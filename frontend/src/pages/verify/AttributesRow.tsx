import type { Ref } from "react";
import { KeyOf } from "@/commands/Keys";
import { useSignal } from "@/components/useSignal";
import { AttributeFields } from "@/pages/annotate/attributes/AttributeFields";
import { EDIT_ATTRIBUTES } from "@/pages/annotate/attributes/edit-attributes";
import classes from "./VerifyPage.module.css";
import type { VerifyItem } from "./verdict-operations";
import type { VerifySession } from "./verify-session";

interface Props {
  session: VerifySession;
  item: VerifyItem;
  /** The person tried to accept it, and it lacked something. */
  isRefused: boolean;
  ref: Ref<HTMLElement>;
}

/** The attributes that accepting the proposal in view gives, to be set before it is accepted. */
export function AttributesRow({ session, item, isRefused, ref }: Props) {
  const definitions = useSignal(session.attributes.definitions);
  useSignal(session.attributes.changes);
  const own = session.attributes.definitionsOf(session.labelOf(item));
  // Its place stays while other labels have attributes: the image would be of another size else.
  if ([...definitions.values()].every(({ length }) => length === 0)) return null;
  return (
    <section
      ref={ref}
      className={classes.attributes}
      aria-label="Attributes"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        leaveField();
      }}
    >
      {own.length > 0 && (
        <>
          <AttributeFields
            definitions={own}
            values={session.attributesOf(item)}
            of={item.proposal.id}
            layout="row"
            onChange={(attribute, value) => session.setAttribute(attribute, value)}
            onDone={leaveField}
          />
          <KeyOf command={EDIT_ATTRIBUTES} />
        </>
      )}
      <span role="alert" className={classes.refusal}>
        {isRefused && session.whyNot("accepted")}
      </span>
    </section>
  );
}

/** The keys are verdicts again. */
function leaveField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
