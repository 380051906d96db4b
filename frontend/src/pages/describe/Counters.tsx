import { Badge, Group, Text } from "@mantine/core";
import { useId } from "react";
import type { Aspects } from "@/recorder/aspects";

/** How many positions, materials, colours, shapes and relations were named. */
export function Counters({ counters }: { counters: Aspects["counters"] }) {
  const title = useId();
  return (
    <Group gap={6} aria-labelledby={title} role="group">
      <Text id={title} size="xs" c="dimmed" fw={500} w="100%">
        Named so far
      </Text>
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
