import { Group, Select, TextInput } from "@mantine/core";
import { EXAMPLE, faultOf, type Grouping, type WAYS } from "./groupings";

interface Props {
  description: string;
  ways: typeof WAYS;
  grouping: Grouping;
  onChange: (grouping: Grouping) => void;
}

/** By what images belong together. */
export function GroupBy({ description, ways, grouping, onChange }: Props) {
  return (
    <Group mb="sm" gap="xs" align="flex-start">
      <Select
        label="Keep together"
        description={description}
        size="xs"
        flex={1}
        miw={240}
        allowDeselect={false}
        data={ways}
        value={grouping.way}
        onChange={(way) => way && onChange({ ...grouping, way })}
      />
      {grouping.way === "name" && (
        <TextInput
          label="Pattern of their names"
          description="{group} is the part that they share, and {} any other: slide1 of slide1_0003.png. A / stands before names in a folder."
          size="xs"
          flex={1}
          miw={240}
          placeholder={EXAMPLE}
          value={grouping.pattern}
          error={faultOf(grouping)}
          onChange={(event) => onChange({ ...grouping, pattern: event.currentTarget.value })}
        />
      )}
    </Group>
  );
}
