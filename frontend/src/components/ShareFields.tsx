import { Group, NumberInput } from "@mantine/core";

interface Props {
  /** What a form binds to a field: its value, its error, its change. */
  inputs: (field: "overlap" | "holdout") => object;
  hasHoldout: boolean;
  overlapMeans: string;
  holdoutMeans: string;
}

/** How many people see an image, and how many images stay apart to judge models. */
export function ShareFields({ inputs, hasHoldout, overlapMeans, holdoutMeans }: Props) {
  return (
    <Group grow align="flex-start">
      <NumberInput
        label="People per image"
        description={overlapMeans}
        min={1}
        max={5}
        allowDecimal={false}
        {...inputs("overlap")}
      />
      <NumberInput
        label="Holdout"
        description={
          hasHoldout
            ? holdoutMeans
            : "Without one, nothing judges a new model: each is promoted by hand."
        }
        min={0}
        max={90}
        suffix=" %"
        {...inputs("holdout")}
      />
    </Group>
  );
}
