import { ActionIcon, Anchor, Popover, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { paths } from "@/api/schema";

/** At the end of a sentence it stands in its line, and makes that no higher. */
const IN_TEXT = { verticalAlign: "middle" };
/** Where a window is low, what was counted scrolls: it never runs past the window's foot. */
const FITTED = { flip: true, shift: true, size: true };

interface Props {
  /** The figures' title. */
  of: string;
  /** What answers with them, and the one id in it. */
  path: keyof paths;
  id: number;
  query?: string;
  /** What was counted, in sentences. */
  children: ReactNode;
}

/** What figures were computed from: what was counted, and the address of the same by REST. */
export function Source({ of, path, id, query, children }: Props) {
  const address = path.replace(/\{\w+\}/, String(id)) + (query ? `?${query}` : "");
  return (
    <Popover
      width={320}
      position="bottom-start"
      middlewares={FITTED}
      shadow="md"
      withArrow
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <ActionIcon size="sm" my={-4} aria-label={`What this is of: ${of}`} style={IN_TEXT}>
          <IconInfoCircle size={16} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown style={{ overflowY: "auto" }}>
        <Text size="sm" mb={6}>
          {children}
        </Text>
        <Text size="xs" c="dimmed">
          By REST:{" "}
          <Anchor
            href={address}
            target="_blank"
            inherit
            underline="always"
            ff="monospace"
            style={{ overflowWrap: "anywhere" }}
          >
            {address}
          </Anchor>
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
