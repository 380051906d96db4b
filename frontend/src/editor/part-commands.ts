/** Making what is selected a part of another mask, and whole again. */

import type { Editor } from "@/editor/editor";
import { masksWithinReach, selectedMasks } from "@/editor/hand";
import { maskFromRLE } from "@/editor/mask";
import { isStanding, takeOffer, wholeFor } from "@/editor/part-offer";
import { mayBePartOf, placeUnder } from "@/editor/tree";

/**
 * Take the offer, if one stands and nothing else is selected. Else the selected mask becomes a part of the one that it lies in;
 * of several, the others become parts of the one that was selected first.
 */
export function makePart(editor: Editor): void {
  const [first, ...others] = selectedMasks(editor);
  if (isStanding(editor.partOffer.get(), editor.selection.get())) takeOffer(editor);
  else if (first === undefined) return;
  else if (others.length > 0) {
    placeUnder(
      editor,
      others.map(({ id }) => id),
      first.id,
    );
  } else {
    const { masks } = editor.annotations.get();
    const around = masksWithinReach(editor).filter(({ id }) => mayBePartOf(masks, first.id, id));
    const whole = wholeFor(maskFromRLE(first.rle), around);
    if (whole === null) editor.notice.set("It lies in no larger mask.");
    else if (whole === first.parent) editor.notice.set("It is a part of the mask around it.");
    else placeUnder(editor, [first.id], whole);
  }
}

export function takeOut(editor: Editor): void {
  placeUnder(
    editor,
    selectedMasks(editor).map(({ id }) => id),
    null,
  );
}
