import { Badge, Group, Text } from "@mantine/core";
import type { Aspects } from "@/recorder/aspects";

/** How many positions, materials, colours, shapes and relations were named. */
export function Counters({ counters }: { counters: Aspects["counters"] }) {
  return (
    <Group gap={6} aria-label="Named so far" role="group">
      {counters.map(({ name, said }) => (
        <Badge
          key={name}
          color={said.length === 0 ? "gray" : "teal"}
          title={said.length === 0 ? `No ${name} yet` : said.join(", ")}
        >
          {name}{" "}
          <Text span inherit className="tabular">
            {said.length}
          </Text>
        </Badge>
      ))}
    </Group>
  );
}
