import { Group, NumberInput } from "@mantine/core";

interface Props {
  /** What a form binds to a field: its value, its error, its change. */
  inputs: (field: "overlap" | "overlapShare" | "holdout") => object;
  hasOverlap: boolean;
  hasHoldout: boolean;
  overlapMeans: string;
  holdoutMeans: string;
}

/** How many people see an image, and how many images stay apart to judge models. */
export function ShareFields(props: Props) {
  const { inputs, hasOverlap, hasHoldout, overlapMeans, holdoutMeans } = props;
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
      {hasOverlap && (
        <NumberInput
          label="Of the images"
          description="Drawn by hash. One person does the others."
          min={0}
          max={100}
          suffix=" %"
          {...inputs("overlapShare")}
        />
      )}
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
