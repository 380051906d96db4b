import { Text } from "@mantine/core";
import type { ImageDetail } from "@/api/types";
import { plural } from "@/components/format";
import { Section } from "@/components/Section";
import classes from "./Grounding.module.css";
import { useGrounding } from "./GroundingContext";
import { ShowingRow } from "./PhraseRow";
import { maskNames } from "./phrases";

const MOST = 8; // that are asked for one by one

/** Asks whoever describes the image for the masks that nobody spoke of; silent before a first word. */
export function Unmentioned({ image }: { image: ImageDetail }) {
  const said = useGrounding();
  const masks = said?.grounding?.unmentioned ?? [];
  if (!said || said.grounding?.is_waiting || masks.length === 0) return null;
  const others = masks.slice(MOST);
  return (
    <Section
      title={`Nobody spoke of ${plural(masks.length, "mask")}`}
      description="Point at one to see it, and say what it is in another take."
    >
      <ul className={classes.list} aria-label="Nobody spoke of">
        {masks.slice(0, MOST).map((mask) => (
          <ShowingRow key={mask} masks={[mask]} said={said}>
            What is to be said of this: {maskNames([mask], image)}?
          </ShowingRow>
        ))}
      </ul>
      {others.length > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          And {maskNames(others, image)}.
        </Text>
      )}
    </Section>
  );
}
