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
  const names = numbered(masks.map((mask) => maskNames([mask], image)));
  return (
    <Section
      title={`Nobody spoke of ${plural(masks.length, "mask")}`}
      description="Point at one to see it, and say what it is in another take."
    >
      <ul className={classes.list} aria-label="Nobody spoke of">
        {masks.slice(0, MOST).map((mask, at) => (
          <ShowingRow key={mask} masks={[mask]} said={said}>
            {names[at]}
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

/** Tell those of one name apart. */
function numbered(names: readonly string[]): string[] {
  return names.map((name, at) => {
    const before = names.slice(0, at).filter((other) => other === name).length;
    return names.filter((other) => other === name).length > 1 ? `${name} ${before + 1}` : name;
  });
}
