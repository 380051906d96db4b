import { Button, Menu, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import type { Project, Version } from "@/api/types";
import { ExportDialog, type What } from "./ExportDialog";
import { manifestOffer, wordsOffers } from "./exportFormats";
import { useStartExport } from "./useStartExport";

interface Props {
  version: Version;
  project: Project;
}

/** What can be exported of the version, with what goes in. */
export function ExportMenu({ version, project }: Props) {
  const begin = useStartExport(version, project);
  const [choosing, setChoosing] = useState<What | null>(null);
  const [descriptions] = wordsOffers(version.counts, project);
  const manifest = manifestOffer(version.exports);

  return (
    <>
      <ExportDialog
        version={version}
        project={project}
        what={choosing}
        onClose={() => setChoosing(null)}
      />
      <Menu position="bottom-end" width={340}>
        <Menu.Target>
          <Button
            variant="default"
            size="compact-sm"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            loading={begin.isPending}
          >
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Entry
            name="Masks…"
            holds="In a format of your choice, with or without the images."
            onClick={() => setChoosing("masks")}
          />
          <Entry
            name="Descriptions…"
            holds={
              descriptions?.refusal ?? "What people said and wrote, with or without their voices."
            }
            disabled={Boolean(descriptions?.refusal)}
            onClick={() => setChoosing("words")}
          />
          {manifest && (
            <Entry
              name={manifest.name}
              holds={manifest.holds}
              onClick={() => begin.mutate({ format: manifest.format })}
            />
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

interface EntryProps {
  name: string;
  holds: string;
  disabled?: boolean;
  onClick: () => void;
}

function Entry({ name, holds, disabled = false, onClick }: EntryProps) {
  return (
    <Menu.Item disabled={disabled} onClick={onClick}>
      <Text size="sm" fw={550}>
        {name}
      </Text>
      <Text size="xs" c="dimmed">
        {holds}
      </Text>
    </Menu.Item>
  );
}
