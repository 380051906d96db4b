import { Card, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  description?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, description, actions, children }: Props) {
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
          <Title order={2}>{title}</Title>
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
