import { Card, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  description?: ReactNode;
  /** What its figures are of, right after the title. */
  source?: ReactNode;
  /** Opposite the title. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, description, source, actions, children }: Props) {
  return (
    <Card component="section" aria-label={title}>
      <Group
        justify="space-between"
        mb={children ? "sm" : 0}
        gap="xs"
        wrap="nowrap"
        align="flex-start"
      >
        <div>
          <Group gap={4} wrap="nowrap">
            <Title order={2}>{title}</Title>
            {source}
          </Group>
          {description && (
            <Text size="sm" c="dimmed">
              {description}
            </Text>
          )}
        </div>
        {actions && (
          <Group gap="xs" wrap="nowrap">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Card>
  );
}
