import { Badge, Group, Text } from "@mantine/core";
import type { Aspects } from "@/recorder/aspects";

/** How many positions, materials, colours, shapes and relations were named; none stands out. */
export function Counters({ counters }: { counters: Aspects["counters"] }) {
  return (
    <Group gap={6} aria-label="Named so far" role="group">
      {counters.map(({ name, said }) => (
        <Badge
          key={name}
          size="sm"
          variant={said.length === 0 ? "outline" : "light"}
          color={said.length === 0 ? "orange" : "teal"}
          title={said.length === 0 ? `No ${name} yet` : said.join(", ")}
          tt="none"
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
