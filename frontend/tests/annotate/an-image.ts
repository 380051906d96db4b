/** An image of 20 x 30 pixels as the server tells of it. */

import type { MaskRow } from "@/editor/operations";
import type { ImageDetail } from "@/pages/annotate/api";

export const DETAIL: ImageDetail = {
  ...{ id: 4, project: 1, file_name: "a.png", height: 20, width: 30, version: 0, status: "todo" },
  ...{
    review_comment: "",
    open_comments: 0,
    has_takes: false,
    is_holdout: false,
    group: "",
    is_looked_at: true,
    stamp: "",
    slot: 0,
    people: 1,
  },
  ...{ display_url: "", embedding: null, bundle: null, assignment: null },
  ...{ masks: [], proposals: [], labels: [] },
};

export function onTheWire({
  isDeleted: _,
  isAside,
  ...row
}: MaskRow): ImageDetail["masks"][number] {
  return { ...row, aside: isAside } as unknown as ImageDetail["masks"][number];
}
