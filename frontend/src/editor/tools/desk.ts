/** What the tools ask for, done by an editor. */

import { placeAt } from "@/editor/comment-place";
import { dropPieceAt } from "@/editor/components";
import type { Editor } from "@/editor/editor";
import { areaTarget, holeInHand } from "@/editor/hand";
import { splitInHand } from "@/editor/mask-commands";
import { subtract, union } from "@/editor/mask-sets";
import { objectAt } from "@/editor/picking";
import { selectAlso } from "@/editor/several";
import { paintStroke } from "@/editor/stroke";
import type { Desk } from "@/editor/tools/tool";

const REACH_PX = 8; // CSS pixels around a point prompt

export function deskOf(editor: Editor): Desk {
  const isFrozen = (): boolean => editor.isFrozen;
  return {
    size_hw: editor.size_hw,
    get brushRadius_px() {
      return editor.brush.get();
    },
    get pixelsPerScreenPixel() {
      return editor.pixelsPerScreenPixel;
    },
    get pointLabel() {
      return editor.pointLabel.get();
    },

    selectAt: (at) => editor.selectAt(at),
    selectAlsoAt(at) {
      const found = objectAt(editor.annotations.get(), at, editor.isWithinReach);
      if (found !== null) selectAlso(editor, found);
    },
    selectOtherAt(at) {
      const found = objectAt(editor.annotations.get(), at, editor.isWithinReach);
      if (found !== null && editor.draft.state.get() === null) editor.selection.set(found);
    },

    prompt: (prompts, time_ms) => editor.prompt(prompts, time_ms),
    expectPromptAt: (at) => editor.expectPromptAt(at),
    promptAt: (at) => editor.draft.pointAt(at, REACH_PX * editor.pixelsPerScreenPixel),
    takePrompt: (index) => editor.draft.setActive(index),
    beginMovingPrompt: () => editor.draft.beginMove(),
    movePrompt: (index, to, time_ms) => void editor.draft.movePoint(index, to, time_ms),
    dropPrompt: () => editor.draft.dropNewest(),
    removePrompt: (index, time_ms) => void editor.draft.removePrompt(index, time_ms),

    showBox: (box) => editor.box.set(box),
    showStroke: (stroke) => editor.stroke.set(isFrozen() ? null : stroke),
    showSketch: (sketch) => editor.sketch.set(isFrozen() ? null : sketch),
    showGhost: (ghost) => editor.ghost.set(isFrozen() ? null : ghost),
    leaveOpen: (line) => editor.openLine.set(line),

    noteStroke: () => editor.meter.noteStroke(),
    finishStroke(stroke) {
      editor.meter.noteStroke();
      editor.reshape(editor.strokeTarget(stroke), (mask) =>
        paintStroke(mask, stroke, editor.size_hw),
      );
    },
    finishArea(area, value) {
      editor.meter.noteStroke();
      const target = areaTarget(editor, value, area);
      editor.reshape(target, (mask) => (value === 1 ? union(mask, area) : subtract(mask, area)));
    },
    fillHoleAt(at) {
      const found = holeInHand(editor, at);
      if (found === null) editor.notice.set("No mask has a hole here.");
      else editor.reshape(found.target, (mask) => union(mask, found.hole));
    },
    dropPieceAt(at) {
      const hand = editor.inHand(at);
      if (hand !== null) editor.reshape(hand.target, (mask) => dropPieceAt(mask, at));
    },
    splitAlong(line) {
      editor.meter.noteStroke();
      splitInHand(editor, line);
    },
    commentAt(at) {
      const { annotations, selection, size_hw } = editor;
      const place = placeAt(at, annotations.get(), selection.get(), size_hw);
      if (place !== null) editor.commenting.set(place);
    },

    inHand: (at) => editor.inHand(at),
    reshape: (target, edit) => editor.reshape(target, edit),
  };
}
