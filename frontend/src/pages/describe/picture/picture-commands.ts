/** What keys do with the picture that is described. */

import type { Command } from "@/commands/command";
import { ZOOM_STEP } from "@/pages/annotate/view-commands";
import type { MasksInSight } from "./masks";
import type { PictureView } from "./picture-view";

export interface PictureDesk {
  readonly view: PictureView;
  readonly masks: MasksInSight;
  selected(): string | null;
  select(mask: string | null): void;
}

const GROUP = "Picture";

export function pictureCommands({ view, masks, selected, select }: PictureDesk): Command[] {
  const whyNone = () => (masks.all.length === 0 ? "The image has no masks yet." : null);
  const step = (by: 1 | -1) => () => select(masks.beside(selected(), by));
  return [
    {
      ...{ id: "view.fit", title: "Fit the image", key: "F", group: GROUP },
      run: () => view.fit(),
    },
    {
      ...{ id: "view.zoom-in", title: "Zoom in", key: "+", also: ["="], group: GROUP },
      what: "Zoom in (or the wheel)",
      run: () => view.zoomAtMiddle(ZOOM_STEP),
    },
    {
      ...{ id: "view.zoom-out", title: "Zoom out", key: "-", group: GROUP },
      run: () => view.zoomAtMiddle(1 / ZOOM_STEP),
    },
    {
      ...{ id: "describe.next-mask", title: "Point out the next mask", key: "M", group: GROUP },
      ...{ words: "select object", why: whyNone, run: step(1) },
    },
    {
      ...{ id: "describe.previous-mask", title: "Point out the mask before", key: "Shift+M" },
      ...{ group: GROUP, words: "select object previous", why: whyNone, run: step(-1) },
    },
    {
      ...{ id: "describe.no-mask", title: "Point out no mask", key: "Escape", group: GROUP },
      isFixed: true,
      why: () => (selected() === null ? "No mask is selected." : null),
      run: () => select(null),
    },
  ];
}
