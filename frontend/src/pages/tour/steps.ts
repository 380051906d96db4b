/** The steps of the tour, in their order. */

import type { Step } from "./tour";

export const STEPS: readonly Step[] = [
  {
    id: "look",
    title: "Look closer",
    words:
      "Turn the wheel over the image to zoom, or press {view.zoom-in}. Then hold {view.pan} and drag " +
      "to move it; {view.fit} shows all of it again.",
    tasks: [
      { name: "Zoom", by: ["zoom"] },
      { name: "Move or fit", by: ["pan", "fit"] },
    ],
  },
  {
    id: "accept",
    title: "Accept a proposal",
    words:
      "A model has outlined some of the discs. {proposal.next} goes to the next of its proposals, " +
      "{verdict.accept} accepts it as a mask.",
    tasks: [{ name: "Accept", by: ["accept"] }],
  },
  {
    id: "click",
    title: "Click an object",
    words:
      "The large disc with a shadow was missed. {tool.point} takes Points: click the light part of the " +
      "disc, and {verdict.accept} keeps the mask. By keyboard alone: the arrow keys move a cross, and " +
      "{pointer.press} clicks there.",
    tasks: [{ name: "Make a mask", by: ["click", "draw"] }],
    inHand: "nothing",
  },
  {
    id: "correct",
    title: "Correct it",
    words:
      "The shadow is part of the large disc, too. {tool.select} takes Select: click the mask to have it " +
      "in hand again. Then {tool.brush} takes the Brush: paint over the shadow. {tool.eraser} erases.",
    tasks: [
      { name: "Select", by: ["select"] },
      { name: "Correct", by: ["correct"] },
    ],
    inHand: "nothing",
  },
  {
    id: "undo",
    title: "Take it back",
    words:
      "{edit.undo} takes back what you did last, step by step; {edit.redo} does it again. " +
      "Nothing here is lost by trying.",
    tasks: [{ name: "Undo", by: ["undo"] }],
  },
  {
    id: "name",
    title: "Name it",
    words:
      "The labels stand below the image, each with its digit. {=1} or {=2} names the mask that is " +
      "selected.",
    tasks: [{ name: "Name", by: ["name"] }],
    inHand: "the newest mask",
  },
  {
    id: "find",
    title: "Find any command",
    words: "{palette} finds every command by its name. Open it, type “fit” and press {=Enter}.",
    tasks: [{ name: "Find", by: ["command"] }],
  },
  {
    id: "finish",
    title: "Finish the image",
    words: "{image.next} says that the image is done, and opens the next one.",
    tasks: [{ name: "Finish", by: ["finish"] }],
  },
];

export const END = {
  title: "That was the tour",
  words: "You know the way of an image now. {=?} lists all keys of a page, whenever you need them.",
};
