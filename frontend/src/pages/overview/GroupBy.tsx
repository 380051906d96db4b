import { Group, Select, TextInput } from "@mantine/core";
import { EXAMPLE, faultOf, type Grouping, WAYS } from "./groupings";

interface Props {
  grouping: Grouping;
  onChange: (grouping: Grouping) => void;
}

/** What of the images that are sent next belongs together. */
export function GroupBy({ grouping, onChange }: Props) {
  return (
    <Group mb="sm" gap="xs" align="flex-start">
      <Select
        label="Keep together"
        description="On one side of the holdout and of val. A dataset's own groups count first; images that are there already keep theirs, or none."
        size="xs"
        flex={1}
        miw={240}
        allowDeselect={false}
        data={WAYS}
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
