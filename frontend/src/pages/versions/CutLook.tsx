import { Text } from "@mantine/core";
import type { VersionLook } from "@/api/types";
import { lookWords, nothingWords } from "./criteriaWords";

interface Props {
  /** Undefined until it is counted, or where it cannot be. */
  look: VersionLook | undefined;
  isCounting: boolean;
}

/** How much would be in the version, as the form stands. */
export function CutLook({ look, isCounting }: Props) {
  const words = look && (look.images > 0 ? lookWords(look) : nothingWords(look));
  return (
    <Text
      size="sm"
      fw={550}
      className="tabular"
      role="status"
      aria-label="What the version would hold"
      aria-busy={isCounting}
      c={isCounting ? "dimmed" : undefined}
    >
      {words ?? (isCounting ? "Counting…" : "")}
    </Text>
  );
}
