import type { Recording } from "@/api/types";

/** " about a bucket"; nothing where it is about the image. */
export function aboutWords({ mask, mask_label }: Pick<Recording, "mask" | "mask_label">): string {
  return mask === null ? "" : ` about ${mask_label ?? "a mask without a label"}`;
}
